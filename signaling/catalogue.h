/**
 * Catalogue — the permit items with their check points, in every version that was ever published.
 *
 * What is shipped comes from `--items`, one JSON file per item (data/items.schema.json); the store has what was published here, and once an item's
 * version is in the store that is the one that counts. A version takes effect at a time and stays in effect until the next does; what a visit was
 * held under can be looked up for ever. Loop thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct Catalogue Catalogue;

#define CATALOGUE_ITEMS_MAX 2000

/** The shipped items, in effect since ever. Fails at the first file that does not fit the schema, naming file and field. */
Catalogue *catalogue_load(const char *directory, GError **error);
void catalogue_free(Catalogue *catalogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Catalogue, catalogue_free)

/** Adds a version, or replaces the same one. Takes no reference over. */
void catalogue_add(Catalogue *catalogue, json_t *item, gint64 effective_at);
/** [{item…}]: all that were shipped or added, by code and version; a new reference. */
json_t *catalogue_all(const Catalogue *catalogue);

/** The version of an item that is in effect at `at` (wall µs); NULL if there is none. Belongs to the catalogue. */
json_t *catalogue_item(const Catalogue *catalogue, const char *code, gint64 at);
/** A version by its number, in effect or not; NULL if there is none. Belongs to the catalogue. */
json_t *catalogue_version(const Catalogue *catalogue, const char *code, gint64 version);
/** By `item_code` and `item_version` of a visit (or a case). Belongs to the catalogue. */
json_t *catalogue_item_of(const Catalogue *catalogue, const json_t *visit);
gboolean catalogue_has_checkpoint(const Catalogue *catalogue, const json_t *visit, const char *checkpoint);
/** {items: […]} in effect at `at`, without check points, by code; a new reference. */
json_t *catalogue_summary(const Catalogue *catalogue, gint64 at);
/** ",CODE,CODE," of the items whose Chinese or English name, in any version, holds the text, in any case; NULL for none. The caller frees it. */
char *catalogue_codes_matching(const Catalogue *catalogue, const char *text);
/** Sets `items` and `checkpoints` of `ret`: the codes whose Chinese or English name, in any version, holds the word, in any case. */
void catalogue_named(const Catalogue *catalogue, const char *word, json_t *ret);
