#include "catalogue.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "item-rules.h"
#include "problem.h"
#include "search/search-terms.h"

/* A version and since when; `versions` of an item are in order of number, and of time: a later version never takes effect before an earlier one. */
typedef struct {
    json_t *item;
    gint64 number;
    gint64 effective_at;
} Version;

struct Catalogue {
    GHashTable *items; /* code → GArray of Version */
    GPtrArray *codes;  /* sorted, for lists; belong to `items` */
};

static void
version_clear(gpointer data)
{
    json_decref(((Version *) data)->item);
}

static Catalogue *
catalogue_new(void)
{
    Catalogue *catalogue = g_new0(Catalogue, 1);

    catalogue->items = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
    catalogue->codes = g_ptr_array_new();
    return catalogue;
}

void
catalogue_free(Catalogue *catalogue)
{
    if (!catalogue)
        return;
    g_ptr_array_unref(catalogue->codes);
    g_hash_table_unref(catalogue->items);
    g_free(catalogue);
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static GArray *
versions_for(Catalogue *catalogue, const char *code)
{
    GArray *versions = g_hash_table_lookup(catalogue->items, code);
    char *key;

    if (versions)
        return versions;
    versions = g_array_new(FALSE, FALSE, sizeof(Version));
    g_array_set_clear_func(versions, version_clear);
    key = g_strdup(code);
    g_hash_table_insert(catalogue->items, key, versions);
    g_ptr_array_add(catalogue->codes, key);
    g_ptr_array_sort(catalogue->codes, compare_names);
    return versions;
}

void
catalogue_add(Catalogue *catalogue, json_t *item, gint64 effective_at)
{
    GArray *versions = versions_for(catalogue, field_string(item, "code"));
    Version version = { json_incref(item), field_integer(item, "version"), effective_at };
    guint at = 0;

    while (at < versions->len && g_array_index(versions, Version, at).number < version.number)
        at++;
    if (at < versions->len && g_array_index(versions, Version, at).number == version.number)
        g_array_remove_index(versions, at);
    g_array_insert_val(versions, at, version);
}

json_t *
catalogue_all(const Catalogue *catalogue)
{
    json_t *list = json_array();

    for (guint i = 0; i < catalogue->codes->len; i++) {
        const GArray *versions = g_hash_table_lookup(catalogue->items, catalogue->codes->pdata[i]);

        for (guint n = 0; n < versions->len; n++)
            json_array_append(list, g_array_index(versions, Version, n).item);
    }
    return list;
}

static json_t *
read_item(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(json_t) item = NULL;

    if (!g_file_get_contents(path, &text, &length, error))
        return NULL;
    item = bounded_json_parse(text, length, ITEM_BYTES_MAX, error);
    if (!item || !item_check(item, error)) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    return g_steal_pointer(&item);
}

static gboolean
load_files(Catalogue *catalogue, const char *directory, GPtrArray *names, GError **error)
{
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(directory, names->pdata[i], NULL);
        g_autoptr(json_t) item = read_item(path, error);

        if (!item)
            return FALSE;
        if (g_hash_table_contains(catalogue->items, field_string(item, "code")))
            return problem_set(error, PROBLEM_FIELD_INVALID, "%s: code %s occurs twice", path, field_string(item, "code"));
        catalogue_add(catalogue, item, 0);
    }
    return TRUE;
}

Catalogue *
catalogue_load(const char *directory, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, error);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Catalogue) catalogue = catalogue_new();
    const char *name;

    if (!dir)
        return NULL;
    while ((name = g_dir_read_name(dir)))
        if (g_str_has_suffix(name, ".json") && names->len < CATALOGUE_ITEMS_MAX)
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    return load_files(catalogue, directory, names, error) ? g_steal_pointer(&catalogue) : NULL;
}

json_t *
catalogue_item(const Catalogue *catalogue, const char *code, gint64 at)
{
    const GArray *versions = code ? g_hash_table_lookup(catalogue->items, code) : NULL;

    for (guint i = versions ? versions->len : 0; i > 0; i--)
        if (g_array_index(versions, Version, i - 1).effective_at <= at)
            return g_array_index(versions, Version, i - 1).item;
    return NULL;
}

json_t *
catalogue_version(const Catalogue *catalogue, const char *code, gint64 version)
{
    const GArray *versions = code ? g_hash_table_lookup(catalogue->items, code) : NULL;

    for (guint i = 0; versions && i < versions->len; i++)
        if (g_array_index(versions, Version, i).number == version)
            return g_array_index(versions, Version, i).item;
    return NULL;
}

json_t *
catalogue_item_of(const Catalogue *catalogue, const json_t *visit)
{
    return catalogue_version(catalogue, field_string(visit, "item_code"), field_integer(visit, "item_version"));
}

gboolean
catalogue_has_checkpoint(const Catalogue *catalogue, const json_t *visit, const char *checkpoint)
{
    gsize i;
    json_t *entry;

    json_array_foreach(json_object_get(catalogue_item_of(catalogue, visit), "checkpoints"), i, entry)
        if (g_strcmp0(field_string(entry, "code"), checkpoint) == 0)
            return TRUE;
    return FALSE;
}

json_t *
catalogue_summary(const Catalogue *catalogue, gint64 at)
{
    static const char *const fields[] = { "code", "version", "name_zh", "name_en", "division_zh", "division_en" };
    json_t *list = json_array();

    for (guint n = 0; n < catalogue->codes->len; n++) {
        json_t *item = catalogue_item(catalogue, catalogue->codes->pdata[n], at);
        json_t *entry;

        if (!item)
            continue;
        entry = json_object();
        for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
            json_object_set(entry, fields[i], json_object_get(item, fields[i]));
        json_array_append_new(list, entry);
    }
    return json_pack("{s:o}", "items", list);
}

/* --- names, in every version: an old case is found by what its item was called --- */

static gboolean
name_matches(const json_t *item, const char *field, const char *folded)
{
    g_autofree char *name = g_utf8_casefold(field_string(item, field), -1);

    return strstr(name, folded) != NULL;
}

char *
catalogue_codes_matching(const Catalogue *catalogue, const char *text)
{
    g_autofree char *folded = g_utf8_casefold(text, -1);
    g_autoptr(GString) codes = g_string_new(",");

    for (guint i = 0; i < catalogue->codes->len; i++) {
        const char *code = catalogue->codes->pdata[i];
        const GArray *versions = g_hash_table_lookup(catalogue->items, code);
        gboolean matches = FALSE;

        for (guint n = 0; !matches && n < versions->len; n++) {
            const json_t *item = g_array_index(versions, Version, n).item;

            matches = name_matches(item, "name_zh", folded) || name_matches(item, "name_en", folded);
        }
        if (matches)
            g_string_append_printf(codes, "%s,", code);
    }
    return codes->len > 1 ? g_strdup(codes->str) : NULL;
}

static void
add_code(json_t *codes, GHashTable *seen, json_t *code)
{
    if (g_hash_table_add(seen, (gpointer) json_string_value(code)))
        json_array_append(codes, code);
}

static void
named_in(const json_t *item, const char *normalised, GHashTable *seen, json_t *items, json_t *checkpoints)
{
    json_t *checkpoint;
    gsize i;

    if (search_contains(field_string(item, "name_zh"), normalised) || search_contains(field_string(item, "name_en"), normalised))
        add_code(items, seen, json_object_get(item, "code"));
    json_array_foreach(json_object_get(item, "checkpoints"), i, checkpoint)
        if (search_contains(field_string(checkpoint, "title_zh"), normalised) || search_contains(field_string(checkpoint, "title_en"), normalised))
            add_code(checkpoints, seen, json_object_get(checkpoint, "code"));
}

void
catalogue_named(const Catalogue *catalogue, const char *word, json_t *ret)
{
    g_autofree char *normalised = search_normalise(word);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    json_t *items = json_array(), *checkpoints = json_array();

    for (guint i = 0; i < catalogue->codes->len; i++) {
        const GArray *versions = g_hash_table_lookup(catalogue->items, catalogue->codes->pdata[i]);

        for (guint n = 0; n < versions->len; n++)
            named_in(g_array_index(versions, Version, n).item, normalised, seen, items, checkpoints);
    }
    json_object_set_new(ret, "items", items);
    json_object_set_new(ret, "checkpoints", checkpoints);
}
