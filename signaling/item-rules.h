/**
 * item-rules — what an item of the catalogue must look like (data/items.schema.json), for files, imports and the editor. Pure; any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/* An item with 64 check points and long guides is about 80 KiB; a province has a few hundred items. */
#define ITEM_BYTES_MAX   (512 * 1024)
#define ITEM_CODE_LENGTH 6

/** PROBLEM_FIELD_INVALID naming the field; unknown fields are refused too. */
gboolean item_check(const json_t *item, GError **error);
/** "MKT-01". */
gboolean item_code_is_valid(const char *code);
