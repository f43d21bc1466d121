/**
 * The catalogue's editor: versions, drafts, publishing, import and export. HttpHandler with the Server as user. Loop thread.
 */
#pragma once

#include "../server.h"

/* All 25 items with their guides are 150 KiB as a table; a province has ten times as many. */
#define CATALOGUE_IMPORT_MAX (4 * 1024 * 1024)

void api_item_versions(HttpRequest *request, gpointer server);
void api_item_draft_get(HttpRequest *request, gpointer server);
void api_item_draft_put(HttpRequest *request, gpointer server);
void api_item_draft_drop(HttpRequest *request, gpointer server);
void api_item_publish(HttpRequest *request, gpointer server);
void api_draft_list(HttpRequest *request, gpointer server);
void api_catalogue_export(HttpRequest *request, gpointer server);
void api_catalogue_import(HttpRequest *request, gpointer server);

/** Brings the shipped items and the store's versions together; `then` runs when the catalogue is whole, also when the store failed. */
void catalogue_sync(Server *server, void (*then)(Server *server));
