#include "form-catalogue.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "problem.h"

struct FormCatalogue {
    GHashTable *schemas; /* "CODE.VERSION" → FormSchema */
    json_t *summary;
};

static gboolean
read_schema(FormCatalogue *catalogue, const char *directory, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *text = NULL;
    g_autofree char *expected = NULL;
    gsize length;
    g_autoptr(json_t) json = NULL;
    FormSchema *schema;

    if (!g_file_get_contents(path, &text, &length, error))
        return FALSE;
    json = bounded_json_parse(text, length, FORM_FILE_MAX, error);
    schema = json ? form_schema_new(json, error) : NULL;
    if (!schema) {
        g_prefix_error(error, "%s: ", path);
        return FALSE;
    }
    expected = g_strdup_printf("%s.%d", form_schema_code(schema), (int) form_schema_version(schema));
    if (!g_str_has_prefix(name, expected)) {
        form_schema_unref(schema);
        return problem_set(error, PROBLEM_FIELD_INVALID, "%s: is not named after its code and version", path);
    }
    g_hash_table_insert(catalogue->schemas, g_steal_pointer(&expected), schema);
    return TRUE;
}

static int
by_code(gconstpointer a, gconstpointer b)
{
    return strcmp(form_schema_code(*(FormSchema *const *) a), form_schema_code(*(FormSchema *const *) b));
}

static void
summarize(FormCatalogue *catalogue)
{
    static const char *const fields[] = { "code", "version", "title_zh", "title_en", "lead_zh", "lead_en", "items" };
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    json_t *list = json_array();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, catalogue->schemas);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(all, value);
    g_ptr_array_sort(all, by_code);
    for (guint i = 0; i < all->len; i++) {
        FormSchema *schema = all->pdata[i];
        json_t *entry;

        if (form_catalogue_schema(catalogue, form_schema_code(schema), 0) != schema)
            continue;
        entry = json_object();
        for (gsize f = 0; f < G_N_ELEMENTS(fields); f++)
            json_object_set(entry, fields[f], json_object_get(form_schema_json(schema), fields[f]));
        json_array_append_new(list, entry);
    }
    catalogue->summary = json_pack("{s:o}", "forms", list);
}

FormCatalogue *
form_catalogue_new(const char *directory, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, error);
    FormCatalogue *catalogue;
    const char *name;

    if (!dir)
        return NULL;
    catalogue = g_new0(FormCatalogue, 1);
    catalogue->schemas = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) form_schema_unref);
    while ((name = g_dir_read_name(dir)))
        if (g_str_has_suffix(name, ".json") && !read_schema(catalogue, directory, name, error)) {
            form_catalogue_free(catalogue);
            return NULL;
        }
    summarize(catalogue);
    return catalogue;
}

void
form_catalogue_free(FormCatalogue *catalogue)
{
    if (!catalogue)
        return;
    g_hash_table_unref(catalogue->schemas);
    json_decref(catalogue->summary);
    g_free(catalogue);
}

json_t *
form_catalogue_summary(const FormCatalogue *catalogue)
{
    return catalogue->summary;
}

FormSchema *
form_catalogue_schema(const FormCatalogue *catalogue, const char *code, gint64 version)
{
    g_autofree char *exact = g_strdup_printf("%s.%" G_GINT64_FORMAT, code, version);
    GHashTableIter iter;
    gpointer value;
    FormSchema *newest = NULL;

    if (version > 0)
        return g_hash_table_lookup(catalogue->schemas, exact);
    g_hash_table_iter_init(&iter, catalogue->schemas);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (g_str_equal(form_schema_code(value), code) && !form_schema_is_withdrawn(value) &&
            (!newest || form_schema_version(value) > form_schema_version(newest)))
            newest = value;
    return newest;
}
