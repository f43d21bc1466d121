/**
 * Catalogue — the permit items with their check points, read once at the start from `--items`, one JSON file per item
 * (data/items.schema.json). Immutable after; any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct Catalogue Catalogue;

/* An item with 64 check points and long guides is about 80 KiB; a province has a few hundred items. */
#define CATALOGUE_FILE_MAX  (512 * 1024)
#define CATALOGUE_ITEMS_MAX 2000

/** Fails at the first file that does not fit the schema, naming file and field. */
Catalogue *catalogue_load(const char *directory, GError **error);
void catalogue_free(Catalogue *catalogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Catalogue, catalogue_free)

/** The item, NULL if there is none; belongs to the catalogue. */
json_t *catalogue_item(const Catalogue *catalogue, const char *code);
gboolean catalogue_has_checkpoint(const Catalogue *catalogue, const char *item, const char *checkpoint);
/** {items: […]} without check points, by code; belongs to the catalogue. */
json_t *catalogue_summary(const Catalogue *catalogue);
/** ",CODE,CODE," of the items whose Chinese or English name holds the text, in any case; NULL for none. The caller frees it. */
char *catalogue_codes_matching(const Catalogue *catalogue, const char *text);
/** Sets `items` and `checkpoints` of `ret`: the codes whose Chinese or English name holds the word, in any case. */
void catalogue_named(const Catalogue *catalogue, const char *word, json_t *ret);
