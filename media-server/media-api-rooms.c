/* Rooms, and whether there may be one more. */
#include "media-api-private.h"

#include "bounded-json.h"
#include "log.h"

static void
put_room_on_worker(Worker *worker, gpointer data)
{
    MediaCall *call = data;
    gboolean created;
    Room *room = worker_ensure_room(worker, call->room, &created);

    if (call->private_said)
        room_set_private(room, call->private_on);
    call->answer.status = created ? 201 : 200;
    media_call_answer_json(call, room_describe(room));
    media_call_done(call);
}

/* A room that nobody could enter would only take the place of the next one. */
static gboolean
is_at_capacity(MediaApi *api)
{
    return g_hash_table_size(api->rooms) >= api->config.capacity_rooms ||
           g_atomic_int_get(&api->connections) >= api->config.capacity_connections;
}

static void
refuse_room(MediaApi *api, HttpRequest *request, MediaProblem problem)
{
    api->load.refused++;
    log_warning("media", "room=%s refused: %u rooms, %d connections, %.0f %% of all cores", http_request_param(request, "room"),
                g_hash_table_size(api->rooms), g_atomic_int_get(&api->connections), 100 * node_load_of_process(&api->load));
    media_api_refuse(request, problem, NULL);
}

/* `private` is optional: a body without it, or none, leaves the room as it is. */
static gboolean
parse_private(HttpRequest *request, gboolean *ret_said, gboolean *ret_on)
{
    GBytes *bytes = http_request_body(request);
    g_autoptr(json_t) body = g_bytes_get_size(bytes) ? bounded_json_parse_bytes(bytes, MEDIA_BODY_MAX, NULL) : NULL;
    json_t *private = json_object_get(body, "private");

    *ret_said = json_is_boolean(private);
    *ret_on = json_is_true(private);
    return !private || json_is_boolean(private);
}

void
media_api_put_room(HttpRequest *request, gpointer user)
{
    MediaApi *api = user;
    const char *room = http_request_param(request, "room");
    gpointer known;
    guint worker;
    gboolean said, on;
    MediaCall *call;

    if (!parse_private(request, &said, &on)) {
        media_api_refuse(request, MEDIA_PROBLEM_BAD_BODY, "private");
        return;
    }
    if (!media_api_is_id(room)) {
        media_api_refuse(request, MEDIA_PROBLEM_BAD_ID, NULL);
        return;
    }
    if (g_hash_table_lookup_extended(api->rooms, room, NULL, &known)) {
        worker = GPOINTER_TO_UINT(known);
    } else if (is_at_capacity(api)) {
        refuse_room(api, request, MEDIA_PROBLEM_AT_CAPACITY);
        return;
    } else if (node_load_is_full(&api->load)) {
        refuse_room(api, request, MEDIA_PROBLEM_BUSY);
        return;
    } else {
        worker = node_load_place(&api->load, api->room_counts);
        g_hash_table_insert(api->rooms, g_strdup(room), GUINT_TO_POINTER(worker));
        api->room_counts[worker]++;
    }
    call = media_call_new(api, request);
    call->private_said = said;
    call->private_on = on;
    media_call_send(call, worker, put_room_on_worker);
}

static void
get_room_on_worker(Worker *worker, gpointer data)
{
    MediaCall *call = data;
    Room *room = worker_room(worker, call->room);

    if (room)
        media_call_answer_json(call, room_describe(room));
    else
        media_answer_problem(&call->answer, MEDIA_PROBLEM_ROOM_NOT_FOUND, NULL);
    media_call_done(call);
}

void
media_api_get_room(HttpRequest *request, gpointer user)
{
    guint worker;

    if (media_api_find_worker(user, request, &worker))
        media_call_send(media_call_new(user, request), worker, get_room_on_worker);
}

/* Goes from worker to worker and back to the loop. */
static void
get_rooms_on_worker(Worker *worker, gpointer data)
{
    MediaCall *call = data;
    json_t *rooms = worker_describe(worker);

    json_array_extend(call->rooms, rooms);
    json_decref(rooms);
    if (call->worker + 1 < call->api->n_workers) {
        media_call_send(call, call->worker + 1, get_rooms_on_worker);
        return;
    }
    media_call_answer_json(call, json_pack("{s:o}", "rooms", call->rooms));
    media_call_done(call);
}

void
media_api_get_rooms(HttpRequest *request, gpointer user)
{
    MediaCall *call = media_call_new(user, request);

    call->rooms = json_array();
    media_call_send(call, 0, get_rooms_on_worker);
}

static void
delete_room_on_worker(Worker *worker, gpointer data)
{
    worker_close_room(worker, ((MediaCall *)data)->room);
    ((MediaCall *)data)->answer.body = g_strdup("{}");
    media_call_done(data);
}

void
media_api_delete_room(HttpRequest *request, gpointer user)
{
    MediaApi *api = user;
    guint worker;

    if (!media_api_find_worker(api, request, &worker))
        return;
    api->room_counts[worker]--;
    media_call_send(media_call_new(api, request), worker, delete_room_on_worker);
    g_hash_table_remove(api->rooms, http_request_param(request, "room"));
}
