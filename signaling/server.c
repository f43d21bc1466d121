#include "server.h"

#include <stdio.h>
#include <string.h>

#include "access.h"
#include "access-log.h"
#include "api/api-catalogue.h"
#include "catalogue.h"
#include "courier.h"
#include "data-directory.h"
#include "disposal-runner.h"
#include "forms.h"
#include "key-ring.h"
#include "lobby.h"
#include "log.h"
#include "media-control.h"
#include "model/model-keys.h"
#include "outbox.h"
#include "password.h"
#include "poll.h"
#include "record/record-maker.h"
#include "queue.h"
#include "recorder-control.h"
#include "room.h"
#include "routes.h"
#include "search-indexer.h"
#include "socket.h"
#include "submission/submission-maker.h"
#include "token.h"
#include "turn.h"
#include "watchers.h"

/* As many viewers of running recordings as the recorder holds back (api-playlist.c). */
#define VIEWERS_MAX 200
/* Failed sign-ins within 15 minutes; an office of twenty may share one address. */
#define ACCOUNT_FAILURES_MAX 5
#define ADDRESS_FAILURES_MAX 20

static void
post_to_loop(gpointer owner, void (*func)(gpointer data), gpointer data)
{
    http_loop_post(owner, func, data);
}

static gboolean
make_nobodys_hash(Server *server, GError **error)
{
    g_autoptr(GBytes) random = token_secret_new();
    g_autofree char *password = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, random);

    server->nobodys_hash = password_hash(password, error);
    return server->nobodys_hash != NULL;
}

static HttpClient *
daemon_client(const Server *server, const char *name)
{
    g_autofree char *base = g_strdup_printf("unix:%s/sockets/%s.sock", server->config->data, name);

    return http_client_new(server->loop, base);
}

static void
make_parts(Server *server)
{
    server->media_client = daemon_client(server, "media");
    server->recorder_client = daemon_client(server, "recorder");
    server->viewers = daemon_client(server, "recorder");
    http_client_allow(server->viewers, VIEWERS_MAX);
    server->access = access_new(server);
    server->access_log = access_log_new(server);
    server->disposals = disposal_runner_new(server);
    server->keys = key_ring_new();
    server->lobby = lobby_new(server);
    server->media = media_control_new(server);
    server->outbox = outbox_new(server);
    server->polls = polls_new(server);
    server->queue = queue_new(server);
    server->recorder = recorder_control_new(server);
    server->records = record_maker_new(server);
    server->rooms = rooms_new(server);
    server->search = search_indexer_new(server);
    server->sockets = sockets_new(server);
    server->watchers = watchers_new(server);
    server->submissions = submission_maker_new(server);
    server->account_throttle = throttle_new(ACCOUNT_FAILURES_MAX);
    server->address_throttle = throttle_new(ADDRESS_FAILURES_MAX);
    server->passwords = worker_new(server->loop, "password");
    server->files = worker_new(server->loop, "files");
}

static gboolean
load_turn(Server *server, GError **error)
{
    server->turn = turn_new(server->config->turn_urls, server->config->turn_secret_file, error);
    return server->turn || !server->config->turn_urls;
}

Server *
server_new(const ServerConfig *config, const Clock *clock, GError **error)
{
    g_autoptr(Server) server = g_new0(Server, 1);

    server->config = config;
    server->clock = clock;
    server->catalogue = catalogue_load(config->items, error);
    if (!server->catalogue || !data_directory_prepare(config->data, error) || !make_nobodys_hash(server, error) ||
        !load_turn(server, error))
        return NULL;
    server->forms = forms_new(server, config->forms, error);
    if (!server->forms)
        return NULL;
    server->secret = data_directory_secret(config->data, error);
    if (!server->secret)
        return NULL;
    server->loop = http_loop_new(error);
    if (!server->loop)
        return NULL;
    /* Before any thread is started. */
    http_loop_stop_on_signals(server->loop);
    server->store = data_directory_store(config->data, clock, post_to_loop, server->loop, error);
    if (!server->store)
        return NULL;
    make_parts(server);
    server->courier = courier_new(server, error);
    if (!server->courier)
        return NULL;
    return g_steal_pointer(&server);
}

/* --- the start: first what the store knows, then the port, then the other daemons --- */

static gboolean
listen_now(Server *server, GError **error)
{
    g_autofree char *cert = g_build_filename(server->config->data, "tls", "cert.pem", NULL);
    g_autofree char *key = g_build_filename(server->config->data, "tls", "key.pem", NULL);
    HttpListen where = { .address = server->config->address, .port = server->config->port, .cert_path = cert, .key_path = key };
    gsize count;
    const HttpRoute *routes = routes_table(&count);

    server->http = http_server_new(server->loop, &where, routes, count, server, error);
    return server->http != NULL;
}

static void
rooms_loaded(Server *server)
{
    g_autoptr(GError) error = NULL;
    const char *address = server->config->address;
    gboolean six = address && strchr(address, ':');

    if (!listen_now(server, &error)) {
        log_error("server", "cannot listen: %s", error->message);
        server->failed = TRUE;
        http_loop_stop(server->loop);
        return;
    }
    media_control_start(server->media);
    recorder_control_start(server->recorder);
    outbox_kick_all(server->outbox);
    search_indexer_start(server->search);
    disposal_runner_kick(server->disposals);
    record_maker_kick(server->records, NULL);
    submission_maker_kick(server->submissions);
    queue_start(server->queue);
    courier_kick(server->courier);
    printf("yuntakan-signaling ready https://%s%s%s:%d\n", six ? "[" : "", address ? address : "0.0.0.0", six ? "]" : "",
           http_server_port(server->http));
    fflush(stdout);
}

static void
catalogue_whole(Server *server)
{
    rooms_load(server->rooms, rooms_loaded);
}

static void
keys_loaded(json_t *output, const GError *error, gpointer user)
{
    Server *server = user;
    gsize i;
    json_t *key;

    if (error)
        log_error("server", "keys could not be read: %s", error->message);
    json_array_foreach(json_object_get(output, "keys"), i, key)
        if (json_is_string(json_object_get(key, "digest")))
            key_ring_add(server->keys, key);
    catalogue_sync(server, catalogue_whole);
}

static void
sign_ins_loaded(Server *server)
{
    server_store(server, model_key_list, NULL, keys_loaded, server);
}

gboolean
server_run(Server *server)
{
    access_load(server->access, sign_ins_loaded);
    http_loop_run(server->loop);
    return !server->failed;
}

void
server_free(Server *server)
{
    if (!server)
        return;
    /* What was begun is brought to its end in the store; then nothing answers any more, and what still asks is told so. */
    server->stopping = TRUE;
    worker_stop(server->passwords);
    worker_stop(server->files);
    record_maker_stop(server->records);
    courier_stop(server->courier);
    submission_maker_stop(server->submissions);
    store_stop(server->store);
    http_client_free(server->media_client);
    http_client_free(server->recorder_client);
    http_client_free(server->viewers);
    store_stop(server->store);
    polls_free(server->polls);
    http_server_free(server->http);
    /* Closes what is still open: sockets leave their rooms, stores' and workers' last letters are read. */
    http_loop_free(server->loop);
    server->loop = NULL; /* not before: what closes still uses it */
    queue_free(server->queue);
    forms_free(server->forms);
    outbox_free(server->outbox);
    rooms_free(server->rooms);
    watchers_free(server->watchers);
    search_indexer_free(server->search);
    store_free(server->store);
    worker_free(server->passwords);
    worker_free(server->files);
    throttle_free(server->account_throttle);
    throttle_free(server->address_throttle);
    access_free(server->access);
    access_log_free(server->access_log);
    disposal_runner_free(server->disposals);
    key_ring_free(server->keys);
    lobby_free(server->lobby);
    media_control_free(server->media);
    recorder_control_free(server->recorder);
    record_maker_free(server->records);
    submission_maker_free(server->submissions);
    sockets_free(server->sockets);
    turn_free(server->turn);
    courier_free(server->courier);
    catalogue_free(server->catalogue);
    if (server->secret)
        g_bytes_unref(server->secret);
    g_free(server->nobodys_hash);
    g_free(server);
}
