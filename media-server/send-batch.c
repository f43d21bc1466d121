#include "send-batch.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

#define ARENA_BYTES (1024 * 1024)
#define PACKETS_MAX 2048
/* include/linux/udp.h, UDP_MAX_SEGMENTS: 64 until Linux 6.9. */
#define SEGMENTS_MAX 64
/* 65535 less the headers of UDP and IPv6. */
#define CALL_BYTES 65487
#define NO_PACKET  G_MAXUINT32

typedef struct {
    guint32 offset;
    guint32 length;
    guint32 next; /* of the same destination */
} Packet;

typedef struct {
    NetAddress to;
    guint32 first, last;
} Destination;

struct SendBatch {
    int fd;
    int family;
    gboolean segmentation;
    guint64 number; /* of the flush to come; starts at 1 so that a zeroed SendDestination is stale */
    gsize used;
    guint n_packets, n_destinations;
    SendBatchStatistics statistics;
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

void
send_batch_commit(SendBatch *batch, SendDestination *destination, const NetAddress *to, gsize length)
{
    guint32 index = batch->n_packets++;

    batch->packets[index] = (Packet){(guint32)batch->used, (guint32)length, NO_PACKET};
    batch->used += length;
    if (destination->batch != batch->number ||
        !net_address_equal(&batch->destinations[destination->index].to, to)) {
        *destination = (SendDestination){batch->number, batch->n_destinations};
        batch->destinations[batch->n_destinations++] = (Destination){*to, index, index};
        return;
    }
    Destination *known = &batch->destinations[destination->index];

    batch->packets[known->last].next = index;
    known->last = index;
}

/* TRUE if the kernel took it, or dropped it for a reason that is the network's; FALSE if it does not know
 * segmentation here. */
static gboolean
send_message(SendBatch *batch, struct msghdr *message, guint packets, gsize bytes)
{
    batch->statistics.calls++;
    if (sendmsg(batch->fd, message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
        batch->statistics.packets += packets;
        batch->statistics.bytes += bytes;
        return TRUE;
    }
    if (message->msg_control &&
        (errno == EIO || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOPROTOOPT || errno == EMSGSIZE))
        return FALSE;
    if (errno == EAGAIN || errno == ENOBUFS)
        batch->statistics.dropped += packets;
    else
        batch->statistics.refused += packets;
    return TRUE;
}

/* The packets from `first` on that can go in one call: all of the first one's size, the last may be smaller.
 */
static guint
gather(const SendBatch *batch, guint32 first, struct iovec *iov, gsize *ret_bytes, guint32 *ret_next)
{
    guint32 size = batch->packets[first].length;
    guint32 at = first;
    gsize bytes = 0;
    guint n = 0;

    while (at != NO_PACKET && n < SEGMENTS_MAX) {
        const Packet *packet = &batch->packets[at];

        if (packet->length > size || bytes + packet->length > CALL_BYTES)
            break;
        iov[n++] = (struct iovec){(void *)(batch->arena + packet->offset), packet->length};
        bytes += packet->length;
        at = packet->next;
        if (packet->length < size || !batch->segmentation)
            break;
    }
    *ret_bytes = bytes;
    *ret_next = at;
    return n;
}

static void
send_segmented(SendBatch *batch, struct sockaddr_storage *to, socklen_t to_length, struct iovec *iov, guint n,
               gsize bytes)
{
    union {
        char bytes[CMSG_SPACE(sizeof(guint16))];
        struct cmsghdr align;
    } control = {{0}};
    struct msghdr message = {.msg_name = to, .msg_namelen = to_length, .msg_iov = iov, .msg_iovlen = n};

    if (n > 1) {
        guint16 size = (guint16)iov[0].iov_len;

        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);

        header->cmsg_level = SOL_UDP;
        header->cmsg_type = UDP_SEGMENT;
        header->cmsg_len = CMSG_LEN(sizeof size);
        memcpy(CMSG_DATA(header), &size, sizeof size);
        if (send_message(batch, &message, n, bytes)) {
            batch->statistics.segmented += n;
            return;
        }
        batch->segmentation = FALSE;
        message.msg_control = NULL;
        message.msg_controllen = 0;
    }
    message.msg_iovlen = 1;
    for (guint i = 0; i < n; i++) {
        message.msg_iov = iov + i;
        send_message(batch, &message, 1, iov[i].iov_len);
    }
}

void
send_batch_flush(SendBatch *batch)
{
    for (guint i = 0; i < batch->n_destinations; i++) {
        const Destination *destination = &batch->destinations[i];
        struct sockaddr_storage to;
        socklen_t to_length = net_address_to_sockaddr(&destination->to, batch->family, &to);

        for (guint32 next = destination->first; to_length && next != NO_PACKET;) {
            struct iovec iov[SEGMENTS_MAX];
            gsize bytes;
            guint n = gather(batch, next, iov, &bytes, &next);

            send_segmented(batch, &to, to_length, iov, n, bytes);
        }
    }
    batch->n_packets = batch->n_destinations = 0;
    batch->used = 0;
    batch->number++;
}

void
send_batch_now(SendBatch *batch, const NetAddress *to, const guint8 *data, gsize length)
{
    struct sockaddr_storage address;
    socklen_t address_length = net_address_to_sockaddr(to, batch->family, &address);
    struct iovec iov = {(void *)data, length};
    struct msghdr message = {
        .msg_name = &address, .msg_namelen = address_length, .msg_iov = &iov, .msg_iovlen = 1};

    if (address_length)
        send_message(batch, &message, 1, length);
}
