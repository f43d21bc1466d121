/* yuntakan-media: parses its options, starts the workers and the HTTP interface, and ends them in order. */
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <stdio.h>

#include "camera-reader.h"
#include "log.h"
#include "media-api.h"
#include "node-load.h"
#include "ytk-elements.h"

/* More threads than this is a mistake in the configuration. */
#define WORKERS_MAX NODE_LOAD_WORKERS_MAX
/* A visit has a handful of participants; the rest is for observers and second cameras. Load tests ask for
 * more. */
#define ROOM_CONNECTIONS     32
#define ROOM_CONNECTIONS_MAX 1000
/* What a node may carry unless it is told. A subscriber of one 720p picture with sound takes 245 packets a second of some 6 us each, so 500
 * connections take three quarters of a core; a county has some tens of rooms at a time. */
#define WORKER_CONNECTIONS  500
#define CAPACITY_ROOMS      1024
#define CAPACITY_ROOMS_MAX  65536
#define CAPACITY_CONNECTIONS_MAX 1000000
/* Above this a worker's bursts begin to wait for each other, and calls that run have nothing left for a key frame or for who joins. */
#define CAPACITY_CPU 80

typedef struct {
    char *data;
    char *listen;
    char *announce;
    char *camera_networks;
    int udp_port;
    gboolean no_tcp;
    int announce_port; /* 0 = udp_port */
    int workers;
    int room_connections;
    int capacity_rooms;
    int capacity_connections; /* 0 = WORKER_CONNECTIONS for each worker */
    int capacity_cpu;         /* percent; 0 = no limit */
} Options;

static void
options_clear(Options *options)
{
    g_free(options->data);
    g_free(options->listen);
    g_free(options->announce);
    g_free(options->camera_networks);
}

static gboolean
parse_options(Options *options, int *argc, char ***argv, GError **error)
{
    GOptionEntry entries[] = {
        {"data", 0, 0, G_OPTION_ARG_FILENAME, &options->data, "data directory", "DIR"},
        {"listen", 0, 0, G_OPTION_ARG_STRING, &options->listen, "address of the UDP ports (default 0.0.0.0)",
         "ADDR"},
        {"udp-port", 0, 0, G_OPTION_ARG_INT, &options->udp_port,
         "first worker's UDP port, 0 = any (default 7000)", "PORT"},
        {"announce", 0, 0, G_OPTION_ARG_STRING, &options->announce, "addresses that clients reach us by",
         "IP[,IP...]"},
        {"no-ice-tcp", 0, 0, G_OPTION_ARG_NONE, &options->no_tcp,
         "do not listen on TCP (by default on the UDP port's number, for networks without UDP)", NULL},
        {"announce-port", 0, 0, G_OPTION_ARG_INT, &options->announce_port,
         "first port that a NAT in front of us forwards (default: the same)", "PORT"},
        {"workers", 0, 0, G_OPTION_ARG_INT, &options->workers, "threads for media (default: one per core)",
         "N"},
        {"room-connections", 0, 0, G_OPTION_ARG_INT, &options->room_connections,
         "most connections in a room (default 32)", "N"},
        {"capacity-rooms", 0, 0, G_OPTION_ARG_INT, &options->capacity_rooms,
         "rooms this node carries; further ones are refused (default 1024)", "N"},
        {"capacity-connections", 0, 0, G_OPTION_ARG_INT, &options->capacity_connections,
         "connections this node carries (default: 500 per worker)", "N"},
        {"capacity-cpu", 0, 0, G_OPTION_ARG_INT, &options->capacity_cpu,
         "CPU load from which on new rooms are refused; 0 = none (default 80)", "PERCENT"},
        {"camera-networks", 0, 0, G_OPTION_ARG_STRING, &options->camera_networks,
         "networks that RTSP cameras may be in (default: none, there are no cameras)", "CIDR[,CIDR...]"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (!options->listen)
        options->listen = g_strdup("0.0.0.0");
    if (!options->data) {
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--data is required");
        return FALSE;
    }
    if (options->room_connections < 1 || options->room_connections > ROOM_CONNECTIONS_MAX) {
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                            "--room-connections is out of range");
        return FALSE;
    }
    if (options->capacity_rooms < 1 || options->capacity_rooms > CAPACITY_ROOMS_MAX ||
        options->capacity_connections < 0 || options->capacity_connections > CAPACITY_CONNECTIONS_MAX ||
        options->capacity_cpu < 0 || options->capacity_cpu > 100) {
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                            "--capacity-rooms, --capacity-connections or --capacity-cpu is out of range");
        return FALSE;
    }
    if (options->workers < 1 || options->workers > WORKERS_MAX || options->udp_port < 0 ||
        options->udp_port + options->workers > 65536 || options->announce_port < 0 ||
        options->announce_port + options->workers > 65536) {
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                            "--workers, --udp-port or --announce-port is out of range");
        return FALSE;
    }
    return TRUE;
}

static gboolean
check_announced(char **announce, GError **error)
{
    NetAddress address;

    for (char **ip = announce; ip && *ip; ip++) {
        if (!net_address_parse(&address, g_strstrip(*ip), 0)) {
            g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                        "--announce: %s is not an IP address", *ip);
            return FALSE;
        }
    }
    return TRUE;
}

static gint
connections_max(const Options *options)
{
    return options->capacity_connections ? options->capacity_connections : options->workers * WORKER_CONNECTIONS;
}

static gboolean
make_workers(const Options *options, char **announce, const NetworkList *camera_networks, MediaApi *api,
             GPtrArray *workers, GError **error)
{
    for (int i = 0; i < options->workers; i++) {
        WorkerConfig config = {
            .listen = options->listen,
            .port = (guint16)(options->udp_port ? options->udp_port + i : 0),
            .announce = (const char *const *)announce,
            .tcp = !options->no_tcp,
            .announce_port = (guint16)(options->announce_port ? options->announce_port + i : 0),
            .room_connections_max = (guint)options->room_connections,
            .node_connections_max = connections_max(options),
            .node_connections = media_api_connection_count(api),
            .camera_networks = camera_networks,
            .clock = clock_system(),
            .event = media_api_event,
            .user = api,
        };
        Worker *worker = worker_new(&config, error);

        if (!worker) {
            g_prefix_error(error, "UDP port %d of %s: ", options->udp_port ? options->udp_port + i : 0,
                           options->listen);
            return FALSE;
        }
        g_ptr_array_add(workers, worker);
    }
    return TRUE;
}

static void
print_ready(const GPtrArray *workers)
{
    printf("yuntakan-media ready udp=");
    for (guint i = 0; i < workers->len; i++)
        printf("%s%u", i ? "," : "", worker_port(g_ptr_array_index(workers, i)));
    printf("\n");
    fflush(stdout);
}

static gboolean
run(const Options *options, GError **error)
{
    g_autofree char *sockets = g_build_filename(options->data, "sockets", NULL);
    g_autofree char *socket_path = g_build_filename(sockets, "media.sock", NULL);
    g_auto(GStrv) announce = options->announce ? g_strsplit(options->announce, ",", 0) : NULL;
    g_autoptr(NetworkList) camera_networks = network_list_parse(options->camera_networks, error);
    g_autoptr(GPtrArray) workers = g_ptr_array_new_with_free_func((GDestroyNotify)worker_free);
    g_autoptr(HttpLoop) loop = NULL;
    MediaApi *api;
    gboolean served;

    if (!camera_networks || !check_announced(announce, error))
        return FALSE;
    if (!network_list_is_empty(camera_networks) && !camera_reader_load_plugins(GST_PLUGINS_DIR, error))
        return FALSE;
    if (g_mkdir_with_parents(sockets, 0700) < 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot make %s", sockets);
        return FALSE;
    }
    loop = http_loop_new(error);
    if (!loop)
        return FALSE;
    http_loop_stop_on_signals(loop);
    api = media_api_new(&(MediaApiConfig){.loop = loop,
                                          .socket_path = socket_path,
                                          .clock = clock_system(),
                                          .capacity_rooms = (guint)options->capacity_rooms,
                                          .capacity_connections = connections_max(options),
                                          .capacity_cpu = (guint)options->capacity_cpu,
                                          .camera_networks = camera_networks});
    served = make_workers(options, announce, camera_networks, api, workers, error);
    for (guint i = 0; served && i < workers->len; i++)
        worker_start(g_ptr_array_index(workers, i));
    if (served && media_api_serve(api, (Worker *const *)workers->pdata, workers->len, error)) {
        print_ready(workers);
        http_loop_run(loop);
    } else if (served) {
        served = FALSE;
        for (guint i = 0; i < workers->len; i++)
            worker_stop(g_ptr_array_index(workers, i));
    }
    for (guint i = 0; served && i < workers->len; i++)
        worker_stop(g_ptr_array_index(workers, i));
    g_ptr_array_set_size(workers, 0);
    g_clear_pointer(&loop, http_loop_free); /* what was posted runs while the API is still there */
    media_api_free(api);
    return served;
}

/* GStreamer's own search would load some hundred plug-ins to find the one that rooms need, the tee. */
static gboolean
start_gstreamer(GError **error)
{
    g_autoptr(GstPlugin) core = NULL;

    g_setenv("GST_REGISTRY_DISABLE", "yes", TRUE);
    if (!gst_init_check(NULL, NULL, error))
        return FALSE;
    core = gst_plugin_load_file(GST_PLUGINS_DIR "/libgstcoreelements.so", error);
    return core && ytk_elements_register();
}

int
main(int argc, char **argv)
{
    Options options = {.room_connections = ROOM_CONNECTIONS,
                       .capacity_rooms = CAPACITY_ROOMS,
                       .capacity_cpu = CAPACITY_CPU,
                       .udp_port = 7000,
                       .workers = (int)MIN(g_get_num_processors(), WORKERS_MAX)};
    g_autoptr(GError) error = NULL;
    gboolean ok;

    if (!parse_options(&options, &argc, &argv, &error)) {
        g_printerr("yuntakan-media: %s\n", error->message);
        options_clear(&options);
        return 2;
    }
    if (!options.listen) /* only now: GOption does not free a default that it replaces */
        options.listen = g_strdup("0.0.0.0");
    json_object_seed(0); /* before there are threads */
    ok = start_gstreamer(&error) && run(&options, &error);
    if (!ok)
        log_error("media", "cannot start: %s", error ? error->message : "GStreamer");
    options_clear(&options);
    gst_deinit();
    return ok ? 0 : 1;
}
