#include "model.h"

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model-deliveries.h"
#include "model-items.h"
#include "model-steps.h"
#include "problem.h"
#include "uuid7.h"

#define VISIT_SELECT                                                                                                   \
    "SELECT v.id, v.case_id AS \"case\", v.kind, v.state, c.case_number, c.applicant, c.premises, c.credit_code, c.item_code, "        \
    MODEL_VISIT_ITEM_VERSION " AS item_version, v.scheduled_at, v.started_at, v.ended_at, v.conclusion, v.decision, v.deadline_at, v.cancelled_at, v.no_show_at, r.id AS recording, v.revision "           \
    "FROM visits v JOIN cases c ON c.id = v.case_id LEFT JOIN recordings r ON r.visit_id = v.id "

/* An optional parameter that was not given. The cast is PostgreSQL's: a bare parameter has no type there. */
#define UNASKED(parameter)         "CAST(" parameter " AS TEXT) IS NULL"

/* Whoever sees all has no user here. */
#define VISIT_IS_VISIBLE(parameter)                                                                                    \
    "(CAST(" parameter " AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM visit_staff a WHERE a.visit_id = v.id AND a.user_id = " parameter "))"

static gboolean
add_staff_list(StoreConnection *db, json_t *visit, GError **error)
{
    json_t *staff = store_select(db, error,
                                 "SELECT u.id, u.account, u.name, u.role FROM visit_staff a JOIN users u ON u.id = a.user_id "
                                 "WHERE a.visit_id = $1 ORDER BY u.account",
                                 "t", field_string(visit, "id"));

    return staff && json_object_set_new(visit, "staff", staff) == 0;
}

json_t *
model_visit_row(StoreConnection *db, const char *visit, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, VISIT_SELECT "WHERE v.id = $1", "t", visit);

    if (!row || (json_is_object(row) && !add_staff_list(db, row, error)))
        return NULL;
    return g_steal_pointer(&row);
}

static json_t *
with_staff(StoreConnection *db, json_t *visits, GError **error)
{
    g_autoptr(json_t) list = visits;
    gsize i;
    json_t *visit;

    if (!list)
        return NULL;
    json_array_foreach(list, i, visit)
        if (!add_staff_list(db, visit, error))
            return NULL;
    return g_steal_pointer(&list);
}

json_t *
model_visits_of_case(StoreConnection *db, const char *case_id, const char *user, GError **error)
{
    return with_staff(db,
                      store_select(db, error, VISIT_SELECT "WHERE v.case_id = $1 AND " VISIT_IS_VISIBLE("$2") " ORDER BY v.id", "tt", case_id, user),
                      error);
}

static gboolean
assign_staff(StoreConnection *db, const char *visit, const json_t *staff, GError **error)
{
    gsize i;
    json_t *account;

    json_array_foreach(staff, i, account) {
        g_autoptr(json_t) added = store_select_one(db, error,
                                                   "INSERT INTO visit_staff (visit_id, user_id) SELECT $1, id FROM users WHERE account = $2 "
                                                   "AND disabled = 0 ON CONFLICT (visit_id, user_id) DO UPDATE SET user_id = excluded.user_id "
                                                   "RETURNING user_id",
                                                   "tt", visit, json_string_value(account));

        if (!added)
            return FALSE;
        if (json_is_null(added))
            return problem_set(error, PROBLEM_USER_NOT_FOUND, "staff[%" G_GSIZE_FORMAT "]", i);
    }
    return TRUE;
}

/* Whoever helped with a case does not inspect it, and the other way round. */
static gboolean
is_without_conflict(StoreConnection *db, const char *visit, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "SELECT COUNT(*) AS n FROM visits v JOIN visit_staff a ON a.visit_id = v.id JOIN visits o ON o.case_id = v.case_id AND "
                                             "o.kind <> v.kind JOIN visit_staff b ON b.visit_id = o.id AND b.user_id = a.user_id WHERE v.id = $1",
                                             "t", visit);

    return row && (field_integer(row, "n") == 0 || problem_set(error, PROBLEM_VISIT_CONFLICT, NULL));
}

json_t *
model_visit_schedule(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    g_autoptr(GError) failed = NULL;

    if (!store_execute(db, &failed,
                       "INSERT INTO visits (id, case_id, kind, state, scheduled_at, observation, created_at) VALUES ($1, $2, $3, 'scheduled', $4, $5, $6)",
                       "tttiii", id, field_string(input, "case"), field_string(input, "kind"), field_integer(input, "scheduled_at"),
                       json_is_false(json_object_get(input, "observation")) ? G_GINT64_CONSTANT(0) : G_GINT64_CONSTANT(1), field_integer(input, "now"))) {
        if (g_error_matches(failed, STORE_ERROR, STORE_ERROR_REFERENCE))
            problem_set(error, PROBLEM_CASE_NOT_FOUND, NULL);
        else
            g_propagate_error(error, g_steal_pointer(&failed));
        return NULL;
    }
    return assign_staff(db, id, json_object_get(input, "staff"), error) && is_without_conflict(db, id, error) && model_search_changed(db, id, error) &&
                   model_visit_event(db, id, "visit.scheduled", json_pack("{s:O}", "at", json_object_get(input, "scheduled_at")), field_integer(input, "now"), error)
               ? model_visit_row(db, id, error)
               : NULL;
}

json_t *
model_visit_change(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    json_t *scheduled_at = json_object_get(input, "scheduled_at");
    json_t *staff = json_object_get(input, "staff");
    g_autoptr(json_t) checked = model_visit_check(db, input, error);

    if (!checked)
        return NULL;

    g_autoptr(json_t) changed = store_select_one(
        db, error,
        "UPDATE visits SET revision = revision + 1, scheduled_at = CASE WHEN $1 = 1 THEN $2 ELSE scheduled_at END "
        "WHERE id = $3 AND revision = $4 AND state IN ('scheduled', 'waiting') RETURNING id",
        "biti", scheduled_at != NULL, json_integer_value(scheduled_at), visit, field_integer(input, "revision"));

    if (!changed)
        return NULL;
    if (json_is_null(changed)) {
        problem_set(error, PROBLEM_VISIT_CHANGED, NULL);
        return NULL;
    }
    if (staff && (!store_execute(db, error, "DELETE FROM visit_staff WHERE visit_id = $1", "t", visit) ||
                  !assign_staff(db, visit, staff, error) || !is_without_conflict(db, visit, error)))
        return NULL;
    if (!model_search_changed(db, visit, error) || !model_visit_event(db, visit, "visit.changed", json_object(), field_integer(input, "now"), error))
        return NULL;
    return model_visit_row(db, visit, error);
}

json_t *
model_visit_list(StoreConnection *db, json_t *input, GError **error)
{
    json_t *visits = with_staff(
        db,
        store_select(db, error,
                     VISIT_SELECT "WHERE v.scheduled_at >= $1 AND v.scheduled_at < $2 AND (" UNASKED("$3") " OR v.state = $3) AND "
                     VISIT_IS_VISIBLE("$4") " ORDER BY v.scheduled_at, v.id LIMIT $5",
                     "iitti", field_integer(input, "from"), field_integer(input, "to"), field_string(input, "state"),
                     field_string(input, "user"), field_integer(input, "limit")),
        error);

    return visits ? json_pack("{s:o}", "visits", visits) : NULL;
}

json_t *
model_visit_check(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "SELECT v.id AS visit, v.state, r.id AS recording, CASE WHEN " VISIT_IS_VISIBLE("$2")
                                             " THEN 1 ELSE 0 END AS visible FROM visits v LEFT JOIN recordings r ON r.visit_id = v.id WHERE v.id = $1",
                                             "tt", visit, field_string(input, "user"));

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_VISIT_NOT_FOUND, NULL);
        return NULL;
    }
    if (!field_integer(row, "visible")) {
        problem_set(error, PROBLEM_VISIT_NOT_ASSIGNED, NULL);
        return NULL;
    }
    return g_steal_pointer(&row);
}

json_t *
model_recording_check(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "SELECT v.id AS visit, CASE WHEN v.state <> 'ended' AND v.observation = 0 THEN 1 ELSE 0 END AS closed "
                                             "FROM recordings r JOIN visits v ON v.id = r.visit_id WHERE r.id = $1",
                                             "t", field_string(input, "recording"));

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_RECORDING_NOT_FOUND, NULL);
        return NULL;
    }
    /* Who sees all sees the running one only where the visit allows it. */
    if (!field_string(input, "user") && field_integer(row, "closed")) {
        problem_set(error, PROBLEM_VISIT_UNOBSERVED, NULL);
        return NULL;
    }
    json_object_set(row, "user", json_object_get(input, "user"));
    return model_visit_check(db, row, error);
}

json_t *
model_visit_get(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    g_autoptr(json_t) checked = model_visit_check(db, input, error);
    g_autoptr(json_t) row = checked ? model_visit_row(db, visit, error) : NULL;

    if (!row)
        return NULL;

    json_t *participants = store_select(
        db, error, "SELECT p.id, p.role, p.name, p.state, p.consent, p.consent_at, c.number AS credential, c.title, c.department FROM participants p "
            "LEFT JOIN credentials c ON c.user_id = p.user_id WHERE p.visit_id = $1 ORDER BY p.id", "t", visit);
    json_t *findings = store_select(db, error,
                                    "SELECT f.checkpoint, f.result, f.note, p.name AS \"by\", f.revision, f.at FROM findings f "
                                    "JOIN participants p ON p.id = f.participant_id WHERE f.visit_id = $1 ORDER BY f.checkpoint",
                                    "t", visit);
    json_t *stills = store_select(db, error, "SELECT id, checkpoint, at, state, sha256, bytes FROM stills WHERE visit_id = $1 ORDER BY at, id", "t", visit);
    json_t *marks = store_select(
        db, error, "SELECT id, kind, checkpoint, at, participant_id AS participant FROM marks WHERE visit_id = $1 ORDER BY at, id", "t", visit);
    json_t *pending = store_select_one(
        db, error, "SELECT COUNT(*) AS pending FROM outbox WHERE visit_id = $1 AND delivered_at IS NULL", "t", visit);

    if (!participants || !findings || !stills || !marks || !pending) {
        json_decref(participants);
        json_decref(findings);
        json_decref(stills);
        json_decref(marks);
        json_decref(pending);
        return NULL;
    }
    json_object_set_new(row, "participants", participants);
    json_object_set_new(row, "findings", findings);
    json_object_set_new(row, "stills", stills);
    json_object_set_new(row, "marks", marks);
    json_object_update_new(row, pending);

    g_autoptr(json_t) steps = model_steps(db, visit, error);

    if (!steps)
        return NULL;
    /* The visit's own `premises` is the address. */
    json_object_set(row, "premises_at", json_object_get(steps, "premises"));
    json_object_del(steps, "premises");
    json_object_update(row, steps);
    return g_steal_pointer(&row);
}

json_t *
model_lobby(StoreConnection *db, json_t *input, GError **error)
{
    /* The day's visits, and whatever is open from other days: an applicant may wait at an odd hour. */
    g_autoptr(json_t) rows = store_select(db, error,
                                          VISIT_SELECT "WHERE ((v.scheduled_at >= $1 AND v.scheduled_at < $2) OR v.state IN ('waiting', 'live')) "
                                          "AND EXISTS (SELECT 1 FROM visit_staff a WHERE a.visit_id = v.id AND a.user_id = $3) "
                                          "ORDER BY v.scheduled_at, v.id LIMIT 200",
                                          "iit", field_integer(input, "from"), field_integer(input, "to"), field_string(input, "user"));
    g_autoptr(json_t) visits = json_array();
    gsize i;
    json_t *row;

    if (!rows)
        return NULL;
    json_array_foreach(rows, i, row) {
        json_t *waiting = store_select(db, error,
                                       "SELECT id AS participant, name, waiting_since AS since FROM participants "
                                       "WHERE visit_id = $1 AND state = 'waiting' ORDER BY waiting_since",
                                       "t", field_string(row, "id"));

        if (!waiting)
            return NULL;
        json_array_append_new(visits, json_pack("{s:O, s:o}", "visit", row, "waiting", waiting));
    }
    return json_pack("{s:O}", "visits", visits);
}

json_t *
model_visits_live(StoreConnection *db, json_t *input, GError **error)
{
    json_t *visits = store_select(db, error, "SELECT id FROM visits WHERE state = 'live'", "");

    return visits ? json_pack("{s:o}", "visits", visits) : NULL;
}
