/**
 * The walk-in queue of the hall and its display. HttpHandler with the Server as user. Loop thread.
 */
#pragma once

#include "../server.h"

void api_turn_list(HttpRequest *request, gpointer server);
void api_turn_add(HttpRequest *request, gpointer server);
void api_turn_next(HttpRequest *request, gpointer server);
void api_turn_act(HttpRequest *request, gpointer server);
void api_turn_display(HttpRequest *request, gpointer server);
