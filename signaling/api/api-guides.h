/**
 * The applicant's preparation guide of an item: public, because it says nothing that is not published. HttpHandler with the Server as user. Loop thread.
 */
#pragma once

#include "../server.h"

void api_guide_get(HttpRequest *request, gpointer server);
void api_guide_pdf(HttpRequest *request, gpointer server);
