/**
 * item-csv — items of the catalogue as a table for a spreadsheet: a row per check point, the item's own columns repeated, lists with '|' between. Pure; any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** With a byte order mark, as spreadsheets want it; the caller frees it with g_string_free(). `items` is an array of items. */
GString *item_csv_write(const json_t *items);
/** [{code, item} or {code, problem}]: rows of the same item_code stand together. An item's `version` is 1: the store numbers what is published. A new reference; NULL
 *  when the text is no table, or has a head that is not known. */
json_t *item_csv_read(const char *text, gsize length, GError **error);
