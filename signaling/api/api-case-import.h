/**
 * Cases by the list: POST /api/cases/import with a CSV file. docs/http-api.yaml.
 */
#pragma once

#include "../server.h"

/* 2000 rows of 250 bytes. */
#define CASE_IMPORT_MAX (512 * 1024)

void api_case_import(HttpRequest *request, gpointer server);
