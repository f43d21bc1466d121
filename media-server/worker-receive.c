/* From a datagram or a frame to the connection that it is for. */
#include "worker-private.h"

#include <string.h>

#include "connection.h"
#include "rfc4571.h"

#define RECEIVE_BYTES                                                                                        \
    2048 /* an Ethernet frame, and DTLS flights of jumbo frames are cut, which DTLS survives */
#define RTP_HEADER_BYTES 12
#define RECEIVE_ROUNDS   4 /* per wake-up, so that timers and mail are not starved by a flood */

static void
new_receive_buffer(Receive *receive)
{
    GstMapInfo map;

    receive->buffer = gst_buffer_new_allocate(NULL, RECEIVE_BYTES, NULL);
    gst_buffer_map(receive->buffer, &map, GST_MAP_WRITE);
    receive->data = map.data;
    gst_buffer_unmap(receive->buffer, &map);
}

static void
prepare_message(Worker *worker, guint index)
{
    Receive *receive = &worker->receives[index];

    worker->vectors[index] = (struct iovec){receive->data, RECEIVE_BYTES};
    worker->messages[index].msg_hdr = (struct msghdr){
        .msg_name = &receive->from,
        .msg_namelen = sizeof receive->from,
        .msg_iov = &worker->vectors[index],
        .msg_iovlen = 1,
    };
}

void
worker_prepare_receiving(Worker *worker)
{
    for (guint i = 0; i < RECEIVE_BATCH; i++) {
        new_receive_buffer(&worker->receives[i]);
        prepare_message(worker, i);
    }
}

void
worker_free_receiving(Worker *worker)
{
    for (guint i = 0; i < RECEIVE_BATCH; i++)
        gst_buffer_unref(worker->receives[i].buffer);
}

static Connection *
find_connection(Worker *worker, const NetAddress *from, const guint8 *data, gsize length)
{
    Connection *connection;
    guint64 key;

    /* A check is looked up by its key even when the address is known: a browser may use one port for its next
     * connection. */
    if (peer_transport_peek_key(data, length, &key))
        return g_hash_table_lookup(worker->by_key, &key);
    connection = g_hash_table_lookup(worker->by_address, from);
    /* RTP of somebody whose address has changed? RTCP waits for it. */
    if (!connection && length >= RTP_HEADER_BYTES && data[0] >> 6 == 2 && !(data[1] >= 192 && data[1] <= 223))
        connection = g_hash_table_lookup(worker->by_ssrc, GUINT_TO_POINTER((guint)data[8] << 24 | (guint)data[9] << 16 | (guint)data[10] << 8 | data[11]));
    return connection;
}

static void
receive_packet(Worker *worker, Receive *receive, const NetAddress *from, gsize length)
{
    Connection *connection;

    worker->statistics.datagrams++;
    worker->statistics.bytes += length;
    connection = find_connection(worker, from, receive->data, length);
    if (!connection) {
        worker->statistics.unknown++;
        return;
    }
    worker->current = receive;
    connection_receive(connection, from, receive->data, length);
    worker->current = NULL;
    worker_wake(worker, connection);

    /* Whoever kept the buffer keeps it; else it is used again. */
    if (GST_MINI_OBJECT_REFCOUNT_VALUE(receive->buffer) > 1) {
        gst_buffer_unref(receive->buffer);
        new_receive_buffer(receive);
    } else {
        gsize offset;

        gst_buffer_get_sizes(receive->buffer, &offset, NULL);
        gst_buffer_resize(receive->buffer, -(gssize)offset, RECEIVE_BYTES);
    }
}

static void
receive_datagram(Worker *worker, Receive *receive, gsize length, socklen_t from_length)
{
    NetAddress from;

    if (net_address_from_sockaddr(&from, (struct sockaddr *)&receive->from, from_length))
        receive_packet(worker, receive, &from, length);
}

void
worker_receive_frame(Worker *worker, const NetAddress *from, const guint8 *data, gsize length)
{
    Receive *receive = &worker->receives[0]; /* free: datagrams are received and handled in one go */

    G_STATIC_ASSERT(RFC4571_FRAME_MAX <= RECEIVE_BYTES);
    memcpy(receive->data, data, length);
    receive_packet(worker, receive, from, length);
}

void
worker_recovered(Worker *worker, const NetAddress *peer)
{
    Connection *connection = g_hash_table_lookup(worker->by_address, peer);

    if (connection)
        connection_want_key_frames(connection);
}

static gboolean
receive_round(Worker *worker)
{
    int n = recvmmsg(worker->udp_watch.fd, worker->messages, RECEIVE_BATCH, MSG_DONTWAIT, NULL);

    for (int i = 0; i < n; i++) {
        if (!(worker->messages[i].msg_hdr.msg_flags & MSG_TRUNC))
            receive_datagram(worker, &worker->receives[i], worker->messages[i].msg_len,
                             worker->messages[i].msg_hdr.msg_namelen);
        prepare_message(worker, (guint)i);
    }
    return n == RECEIVE_BATCH;
}

void
worker_udp_ready(gpointer user, guint32 events)
{
    for (guint i = 0; i < RECEIVE_ROUNDS && receive_round(user); i++)
        ;
}

GstBuffer *
worker_current_buffer(Worker *worker, guint8 **ret_data)
{
    *ret_data = worker->current->data;
    return worker->current->buffer;
}
