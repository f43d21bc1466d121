/* What is read off a document: what is asked for, what is wrong, what each member may see, and the result. */
#include "form-document-private.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"

json_t *
form_document_rows(const FormDocument *document, const char *group)
{
    return json_object_get(json_object_get(document->json, "rows"), group);
}

json_t *
form_document_value(const FormDocument *document, const char *path)
{
    return json_object_get(json_object_get(json_object_get(document->json, "fields"), path), "value");
}

static char *
path_of(const FormField *field, const char *row)
{
    return row ? g_strdup_printf("%s/%.8s/%s", field->group->name, row, field->name) : g_strdup(field->name);
}

static gboolean
condition_holds(const FormDocument *document, const FormField *field, const char *row)
{
    gsize i;
    json_t *wanted;
    const json_t *value;

    if (!field->when_field)
        return TRUE;
    /* Inside a row the other field is the row's own, when it has one of that name. */
    if (row) {
        g_autofree char *own = g_strdup_printf("%s/%.8s/%s", field->group->name, row, field->when_field);
        const char *ignored;

        value = form_schema_find(document->schema, own, &ignored) ? form_document_value(document, own)
                                                                  : form_document_value(document, field->when_field);
    } else {
        value = form_document_value(document, field->when_field);
    }
    json_array_foreach(field->when_values, i, wanted)
        if (value ? json_equal(value, wanted) : json_is_false(wanted))
            return TRUE;
    return FALSE;
}

gboolean
form_document_asks(const FormDocument *document, const FormField *field, const char *row)
{
    if (field->group && !condition_holds(document, field->group, NULL))
        return FALSE;
    return condition_holds(document, field, row);
}

/* Calls `each` for every field that is asked for, in the order of the form. */
typedef void (*EachFunc)(const FormDocument *document, const FormField *field, const char *row, const char *path, gpointer user);

static void
each_asked(const FormDocument *document, EachFunc each, gpointer user)
{
    for (guint i = 0; i < form_schema_count(document->schema); i++) {
        const FormField *field = form_schema_field(document->schema, i);
        const json_t *rows = field->group ? form_document_rows(document, field->group->name) : NULL;
        gsize count = field->group ? json_array_size(rows) : 1;

        for (gsize r = 0; r < count; r++) {
            const char *row = field->group ? json_string_value(json_array_get(rows, r)) : NULL;
            g_autofree char *path = path_of(field, row);

            if (form_document_asks(document, field, row))
                each(document, field, row, path, user);
        }
    }
}

static void
add_fault(const FormDocument *document, const FormField *field, const char *row, const char *path, gpointer user)
{
    const json_t *value = field->kind == FORM_GROUP ? form_document_rows(document, field->name) : form_document_value(document, path);
    const char *fault = form_field_fault(field, value);

    if (fault)
        json_array_append_new(user, json_pack("{s:s, s:s}", "path", path, "fault", fault));
}

json_t *
form_document_faults(const FormDocument *document)
{
    json_t *faults = json_array();

    each_asked(document, add_fault, faults);
    return faults;
}

static void
add_section(const FormDocument *document, const FormField *field, const char *row, const char *path, gpointer user)
{
    gsize size = json_array_size(user);
    const char *last = size > 0 ? json_string_value(json_array_get(user, size - 1)) : NULL;

    if (!json_object_get(json_object_get(document->json, "sections"), field->section) && g_strcmp0(last, field->section) != 0)
        json_array_append_new(user, json_string(field->section));
}

json_t *
form_document_unconfirmed(const FormDocument *document)
{
    json_t *sections = json_array();

    each_asked(document, add_section, sections);
    return sections;
}

/* --- who sees what --- */

gboolean
form_document_hides(const FormDocument *document, const char *path)
{
    const char *row;
    const FormField *field = form_schema_find(document->schema, path, &row);
    gsize i;
    json_t *shown;

    if (!field || !field->sensitive)
        return FALSE;
    json_array_foreach(json_object_get(document->json, "shown"), i, shown)
        if (g_str_equal(json_string_value(shown), path))
            return FALSE;
    return TRUE;
}

static json_t *
masked(const json_t *entry)
{
    json_t *copy = json_copy((json_t *) entry);
    const json_t *value = json_object_get(entry, "value");
    gint64 length = json_is_string(value) ? g_utf8_strlen(json_string_value(value), -1) : (gint64) json_array_size(value);

    json_object_del(copy, "value");
    json_object_set_new(copy, "masked", json_integer(length));
    return copy;
}

json_t *
form_document_view(const FormDocument *document, gboolean applicant)
{
    json_t *view = json_copy(document->json);
    json_t *fields = json_object();
    const char *path;
    json_t *entry;

    json_object_foreach(json_object_get(document->json, "fields"), path, entry)
        json_object_set_new(fields, path, !applicant && form_document_hides(document, path) ? masked(entry) : json_incref(entry));
    json_object_set_new(view, "fields", fields);
    return view;
}

json_t *
form_document_change_for_helper(const FormDocument *document, json_t *change)
{
    const char *path = field_string(change, "path");
    json_t *entry = path ? json_object_get(json_object_get(document->json, "fields"), path) : NULL;
    json_t *copy;

    if (!path)
        return json_incref(change);
    if (g_str_equal(field_string(change, "kind"), "show")) {
        /* From here on it is seen, or no more. */
        copy = json_copy(change);
        if (entry)
            json_object_set_new(copy, "entry", form_document_hides(document, path) ? masked(entry) : json_incref(entry));
        return copy;
    }
    if (!entry || !form_document_hides(document, path))
        return json_incref(change);
    copy = json_copy(change);
    json_object_set_new(copy, "kind", json_string("masked"));
    json_object_del(copy, "text");
    json_object_del(copy, "value");
    json_object_set_new(copy, "field", masked(entry));
    return copy;
}

/* --- the result --- */

static json_t *
instance_value(const FormField *field, const json_t *value)
{
    g_autofree char *trimmed = NULL;

    if (field->kind != FORM_TEXT || !json_is_string(value))
        return json_incref((json_t *) value);
    trimmed = g_strstrip(g_strdup(json_string_value(value)));
    if (!*trimmed)
        return NULL;
    if (!field->numeric)
        return json_string(trimmed);

    double number = g_ascii_strtod(trimmed, NULL);

    return strchr(trimmed, '.') ? json_real(number) : json_integer((json_int_t) number);
}

static void
add_to_instance(const FormDocument *document, const FormField *field, const char *row, const char *path, gpointer user)
{
    json_t *target = user;
    json_t *value;

    if (field->kind == FORM_GROUP) {
        json_t *list = json_array();

        for (gsize i = 0; i < json_array_size(form_document_rows(document, field->name)); i++)
            json_array_append_new(list, json_object());
        json_object_set_new(user, field->name, list);
        return;
    }
    value = form_document_value(document, path);
    if (!value || json_is_null(value) || !(value = instance_value(field, value)))
        return;
    if (row) {
        const json_t *rows = form_document_rows(document, field->group->name);
        gsize index = 0;

        while (index < json_array_size(rows) && strncmp(json_string_value(json_array_get(rows, index)), row, 8) != 0)
            index++;
        target = json_array_get(json_object_get(user, field->group->name), index);
    }
    json_object_set_new(target, field->name, value);
}

json_t *
form_document_instance(const FormDocument *document)
{
    json_t *instance = json_object();

    each_asked(document, add_to_instance, instance);
    return instance;
}

gboolean
form_document_hides_file(const FormDocument *document, const char *file)
{
    const char *path;
    json_t *entry;

    json_object_foreach(json_object_get(document->json, "fields"), path, entry) {
        gsize i;
        json_t *id;

        json_array_foreach(json_object_get(entry, "value"), i, id)
            if (g_strcmp0(json_string_value(id), file) == 0 && form_document_hides(document, path))
                return TRUE;
    }
    return FALSE;
}
