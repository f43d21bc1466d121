/**
 * What was sent and to whom: deliveries, and the addresses of other systems. HttpHandler with the Server as user. Loop thread.
 */
#pragma once

#include "../server.h"

void api_delivery_list(HttpRequest *request, gpointer server);
void api_delivery_repeat(HttpRequest *request, gpointer server);
void api_hook_list(HttpRequest *request, gpointer server);
void api_hook_add(HttpRequest *request, gpointer server);
void api_hook_remove(HttpRequest *request, gpointer server);
void api_hook_repeat(HttpRequest *request, gpointer server);
