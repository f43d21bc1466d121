#include "model.h"

#include "bounded-json.h"
#include "field-rules.h"
#include "problem.h"

/* The participant that this account is in the visit, for the ledger; null when an inspector has never been in the room. */
static json_t *
participant_of(StoreConnection *db, const char *visit, const char *user, GError **error)
{
    g_autoptr(json_t) row =
        store_select_one(db, error, "SELECT id FROM participants WHERE visit_id = $1 AND user_id = $2", "tt", visit, user);

    if (!row)
        return NULL;
    return json_is_null(row) ? json_null() : json_incref(json_object_get(row, "id"));
}

static json_t *
answer(StoreConnection *db, const char *visit, const char *camera, GError **error)
{
    json_t *room = model_room(db, visit, error);

    return room ? json_pack("{s:s, s:o}", "camera", camera, "room", room) : NULL;
}

static gboolean
may_be_added(StoreConnection *db, const char *visit, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "SELECT v.state, (SELECT COUNT(*) FROM cameras c WHERE c.visit_id = v.id AND c.removed_at IS NULL) AS cameras, "
                                             "(SELECT COUNT(*) FROM participants p WHERE p.visit_id = v.id AND p.state <> 'left') AS participants "
                                             "FROM visits v WHERE v.id = $1",
                                             "t", visit);

    if (!row)
        return FALSE;
    if (json_is_null(row))
        return problem_set(error, PROBLEM_VISIT_NOT_FOUND, NULL);
    if (g_strcmp0(field_string(row, "state"), "live"))
        return problem_set(error, PROBLEM_MESSAGE_VISIT_STATE, NULL);
    if (field_integer(row, "cameras") >= MODEL_CAMERAS_MAX)
        return problem_set(error, PROBLEM_CAMERA_LIMIT, "at most %d", MODEL_CAMERAS_MAX);
    return field_integer(row, "participants") < MODEL_PARTICIPANTS_MAX ||
           problem_set(error, PROBLEM_VISIT_FULL, "at most %d participants", MODEL_PARTICIPANTS_MAX);
}

json_t *
model_camera_add(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit"), *camera = field_string(input, "camera");
    const char *name = field_string(input, "name"), *address = field_string(input, "address");
    gint64 now = field_integer(input, "now");
    json_t *by;

    if (!may_be_added(db, visit, error) || !(by = participant_of(db, visit, field_string(input, "user"), error)))
        return NULL;
    if (!store_execute(db, error,
                       "INSERT INTO participants (id, visit_id, role, name, state, joined_at, created_at) VALUES ($1, $2, 'camera', $3, 'admitted', $4, $5)",
                       "tttii", camera, visit, name, now, now) ||
        !store_execute(db, error, "INSERT INTO cameras (participant_id, visit_id, url, address, created_at) VALUES ($1, $2, $3, $4, $5)", "tttti",
                       camera, visit, field_string(input, "url"), address, now)) {
        json_decref(by);
        return NULL;
    }
    if (!model_outbox_entry(db, visit, "join", now,
                            json_pack("{s:s, s:s, s:s, s:s, s:o}", "participant", camera, "role", "camera", "name", name, "address", address, "by", by),
                            error))
        return NULL;
    return answer(db, visit, camera, error);
}

json_t *
model_camera_remove(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit"), *camera = field_string(input, "camera");
    gint64 now = field_integer(input, "now");
    json_t *by = participant_of(db, visit, field_string(input, "user"), error);
    g_autoptr(json_t) removed = by ? store_select_one(db, error,
                                                      "UPDATE cameras SET removed_at = $1, url = '' WHERE participant_id = $2 AND visit_id = $3 "
                                                      "AND removed_at IS NULL RETURNING participant_id",
                                                      "itt", now, camera, visit)
                                   : NULL;

    if (!removed || json_is_null(removed)) {
        if (removed)
            problem_set(error, PROBLEM_CAMERA_NOT_FOUND, NULL);
        json_decref(by);
        return NULL;
    }
    if (!store_execute(db, error, "UPDATE participants SET state = 'left', joined_at = NULL WHERE id = $1", "t", camera)) {
        json_decref(by);
        return NULL;
    }
    if (!model_outbox_entry(db, visit, "leave", now, json_pack("{s:s, s:o}", "participant", camera, "by", by), error))
        return NULL;
    return answer(db, visit, camera, error);
}

json_t *
model_cameras_of_visit(StoreConnection *db, const char *visit, GError **error)
{
    return store_select(db, error,
                        "SELECT participant_id AS participant, url, address FROM cameras WHERE visit_id = $1 AND removed_at IS NULL "
                        "ORDER BY participant_id LIMIT $2",
                        "ti", visit, (gint64) MODEL_CAMERAS_MAX);
}

gboolean
model_cameras_forget(StoreConnection *db, const char *visit, gint64 now, GError **error)
{
    return store_execute(db, error, "UPDATE cameras SET removed_at = COALESCE(removed_at, $1), url = '' WHERE visit_id = $2", "it", now, visit);
}
