/**
 * REST of what surrounds an inspection: an inspector's credential, the place of the premises. docs/http-api.yaml.
 */
#pragma once

#include "../server.h"

void api_credential_get(HttpRequest *request, gpointer server);
void api_credential_put(HttpRequest *request, gpointer server);
void api_case_place(HttpRequest *request, gpointer server);
