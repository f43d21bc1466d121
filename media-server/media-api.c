#include "media-api.h"

#include <gio/gio.h>
#include <string.h>

#include "bounded-json.h"
#include "event-streams.h"
#include "feed.h"
#include "http-server.h"
#include "log.h"
#include "media-metrics.h"
#include "media-problem.h"
#include "room.h"
#include "sdp-fragment.h"
#include "uuid7.h"

/* One of ours has 36; other control planes may name their rooms as they like. */
#define ID_MAX   64
#define BODY_MAX 4096
/* More than SDP_OFFER_MAX, so that too long an offer gets the answer of the SDP's own table. */
#define OFFER_MAX     (4 * SDP_OFFER_MAX)
#define RECORDING_MAX 64

struct MediaApi {
    MediaApiConfig config;
    char *instance;
    EventStreams *streams;
    HttpServer *server;
    Worker *const *workers;
    guint n_workers;
    guint *room_counts; /* per worker */
    GHashTable *rooms;  /* id -> worker's index */
    gint connections;   /* counted by the workers: atomic */
};

/* A request on its way to a worker and back. */
typedef struct {
    MediaApi *api;
    HttpRequest *request;
    guint worker;
    MediaAnswer answer;
    char *room;
    char *connection;
    union {
        struct {
            char *participant;
            gboolean publish;
            guint order;
            SdpNegotiation *negotiation;
        } offer;
        struct {
            char *socket;
            char *recording;
        } feed;
        struct {
            char *id;
            guint order;
            CameraUrl *url;
        } camera;
        SdpFragment fragment;
        json_t *rooms; /* what the workers asked so far have */
        MediaMetrics metrics;
    };
} Call;

/* --- mail to the workers and back --- */

static void
answer_call(gpointer data)
{
    Call *call = data;

    media_answer_send(&call->answer, call->request);
    media_answer_clear(&call->answer);
    g_free(call->room);
    g_free(call->connection);
    g_free(call);
}

static void
call_done(Call *call)
{
    http_loop_post(call->api->config.loop, answer_call, call);
}

static Call *
call_new(MediaApi *api, HttpRequest *request)
{
    Call *call = g_new0(Call, 1);

    call->api = api;
    call->request = request;
    call->room = g_strdup(http_request_param(request, "room"));
    call->connection = g_strdup(http_request_param(request, "connection"));
    call->answer.status = 200;
    call->answer.content_type = "application/json";
    return call;
}

static void
reply_problem(HttpRequest *request, MediaProblem problem, const char *detail)
{
    MediaAnswer answer = {0};

    media_answer_problem(&answer, problem, detail);
    media_answer_send(&answer, request);
    media_answer_clear(&answer);
}

/* The worker with the room of the path; answers and returns FALSE if there is none. */
static gboolean
find_worker(MediaApi *api, HttpRequest *request, guint *ret_worker)
{
    const char *room = http_request_param(request, "room");
    gpointer worker;

    if (!g_hash_table_lookup_extended(api->rooms, room, NULL, &worker)) {
        reply_problem(request, MEDIA_PROBLEM_ROOM_NOT_FOUND, NULL);
        return FALSE;
    }
    *ret_worker = GPOINTER_TO_UINT(worker);
    return TRUE;
}

static void
send_call(Call *call, guint worker, WorkerFunc func)
{
    call->worker = worker;
    worker_post(call->api->workers[worker], func, call);
}

static void
answer_json(Call *call, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);

    json_decref(json);
    call->answer.body = g_strdup(text);
    free(text);
}

static gboolean
is_id(const char *text)
{
    gsize length = text ? strlen(text) : 0;

    if (!length || length > ID_MAX)
        return FALSE;
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(text[i]) && text[i] != '-' && text[i] != '_')
            return FALSE;
    return TRUE;
}

static gboolean
has_content_type(HttpRequest *request, const char *wanted)
{
    const char *type = http_request_header(request, "content-type");
    gsize length = strlen(wanted);

    return type && g_ascii_strncasecmp(type, wanted, length) == 0 &&
           (!type[length] || strchr("; \t", type[length]));
}

/* --- rooms --- */

static void
put_room_on_worker(Worker *worker, gpointer data)
{
    Call *call = data;
    gboolean created;
    Room *room = worker_ensure_room(worker, call->room, &created);

    call->answer.status = created ? 201 : 200;
    answer_json(call, room_describe(room));
    call_done(call);
}

static guint
least_loaded(const MediaApi *api)
{
    guint best = 0;

    for (guint i = 1; i < api->n_workers; i++)
        if (api->room_counts[i] < api->room_counts[best])
            best = i;
    return best;
}

/* A room that nobody could enter would only take the place of the next one. */
static gboolean
is_at_capacity(MediaApi *api)
{
    return g_hash_table_size(api->rooms) >= api->config.capacity_rooms ||
           g_atomic_int_get(&api->connections) >= api->config.capacity_connections;
}

static void
put_room(HttpRequest *request, gpointer user)
{
    MediaApi *api = user;
    const char *room = http_request_param(request, "room");
    gpointer known;
    guint worker;

    if (!is_id(room)) {
        reply_problem(request, MEDIA_PROBLEM_BAD_ID, NULL);
        return;
    }
    if (g_hash_table_lookup_extended(api->rooms, room, NULL, &known)) {
        worker = GPOINTER_TO_UINT(known);
    } else if (is_at_capacity(api)) {
        log_warning("media", "room=%s refused: %u rooms, %d connections", room, g_hash_table_size(api->rooms),
                    g_atomic_int_get(&api->connections));
        reply_problem(request, MEDIA_PROBLEM_AT_CAPACITY, NULL);
        return;
    } else {
        worker = least_loaded(api);
        g_hash_table_insert(api->rooms, g_strdup(room), GUINT_TO_POINTER(worker));
        api->room_counts[worker]++;
    }
    send_call(call_new(api, request), worker, put_room_on_worker);
}

static void
get_room_on_worker(Worker *worker, gpointer data)
{
    Call *call = data;
    Room *room = worker_room(worker, call->room);

    if (room)
        answer_json(call, room_describe(room));
    else
        media_answer_problem(&call->answer, MEDIA_PROBLEM_ROOM_NOT_FOUND, NULL);
    call_done(call);
}

static void
get_room(HttpRequest *request, gpointer user)
{
    guint worker;

    if (find_worker(user, request, &worker))
        send_call(call_new(user, request), worker, get_room_on_worker);
}

/* Goes from worker to worker and back to the loop. */
static void
get_rooms_on_worker(Worker *worker, gpointer data)
{
    Call *call = data;
    json_t *rooms = worker_describe(worker);

    json_array_extend(call->rooms, rooms);
    json_decref(rooms);
    if (call->worker + 1 < call->api->n_workers) {
        send_call(call, call->worker + 1, get_rooms_on_worker);
        return;
    }
    answer_json(call, json_pack("{s:o}", "rooms", call->rooms));
    call_done(call);
}

static void
get_rooms(HttpRequest *request, gpointer user)
{
    Call *call = call_new(user, request);

    call->rooms = json_array();
    send_call(call, 0, get_rooms_on_worker);
}

static void
delete_room_on_worker(Worker *worker, gpointer data)
{
    worker_close_room(worker, ((Call *)data)->room);
    ((Call *)data)->answer.body = g_strdup("{}");
    call_done(data);
}

static void
delete_room(HttpRequest *request, gpointer user)
{
    MediaApi *api = user;
    guint worker;

    if (!find_worker(api, request, &worker))
        return;
    api->room_counts[worker]--;
    send_call(call_new(api, request), worker, delete_room_on_worker);
    g_hash_table_remove(api->rooms, http_request_param(request, "room"));
}

/* --- connections --- */

/* The problem of an offer that was refused. */
static MediaProblem
problem_of_offer(const Call *call, const GError *error)
{
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BUSY))
        return MEDIA_PROBLEM_ROOM_FULL;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
        return MEDIA_PROBLEM_AT_CAPACITY;
    log_error("media", "room=%s no connection: %s", call->room, error->message);
    return MEDIA_PROBLEM_INTERNAL;
}

static void
offer_on_worker(Worker *worker, gpointer data)
{
    Call *call = data;
    Room *room = worker_room(worker, call->room);
    ConnectionConfig config = {call->offer.participant, call->offer.publish, call->offer.order,
                               call->offer.negotiation};
    g_autoptr(GError) error = NULL;
    Connection *connection = NULL;

    if (room) {
        connection = room_connect(room, &config, &call->answer.body, &error);
    } else {
        sdp_negotiation_free(config.negotiation);
        media_answer_problem(&call->answer, MEDIA_PROBLEM_ROOM_NOT_FOUND, NULL);
    }
    if (connection) {
        call->answer.status = 201;
        call->answer.content_type = "application/sdp";
        call->answer.location =
            g_strdup_printf("/rooms/%s/connections/%s", call->room, connection_id(connection));
    } else if (error) {
        media_answer_problem(&call->answer, problem_of_offer(call, error), NULL);
    }
    g_free(call->offer.participant);
    call_done(call);
}

/* "0" or "1" when there; `order` up to 3 digits. */
static gboolean
parse_offer_query(HttpRequest *request, gboolean *ret_publish, guint *ret_order)
{
    const char *publish = http_request_query(request, "publish");
    const char *order = http_request_query(request, "order");
    guint64 number = 0;

    if (publish && !g_str_equal(publish, "0") && !g_str_equal(publish, "1"))
        return FALSE;
    if (order && !g_ascii_string_to_unsigned(order, 10, 0, 999, &number, NULL))
        return FALSE;
    *ret_publish = !publish || *publish == '1';
    *ret_order = (guint)number;
    return TRUE;
}

static SdpNegotiation *
negotiate(HttpRequest *request, gboolean publish, GError **error)
{
    GBytes *body = http_request_body(request);
    g_autoptr(SdpOffer) offer = sdp_offer_parse(g_bytes_get_data(body, NULL), g_bytes_get_size(body), error);
    SdpNegotiation *negotiation = offer ? sdp_negotiate(offer, error) : NULL;

    /* Who may not publish is told so in the answer. */
    for (guint i = 0; negotiation && !publish && i < negotiation->n_lines; i++)
        if (negotiation->lines[i].direction == SDP_RECVONLY)
            negotiation->lines[i].direction = SDP_INACTIVE;
    return negotiation;
}

static void
post_offer(HttpRequest *request, gpointer user)
{
    const char *participant = http_request_query(request, "participant");
    g_autoptr(GError) error = NULL;
    SdpNegotiation *negotiation;
    gboolean publish;
    guint worker, order;
    Call *call;

    if (!find_worker(user, request, &worker))
        return;
    if (!has_content_type(request, "application/sdp")) {
        reply_problem(request, MEDIA_PROBLEM_CONTENT_TYPE, "application/sdp");
        return;
    }
    if (!is_id(participant) || !parse_offer_query(request, &publish, &order)) {
        reply_problem(request, MEDIA_PROBLEM_BAD_PARAMETER, "participant, publish, order");
        return;
    }
    negotiation = negotiate(request, publish, &error);
    call = call_new(user, request);
    if (!negotiation) {
        media_answer_sdp_error(&call->answer, error);
        answer_call(call);
        return;
    }
    call->offer.participant = g_strdup(participant);
    call->offer.publish = publish;
    call->offer.order = order;
    call->offer.negotiation = negotiation;
    send_call(call, worker, offer_on_worker);
}

static Connection *
find_connection(Worker *worker, Call *call)
{
    Room *room = worker_room(worker, call->room);
    Connection *connection = room ? room_connection(room, call->connection) : NULL;

    if (!connection)
        media_answer_problem(&call->answer, MEDIA_PROBLEM_CONNECTION_NOT_FOUND, NULL);
    return connection;
}

static void
patch_on_worker(Worker *worker, gpointer data)
{
    Call *call = data;
    Connection *connection = find_connection(worker, call);

    if (connection && call->fragment.ufrag[0])
        connection_restart_ice(connection, call->fragment.ufrag, call->fragment.password, &call->answer.body);
    if (connection) {
        call->answer.status = call->answer.body ? 200 : 204;
        call->answer.content_type = "application/trickle-ice-sdpfrag";
    }
    call_done(call);
}

static void
patch_connection(HttpRequest *request, gpointer user)
{
    GBytes *body = http_request_body(request);
    g_autoptr(GError) error = NULL;
    guint worker;
    Call *call;

    if (!find_worker(user, request, &worker))
        return;
    if (!has_content_type(request, "application/trickle-ice-sdpfrag")) {
        reply_problem(request, MEDIA_PROBLEM_CONTENT_TYPE, "application/trickle-ice-sdpfrag");
        return;
    }
    call = call_new(user, request);
    if (!sdp_fragment_parse(g_bytes_get_data(body, NULL), g_bytes_get_size(body), &call->fragment, &error)) {
        media_answer_sdp_error(&call->answer, error);
        answer_call(call);
        return;
    }
    send_call(call, worker, patch_on_worker);
}

static void
delete_connection_on_worker(Worker *worker, gpointer data)
{
    Call *call = data;
    Connection *connection = find_connection(worker, call);

    if (connection) {
        connection_close(connection, "deleted");
        call->answer.body = g_strdup("{}");
    }
    call_done(call);
}

static void
delete_connection(HttpRequest *request, gpointer user)
{
    guint worker;

    if (find_worker(user, request, &worker))
        send_call(call_new(user, request), worker, delete_connection_on_worker);
}

/* --- cameras --- */

static void
put_camera_on_worker(Worker *worker, gpointer data)
{
    Call *call = data;
    Room *room = worker_room(worker, call->room);
    CameraUrl *url = g_steal_pointer(&call->camera.url);
    g_autoptr(GError) error = NULL;
    gboolean created = FALSE;
    Camera *camera = room ? room_put_camera(room, call->camera.id, call->camera.order, url, &created, &error) : NULL;

    if (camera) {
        call->answer.status = created ? 201 : 200;
        answer_json(call, camera_describe(camera));
    } else if (room) {
        media_answer_problem(&call->answer, MEDIA_PROBLEM_CAMERA_LIMIT, NULL);
    } else {
        camera_url_clear(url);
        g_free(url);
        media_answer_problem(&call->answer, MEDIA_PROBLEM_ROOM_NOT_FOUND, NULL);
    }
    g_free(call->camera.id);
    call_done(call);
}

/* An address is judged at once; a name when the camera's thread has looked it up (state `lost`, reason `network`). */
static gboolean
may_be_asked(const NetworkList *networks, const CameraUrl *url)
{
    NetworkAddress address;

    return !network_address_parse(url->host, &address) || network_list_allows(networks, &address);
}

static void
put_camera(HttpRequest *request, gpointer user)
{
    MediaApi *api = user;
    const char *id = http_request_param(request, "camera");
    g_autoptr(json_t) body = NULL;
    g_auto(CameraUrl) url = {0};
    json_int_t order;
    guint worker;
    Call *call;

    if (!find_worker(api, request, &worker))
        return;
    body = bounded_json_parse_bytes(http_request_body(request), BODY_MAX, NULL);
    order = json_integer_value(json_object_get(body, "order"));
    if (!is_id(id) || !body || order < 0 || order > 999) {
        reply_problem(request, MEDIA_PROBLEM_BAD_BODY, "url, order");
    } else if (network_list_is_empty(api->config.camera_networks)) {
        reply_problem(request, MEDIA_PROBLEM_CAMERA_DISABLED, NULL);
    } else if (!camera_url_parse(json_string_value(json_object_get(body, "url")), &url)) {
        reply_problem(request, MEDIA_PROBLEM_CAMERA_URL, NULL);
    } else if (!may_be_asked(api->config.camera_networks, &url)) {
        reply_problem(request, MEDIA_PROBLEM_CAMERA_NETWORK, NULL);
    } else {
        call = call_new(api, request);
        call->camera.id = g_strdup(id);
        call->camera.order = (guint)order;
        call->camera.url = g_memdup2(&url, sizeof url);
        url = (CameraUrl){0};
        send_call(call, worker, put_camera_on_worker);
    }
}

static void
delete_camera_on_worker(Worker *worker, gpointer data)
{
    Call *call = data;
    Room *room = worker_room(worker, call->room);

    if (room && room_remove_camera(room, call->camera.id))
        call->answer.body = g_strdup("{}");
    else
        media_answer_problem(&call->answer, MEDIA_PROBLEM_CAMERA_NOT_FOUND, NULL);
    g_free(call->camera.id);
    call_done(call);
}

static void
delete_camera(HttpRequest *request, gpointer user)
{
    guint worker;
    Call *call;

    if (!find_worker(user, request, &worker))
        return;
    call = call_new(user, request);
    call->camera.id = g_strdup(http_request_param(request, "camera"));
    send_call(call, worker, delete_camera_on_worker);
}

/* --- feed --- */

static void
put_feed_on_worker(Worker *worker, gpointer data)
{
    Call *call = data;
    Room *room = worker_room(worker, call->room);

    if (room) {
        room_set_feed(room, call->feed.socket, call->feed.recording);
        answer_json(call, room_describe(room));
    } else {
        media_answer_problem(&call->answer, MEDIA_PROBLEM_ROOM_NOT_FOUND, NULL);
    }
    g_free(call->feed.socket);
    g_free(call->feed.recording);
    call_done(call);
}

static void
put_feed(HttpRequest *request, gpointer user)
{
    g_autoptr(json_t) body = NULL;
    const char *socket, *recording;
    guint worker;
    Call *call;

    if (!find_worker(user, request, &worker))
        return;
    body = bounded_json_parse_bytes(http_request_body(request), BODY_MAX, NULL);
    socket = json_string_value(json_object_get(body, "socket"));
    recording = json_string_value(json_object_get(body, "recording"));
    if (!socket || socket[0] != '/' || strlen(socket) > FEED_SOCKET_MAX || !is_id(recording) ||
        strlen(recording) > RECORDING_MAX) {
        reply_problem(request, MEDIA_PROBLEM_BAD_BODY, "socket, recording");
        return;
    }
    call = call_new(user, request);
    call->feed.socket = g_strdup(socket);
    call->feed.recording = g_strdup(recording);
    send_call(call, worker, put_feed_on_worker);
}

static void
delete_feed_on_worker(Worker *worker, gpointer data)
{
    Call *call = data;
    Room *room = worker_room(worker, call->room);

    if (room)
        room_clear_feed(room);
    call->answer.body = g_strdup("{}");
    call_done(call);
}

static void
delete_feed(HttpRequest *request, gpointer user)
{
    guint worker;

    if (find_worker(user, request, &worker))
        send_call(call_new(user, request), worker, delete_feed_on_worker);
}

/* --- events, health, metrics --- */

static void
get_events(HttpRequest *request, gpointer user)
{
    event_streams_add(((MediaApi *)user)->streams, request);
}

typedef struct {
    MediaApi *api;
    char *line;
} PostedEvent;

static void
send_event(gpointer data)
{
    PostedEvent *event = data;

    event_streams_send(event->api->streams, event->line);
    g_free(event->line);
    g_free(event);
}

void
media_api_event(char *line, gpointer user)
{
    MediaApi *api = user;
    PostedEvent *event = g_new(PostedEvent, 1);

    *event = (PostedEvent){api, line};
    http_loop_post(api->config.loop, send_event, event);
}

static void
get_health(HttpRequest *request, gpointer user)
{
    MediaApi *api = user;
    g_autofree char *text =
        g_strdup_printf("{\"status\":\"ok\",\"instance\":\"%s\",\"version\":\"%s\",\"rooms\":%u,\"connections\":%d,"
                        "\"capacity_rooms\":%u,\"capacity_connections\":%d}",
                        api->instance, YUNTAKAN_VERSION, g_hash_table_size(api->rooms), g_atomic_int_get(&api->connections),
                        api->config.capacity_rooms, api->config.capacity_connections);

    http_request_reply_text(request, 200, "application/json", text);
}

static void
get_metrics_on_worker(Worker *worker, gpointer data)
{
    Call *call = data;
    WorkerStatistics statistics = worker_statistics(worker);

    media_metrics_add(&call->metrics, &statistics);
    if (call->worker + 1 < call->api->n_workers) {
        send_call(call, call->worker + 1, get_metrics_on_worker);
        return;
    }
    call->answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    call->answer.body = media_metrics_text(&call->metrics);
    call_done(call);
}

static void
get_metrics(HttpRequest *request, gpointer user)
{
    send_call(call_new(user, request), 0, get_metrics_on_worker);
}

static const HttpRoute routes[] = {
    {"PUT", "/rooms/{room}", put_room, BODY_MAX, NULL},
    {"GET", "/rooms/{room}", get_room, 0, NULL},
    {"DELETE", "/rooms/{room}", delete_room, 0, NULL},
    {"GET", "/rooms", get_rooms, 0, NULL},
    {"POST", "/rooms/{room}/connections", post_offer, OFFER_MAX, NULL},
    {"PATCH", "/rooms/{room}/connections/{connection}", patch_connection, SDP_FRAGMENT_MAX, NULL},
    {"DELETE", "/rooms/{room}/connections/{connection}", delete_connection, 0, NULL},
    {"PUT", "/rooms/{room}/cameras/{camera}", put_camera, BODY_MAX, NULL},
    {"DELETE", "/rooms/{room}/cameras/{camera}", delete_camera, 0, NULL},
    {"PUT", "/rooms/{room}/feed", put_feed, BODY_MAX, NULL},
    {"DELETE", "/rooms/{room}/feed", delete_feed, 0, NULL},
    {"GET", "/events", get_events, 0, NULL},
    {"GET", "/health", get_health, 0, NULL},
    {"GET", "/metrics", get_metrics, 0, NULL},
};

MediaApi *
media_api_new(const MediaApiConfig *config)
{
    MediaApi *api = g_new0(MediaApi, 1);

    api->config = *config;
    api->instance = uuid7_new(config->clock);
    api->streams = event_streams_new(api->instance);
    api->rooms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return api;
}

gint *
media_api_connection_count(MediaApi *api)
{
    return &api->connections;
}

gboolean
media_api_serve(MediaApi *api, Worker *const *workers, guint n_workers, GError **error)
{
    HttpListen listen = {.unix_path = api->config.socket_path};

    api->workers = workers;
    api->n_workers = n_workers;
    api->room_counts = g_new0(guint, n_workers);
    api->server = http_server_new(api->config.loop, &listen, routes, G_N_ELEMENTS(routes), api, error);
    return api->server != NULL;
}

void
media_api_free(MediaApi *api)
{
    if (!api)
        return;
    http_server_free(api->server);
    event_streams_free(api->streams);
    g_hash_table_unref(api->rooms);
    g_free(api->room_counts);
    g_free(api->instance);
    g_free(api);
}
