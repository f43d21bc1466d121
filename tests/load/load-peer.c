#include "load-peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <openssl/rand.h>
#include <string.h>
#include <unistd.h>

#include "load-clock.h"
#include "load-publisher.h"
#include "load-stun.h"

#define CHECK_US   (50 * G_TIME_SPAN_MILLISECOND)
#define CONSENT_US (2500 * G_TIME_SPAN_MILLISECOND) /* half of RFC 7675's 5 s: what browsers do */
#define REPORT_US  LOAD_SECOND
/* 0.3 s of the stream: more than the time for which we do not look. */
#define RECEIVE_BUFFER (1024 * 1024)
/* RFC 8445 section 5.1.2: a peer-reflexive candidate of component 1. */
#define PRIORITY 1862270975u

enum {
    RTCP_TRANSPORT_FEEDBACK = 205,
    RTCP_PAYLOAD_FEEDBACK = 206,
    FEEDBACK_NACK = 1,
    FEEDBACK_PLI = 1,
    FEEDBACK_FIR = 4
};

static void
random_text(char *out, gsize length)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    RAND_bytes((guint8 *)out, (int)length);
    for (gsize i = 0; i < length; i++)
        out[i] = alphabet[out[i] & 63];
    out[length] = '\0';
}

static int
open_socket(const char *address, guint16 *ret_port, GError **error)
{
    struct sockaddr_in local = {.sin_family = AF_INET};
    socklen_t length = sizeof local;
    int bytes = RECEIVE_BUFFER, fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || inet_pton(AF_INET, address, &local.sin_addr) != 1 ||
        bind(fd, (struct sockaddr *)&local, length) || getsockname(fd, (struct sockaddr *)&local, &length)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "no UDP socket on %s: %s", address,
                    g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes))
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    *ret_port = ntohs(local.sin_port);
    return fd;
}

LoadPeer *
load_peer_new(LoadDtlsIdentity *identity, const char *address, guint index, GError **error)
{
    LoadPeer *peer = g_new0(LoadPeer, 1);

    peer->fd = open_socket(address, &peer->port, error);
    if (peer->fd < 0) {
        g_free(peer);
        return NULL;
    }
    peer->index = index;
    peer->address = address;
    peer->identity = identity;
    peer->report_ssrc = g_random_int();
    random_text(peer->ufrag, sizeof peer->ufrag - 1);
    random_text(peer->password, sizeof peer->password - 1);
    return peer;
}

void
load_peer_free(LoadPeer *peer)
{
    if (!peer)
        return;
    close(peer->fd);
    load_dtls_free(peer->dtls);
    if (peer->out)
        srtp_dealloc(peer->out);
    if (peer->in)
        srtp_dealloc(peer->in);
    g_free(peer);
}

void
load_inbox_init(LoadInbox *inbox)
{
    memset(inbox->messages, 0, sizeof inbox->messages);
    for (guint i = 0; i < LOAD_INBOX; i++) {
        inbox->iov[i] = (struct iovec){inbox->bytes[i], sizeof inbox->bytes[i]};
        inbox->messages[i].msg_hdr.msg_iov = &inbox->iov[i];
        inbox->messages[i].msg_hdr.msg_iovlen = 1;
        inbox->messages[i].msg_hdr.msg_name = &inbox->from[i];
    }
}

static void
send_to(const LoadPeer *peer, const struct sockaddr_in *to, const void *data, gsize length)
{
    if (sendto(peer->fd, data, length, MSG_NOSIGNAL, (const struct sockaddr *)to, sizeof *to) < 0)
        g_debug("peer %u: %s", peer->index, g_strerror(errno)); /* UDP: as if lost on the way */
}

static void
send_dtls(const guint8 *record, gsize length, gpointer user)
{
    LoadPeer *peer = user;

    send_to(peer, &peer->to, record, length);
}

/* ---- ICE ---- */

void
load_peer_set_remote(LoadPeer *peer, const LoadRemote *remote)
{
    peer->remote = *remote;
    peer->has_remote = TRUE;
    peer->next_check_us = 0;
    RAND_bytes(peer->transaction, sizeof peer->transaction);
    peer->dtls = load_dtls_new(peer->identity, remote->we_start_dtls, send_dtls, peer);
}

void
load_peer_set_bare(LoadPeer *peer, const struct sockaddr_in *to, srtp_t out, srtp_t in,
                   const LoadRemote *remote)
{
    peer->bare = peer->ready = peer->selected = TRUE;
    peer->to = *to;
    peer->out = out;
    peer->in = in;
    peer->remote = *remote;
}

static void
send_check(LoadPeer *peer, const struct sockaddr_in *to)
{
    g_autofree char *username = g_strdup_printf("%s:%s", peer->remote.ufrag, peer->ufrag);
    LoadStunCheck check = {.username = username,
                           .password = peer->remote.password,
                           .priority = PRIORITY,
                           .tie_breaker = (guint64)peer->report_ssrc << 32 | peer->index,
                           .controlling = peer->remote.controlling};
    guint8 message[LOAD_STUN_MAX];

    send_to(peer, to, message, load_stun_write_check(message, peer->transaction, &check));
}

static void
select_address(LoadPeer *peer, const struct sockaddr_in *address)
{
    peer->to = *address;
    peer->selected = TRUE;
    /* Not all in the same millisecond. */
    peer->next_check_us =
        load_now_us() + CONSENT_US / 2 + (peer->index * 7919 % 1250) * G_TIME_SPAN_MILLISECOND;
    if (peer->remote.we_start_dtls)
        load_dtls_start(peer->dtls);
}

static void
read_stun(LoadPeer *peer, const guint8 *message, gsize length, const struct sockaddr_in *from)
{
    gboolean request = length > 1 && message[0] == 0 && message[1] == 1, use_candidate;
    const char *password = request ? peer->password : peer->remote.password;
    guint8 answer[LOAD_STUN_MAX];
    const guint8 *transaction;

    switch (load_stun_read(message, length, password, &transaction, &use_candidate)) {
    case LOAD_STUN_REQUEST:
        send_to(peer, from, answer, load_stun_write_success(answer, transaction, from, peer->password));
        if (!peer->selected && peer->has_remote && !peer->remote.controlling && use_candidate)
            select_address(peer, from);
        break;
    case LOAD_STUN_SUCCESS:
        if (!peer->selected && peer->remote.controlling &&
            !memcmp(transaction, peer->transaction, sizeof peer->transaction))
            select_address(peer, from);
        break;
    default:
        break;
    }
}

static void
check(LoadPeer *peer, gint64 now_us)
{
    if (now_us < peer->next_check_us)
        return;
    RAND_bytes(peer->transaction + 4, 8);
    if (peer->selected) {
        peer->next_check_us = now_us + CONSENT_US;
        send_check(peer, &peer->to);
        return;
    }
    peer->next_check_us = now_us + CHECK_US;
    for (guint i = 0; i < peer->remote.n_candidates; i++)
        send_check(peer, &peer->remote.candidates[i]);
}

/* ---- media ---- */

static LoadAccount *
find_account(LoadPeer *peer, const guint8 *packet, gint64 now_us)
{
    guint32 ssrc = load_read32(packet + 8);
    guint8 type = packet[1] & 0x7f;

    for (guint i = 0; i < peer->n_accounts; i++)
        if (peer->accounts[i].ssrc == ssrc)
            return &peer->accounts[i];
    if (peer->n_accounts == LOAD_STREAMS_MAX ||
        (type != peer->remote.video_type && type != peer->remote.audio_type)) {
        peer->foreign_streams++;
        return NULL;
    }
    LoadAccount *account = &peer->accounts[peer->n_accounts++];

    load_account_begin(account, ssrc, type == peer->remote.video_type, load_read16(packet + 2));
    if (!peer->first_packet_us)
        peer->first_packet_us = now_us;
    return account;
}

/* RFC 3550 section 5.1; 0 when there is no room for our counter behind the header. */
static gsize
payload_at(const guint8 *packet, gsize length)
{
    gsize at = 12 + 4 * (gsize)(packet[0] & 0x0f);

    if (packet[0] & 0x10) {
        if (at + 4 > length)
            return 0;
        at += 4 + 4 * (gsize)load_read16(packet + at + 2);
    }
    return at + LOAD_COUNTER_AT + 4 <= length ? at : 0;
}

static void
read_rtp(LoadPeer *peer, guint8 *packet, gsize length, gint64 now_us)
{
    LoadAccount *account = length >= 12 && peer->in ? find_account(peer, packet, now_us) : NULL;
    int plain = (int)length;
    gsize at;

    if (!account)
        return;
    load_account_packet(account, load_read16(packet + 2));
    gboolean awaits_picture = account->video && !peer->first_picture_us;

    if (!awaits_picture && !load_account_wants_authentication(account))
        return;
    if (srtp_unprotect(peer->in, packet, &plain) != srtp_err_status_ok ||
        !(at = payload_at(packet, (gsize)plain))) {
        account->refused++;
        return;
    }
    load_account_authenticated(account, load_read16(packet + 2), load_read32(packet + at + LOAD_COUNTER_AT));
    if (awaits_picture && load_publisher_starts_key_frame(packet + at))
        peer->first_picture_us = now_us;
}

static void
read_rtcp(LoadPeer *peer, guint8 *packet, gsize length)
{
    int plain = (int)length;

    peer->rtcp_received++;
    if (!peer->in || srtp_unprotect_rtcp(peer->in, packet, &plain) != srtp_err_status_ok)
        return;
    for (gsize at = 0; at + 4 <= (gsize)plain; at += 4 + 4 * (gsize)load_read16(packet + at + 2)) {
        guint8 format = packet[at] & 0x1f, type = packet[at + 1];

        if (type == RTCP_PAYLOAD_FEEDBACK && (format == FEEDBACK_PLI || format == FEEDBACK_FIR)) {
            peer->key_frame_wanted = TRUE;
            peer->key_frame_requests++;
        }
        peer->nacked += type == RTCP_TRANSPORT_FEEDBACK && format == FEEDBACK_NACK;
    }
}

static void
read_dtls(LoadPeer *peer, const guint8 *datagram, gsize length)
{
    gboolean failed = FALSE;

    if (peer->dtls && load_dtls_receive(peer->dtls, datagram, length, &failed)) {
        peer->ready = load_dtls_make_srtp(peer->dtls, &peer->out, &peer->in);
        peer->ready_us = load_now_us();
        failed = !peer->ready;
    }
    peer->failed |= failed;
}

/* RFC 7983 and RFC 5761: the first bytes tell. */
static void
read_datagram(LoadPeer *peer, guint8 *datagram, gsize length, const struct sockaddr_in *from, gint64 now_us)
{
    if (length < 8)
        return;
    if (datagram[0] < 4)
        read_stun(peer, datagram, length, from);
    else if (datagram[0] >= 20 && datagram[0] < 64)
        read_dtls(peer, datagram, length);
    else if (datagram[0] >= 128 && datagram[0] < 192 && datagram[1] >= 192 && datagram[1] < 224)
        read_rtcp(peer, datagram, length);
    else if (datagram[0] >= 128 && datagram[0] < 192)
        read_rtp(peer, datagram, length, now_us);
}

void
load_peer_read(LoadPeer *peer, LoadInbox *inbox, gint64 now_us)
{
    int n;

    do {
        for (guint i = 0; i < LOAD_INBOX; i++)
            inbox->messages[i].msg_hdr.msg_namelen = sizeof inbox->from[i];
        n = recvmmsg(peer->fd, inbox->messages, LOAD_INBOX, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++)
            read_datagram(peer, inbox->bytes[i], inbox->messages[i].msg_len, &inbox->from[i], now_us);
    } while (n == LOAD_INBOX);
}

void
load_peer_send_rtp(LoadPeer *peer, guint8 packets[][LOAD_PACKET_MAX], const guint *lengths, guint n)
{
    struct mmsghdr messages[LOAD_INBOX] = {0};
    struct iovec iov[LOAD_INBOX];

    g_return_if_fail(n <= LOAD_INBOX);
    for (guint i = 0; i < n; i++) {
        int length = (int)lengths[i];

        if (srtp_protect(peer->out, packets[i], &length) != srtp_err_status_ok)
            g_error("libsrtp cannot protect a packet of %u bytes", lengths[i]);
        iov[i] = (struct iovec){packets[i], (gsize)length};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &peer->to, .msg_namelen = sizeof peer->to, .msg_iov = &iov[i], .msg_iovlen = 1};
    }
    for (guint sent = 0; sent < n;) {
        int now = sendmmsg(peer->fd, messages + sent, n - sent, MSG_NOSIGNAL);

        sent += now > 0 ? (guint)now : 1;
    }
}

void
load_peer_send_rtcp(LoadPeer *peer, guint8 *packet, gsize length)
{
    int protected = (int)length;

    if (peer->out && srtp_protect_rtcp(peer->out, packet, &protected) == srtp_err_status_ok)
        send_to(peer, &peer->to, packet, (gsize) protected);
}

/* RFC 3550 section 6.4.2; no loss, whatever happened: we look at the relay's cost, not at its mercy. */
static void
send_receiver_report(LoadPeer *peer)
{
    guint8 packet[LOAD_PACKET_MAX] = {0};
    gsize length = 8 + 24 * (gsize)peer->n_accounts;

    packet[0] = (guint8)(0x80 | peer->n_accounts);
    packet[1] = 201;
    load_write16(packet + 2, (guint16)(length / 4 - 1));
    load_write32(packet + 4, peer->report_ssrc);
    for (guint i = 0; i < peer->n_accounts; i++) {
        load_write32(packet + 8 + 24 * i, peer->accounts[i].ssrc);
        load_write32(packet + 16 + 24 * i, peer->accounts[i].highest - 65536);
    }
    load_peer_send_rtcp(peer, packet, length);
}

void
load_peer_tick(LoadPeer *peer, gint64 now_us)
{
    if (peer->bare || !peer->has_remote)
        return;
    check(peer, now_us);
    if (peer->selected && !peer->ready)
        load_dtls_tick(peer->dtls);
    if (!peer->n_accounts || now_us < peer->next_report_us)
        return;
    if (peer->next_report_us)
        send_receiver_report(peer);
    peer->next_report_us =
        now_us + (peer->next_report_us ? REPORT_US : (peer->index * 7919 % 1000) * G_TIME_SPAN_MILLISECOND);
}
