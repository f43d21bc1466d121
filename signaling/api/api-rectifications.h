/**
 * Rectifications, as the staff sees them. HttpHandler with the Server as user. Loop thread.
 */
#pragma once

#include "../server.h"

void api_rectification_list(HttpRequest *request, gpointer server);
void api_rectification_get(HttpRequest *request, gpointer server);
void api_rectification_decide(HttpRequest *request, gpointer server);
void api_rectification_picture(HttpRequest *request, gpointer server);
