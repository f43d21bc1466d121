/* Lists of what shall be disposed of: made, approved by two, carried out one recording after the other. */
#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model-deliveries.h"
#include "model-retention-private.h"
#include "model-retention.h"
#include "problem.h"
#include "uuid7.h"

#define DISPOSAL_SELECT                                                                                                                           \
    "SELECT d.id, d.state, d.reason, u.name AS created_by, d.created_at, d.closed_at, (SELECT COUNT(*) FROM disposal_items i WHERE i.disposal_id = d.id) " \
    "AS recordings_count, (SELECT COUNT(*) FROM disposal_approvals a WHERE a.disposal_id = d.id) AS approvals_count FROM disposals d JOIN users u ON "   \
    "u.id = d.created_by "

json_t *
model_disposal_list(StoreConnection *db, json_t *input, GError **error)
{
    json_t *disposals = store_select(db, error, DISPOSAL_SELECT "ORDER BY d.id DESC LIMIT 200", "");

    return disposals ? json_pack("{s:o}", "disposals", disposals) : NULL;
}

json_t *
model_disposal_get(StoreConnection *db, json_t *input, GError **error)
{
    const char *disposal = field_string(input, "disposal");
    g_autoptr(json_t) row = store_select_one(db, error, DISPOSAL_SELECT "WHERE d.id = $1", "t", disposal);
    json_t *items, *approvals;

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_DISPOSAL_NOT_FOUND, NULL);
        return NULL;
    }
    items = store_select(db, error,
                         "SELECT i.recording_id AS recording, v.id AS visit, c.case_number, c.applicant, c.item_code, r.ended_at, r.retention AS class, r.due_at, i.state, "
                         "i.problem, i.at FROM disposal_items i JOIN recordings r ON r.id = i.recording_id JOIN visits v ON v.id = r.visit_id "
                         "JOIN cases c ON c.id = v.case_id WHERE i.disposal_id = $1 ORDER BY i.recording_id",
                         "t", disposal);
    approvals = items ? store_select(db, error,
                                     "SELECT a.user_id AS \"user\", u.account, u.name, a.at FROM disposal_approvals a JOIN users u ON u.id = a.user_id "
                                     "WHERE a.disposal_id = $1 ORDER BY a.at",
                                     "t", disposal)
                      : NULL;
    if (items)
        json_object_set_new(row, "recordings", items);
    if (!approvals)
        return NULL;
    json_object_set_new(row, "approvals", approvals);
    return g_steal_pointer(&row);
}

/* --- making one --- */

static gboolean
may_be_listed(StoreConnection *db, const char *recording, gint64 now, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "SELECT CASE WHEN " RECORDING_DUE("$2") " THEN 1 ELSE 0 END AS due, CASE WHEN " RECORDING_HELD " THEN 1 ELSE 0 END AS held, "
                                             "(SELECT COUNT(*) FROM disposal_items i JOIN disposals d ON d.id = i.disposal_id WHERE i.recording_id = r.id AND d.state IN "
                                             "('open', 'approved') AND i.state IN ('listed', 'going')) AS listed FROM recordings r JOIN visits v ON v.id = r.visit_id WHERE r.id = $1",
                                             "ti", recording, now);

    if (!row)
        return FALSE;
    if (json_is_null(row))
        return problem_set(error, PROBLEM_RECORDING_NOT_FOUND, "%s", recording);
    if (!field_integer(row, "due"))
        return problem_set(error, PROBLEM_DISPOSAL_NOT_DUE, "%s", recording);
    if (field_integer(row, "held"))
        return problem_set(error, PROBLEM_DISPOSAL_HELD, "%s", recording);
    return field_integer(row, "listed") == 0 || problem_set(error, PROBLEM_DISPOSAL_LISTED, "%s", recording);
}

static gboolean
list_recording(StoreConnection *db, const char *disposal, const char *recording, gint64 now, GError **error)
{
    return may_be_listed(db, recording, now, error) &&
           store_execute(db, error, "INSERT INTO disposal_items (disposal_id, recording_id, state) VALUES ($1, $2, 'listed')", "tt", disposal, recording);
}

json_t *
model_disposal_create(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    gint64 now = field_integer(input, "now");
    json_t *recordings = json_object_get(input, "recordings"), *recording;
    RetentionAct act = { .act = "disposal-listed", .user = field_string(input, "user"), .disposal = id, .words = field_string(input, "reason"), .at = now };
    g_autoptr(json_t) asked = json_pack("{s:s}", "disposal", id);
    gsize i;

    if (!model_retention_fill(db, json_object_get(input, "classes"), error) ||
        !store_execute(db, error, "INSERT INTO disposals (id, state, reason, created_by, created_at) VALUES ($1, 'open', $2, $3, $4)", "ttti", id, act.words,
                       act.user, now))
        return NULL;
    json_array_foreach(recordings, i, recording)
        if (!list_recording(db, id, json_string_value(recording), now, error))
            return NULL;
    return model_retention_act(db, &act, error) ? model_disposal_get(db, asked, error) : NULL;
}

/* --- approving, withdrawing --- */

/* Whoever comes second to a list that is not open any more hears so. */
static gboolean
is_open(StoreConnection *db, const char *disposal, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT state FROM disposals WHERE id = $1", "t", disposal);

    if (!row)
        return FALSE;
    if (json_is_null(row))
        return problem_set(error, PROBLEM_DISPOSAL_NOT_FOUND, NULL);
    return g_str_equal(field_string(row, "state"), "open") || problem_set(error, PROBLEM_DISPOSAL_CLOSED, NULL);
}

static gboolean
nothing_is_held(StoreConnection *db, const char *disposal, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "SELECT r.id FROM disposal_items i JOIN recordings r ON r.id = i.recording_id JOIN visits v ON v.id = r.visit_id "
                                             "WHERE i.disposal_id = $1 AND " RECORDING_HELD " LIMIT 1",
                                             "t", disposal);

    return row && (json_is_null(row) || problem_set(error, PROBLEM_DISPOSAL_HELD, "%s", field_string(row, "id")));
}

static gboolean
add_approval(StoreConnection *db, const char *disposal, const char *user, gint64 now, GError **error)
{
    g_autoptr(json_t) added = store_select_one(
        db, error, "INSERT INTO disposal_approvals (disposal_id, user_id, at) VALUES ($1, $2, $3) ON CONFLICT (disposal_id, user_id) DO NOTHING RETURNING user_id",
        "tti", disposal, user, now);

    return added && (!json_is_null(added) || problem_set(error, PROBLEM_DISPOSAL_APPROVED, NULL));
}

static gboolean
close_list(StoreConnection *db, const char *disposal, const char *state, gint64 now, GError **error)
{
    return store_execute(db, error, "UPDATE disposals SET state = $1, closed_at = $2 WHERE id = $3", "tit", state, now, disposal);
}

json_t *
model_disposal_approve(StoreConnection *db, json_t *input, GError **error)
{
    const char *disposal = field_string(input, "disposal"), *user = field_string(input, "user");
    gint64 now = field_integer(input, "now");
    RetentionAct act = { .act = "disposal-approved", .user = user, .disposal = disposal, .at = now };
    g_autoptr(json_t) row = NULL;

    if (!is_open(db, disposal, error) || !nothing_is_held(db, disposal, error) || !add_approval(db, disposal, user, now, error) ||
        !model_retention_act(db, &act, error))
        return NULL;
    row = store_select_one(db, error, "SELECT COUNT(*) AS n FROM disposal_approvals WHERE disposal_id = $1", "t", disposal);
    if (!row || (field_integer(row, "n") >= DISPOSAL_APPROVALS && !close_list(db, disposal, "approved", now, error)))
        return NULL;
    return model_disposal_get(db, input, error);
}

json_t *
model_disposal_withdraw(StoreConnection *db, json_t *input, GError **error)
{
    const char *disposal = field_string(input, "disposal");
    gint64 now = field_integer(input, "now");
    RetentionAct act = { .act = "disposal-withdrawn", .user = field_string(input, "user"), .disposal = disposal, .words = field_string(input, "reason"), .at = now };

    if (!is_open(db, disposal, error) || !close_list(db, disposal, "withdrawn", now, error) || !model_retention_act(db, &act, error))
        return NULL;
    return model_disposal_get(db, input, error);
}

/* --- carrying out --- */

static gboolean
set_item(StoreConnection *db, const char *disposal, const char *recording, const char *state, const char *problem, gint64 now, GError **error)
{
    return store_execute(db, error, "UPDATE disposal_items SET state = $1, problem = $2, at = $3 WHERE disposal_id = $4 AND recording_id = $5", "ttitt", state, problem,
                         now, disposal, recording);
}

static gboolean
keep(StoreConnection *db, const char *disposal, const char *recording, const char *problem, gint64 now, GError **error)
{
    RetentionAct act = { .act = "recording-kept", .disposal = disposal, .recording = recording, .words = problem, .at = now };

    return set_item(db, disposal, recording, "kept", problem, now, error) && model_retention_act(db, &act, error);
}

/* Lists of which nothing is left. */
static gboolean
finish_lists(StoreConnection *db, gint64 now, GError **error)
{
    g_autoptr(json_t) lists = store_select(db, error,
                                           "UPDATE disposals SET state = 'done', closed_at = $1 WHERE state = 'approved' AND NOT EXISTS (SELECT 1 FROM disposal_items i "
                                           "WHERE i.disposal_id = disposals.id AND i.state IN ('listed', 'going')) RETURNING id",
                                           "i", now);
    gsize i;
    json_t *list;

    json_array_foreach(lists, i, list) {
        RetentionAct act = { .act = "disposal-done", .disposal = field_string(list, "id"), .at = now };

        if (!model_retention_act(db, &act, error))
            return FALSE;
    }
    return lists != NULL;
}

static json_t *
with_approvals(StoreConnection *db, json_t *row, GError **error)
{
    json_t *approved = store_select(db, error,
                                    "SELECT a.user_id AS \"user\", u.name, a.at FROM disposal_approvals a JOIN users u ON u.id = a.user_id WHERE a.disposal_id = $1 ORDER BY a.at",
                                    "t", field_string(row, "disposal"));

    if (!approved)
        return NULL;
    json_object_del(row, "held");
    json_object_set_new(row, "approved", approved);
    return json_incref(row);
}

json_t *
model_disposal_next(StoreConnection *db, json_t *input, GError **error)
{
    gint64 now = field_integer(input, "now");

    for (;;) {
        g_autoptr(json_t) row = store_select_one(
            db, error,
            "SELECT i.disposal_id AS disposal, i.recording_id AS recording, i.state, d.reason, r.retention AS class, CASE WHEN i.state = 'listed' AND " RECORDING_HELD
            " THEN 1 ELSE 0 END AS held FROM disposal_items i JOIN disposals d ON d.id = i.disposal_id JOIN recordings r ON r.id = i.recording_id JOIN visits v ON "
            "v.id = r.visit_id WHERE d.state = 'approved' AND i.state IN ('listed', 'going') ORDER BY i.state, i.disposal_id, i.recording_id LIMIT 1",
            "");
        const char *disposal = field_string(row, "disposal"), *recording = field_string(row, "recording");

        if (!row)
            return NULL;
        if (json_is_null(row))
            return finish_lists(db, now, error) ? json_null() : NULL;
        if (field_integer(row, "held")) {
            if (!keep(db, disposal, recording, problem_entry(PROBLEM_DISPOSAL_HELD)->code, now, error))
                return NULL;
            continue;
        }
        return set_item(db, disposal, recording, "going", NULL, now, error) ? with_approvals(db, row, error) : NULL;
    }
}

static gboolean
tell_disposed(StoreConnection *db, const char *recording, gint64 now, GError **error)
{
    g_autoptr(json_t) visit = store_select_one(db, error, "SELECT visit_id AS visit FROM recordings WHERE id = $1", "t", recording);

    return visit && model_visit_event(db, field_string(visit, "visit"), "recording.disposed", json_pack("{s:s}", "recording", recording), now, error);
}

json_t *
model_disposal_settle(StoreConnection *db, json_t *input, GError **error)
{
    const char *disposal = field_string(input, "disposal"), *recording = field_string(input, "recording"), *problem = field_string(input, "problem");
    gint64 now = field_integer(input, "now");
    RetentionAct act = { .act = "recording-disposed", .disposal = disposal, .recording = recording, .at = now };
    gboolean good = problem ? keep(db, disposal, recording, problem, now, error)
                            : set_item(db, disposal, recording, "disposed", NULL, now, error) &&
                                  store_execute(db, error, "UPDATE recordings SET disposed_at = $1 WHERE id = $2", "it", now, recording) &&
                                  model_retention_act(db, &act, error) && tell_disposed(db, recording, now, error);

    return good && finish_lists(db, now, error) ? model_disposal_next(db, input, error) : NULL;
}
