#include "feed.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "feed-queue.h"

#define BACK_OFF_MIN_US (100 * G_TIME_SPAN_MILLISECOND)
#define BACK_OFF_MAX_US (5 * G_TIME_SPAN_SECOND)

typedef enum { FEED_WAITING, FEED_CONNECTED } FeedState;

struct Feed {
    Worker *worker;
    char *room;
    char *socket;
    char *recording;
    const FeedHandlers *handlers;
    gpointer user;

    FeedState state;
    WorkerWatch watch;
    gboolean wants_out; /* EPOLLOUT is asked for */
    gboolean unflushed;
    gboolean overflowing;
    gint64 retry_us;
    gint64 back_off_us;
    FeedQueue queue;
    FeedReader reader;
    GHashTable *tracks; /* ssrc -> char *, the control frame */
};

static void feed_ready(gpointer user, guint32 events);

Feed *
feed_new(Worker *worker, const char *room, const char *socket, const char *recording,
         const FeedHandlers *handlers, gpointer user)
{
    Feed *feed = g_new0(Feed, 1);

    feed->worker = worker;
    feed->room = g_strdup(room);
    feed->socket = g_strdup(socket);
    feed->recording = g_strdup(recording);
    feed->handlers = handlers;
    feed->user = user;
    feed->watch = (WorkerWatch){-1, feed_ready, feed};
    feed->back_off_us = BACK_OFF_MIN_US;
    feed_queue_init(&feed->queue);
    feed->tracks = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    return feed;
}

static void
disconnect(Feed *feed)
{
    if (feed->watch.fd >= 0) {
        worker_unwatch(feed->worker, &feed->watch);
        close(feed->watch.fd);
        feed->watch.fd = -1;
    }
    feed->state = FEED_WAITING;
    feed->wants_out = FALSE;
    feed->reader.have = 0;
    feed_queue_reset(&feed->queue);
}

void
feed_free(Feed *feed)
{
    if (!feed)
        return;
    if (feed->state == FEED_CONNECTED) {
        /* What the socket takes at once: without this frame the recorder declares a gap, which is the safe side. */
        feed_queue_control(&feed->queue, "{\"type\":\"feed-ended\"}");
        feed_flush(feed);
    }
    disconnect(feed);
    feed_queue_clear(&feed->queue);
    g_hash_table_unref(feed->tracks);
    g_free(feed->room);
    g_free(feed->socket);
    g_free(feed->recording);
    g_free(feed);
}

gboolean
feed_is_same(const Feed *feed, const char *socket, const char *recording)
{
    return g_str_equal(feed->socket, socket) && g_str_equal(feed->recording, recording);
}

json_t *
feed_describe(const Feed *feed)
{
    const char *state = feed->state != FEED_CONNECTED ? "lost" : feed->overflowing ? "overflow" : "connected";

    return json_pack("{s:s, s:I}", "state", state, "dropped", (json_int_t)feed->queue.dropped_total);
}

guint64
feed_dropped(const Feed *feed)
{
    return feed->queue.dropped_total;
}

/* --- the connection --- */

static void
lost(Feed *feed)
{
    gboolean was_connected = feed->state == FEED_CONNECTED;

    disconnect(feed);
    feed->retry_us = *worker_now_us(feed->worker) + feed->back_off_us;
    feed->back_off_us = MIN(2 * feed->back_off_us, BACK_OFF_MAX_US);
    if (was_connected)
        feed->handlers->state(feed->user, "lost");
}

static void
ask_for_out(Feed *feed, gboolean out)
{
    if (feed->wants_out == out)
        return;
    feed->wants_out = out;
    worker_change_watch(feed->worker, &feed->watch, EPOLLIN | (out ? EPOLLOUT : 0));
}

static void
touch(Feed *feed)
{
    if (feed->unflushed)
        return;
    feed->unflushed = TRUE;
    feed->handlers->unflushed(feed->user);
}

static void
connected(Feed *feed)
{
    json_t *hello =
        json_pack("{s:s, s:s, s:s}", "type", "feed", "recording", feed->recording, "room", feed->room);
    char *text = json_dumps(hello, JSON_COMPACT);
    GHashTableIter iter;
    gpointer track;

    feed->state = FEED_CONNECTED;
    feed->overflowing = FALSE;
    feed->back_off_us = BACK_OFF_MIN_US;
    feed_queue_control(&feed->queue, text);
    free(text);
    json_decref(hello);
    g_hash_table_iter_init(&iter, feed->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &track))
        feed_queue_control(&feed->queue, track);
    feed->handlers->state(feed->user, "connected");
    touch(feed);
}

static void
start_connecting(Feed *feed)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    g_strlcpy(address.sun_path, feed->socket, sizeof address.sun_path);
    feed->watch.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (feed->watch.fd < 0 || !worker_watch(feed->worker, &feed->watch, EPOLLIN)) {
        lost(feed);
        return;
    }
    /* On a Unix socket it is decided at once, but for a full backlog (EAGAIN), which is tried again like any
     * failure. */
    if (connect(feed->watch.fd, (struct sockaddr *)&address, sizeof address) == 0)
        connected(feed);
    else
        lost(feed);
}

void
feed_tick(Feed *feed)
{
    if (feed->state == FEED_WAITING && *worker_now_us(feed->worker) >= feed->retry_us)
        start_connecting(feed);
}

void
feed_flush(Feed *feed)
{
    feed->unflushed = FALSE;
    while (feed->state == FEED_CONNECTED) {
        gsize length;
        const guint8 *bytes = feed_queue_peek(&feed->queue, &length);
        gssize written;

        if (!length) {
            ask_for_out(feed, FALSE);
            if (feed->overflowing && !feed->queue.dropped) {
                feed->overflowing = FALSE;
                feed->handlers->state(feed->user, "connected");
            }
            return;
        }
        written = send(feed->watch.fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (written > 0)
            feed_queue_written(&feed->queue, (gsize)written);
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            lost(feed);
    }
    if (feed->state == FEED_CONNECTED)
        ask_for_out(feed, TRUE);
}

static void
frame_from_recorder(const guint8 *frame, gsize length, gpointer user)
{
    Feed *feed = user;
    RtcpReader reader;
    RtcpItem item;

    rtcp_reader_init(&reader, frame, length);
    while (rtcp_reader_next(&reader, &item))
        if (item.type == RTCP_ITEM_KEY_FRAME_REQUEST)
            feed->handlers->key_frame_wanted(feed->user, item.ssrc);
}

static void
feed_ready(gpointer user, guint32 events)
{
    Feed *feed = user;
    guint8 bytes[4096];

    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        gssize n = recv(feed->watch.fd, bytes, sizeof bytes, MSG_DONTWAIT);

        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) ||
            (n > 0 && !feed_reader_bytes(&feed->reader, bytes, (gsize)n, frame_from_recorder, feed))) {
            lost(feed);
            return;
        }
    }
    if (events & EPOLLOUT)
        feed_flush(feed);
}

/* --- what the room sends --- */

void
feed_track_started(Feed *feed, guint32 ssrc, json_t *track)
{
    char *text = json_dumps(track, JSON_COMPACT);

    json_decref(track);
    if (feed->state == FEED_CONNECTED) {
        feed_queue_control(&feed->queue, text);
        touch(feed);
    }
    g_hash_table_replace(feed->tracks, GUINT_TO_POINTER(ssrc), g_strdup(text));
    free(text);
}

void
feed_track_ended(Feed *feed, guint32 ssrc)
{
    g_autofree char *text = g_strdup_printf("{\"type\":\"track-ended\",\"ssrc\":%u}", ssrc);

    g_hash_table_remove(feed->tracks, GUINT_TO_POINTER(ssrc));
    if (feed->state == FEED_CONNECTED) {
        feed_queue_control(&feed->queue, text);
        touch(feed);
    }
}

void
feed_packet(Feed *feed, const guint8 *packet, gsize length)
{
    if (feed->state != FEED_CONNECTED)
        return;
    if (!feed_queue_packet(&feed->queue, packet, length, *worker_now_us(feed->worker)) &&
        !feed->overflowing) {
        feed->overflowing = TRUE;
        feed->handlers->state(feed->user, "overflow");
    }
    touch(feed);
}

void
feed_sender_report(Feed *feed, const RtcpSenderReport *report)
{
    guint8 packet[64];
    RtcpWriter writer = {packet, sizeof packet, 0};

    if (rtcp_write_sender_report(&writer, report))
        feed_packet(feed, packet, writer.length);
}
