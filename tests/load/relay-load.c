/* relay-load: rooms of one publisher and N subscribers at a relay, and what they cost it. Prints one JSON
 * object.
 *
 *   relay-load --target media --socket DIR/sockets/media.sock --pid PID --address IP --rooms 1 --subscribers
 * 60 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "load-clock.h"
#include "load-report.h"
#include "load-target.h"

#define READY_US (15 * LOAD_SECOND)
/* Long enough for what is on its way and in the relay's queues. */
#define LAST_PACKETS_US     (LOAD_SECOND / 2)
#define PUBLISHERS_ALONE_US (3 * LOAD_SECOND)
#define KEEP_ALIVE_US       (10 * LOAD_SECOND)
#define PEERS_MAX           4000

typedef struct {
    char *target, *socket_path, *address, *profile, *pacing;
    int pid, cpu, rooms, subscribers;
    double warm_s, window_s;
} Options;

typedef struct {
    const Options *options;
    LoadLoop *loop;
    LoadTarget *target;
    LoadDtlsIdentity *identity;
    GPtrArray *subscribers; /* of LoadPeer, the loop's */
    GArray *asked_us, *connected_ms, *joined_ms, *picture_ms;
    LoadSnapshot empty, settled, begin, end;
    gint64 late_us;
} Run;

static gboolean
parse_options(Options *options, int *argc, char ***argv, GError **error)
{
    GOptionEntry entries[] = {
        {"target", 0, 0, G_OPTION_ARG_STRING, &options->target, "media, janus or floor", "KIND"},
        {"socket", 0, 0, G_OPTION_ARG_FILENAME, &options->socket_path, "the relay's control socket", "PATH"},
        {"pid", 0, 0, G_OPTION_ARG_INT, &options->pid, "the relay's process", "PID"},
        {"cpu", 0, 0, G_OPTION_ARG_INT, &options->cpu, "the CPU that it is pinned to", "N"},
        {"address", 0, 0, G_OPTION_ARG_STRING, &options->address, "IPv4 address of our own sockets", "IP"},
        {"rooms", 0, 0, G_OPTION_ARG_INT, &options->rooms, "rooms, each with a publisher", "N"},
        {"subscribers", 0, 0, G_OPTION_ARG_INT, &options->subscribers, "in each room", "N"},
        {"profile", 0, 0, G_OPTION_ARG_STRING, &options->profile,
         "SRTP: gcm (AEAD_AES_128_GCM) or cm (AES128_CM_SHA1_80)", "P"},
        {"pacing", 0, 0, G_OPTION_ARG_STRING, &options->pacing,
         "spaced (1.5 ms) or frame (a frame's packets at once)", "P"},
        {"warm", 0, 0, G_OPTION_ARG_DOUBLE, &options->warm_s, "seconds before the window", "S"},
        {"window", 0, 0, G_OPTION_ARG_DOUBLE, &options->window_s, "seconds that are measured", "S"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (!options->target || !options->socket_path || !options->pid)
        return load_fail(error, "--target, --socket and --pid are required");
    if (options->rooms < 1 || options->subscribers < 1 ||
        (gint64)options->rooms * (options->subscribers + 1) > PEERS_MAX)
        return load_fail(error, "--rooms and --subscribers: from 1 to %d peers", PEERS_MAX);
    return TRUE;
}

static LoadSrtpProfile
profile(const Options *options)
{
    return g_strcmp0(options->profile, "cm") ? LOAD_SRTP_AEAD_AES_128_GCM : LOAD_SRTP_AES128_CM_SHA1_80;
}

static LoadPacing
pacing(const Options *options)
{
    return g_strcmp0(options->pacing, "frame") ? LOAD_PACING_SPACED : LOAD_PACING_FRAME;
}

static LoadTarget *
open_target(const Run *run, GError **error)
{
    const Options *options = run->options;

    if (!g_strcmp0(options->target, "media"))
        return load_target_media_new(run->loop, options->socket_path);
    if (!g_strcmp0(options->target, "janus"))
        return load_target_janus_new(run->loop, options->socket_path, error);
    if (!g_strcmp0(options->target, "floor"))
        return load_target_floor_new(run->loop, options->socket_path, profile(options), error);
    load_fail(error, "--target %s: media, janus or floor", options->target);
    return NULL;
}

static gboolean
take_snapshot(Run *run, LoadSnapshot *snapshot, GError **error)
{
    snapshot->at_us = load_now_us();
    snapshot->totals =
        load_totals(load_loop_publishers(run->loop), run->subscribers, (guint)run->options->subscribers);
    load_process_read(getpid(), -1, &snapshot->client);
    if (!load_process_read(run->options->pid, run->options->cpu, &snapshot->relay))
        return load_fail(error, "there is no process %d any more", run->options->pid);
    return TRUE;
}

/* ---- publishers ---- */

static gboolean
is_ready(gpointer user)
{
    const LoadPeer *peer = user;

    return peer->ready || peer->failed;
}

static gboolean
await_ready(const Run *run, LoadPeer *peer, const char *who, GError **error)
{
    if (load_loop_run_until(run->loop, is_ready, peer, READY_US) && !peer->failed)
        return TRUE;
    return load_fail(error, "%s %u is not connected: ICE %s, DTLS %s", who, peer->index,
                     peer->selected ? "done" : "not done", peer->failed ? "failed" : "not done");
}

/* They start spread over a frame's time, as rooms that know nothing of each other do. */
static gboolean
publish(Run *run, guint room, gint64 start_us, GError **error)
{
    LoadPeer *peer = load_peer_new(run->identity, run->options->address, room, error);
    LoadPublisher *publisher;

    if (!peer)
        return FALSE;
    load_loop_add_peer(run->loop, peer);
    if (!run->target->open_room(run->target, room, error) ||
        !run->target->publish(run->target, room, peer, error) || !await_ready(run, peer, "publisher", error))
        return FALSE;
    load_loop_settle_peer(run->loop, peer);
    publisher = g_new0(LoadPublisher, 1);
    load_publisher_start(publisher, peer, pacing(run->options), start_us);
    load_loop_add_publisher(run->loop, publisher);
    return TRUE;
}

static gboolean
publish_all(Run *run, GError **error)
{
    guint rooms = (guint)run->options->rooms;

    for (guint room = 0; room < rooms; room++) {
        if (!publish(run, room, load_now_us() + room * (LOAD_SECOND / 30) / rooms, error))
            return FALSE;
    }
    /* A relay keeps some seconds of a publisher's packets; until it has them, its memory grows by itself. */
    load_loop_run(run->loop, PUBLISHERS_ALONE_US);
    return TRUE;
}

/* ---- subscribers ---- */

static gboolean
has_packet(gpointer user)
{
    const LoadPeer *peer = user;

    return peer->failed || peer->first_packet_us;
}

static gboolean
all_have_pictures(gpointer user)
{
    const Run *run = user;

    for (guint i = 0; i < run->subscribers->len; i++) {
        const LoadPeer *peer = g_ptr_array_index(run->subscribers, i);

        if (!peer->first_picture_us || peer->n_accounts < LOAD_STREAMS_MAX)
            return FALSE;
    }
    return TRUE;
}

static void
add_ms(GArray *array, gint64 from_us, gint64 to_us)
{
    double ms = (double)(to_us - from_us) / 1000;

    g_array_append_val(array, ms);
}

static gboolean
join(Run *run, guint room, guint index, GError **error)
{
    LoadPeer *peer = load_peer_new(run->identity, run->options->address, index, error);
    gint64 asked_us;

    if (!peer)
        return FALSE;
    load_loop_add_peer(run->loop, peer);
    g_ptr_array_add(run->subscribers, peer);
    if (!run->target->subscribe(run->target, room, peer, &asked_us, error) ||
        !await_ready(run, peer, "subscriber", error))
        return FALSE;
    if (!load_loop_run_until(run->loop, has_packet, peer, READY_US))
        return load_fail(error, "subscriber %u gets nothing", index);
    load_loop_settle_peer(run->loop, peer);
    g_array_append_val(run->asked_us, asked_us);
    add_ms(run->connected_ms, asked_us, peer->ready_us);
    add_ms(run->joined_ms, asked_us, peer->first_packet_us);
    return TRUE;
}

/* One after the other: a join is to be measured, not a rush. Nobody waits for another's first picture. */
static gboolean
join_all(Run *run, GError **error)
{
    guint rooms = (guint)run->options->rooms, each = (guint)run->options->subscribers;

    for (guint i = 0; i < rooms * each; i++) {
        if (!join(run, i / each, rooms + i, error))
            return FALSE;
        /* The one before ended with a packet of sound; without a pause each would wait for the next one, 20
         * ms later. */
        load_loop_run(run->loop, (i * 7919) % 20000);
        if (i % 50 == 49)
            run->target->keep_alive(run->target);
    }
    if (!load_loop_run_until(run->loop, all_have_pictures, run, READY_US))
        return load_fail(error, "not every subscriber gets both streams");
    for (guint i = 0; i < rooms * each; i++) {
        const LoadPeer *peer = g_ptr_array_index(run->subscribers, i);

        add_ms(run->picture_ms, g_array_index(run->asked_us, gint64, i), peer->first_picture_us);
    }
    return TRUE;
}

/* ---- the window ---- */

static void
run_alive(Run *run, double seconds)
{
    gint64 end_us = load_now_us() + (gint64)(seconds * LOAD_SECOND), left_us;

    while ((left_us = end_us - load_now_us()) > 0) {
        load_loop_run(run->loop, MIN(left_us, KEEP_ALIVE_US));
        run->target->keep_alive(run->target);
    }
}

/* The worst since the last time. */
static gint64
take_lateness_us(const GPtrArray *publishers)
{
    gint64 worst = 0;

    for (guint i = 0; i < publishers->len; i++) {
        LoadPublisher *publisher = g_ptr_array_index(publishers, i);

        worst = MAX(worst, publisher->late_us);
        publisher->late_us = 0;
    }
    return worst;
}

static gboolean
measure(Run *run, GError **error)
{
    run_alive(run, run->options->warm_s);
    take_lateness_us(load_loop_publishers(run->loop));
    if (!take_snapshot(run, &run->begin, error))
        return FALSE;
    run_alive(run, run->options->window_s);
    if (!take_snapshot(run, &run->end, error))
        return FALSE;
    run->late_us = take_lateness_us(load_loop_publishers(run->loop));
    load_loop_silence(run->loop);
    load_loop_run(run->loop, LAST_PACKETS_US);
    return TRUE;
}

static guint64
uplink_nacks(const GPtrArray *publishers)
{
    guint64 nacks = 0;

    for (guint i = 0; i < publishers->len; i++)
        nacks += ((LoadPublisher *)g_ptr_array_index(publishers, i))->peer->nacked;
    return nacks;
}

static void
print_report(Run *run)
{
    const Options *options = run->options;
    const GPtrArray *publishers = load_loop_publishers(run->loop);
    guint n = run->subscribers->len;
    LoadTotals totals = load_totals(publishers, run->subscribers, (guint)options->subscribers);
    double kib = ((double)run->end.relay.resident_kib - (double)run->settled.relay.resident_kib) / n;
    json_t *report = json_pack(
        "{ss ss ss si si so so so so so sf si si si sf sI sf}", "target", options->target, "profile",
        profile(options) == LOAD_SRTP_AEAD_AES_128_GCM ? "gcm" : "cm", "pacing",
        pacing(options) == LOAD_PACING_FRAME ? "frame" : "spaced", "rooms", options->rooms, "subscribers",
        options->subscribers, "window", load_window(&run->begin, &run->end), "packets", load_packets(&totals),
        "connect_ms", load_distribution(run->connected_ms), "join_ms", load_distribution(run->joined_ms),
        "picture_ms", load_distribution(run->picture_ms), "kib_per_subscriber", kib, "threads",
        (int)run->end.relay.threads, "threads_idle", (int)run->empty.relay.threads, "resident_kib",
        (int)run->end.relay.resident_kib, "client_late_ms", (double)run->late_us / 1000, "uplink_nacks",
        (json_int_t)uplink_nacks(publishers), "load", load_average());
    char *text = json_dumps(report, JSON_COMPACT | JSON_REAL_PRECISION(6));

    printf("%s\n", text);
    free(text);
    json_decref(report);
}

static gboolean
run_all(Run *run, GError **error)
{
    run->target = open_target(run, error);
    if (!run->target || !take_snapshot(run, &run->empty, error) || !publish_all(run, error) ||
        !take_snapshot(run, &run->settled, error) || !join_all(run, error) || !measure(run, error))
        return FALSE;
    print_report(run);
    return TRUE;
}

static void
clear_options(Options *options)
{
    g_free(options->target);
    g_free(options->socket_path);
    g_free(options->address);
    g_free(options->profile);
    g_free(options->pacing);
}

int
main(int argc, char **argv)
{
    Options options = {.cpu = -1, .rooms = 1, .subscribers = 1, .warm_s = 1, .window_s = 5};
    Run run = {.options = &options};
    g_autoptr(GError) error = NULL;
    gboolean ok = parse_options(&options, &argc, &argv, &error);

    if (ok) {
        if (!options.address)
            options.address = g_strdup("127.0.0.1");
        srtp_init();
        prctl(PR_SET_TIMERSLACK, 1000ul); /* 1 µs: ours must not be the jitter */
        run.loop = load_loop_new();
        run.identity = load_dtls_identity_new(profile(&options));
        run.subscribers = g_ptr_array_new();
        run.asked_us = g_array_new(FALSE, FALSE, sizeof(gint64));
        run.connected_ms = g_array_new(FALSE, FALSE, sizeof(double));
        run.joined_ms = g_array_new(FALSE, FALSE, sizeof(double));
        run.picture_ms = g_array_new(FALSE, FALSE, sizeof(double));
        ok = run_all(&run, &error);
        if (run.target)
            run.target->free(run.target);
        g_array_unref(run.asked_us);
        g_array_unref(run.connected_ms);
        g_array_unref(run.joined_ms);
        g_array_unref(run.picture_ms);
        g_ptr_array_unref(run.subscribers);
        load_loop_free(run.loop);
        load_dtls_identity_free(run.identity);
        srtp_shutdown();
    }
    if (!ok)
        g_printerr("relay-load: %s\n", error->message);
    clear_options(&options);
    return ok ? 0 : 1;
}
