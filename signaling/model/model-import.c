#include "model-import.h"

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model.h"
#include "problem.h"
#include "retention-term.h"
#include "uuid7.h"

/* The case of this number, or a new one. The applicant's name may be written otherwise here: the number and the item decide. */
static char *
case_id(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "INSERT INTO cases (id, case_number, item_code, item_version, applicant, premises, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) "
                                             "ON CONFLICT (case_number) DO UPDATE SET case_number = excluded.case_number RETURNING id, item_code",
                                             "tttitti", id, field_string(input, "case_number"), field_string(input, "item_code"), field_integer(input, "item_version"),
                                             field_string(input, "applicant"), field_string(input, "premises"), field_integer(input, "now"));

    if (!row)
        return NULL;
    if (!g_str_equal(field_string(row, "item_code"), field_string(input, "item_code"))) {
        problem_set(error, PROBLEM_CASE_CONFLICT, NULL);
        return NULL;
    }
    return g_strdup(field_string(row, "id"));
}

static gboolean
is_new(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT (SELECT COUNT(*) FROM recordings WHERE id = $1) + (SELECT COUNT(*) FROM visits WHERE id = $2) AS n", "tt",
                                             field_string(input, "recording"), field_string(input, "visit"));

    return row && (field_integer(row, "n") == 0 || problem_set(error, PROBLEM_IMPORT_EXISTS, NULL));
}

static gboolean
add_participant(StoreConnection *db, const char *visit, const char *id, const char *role, const char *name, gint64 at, GError **error)
{
    return store_execute(db, error,
                         "INSERT INTO participants (id, visit_id, role, name, state, joined_at, created_at) VALUES ($1, $2, $3, $4, 'left', $5, $5) ON CONFLICT (id) DO NOTHING",
                         "tttti", id, visit, role, name, at);
}

static gboolean
add_people(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    gint64 at = field_integer(input, "started_at");
    gsize i;
    json_t *person;

    json_array_foreach(json_object_get(input, "participants"), i, person)
        if (!add_participant(db, visit, field_string(person, "id"), field_string(person, "role"), field_string(person, "name"), at, error))
            return FALSE;
    /* A recording that was begun by hand names somebody who never joined. */
    return add_participant(db, visit, field_string(input, "site_participant"), "applicant", field_string(input, "applicant"), at, error);
}

static gboolean
add_findings(StoreConnection *db, json_t *input, GError **error)
{
    gsize i;
    json_t *finding;

    json_array_foreach(json_object_get(input, "findings"), i, finding)
        if (!store_execute(db, error,
                           "INSERT INTO findings (visit_id, checkpoint, result, note, participant_id, at, revision) SELECT $1, $2, $3, $4, id, $5, 1 FROM participants WHERE id = $6 AND "
                           "visit_id = $1 ON CONFLICT (visit_id, checkpoint) DO NOTHING",
                           "ttttit", field_string(input, "visit"), field_string(finding, "checkpoint"), field_string(finding, "result"), field_string(finding, "note"),
                           field_integer(finding, "at"), field_string(finding, "participant")))
            return FALSE;
    return TRUE;
}

static gboolean
add_marks(StoreConnection *db, json_t *input, GError **error)
{
    gsize i;
    json_t *mark;

    json_array_foreach(json_object_get(input, "marks"), i, mark)
        if (!store_execute(db, error,
                           "INSERT INTO marks (id, visit_id, kind, checkpoint, at, participant_id) VALUES ($1, $2, $3, $4, $5, (SELECT id FROM participants WHERE id = $6)) "
                           "ON CONFLICT (id) DO NOTHING",
                           "ttttit", field_string(mark, "id"), field_string(input, "visit"), field_string(mark, "kind"), field_string(mark, "checkpoint"),
                           field_integer(mark, "at"), field_string(mark, "participant")))
            return FALSE;
    return TRUE;
}

static gboolean
add_recording(StoreConnection *db, json_t *input, GError **error)
{
    const char *class = field_string(input, "retention");
    gint64 ended_at = field_integer(input, "ended_at"), disposed_at = field_integer(input, "disposed_at");

    return store_execute(db, error,
                         "INSERT INTO recordings (id, visit_id, started_at, ended_at, site_participant, title, retention, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", "ttiittti",
                         field_string(input, "recording"), field_string(input, "visit"), field_integer(input, "started_at"), ended_at, field_string(input, "site_participant"),
                         field_string(input, "title"), class, retention_due_at(class, ended_at)) &&
           (disposed_at == 0 || store_execute(db, error, "UPDATE recordings SET disposed_at = $1 WHERE id = $2", "it", disposed_at, field_string(input, "recording")));
}

json_t *
model_import(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    gint64 started_at = field_integer(input, "started_at");
    g_autofree char *opened = is_new(db, input, error) ? case_id(db, input, error) : NULL;

    if (!opened ||
        !store_execute(db, error,
                       "INSERT INTO visits (id, case_id, kind, state, scheduled_at, started_at, ended_at, created_at) VALUES ($1, $2, 'inspection', 'ended', $3, $3, $4, $5)", "ttiii",
                       visit, opened, started_at, field_integer(input, "ended_at"), field_integer(input, "now")) ||
        !add_people(db, input, error) || !add_recording(db, input, error) || !add_findings(db, input, error) || !add_marks(db, input, error) ||
        !model_search_changed(db, visit, error))
        return NULL;
    return json_pack("{s:O, s:O, s:s, s:O}", "recording", json_object_get(input, "recording"), "visit", json_object_get(input, "visit"), "case", opened, "case_number",
                     json_object_get(input, "case_number"));
}
