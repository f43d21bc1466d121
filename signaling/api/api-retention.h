/**
 * Retention, legal holds, disposal lists: the administrators' handlers, docs/http-api.yaml. HttpHandler with the Server as user. Loop thread.
 */
#pragma once

#include "../server.h"

void api_retention_list(HttpRequest *request, gpointer server);
void api_retention_acts(HttpRequest *request, gpointer server);
void api_storage_get(HttpRequest *request, gpointer server);
void api_hold_list(HttpRequest *request, gpointer server);
void api_hold_place(HttpRequest *request, gpointer server);
void api_hold_lift(HttpRequest *request, gpointer server);
void api_disposal_list(HttpRequest *request, gpointer server);
void api_disposal_create(HttpRequest *request, gpointer server);
void api_disposal_get(HttpRequest *request, gpointer server);
void api_disposal_approve(HttpRequest *request, gpointer server);
void api_disposal_withdraw(HttpRequest *request, gpointer server);
