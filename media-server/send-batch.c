#include "send-batch.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

#define ARENA_BYTES (1024 * 1024)
#define PACKETS_MAX 2048
/* Of one sendmmsg(): the headers of so many fit the first level cache beside what they point to. */
#define MESSAGES_MAX 128
/* include/linux/udp.h, UDP_MAX_SEGMENTS: 64 until Linux 6.9. */
#define SEGMENTS_MAX 64
/* 65535 less the headers of UDP and IPv6. */
#define MESSAGE_BYTES 65487
#define NO_PACKET     G_MAXUINT32

typedef struct {
    guint32 offset;
    guint32 length;
    guint32 next; /* of the same destination */
} Packet;

typedef struct {
    struct sockaddr_in6 name;
    socklen_t name_length;
    guint32 first, last;
} Destination;

typedef union {
    char bytes[CMSG_SPACE(sizeof(guint16))];
    struct cmsghdr header;
} SegmentSize;

struct SendBatch {
    int fd;
    int family;
    gboolean segmentation;
    SendStreamFunc stream;
    gpointer stream_user;
    guint64 number; /* of the flush to come; starts at 1 so that a zeroed SendDestination is stale */
    gsize used;
    guint n_packets, n_destinations;
    guint n_messages, n_vectors; /* gathered for the next call */
    SendBatchStatistics statistics;
    struct mmsghdr messages[MESSAGES_MAX];
    guint segments[MESSAGES_MAX];
    SegmentSize sizes[MESSAGES_MAX];
    struct iovec vectors[PACKETS_MAX];
    Packet packets[PACKETS_MAX];
    Destination destinations[PACKETS_MAX];
    guint8 arena[ARENA_BYTES];
};

SendBatch *
send_batch_new(int fd, int family)
{
    SendBatch *batch = g_new0(SendBatch, 1);

    batch->fd = fd;
    batch->family = family;
    batch->segmentation = TRUE;
    batch->number = 1;
    return batch;
}

void
send_batch_free(SendBatch *batch)
{
    g_free(batch);
}

void
send_batch_set_stream(SendBatch *batch, SendStreamFunc func, gpointer user)
{
    batch->stream = func;
    batch->stream_user = user;
}

static void
send_to_stream(SendBatch *batch, const NetAddress *to, const guint8 *data, gsize length)
{
    if (!batch->stream)
        return;
    batch->statistics.packets++;
    batch->statistics.bytes += length;
    batch->stream(batch->stream_user, to, data, length);
}

const SendBatchStatistics *
send_batch_statistics(const SendBatch *batch)
{
    return &batch->statistics;
}

guint8 *
send_batch_reserve(SendBatch *batch, gsize capacity)
{
    if (batch->n_packets == PACKETS_MAX || capacity > ARENA_BYTES - batch->used)
        send_batch_flush(batch);
    return batch->arena + batch->used;
}

static void
name_destination(const SendBatch *batch, SendDestination *destination, const NetAddress *to)
{
    struct sockaddr_storage name;

    *destination = (SendDestination){.to = *to};
    destination->name_length = net_address_to_sockaddr(to, batch->family, &name);
    memcpy(&destination->name, &name, destination->name_length);
}

void
send_batch_commit(SendBatch *batch, SendDestination *destination, const NetAddress *to, gsize length)
{
    guint32 index;

    if (to->stream) {
        send_to_stream(batch, to, batch->arena + batch->used, length);
        return;
    }
    index = batch->n_packets++;
    batch->packets[index] = (Packet){(guint32)batch->used, (guint32)length, NO_PACKET};
    batch->used += length;
    if (!net_address_equal(&destination->to, to))
        name_destination(batch, destination, to);
    if (destination->batch != batch->number) {
        destination->batch = batch->number;
        destination->index = batch->n_destinations++;
        batch->destinations[destination->index] =
            (Destination){destination->name, destination->name_length, index, index};
        return;
    }
    Destination *known = &batch->destinations[destination->index];

    batch->packets[known->last].next = index;
    known->last = index;
}

/* --- sending --- */

static void
account(SendBatch *batch, const struct mmsghdr *message)
{
    guint segments = batch->segments[message - batch->messages];

    batch->statistics.messages++;
    batch->statistics.packets += segments;
    batch->statistics.bytes += message->msg_len;
    if (segments > 1)
        batch->statistics.segmented += segments;
}

static void
lose(SendBatch *batch, guint packets, int code)
{
    if (code == EAGAIN || code == ENOBUFS)
        batch->statistics.dropped += packets;
    else
        batch->statistics.refused += packets;
}

static void
send_one(SendBatch *batch, const void *name, socklen_t name_length, const guint8 *data, gsize length)
{
    batch->statistics.calls++;
    if (sendto(batch->fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL, name, name_length) < 0) {
        lose(batch, 1, errno);
        return;
    }
    batch->statistics.messages++;
    batch->statistics.packets++;
    batch->statistics.bytes += length;
}

/* Segments longer than this destination's path takes: they may still go alone, in fragments. */
static gboolean
means_no_segments_here(int code)
{
    return code == EINVAL || code == EMSGSIZE;
}

/* The device computes no checksums, or the kernel is older than segmentation. */
static gboolean
means_no_segmentation(int code)
{
    return code == EIO || code == EOPNOTSUPP || code == ENOPROTOOPT;
}

static void
send_in_pieces(SendBatch *batch, const struct msghdr *message)
{
    guint16 size;

    memcpy(&size, CMSG_DATA(CMSG_FIRSTHDR(message)), sizeof size);
    for (gsize i = 0; i < message->msg_iovlen; i++) {
        const struct iovec *vector = &message->msg_iov[i];

        for (gsize at = 0; at < vector->iov_len; at += size)
            send_one(batch, message->msg_name, message->msg_namelen, (guint8 *)vector->iov_base + at,
                     MIN(size, vector->iov_len - at));
    }
}

static void
send_messages(SendBatch *batch)
{
    for (guint at = 0; at < batch->n_messages;) {
        struct mmsghdr *next = &batch->messages[at];
        int n = sendmmsg(batch->fd, next, batch->n_messages - at, MSG_DONTWAIT | MSG_NOSIGNAL);

        batch->statistics.calls++;
        for (int i = 0; i < n; i++)
            account(batch, next + i);
        at += (guint)MAX(n, 1);
        if (n > 0) /* the error of a later message is told when that is the first */
            continue;
        int code = errno;

        if (means_no_segmentation(code))
            batch->segmentation = FALSE;
        if (next->msg_hdr.msg_control && (means_no_segmentation(code) || means_no_segments_here(code)))
            send_in_pieces(batch, &next->msg_hdr);
        else
            lose(batch, batch->segments[next - batch->messages], code);
    }
    batch->n_messages = batch->n_vectors = 0;
}

/* Adds a packet to the message's vectors. Packets that lie one behind the other are one vector. */
static void
add_vector(SendBatch *batch, struct msghdr *message, const Packet *packet)
{
    guint8 *data = batch->arena + packet->offset;
    struct iovec *last = message->msg_iovlen ? &message->msg_iov[message->msg_iovlen - 1] : NULL;

    if (last && (guint8 *)last->iov_base + last->iov_len == data) {
        last->iov_len += packet->length;
        return;
    }
    message->msg_iov[message->msg_iovlen++] = (struct iovec){data, packet->length};
    batch->n_vectors++;
}

static void
set_segment_size(struct msghdr *message, SegmentSize *control, guint16 size)
{
    message->msg_control = control->bytes;
    message->msg_controllen = sizeof control->bytes;
    control->header.cmsg_level = SOL_UDP;
    control->header.cmsg_type = UDP_SEGMENT;
    control->header.cmsg_len = CMSG_LEN(sizeof size);
    memcpy(CMSG_DATA(&control->header), &size, sizeof size);
}

/* One message with the packets from `first` on that can go in it: all of the first one's size, the last may
 * be smaller. Returns the packet that is next. */
static guint32
gather(SendBatch *batch, Destination *destination, guint32 first)
{
    guint index = batch->n_messages++;
    struct msghdr *message = &batch->messages[index].msg_hdr;
    guint32 size = batch->packets[first].length;
    guint32 at = first;
    gsize bytes = 0;
    guint n = 0;

    *message = (struct msghdr){
        .msg_name = &destination->name,
        .msg_namelen = destination->name_length,
        .msg_iov = batch->vectors + batch->n_vectors,
    };
    while (at != NO_PACKET && n < SEGMENTS_MAX) {
        const Packet *packet = &batch->packets[at];

        if (packet->length > size || bytes + packet->length > MESSAGE_BYTES)
            break;
        add_vector(batch, message, packet);
        bytes += packet->length;
        at = packet->next;
        n++;
        if (packet->length < size || !batch->segmentation)
            break;
    }
    if (n > 1)
        set_segment_size(message, &batch->sizes[index], (guint16)size);
    batch->segments[index] = n;
    return at;
}

void
send_batch_flush(SendBatch *batch)
{
    for (guint i = 0; i < batch->n_destinations; i++) {
        Destination *destination = &batch->destinations[i];

        for (guint32 next = destination->first; destination->name_length && next != NO_PACKET;) {
            if (batch->n_messages == MESSAGES_MAX)
                send_messages(batch);
            next = gather(batch, destination, next);
        }
    }
    if (batch->n_messages)
        send_messages(batch);
    batch->n_packets = batch->n_destinations = 0;
    batch->used = 0;
    batch->number++;
}

void
send_batch_now(SendBatch *batch, const NetAddress *to, const guint8 *data, gsize length)
{
    struct sockaddr_storage name;
    socklen_t name_length = net_address_to_sockaddr(to, batch->family, &name);

    if (to->stream)
        send_to_stream(batch, to, data, length);
    else if (name_length)
        send_one(batch, &name, name_length, data, length);
}
