/* relay-floor: the least that a relay of SRTP can do, and so the least that it can cost. It receives, opens,
 * and for each subscriber rewrites number and SSRC, seals and sends. No ICE, DTLS, RTCP, history, control:
 * those a real relay adds.
 *
 *   relay-floor SOCKET ADDRESS [--segment]
 *
 * --segment: the packets of one size that arrived together go to each subscriber in one call (UDP_SEGMENT).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "floor-protocol.h"
#include "floor-srtp.h"
#include "load-clock.h"

#define INBOX      32
#define PACKET_MAX 1600
#define ROOMS_MAX  1024
#define RTP_HEADER 12
#define BUFFER     (4 * 1024 * 1024)

typedef struct {
    FloorSrtp *srtp;
    struct sockaddr_in to;
    guint32 ssrc[2]; /* audio, video */
    guint32 sent[2]; /* packets: number and roll-over of the next */
} Subscriber;

typedef struct {
    FloorSrtp *srtp;
    guint8 video_type;
    guint32 highest[2]; /* extended numbers of what came */
    GArray *subscribers;
} Room;

typedef struct {
    guint8 header[RTP_HEADER];
    guint8 payload[PACKET_MAX];
    gsize length;
    gboolean video;
    Room *room;
} Opened;

typedef struct {
    int udp, control;
    gboolean segment;
    Room *rooms[ROOMS_MAX];
    Room *by_port[65536]; /* a publisher is known by its port: the clients are on one host */
    struct mmsghdr messages[INBOX];
    struct iovec iov[INBOX];
    struct sockaddr_in from[INBOX];
    guint8 bytes[INBOX][PACKET_MAX];
    Opened opened[INBOX];
    guint8 out[INBOX * PACKET_MAX];
} Floor;

static Room *
ensure_room(Floor *relay, guint32 number)
{
    if (!relay->rooms[number]) {
        relay->rooms[number] = g_new0(Room, 1);
        relay->rooms[number]->subscribers = g_array_new(FALSE, TRUE, sizeof(Subscriber));
    }
    return relay->rooms[number];
}

static void
add_peer(Floor *relay, const FloorPeer *peer)
{
    Room *room = ensure_room(relay, peer->room);

    if (peer->publishes) {
        room->srtp = floor_srtp_new(peer->key, FALSE);
        room->video_type = peer->video_type;
        relay->by_port[peer->port] = room;
        return;
    }
    Subscriber subscriber = {
        .srtp = floor_srtp_new(peer->key, TRUE),
        .to = {.sin_family = AF_INET,
               .sin_port = htons((guint16)peer->port),
               .sin_addr.s_addr = peer->address},
        .ssrc = {g_random_int(), g_random_int()},
    };
    g_array_append_val(room->subscribers, subscriber);
}

/* FALSE when the client has gone. */
static gboolean
read_control(Floor *relay)
{
    struct sockaddr_in local;
    socklen_t length = sizeof local;
    FloorAnswer answer = {0};
    FloorPeer peer;

    if (recv(relay->control, &peer, sizeof peer, 0) != sizeof peer)
        return FALSE;
    if (peer.room < ROOMS_MAX && peer.port < 65536 &&
        !getsockname(relay->udp, (struct sockaddr *)&local, &length)) {
        add_peer(relay, &peer);
        answer.port = ntohs(local.sin_port);
    }
    return send(relay->control, &answer, sizeof answer, MSG_NOSIGNAL) == sizeof answer;
}

static gboolean
open_packet(Room *room, const guint8 *bytes, gsize length, Opened *opened)
{
    if (!room || length < RTP_HEADER + FLOOR_TAG || bytes[0] != 0x80)
        return FALSE;
    opened->video = (bytes[1] & 0x7f) == room->video_type;

    guint32 *highest = &room->highest[opened->video];
    guint32 extended = *highest + (guint32)(gint32)(gint16)(load_read16(bytes + 2) - (guint16)*highest);
    FloorPacket packet = {bytes, RTP_HEADER, bytes + RTP_HEADER, length - RTP_HEADER, extended >> 16};

    if (!floor_srtp_open(room->srtp, &packet, opened->payload))
        return FALSE;
    *highest = MAX(*highest, extended);
    memcpy(opened->header, bytes, RTP_HEADER);
    opened->length = length - RTP_HEADER - FLOOR_TAG;
    opened->room = room;
    return TRUE;
}

static gsize
rewrite(Subscriber *subscriber, const Opened *opened, guint8 *out)
{
    guint8 header[RTP_HEADER];
    guint32 number = subscriber->sent[opened->video]++;
    FloorPacket packet = {header, RTP_HEADER, opened->payload, opened->length, number >> 16};

    memcpy(header, opened->header, RTP_HEADER);
    load_write16(header + 2, (guint16)number);
    load_write32(header + 8, subscriber->ssrc[opened->video]);
    return floor_srtp_seal(subscriber->srtp, &packet, out);
}

static void
forward_one_by_one(Floor *relay, const Opened *opened)
{
    GArray *subscribers = opened->room->subscribers;

    for (guint i = 0; i < subscribers->len; i++) {
        Subscriber *subscriber = &g_array_index(subscribers, Subscriber, i);
        gsize length = rewrite(subscriber, opened, relay->out);

        sendto(relay->udp, relay->out, length, MSG_DONTWAIT, (struct sockaddr *)&subscriber->to,
               sizeof subscriber->to);
    }
}

static void
send_segmented(Floor *relay, Subscriber *subscriber, gsize bytes, guint16 segment, guint n)
{
    union {
        char bytes[CMSG_SPACE(sizeof(guint16))];
        struct cmsghdr align;
    } control = {{0}};
    struct iovec iov = {relay->out, bytes};
    struct msghdr message = {
        .msg_name = &subscriber->to, .msg_namelen = sizeof subscriber->to, .msg_iov = &iov, .msg_iovlen = 1};

    if (n > 1) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);

        header->cmsg_level = SOL_UDP;
        header->cmsg_type = UDP_SEGMENT;
        header->cmsg_len = CMSG_LEN(sizeof segment);
        memcpy(CMSG_DATA(header), &segment, sizeof segment);
    }
    sendmsg(relay->udp, &message, MSG_DONTWAIT);
}

static void
forward_together(Floor *relay, const Opened *first, guint n)
{
    GArray *subscribers = first->room->subscribers;

    for (guint i = 0; i < subscribers->len; i++) {
        Subscriber *subscriber = &g_array_index(subscribers, Subscriber, i);
        gsize bytes = 0;

        for (guint k = 0; k < n; k++)
            bytes += rewrite(subscriber, first + k, relay->out + bytes);
        send_segmented(relay, subscriber, bytes, (guint16)(bytes / n), n);
    }
}

static void
forward(Floor *relay, guint n)
{
    for (guint i = 0, together; i < n; i += together) {
        const Opened *first = &relay->opened[i];

        together = 1;
        while (relay->segment && i + together < n && first[together].room == first->room &&
               first[together].length == first->length)
            together++;
        if (relay->segment)
            forward_together(relay, first, together);
        else
            forward_one_by_one(relay, first);
    }
}

static void
read_media(Floor *relay)
{
    guint n_opened = 0;
    int n;

    for (guint i = 0; i < INBOX; i++)
        relay->messages[i].msg_hdr.msg_namelen = sizeof relay->from[i];
    n = recvmmsg(relay->udp, relay->messages, INBOX, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++)
        n_opened += open_packet(relay->by_port[ntohs(relay->from[i].sin_port)], relay->bytes[i],
                                relay->messages[i].msg_len, &relay->opened[n_opened]);
    forward(relay, n_opened);
}

static gboolean
open_sockets(Floor *relay, const char *path, const char *address)
{
    struct sockaddr_in udp = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr(address)};
    struct sockaddr_un control = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), bytes = BUFFER;

    relay->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (setsockopt(relay->udp, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes))
        setsockopt(relay->udp, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    if (setsockopt(relay->udp, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes))
        setsockopt(relay->udp, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (g_strlcpy(control.sun_path, path, sizeof control.sun_path) >= sizeof control.sun_path ||
        bind(relay->udp, (struct sockaddr *)&udp, sizeof udp) ||
        bind(listener, (struct sockaddr *)&control, sizeof control) || listen(listener, 1))
        return FALSE;
    printf("relay-floor ready\n");
    fflush(stdout);
    relay->control = accept(listener, NULL, NULL);
    close(listener);
    return relay->control >= 0;
}

static void
run(Floor *relay)
{
    struct pollfd fds[] = {{relay->udp, POLLIN, 0}, {relay->control, POLLIN, 0}};

    for (guint i = 0; i < INBOX; i++) {
        relay->iov[i] = (struct iovec){relay->bytes[i], PACKET_MAX};
        relay->messages[i].msg_hdr.msg_iov = &relay->iov[i];
        relay->messages[i].msg_hdr.msg_iovlen = 1;
        relay->messages[i].msg_hdr.msg_name = &relay->from[i];
    }
    while (poll(fds, G_N_ELEMENTS(fds), -1) >= 0 || errno == EINTR) {
        if (fds[0].revents)
            read_media(relay);
        if (fds[1].revents && !read_control(relay))
            return;
    }
}

static void
free_floor(Floor *relay)
{
    for (guint i = 0; i < ROOMS_MAX; i++) {
        Room *room = relay->rooms[i];

        for (guint k = 0; room && k < room->subscribers->len; k++)
            floor_srtp_free(g_array_index(room->subscribers, Subscriber, k).srtp);
        if (room) {
            g_array_unref(room->subscribers);
            floor_srtp_free(room->srtp);
            g_free(room);
        }
    }
    close(relay->udp);
    close(relay->control);
    g_free(relay);
}

int
main(int argc, char **argv)
{
    Floor *relay;

    if (argc < 3) {
        g_printerr("usage: relay-floor SOCKET ADDRESS [--segment]\n");
        return 2;
    }
    relay = g_new0(Floor, 1);
    relay->segment = argc > 3 && !strcmp(argv[3], "--segment");
    if (!open_sockets(relay, argv[1], argv[2])) {
        g_printerr("relay-floor: %s\n", g_strerror(errno));
        return 1;
    }
    run(relay);
    free_floor(relay);
    return 0;
}
