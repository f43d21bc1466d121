#include "form-schema.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "form-check.h"
#include "problem.h"
#include "uuid7.h"

#define ROW_LENGTH 8

struct FormSchema {
    gint references;
    json_t *json;
    GPtrArray *fields; /* FormField */
};

static void
field_free(gpointer data)
{
    FormField *field = data;

    if (field->pattern)
        g_regex_unref(field->pattern);
    g_free(field);
}

FormSchema *
form_schema_ref(FormSchema *schema)
{
    g_atomic_int_inc(&schema->references);
    return schema;
}

void
form_schema_unref(FormSchema *schema)
{
    if (!schema || !g_atomic_int_dec_and_test(&schema->references))
        return;
    g_ptr_array_unref(schema->fields);
    json_decref(schema->json);
    g_free(schema);
}

/* --- reading the file --- */

#define TEXT(n, fl, max) { n, FIELD_STRING, fl, 1, max, NULL, NULL, NULL }
#define END              { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL }

static const FieldRule any_object[] = { END };
static const FieldRule file_rules[] = {
    TEXT("code", 0, 64),
    { "version", FIELD_INTEGER, 0, 1, G_MAXINT32, NULL, NULL, NULL },
    TEXT("title_zh", 0, 200),
    TEXT("title_en", 0, 200),
    { "withdrawn", FIELD_BOOLEAN, FIELD_OPTIONAL, 0, 0, NULL, NULL, NULL },
    { "schema", FIELD_OBJECT, 0, 0, 0, NULL, any_object, NULL },
    END,
};
static const FieldRule layout_field_rules[] = {
    TEXT("field", 0, 64),
    TEXT("label_zh", 0, 200),
    TEXT("label_en", 0, 200),
    TEXT("widget", 0, 32),
    { "sensitive", FIELD_BOOLEAN, FIELD_OPTIONAL, 0, 0, NULL, NULL, NULL },
    END,
};

static gboolean
list_has(const json_t *list, const char *name)
{
    gsize i;
    json_t *entry;

    json_array_foreach(list, i, entry)
        if (g_strcmp0(json_string_value(entry), name) == 0)
            return TRUE;
    return FALSE;
}

/* Always, or in the `then` of a condition: whether that holds is what `when` says. */
static gboolean
is_needed(const json_t *schema, const char *name)
{
    gsize i;
    json_t *rule;

    if (list_has(json_object_get(schema, "required"), name))
        return TRUE;
    json_array_foreach(json_object_get(schema, "allOf"), i, rule)
        if (list_has(json_object_get(json_object_get(rule, "then"), "required"), name))
            return TRUE;
    return FALSE;
}

static gboolean
set_kind(FormField *field, const json_t *property, GError **error)
{
    const char *type = field_string(property, "type");
    const char *format = field_string(property, "format");

    if (json_object_get(property, "enum"))
        field->kind = FORM_CHOICE;
    else if (g_strcmp0(type, "boolean") == 0)
        field->kind = FORM_FLAG;
    else if (g_strcmp0(type, "array") == 0)
        field->kind = g_strcmp0(field_string(json_object_get(property, "items"), "type"), "object") == 0 ? FORM_GROUP : FORM_FILES;
    else if (g_strcmp0(format, "date") == 0)
        field->kind = FORM_DATE;
    else if (g_strcmp0(type, "string") == 0 || g_strcmp0(type, "number") == 0 || g_strcmp0(type, "integer") == 0)
        field->kind = FORM_TEXT;
    else
        return problem_set(error, PROBLEM_FIELD_INVALID, "%s: type", field->name);
    field->numeric = g_strcmp0(type, "number") == 0 || g_strcmp0(type, "integer") == 0;
    field->format = field->kind == FORM_TEXT ? format : NULL;
    field->options = json_object_get(property, "enum");
    return TRUE;
}

static gint64
count_of(const json_t *property, const char *name, gint64 otherwise)
{
    const json_t *value = json_object_get(property, name);

    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static gboolean
set_bounds(FormField *field, const json_t *property, GError **error)
{
    const json_t *minimum = json_object_get(property, "minimum");
    const json_t *maximum = json_object_get(property, "maximum");
    const char *pattern = field_string(property, "pattern");
    gint64 most = field->kind == FORM_GROUP ? FORM_ROWS_MAX : field->kind == FORM_FILES ? FORM_FILES_MAX : FORM_TEXT_MAX;
    gboolean array = field->kind == FORM_GROUP || field->kind == FORM_FILES;

    field->minimum = json_is_number(minimum) ? json_number_value(minimum) : -G_MAXDOUBLE;
    field->maximum = json_is_number(maximum) ? json_number_value(maximum) : G_MAXDOUBLE;
    field->min_count = count_of(property, array ? "minItems" : "minLength", 0);
    field->max_count = count_of(property, array ? "maxItems" : "maxLength", field->numeric ? 20 : array ? most : 200);
    if (field->max_count < 1 || field->max_count > most)
        return problem_set(error, PROBLEM_FIELD_INVALID, "%s: at most %" G_GINT64_FORMAT, field->name, most);
    if (pattern) {
        g_autoptr(GError) bad = NULL;

        field->pattern = g_regex_new(pattern, G_REGEX_DOLLAR_ENDONLY, 0, &bad);
        if (!field->pattern)
            return problem_set(error, PROBLEM_FIELD_INVALID, "%s: pattern", field->name);
    }
    return TRUE;
}

static gboolean add_fields(FormSchema *schema, const json_t *layout, const json_t *object, const char *section, const FormField *group,
                           GError **error);

static gboolean
add_field(FormSchema *schema, const json_t *entry, const json_t *object, const char *section, const FormField *group, GError **error)
{
    if (!field_rules_check(layout_field_rules, entry, error))
        return FALSE;

    const char *name = field_string(entry, "field");
    const json_t *property = json_object_get(json_object_get(object, "properties"), name);
    const json_t *when = json_object_get(entry, "when");
    FormField *field = g_new0(FormField, 1);

    g_ptr_array_add(schema->fields, field);
    field->name = name;
    field->group = group;
    field->section = section;
    field->sensitive = field_boolean(entry, "sensitive");
    field->needed = is_needed(object, name);
    field->prefill = field_string(entry, "prefill");
    field->when_field = field_string(when, "field");
    field->when_values = json_object_get(when, "is");
    if (!json_is_object(property) || strchr(name, '/') || schema->fields->len > FORM_FIELDS_MAX)
        return problem_set(error, PROBLEM_FIELD_INVALID, "%s: not in the schema", name);
    if (!set_kind(field, property, error) || !set_bounds(field, property, error))
        return FALSE;
    if (field->kind != FORM_GROUP)
        return TRUE;
    return !group ? add_fields(schema, json_object_get(entry, "fields"), json_object_get(property, "items"), section, field, error)
                  : problem_set(error, PROBLEM_FIELD_INVALID, "%s: a group in a group", name);
}

static gboolean
add_fields(FormSchema *schema, const json_t *layout, const json_t *object, const char *section, const FormField *group, GError **error)
{
    gsize i;
    json_t *entry;

    if (json_array_size(layout) == 0)
        return problem_set(error, PROBLEM_FIELD_INVALID, "%s: no fields", section);
    json_array_foreach(layout, i, entry)
        if (!add_field(schema, entry, object, section, group, error))
            return FALSE;
    return TRUE;
}

FormSchema *
form_schema_new(json_t *json, GError **error)
{
    g_autoptr(FormSchema) schema = g_new0(FormSchema, 1);
    gsize i;
    json_t *section;

    schema->references = 1;
    schema->json = json_incref(json);
    schema->fields = g_ptr_array_new_with_free_func(field_free);
    if (!field_rules_check(file_rules, json, error))
        return NULL;
    json_array_foreach(json_object_get(json, "layout"), i, section) {
        const char *name = field_string(section, "section");

        if (!name || !field_string(section, "title_zh") || !field_string(section, "title_en")) {
            problem_set(error, PROBLEM_FIELD_INVALID, "layout[%" G_GSIZE_FORMAT "]: section, title_zh, title_en", i);
            return NULL;
        }
        if (!add_fields(schema, json_object_get(section, "fields"), json_object_get(json, "schema"), name, NULL, error))
            return NULL;
    }
    if (schema->fields->len == 0) {
        problem_set(error, PROBLEM_FIELD_INVALID, "layout: no fields");
        return NULL;
    }
    return g_steal_pointer(&schema);
}

json_t *
form_schema_json(const FormSchema *schema)
{
    return schema->json;
}

const char *
form_schema_code(const FormSchema *schema)
{
    return field_string(schema->json, "code");
}

gint64
form_schema_version(const FormSchema *schema)
{
    return field_integer(schema->json, "version");
}

gboolean
form_schema_is_withdrawn(const FormSchema *schema)
{
    return field_boolean(schema->json, "withdrawn");
}

gboolean
form_schema_has_section(const FormSchema *schema, const char *section)
{
    for (guint i = 0; i < schema->fields->len; i++)
        if (g_str_equal(form_schema_field(schema, i)->section, section))
            return TRUE;
    return FALSE;
}

guint
form_schema_count(const FormSchema *schema)
{
    return schema->fields->len;
}

const FormField *
form_schema_field(const FormSchema *schema, guint index)
{
    return schema->fields->pdata[index];
}

gboolean
form_row_is_valid(const char *row)
{
    for (int i = 0; i < ROW_LENGTH; i++)
        if (!g_ascii_islower(row[i]) && !g_ascii_isdigit(row[i]))
            return FALSE;
    return TRUE;
}

const FormField *
form_schema_find(const FormSchema *schema, const char *path, const char **ret_row)
{
    const char *slash = strchr(path, '/');
    gsize head = slash ? (gsize) (slash - path) : strlen(path);
    const char *name = path;

    *ret_row = NULL;
    if (slash) {
        if (strlen(slash + 1) <= ROW_LENGTH + 1 || !form_row_is_valid(slash + 1) || slash[1 + ROW_LENGTH] != '/')
            return NULL;
        *ret_row = slash + 1;
        name = slash + ROW_LENGTH + 2;
    }
    for (guint i = 0; i < schema->fields->len; i++) {
        const FormField *field = form_schema_field(schema, i);
        gboolean here = slash ? field->group && strlen(field->group->name) == head && strncmp(field->group->name, path, head) == 0 : !field->group;

        if (here && g_str_equal(field->name, name))
            return field;
    }
    return NULL;
}

/* --- values --- */

gboolean
form_field_accepts(const FormField *field, const json_t *value, GError **error)
{
    gsize i;
    json_t *entry;

    switch (field->kind) {
    case FORM_CHOICE:
        if (json_is_null(value) || (json_is_string(value) && list_has(field->options, json_string_value(value))))
            return TRUE;
        return problem_set(error, PROBLEM_FORM_VALUE, "%s: not one of the choices", field->name);
    case FORM_FLAG:
        return json_is_boolean(value) || json_is_null(value) || problem_set(error, PROBLEM_FORM_VALUE, "%s: yes or no", field->name);
    case FORM_DATE:
        if (json_is_null(value) || (json_is_string(value) && form_is_date(json_string_value(value))))
            return TRUE;
        return problem_set(error, PROBLEM_FORM_VALUE, "%s: a date", field->name);
    case FORM_FILES:
        if (!json_is_array(value) || (gint64) json_array_size(value) > field->max_count)
            return problem_set(error, PROBLEM_FORM_VALUE, "%s: at most %" G_GINT64_FORMAT " documents", field->name, field->max_count);
        json_array_foreach(value, i, entry)
            if (!uuid7_is_valid(json_string_value(entry)))
                return problem_set(error, PROBLEM_FORM_VALUE, "%s: ids of documents", field->name);
        return TRUE;
    default:
        return problem_set(error, PROBLEM_FORM_VALUE, "%s: is edited otherwise", field->name);
    }
}

static const char *
format_fault(const char *format, const char *text)
{
    static const struct {
        const char *format;
        gboolean (*check)(const char *text);
        const char *fault;
    } formats[] = {
        { "cn-identity", form_is_identity_number, "identity" },
        { "cn-uscc", form_is_credit_code, "credit-code" },
        { "cn-phone", form_is_phone, "phone" },
        { "cn-bank-card", form_is_bank_card, "bank-card" },
    };

    for (gsize i = 0; format && i < G_N_ELEMENTS(formats); i++)
        if (g_str_equal(format, formats[i].format) && !formats[i].check(text))
            return formats[i].fault;
    return NULL;
}

static const char *
text_fault(const FormField *field, const char *text)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text ? text : ""));
    glong length = g_utf8_strlen(trimmed, -1);

    if (length == 0)
        return field->needed ? "needed" : NULL;
    if (length < field->min_count)
        return "too-short";
    if (field->pattern && !g_regex_match(field->pattern, trimmed, 0, NULL))
        return "pattern";
    if (field->numeric) {
        char *end = NULL;
        double value = g_ascii_strtod(trimmed, &end);

        if (!g_ascii_isdigit(trimmed[0]) || *end || strpbrk(trimmed, "xXeEnNiI"))
            return "number";
        if (value < field->minimum || value > field->maximum)
            return "range";
    }
    return format_fault(field->format, trimmed);
}

const char *
form_field_fault(const FormField *field, const json_t *value)
{
    switch (field->kind) {
    case FORM_TEXT:
        return text_fault(field, json_string_value(value));
    case FORM_FLAG:
        return field->needed && !json_is_true(value) ? "needed" : NULL;
    case FORM_FILES:
        return field->needed && json_array_size(value) == 0 ? "needed" : NULL;
    case FORM_GROUP:
        return (gint64) json_array_size(value) < MAX(field->min_count, field->needed ? 1 : 0) ? "rows" : NULL;
    default:
        return field->needed && !json_is_string(value) ? "needed" : NULL;
    }
}
