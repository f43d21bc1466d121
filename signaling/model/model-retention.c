/* Terms, holds and the log. The lists are in model-disposals.c. */
#include "model-retention.h"

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model-retention-private.h"
#include "problem.h"
#include "retention-term.h"
#include "uuid7.h"

/* Terms that are set at one go; the rest at the next question. */
#define FILL_MAX 2000

gboolean
model_retention_act(StoreConnection *db, const RetentionAct *act, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());

    return store_execute(db, error,
                         "INSERT INTO retention_acts (id, act, user_id, case_id, disposal_id, recording_id, words, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                         "ttttttti", id, act->act, act->user, act->case_id, act->disposal, act->recording, act->words ? act->words : "", act->at);
}

gboolean
model_retention_fill(StoreConnection *db, json_t *classes, GError **error)
{
    g_autoptr(json_t) rows = store_select(db, error,
                                          "SELECT r.id, r.retention, r.ended_at, c.item_code FROM recordings r JOIN visits v ON v.id = r.visit_id "
                                          "JOIN cases c ON c.id = v.case_id WHERE r.ended_at IS NOT NULL AND r.due_at IS NULL LIMIT $1",
                                          "i", (gint64) FILL_MAX);
    gsize i;
    json_t *row;

    if (!rows)
        return FALSE;
    json_array_foreach(rows, i, row) {
        const char *own = field_string(row, "retention");
        const char *class = own ? own : json_string_value(json_object_get(classes, field_string(row, "item_code")));

        /* An item without a class is kept for good: nothing is ever disposed of for want of a word. */
        class = class ? class : "permanent";
        if (!store_execute(db, error, "UPDATE recordings SET retention = $1, due_at = $2 WHERE id = $3", "tit", class,
                           retention_due_at(class, field_integer(row, "ended_at")), field_string(row, "id")))
            return FALSE;
    }
    return TRUE;
}

#define STATES                                                                                                                                    \
    "(CAST($1 AS TEXT) IS NULL OR ($1 = 'disposed' AND r.disposed_at IS NOT NULL) OR ($1 = 'held' AND r.disposed_at IS NULL AND " RECORDING_HELD  \
    ") OR ($1 = 'due' AND " RECORDING_DUE("$2") " AND NOT " RECORDING_HELD ") OR ($1 = 'kept' AND r.disposed_at IS NULL AND NOT "                   \
    RECORDING_DUE("$2") "))"

static json_t *
counts(StoreConnection *db, gint64 now, GError **error)
{
    return store_select_one(db, error,
                            "SELECT (SELECT COUNT(*) FROM recordings r JOIN visits v ON v.id = r.visit_id WHERE " RECORDING_DUE("$1") " AND NOT " RECORDING_HELD
                            ") AS due, (SELECT COUNT(*) FROM recordings r JOIN visits v ON v.id = r.visit_id WHERE r.disposed_at IS NULL AND " RECORDING_HELD
                            ") AS held, (SELECT COUNT(*) FROM recordings WHERE disposed_at IS NOT NULL) AS disposed",
                            "i", now);
}

json_t *
model_retention_list(StoreConnection *db, json_t *input, GError **error)
{
    gint64 limit = field_integer(input, "limit"), now = field_integer(input, "now");
    g_autoptr(json_t) recordings = NULL;
    g_autoptr(json_t) numbers = NULL;
    gsize i;
    json_t *row;

    if (!model_retention_fill(db, json_object_get(input, "classes"), error))
        return NULL;
    recordings = store_select(db, error,
                              "SELECT r.id AS recording, v.id AS visit, c.id AS \"case\", c.case_number, c.applicant, c.item_code, r.ended_at, r.retention AS class, "
                              "r.due_at, r.disposed_at, CASE WHEN " RECORDING_HELD " THEN 1 ELSE 0 END AS held, (SELECT i.disposal_id FROM disposal_items i JOIN disposals d "
                              "ON d.id = i.disposal_id WHERE i.recording_id = r.id AND (d.state IN ('open', 'approved') OR i.state = 'disposed') LIMIT 1) AS disposal FROM recordings r "
                              "JOIN visits v ON v.id = r.visit_id JOIN cases c ON c.id = v.case_id WHERE r.ended_at IS NOT NULL AND " STATES
                              " AND (CAST($3 AS TEXT) IS NULL OR r.id < $3) ORDER BY r.id DESC LIMIT $4",
                              "titi", field_string(input, "state"), now, field_string(input, "before"), limit);
    numbers = recordings ? counts(db, now, error) : NULL;
    if (!numbers)
        return NULL;
    json_array_foreach(recordings, i, row) {
        json_object_set_new(row, "held", json_boolean(field_integer(row, "held")));
        if (field_integer(row, "due_at") < 0)
            json_object_set_new(row, "due_at", json_null());
    }

    gsize count = json_array_size(recordings);
    const char *last = count == (gsize) limit ? field_string(json_array_get(recordings, count - 1), "recording") : NULL;

    return json_pack("{s:O, s:s?, s:O}", "recordings", recordings, "next", last, "counts", numbers);
}

json_t *
model_retention_acts(StoreConnection *db, json_t *input, GError **error)
{
    gint64 limit = field_integer(input, "limit");
    g_autoptr(json_t) acts = store_select(db, error,
                                          "SELECT a.id, a.act, u.account, u.name, c.case_number, a.disposal_id AS disposal, a.recording_id AS recording, a.words, a.at "
                                          "FROM retention_acts a LEFT JOIN users u ON u.id = a.user_id LEFT JOIN cases c ON c.id = a.case_id "
                                          "WHERE CAST($1 AS TEXT) IS NULL OR a.id < $1 ORDER BY a.id DESC LIMIT $2",
                                          "ti", field_string(input, "before"), limit);

    if (!acts)
        return NULL;

    gsize count = json_array_size(acts);
    const char *last = count == (gsize) limit ? field_string(json_array_get(acts, count - 1), "id") : NULL;

    return json_pack("{s:O, s:s?}", "acts", acts, "next", last);
}

/* --- holds --- */

#define HOLD_SELECT                                                                                                                            \
    "SELECT h.id, h.case_id AS \"case\", c.case_number, c.applicant, h.reason, p.name AS placed_by, h.placed_at, h.lift_reason, l.name AS lifted_by, " \
    "h.lifted_at FROM legal_holds h JOIN cases c ON c.id = h.case_id JOIN users p ON p.id = h.placed_by LEFT JOIN users l ON l.id = h.lifted_by "

json_t *
model_hold_list(StoreConnection *db, json_t *input, GError **error)
{
    json_t *holds = store_select(db, error, HOLD_SELECT "ORDER BY CASE WHEN h.lifted_at IS NULL THEN 0 ELSE 1 END, h.id DESC LIMIT 500", "");

    return holds ? json_pack("{s:o}", "holds", holds) : NULL;
}

static json_t *
hold_row(StoreConnection *db, const char *hold, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, HOLD_SELECT "WHERE h.id = $1", "t", hold);

    if (row && json_is_null(row)) {
        problem_set(error, PROBLEM_HOLD_NOT_FOUND, NULL);
        return NULL;
    }
    return g_steal_pointer(&row);
}

json_t *
model_hold_place(StoreConnection *db, json_t *input, GError **error)
{
    const char *found = field_string(input, "case");
    g_autofree char *id = uuid7_new(clock_system());
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) going = store_select_one(db, error,
                                               "SELECT (SELECT COUNT(*) FROM cases WHERE id = $1) AS known, (SELECT COUNT(*) FROM disposal_items i JOIN recordings r ON "
                                               "r.id = i.recording_id JOIN visits v ON v.id = r.visit_id WHERE v.case_id = $1 AND i.state = 'going') AS going",
                                               "t", found);
    RetentionAct act = { .act = "hold-placed", .user = field_string(input, "user"), .case_id = found, .words = field_string(input, "reason"), .at = now };

    if (!going)
        return NULL;
    if (field_integer(going, "known") == 0 || field_integer(going, "going") > 0) {
        problem_set(error, field_integer(going, "known") == 0 ? PROBLEM_CASE_NOT_FOUND : PROBLEM_DISPOSAL_UNDER_WAY, NULL);
        return NULL;
    }
    if (!store_execute(db, error, "INSERT INTO legal_holds (id, case_id, reason, placed_by, placed_at) VALUES ($1, $2, $3, $4, $5)", "tttti", id, found,
                       act.words, act.user, now) ||
        !model_retention_act(db, &act, error))
        return NULL;
    return hold_row(db, id, error);
}

json_t *
model_hold_lift(StoreConnection *db, json_t *input, GError **error)
{
    const char *hold = field_string(input, "hold");
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) row = hold_row(db, hold, error);
    RetentionAct act = { .act = "hold-lifted", .user = field_string(input, "user"), .case_id = field_string(row, "case"), .words = field_string(input, "reason"), .at = now };

    if (!row)
        return NULL;
    if (!json_is_null(json_object_get(row, "lifted_at"))) {
        problem_set(error, PROBLEM_HOLD_LIFTED, NULL);
        return NULL;
    }
    if (!store_execute(db, error, "UPDATE legal_holds SET lift_reason = $1, lifted_by = $2, lifted_at = $3 WHERE id = $4", "ttit", act.words, act.user, now, hold) ||
        !model_retention_act(db, &act, error))
        return NULL;
    return hold_row(db, hold, error);
}
