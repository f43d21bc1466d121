#include "media-api-private.h"

#include "sdp-fragment.h"
#include "uuid7.h"

/* More than SDP_OFFER_MAX, so that too long an offer gets the answer of the SDP's own table. */
#define OFFER_MAX (4 * SDP_OFFER_MAX)

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
                        "\"capacity_rooms\":%u,\"capacity_connections\":%d,\"cpu_percent\":%.0f,\"capacity_cpu\":%u,\"busy\":%s}",
                        api->instance, YUNTAKAN_VERSION, g_hash_table_size(api->rooms), g_atomic_int_get(&api->connections),
                        api->config.capacity_rooms, api->config.capacity_connections, 100 * node_load_of_process(&api->load),
                        api->config.capacity_cpu, node_load_is_full(&api->load) ? "true" : "false");

    http_request_reply_text(request, 200, "application/json", text);
}

static void
get_metrics_on_worker(Worker *worker, gpointer data)
{
    MediaCall *call = data;
    WorkerStatistics statistics = worker_statistics(worker);

    media_metrics_add(&call->metrics, &statistics);
    if (call->worker + 1 < call->api->n_workers) {
        media_call_send(call, call->worker + 1, get_metrics_on_worker);
        return;
    }
    call->answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    call->answer.body = media_metrics_text(&call->metrics);
    media_call_done(call);
}

static void
get_metrics(HttpRequest *request, gpointer user)
{
    MediaCall *call = media_call_new(user, request);

    call->metrics.load = ((MediaApi *)user)->load;
    media_call_send(call, 0, get_metrics_on_worker);
}

static const HttpRoute routes[] = {
    {"PUT", "/rooms/{room}", media_api_put_room, MEDIA_BODY_MAX, NULL},
    {"GET", "/rooms/{room}", media_api_get_room, 0, NULL},
    {"DELETE", "/rooms/{room}", media_api_delete_room, 0, NULL},
    {"GET", "/rooms", media_api_get_rooms, 0, NULL},
    {"POST", "/rooms/{room}/connections", media_api_post_offer, OFFER_MAX, NULL},
    {"PATCH", "/rooms/{room}/connections/{connection}", media_api_patch_connection, SDP_FRAGMENT_MAX, NULL},
    {"DELETE", "/rooms/{room}/connections/{connection}", media_api_delete_connection, 0, NULL},
    {"PUT", "/rooms/{room}/cameras/{camera}", media_api_put_camera, MEDIA_BODY_MAX, NULL},
    {"DELETE", "/rooms/{room}/cameras/{camera}", media_api_delete_camera, 0, NULL},
    {"PUT", "/rooms/{room}/feed", media_api_put_feed, MEDIA_BODY_MAX, NULL},
    {"DELETE", "/rooms/{room}/feed", media_api_delete_feed, 0, NULL},
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
    media_api_measure_load(api);
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
