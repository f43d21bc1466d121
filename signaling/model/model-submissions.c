#include "model-submissions.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "model-deliveries.h"
#include "model.h"
#include "problem.h"

json_t *
model_submission_next(StoreConnection *db, json_t *input, GError **error)
{
    json_t *row = store_select_one(db, error,
                                   "SELECT f.id, f.code, f.version, f.document, f.sha256, f.case_id AS \"case\", c.case_number, "
                                   "(SELECT MAX(v.visit_id) FROM visit_forms v WHERE v.form_id = f.id) AS visit FROM forms f JOIN cases c ON c.id = f.case_id "
                                   "WHERE f.state = 'submitted' AND f.pdf_sha256 IS NULL ORDER BY f.updated_at LIMIT 1",
                                   "");
    const char *text = json_is_object(row) ? field_string(row, "document") : NULL;
    json_t *document, *pages;

    if (!text)
        return row;
    document = bounded_json_parse(text, strlen(text), MODEL_FORM_BYTES_MAX, error);
    pages = document ? store_select(db, error, "SELECT id AS page, sha256 FROM form_pages WHERE case_id = $1", "t", field_string(row, "case")) : NULL;
    if (!pages) {
        json_decref(document);
        json_decref(row);
        return NULL;
    }
    json_object_set_new(row, "document", document);
    json_object_set_new(row, "pages", pages);
    return row;
}

json_t *
model_submission_made(StoreConnection *db, json_t *input, GError **error)
{
    if (!store_execute(db, error, "UPDATE forms SET pdf_sha256 = $1 WHERE id = $2", "tt", field_string(input, "pdf_sha256"), field_string(input, "form")) ||
        (field_string(input, "visit") &&
         !model_outbox_entry(db, field_string(input, "visit"), "form-document", field_integer(input, "now"),
                             json_pack("{s:s, s:O, s:s}", "form", field_string(input, "form"), "sha256", json_object_get(input, "sha256"), "pdf_sha256",
                                       field_string(input, "pdf_sha256")),
                             error)) ||
        !model_event(db, field_string(input, "case"), field_string(input, "visit"), "form.submitted",
                     json_pack("{s:s, s:O, s:O, s:s}", "form", field_string(input, "form"), "code", json_object_get(input, "code"), "sha256",
                               json_object_get(input, "sha256"), "pdf_sha256", field_string(input, "pdf_sha256")),
                     field_integer(input, "now"), error))
        return NULL;
    return json_object();
}

json_t *
model_submission_check(StoreConnection *db, json_t *input, GError **error)
{
    json_t *row = store_select_one(db, error,
                                   "SELECT f.id AS form FROM forms f WHERE f.id = $1 AND f.pdf_sha256 IS NOT NULL AND CASE WHEN CAST($2 AS TEXT) IS NOT NULL THEN "
                                   "EXISTS (SELECT 1 FROM participants p JOIN visits v ON v.id = p.visit_id WHERE p.id = $2 AND p.role = 'applicant' AND v.case_id = f.case_id) "
                                   "ELSE CAST($3 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM visits v JOIN visit_staff a ON a.visit_id = v.id WHERE v.case_id = f.case_id AND a.user_id = $3) END",
                                   "ttt", field_string(input, "form"), field_string(input, "participant"), field_string(input, "user"));

    if (json_is_null(row)) {
        json_decref(row);
        problem_set(error, PROBLEM_FORM_UNKNOWN, NULL);
        return NULL;
    }
    return row;
}
