#include "room-private.h"

#include "bounded-json.h"
#include "field-rules.h"
#include "lobby.h"
#include "log.h"
#include "media-control.h"
#include "model/model.h"
#include "socket.h"

/* At most ten `room` messages a second. */
#define BROADCAST_INTERVAL_MS 100

struct Rooms {
    Server *server;
    GHashTable *by_visit;
    void (*loaded)(Server *server);
    guint loading;
};

static void
member_free(gpointer data)
{
    Member *member = data;

    g_free(member->id);
    g_free(member->connection);
    json_decref(member->slots);
    json_decref(member->camera);
    g_free(member);
}

static void
room_free(gpointer data)
{
    Room *room = data;

    server_cancel(room->server, room->timer);
    g_hash_table_unref(room->members);
    json_decref(room->state);
    json_decref(room->recording);
    json_decref(room->received);
    g_free(room->visit);
    g_free(room);
}

Rooms *
rooms_new(Server *server)
{
    Rooms *rooms = g_new0(Rooms, 1);

    rooms->server = server;
    rooms->by_visit = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, room_free);
    return rooms;
}

void
rooms_free(Rooms *rooms)
{
    if (!rooms)
        return;
    g_hash_table_unref(rooms->by_visit);
    g_free(rooms);
}

/* --- loading at the start --- */

static void
loaded_one(Rooms *rooms)
{
    if (--rooms->loading == 0)
        rooms->loaded(rooms->server);
}

static void
room_loaded(json_t *output, const GError *error, gpointer user)
{
    Rooms *rooms = user;
    json_t *state = json_object_get(output, "room");

    if (error)
        log_error("room", "a live visit could not be read: %s", problem_entry(problem_of(error))->code);
    else
        rooms_set_state(rooms, field_string(json_object_get(state, "visit"), "id"), state);
    loaded_one(rooms);
}

static void
live_visits_listed(json_t *output, const GError *error, gpointer user)
{
    Rooms *rooms = user;
    json_t *visits = json_object_get(output, "visits");
    gsize i;
    json_t *row;

    if (error)
        log_error("room", "the live visits could not be read: %s", problem_entry(problem_of(error))->code);
    json_array_foreach(visits, i, row) {
        rooms->loading++;
        server_store(rooms->server, model_room_get, json_pack("{s:O}", "visit", json_object_get(row, "id")), room_loaded, rooms);
    }
    loaded_one(rooms);
}

void
rooms_load(Rooms *rooms, void (*loaded)(Server *server))
{
    rooms->loaded = loaded;
    rooms->loading = 1;
    server_store(rooms->server, model_visits_live, NULL, live_visits_listed, rooms);
}

/* --- finding and changing --- */

Room *
rooms_get(Rooms *rooms, const char *visit)
{
    return visit ? g_hash_table_lookup(rooms->by_visit, visit) : NULL;
}

Room *
rooms_by_recording(Rooms *rooms, const char *recording)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, rooms->by_visit);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (g_strcmp0(field_string(room_recording_json(value), "recording"), recording) == 0)
            return value;
    return NULL;
}

Room *
rooms_set_state(Rooms *rooms, const char *visit, json_t *state)
{
    Room *room = rooms_get(rooms, visit);

    if (!room) {
        room = g_new0(Room, 1);
        room->server = rooms->server;
        room->visit = g_strdup(visit);
        /* Grows across a restart, too: no room changes a thousand times a second. */
        room->revision = server_now(rooms->server) / 1000;
        room->members = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, member_free);
        g_hash_table_insert(rooms->by_visit, room->visit, room);
    }
    json_incref(state);
    json_decref(room->state);
    room->state = state;
    room_changed(room);
    return room;
}

Room *
rooms_update_state(Rooms *rooms, const char *visit, json_t *state)
{
    const char *name = field_string(json_object_get(state, "visit"), "state");

    if (!rooms_get(rooms, visit) && visit_state_from_name(name) != VISIT_LIVE)
        return NULL;
    return rooms_set_state(rooms, visit, state);
}

static void
room_refreshed(json_t *output, const GError *error, gpointer user)
{
    Server *server = user;
    json_t *state = json_object_get(output, "room");
    const char *visit = field_string(json_object_get(state, "visit"), "id");

    if (error)
        log_error("room", "a visit could not be read: %s", problem_entry(problem_of(error))->code);
    else if (rooms_get(server->rooms, visit)) {
        Room *room = rooms_set_state(server->rooms, visit, state);

        if (room_has_media(room))
            media_control_sync(server->media, visit);
    }
}

void
rooms_refresh(Rooms *rooms, const char *visit)
{
    if (rooms_get(rooms, visit))
        server_store(rooms->server, model_room_get, json_pack("{s:s}", "visit", visit), room_refreshed, rooms->server);
}

void
rooms_each(Rooms *rooms, void (*func)(Room *room, gpointer user), gpointer user)
{
    g_autoptr(GList) all = g_hash_table_get_values(rooms->by_visit);

    for (GList *link = all; link; link = link->next)
        func(link->data, user);
}

static gboolean
somebody_is_here(const Room *room)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, room->members);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (((Member *) value)->socket)
            return TRUE;
    return FALSE;
}

void
rooms_unseat(Rooms *rooms, const char *visit, const char *participant, guint64 socket)
{
    Room *room = rooms_get(rooms, visit);
    Member *member = room ? g_hash_table_lookup(room->members, participant) : NULL;

    if (!member || member->socket != socket)
        return;
    member->socket = 0;
    if (room_is_waiting(room, participant))
        lobby_changed(rooms->server->lobby);
    if (room_visit_state(room) != VISIT_LIVE && !somebody_is_here(room))
        g_hash_table_remove(rooms->by_visit, visit);
    else
        room_changed(room);
}

void
rooms_put_out(Rooms *rooms, const char *visit, const char *participant, Problem problem)
{
    Room *room = rooms_get(rooms, visit);
    Member *member = room ? g_hash_table_lookup(room->members, participant) : NULL;

    if (!member)
        return;
    if (member->connection) {
        media_control_close_connection(rooms->server->media, visit, member->connection);
        member_set_connection(member, NULL, MEDIA_NONE);
    }

    Socket *socket = sockets_find(rooms->server->sockets, member->socket);
    g_autoptr(GError) error = g_error_new_literal(PROBLEM, problem, "");

    if (socket) {
        socket_send(socket, problem_to_message(error, NULL));
        socket_close(socket, CLOSE_NOT_ALLOWED, problem_entry(problem)->code);
    }
}

/* --- reading --- */

const char *
room_visit(const Room *room)
{
    return room->visit;
}

json_t *
room_visit_json(const Room *room)
{
    return json_object_get(room->state, "visit");
}

VisitState
room_visit_state(const Room *room)
{
    return visit_state_from_name(field_string(room_visit_json(room), "state"));
}

json_t *
room_recording_json(const Room *room)
{
    return json_object_get(room->state, "recording");
}

json_t *
room_cameras_json(const Room *room)
{
    return json_object_get(room->state, "cameras");
}

gboolean
room_has_media(const Room *room)
{
    return room_visit_state(room) == VISIT_LIVE;
}

json_t *
room_participant(const Room *room, const char *participant)
{
    gsize i;
    json_t *row;

    json_array_foreach(json_object_get(room->state, "participants"), i, row)
        if (g_strcmp0(field_string(row, "id"), participant) == 0)
            return row;
    return NULL;
}

Role
room_role(const Room *room, const char *participant)
{
    return role_from_name(field_string(room_participant(room, participant), "role"));
}

gboolean
room_has_account(const Room *room, const char *participant)
{
    return field_string(room_participant(room, participant), "user") != NULL;
}

gboolean
room_is_admitted(const Room *room, const char *participant)
{
    return g_strcmp0(field_string(room_participant(room, participant), "state"), "admitted") == 0;
}

gboolean
room_is_waiting(const Room *room, const char *participant)
{
    return g_strcmp0(field_string(room_participant(room, participant), "state"), "waiting") == 0;
}

Member *
room_member(Room *room, const char *participant)
{
    Member *member = participant ? g_hash_table_lookup(room->members, participant) : NULL;

    if (!member && room_participant(room, participant)) {
        member = g_new0(Member, 1);
        member->id = g_strdup(participant);
        g_hash_table_insert(room->members, member->id, member);
    }
    return member;
}

void
room_each_member(Room *room, void (*func)(Room *room, Member *member, gpointer user), gpointer user)
{
    g_autoptr(GList) all = g_hash_table_get_values(room->members);

    for (GList *link = all; link; link = link->next)
        func(room, link->data, user);
}

void
room_seat(Room *room, const char *participant, guint64 socket)
{
    Member *member = room_member(room, participant);
    Socket *before = sockets_find(room->server->sockets, member->socket);

    member->socket = socket;
    if (before && before->serial != socket)
        socket_close(before, CLOSE_REPLACED, "replaced");
    if (room_is_waiting(room, participant))
        lobby_changed(room->server->lobby);
    room_changed(room);
}

json_t *
room_staff_present(const Room *room)
{
    json_t *ids = json_array();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, room->members);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Member *member = value;

        if (member->socket && room_role(room, member->id) & ROLE_STAFF && room_has_account(room, member->id))
            json_array_append_new(ids, json_string(member->id));
    }
    return ids;
}

Member *
room_camera(Room *room)
{
    gsize i;
    json_t *row;

    /* Participants are in order of coming; the first applicant is the site. */
    json_array_foreach(json_object_get(room->state, "participants"), i, row) {
        Member *member = g_hash_table_lookup(room->members, field_string(row, "id"));

        if (member && member->socket && role_from_name(field_string(row, "role")) == ROLE_APPLICANT &&
            g_str_equal(field_string(row, "state"), "admitted"))
            return member;
    }
    return NULL;
}

/* --- telling --- */

static void
send_room(Room *room, Member *member, gpointer user)
{
    Socket *socket = sockets_find(room->server->sockets, member->socket);

    if (socket)
        socket_send(socket, room_message(room, member->id));
}

static void
broadcast(gpointer data)
{
    Room *room = data;

    room->timer = 0;
    room->sent_at_us = clock_mono_us(room->server->clock);
    room_each_member(room, send_room, NULL);
}

void
room_changed(Room *room)
{
    gint64 since_ms = (clock_mono_us(room->server->clock) - room->sent_at_us) / 1000;

    room->revision++;
    if (room->timer == 0)
        room->timer = http_loop_after(room->server->loop, since_ms >= BROADCAST_INTERVAL_MS ? 0 : (guint) (BROADCAST_INTERVAL_MS - since_ms),
                                      broadcast, room);
}

static void
send_copy(Room *room, Member *member, gpointer message)
{
    Socket *socket = sockets_find(room->server->sockets, member->socket);

    if (socket)
        socket_send(socket, json_incref(message));
}

void
room_send_all(Room *room, json_t *message)
{
    g_autoptr(json_t) owned = message;

    room_each_member(room, send_copy, owned);
}

/* --- media and recording --- */

void
room_set_camera(Room *room, Member *member, json_t *camera)
{
    const char *state = field_string(camera, "state");

    json_incref(camera);
    json_decref(member->camera);
    member->camera = camera;
    member->media = g_strcmp0(state, "live") == 0 ? MEDIA_CONNECTED : MEDIA_SILENT;
    if (member->media != MEDIA_CONNECTED)
        member->audio = member->video = FALSE;
    room_changed(room);
}

void
member_set_connection(Member *member, const char *connection, MediaState media)
{
    if (g_strcmp0(member->connection, connection) != 0) {
        g_free(member->connection);
        member->connection = g_strdup(connection);
        g_clear_pointer(&member->slots, json_decref);
        member->site_paused = FALSE;
    }
    member->media = media;
    if (!connection) {
        member->audio = FALSE;
        member->video = FALSE;
    }
}

static gboolean
pauses_site(const Room *room, const json_t *slots)
{
    gsize i;
    json_t *slot;

    json_array_foreach(slots, i, slot) {
        const char *participant = field_string(slot, "participant");

        if (field_boolean(slot, "paused") && participant && room_role(room, participant) == ROLE_APPLICANT)
            return TRUE;
    }
    return FALSE;
}

void
room_set_slots(Room *room, Member *member, json_t *slots)
{
    gboolean site_paused = pauses_site(room, slots);

    json_incref(slots);
    json_decref(member->slots);
    member->slots = slots;
    if (member->site_paused != site_paused) {
        member->site_paused = site_paused;
        room_changed(room);
    }
}

void
room_media_lost(Room *room, Member *member, const char *reason)
{
    Socket *socket = sockets_find(room->server->sockets, member->socket);

    if (!member->connection)
        return;
    log_info("room", "media lost visit=%s participant=%s reason=%s", room->visit, member->id, reason);
    member_set_connection(member, NULL, MEDIA_NONE);
    if (socket)
        socket_send(socket, json_pack("{s:s, s:s}", "type", "media-lost", "reason", reason));
    room_changed(room);
}

void
room_set_recording(Room *room, json_t *recording)
{
    json_incref(recording);
    json_decref(room->recording);
    room->recording = recording;
    room_changed(room);
}

void
rooms_still_received(Rooms *rooms, const char *visit, const char *still, gint64 received)
{
    Room *room = rooms_get(rooms, visit);

    if (!room)
        return;
    if (!room->received)
        room->received = json_object();
    /* Statements bound how many stills a visit has; this one is among them. */
    json_object_set_new(room->received, still, json_integer(received));
    room_changed(room);
}
