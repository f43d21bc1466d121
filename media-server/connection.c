#include "connection-private.h"

#include "room.h"
#include "uuid7.h"

/* Where nothing is known of the round trip, a mobile one: asking again sooner would ask twice for what is
 * under way. */
#define RTT_UNKNOWN_US (100 * G_TIME_SPAN_MILLISECOND)
/* Two 64 bit transports' keys collide once in 2^24 connections of 1000 live ones. */
#define KEY_ATTEMPTS 4

/* --- RtcLink --- */

static guint8 *
link_reserve(RtcLink *link)
{
    Connection *connection = (Connection *)link;

    if (connection->state != PEER_CONNECTED && connection->state != PEER_DISCONNECTED)
        return NULL;
    if (!peer_transport_remote(connection->transport))
        return NULL;
    connection->reserved = send_batch_reserve(worker_batch(connection->worker), RTC_LINK_PACKET_MAX);
    return connection->reserved;
}

static void
commit(Connection *connection, gsize length)
{
    rate_meter_add(&connection->out, length, *connection->link.now_us);
    send_batch_commit(worker_batch(connection->worker), &connection->destination,
                      peer_transport_remote(connection->transport), length);
}

static void
link_send_rtp(RtcLink *link, gsize header_length, const guint8 *payload, gsize payload_length)
{
    Connection *connection = (Connection *)link;
    gsize length;

    if (peer_transport_seal_rtp(connection->transport, connection->reserved, header_length, payload,
                                payload_length, RTC_LINK_PACKET_MAX, &length))
        commit(connection, length);
}

static void
link_send_rtcp(RtcLink *link, gsize length)
{
    Connection *connection = (Connection *)link;

    if (peer_transport_protect_rtcp(connection->transport, connection->reserved, length, RTC_LINK_PACKET_MAX,
                                    &length))
        commit(connection, length);
}

static void
link_wake(RtcLink *link)
{
    Connection *connection = (Connection *)link;

    worker_wake(connection->worker, connection);
}

/* --- PeerTransportHandlers --- */

static void
on_send(gpointer user, const NetAddress *to, const guint8 *data, gsize length)
{
    Connection *connection = user;

    rate_meter_add(&connection->out, length, *connection->link.now_us);
    send_batch_now(worker_batch(connection->worker), to, data, length);
}

static void
on_rtp(gpointer user, guint8 *packet, gsize length, gint64 now_us)
{
    Connection *connection = user;
    guint8 *data;
    GstBuffer *buffer = worker_current_buffer(connection->worker, &data);

    g_return_if_fail(packet == data);
    if (connection->src)
        ytk_rtc_src_rtp(connection->src, buffer, packet, length);
}

static void
on_rtcp(gpointer user, guint8 *packet, gsize length, gint64 now_us)
{
    Connection *connection = user;

    if (connection->src)
        ytk_rtc_src_rtcp(connection->src, packet, length);
    if (connection->subscriber)
        rtc_subscriber_rtcp(connection->subscriber, packet, length);
}

static void
on_state(gpointer user, PeerState state, PeerReason reason)
{
    Connection *connection = user;

    connection->state = state;
    connection->reason = connection->close_reason ? connection->close_reason : peer_reason_name(reason);
    peer_transport_touches(connection->transport, connection->link.touches);
    worker_wake(connection->worker, connection);
    room_connection_state(connection->room, connection);
}

static void
on_address(gpointer user, const NetAddress *address, gboolean valid)
{
    Connection *connection = user;

    worker_address(connection->worker, connection, address, valid);
}

static const PeerTransportHandlers transport_handlers = {on_send, on_rtp, on_rtcp, on_state, on_address};

/* --- its life --- */

static gboolean
make_transport(Connection *connection, GError **error)
{
    const SdpNegotiation *negotiation = connection->negotiation;
    PeerTransportConfig config = {
        .identity = worker_identity(connection->worker),
        .remote_ufrag = negotiation->remote_ufrag,
        .remote_password = negotiation->remote_password,
        .remote_fingerprint = negotiation->remote_fingerprint,
        .handlers = &transport_handlers,
        .user = connection,
    };

    for (guint i = 0; i < KEY_ATTEMPTS; i++) {
        g_clear_pointer(&connection->transport, peer_transport_free);
        connection->transport = peer_transport_new(&config, *connection->link.now_us, error);
        if (!connection->transport)
            return FALSE;
        connection->key = peer_transport_key(connection->transport);
        if (worker_add_connection(connection->worker, connection, connection->key))
            return TRUE;
    }
    g_set_error_literal(error, DTLS_ERROR, DTLS_ERROR_LIBRARY, "the random numbers repeat");
    return FALSE;
}

Connection *
connection_new(Worker *worker, Room *room, const ConnectionConfig *config, char **ret_answer, GError **error)
{
    Connection *connection = g_new0(Connection, 1);
    SdpSlotSource sources[SDP_LINES_MAX] = {0};
    char names[SDP_LINES_MAX][16];
    SdpAnswerParameters answer = {.session_version = 1, .slots = sources};

    connection->link = (RtcLink){
        .now_us = worker_now_us(worker),
        .reserve = link_reserve,
        .send_rtp = link_send_rtp,
        .send_rtcp = link_send_rtcp,
        .wake = link_wake,
    };
    connection->worker = worker;
    connection->room = room;
    connection->id = uuid7_new(worker_clock(worker));
    connection->participant = g_strdup(config->participant);
    connection->publish = config->publish;
    connection->order = config->order;
    connection->inner = config->inner;
    connection->negotiation = config->negotiation;
    connection->reason = peer_reason_name(PEER_REASON_NONE);
    connection->session_id = (guint64)g_random_int() << 31 | g_random_int();
    if (!make_transport(connection, error)) {
        connection_free(connection);
        return NULL;
    }
    connection_make_source(connection);
    connection_make_slots(connection, sources, names);

    answer.session_id = connection->session_id & G_MAXINT64;
    answer.ufrag = peer_transport_local_ufrag(connection->transport);
    answer.password = peer_transport_local_password(connection->transport);
    answer.fingerprint = dtls_identity_fingerprint(worker_identity(worker));
    answer.candidates = worker_candidates(worker, &answer.n_candidates);
    *ret_answer = sdp_answer_build(connection->negotiation, &answer);
    connection_keep_lines(connection);
    return connection;
}

void
connection_free(Connection *connection)
{
    if (!connection)
        return;
    if (connection->src)
        ytk_rtc_src_disconnect(connection->src);
    peer_transport_free(connection->transport);
    worker_remove_connection(connection->worker, connection, connection->key);
    g_clear_object(&connection->src);
    rtc_subscriber_free(connection->subscriber);
    g_clear_pointer(&connection->negotiation, sdp_negotiation_free);
    for (guint i = 0; i < connection->n_lines; i++) {
        g_free(connection->lines[i].mid);
        g_free(connection->lines[i].fmtp);
    }
    g_free(connection->lines);
    g_free(connection->participant);
    g_free(connection->id);
    g_free(connection);
}

void
connection_close(Connection *connection, const char *reason)
{
    if (connection->state == PEER_CLOSED)
        return;
    connection->close_reason = reason;
    peer_transport_close(connection->transport, *connection->link.now_us);
    worker_wake(connection->worker, connection);
}

void
connection_restart_ice(Connection *connection, const char *ufrag, const char *password, char **ret_fragment)
{
    const Line *line = &connection->lines[connection->first_accepted];
    const SdpCandidate *candidates;
    guint n;

    *ret_fragment = NULL;
    if (!peer_transport_restart_ice(connection->transport, ufrag, password, *connection->link.now_us))
        return;
    candidates = worker_candidates(connection->worker, &n);
    *ret_fragment = sdp_fragment_build(peer_transport_local_ufrag(connection->transport),
                                       peer_transport_local_password(connection->transport), line->mid,
                                       line->kind, candidates, n);
    worker_wake(connection->worker, connection);
}

void
connection_want_key_frames(Connection *connection)
{
    if (!connection->subscriber || connection->state != PEER_CONNECTED)
        return;
    for (guint i = 0; i < rtc_subscriber_slot_count(connection->subscriber); i++)
        if (connection_slot_is_video(connection, i))
            rtc_slot_want_key_frame(rtc_subscriber_slot(connection->subscriber, i));
}

/* --- the worker's side --- */

void
connection_receive(Connection *connection, const NetAddress *from, guint8 *data, gsize length)
{
    if (connection->state == PEER_CLOSED)
        return;
    rate_meter_add(&connection->in, length, *connection->link.now_us);
    peer_transport_receive(connection->transport, from, data, length, *connection->link.now_us);
}

static gint64
round_trip_us(const Connection *connection)
{
    gint64 rtt_us = connection->subscriber ? rtc_subscriber_rtt_us(connection->subscriber) : 0;

    return rtt_us ? rtt_us : RTT_UNKNOWN_US;
}

gint64
connection_settle(Connection *connection)
{
    gint64 now_us = *connection->link.now_us;
    gint64 rtt_us = round_trip_us(connection);

    if (now_us >= peer_transport_next_timeout(connection->transport))
        peer_transport_poll(connection->transport, now_us);
    connection->due_us = peer_transport_next_timeout(connection->transport);
    if (connection->src && (connection->state == PEER_CONNECTED || connection->state == PEER_DISCONNECTED)) {
        if (now_us >= ytk_rtc_src_next_timeout(connection->src, rtt_us))
            ytk_rtc_src_poll(connection->src, rtt_us);
        /* What could not be sent now is tried again after a while, not at once. */
        connection->due_us =
            MIN(connection->due_us, MAX(ytk_rtc_src_next_timeout(connection->src, rtt_us), now_us + 5000));
    }
    if (connection->subscriber) {
        rtc_subscriber_poll(connection->subscriber);
        connection->due_us = MIN(connection->due_us, rtc_subscriber_next_timeout(connection->subscriber));
    }
    return connection->due_us;
}

gint64
connection_due_us(const Connection *connection)
{
    return connection->due_us;
}

gboolean
connection_set_awake(Connection *connection, gboolean awake)
{
    gboolean changed = connection->awake != awake;

    connection->awake = awake;
    return changed;
}

gboolean
connection_is_over(const Connection *connection)
{
    return connection->state == PEER_CLOSED;
}

/* --- what the room asks --- */

const char *
connection_id(const Connection *connection)
{
    return connection->id;
}

const char *
connection_participant(const Connection *connection)
{
    return connection->participant;
}

Room *
connection_room(const Connection *connection)
{
    return connection->room;
}

guint
connection_order(const Connection *connection)
{
    return connection->order;
}

gboolean
connection_is_inner(const Connection *connection)
{
    return connection->inner;
}

PeerState
connection_state(const Connection *connection)
{
    return connection->state;
}

const char *
connection_reason(const Connection *connection)
{
    return connection->reason;
}

const char *
connection_srtp(const Connection *connection)
{
    return srtp_profile_name(peer_transport_profile(connection->transport));
}

const PeerTransportStats *
connection_transport_stats(const Connection *connection)
{
    return peer_transport_stats(connection->transport);
}

YtkRtcSrc *
connection_src(const Connection *connection)
{
    return connection->src;
}

RtcSubscriber *
connection_subscriber(const Connection *connection)
{
    return connection->subscriber;
}

const char *
connection_slot_mid(const Connection *connection, guint slot)
{
    return connection->lines[connection->slot_lines[slot]].mid;
}

gboolean
connection_slot_is_video(const Connection *connection, guint slot)
{
    return connection->lines[connection->slot_lines[slot]].kind == SDP_KIND_VIDEO;
}

guint
connection_track_ordinal(const Connection *connection, guint track)
{
    return connection->tracks[track].ordinal;
}

guint
connection_track_layer(const Connection *connection, guint track, guint *ret_n_layers)
{
    *ret_n_layers = connection->tracks[track].n_layers;
    return connection->tracks[track].layer;
}

const char *
connection_track_fmtp(const Connection *connection, guint track)
{
    return connection->lines[connection->tracks[track].line].fmtp;
}

/* The worst fraction lost that either side reports. */
static double
loss(const Connection *connection)
{
    guint8 worst = 0;

    for (guint i = 0; connection->subscriber && i < rtc_subscriber_slot_count(connection->subscriber); i++)
        worst = MAX(worst, rtc_subscriber_slot(connection->subscriber, i)->sender.fraction_lost);
    if (connection->src) {
        const RtpReceiver *receiver = ytk_rtc_src_receiver(connection->src);

        for (guint i = 0; i < rtp_receiver_track_count(receiver); i++)
            worst = MAX(worst, rtp_receiver_track(receiver, i)->statistics.fraction_lost);
    }
    return worst / 256.0;
}

json_t *
connection_describe(const Connection *connection)
{
    gint64 now_us = *connection->link.now_us;
    gint64 rtt_us = connection->subscriber ? rtc_subscriber_rtt_us(connection->subscriber) : 0;

    guint64 estimate_bps =
        connection->subscriber ? rtc_subscriber_estimate_bps(connection->subscriber) : G_MAXUINT64;

    return json_pack("{s:s, s:s, s:s, s:b, s:i, s:o, s:f, s:I, s:I, s:o, s:s}", "connection", connection->id,
                     "participant", connection->participant, "state", peer_state_name(connection->state),
                     "publish", connection->publish, "order", (int)connection->order, "rtt_ms",
                     rtt_us ? json_real((double)rtt_us / 1000.0) : json_null(), "loss", loss(connection),
                     "bitrate_in", (json_int_t)rate_meter_bits_per_second(connection->in, now_us),
                     "bitrate_out", (json_int_t)rate_meter_bits_per_second(connection->out, now_us), "estimate",
                     estimate_bps == G_MAXUINT64 ? json_null() : json_integer((json_int_t)estimate_bps), "srtp",
                     srtp_profile_name(peer_transport_profile(connection->transport)));
}
