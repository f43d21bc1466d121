#include "catalogue.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "problem.h"
#include "search/search-terms.h"

struct Catalogue {
    json_t *items;   /* code → item */
    json_t *summary; /* {items: […]} */
};

#define TEXT(n) { n, FIELD_STRING, 0, 2, 400, NULL, NULL, NULL }
#define END     { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL }

static const char *const evidence_values[] = { "video", "photo", "measure", "document", NULL };
static const char *const mode_values[] = { "live", "self-shot", "assisted", "camera", NULL };
static const char *const retention_values[] = { "permanent", "30-years", "10-years", NULL };
static const FieldRule mode_element = { "mode", FIELD_ENUM, 0, 0, 0, mode_values, NULL, NULL };
static const FieldRule tool_element = { "tool", FIELD_STRING, 0, 1, 100, NULL, NULL, NULL };
static const FieldRule measure_fields[] = {
    { "unit", FIELD_STRING, 0, 1, 8, NULL, NULL, NULL },
    { "min", FIELD_NUMBER, FIELD_OPTIONAL, -1000000, 1000000, NULL, NULL, NULL },
    { "max", FIELD_NUMBER, FIELD_OPTIONAL, -1000000, 1000000, NULL, NULL, NULL },
    END,
};
static const FieldRule checkpoint_fields[] = {
    { "code", FIELD_STRING, 0, 9, 9, NULL, NULL, NULL },
    TEXT("title_zh"),
    TEXT("title_en"),
    TEXT("guide_zh"),
    TEXT("guide_en"),
    { "evidence", FIELD_ENUM, 0, 0, 0, evidence_values, NULL, NULL },
    { "required", FIELD_BOOLEAN, 0, 0, 0, NULL, NULL, NULL },
    { "measure", FIELD_OBJECT, FIELD_OPTIONAL, 0, 0, NULL, measure_fields, NULL },
    END,
};
static const FieldRule checkpoint_element = { "checkpoint", FIELD_OBJECT, 0, 0, 0, NULL, checkpoint_fields, NULL };
static const FieldRule item_fields[] = {
    { "code", FIELD_STRING, 0, 6, 6, NULL, NULL, NULL },
    { "version", FIELD_INTEGER, 0, 1, G_MAXINT32, NULL, NULL, NULL },
    TEXT("name_zh"),
    TEXT("name_en"),
    TEXT("division_zh"),
    TEXT("division_en"),
    TEXT("legal_basis_zh"),
    { "inspectors_min", FIELD_INTEGER, FIELD_OPTIONAL, 1, 5, NULL, NULL, NULL },
    { "modes", FIELD_ARRAY, FIELD_OPTIONAL, 1, 4, NULL, NULL, &mode_element },
    { "video_mandatory", FIELD_BOOLEAN, FIELD_OPTIONAL, 0, 0, NULL, NULL, NULL },
    { "retention", FIELD_ENUM, FIELD_OPTIONAL, 0, 0, retention_values, NULL, NULL },
    { "audit_percent", FIELD_INTEGER, FIELD_OPTIONAL, 0, 100, NULL, NULL, NULL },
    { "exclusions_zh", FIELD_STRING, FIELD_OPTIONAL, 2, 400, NULL, NULL, NULL },
    { "exclusions_en", FIELD_STRING, FIELD_OPTIONAL, 2, 400, NULL, NULL, NULL },
    { "tools_zh", FIELD_ARRAY, FIELD_OPTIONAL, 0, 20, NULL, NULL, &tool_element },
    { "tools_en", FIELD_ARRAY, FIELD_OPTIONAL, 0, 20, NULL, NULL, &tool_element },
    { "checkpoints", FIELD_ARRAY, 0, 1, 64, NULL, NULL, &checkpoint_element },
    END,
};

/* data/items.schema.json: ^[A-Z]{3}-[0-9]{2}$, and a check point's code is its item's and two more digits. */
static gboolean
item_code_is_valid(const char *code)
{
    return g_regex_match_simple("^[A-Z]{3}-[0-9]{2}$", code, G_REGEX_DOLLAR_ENDONLY, 0);
}

static gboolean
check_codes(const json_t *item, GError **error)
{
    const char *code = field_string(item, "code");
    g_autofree char *prefix = g_strconcat(code, "-", NULL);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    gsize i;
    json_t *checkpoint;

    if (!item_code_is_valid(code))
        return problem_set(error, PROBLEM_FIELD_INVALID, "code: must look like ABC-01");
    json_array_foreach(json_object_get(item, "checkpoints"), i, checkpoint) {
        const char *own = field_string(checkpoint, "code");

        if (!g_str_has_prefix(own, prefix) || !g_ascii_isdigit(own[7]) || !g_ascii_isdigit(own[8]) ||
            !g_hash_table_add(seen, (gpointer) own))
            return problem_set(error, PROBLEM_FIELD_INVALID, "checkpoints[%" G_GSIZE_FORMAT "].code: must be the item's and two digits, once", i);
    }
    return TRUE;
}

static json_t *
read_item(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(json_t) item = NULL;

    if (!g_file_get_contents(path, &text, &length, error))
        return NULL;
    item = bounded_json_parse(text, length, CATALOGUE_FILE_MAX, error);
    if (!item || !field_rules_check(item_fields, item, error) || !check_codes(item, error)) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    return g_steal_pointer(&item);
}

static void
summarize(Catalogue *catalogue)
{
    static const char *const fields[] = { "code", "version", "name_zh", "name_en", "division_zh", "division_en" };
    json_t *list = json_array();
    const char *code;
    json_t *item;

    json_object_foreach(catalogue->items, code, item) {
        json_t *entry = json_object();

        for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
            json_object_set(entry, fields[i], json_object_get(item, fields[i]));
        json_array_append_new(list, entry);
    }
    catalogue->summary = json_pack("{s:o}", "items", list);
}

static gboolean
load_files(Catalogue *catalogue, const char *directory, GPtrArray *names, GError **error)
{
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(directory, names->pdata[i], NULL);
        g_autoptr(json_t) item = read_item(path, error);

        if (!item)
            return FALSE;
        if (json_object_get(catalogue->items, field_string(item, "code")))
            return problem_set(error, PROBLEM_FIELD_INVALID, "%s: code %s occurs twice", path, field_string(item, "code"));
        json_object_set(catalogue->items, field_string(item, "code"), item);
    }
    return TRUE;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

Catalogue *
catalogue_load(const char *directory, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, error);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Catalogue) catalogue = g_new0(Catalogue, 1);
    const char *name;

    if (!dir)
        return NULL;
    while ((name = g_dir_read_name(dir)))
        if (g_str_has_suffix(name, ".json") && names->len < CATALOGUE_ITEMS_MAX)
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    catalogue->items = json_object();
    if (!load_files(catalogue, directory, names, error))
        return NULL;
    summarize(catalogue);
    return g_steal_pointer(&catalogue);
}

void
catalogue_free(Catalogue *catalogue)
{
    if (!catalogue)
        return;
    json_decref(catalogue->items);
    json_decref(catalogue->summary);
    g_free(catalogue);
}

json_t *
catalogue_item(const Catalogue *catalogue, const char *code)
{
    return code ? json_object_get(catalogue->items, code) : NULL;
}

gboolean
catalogue_has_checkpoint(const Catalogue *catalogue, const char *item, const char *checkpoint)
{
    json_t *list = json_object_get(catalogue_item(catalogue, item), "checkpoints");
    gsize i;
    json_t *entry;

    json_array_foreach(list, i, entry)
        if (g_strcmp0(field_string(entry, "code"), checkpoint) == 0)
            return TRUE;
    return FALSE;
}

json_t *
catalogue_summary(const Catalogue *catalogue)
{
    return catalogue->summary;
}

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
    const char *code;
    json_t *item;

    json_object_foreach(catalogue->items, code, item)
        if (name_matches(item, "name_zh", folded) || name_matches(item, "name_en", folded))
            g_string_append_printf(codes, "%s,", code);
    return codes->len > 1 ? g_strdup(codes->str) : NULL;
}

void
catalogue_named(const Catalogue *catalogue, const char *word, json_t *ret)
{
    g_autofree char *normalised = search_normalise(word);
    json_t *items = json_array(), *checkpoints = json_array();
    const char *code;
    json_t *item, *checkpoint;
    gsize i;

    json_object_foreach(catalogue->items, code, item) {
        if (search_contains(field_string(item, "name_zh"), normalised) || search_contains(field_string(item, "name_en"), normalised))
            json_array_append_new(items, json_string(code));
        json_array_foreach(json_object_get(item, "checkpoints"), i, checkpoint)
            if (search_contains(field_string(checkpoint, "title_zh"), normalised) ||
                search_contains(field_string(checkpoint, "title_en"), normalised))
                json_array_append(checkpoints, json_object_get(checkpoint, "code"));
    }
    json_object_set_new(ret, "items", items);
    json_object_set_new(ret, "checkpoints", checkpoints);
}
