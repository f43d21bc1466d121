#include "tcp-streams.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "rfc4571.h"
#include "stream-queue.h"

/* Read at once; a stream that has more is served again with the next wake-up, after the others. */
#define READ_BYTES 16384
/* Accepted per wake-up. */
#define ACCEPT_ROUND 16
/* What waits in the kernel is late: a quarter of a second at 2 Mbit/s (the kernel doubles it). */
#define SEND_BUFFER (32 * 1024)

typedef struct {
    WorkerWatch watch;
    TcpStreams *streams;
    NetAddress peer;
    gint64 accepted_us;
    gboolean is_claimed; /* by a connection */
    gboolean is_over;
    gboolean wants_write;
    StreamQueue queue;
    Rfc4571Reader reader;
} Stream;

struct TcpStreams {
    Worker *worker;
    WorkerWatch watch;
    GHashTable *by_peer; /* NetAddress -> Stream, all that are not over */
    GQueue strangers;    /* oldest first */
    GPtrArray *over;
    TcpStreamsStatistics statistics;
};

static void
stream_free(gpointer data)
{
    Stream *stream = data;

    close(stream->watch.fd);
    stream_queue_clear(&stream->queue);
    g_free(stream);
}

static void
end(Stream *stream)
{
    TcpStreams *streams = stream->streams;

    if (stream->is_over)
        return;
    stream->is_over = TRUE;
    worker_unwatch(streams->worker, &stream->watch);
    shutdown(stream->watch.fd, SHUT_RDWR);
    if (!stream->is_claimed) {
        g_queue_remove(&streams->strangers, stream);
        streams->statistics.refused++;
    }
    streams->statistics.dropped += stream->queue.dropped;
    g_hash_table_remove(streams->by_peer, &stream->peer);
    /* Freed after the wake-up: its events may still be in the worker's hands. */
    g_ptr_array_add(streams->over, stream);
}

/* --- reading --- */

static gboolean
take_frame(gpointer user, guint8 *data, gsize length)
{
    Stream *stream = user;
    guint64 key;

    if (!stream->is_claimed && !peer_transport_peek_key(data, length, &key))
        return FALSE;
    worker_receive_frame(stream->streams->worker, &stream->peer, data, length);
    return !stream->is_over;
}

static void
read_stream(Stream *stream)
{
    guint8 bytes[READ_BYTES];
    gssize n = recv(stream->watch.fd, bytes, sizeof bytes, MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || !rfc4571_push(&stream->reader, bytes, (gsize)n, take_frame, stream))
        end(stream);
}

/* --- writing --- */

static void
watch_write(Stream *stream)
{
    gboolean wants = stream_queue_waiting(&stream->queue) > 0;

    if (stream->is_over || wants == stream->wants_write)
        return;
    stream->wants_write = wants;
    worker_change_watch(stream->streams->worker, &stream->watch, EPOLLIN | (wants ? EPOLLOUT : 0u));
}

static void
drain(Stream *stream)
{
    gssize n = send(stream->watch.fd, stream->queue.bytes->data, stream->queue.bytes->len, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n > 0 && stream_queue_sent(&stream->queue, (gsize)n))
        worker_recovered(stream->streams->worker, &stream->peer);
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        end(stream);
    watch_write(stream);
}

void
tcp_streams_send(TcpStreams *streams, const NetAddress *to, const guint8 *data, gsize length)
{
    Stream *stream = g_hash_table_lookup(streams->by_peer, to);
    guint8 header[RFC4571_HEADER];
    struct iovec parts[] = {{header, sizeof header}, {(void *)data, length}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = G_N_ELEMENTS(parts)};
    gssize n = 0;

    if (!stream)
        return;
    rfc4571_header(header, length);
    if (!stream_queue_waiting(&stream->queue))
        n = sendmsg(stream->watch.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        end(stream);
        return;
    }
    if (n < (gssize)(sizeof header + length))
        stream_queue_add(&stream->queue, header, sizeof header, data, length, n < 0 ? 0 : (gsize)n);
    watch_write(stream);
}

static void
stream_ready(gpointer user, guint32 events)
{
    Stream *stream = user;

    if (!stream->is_over && (events & EPOLLOUT) && stream_queue_waiting(&stream->queue))
        drain(stream);
    if (!stream->is_over && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        read_stream(stream);
}

/* --- accepting --- */

static void
add_stream(TcpStreams *streams, int fd, const NetAddress *peer)
{
    Stream *stream;
    int one = 1, size = SEND_BUFFER;

    if (g_hash_table_size(streams->by_peer) >= TCP_STREAMS_MAX) {
        streams->statistics.refused++;
        close(fd);
        return;
    }
    if (g_queue_get_length(&streams->strangers) >= TCP_STRANGERS_MAX)
        end(g_queue_peek_head(&streams->strangers));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    stream = g_new0(Stream, 1);
    stream->watch = (WorkerWatch){fd, stream_ready, stream};
    stream->streams = streams;
    stream->peer = *peer;
    stream->accepted_us = *worker_now_us(streams->worker);
    g_hash_table_insert(streams->by_peer, &stream->peer, stream);
    g_queue_push_tail(&streams->strangers, stream);
    streams->statistics.accepted++;
    if (!worker_watch(streams->worker, &stream->watch, EPOLLIN))
        end(stream);
}

static void
listen_ready(gpointer user, guint32 events)
{
    TcpStreams *streams = user;

    for (guint i = 0; i < ACCEPT_ROUND; i++) {
        struct sockaddr_storage from;
        socklen_t length = sizeof from;
        int fd = accept4(streams->watch.fd, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        NetAddress peer;

        if (fd < 0 && errno == EMFILE && !g_queue_is_empty(&streams->strangers))
            end(g_queue_peek_head(&streams->strangers));
        if (fd < 0)
            return;
        if (!net_address_from_sockaddr(&peer, (struct sockaddr *)&from, length)) {
            close(fd);
            continue;
        }
        peer.stream = 1;
        add_stream(streams, fd, &peer);
    }
}

void
tcp_streams_claim(TcpStreams *streams, const NetAddress *address, gboolean valid)
{
    Stream *stream = g_hash_table_lookup(streams->by_peer, address);

    if (!stream)
        return;
    if (!valid) {
        end(stream);
    } else if (!stream->is_claimed) {
        stream->is_claimed = TRUE;
        g_queue_remove(&streams->strangers, stream);
    }
}

gint64
tcp_streams_settle(TcpStreams *streams, gint64 now_us)
{
    const Stream *oldest;

    while ((oldest = g_queue_peek_head(&streams->strangers)) && now_us - oldest->accepted_us >= TCP_STRANGER_US)
        end((Stream *)oldest);
    g_ptr_array_set_size(streams->over, 0);
    return oldest ? oldest->accepted_us + TCP_STRANGER_US : G_MAXINT64;
}

TcpStreamsStatistics
tcp_streams_statistics(const TcpStreams *streams)
{
    TcpStreamsStatistics statistics = streams->statistics;
    GHashTableIter iter;
    gpointer stream;

    statistics.open = g_hash_table_size(streams->by_peer);
    statistics.strangers = g_queue_get_length((GQueue *)&streams->strangers);
    g_hash_table_iter_init(&iter, streams->by_peer);
    while (g_hash_table_iter_next(&iter, NULL, &stream))
        statistics.dropped += ((Stream *)stream)->queue.dropped;
    return statistics;
}

TcpStreams *
tcp_streams_new(Worker *worker, int fd)
{
    TcpStreams *streams = g_new0(TcpStreams, 1);

    streams->worker = worker;
    streams->watch = (WorkerWatch){fd, listen_ready, streams};
    streams->by_peer = g_hash_table_new(net_address_hash, net_address_equal);
    streams->over = g_ptr_array_new_with_free_func(stream_free);
    g_queue_init(&streams->strangers);
    worker_watch(worker, &streams->watch, EPOLLIN);
    return streams;
}

void
tcp_streams_free(TcpStreams *streams)
{
    if (!streams)
        return;
    g_autoptr(GList) all = g_hash_table_get_values(streams->by_peer);

    for (GList *i = all; i; i = i->next)
        end(i->data);
    worker_unwatch(streams->worker, &streams->watch);
    close(streams->watch.fd);
    g_ptr_array_unref(streams->over);
    g_hash_table_unref(streams->by_peer);
    g_free(streams);
}
