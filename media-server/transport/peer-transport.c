#include "peer-transport.h"

#include <string.h>

#include "dtls-endpoint.h"
#include "ice-lite-agent.h"
#include "srtp-context.h"

#define SILENCE_US         (5 * G_USEC_PER_SEC)
/* A browser checks the pair that it uses every 2.5 s; later than this nobody is there. */
#define MOVE_US            (10 * G_USEC_PER_SEC)
/* What may be sent to an address without a check at once: a key frame and more. */
#define MOVE_CREDIT_MAX    (256 * 1024)
#define CONNECT_TIMEOUT_US (30 * G_USEC_PER_SEC)

struct PeerTransport {
    SrtpContext *protect; /* with the agent's selected pair behind it: what every packet sent touches */
    IceLiteAgent ice;
    const PeerTransportHandlers *handlers;
    gpointer user;
    PeerState state;
    char remote_ufrag[ICE_UFRAG_MAX + 1];
    char remote_password[ICE_PASSWORD_MAX + 1];
    DtlsEndpoint *dtls;
    NetAddress dtls_from; /* a pair that sent DTLS: where we answer before a pair is selected */
    NetAddress moved;     /* whence authentic media comes, without a check so far; family NONE = from the selected pair */
    gint64 moved_us, moved_credit;
    SrtpProfile profile;
    SrtpContext *unprotect;
    gint64 created_us;
    gint64 heard_us; /* the last authentic STUN or SRTP */
    gint64 renewed_us;
    gboolean released; /* the handshake's memory */
    PeerTransportStats stats;
};

const char *
peer_state_name(PeerState state)
{
    static const char *const names[] = { "connecting", "connected", "disconnected", "closed" };

    return names[state];
}

const char *
peer_reason_name(PeerReason reason)
{
    static const char *const names[] = {
        [PEER_REASON_NONE] = "none",
        [PEER_REASON_CONNECT_TIMEOUT] = "connect-timeout",
        [PEER_REASON_SILENT] = "silent",
        [PEER_REASON_CONSENT_EXPIRED] = "consent-expired",
        [PEER_REASON_CLOSED_BY_PEER] = "closed-by-peer",
        [PEER_REASON_CLOSED_LOCALLY] = "closed-locally",
        [PEER_REASON_FINGERPRINT_MISMATCH] = "fingerprint-mismatch",
        [PEER_REASON_NO_SRTP_PROFILE] = "no-srtp-profile",
        [PEER_REASON_DTLS_FAILED] = "dtls-failed",
    };

    return names[reason];
}

static void
set_state(PeerTransport *transport, PeerState state, PeerReason reason)
{
    if (transport->state == state || transport->state == PEER_CLOSED)
        return;
    transport->state = state;
    transport->handlers->state(transport->user, state, reason);
}

static void
send_dtls(gpointer user, const guint8 *datagram, gsize length)
{
    PeerTransport *transport = user;
    const NetAddress *to = transport->ice.selected ? &transport->ice.selected->address : &transport->dtls_from;

    /* `dtls_from` was a pair when it sent; a retransmission must not follow it after its consent expired. */
    if (ice_lite_agent_has_pair(&transport->ice, to))
        transport->handlers->send(transport->user, to, datagram, length);
}

PeerTransport *
peer_transport_new(const PeerTransportConfig *config, gint64 now_us, GError **error)
{
    g_autoptr(PeerTransport) transport = g_new0(PeerTransport, 1);

    transport->handlers = config->handlers;
    transport->user = config->user;
    transport->created_us = transport->heard_us = now_us;
    g_strlcpy(transport->remote_ufrag, config->remote_ufrag, sizeof transport->remote_ufrag);
    g_strlcpy(transport->remote_password, config->remote_password, sizeof transport->remote_password);
    ice_lite_agent_init(&transport->ice);
    transport->dtls = dtls_endpoint_new(config->identity, config->remote_fingerprint, send_dtls, transport, error);
    return transport->dtls ? g_steal_pointer(&transport) : NULL;
}

/* Forgets where the peer seemed to have moved, for it has a pair there now, or does not stay. */
static void
end_move(PeerTransport *transport)
{
    NetAddress moved = transport->moved;

    transport->moved.family = NET_FAMILY_NONE;
    if (moved.family != NET_FAMILY_NONE && !ice_lite_agent_has_pair(&transport->ice, &moved))
        transport->handlers->address(transport->user, &moved, FALSE);
}

void
peer_transport_free(PeerTransport *transport)
{
    if (!transport)
        return;
    end_move(transport);
    for (guint i = 0; i < ICE_PAIRS_MAX; i++)
        if (transport->ice.pairs[i].address.family != NET_FAMILY_NONE)
            transport->handlers->address(transport->user, &transport->ice.pairs[i].address, FALSE);
    dtls_endpoint_free(transport->dtls);
    srtp_context_free(transport->protect);
    srtp_context_free(transport->unprotect);
    g_free(transport);
}

guint64
peer_transport_key(const PeerTransport *transport)
{
    return transport->ice.key;
}

gboolean
peer_transport_peek_key(const guint8 *data, gsize length, guint64 *ret_key)
{
    return ice_lite_agent_peek_key(data, length, ret_key);
}

const char *
peer_transport_local_ufrag(const PeerTransport *transport)
{
    return transport->ice.current.ufrag;
}

const char *
peer_transport_local_password(const PeerTransport *transport)
{
    return transport->ice.current.password;
}

gboolean
peer_transport_restart_ice(PeerTransport *transport, const char *remote_ufrag, const char *remote_password, gint64 now_us)
{
    if (!strcmp(transport->remote_ufrag, remote_ufrag) && !strcmp(transport->remote_password, remote_password))
        return FALSE;
    g_strlcpy(transport->remote_ufrag, remote_ufrag, sizeof transport->remote_ufrag);
    g_strlcpy(transport->remote_password, remote_password, sizeof transport->remote_password);
    ice_lite_agent_restart(&transport->ice);
    return TRUE;
}

static void
connect_when_ready(PeerTransport *transport)
{
    if (transport->state == PEER_CONNECTING && transport->protect && transport->ice.selected)
        set_state(transport, PEER_CONNECTED, PEER_REASON_NONE);
}

static void
heard(PeerTransport *transport, gint64 now_us)
{
    transport->heard_us = now_us;
    if (transport->state == PEER_DISCONNECTED)
        set_state(transport, PEER_CONNECTED, PEER_REASON_NONE);
}

static void
receive_stun(PeerTransport *transport, const NetAddress *from, const guint8 *data, gsize length, gint64 now_us)
{
    IceOutcome outcome;

    ice_lite_agent_receive(&transport->ice, from, data, length, now_us, &outcome);
    if (outcome.removed.family != NET_FAMILY_NONE)
        transport->handlers->address(transport->user, &outcome.removed, FALSE);
    if (outcome.added && !net_address_equal(&transport->moved, from)) /* else it was told when the media came */
        transport->handlers->address(transport->user, from, TRUE);
    if (outcome.answer_length)
        transport->handlers->send(transport->user, from, outcome.answer, outcome.answer_length);
    if (outcome.verdict != ICE_CHECK_VALID) {
        transport->stats.stun_refused++;
        return;
    }
    transport->stats.stun_requests++;
    end_move(transport);
    transport->stats.address_changes += outcome.selected_changed && transport->state != PEER_CONNECTING;
    heard(transport, now_us);
    connect_when_ready(transport);
}

static void
apply_dtls_state(PeerTransport *transport)
{
    static const PeerReason reasons[] = {
        [DTLS_FAILURE_NONE] = PEER_REASON_DTLS_FAILED,
        [DTLS_FAILURE_FINGERPRINT] = PEER_REASON_FINGERPRINT_MISMATCH,
        [DTLS_FAILURE_NO_SRTP_PROFILE] = PEER_REASON_NO_SRTP_PROFILE,
        [DTLS_FAILURE_PROTOCOL] = PEER_REASON_DTLS_FAILED,
    };

    switch (dtls_endpoint_state(transport->dtls)) {
    case DTLS_ESTABLISHED:
        if (!transport->protect) {
            transport->profile = dtls_endpoint_export(transport->dtls, &transport->protect, &transport->unprotect);
            if (transport->profile == SRTP_PROFILE_NONE)
                set_state(transport, PEER_CLOSED, PEER_REASON_DTLS_FAILED);
        }
        connect_when_ready(transport);
        break;
    case DTLS_CLOSED_BY_PEER:
        set_state(transport, PEER_CLOSED, PEER_REASON_CLOSED_BY_PEER);
        break;
    case DTLS_FAILED:
        set_state(transport, PEER_CLOSED, reasons[dtls_endpoint_failure(transport->dtls)]);
        break;
    case DTLS_HANDSHAKING:
    case DTLS_CLOSED_LOCALLY:
        break;
    }
}

static void
receive_dtls(PeerTransport *transport, const NetAddress *from, const guint8 *data, gsize length, gint64 now_us)
{
    transport->stats.dtls_datagrams++;
    transport->dtls_from = *from;
    dtls_endpoint_receive(transport->dtls, data, length, now_us);
    apply_dtls_state(transport);
}

/* RFC 5761 section 4: packet types 192 to 223 are RTCP, everything else RTP. */
static gboolean
is_rtcp(const guint8 *data, gsize length)
{
    return length > 1 && data[1] >= 192 && data[1] <= 223;
}

/* Some stacks send no checks once they are connected (libnice as webrtcbin uses it). Once a second is enough for 30. */
static void
renew_consent(PeerTransport *transport, const NetAddress *from, gint64 now_us)
{
    if (now_us - transport->renewed_us < G_USEC_PER_SEC)
        return;
    transport->renewed_us = now_us;
    ice_lite_agent_heard(&transport->ice, from, now_us);
}

static void
deliver(PeerTransport *transport, guint8 *data, gsize length, gboolean rtcp, gint64 now_us)
{
    if (!transport->released) {
        transport->released = TRUE;
        dtls_endpoint_release(transport->dtls);
    }
    heard(transport, now_us);
    if (rtcp) {
        transport->stats.rtcp_packets++;
        transport->handlers->rtcp(transport->user, data, length, now_us);
    } else {
        transport->stats.rtp_packets++;
        transport->handlers->rtp(transport->user, data, length, now_us);
    }
}

/* Before the packet is delivered: what it causes to be sent goes to the new address. */
static void
note_move(PeerTransport *transport, const NetAddress *from, gsize length, gint64 now_us)
{
    if (!net_address_equal(&transport->moved, from)) {
        end_move(transport);
        transport->moved = *from;
        transport->moved_us = now_us;
        transport->moved_credit = 0;
        transport->stats.moves++;
        transport->handlers->address(transport->user, from, TRUE);
    }
    transport->moved_credit = MIN(transport->moved_credit + (gint64) length, MOVE_CREDIT_MAX);
}

static void
receive_srtp(PeerTransport *transport, const NetAddress *from, guint8 *data, gsize length, gboolean known, gint64 now_us)
{
    gboolean rtcp = is_rtcp(data, length);
    SrtpStatus status = SRTP_MALFORMED;
    gsize plain = 0;

    if (transport->unprotect)
        status = rtcp ? srtp_context_unprotect_rtcp(transport->unprotect, data, length, &plain)
                      : srtp_context_unprotect_rtp(transport->unprotect, data, length, &plain);
    if (status == SRTP_REPLAYED) {
        transport->stats.srtp_replayed++;
    } else if (status != SRTP_OK) {
        transport->stats.srtp_refused++;
    } else {
        if (!known)
            note_move(transport, from, length, now_us);
        else
            renew_consent(transport, from, now_us);
        if (known && transport->moved.family != NET_FAMILY_NONE)
            end_move(transport); /* the old path lives: somebody else repeats its packets, or they overtook each other */
        deliver(transport, data, plain, rtcp, now_us);
    }
}

/* Only while a call runs, only what looks like SRTP: everything else must wait for a check. */
static gboolean
may_have_moved(const PeerTransport *transport, const guint8 *data)
{
    return transport->ice.selected && transport->unprotect && data[0] >= 128 && data[0] <= 191;
}

void
peer_transport_receive(PeerTransport *transport, const NetAddress *from, guint8 *data, gsize length, gint64 now_us)
{
    if (transport->state == PEER_CLOSED || !length)
        return;

    /* RFC 7983 section 7. Everything but STUN must come from an address that has proved itself, or strangers could
     * make us do public-key operations and send certificates to third parties. */
    if (data[0] <= 3)
        receive_stun(transport, from, data, length, now_us);
    else if (!ice_lite_agent_has_pair(&transport->ice, from) && may_have_moved(transport, data))
        receive_srtp(transport, from, data, length, FALSE, now_us);
    else if (!ice_lite_agent_has_pair(&transport->ice, from))
        transport->stats.foreign++;
    else if (data[0] >= 20 && data[0] <= 63)
        receive_dtls(transport, from, data, length, now_us);
    else if (data[0] >= 128 && data[0] <= 191)
        receive_srtp(transport, from, data, length, TRUE, now_us);
    else
        transport->stats.foreign++;
}

static void
expire_pairs(PeerTransport *transport, gint64 now_us)
{
    NetAddress removed;
    gboolean had_selected = transport->ice.selected != NULL;

    if (transport->moved.family != NET_FAMILY_NONE && now_us - transport->moved_us >= MOVE_US)
        end_move(transport);
    while (ice_lite_agent_expire(&transport->ice, now_us, &removed))
        transport->handlers->address(transport->user, &removed, FALSE);
    if (had_selected && !transport->ice.selected)
        set_state(transport, PEER_CLOSED, PEER_REASON_CONSENT_EXPIRED);
}

void
peer_transport_poll(PeerTransport *transport, gint64 now_us)
{
    if (transport->state == PEER_CLOSED)
        return;
    dtls_endpoint_poll(transport->dtls, now_us);
    apply_dtls_state(transport);
    expire_pairs(transport, now_us);
    if (transport->state == PEER_CONNECTING && now_us - transport->created_us >= CONNECT_TIMEOUT_US)
        set_state(transport, PEER_CLOSED, PEER_REASON_CONNECT_TIMEOUT);
    if (transport->state == PEER_CONNECTED && now_us - transport->heard_us >= SILENCE_US)
        set_state(transport, PEER_DISCONNECTED, PEER_REASON_SILENT);
}

gint64
peer_transport_next_timeout(const PeerTransport *transport)
{
    if (transport->state == PEER_CLOSED)
        return G_MAXINT64;

    gint64 next = MIN(dtls_endpoint_next_timeout(transport->dtls), ice_lite_agent_next_timeout(&transport->ice));

    if (transport->state == PEER_CONNECTING)
        next = MIN(next, transport->created_us + CONNECT_TIMEOUT_US);
    if (transport->state == PEER_CONNECTED)
        next = MIN(next, transport->heard_us + SILENCE_US);
    if (transport->moved.family != NET_FAMILY_NONE)
        next = MIN(next, transport->moved_us + MOVE_US);
    return next;
}

gboolean
peer_transport_seal_rtp(PeerTransport *transport, guint8 *packet, gsize header_length, const guint8 *payload, gsize payload_length,
                        gsize capacity, gsize *ret_length)
{
    transport->moved_credit -= (gint64) (header_length + payload_length);
    return transport->protect && srtp_context_seal_rtp(transport->protect, packet, header_length, payload, payload_length, capacity,
                                                       ret_length) == SRTP_OK;
}

gboolean
peer_transport_protect_rtcp(PeerTransport *transport, guint8 *packet, gsize length, gsize capacity, gsize *ret_length)
{
    transport->moved_credit -= (gint64) length;
    return transport->protect && srtp_context_protect_rtcp(transport->protect, packet, length, capacity, ret_length) == SRTP_OK;
}

void
peer_transport_touches(const PeerTransport *transport, gconstpointer ret_touches[4])
{
    ret_touches[0] = transport;
    if (transport->protect)
        srtp_context_touches(transport->protect, ret_touches + 1);
}

const NetAddress *
peer_transport_remote(const PeerTransport *transport)
{
    if (transport->moved.family != NET_FAMILY_NONE && transport->moved_credit > 0)
        return &transport->moved;
    return transport->ice.selected ? &transport->ice.selected->address : NULL;
}

PeerState
peer_transport_state(const PeerTransport *transport)
{
    return transport->state;
}

SrtpProfile
peer_transport_profile(const PeerTransport *transport)
{
    return transport->profile;
}

const PeerTransportStats *
peer_transport_stats(const PeerTransport *transport)
{
    return &transport->stats;
}

void
peer_transport_close(PeerTransport *transport, gint64 now_us)
{
    if (transport->state == PEER_CLOSED)
        return;
    dtls_endpoint_close(transport->dtls);
    set_state(transport, PEER_CLOSED, PEER_REASON_CLOSED_LOCALLY);
}
