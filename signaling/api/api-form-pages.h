/** Photographed pages of documents: docs/http-api.yaml, tag `forms`. Loop thread. */
#pragma once

#include "http-server.h"

#define FORM_PAGE_BYTES_MAX (16 * 1024 * 1024)

/** The page's bytes: DATA/form-pages/ID-SHA256.jpg, the caller frees it. */
char *form_page_file(const char *data, const char *page, const char *sha256);

void api_form_page_put(HttpRequest *request, gpointer server);
void api_form_page_get(HttpRequest *request, gpointer server);
