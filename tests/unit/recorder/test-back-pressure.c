/* A disk that stalls: the feed is read on all the same, so that the call does not notice; what the queue does not hold is a declared gap. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "feed-server.h"
#include "gated-disk.h"
#include "suite-main.h"
#include "verification.h"

#define ID          "018bcfe5-6800-7000-8000-000000000001"
#define PARTICIPANT "018bcfe5-6800-7000-8000-000000000002"
#define PACKET      60000
#define PICTURE     (17 * PACKET) /* a key frame of a megabyte: a fragment of its own */
/* Nothing of the recorder's is waited for but the reading of a socket. */
#define SEND_MS     10000

typedef struct {
    GatedDisk disk;
    Signer *signer;
    char *root, *folder, *socket;
    Recording *recording;
    FeedServer *server;
    int fd;
    guint16 sequence;
    gint fragments; /* atomic: lines of them */
    GMutex lock;
    GString *gaps;
} Bench;

static void
on_opened(Recording *recording, RecordingIndex *index, gpointer user)
{
    recording_index_free(index);
}

static void
on_line(Recording *recording, json_t *line, gpointer user)
{
    Bench *bench = user;
    const char *type = json_string_value(json_object_get(line, "type"));

    if (g_str_equal(type, "fragment"))
        g_atomic_int_inc(&bench->fragments);
    g_mutex_lock(&bench->lock);
    if (g_str_equal(type, "gap"))
        g_string_append_printf(bench->gaps, "%s %s;", json_string_value(json_object_get(line, "reason")),
                               json_is_null(json_object_get(line, "to")) ? "lasts" : "closed");
    g_mutex_unlock(&bench->lock);
    json_decref(line);
}

static void
on_state(Recording *recording, RecordingState state, const char *alarm, gpointer user)
{
}

static Recording *
find(const char *recording, gpointer user)
{
    return recording_ref(((Bench *) user)->recording);
}

static void
send_frame(Bench *bench, const void *data, gsize length)
{
    guint8 header[2] = { (guint8) (length >> 8), (guint8) length };

    ck_assert_int_eq(send(bench->fd, header, 2, MSG_NOSIGNAL), 2);
    for (gsize at = 0; at < length;) {
        ssize_t sent = send(bench->fd, (const guint8 *) data + at, length - at, MSG_NOSIGNAL);

        ck_assert_msg(sent > 0, "the feed is not read");
        at += (gsize) sent;
    }
}

static void
connect_feed(Bench *bench)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct timeval timeout = { SEND_MS / 1000, 0 };
    static const char hello[] = "{\"type\":\"feed\",\"recording\":\"" ID "\",\"room\":\"" ID "\"}";
    static const char track[] = "{\"type\":\"track\",\"ssrc\":7,\"participant\":\"" PARTICIPANT "\",\"order\":0,\"kind\":\"video\",\"codec\":\"VP8\","
                                "\"payload_type\":96,\"clock_rate\":90000}";

    bench->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_strlcpy(address.sun_path, bench->socket, sizeof address.sun_path);
    ck_assert_int_eq(connect(bench->fd, (struct sockaddr *) &address, sizeof address), 0);
    setsockopt(bench->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    send_frame(bench, hello, strlen(hello));
    send_frame(bench, track, strlen(track));
}

static Bench *
bench_new(void)
{
    static const RecordingOpening opening = { PARTICIPANT, "case", "item", "1", "title", PARTICIPANT };
    Bench *bench = g_new0(Bench, 1);

    gated_disk_init(&bench->disk);
    g_mutex_init(&bench->lock);
    bench->gaps = g_string_new(NULL);
    bench->root = g_dir_make_tmp("pressure-XXXXXX", NULL);
    bench->folder = g_build_filename(bench->root, ID, NULL);
    bench->socket = g_build_filename(bench->root, "feed.sock", NULL);
    bench->signer = signer_generate("ed25519", "test", NULL);

    RecordingEnvironment environment = { &bench->disk.files, clock_system(), bench->signer, on_opened, on_line, NULL, on_state, bench };

    bench->recording = recording_start(&environment, ID, bench->folder, &opening);
    ck_assert(recording_wait_opened(bench->recording, 20000));
    bench->server = feed_server_new(&(FeedServerConfig){ bench->socket, clock_system(), find, bench }, NULL);
    ck_assert_ptr_nonnull(bench->server);
    connect_feed(bench);
    return bench;
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        remove_tree(child);
    }
    g_remove(path);
}

static void
bench_free(Bench *bench)
{
    close(bench->fd);
    feed_server_free(bench->server);
    recording_stop(bench->recording);
    recording_unref(bench->recording);
    remove_tree(bench->root);
    signer_free(bench->signer);
    gated_disk_clear(&bench->disk);
    g_mutex_clear(&bench->lock);
    g_string_free(bench->gaps, TRUE);
    g_free(bench->root);
    g_free(bench->folder);
    g_free(bench->socket);
    g_free(bench);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bench, bench_free)

/** A whole key frame, captured now. */
static void
send_picture(Bench *bench)
{
    static const guint8 head[] = { 0x10, 0, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01 };
    g_autofree guint8 *packet = g_malloc0(PACKET);
    guint32 time = GUINT32_TO_BE((guint32) (g_get_monotonic_time() * 9 / 100));

    for (guint i = 0; i < PICTURE / PACKET; i++) {
        packet[0] = 0x80;
        packet[1] = (guint8) (96 | (i == PICTURE / PACKET - 1 ? 0x80 : 0));
        packet[2] = (guint8) (bench->sequence >> 8);
        packet[3] = (guint8) bench->sequence++;
        memcpy(packet + 4, &time, 4);
        packet[11] = 7;
        memset(packet + 12, 0, sizeof head);
        if (i == 0)
            memcpy(packet + 12, head, sizeof head);
        send_frame(bench, packet, PACKET);
    }
}

/** Sends pictures until `fragments` are in the ledger. */
static void
record_until(Bench *bench, gint fragments)
{
    gint64 deadline = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;

    while (g_atomic_int_get(&bench->fragments) < fragments) {
        ck_assert_int_lt(g_get_monotonic_time(), deadline);
        send_picture(bench);
        g_usleep(20000);
    }
}

static void
on_done(const RecordingAnswer *answer, gpointer user)
{
    g_atomic_int_set((gint *) user, 1 + (gint) answer->outcome);
}

static void
end_intact(Bench *bench)
{
    gint64 deadline = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    gint outcome = 0;

    feed_server_close_recording(bench->server, ID);
    recording_end(bench->recording, "test", on_done, &outcome);
    while (!g_atomic_int_get(&outcome)) {
        ck_assert_int_lt(g_get_monotonic_time(), deadline);
        g_usleep(1000);
    }
    ck_assert_int_eq(outcome - 1, RECORDING_DONE);

    g_autoptr(Verification) verification = verification_run(bench->folder, NULL);

    ck_assert_int_eq(verification_verdict(verification), VERDICT_INTACT);
}

/** Ten seconds of 8 Mbit/s, twice what a camera sends: nothing is lost. */
START_TEST(a_disk_that_stalls_costs_nothing)
{
    g_autoptr(Bench) bench = bench_new();

    record_until(bench, 2);
    gated_disk_stall(&bench->disk);

    gint before = g_atomic_int_get(&bench->fragments);

    for (guint i = 0; i < 10; i++)
        send_picture(bench);
    gated_disk_wait_for_arrival(&bench->disk);
    gated_disk_go_on(&bench->disk);
    record_until(bench, before + 11);
    end_intact(bench);
    ck_assert_str_eq(bench->gaps->str, "");
}
END_TEST

/** More than the queue holds: the feed is read to the end, the recording has a gap with its reason, and goes on. */
START_TEST(a_disk_that_stalls_for_minutes_is_a_gap)
{
    g_autoptr(Bench) bench = bench_new();

    record_until(bench, 2);

    guint epoch = recording_epoch(bench->recording);

    gated_disk_stall(&bench->disk);
    for (guint i = 0; recording_epoch(bench->recording) == epoch; i++) {
        ck_assert_uint_lt(i, 100);
        send_picture(bench);
    }
    for (guint i = 0; i < 10; i++)
        send_picture(bench);
    ck_assert(!recording_accepts(bench->recording));

    gint before = g_atomic_int_get(&bench->fragments);

    gated_disk_go_on(&bench->disk);
    record_until(bench, before + 20); /* what waited, and a part after it */

    gint64 deadline = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;

    for (gboolean closed = FALSE; !closed;) {
        ck_assert_int_lt(g_get_monotonic_time(), deadline);
        send_picture(bench);
        g_usleep(20000);
        g_mutex_lock(&bench->lock);
        closed = g_str_has_suffix(bench->gaps->str, "closed;");
        g_mutex_unlock(&bench->lock);
    }
    end_intact(bench);
    ck_assert_str_eq(bench->gaps->str, "overflow lasts;overflow closed;");
}
END_TEST

SUITE_MAIN("back-pressure", a_disk_that_stalls_costs_nothing, a_disk_that_stalls_for_minutes_is_a_gap)
