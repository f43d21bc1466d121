/* The feed of a room to a recorder. */
#include "media-api-private.h"

#include <string.h>

#include "bounded-json.h"
#include "feed.h"

#define RECORDING_MAX 64

static void
put_feed_on_worker(Worker *worker, gpointer data)
{
    MediaCall *call = data;
    Room *room = worker_room(worker, call->room);

    if (room) {
        room_set_feed(room, call->feed.socket, call->feed.recording);
        media_call_answer_json(call, room_describe(room));
    } else {
        media_answer_problem(&call->answer, MEDIA_PROBLEM_ROOM_NOT_FOUND, NULL);
    }
    g_free(call->feed.socket);
    g_free(call->feed.recording);
    media_call_done(call);
}

void
media_api_put_feed(HttpRequest *request, gpointer user)
{
    g_autoptr(json_t) body = NULL;
    const char *socket, *recording;
    guint worker;
    MediaCall *call;

    if (!media_api_find_worker(user, request, &worker))
        return;
    body = bounded_json_parse_bytes(http_request_body(request), MEDIA_BODY_MAX, NULL);
    socket = json_string_value(json_object_get(body, "socket"));
    recording = json_string_value(json_object_get(body, "recording"));
    if (!socket || socket[0] != '/' || strlen(socket) > FEED_SOCKET_MAX || !media_api_is_id(recording) ||
        strlen(recording) > RECORDING_MAX) {
        media_api_refuse(request, MEDIA_PROBLEM_BAD_BODY, "socket, recording");
        return;
    }
    call = media_call_new(user, request);
    call->feed.socket = g_strdup(socket);
    call->feed.recording = g_strdup(recording);
    media_call_send(call, worker, put_feed_on_worker);
}

static void
delete_feed_on_worker(Worker *worker, gpointer data)
{
    MediaCall *call = data;
    Room *room = worker_room(worker, call->room);

    if (room)
        room_clear_feed(room);
    call->answer.body = g_strdup("{}");
    media_call_done(call);
}

void
media_api_delete_feed(HttpRequest *request, gpointer user)
{
    guint worker;

    if (media_api_find_worker(user, request, &worker))
        media_call_send(media_call_new(user, request), worker, delete_feed_on_worker);
}
