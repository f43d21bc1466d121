#include "model.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "problem.h"

static json_t *
parsed(json_t *row, GError **error)
{
    const char *text = field_string(row, "document");
    json_t *document;

    if (!text)
        return row;
    document = bounded_json_parse(text, strlen(text), MODEL_FORM_BYTES_MAX, error);
    if (!document) {
        json_decref(row);
        return NULL;
    }
    json_object_set_new(row, "document", document);
    return row;
}

json_t *
model_form_of_visit(StoreConnection *db, json_t *input, GError **error)
{
    json_t *row = store_select_one(db, error,
                                   "SELECT f.id, f.code, f.version, f.state, f.document FROM visit_forms v JOIN forms f ON f.id = v.form_id "
                                   "WHERE v.visit_id = $1",
                                   "t", field_string(input, "visit"));

    return row ? parsed(row, error) : NULL;
}

json_t *
model_form_draft(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) visit = model_visit_row(db, field_string(input, "visit"), error);
    json_t *row;

    if (!visit)
        return NULL;
    if (json_is_null(visit)) {
        problem_set(error, PROBLEM_VISIT_NOT_FOUND, NULL);
        return NULL;
    }
    row = store_select_one(db, error,
                           "SELECT id, code, version, state, document FROM forms WHERE case_id = $1 AND code = $2 AND state IN ('draft', 'submitted') "
                           "ORDER BY id DESC LIMIT 1",
                           "tt", field_string(visit, "case"), field_string(input, "code"));
    row = row ? parsed(row, error) : NULL;
    if (!row)
        return NULL;

    g_autoptr(json_t) case_row = store_select_one(db, error, "SELECT applicant, premises, phone FROM cases WHERE id = $1", "t", field_string(visit, "case"));

    if (!case_row) {
        json_decref(row);
        return NULL;
    }
    return json_pack("{s:o, s:O, s:O}", "draft", row, "visit", visit, "case", case_row);
}

static gboolean
save_one(StoreConnection *db, const json_t *form, gint64 now, GError **error)
{
    g_autofree char *text = bounded_json_dump(json_object_get(form, "document"));
    gsize i;
    json_t *entry;

    if (strlen(text) > MODEL_FORM_BYTES_MAX)
        return problem_set(error, PROBLEM_FORM_TOO_LONG, "the whole form");
    if (!store_execute(db, error,
                       "INSERT INTO forms (id, case_id, code, version, state, document, revision, sha256, created_at, updated_at) "
                       "SELECT $1, v.case_id, $2, $3, $4, $5, $6, $7, $8, $8 FROM visits v WHERE v.id = $9 "
                       "ON CONFLICT (id) DO UPDATE SET state = excluded.state, document = excluded.document, revision = excluded.revision, "
                       "sha256 = COALESCE(excluded.sha256, forms.sha256), updated_at = excluded.updated_at",
                       "ttittitit", field_string(form, "id"), field_string(form, "code"), field_integer(form, "version"), field_string(form, "state"),
                       text, field_integer(form, "revision"), field_string(form, "sha256"), now, field_string(form, "visit")) ||
        !store_execute(db, error,
                       "INSERT INTO visit_forms (visit_id, form_id) VALUES ($1, $2) ON CONFLICT (visit_id) DO UPDATE SET form_id = excluded.form_id", "tt",
                       field_string(form, "visit"), field_string(form, "id")))
        return FALSE;
    json_array_foreach(json_object_get(form, "entries"), i, entry)
        if (!model_outbox_entry(db, field_string(form, "visit"), field_string(entry, "type"), now, json_incref(json_object_get(entry, "data")), error))
            return FALSE;
    return TRUE;
}

json_t *
model_forms_save(StoreConnection *db, json_t *input, GError **error)
{
    gsize i;
    json_t *form;

    json_array_foreach(json_object_get(input, "forms"), i, form)
        if (!save_one(db, form, field_integer(input, "now"), error))
            return NULL;
    return json_object();
}

json_t *
model_forms_of_case(StoreConnection *db, json_t *input, GError **error)
{
    json_t *rows = store_select(db, error,
                                "SELECT f.id, f.code, f.version, f.state, f.revision, f.sha256, f.created_at, f.updated_at FROM forms f "
                                "WHERE f.case_id = $1 AND (CAST($2 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM visits v JOIN visit_staff a ON a.visit_id = v.id "
                                "WHERE v.case_id = f.case_id AND a.user_id = $2)) ORDER BY f.id",
                                "tt", field_string(input, "case"), field_string(input, "user"));

    return rows ? json_pack("{s:o}", "forms", rows) : NULL;
}

json_t *
model_form_get(StoreConnection *db, json_t *input, GError **error)
{
    json_t *row = store_select_one(db, error,
                                   "SELECT f.id, f.case_id AS \"case\", f.code, f.version, f.state, f.document, f.sha256 FROM forms f WHERE f.id = $1 AND "
                                   "(CAST($2 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM visits v JOIN visit_staff a ON a.visit_id = v.id "
                                   "WHERE v.case_id = f.case_id AND a.user_id = $2))",
                                   "tt", field_string(input, "form"), field_string(input, "user"));

    if (json_is_null(row)) {
        json_decref(row);
        problem_set(error, PROBLEM_FORM_UNKNOWN, NULL);
        return NULL;
    }
    return row ? parsed(row, error) : NULL;
}
