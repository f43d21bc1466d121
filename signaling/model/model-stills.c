/* The stills of a visit: asked for, announced by the phone that took them, stored. */
#include "model.h"

#include "bounded-json.h"
#include "field-rules.h"
#include "model-stills.h"
#include "problem.h"

json_t *
model_still_request(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    g_autoptr(json_t) row =
        store_select_one(db, error,
                         "INSERT INTO stills (id, visit_id, checkpoint, requested_by, participant_id, at, state) "
                         "SELECT $1, v.id, v.checkpoint, $2, $3, $4, 'requested' FROM visits v WHERE v.id = $5 AND v.state = 'live' AND "
                         "(SELECT COUNT(*) FROM stills s WHERE s.visit_id = v.id) < $6 RETURNING checkpoint",
                         "tttiti", field_string(input, "still"), field_string(input, "requested_by"), field_string(input, "participant"),
                         field_integer(input, "now"), visit, (gint64) MODEL_ROOM_STILLS_MAX);

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_BUSY, "at most %d stills", MODEL_ROOM_STILLS_MAX);
        return NULL;
    }

    json_t *room = model_room(db, visit, error);

    return room ? json_pack("{s:o, s:O}", "room", room, "checkpoint", json_object_get(row, "checkpoint")) : NULL;
}

/* Announced while the visit ran: its digest is in the ledger, so the bytes may follow. */
static gboolean
is_awaited(const json_t *row, gint64 now)
{
    return field_string(row, "taken_sha256") && now - field_integer(row, "ended_at") < STILL_LATE_US;
}

static json_t *
still_of(StoreConnection *db, const json_t *input, GError **error)
{
    json_t *row = store_select_one(db, error,
                                   "SELECT s.state, s.sha256, s.checkpoint, s.participant_id AS participant, s.taken_sha256, s.taken_bytes, s.taken_at, "
                                   "v.state AS visit_state, v.ended_at FROM stills s JOIN visits v ON v.id = s.visit_id WHERE s.id = $1 AND s.visit_id = $2",
                                   "tt", field_string(input, "still"), field_string(input, "visit"));

    if (row && (json_is_null(row) || g_strcmp0(field_string(row, "participant"), field_string(input, "participant")) != 0)) {
        json_decref(row);
        problem_set(error, PROBLEM_STILL_NOT_FOUND, NULL);
        return NULL;
    }
    return row;
}

static gboolean
is_stored(const json_t *row)
{
    return g_strcmp0(field_string(row, "state"), "stored") == 0;
}

static gboolean
has_ended(const json_t *row)
{
    return g_strcmp0(field_string(row, "visit_state"), "ended") == 0;
}

/* Into the recording, as long as that is open; what comes later stays with us. */
static gboolean
store(StoreConnection *db, const json_t *input, const json_t *row, GError **error)
{
    const char *visit = field_string(input, "visit"), *still = field_string(input, "still"), *sha256 = field_string(input, "sha256");
    gint64 now = field_integer(input, "now"), at = field_integer(row, "taken_at") ? field_integer(row, "taken_at") : now;

    if (!store_execute(db, error, "UPDATE stills SET state = 'stored', sha256 = $1, bytes = $2, at = $3 WHERE id = $4", "tiit", sha256,
                       field_integer(input, "bytes"), at, still) ||
        !model_mark_add(db, visit, "still", field_string(row, "checkpoint"), field_string(row, "participant"), at, FALSE, error))
        return FALSE;
    return has_ended(row) ||
           model_outbox_add(db, visit, -1, "still",
                            json_pack("{s:s, s:O, s:O, s:I, s:s}", "still", still, "checkpoint", json_object_get(row, "checkpoint"), "participant",
                                      json_object_get(row, "participant"), "at", (json_int_t) at, "sha256", sha256),
                            now, error);
}

json_t *
model_still_store(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit"), *sha256 = field_string(input, "sha256");
    g_autoptr(json_t) row = still_of(db, input, error);
    Problem problem = PROBLEM_COUNT;

    if (!row)
        return NULL;
    if (is_stored(row) && g_strcmp0(field_string(row, "sha256"), sha256) != 0)
        problem = PROBLEM_STILL_CONFLICT;
    else if (field_string(row, "taken_sha256") && g_strcmp0(field_string(row, "taken_sha256"), sha256) != 0)
        problem = PROBLEM_STILL_DIGEST;
    else if (!is_stored(row) && has_ended(row) && !is_awaited(row, field_integer(input, "now")))
        problem = PROBLEM_VISIT_ENDED;
    if (problem != PROBLEM_COUNT) {
        problem_set(error, problem, NULL);
        return NULL;
    }
    if (!is_stored(row) && !store(db, input, row, error))
        return NULL;

    g_autoptr(json_t) outbox = store_select_one(db, error,
                                                "SELECT COUNT(*) AS n, COUNT(delivered_at) AS delivered FROM outbox WHERE visit_id = $1 AND kind = 'still' "
                                                "AND body LIKE '%' || $2 || '%'",
                                                "tt", visit, field_string(input, "still"));
    json_t *room = outbox ? model_room(db, visit, error) : NULL;
    gint64 count = field_integer(outbox, "n");

    return room ? json_pack("{s:o, s:b}", "room", room, "pending", count == 0 || field_integer(outbox, "delivered") < count) : NULL;
}

static json_t *
announced(StoreConnection *db, const json_t *input, const json_t *row, GError **error)
{
    json_t *room = model_room(db, field_string(input, "visit"), error);

    return room ? json_pack("{s:o, s:b, s:O, s:O}", "room", room, "stored", is_stored(row), "sha256", json_object_get(row, "taken_sha256"), "bytes",
                            json_object_get(row, "taken_bytes"))
                : NULL;
}

json_t *
model_still_taken(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit"), *sha256 = field_string(input, "sha256");
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) row = still_of(db, input, error);

    if (!row)
        return NULL;
    if (field_string(row, "taken_sha256")) {
        if (g_strcmp0(field_string(row, "taken_sha256"), sha256) == 0)
            return announced(db, input, row, error);
        problem_set(error, PROBLEM_STILL_CONFLICT, NULL);
        return NULL;
    }
    if (is_stored(row) || has_ended(row)) {
        problem_set(error, is_stored(row) ? PROBLEM_STILL_CONFLICT : PROBLEM_VISIT_ENDED, NULL);
        return NULL;
    }
    if (!store_execute(db, error, "UPDATE stills SET taken_sha256 = $1, taken_bytes = $2, taken_at = $3 WHERE id = $4", "tiit", sha256,
                       field_integer(input, "bytes"), now, field_string(input, "still")) ||
        !model_outbox_entry(db, visit, "still-taken", now,
                            json_pack("{s:s, s:O, s:O, s:s, s:I}", "still", field_string(input, "still"), "checkpoint", json_object_get(row, "checkpoint"),
                                      "participant", json_object_get(row, "participant"), "sha256", sha256, "bytes", (json_int_t) field_integer(input, "bytes")),
                            error))
        return NULL;
    json_object_set(row, "taken_sha256", json_object_get(input, "sha256"));
    json_object_set(row, "taken_bytes", json_object_get(input, "bytes"));
    return announced(db, input, row, error);
}

json_t *
model_still_awaited(StoreConnection *db, json_t *input, GError **error)
{
    json_t *row = still_of(db, input, error);

    if (!row || is_stored(row) || (field_string(row, "taken_sha256") && (!has_ended(row) || is_awaited(row, field_integer(input, "now")))))
        return row;
    problem_set(error, has_ended(row) ? PROBLEM_VISIT_ENDED : PROBLEM_STILL_NOT_FOUND, has_ended(row) ? NULL : "it has not been announced");
    json_decref(row);
    return NULL;
}

json_t *
model_still_get(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) checked = model_visit_check(db, input, error);
    g_autoptr(json_t) row =
        checked ? store_select_one(db, error, "SELECT state, sha256 FROM stills WHERE id = $1 AND visit_id = $2", "tt",
                                   field_string(input, "still"), field_string(input, "visit"))
                : NULL;

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_STILL_NOT_FOUND, NULL);
        return NULL;
    }
    json_object_set(row, "recording", json_object_get(checked, "recording"));
    return g_steal_pointer(&row);
}

