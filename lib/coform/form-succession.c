/* From a draft of one version of a form to the next version. */
#include "form-document-private.h"

#include <string.h>

static gboolean
fits(const FormField *field, const json_t *value)
{
    const char *text = json_string_value(value);

    switch (field->kind) {
    case FORM_GROUP:
        return TRUE;
    case FORM_TEXT:
        return text && g_utf8_strlen(text, -1) <= field->max_count;
    default:
        return value && form_field_accepts(field, value, NULL);
    }
}

void
form_document_take_over(FormDocument *document, const json_t *old)
{
    json_t *fields = json_object_get(document->json, "fields");
    const char *path;
    json_t *entry;

    json_object_foreach(json_object_get(old, "fields"), path, entry) {
        const char *row;
        const FormField *field = form_schema_find(document->schema, path, &row);

        if (field && fits(field, json_object_get(entry, "value")))
            json_object_set_new(fields, path, json_deep_copy(entry));
    }
    json_object_foreach(json_object_get(old, "rows"), path, entry) {
        const char *row;
        const FormField *group = form_schema_find(document->schema, path, &row);

        if (group && group->kind == FORM_GROUP)
            json_object_set_new(json_object_get(document->json, "rows"), path, json_deep_copy(entry));
    }
    /* A page that was cut off asks by its patches what had arrived. */
    json_object_set_new(document->json, "patches", json_deep_copy(json_object_get(old, "patches")));
}
