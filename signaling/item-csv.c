#include "item-csv.h"

#include <string.h>

#include "csv.h"
#include "field-rules.h"
#include "item-rules.h"
#include "problem.h"

typedef enum { AS_TEXT, AS_LIST, AS_INTEGER, AS_NUMBER, AS_BOOLEAN } CellKind;

typedef struct {
    const char *head;
    const char *field;
    CellKind kind;
} Column;

/* Of the item, then of the check point, then of its measure. */
static const Column item_columns[] = {
    { "item_code", "code", AS_TEXT },
    { "name_zh", "name_zh", AS_TEXT },
    { "name_en", "name_en", AS_TEXT },
    { "division_zh", "division_zh", AS_TEXT },
    { "division_en", "division_en", AS_TEXT },
    { "legal_basis_zh", "legal_basis_zh", AS_TEXT },
    { "inspectors_min", "inspectors_min", AS_INTEGER },
    { "modes", "modes", AS_LIST },
    { "video_mandatory", "video_mandatory", AS_BOOLEAN },
    { "retention", "retention", AS_TEXT },
    { "audit_percent", "audit_percent", AS_INTEGER },
    { "exclusions_zh", "exclusions_zh", AS_TEXT },
    { "exclusions_en", "exclusions_en", AS_TEXT },
    { "tools_zh", "tools_zh", AS_LIST },
    { "tools_en", "tools_en", AS_LIST },
};
static const Column checkpoint_columns[] = {
    { "code", "code", AS_TEXT },         { "title_zh", "title_zh", AS_TEXT }, { "title_en", "title_en", AS_TEXT }, { "guide_zh", "guide_zh", AS_TEXT },
    { "guide_en", "guide_en", AS_TEXT }, { "evidence", "evidence", AS_TEXT }, { "required", "required", AS_BOOLEAN },
};
static const Column measure_columns[] = { { "unit", "unit", AS_TEXT }, { "min", "min", AS_NUMBER }, { "max", "max", AS_NUMBER } };

#define COLUMN_COUNT (G_N_ELEMENTS(item_columns) + G_N_ELEMENTS(checkpoint_columns) + G_N_ELEMENTS(measure_columns))

/* --- writing --- */

static char *
number_text(double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd(text, sizeof text, "%.10g", value);
    return g_strdup(text);
}

static char *
cell_text(const json_t *value, CellKind kind)
{
    g_autoptr(GString) list = NULL;
    gsize i;
    json_t *element;

    if (!value)
        return NULL;
    switch (kind) {
    case AS_TEXT:
        return g_strdup(json_string_value(value));
    case AS_INTEGER:
    case AS_NUMBER:
        return number_text(json_number_value(value));
    case AS_BOOLEAN:
        return g_strdup(json_is_true(value) ? "true" : "false");
    case AS_LIST:
        list = g_string_new(NULL);
        json_array_foreach((json_t *) value, i, element)
            g_string_append_printf(list, "%s%s", i ? "|" : "", json_string_value(element));
        return g_strdup(list->str);
    }
    g_assert_not_reached();
}

static void
add_cells(GPtrArray *cells, const Column *columns, gsize count, const json_t *object)
{
    for (gsize i = 0; i < count; i++)
        g_ptr_array_add(cells, cell_text(json_object_get(object, columns[i].field), columns[i].kind));
}

static void
write_checkpoint(GString *text, const json_t *item, const json_t *checkpoint)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);

    add_cells(cells, item_columns, G_N_ELEMENTS(item_columns), item);
    add_cells(cells, checkpoint_columns, G_N_ELEMENTS(checkpoint_columns), checkpoint);
    add_cells(cells, measure_columns, G_N_ELEMENTS(measure_columns), json_object_get(checkpoint, "measure"));
    csv_append(text, (const char *const *) cells->pdata, cells->len);
}

GString *
item_csv_write(const json_t *items)
{
    GString *text = g_string_new("\xef\xbb\xbf");
    const char *heads[COLUMN_COUNT];
    gsize count = 0, i, n;
    json_t *item, *checkpoint;

    for (gsize c = 0; c < G_N_ELEMENTS(item_columns); c++)
        heads[count++] = item_columns[c].head;
    for (gsize c = 0; c < G_N_ELEMENTS(checkpoint_columns); c++)
        heads[count++] = checkpoint_columns[c].head;
    for (gsize c = 0; c < G_N_ELEMENTS(measure_columns); c++)
        heads[count++] = measure_columns[c].head;
    csv_append(text, heads, count);
    json_array_foreach((json_t *) items, i, item)
        json_array_foreach(json_object_get(item, "checkpoints"), n, checkpoint)
            write_checkpoint(text, item, checkpoint);
    return text;
}

/* --- reading --- */

static json_t *
cell_value(const char *cell, CellKind kind)
{
    char *end = NULL;
    double number;
    json_t *list;
    g_auto(GStrv) parts = NULL;

    switch (kind) {
    case AS_TEXT:
        break;
    case AS_INTEGER:
    case AS_NUMBER:
        number = g_ascii_strtod(cell, &end);
        /* What is no number stays text: the item's check names the field. */
        if (end && *end == '\0' && end != cell)
            return number == (double) (gint64) number ? json_integer((json_int_t) number) : json_real(number);
        break;
    case AS_BOOLEAN:
        if (g_ascii_strcasecmp(cell, "true") == 0 || g_str_equal(cell, "1") || g_str_equal(cell, "是"))
            return json_true();
        if (g_ascii_strcasecmp(cell, "false") == 0 || g_str_equal(cell, "0") || g_str_equal(cell, "否"))
            return json_false();
        break;
    case AS_LIST:
        list = json_array();
        parts = g_strsplit(cell, "|", 64);
        for (char **part = parts; *part; part++)
            json_array_append_new(list, json_string(g_strstrip(*part)));
        return list;
    }
    return json_string(cell);
}

static void
read_cells(json_t *object, const Column *columns, gsize count, GHashTable *heads, const GPtrArray *cells)
{
    for (gsize i = 0; i < count; i++) {
        guint at = GPOINTER_TO_UINT(g_hash_table_lookup(heads, columns[i].head));
        const char *cell = at && at <= cells->len ? cells->pdata[at - 1] : "";

        if (*cell)
            json_object_set_new(object, columns[i].field, cell_value(cell, columns[i].kind));
    }
}

static json_t *
read_checkpoint(GHashTable *heads, const GPtrArray *cells)
{
    json_t *checkpoint = json_object(), *measure = json_object();

    read_cells(checkpoint, checkpoint_columns, G_N_ELEMENTS(checkpoint_columns), heads, cells);
    read_cells(measure, measure_columns, G_N_ELEMENTS(measure_columns), heads, cells);
    if (json_object_size(measure) > 0)
        json_object_set(checkpoint, "measure", measure);
    json_decref(measure);
    return checkpoint;
}

static gboolean
is_column(const char *head, const Column *columns, gsize count)
{
    for (gsize i = 0; i < count; i++)
        if (g_str_equal(columns[i].head, head))
            return TRUE;
    return FALSE;
}

/* Head → its place, from 1. */
static GHashTable *
read_heads(const GPtrArray *row, GError **error)
{
    g_autoptr(GHashTable) heads = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < row->len; i++) {
        if (!is_column(row->pdata[i], item_columns, G_N_ELEMENTS(item_columns)) && !is_column(row->pdata[i], checkpoint_columns, G_N_ELEMENTS(checkpoint_columns)) &&
            !is_column(row->pdata[i], measure_columns, G_N_ELEMENTS(measure_columns))) {
            problem_set(error, PROBLEM_FIELD_INVALID, "row 1: column %u has no known head", i + 1);
            return NULL;
        }
        g_hash_table_insert(heads, row->pdata[i], GUINT_TO_POINTER(i + 1));
    }
    return g_steal_pointer(&heads);
}

static void
finish_item(json_t *list, json_t *item)
{
    g_autoptr(GError) error = NULL;
    json_t *entry = json_pack("{s:O?}", "code", json_object_get(item, "code"));

    if (item_check(item, &error))
        json_object_set(entry, "item", item);
    else
        json_object_set_new(entry, "problem", problem_to_http(error));
    json_array_append_new(list, entry);
    json_decref(item);
}

static json_t *
begin_item(GHashTable *heads, const GPtrArray *cells)
{
    json_t *item = json_pack("{s:i, s:[]}", "version", 1, "checkpoints");

    read_cells(item, item_columns, G_N_ELEMENTS(item_columns), heads, cells);
    if (!json_object_get(item, "code"))
        json_object_set_new(item, "code", json_string(""));
    return item;
}

json_t *
item_csv_read(const char *text, gsize length, GError **error)
{
    g_autoptr(GPtrArray) rows = csv_parse(text, length, error);
    g_autoptr(GHashTable) heads = NULL;
    json_t *list, *item = NULL;

    if (!rows)
        return NULL;
    if (rows->len < 2) {
        problem_set(error, PROBLEM_FIELD_INVALID, "a head and at least one row are needed");
        return NULL;
    }
    heads = read_heads(rows->pdata[0], error);
    if (!heads)
        return NULL;
    list = json_array();
    for (guint i = 1; i < rows->len; i++) {
        guint at = GPOINTER_TO_UINT(g_hash_table_lookup(heads, "item_code"));
        const GPtrArray *cells = rows->pdata[i];
        const char *code = at && at <= cells->len ? cells->pdata[at - 1] : "";

        if (item && g_strcmp0(field_string(item, "code"), code) != 0)
            finish_item(list, g_steal_pointer(&item));
        if (!item)
            item = begin_item(heads, cells);
        json_array_append_new(json_object_get(item, "checkpoints"), read_checkpoint(heads, cells));
    }
    finish_item(list, item);
    return list;
}
