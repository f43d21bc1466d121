/**
 * The office itself: accounts, second factors, keys of other systems, the trail, the figures. HttpHandler with the Server as user. Loop thread.
 */
#pragma once

#include "../server.h"

void api_user_all(HttpRequest *request, gpointer server);
void api_user_change(HttpRequest *request, gpointer server);
void api_second_factor_want(HttpRequest *request, gpointer server);
void api_second_factor_confirm(HttpRequest *request, gpointer server);
void api_second_factor_drop(HttpRequest *request, gpointer server);

void api_key_list(HttpRequest *request, gpointer server);
void api_key_add(HttpRequest *request, gpointer server);
void api_key_revoke(HttpRequest *request, gpointer server);

void api_trail_list(HttpRequest *request, gpointer server);
void api_trail_verify(HttpRequest *request, gpointer server);
void api_statistics(HttpRequest *request, gpointer server);
