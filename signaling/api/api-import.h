/**
 * Recordings from another installation: `POST /api/imports`, docs/http-api.yaml. Loop thread.
 */
#pragma once

#include "../server.h"

/* Marks and findings of a long visit. */
#define IMPORT_MAX (4 * 1024 * 1024)

void api_import(HttpRequest *request, gpointer server);
