/* The `room` message: what a participant may know of the visit's state and of who is here. */
#include "room-private.h"

#include "cameras.h"
#include "field-rules.h"
#include "recorder-control.h"
#include "watchers.h"

json_t *
visit_for_message(const json_t *visit)
{
    static const char *const fields[] = { "id",       "kind",         "state",     "case_number", "applicant",
                                          "premises", "scheduled_at", "item_code" };
    json_t *message = json_object();

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        json_object_set(message, fields[i], json_object_get(visit, fields[i]));
    return message;
}

static const char *
presence(const Room *room, const json_t *row, const Member *member)
{
    const char *state = field_string(row, "state");

    if (g_str_equal(state, "waiting"))
        return member && member->socket ? state : "away";
    if (!g_str_equal(state, "admitted"))
        return state;
    if (member && member->media == MEDIA_CONNECTED)
        return "connected";
    return member && member->socket && member->media != MEDIA_SILENT ? "admitted" : "away";
}

static json_t *
participant_json(const Room *room, const json_t *row)
{
    const Member *member = g_hash_table_lookup(room->members, field_string(row, "id"));

    return json_pack("{s:O, s:O, s:O, s:s?, s:s?, s:s, s:b, s:b, s:b, s:b}", "id", json_object_get(row, "id"), "role", json_object_get(row, "role"), "name",
                     json_object_get(row, "name"), "credential", field_string(row, "credential"), "title", field_string(row, "title"), "state", presence(room, row, member), "audio", member && member->audio, "video",
                     member && member->video, "paused", member && member->paused, "site_paused", member && member->site_paused);
}

static json_t *
participants_json(const Room *room, const char *only)
{
    json_t *list = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(json_object_get(room->state, "participants"), i, row)
        if (!only || g_strcmp0(field_string(row, "id"), only) == 0)
            json_array_append_new(list, participant_json(room, row));
    return list;
}

static const char *
recording_state(const Room *room)
{
    const char *state = field_string(room->recording, "state");

    if (!json_is_null(json_object_get(room_recording_json(room), "ended_at")))
        return "ended";
    if (!recorder_control_is_connected(room->server->recorder))
        return "away";
    return state ? state : "waiting";
}

static json_t *
recording_json(const Room *room)
{
    const json_t *row = room_recording_json(room);
    json_t *sealed_at = json_object_get(room->recording, "sealed_at");
    const char *alarm = field_string(room->recording, "alarm");

    if (!json_is_object(row))
        return json_null();
    return json_pack("{s:O, s:s, s:O, s:O, s:s?, s:I}", "recording", json_object_get(row, "recording"), "state", recording_state(room), "since",
                     json_object_get(row, "since"), "sealed_at", json_is_integer(sealed_at) ? sealed_at : json_null(), "alarm",
                     alarm && *alarm ? alarm : NULL, "bytes", (json_int_t) field_integer(room->recording, "bytes"));
}

/* What inspectors say among themselves is not the applicant's, nor is what was measured before it is in the record. */
static json_t *
inspection_json(const Room *room, gboolean staff)
{
    static const char *const everybodys[] = { "director", "acts", "challenges" };
    json_t *steps = json_object_get(room->state, "inspection"), *own;

    if (!json_is_object(steps) || staff)
        return json_is_object(steps) ? json_incref(steps) : json_null();
    own = json_object();
    for (gsize i = 0; i < G_N_ELEMENTS(everybodys); i++)
        json_object_set(own, everybodys[i], json_object_get(steps, everybodys[i]));
    return own;
}

/* Those that are on their way say how far they are. */
static json_t *
stills_json(const Room *room)
{
    json_t *stills = json_object_get(room->state, "stills");
    json_t *list;
    gsize i;
    json_t *still;

    if (!room->received)
        return json_incref(stills);
    list = json_array();
    json_array_foreach(stills, i, still) {
        json_t *received = json_object_get(room->received, field_string(still, "id"));

        if (received && g_str_equal(field_string(still, "state"), "requested")) {
            json_t *copy = json_copy(still);

            json_object_set(copy, "received", received);
            json_array_append_new(list, copy);
        } else {
            json_array_append(list, still);
        }
    }
    return list;
}

json_t *
room_message(const Room *room, const char *participant)
{
    gboolean staff = (room_role(room, participant) & ROLE_STAFF) != 0 && room_has_account(room, participant);
    gboolean inside = staff || room_is_admitted(room, participant) || room_visit_state(room) == VISIT_ENDED;

    return json_pack("{s:s, s:I, s:o, s:o, s:O, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o*}", "type", "room", "revision", (json_int_t) room->revision, "visit",
                     visit_for_message(room_visit_json(room)), "participants", participants_json(room, inside ? NULL : participant),
                     "checkpoint",
                     inside ? json_object_get(room->state, "checkpoint") : json_null(), "findings",
                     staff ? json_incref(json_object_get(room->state, "findings")) : json_array(), "stills",
                     inside ? stills_json(room) : json_array(), "marks",
                     inside ? json_incref(json_object_get(room->state, "marks")) : json_array(), "recording",
                     inside ? recording_json(room) : json_null(), "inspection", inside ? inspection_json(room, staff) : json_null(), "record",
                     inside && json_object_get(room->state, "record") ? json_incref(json_object_get(room->state, "record")) : json_null(),
                     "watchers", inside ? watchers_of(room->server->watchers, room->visit) : json_array(), "cameras", staff && cameras_are_enabled(room->server) ? cameras_of_room(room) : NULL);
}
