#include "model.h"

#include "model-deliveries.h"
#include "model-items.h"
#include "model-steps.h"

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "problem.h"
#include "uuid7.h"

#define PARTICIPANT_COLUMNS                                                                                            \
    "id, visit_id AS visit, role, name, user_id AS \"user\", invitation_id AS invitation, state, waiting_since, consent, joined_at"

static json_t *
participant_by_id(StoreConnection *db, const char *id, GError **error)
{
    g_autoptr(json_t) row =
        store_select_one(db, error, "SELECT " PARTICIPANT_COLUMNS " FROM participants WHERE id = $1", "t", id);

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_PARTICIPANT_NOT_FOUND, NULL);
        return NULL;
    }
    return g_steal_pointer(&row);
}

/* The answer of every work here: the participant as it is now and its room. */
static json_t *
participant_and_room(StoreConnection *db, const char *id, GError **error)
{
    g_autoptr(json_t) participant = participant_by_id(db, id, error);
    json_t *room = participant ? model_room(db, field_string(participant, "visit"), error) : NULL;

    return room ? json_pack("{s:O, s:o}", "participant", participant, "room", room) : NULL;
}

static gboolean
visit_is_open(StoreConnection *db, const char *visit, gboolean *ret_live, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT state FROM visits WHERE id = $1", "t", visit);

    if (!row)
        return FALSE;
    if (json_is_null(row))
        return problem_set(error, PROBLEM_VISIT_NOT_FOUND, NULL);
    if (g_str_equal(field_string(row, "state"), "ended"))
        return problem_set(error, PROBLEM_VISIT_ENDED, NULL);
    *ret_live = g_str_equal(field_string(row, "state"), "live");
    return TRUE;
}

static gboolean
there_is_room(StoreConnection *db, const char *visit, GError **error)
{
    g_autoptr(json_t) row =
        store_select_one(db, error, "SELECT COUNT(*) AS n FROM participants WHERE visit_id = $1 AND state <> 'left'", "t", visit);

    if (!row)
        return FALSE;
    return field_integer(row, "n") < MODEL_PARTICIPANTS_MAX ||
           problem_set(error, PROBLEM_VISIT_FULL, "at most %d participants", MODEL_PARTICIPANTS_MAX);
}

/* Being in a live room begins: once per stay, so a resumed socket is no second join. */
static gboolean
join(StoreConnection *db, const char *participant, gint64 now, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "UPDATE participants SET joined_at = $1 WHERE id = $2 AND joined_at IS NULL AND state = 'admitted' "
                                             "RETURNING visit_id AS visit, role, name",
                                             "it", now, participant);

    if (!row)
        return FALSE;
    if (json_is_null(row))
        return TRUE;
    return model_outbox_entry(db, field_string(row, "visit"), "join", now,
                              json_pack("{s:s, s:s, s:s}", "participant", participant, "role", field_string(row, "role"), "name",
                                        field_string(row, "name")),
                              error);
}

json_t *
model_enter_staff(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    gint64 now = field_integer(input, "now");
    gboolean live;
    g_autoptr(json_t) there = NULL;
    g_autoptr(json_t) assigned = model_visit_check(db, input, error);

    if (!assigned || !visit_is_open(db, visit, &live, error) || !model_visit_keeps_item(db, visit, now, error))
        return NULL;
    there = store_select_one(db, error, "UPDATE participants SET state = 'admitted' WHERE visit_id = $1 AND user_id = $2 RETURNING id", "tt",
                             visit, field_string(input, "user"));
    if (!there)
        return NULL;
    if (json_is_null(there)) {
        g_autofree char *id = uuid7_new(clock_system());

        if (!there_is_room(db, visit, error))
            return NULL;
        json_decref(there);
        there = store_select_one(db, error,
                                 "INSERT INTO participants (id, visit_id, role, name, user_id, state, created_at) "
                                 "SELECT $1, $2, role, name, id, 'admitted', $3 FROM users WHERE id = $4 AND disabled = 0 RETURNING id",
                                 "ttit", id, visit, now, field_string(input, "user"));
        if (!there)
            return NULL;
        if (json_is_null(there)) {
            problem_set(error, PROBLEM_ACCESS_REQUIRED, NULL);
            return NULL;
        }
    }
    if (live && !join(db, field_string(there, "id"), now, error))
        return NULL;
    return participant_and_room(db, field_string(there, "id"), error);
}

/* Checked against the store: the signature alone says only that we once made it. */
static json_t *
valid_invitation(StoreConnection *db, const char *id, gint64 now, gboolean expiry_counts, GError **error)
{
    g_autoptr(json_t) row =
        store_select_one(db, error, "SELECT visit_id AS visit, name, role, expires_at, revoked_at FROM invitations WHERE id = $1", "t", id);

    if (!row)
        return NULL;
    if (json_is_null(row))
        problem_set(error, PROBLEM_INVITATION_INVALID, NULL);
    else if (!json_is_null(json_object_get(row, "revoked_at")))
        problem_set(error, PROBLEM_INVITATION_REVOKED, NULL);
    else if (expiry_counts && field_integer(row, "expires_at") <= now)
        problem_set(error, PROBLEM_INVITATION_EXPIRED, NULL);
    else
        return g_steal_pointer(&row);
    return NULL;
}

json_t *
model_enter_applicant(StoreConnection *db, json_t *input, GError **error)
{
    const char *invitation = field_string(input, "invitation");
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) valid = valid_invitation(db, invitation, now, TRUE, error);
    g_autoptr(json_t) there = NULL;
    gboolean live;

    if (!valid || !visit_is_open(db, field_string(valid, "visit"), &live, error) || !model_visit_keeps_item(db, field_string(valid, "visit"), now, error))
        return NULL;
    /* Who left and opens the link again starts anew at the door. */
    there = store_select_one(db, error,
                             "UPDATE participants SET state = CASE WHEN state = 'left' THEN 'invited' ELSE state END "
                             "WHERE invitation_id = $1 RETURNING id",
                             "t", invitation);
    if (!there)
        return NULL;
    if (json_is_null(there)) {
        g_autofree char *id = uuid7_new(clock_system());

        if (!there_is_room(db, field_string(valid, "visit"), error))
            return NULL;
        json_decref(there);
        there = store_select_one(db, error,
                                 "INSERT INTO participants (id, visit_id, role, name, invitation_id, state, created_at) "
                                 "VALUES ($1, $2, $6, $3, $4, 'invited', $5) RETURNING id",
                                 "ttt"
                                 "tit",
                                 id, field_string(valid, "visit"), field_string(valid, "name"), invitation, now, field_string(valid, "role"));
        if (!there || !store_execute(db, error, "UPDATE invitations SET used_at = $1 WHERE id = $2", "it", now, invitation))
            return NULL;
    }
    return participant_and_room(db, field_string(there, "id"), error);
}

json_t *
model_resume(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(GError) missing = NULL;
    g_autoptr(json_t) participant = participant_by_id(db, field_string(input, "participant"), &missing);
    gboolean live;

    if (!participant) {
        if (problem_of(missing) == PROBLEM_PARTICIPANT_NOT_FOUND)
            problem_set(error, PROBLEM_RESUME_INVALID, NULL);
        else
            g_propagate_error(error, g_steal_pointer(&missing));
        return NULL;
    }
    if (!visit_is_open(db, field_string(participant, "visit"), &live, error))
        return NULL;
    if (g_str_equal(field_string(participant, "state"), "left")) {
        problem_set(error, PROBLEM_RESUME_INVALID, NULL);
        return NULL;
    }
    if (field_string(participant, "user")) {
        /* Still assigned, still enabled: the same way as coming in. */
        json_object_set(participant, "now", json_object_get(input, "now"));
        return model_enter_staff(db, participant, error);
    }

    /* An invitation that expires during the visit does not put its applicant out. */
    g_autoptr(json_t) valid = valid_invitation(db, field_string(participant, "invitation"), field_integer(input, "now"), FALSE, error);

    return valid ? participant_and_room(db, field_string(participant, "id"), error) : NULL;
}

json_t *
model_enter_stream(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    const char *visit = field_string(input, "visit");
    g_autoptr(json_t) checked = model_visit_check(db, input, error);
    gboolean live;

    if (!checked || !visit_is_open(db, visit, &live, error) || !there_is_room(db, visit, error) ||
        !store_execute(db, error,
                       "INSERT INTO participants (id, visit_id, role, name, state, created_at) VALUES ($1, $2, 'observer', $3, 'admitted', $4)",
                       "ttti", id, visit, field_string(input, "name"), field_integer(input, "now")))
        return NULL;
    return participant_and_room(db, id, error);
}

json_t *
model_consent(StoreConnection *db, json_t *input, GError **error)
{
    const char *id = field_string(input, "participant");
    const char *notice = field_string(input, "notice");
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) row =
        store_select_one(db, error, "UPDATE participants SET consent = $1, consent_at = $2 WHERE id = $3 RETURNING visit_id AS visit", "tit", notice,
                         now, id);

    if (!row || !model_outbox_entry(db, field_string(row, "visit"), "consent", now,
                                    json_pack("{s:s, s:s}", "participant", id, "notice", notice), error))
        return NULL;
    return participant_and_room(db, id, error);
}

json_t *
model_device_check(StoreConnection *db, json_t *input, GError **error)
{
    const char *id = field_string(input, "participant");
    json_t *location = json_object_get(input, "location");
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) participant = participant_by_id(db, id, error);

    if (!participant || !model_outbox_entry(db, field_string(participant, "visit"), "device", now,
                                            json_pack("{s:s, s:O, s:O, s:O}", "participant", id, "camera", json_object_get(input, "camera"),
                                                      "microphone", json_object_get(input, "microphone"), "network",
                                                      json_object_get(input, "network")),
                                            error))
        return NULL;
    if (json_is_object(location)) {
        json_t *data = json_pack("{s:s, s:O, s:O, s:O}", "participant", id, "lat", json_object_get(location, "lat"), "lon",
                                 json_object_get(location, "lon"), "accuracy_m", json_object_get(location, "accuracy_m"));

        if (!model_outbox_entry(db, field_string(participant, "visit"), "location", now, data, error) ||
            !model_location_add(db, field_string(participant, "visit"), id, location, now, error))
            return NULL;
    }
    return participant_and_room(db, id, error);
}

json_t *
model_wait(StoreConnection *db, json_t *input, GError **error)
{
    const char *id = field_string(input, "participant");
    g_autoptr(json_t) participant = participant_by_id(db, id, error);

    if (!participant)
        return NULL;
    if (!field_string(participant, "consent")) {
        problem_set(error, PROBLEM_CONSENT_REQUIRED, NULL);
        return NULL;
    }
    /* Waiting again keeps the place in the line; who is in already stays in. */
    if (!store_execute(db, error,
                       "UPDATE participants SET state = 'waiting', waiting_since = $1 WHERE id = $2 AND state IN ('invited', 'left')", "it",
                       field_integer(input, "now"), id) ||
        !store_execute(db, error,
                       "UPDATE visits SET state = 'waiting', revision = revision + 1 WHERE id = $1 AND state = 'scheduled' AND EXISTS "
                       "(SELECT 1 FROM participants p WHERE p.visit_id = visits.id AND p.state = 'waiting')",
                       "t", field_string(participant, "visit")))
        return NULL;
    return participant_and_room(db, id, error);
}

json_t *
model_leave(StoreConnection *db, json_t *input, GError **error)
{
    const char *id = field_string(input, "participant");
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) before = participant_by_id(db, id, error);

    if (!before ||
        !store_execute(db, error, "UPDATE participants SET state = 'left', waiting_since = NULL, joined_at = NULL WHERE id = $1", "t", id))
        return NULL;

    const char *visit = field_string(before, "visit");

    if (!json_is_null(json_object_get(before, "joined_at")) &&
        !model_outbox_entry(db, visit, "leave", now, json_pack("{s:s}", "participant", id), error))
        return NULL;
    if (!store_execute(db, error,
                       "UPDATE visits SET state = 'scheduled', revision = revision + 1 WHERE id = $1 AND state = 'waiting' AND NOT EXISTS "
                       "(SELECT 1 FROM participants p WHERE p.visit_id = visits.id AND p.state = 'waiting')",
                       "t", visit))
        return NULL;
    return participant_and_room(db, id, error);
}

/* The visit goes live: its recording exists from here, and its start is the first thing that the recorder gets. */
static gboolean
open_room(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    const char *recording = field_string(input, "recording");
    const char *site = field_string(input, "participant");
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) row = model_visit_row(db, visit, error);

    if (!row)
        return FALSE;
    if (g_str_equal(field_string(row, "state"), "live"))
        return TRUE;
    if (!store_execute(db, error, "UPDATE visits SET state = 'live', started_at = $1, revision = revision + 1 WHERE id = $2", "it", now, visit) ||
        !store_execute(db, error, "INSERT INTO recordings (id, visit_id, started_at, site_participant, title, retention) VALUES ($1, $2, $3, $4, $5, $6)",
                       "ttittt", recording, visit, now, site, field_string(input, "title"), field_string(input, "retention")) ||
        !model_visit_event(db, visit, "visit.live", json_pack("{s:s}", "recording", recording), now, error))
        return FALSE;
    return model_outbox_add(db, visit, 0, "start",
                            json_pack("{s:s, s:O, s:O, s:O, s:O, s:s}", "visit", visit, "case_number", json_object_get(row, "case_number"), "item",
                                      json_object_get(row, "item_code"), "item_version", json_object_get(row, "item_version"), "title",
                                      json_object_get(input, "title"), "site_participant", site),
                            now, error);
}

json_t *
model_admit(StoreConnection *db, json_t *input, GError **error)
{
    const char *id = field_string(input, "participant");
    gint64 now = field_integer(input, "now");
    json_t *present = json_object_get(input, "present");
    g_autoptr(json_t) admitted = store_select_one(db, error,
                                                  "UPDATE participants SET state = 'admitted', waiting_since = NULL "
                                                  "WHERE id = $1 AND visit_id = $2 AND state = 'waiting' RETURNING id",
                                                  "tt", id, field_string(input, "visit"));
    gsize i;
    json_t *member;

    if (!admitted)
        return NULL;
    if (json_is_null(admitted)) {
        problem_set(error, PROBLEM_PARTICIPANT_NOT_WAITING, NULL);
        return NULL;
    }
    if (!open_room(db, input, error) || !join(db, id, now, error))
        return NULL;
    json_array_foreach(present, i, member)
        if (!join(db, json_string_value(member), now, error))
            return NULL;
    return participant_and_room(db, id, error);
}
