#include "model.h"

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model-records.h"
#include "model-steps.h"
#include "model-deliveries.h"
#include "problem.h"
#include "uuid7.h"

/* So long the end waits for the signed record: its digest should be in the ledger before that is closed. */
#define RECORD_GRACE_US (G_GINT64_CONSTANT(60) * G_USEC_PER_SEC)

/* Sets a field of `room` to what a statement gave; FALSE when it failed. */
static gboolean
put(json_t *room, const char *name, json_t *value)
{
    return value && json_object_set_new(room, name, value) == 0;
}

static gboolean
put_checkpoint(StoreConnection *db, json_t *room, const char *visit, GError **error)
{
    g_autoptr(json_t) row =
        store_select_one(db, error, "SELECT checkpoint AS code, checkpoint_since AS since FROM visits WHERE id = $1", "t", visit);

    return row && put(room, "checkpoint", field_string(row, "code") ? json_incref(row) : json_null());
}

/* The newest come first out of the statement and last in the room. */
static json_t *
newest(json_t *rows)
{
    g_autoptr(json_t) descending = rows;
    json_t *ascending = descending ? json_array() : NULL;

    for (gsize i = json_array_size(descending); i > 0; i--)
        json_array_append(ascending, json_array_get(descending, i - 1));
    return ascending;
}

json_t *
model_room(StoreConnection *db, const char *visit, GError **error)
{
    g_autoptr(json_t) room = json_object();
    json_t *row = model_visit_row(db, visit, error);

    if (!put(room, "visit", row))
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_VISIT_NOT_FOUND, NULL);
        return NULL;
    }
    if (!put(room, "participants",
             store_select(db, error,
                          "SELECT p.id, p.role, p.name, p.state, p.user_id AS \"user\", p.waiting_since AS since, c.number AS credential, c.title FROM participants p "
                          "LEFT JOIN credentials c ON c.user_id = p.user_id WHERE p.visit_id = $1 ORDER BY p.id LIMIT 64",
                          "t", visit)) ||
        !put(room, "findings",
             store_select(db, error,
                          "SELECT f.checkpoint, f.result, f.note, p.name AS \"by\", f.revision FROM findings f "
                          "JOIN participants p ON p.id = f.participant_id WHERE f.visit_id = $1 ORDER BY f.checkpoint LIMIT 200",
                          "t", visit)) ||
        !put(room, "stills",
             newest(store_select(db, error, "SELECT id, checkpoint, at, state, sha256, taken_bytes AS bytes FROM stills WHERE visit_id = $1 ORDER BY at DESC, id DESC LIMIT $2",
                                 "ti", visit, (gint64) MODEL_ROOM_STILLS_MAX))) ||
        !put(room, "marks",
             newest(store_select(db, error,
                                 "SELECT id, kind, checkpoint, at, participant_id AS participant FROM marks WHERE visit_id = $1 "
                                 "ORDER BY at DESC, id DESC LIMIT $2",
                                 "ti", visit, (gint64) MODEL_ROOM_MARKS_MAX))) ||
        !put(room, "recording",
             store_select_one(db, error,
                              "SELECT r.id AS recording, r.started_at AS since, r.ended_at, (SELECT COUNT(*) FROM outbox o WHERE o.visit_id = r.visit_id "
                              "AND o.position = 0 AND o.delivered_at IS NOT NULL) AS started FROM recordings r WHERE r.visit_id = $1",
                              "t", visit)) ||
        !put(room, "record", model_record_of_room(db, visit, error)) || !put(room, "inspection", model_steps(db, visit, error)) ||
        !put(room, "cameras", model_cameras_of_visit(db, visit, error)) || !put_checkpoint(db, room, visit, error))
        return NULL;
    return g_steal_pointer(&room);
}

static json_t *
answer(StoreConnection *db, const char *visit, GError **error)
{
    json_t *room = model_room(db, visit, error);

    return room ? json_pack("{s:o}", "room", room) : NULL;
}

json_t *
model_room_get(StoreConnection *db, json_t *input, GError **error)
{
    return answer(db, field_string(input, "visit"), error);
}

/* A mark is in the store for the timeline and on its way to the ledger. */
gboolean
model_mark_add(StoreConnection *db, const char *visit, const char *kind, const char *checkpoint, const char *participant, gint64 now,
         gboolean ledger, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    g_autoptr(json_t) count = store_select_one(db, error, "SELECT COUNT(*) AS n FROM marks WHERE visit_id = $1", "t", visit);

    if (!count)
        return FALSE;
    if (field_integer(count, "n") >= MODEL_MARKS_MAX)
        return problem_set(error, PROBLEM_BUSY, "at most %d marks", MODEL_MARKS_MAX);
    if (!store_execute(db, error, "INSERT INTO marks (id, visit_id, kind, checkpoint, at, participant_id) VALUES ($1, $2, $3, $4, $5, $6)",
                       "ttttit", id, visit, kind, checkpoint, now, participant))
        return FALSE;
    return !ledger || model_outbox_entry(db, visit, "mark", now,
                                         json_pack("{s:s, s:s, s:s?, s:s}", "mark", id, "kind", kind, "checkpoint", checkpoint,
                                                   "participant", participant),
                                         error);
}

/* Ends the check point that is under way, if any. */
static gboolean
end_current(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT checkpoint FROM visits WHERE id = $1", "t", visit);

    if (!row)
        return FALSE;
    if (!field_string(row, "checkpoint"))
        return TRUE;
    return model_mark_add(db, visit, "checkpoint-end", field_string(row, "checkpoint"), field_string(input, "participant"),
                    field_integer(input, "now"), TRUE, error) &&
           store_execute(db, error, "UPDATE visits SET checkpoint = NULL, checkpoint_since = NULL, revision = revision + 1 WHERE id = $1", "t", visit);
}

static gboolean
is_current(StoreConnection *db, json_t *input, gboolean *ret_current, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT checkpoint FROM visits WHERE id = $1", "t", field_string(input, "visit"));

    if (!row)
        return FALSE;
    *ret_current = g_strcmp0(field_string(row, "checkpoint"), field_string(input, "checkpoint")) == 0;
    return TRUE;
}

json_t *
model_checkpoint_start(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    const char *checkpoint = field_string(input, "checkpoint");
    gint64 now = field_integer(input, "now");
    gboolean current;

    if (!is_current(db, input, &current, error))
        return NULL;
    /* Two inspectors may press the same button. */
    if (current)
        return answer(db, visit, error);
    if (!end_current(db, input, error) ||
        !model_mark_add(db, visit, "checkpoint-start", checkpoint, field_string(input, "participant"), now, TRUE, error) ||
        !store_execute(db, error, "UPDATE visits SET checkpoint = $1, checkpoint_since = $2, revision = revision + 1 WHERE id = $3", "tit", checkpoint,
                       now, visit) ||
        !model_search_changed(db, visit, error))
        return NULL;
    return answer(db, visit, error);
}

json_t *
model_checkpoint_end(StoreConnection *db, json_t *input, GError **error)
{
    gboolean current;

    if (!is_current(db, input, &current, error))
        return NULL;
    if (!current) {
        problem_set(error, PROBLEM_CHECKPOINT_NOT_STARTED, NULL);
        return NULL;
    }
    return end_current(db, input, error) ? answer(db, field_string(input, "visit"), error) : NULL;
}

static json_t *
current_finding(StoreConnection *db, const char *visit, const char *checkpoint, GError **error)
{
    return store_select_one(db, error,
                            "SELECT f.checkpoint, f.result, f.note, p.name AS \"by\", f.revision FROM findings f "
                            "JOIN participants p ON p.id = f.participant_id WHERE f.visit_id = $1 AND f.checkpoint = $2",
                            "tt", visit, checkpoint);
}

json_t *
model_finding(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    const char *checkpoint = field_string(input, "checkpoint");
    const char *participant = field_string(input, "participant");
    gint64 now = field_integer(input, "now");
    gint64 revision = field_integer(input, "revision");
    g_autoptr(json_t) current = current_finding(db, visit, checkpoint, error);

    if (!current)
        return NULL;
    if (revision != field_integer(current, "revision")) {
        /* A revision for a finding that is not there is a client's mistake; there is nothing to show. */
        if (json_is_null(current)) {
            problem_set(error, PROBLEM_FINDING_REVISION_CONFLICT, "there is no finding yet");
            return NULL;
        }
        return json_pack("{s:O}", "conflict", current);
    }
    if (!store_execute(db, error,
                       "INSERT INTO findings (visit_id, checkpoint, result, note, participant_id, at, revision) VALUES ($1, $2, $3, $4, $5, $6, 1) "
                       "ON CONFLICT (visit_id, checkpoint) DO UPDATE SET result = excluded.result, note = excluded.note, "
                       "participant_id = excluded.participant_id, at = excluded.at, revision = findings.revision + 1",
                       "tttt"
                       "ti",
                       visit, checkpoint, field_string(input, "result"), field_string(input, "note"), participant, now) ||
        !model_outbox_entry(db, visit, "finding", now,
                            json_pack("{s:s, s:s?, s:s, s:s, s:I}", "checkpoint", checkpoint, "result", field_string(input, "result"), "note",
                                      field_string(input, "note"), "participant", participant, "revision", (json_int_t) revision + 1),
                            error) ||
        !model_search_changed(db, visit, error))
        return NULL;

    json_t *room = model_room(db, visit, error);

    return room ? json_pack("{s:o, s:I}", "room", room, "revision", (json_int_t) revision + 1) : NULL;
}

json_t *
model_pause(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");

    if (!model_mark_add(db, visit, field_boolean(input, "paused") ? "pause" : "pause-end", NULL, field_string(input, "participant"),
                  field_integer(input, "now"), TRUE, error))
        return NULL;
    return answer(db, visit, error);
}

json_t *
model_visit_end(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    const char *conclusion = field_string(input, "conclusion");
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) row = NULL;
    g_autoptr(json_t) unmade = store_select_one(db, error,
                                                "SELECT COUNT(*) AS n FROM records WHERE visit_id = $1 AND state = 'signed' AND pdf_sha256 IS NULL AND signed_at > $2",
                                                "ti", visit, now - RECORD_GRACE_US);

    if (!unmade || (field_integer(unmade, "n") > 0 && !problem_set(error, PROBLEM_RECORD_IN_PROGRESS, NULL)))
        return NULL;
    if (!end_current(db, input, error))
        return NULL;
    row = store_select_one(db, error,
                           "UPDATE visits SET state = 'ended', ended_at = $1, conclusion = $2, revision = revision + 1 "
                           "WHERE id = $3 AND state = 'live' RETURNING id",
                           "itt", now, conclusion, visit);
    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_VISIT_ENDED, NULL);
        return NULL;
    }
    if (!store_execute(db, error, "UPDATE recordings SET ended_at = $1 WHERE visit_id = $2", "it", now, visit) ||
        !store_execute(db, error, "UPDATE participants SET state = 'left', waiting_since = NULL WHERE visit_id = $1", "t", visit) ||
        !model_cameras_forget(db, visit, now, error) ||
        !model_outbox_entry(db, visit, "conclusion", now,
                            json_pack("{s:s, s:s?}", "participant", field_string(input, "participant"), "conclusion", conclusion), error) ||
        !model_outbox_add(db, visit, -1, "end", json_object(), now, error) || !model_search_changed(db, visit, error) ||
        !model_visit_event(db, visit, "visit.ended", json_object(), now, error))
        return NULL;
    return answer(db, visit, error);
}
