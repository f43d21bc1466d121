/*
 * coform-driver — one FormDocument on standard input and output, a JSON object per line: what tests/integration/coform-model.test.mjs drives.
 *   {"do":"new","schema":{…},"id":…} {"do":"patch","patch":{…},"author":{id,applicant}} {"do":"view"} {"do":"reload"} {"do":"faults"} {"do":"instance"}
 *   {"do":"transform"|"compose","a":[…],"b":[…],"first":…} {"do":"apply","a":[…],"text":…}
 */
#include <stdio.h>
#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "form-document.h"
#include "problem.h"
#include "text-op.h"

typedef struct {
    FormSchema *schema;
    FormDocument *document;
    gint64 now;
} Driver;

static json_t *
failure(const GError *error)
{
    return json_pack("{s:s, s:s}", "error", problem_entry(problem_of(error))->code, "detail", error->message);
}

static json_t *
wrapped(json_t *result, const GError *error)
{
    return result ? json_pack("{s:o}", "result", result) : failure(error);
}

static json_t *
open_document(Driver *driver, const json_t *order, GError **error)
{
    g_clear_pointer(&driver->document, form_document_free);
    g_clear_pointer(&driver->schema, form_schema_unref);
    driver->schema = form_schema_new(json_object_get(order, "schema"), error);
    if (!driver->schema)
        return NULL;
    driver->document = form_document_new(driver->schema, field_string(order, "id"));
    return json_true();
}

/* As after kill -9: what is on the disk comes back, the edits' history does not. */
static json_t *
reload(Driver *driver, GError **error)
{
    g_autofree char *text = bounded_json_dump(form_document_json(driver->document));
    json_t *json = bounded_json_parse(text, strlen(text), 1024 * 1024, error);

    form_document_free(driver->document);
    driver->document = json ? form_document_from_json(driver->schema, json, error) : NULL;
    json_decref(json);
    return driver->document ? json_true() : NULL;
}

static json_t *
obey(Driver *driver, const json_t *order, GError **error)
{
    const char *what = field_string(order, "do");
    const json_t *by = json_object_get(order, "author");
    FormAuthor author = { field_string(by, "id"), "", field_boolean(by, "applicant") };

    if (g_str_equal(what, "new"))
        return open_document(driver, order, error);
    if (g_str_equal(what, "reload"))
        return reload(driver, error);
    if (g_str_equal(what, "patch"))
        return form_document_patch(driver->document, json_object_get(order, "patch"), &author, ++driver->now, error);
    if (g_str_equal(what, "view"))
        return form_document_view(driver->document, TRUE);
    if (g_str_equal(what, "faults"))
        return form_document_faults(driver->document);
    if (g_str_equal(what, "instance"))
        return form_document_instance(driver->document);
    if (g_str_equal(what, "transform"))
        return text_op_transform(json_object_get(order, "a"), json_object_get(order, "b"), field_boolean(order, "first"));
    if (g_str_equal(what, "compose"))
        return text_op_compose(json_object_get(order, "a"), json_object_get(order, "b"));

    g_autofree char *text = text_op_apply(json_object_get(order, "a"), field_string(order, "text"));

    return json_string(text);
}

int
main(void)
{
    Driver driver = { 0 };
    char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, stdin) > 0) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) order = bounded_json_parse(line, strlen(line), 1024 * 1024, &error);
        g_autoptr(json_t) result = order ? obey(&driver, order, &error) : NULL;
        g_autoptr(json_t) answer = wrapped(json_incref(result), error);
        g_autofree char *text = bounded_json_dump(answer);

        puts(text);
        fflush(stdout);
    }
    free(line);
    form_document_free(driver.document);
    form_schema_unref(driver.schema);
    return 0;
}
