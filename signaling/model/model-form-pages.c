#include "model-form-pages.h"

#include "bounded-json.h"
#include "field-rules.h"
#include "model.h"
#include "problem.h"

#define COLUMNS "id AS page, case_id AS \"case\", visit_id AS visit, participant_id AS participant, sha256, bytes, width, height, verdict, created_at AS at"

/* The participant as far as pages of documents are concerned: {case, visit_state, role, state}. */
static json_t *
participant_row(StoreConnection *db, const json_t *input, GError **error)
{
    json_t *row = store_select_one(db, error,
                                   "SELECT v.case_id AS \"case\", v.state AS visit_state, v.kind, p.role, p.state FROM participants p "
                                   "JOIN visits v ON v.id = p.visit_id WHERE p.id = $1 AND p.visit_id = $2",
                                   "tt", field_string(input, "participant"), field_string(input, "visit"));

    if (json_is_null(row) || (row && g_strcmp0(field_string(row, "kind"), "assistance") != 0)) {
        json_decref(row);
        problem_set(error, PROBLEM_PARTICIPANT_NOT_FOUND, NULL);
        return NULL;
    }
    if (row && g_strcmp0(field_string(row, "role"), "applicant") != 0 && g_strcmp0(field_string(row, "state"), "admitted") != 0) {
        json_decref(row);
        problem_set(error, PROBLEM_PARTICIPANT_NOT_ADMITTED, NULL);
        return NULL;
    }
    return row;
}

static json_t *
page_row(StoreConnection *db, const char *id, GError **error)
{
    return store_select_one(db, error, "SELECT " COLUMNS " FROM form_pages WHERE id = $1", "t", id);
}

static gboolean
has_room(StoreConnection *db, const char *case_id, GError **error)
{
    g_autoptr(json_t) count = store_select_one(db, error, "SELECT COUNT(*) AS n FROM form_pages WHERE case_id = $1", "t", case_id);

    return count && (field_integer(count, "n") < MODEL_FORM_PAGES_MAX || problem_set(error, PROBLEM_FORM_ROWS, "at most %d pages", MODEL_FORM_PAGES_MAX));
}

json_t *
model_form_page_add(StoreConnection *db, json_t *input, GError **error)
{
    const char *id = field_string(input, "page");
    g_autoptr(json_t) who = participant_row(db, input, error);
    g_autoptr(json_t) before = who ? page_row(db, id, error) : NULL;

    if (!before)
        return NULL;
    if (json_is_object(before)) {
        if (g_strcmp0(field_string(before, "sha256"), field_string(input, "sha256")) == 0 &&
            g_strcmp0(field_string(before, "case"), field_string(who, "case")) == 0)
            return g_steal_pointer(&before);
        problem_set(error, PROBLEM_STILL_CONFLICT, NULL);
        return NULL;
    }
    if (g_strcmp0(field_string(who, "visit_state"), "ended") == 0) {
        problem_set(error, PROBLEM_VISIT_ENDED, NULL);
        return NULL;
    }
    if (!has_room(db, field_string(who, "case"), error) ||
        !store_execute(db, error,
                       "INSERT INTO form_pages (id, case_id, visit_id, participant_id, sha256, bytes, width, height, verdict, created_at) "
                       "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                       "tttttiiiti", id, field_string(who, "case"), field_string(input, "visit"), field_string(input, "participant"), field_string(input, "sha256"),
                       field_integer(input, "bytes"), field_integer(input, "width"), field_integer(input, "height"), field_string(input, "verdict"),
                       field_integer(input, "now")) ||
        !model_outbox_entry(db, field_string(input, "visit"), "form-page", field_integer(input, "now"),
                            json_pack("{s:s, s:s, s:s, s:O, s:s}", "page", id, "participant", field_string(input, "participant"), "sha256",
                                      field_string(input, "sha256"), "bytes", json_object_get(input, "bytes"), "verdict", field_string(input, "verdict")),
                            error))
        return NULL;
    return page_row(db, id, error);
}

json_t *
model_form_page_get(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) who = field_string(input, "participant") ? participant_row(db, input, error) : model_visit_check(db, input, error);
    json_t *row = who ? store_select_one(db, error,
                                         "SELECT " COLUMNS " FROM form_pages WHERE id = $1 AND case_id = (SELECT case_id FROM visits WHERE id = $2)", "tt",
                                         field_string(input, "page"), field_string(input, "visit"))
                      : NULL;

    if (json_is_null(row)) {
        json_decref(row);
        problem_set(error, PROBLEM_STILL_NOT_FOUND, NULL);
        return NULL;
    }
    return row;
}
