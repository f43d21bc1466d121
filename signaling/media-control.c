#include "media-control.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "log.h"
#include "outbox.h"
#include "problem.h"
#include "room.h"
#include "socket.h"

#define RECONNECT_MIN_MS 100
#define RECONNECT_MAX_MS 2000
#define ANSWER_MAX       (1024 * 1024)
/* The line of an event is bounded by lib/http; this is its JSON. */
#define EVENT_MAX (64 * 1024)

struct MediaControl {
    Server *server;
    HttpCall *events;
    gboolean connected; /* `hello` was seen */
    char *instance;
    guint reconnect_ms;
    guint64 timer;
    gboolean is_full; /* what the latest wish for a room was told, and why */
    Problem full_because;
};

MediaControl *
media_control_new(Server *server)
{
    MediaControl *media = g_new0(MediaControl, 1);

    media->server = server;
    media->reconnect_ms = RECONNECT_MIN_MS;
    return media;
}

void
media_control_free(MediaControl *media)
{
    if (!media)
        return;
    g_free(media->instance);
    g_free(media);
}

gboolean
media_control_is_connected(const MediaControl *media)
{
    return media->connected;
}

/* --- small requests --- */

static GBytes *
json_bytes(json_t *json)
{
    g_autoptr(json_t) owned = json;
    char *text = bounded_json_dump(owned);

    return g_bytes_new_take(text, strlen(text));
}

static void
call_json(MediaControl *media, const char *method, const char *path, json_t *body, HttpAnswerFunc done, gpointer user)
{
    g_autoptr(GBytes) bytes = body ? json_bytes(body) : NULL;
    HttpCallRequest request = { method, path, body ? "application/json" : NULL, bytes, 0, ANSWER_MAX };

    http_client_call(media->server->media_client, &request, done, user);
}

static void
ignore_answer(const HttpAnswer *answer, gpointer user)
{
}

void
media_control_close_connection(MediaControl *media, const char *visit, const char *connection)
{
    g_autofree char *path = g_strdup_printf("/rooms/%s/connections/%s", visit, connection);

    call_json(media, "DELETE", path, NULL, ignore_answer, NULL);
}

typedef struct {
    Server *server;
    char *visit;
} Closing;

static void
room_closed(const HttpAnswer *answer, gpointer user)
{
    Closing *closing = user;

    outbox_kick(closing->server->outbox, closing->visit);
    g_free(closing->visit);
    g_free(closing);
}

void
media_control_close_room(MediaControl *media, const char *visit)
{
    g_autofree char *path = g_strconcat("/rooms/", visit, NULL);
    Closing *closing = g_new(Closing, 1);

    *closing = (Closing){ media->server, g_strdup(visit) };
    call_json(media, "DELETE", path, NULL, room_closed, closing);
}

/* --- cameras --- */

/* Behind the applicant's phone, beside the inspectors, in the order of joining. */
#define CAMERA_ORDER 1

typedef struct {
    MediaCameraFunc done;
    gpointer user;
} CameraAsking;

static json_t *answer_json(const HttpAnswer *answer);

/* The media server's codes for cameras are the catalogue's. */
static Problem
camera_problem(const HttpAnswer *answer)
{
    static const Problem problems[] = { PROBLEM_CAMERA_DISABLED, PROBLEM_CAMERA_URL, PROBLEM_CAMERA_NETWORK, PROBLEM_CAMERA_LIMIT };
    g_autoptr(json_t) body = answer_json(answer);
    const char *code = field_string(body, "code");

    for (gsize i = 0; i < G_N_ELEMENTS(problems); i++)
        if (g_strcmp0(code, problem_entry(problems[i])->code) == 0)
            return problems[i];
    return PROBLEM_MEDIA_UNAVAILABLE;
}

static void
camera_put(const HttpAnswer *answer, gpointer user)
{
    g_autofree CameraAsking *asking = user;
    g_autoptr(GError) error = NULL;

    if (answer->status / 100 != 2)
        problem_set(&error, camera_problem(answer), NULL);
    if (asking->done)
        asking->done(error, asking->user);
}

void
media_control_put_camera(MediaControl *media, const char *visit, const char *camera, const char *url, MediaCameraFunc done, gpointer user)
{
    g_autofree char *path = g_strdup_printf("/rooms/%s/cameras/%s", visit, camera);
    CameraAsking *asking = g_new(CameraAsking, 1);

    *asking = (CameraAsking) { done, user };
    call_json(media, "PUT", path, json_pack("{s:s, s:i}", "url", url, "order", CAMERA_ORDER), camera_put, asking);
}

void
media_control_remove_camera(MediaControl *media, const char *visit, const char *camera)
{
    g_autofree char *path = g_strdup_printf("/rooms/%s/cameras/%s", visit, camera);

    call_json(media, "DELETE", path, NULL, ignore_answer, NULL);
}

static void
put_cameras(MediaControl *media, const Room *room)
{
    gsize i;
    json_t *row;

    json_array_foreach(room_cameras_json(room), i, row)
        media_control_put_camera(media, room_visit(room), field_string(row, "participant"), field_string(row, "url"), NULL, NULL);
}

/* --- synchronizing one room: make it, feed it, read it --- */

typedef struct {
    MediaControl *media;
    char *visit;
    char *path;
    HttpLoopFunc then;
    gpointer user;
} Sync;

static void
sync_finish(Sync *sync)
{
    if (sync->then)
        sync->then(sync->user);
    g_free(sync->visit);
    g_free(sync->path);
    g_free(sync);
}

static MediaState
media_state_from_name(const char *name)
{
    if (g_strcmp0(name, "connected") == 0)
        return MEDIA_CONNECTED;
    return g_strcmp0(name, "disconnected") == 0 ? MEDIA_SILENT : MEDIA_CONNECTING;
}

static void
apply_tracks(Member *member, const json_t *tracks)
{
    gsize i;
    json_t *track;

    json_array_foreach(tracks, i, track) {
        gboolean active = field_boolean(track, "active");

        if (g_strcmp0(field_string(track, "kind"), "video") == 0)
            member->video = active;
        else
            member->audio = active;
    }
}

static json_t *
connection_of(json_t *room, const char *participant)
{
    gsize i;
    json_t *connection;

    json_array_foreach(json_object_get(room, "connections"), i, connection)
        if (g_strcmp0(field_string(connection, "participant"), participant) == 0)
            return connection;
    return NULL;
}

static void
drop_if_missing(Room *room, Member *member, gpointer answer)
{
    const json_t *connection = connection_of(answer, member->id);

    if (member->connection && g_strcmp0(field_string(connection, "connection"), member->connection) != 0)
        room_media_lost(room, member, "media-restarted");
}

static gboolean
is_wanted(const Room *room, const char *camera)
{
    gsize i;
    json_t *row;

    json_array_foreach(room_cameras_json(room), i, row)
        if (g_strcmp0(field_string(row, "participant"), camera) == 0)
            return TRUE;
    return FALSE;
}

/* One that is on its way into the store is younger than any that is forgotten: it is asked for again when it is there. */
static void
apply_cameras(MediaControl *media, Room *room, json_t *cameras)
{
    gsize i;
    json_t *camera;

    json_array_foreach(cameras, i, camera) {
        const char *id = field_string(camera, "camera");
        Member *member = is_wanted(room, id) ? room_member(room, id) : NULL;

        if (!id)
            continue;
        if (member) {
            room_set_camera(room, member, camera);
            apply_tracks(member, json_object_get(camera, "tracks"));
        } else {
            media_control_remove_camera(media, room_visit(room), id);
        }
    }
}

static void
apply_room(MediaControl *media, Room *room, json_t *answer)
{
    gsize i;
    json_t *connection;

    room_each_member(room, drop_if_missing, answer);
    json_array_foreach(json_object_get(answer, "connections"), i, connection) {
        Member *member = room_member(room, field_string(connection, "participant"));

        if (!member || !field_string(connection, "connection"))
            continue;
        member_set_connection(member, field_string(connection, "connection"), media_state_from_name(field_string(connection, "state")));
        apply_tracks(member, json_object_get(connection, "tracks"));
        if (json_is_array(json_object_get(connection, "slots")))
            room_set_slots(room, member, json_object_get(connection, "slots"));
    }
    apply_cameras(media, room, json_object_get(answer, "cameras"));
    room_changed(room);
}

static json_t *
answer_json(const HttpAnswer *answer)
{
    return answer->body ? bounded_json_parse_bytes(answer->body, ANSWER_MAX, NULL) : NULL;
}

static void
room_read(const HttpAnswer *answer, gpointer user)
{
    Sync *sync = user;
    Room *room = rooms_get(sync->media->server->rooms, sync->visit);
    g_autoptr(json_t) body = answer->status == 200 ? answer_json(answer) : NULL;

    if (room && body)
        apply_room(sync->media, room, body);
    sync_finish(sync);
}

static void
read_room(Sync *sync)
{
    call_json(sync->media, "GET", sync->path, NULL, room_read, sync);
}

static void
feed_made(const HttpAnswer *answer, gpointer user)
{
    Sync *sync = user;

    if (answer->status / 100 != 2)
        log_warning("media", "feed refused visit=%s status=%d", sync->visit, answer->status);
    read_room(sync);
}

/* The node carries what it can. */
static gboolean
is_full(const HttpAnswer *answer, Problem *ret_because)
{
    static const Problem reasons[] = { PROBLEM_MEDIA_AT_CAPACITY, PROBLEM_MEDIA_BUSY };
    g_autoptr(json_t) body = answer->status == 503 ? answer_json(answer) : NULL;

    for (gsize i = 0; body && i < G_N_ELEMENTS(reasons); i++)
        if (g_strcmp0(field_string(body, "code"), problem_entry(reasons[i])->code) == 0) {
            *ret_because = reasons[i];
            return TRUE;
        }
    return FALSE;
}

static void
room_made(const HttpAnswer *answer, gpointer user)
{
    Sync *sync = user;
    Server *server = sync->media->server;
    Room *room = rooms_get(server->rooms, sync->visit);
    json_t *recording = room ? room_recording_json(room) : NULL;

    sync->media->is_full = is_full(answer, &sync->media->full_because);
    if (answer->status / 100 != 2 || !room || !room_has_media(room)) {
        if (answer->status != 0)
            log_warning("media", "room refused visit=%s status=%d", sync->visit, answer->status);
        sync_finish(sync);
        return;
    }
    put_cameras(sync->media, room);
    /* The recorder knows the recording from its start on; a feed before that would be of nobody's. */
    if (field_integer(recording, "started") == 0) {
        read_room(sync);
        return;
    }

    g_autofree char *path = g_strconcat(sync->path, "/feed", NULL);
    g_autofree char *feed_socket = g_build_filename(server->config->data, "sockets", "feed.sock", NULL);

    call_json(sync->media, "PUT", path, json_pack("{s:s, s:s}", "socket", feed_socket, "recording", field_string(recording, "recording")),
              feed_made, sync);
}

void
media_control_sync_then(MediaControl *media, const char *visit, HttpLoopFunc then, gpointer user)
{
    Sync *sync = g_new0(Sync, 1);

    sync->media = media;
    sync->visit = g_strdup(visit);
    sync->path = g_strconcat("/rooms/", visit, NULL);
    sync->then = then;
    sync->user = user;
    call_json(media, "PUT", sync->path, json_object(), room_made, sync);
}

void
media_control_sync(MediaControl *media, const char *visit)
{
    media_control_sync_then(media, visit, NULL, NULL);
}

/* --- offers --- */

typedef struct {
    MediaControl *media;
    char *visit;
    char *path;
    GBytes *sdp;
    gboolean again; /* the room has been made for this offer */
    MediaAnswerFunc done;
    gpointer user;
} Offer;

static void
offer_finish(Offer *offer, const MediaAnswer *answer)
{
    offer->done(answer, offer->user);
    g_free(offer->visit);
    g_free(offer->path);
    g_bytes_unref(offer->sdp);
    g_free(offer);
}

static void post_offer(Offer *offer);

static void
offer_room_made(gpointer user)
{
    post_offer(user);
}

/* "/rooms/V/connections/C" → C; the media server is ours, but a wrong answer must not become a path. */
static const char *
connection_in(const char *location)
{
    const char *last = location ? strrchr(location, '/') : NULL;

    return last && last[1] && strlen(last + 1) <= 64 ? last + 1 : NULL;
}

static void
offer_refused(Offer *offer, const HttpAnswer *answer)
{
    g_autoptr(json_t) body = answer_json(answer);
    const char *code = field_string(body, "code");
    g_autoptr(GError) error = NULL;
    MediaAnswer refused = { NULL, NULL, NULL };
    Problem because = offer->media->full_because;

    /* A room that may not be made is not found by its offer. */
    if (is_full(answer, &because) || (answer->status == 404 && offer->media->is_full))
        problem_set(&error, because, NULL);
    else if (answer->status == 0 || answer->status >= 500)
        problem_set(&error, PROBLEM_MEDIA_UNAVAILABLE, NULL);
    else
        problem_set(&error, PROBLEM_MEDIA_REFUSED, "%s", code ? code : "no reason given");
    log_warning("media", "offer refused visit=%s status=%d code=%s", offer->visit, answer->status, code ? code : "-");
    refused.error = error;
    offer_finish(offer, &refused);
}

static void
offer_posted(const HttpAnswer *answer, gpointer user)
{
    Offer *offer = user;
    const char *connection = connection_in(answer->location);

    if (answer->status == 404 && !offer->again) {
        offer->again = TRUE;
        media_control_sync_then(offer->media, offer->visit, offer_room_made, offer);
        return;
    }
    if (answer->status != 201 || !connection || !answer->body) {
        offer_refused(offer, answer);
        return;
    }

    gsize length;
    const char *text = g_bytes_get_data(answer->body, &length);
    g_autofree char *sdp = g_strndup(text, length);
    MediaAnswer answered = { NULL, sdp, connection };

    offer_finish(offer, &answered);
}

static void
post_offer(Offer *offer)
{
    HttpCallRequest request = { "POST", offer->path, "application/sdp", offer->sdp, 0, ANSWER_MAX };

    http_client_call(offer->media->server->media_client, &request, offer_posted, offer);
}

void
media_control_offer(MediaControl *media, const MediaOffer *wanted, MediaAnswerFunc done, gpointer user)
{
    Offer *offer = g_new0(Offer, 1);

    offer->media = media;
    offer->visit = g_strdup(wanted->visit);
    offer->path = g_strdup_printf("/rooms/%s/connections?participant=%s&publish=%d&order=%d", wanted->visit, wanted->participant,
                                  wanted->publish, wanted->order);
    offer->sdp = g_bytes_new(wanted->sdp, strlen(wanted->sdp));
    offer->done = done;
    offer->user = user;
    post_offer(offer);
}

/* --- ICE restarts --- */

typedef struct {
    MediaRestartFunc done;
    gpointer user;
} Restart;

static void
restart_answered(const HttpAnswer *answer, gpointer user)
{
    g_autofree Restart *restart = user;
    g_autoptr(GError) error = NULL;
    g_autofree char *fragment = NULL;

    if (answer->status == 0 || answer->status >= 500) {
        problem_set(&error, PROBLEM_MEDIA_UNAVAILABLE, NULL);
    } else if (answer->status / 100 != 2) {
        problem_set(&error, PROBLEM_MEDIA_REFUSED, NULL);
    } else if (answer->status == 200 && answer->body) {
        gsize length;
        const char *text = g_bytes_get_data(answer->body, &length);

        fragment = g_strndup(text, length);
    }
    restart->done(error, fragment, restart->user);
}

void
media_control_restart(MediaControl *media, const char *visit, const char *connection, const char *fragment, MediaRestartFunc done, gpointer user)
{
    g_autofree char *path = g_strdup_printf("/rooms/%s/connections/%s", visit, connection);
    g_autoptr(GBytes) body = g_bytes_new(fragment, strlen(fragment));
    HttpCallRequest request = { "PATCH", path, "application/trickle-ice-sdpfrag", body, 0, ANSWER_MAX };
    Restart *restart = g_new(Restart, 1);

    *restart = (Restart){ done, user };
    http_client_call(media->server->media_client, &request, restart_answered, restart);
}

/* --- events --- */

static void
connection_event(Room *room, Member *member, const json_t *event)
{
    const char *connection = field_string(event, "connection");
    const char *state = field_string(event, "state");
    gboolean ours = g_strcmp0(connection, member->connection) == 0;

    if (g_strcmp0(state, "closed") == 0) {
        /* Replaced by a new offer of the same client: its answer is on its way, nothing is lost. */
        if (ours && g_strcmp0(field_string(event, "reason"), "replaced") != 0)
            room_media_lost(room, member, "connection-closed");
        return;
    }
    /* A new one is told before its offer is answered; from there on it is the member's. */
    if (ours || g_strcmp0(state, "disconnected") != 0) {
        member_set_connection(member, connection, media_state_from_name(state));
        room_changed(room);
    }
}

static void
slots_event(Server *server, Room *room, Member *member, json_t *event)
{
    Socket *socket = sockets_find(server->sockets, member->socket);
    json_t *slots = json_object_get(event, "slots");

    if (!json_is_array(slots))
        return;
    room_set_slots(room, member, slots);
    if (socket)
        socket_send(socket, json_pack("{s:s, s:O}", "type", "slots", "slots", slots));
}

/* What the publisher's video should not exceed: the best of those who get it cannot take more. */
static void
limit_event(Server *server, const Member *member, const json_t *event)
{
    Socket *socket = sockets_find(server->sockets, member->socket);

    if (socket && g_strcmp0(field_string(event, "connection"), member->connection) == 0)
        socket_send(socket, json_pack("{s:s, s:O}", "type", "media-limit", "video", json_object_get(event, "video")));
}

static void
room_event(MediaControl *media, const char *type, json_t *event)
{
    Room *room = rooms_get(media->server->rooms, field_string(event, "room"));
    const char *participant = field_string(event, g_str_equal(type, "camera") ? "camera" : "participant");
    Member *member = room ? room_member(room, participant) : NULL;

    if (room && g_str_equal(type, "feed"))
        log_info("media", "feed visit=%s state=%s", room_visit(room), field_string(event, "state"));
    if (!member)
        return;
    if (g_str_equal(type, "connection")) {
        connection_event(room, member, event);
    } else if (g_str_equal(type, "tracks")) {
        apply_tracks(member, json_object_get(event, "tracks"));
        room_changed(room);
    } else if (g_str_equal(type, "camera")) {
        room_set_camera(room, member, event);
    } else if (g_str_equal(type, "slots")) {
        slots_event(media->server, room, member, event);
    } else if (g_str_equal(type, "limit")) {
        limit_event(media->server, member, event);
    }
}

static void
sync_live_room(Room *room, gpointer media)
{
    if (room_has_media(room))
        media_control_sync(media, room_visit(room));
}

/* Rooms that no live visit wants: signaling was killed between the end of a visit and its last request. */
static void
rooms_listed(const HttpAnswer *answer, gpointer user)
{
    MediaControl *media = user;
    g_autoptr(json_t) body = answer->status == 200 ? answer_json(answer) : NULL;
    gsize i;
    json_t *entry;

    json_array_foreach(json_object_get(body, "rooms"), i, entry) {
        const char *visit = json_is_string(entry) ? json_string_value(entry) : field_string(entry, "room");
        Room *room = rooms_get(media->server->rooms, visit);

        if (visit && (!room || !room_has_media(room)))
            media_control_close_room(media, visit);
    }
}

static void
hello_event(MediaControl *media, const json_t *event)
{
    const char *instance = field_string(event, "instance");

    log_info("media", "connected instance=%s%s", instance, media->instance && g_strcmp0(instance, media->instance) != 0 ? " (restarted)" : "");
    g_free(media->instance);
    media->instance = g_strdup(instance);
    media->connected = TRUE;
    media->reconnect_ms = RECONNECT_MIN_MS;
    rooms_each(media->server->rooms, sync_live_room, media);
    call_json(media, "GET", "/rooms", NULL, rooms_listed, media);
}

static void
event_line(const char *text, gsize length, gpointer user)
{
    MediaControl *media = user;
    g_autoptr(json_t) event = bounded_json_parse(text, length, EVENT_MAX, NULL);
    const char *type = field_string(event, "type");

    if (!type)
        return;
    if (g_str_equal(type, "hello"))
        hello_event(media, event);
    else
        room_event(media, type, event);
}

static void
reconnect(gpointer user)
{
    MediaControl *media = user;

    media->timer = 0;
    media_control_start(media);
}

static void
events_ended(gpointer user)
{
    MediaControl *media = user;

    media->events = NULL;
    if (media->connected)
        log_warning("media", "the media server is gone");
    media->connected = FALSE;
    if (media->server->stopping)
        return;
    media->timer = http_loop_after(media->server->loop, media->reconnect_ms, reconnect, media);
    media->reconnect_ms = MIN(media->reconnect_ms * 2, RECONNECT_MAX_MS);
}

void
media_control_start(MediaControl *media)
{
    static const HttpLinesRules rules = { event_line, events_ended };

    media->events = http_client_lines(media->server->media_client, "/events", &rules, media);
}
