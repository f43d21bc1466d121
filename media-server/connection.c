#include "connection.h"

#include <string.h>

#include "rate-meter.h"
#include "room.h"
#include "uuid7.h"

/* Where nothing is known of the round trip, a mobile one: asking again sooner would ask twice for what is
 * under way. */
#define RTT_UNKNOWN_US (100 * G_TIME_SPAN_MILLISECOND)
/* Two 64 bit transports' keys collide once in 2^24 connections of 1000 live ones. */
#define KEY_ATTEMPTS 4

/* What is needed of the negotiation after the answer: it is 50 times as large. */
typedef struct {
    SdpKind kind;
    char *mid;
    char *fmtp; /* of the first codec */
} Line;

typedef struct {
    guint line;
    guint ordinal; /* of the line, among those of its kind */
    guint layer, n_layers;
} TrackLine;

struct Connection {
    RtcLink link; /* first, so that an RtcLink * of ours is a Connection * */
    /* What every packet sent touches lies behind it (RTC_LINK_TOUCHED). */
    Worker *worker;
    PeerTransport *transport;
    guint8 *reserved;
    PeerState state;
    RateMeter out;
    SendDestination destination;

    Room *room;
    char *id;
    char *participant;
    guint order;
    gboolean publish;
    SdpNegotiation *negotiation; /* until the answer is made */
    guint64 session_id;
    guint n_lines, first_accepted;
    Line *lines;

    guint64 key;
    const char *reason;
    const char *close_reason; /* of connection_close() */

    YtkRtcSrc *src;
    RtcSubscriber *subscriber;
    TrackLine tracks[RTP_TRACKS_MAX];
    guint slot_lines[SDP_LINES_MAX]; /* slot -> line */

    gboolean awake;
    gint64 due_us;
    RateMeter in;
};

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

/* --- from the negotiation to elements --- */

static MediaCodec
codec_of(SdpCodecId id)
{
    return media_codec_from_name(sdp_codec_name(id));
}

/* A line's one stream, or one of its layers. */
static void
add_track(Connection *connection, RtpReceiver *receiver, guint index, guint ordinal, guint layer)
{
    const SdpLine *line = &connection->negotiation->lines[index];
    const SdpLineCodec *codec = &line->codecs[0];
    RtpTrackConfig config = {
        .codec = codec_of(codec->id),
        .payload_type = codec->payload_type,
        .rtx_payload_type = codec->rtx_payload_type,
        .clock_rate = codec->clock_rate,
        .ssrc = line->remote_ssrc,
        .rtx_ssrc = line->remote_rtx_ssrc,
        .nack = (codec->feedback & SDP_FEEDBACK_NACK) != 0,
        .pli = (codec->feedback & SDP_FEEDBACK_PLI) != 0,
    };
    gint track;

    if (strlen(line->mid) <= RTP_MID_MAX)
        g_strlcpy(config.mid, line->mid, sizeof config.mid);
    g_strlcpy(config.cname, line->remote_cname, sizeof config.cname);
    if (line->n_layers)
        g_strlcpy(config.rid, line->layers[layer], sizeof config.rid);
    track = rtp_receiver_add_track(receiver, &config);
    if (line->remote_ssrc)
        worker_add_ssrc(connection->worker, connection, line->remote_ssrc);
    if (track >= 0)
        connection->tracks[track] = (TrackLine){index, ordinal, layer, MAX(1, line->n_layers)};
}

static void
add_line(Connection *connection, RtpReceiver *receiver, guint index, guint *ordinals)
{
    const SdpLine *line = &connection->negotiation->lines[index];
    guint ordinal = ordinals[line->kind]++;

    for (guint layer = 0; layer < MAX(1, line->n_layers); layer++)
        add_track(connection, receiver, index, ordinal, layer);
}

static void
make_source(Connection *connection)
{
    const SdpNegotiation *negotiation = connection->negotiation;
    RtpExtensions extensions = {0};
    guint ordinals[SDP_KIND_OTHER + 1] = {0};
    guint n = 0;

    for (guint i = 0; i < negotiation->n_lines; i++) {
        const SdpLine *line = &negotiation->lines[i];

        if (!line->accepted || line->direction != SDP_RECVONLY)
            continue;
        n++;
        /* One number per URI in the whole BUNDLE group (RFC 8843, section 9.2). */
        extensions.mid = line->mid_extension ? line->mid_extension : extensions.mid;
        extensions.transport_cc =
            line->transport_cc_extension ? line->transport_cc_extension : extensions.transport_cc;
        extensions.rid = line->rid_extension ? line->rid_extension : extensions.rid;
        extensions.repaired_rid =
            line->repaired_rid_extension ? line->repaired_rid_extension : extensions.repaired_rid;
    }
    if (!n || !connection->publish)
        return;
    RtpReceiver *receiver = rtp_receiver_new(g_random_int(), extensions);

    for (guint i = 0; i < negotiation->n_lines; i++)
        if (negotiation->lines[i].accepted && negotiation->lines[i].direction == SDP_RECVONLY)
            add_line(connection, receiver, i, ordinals);
    connection->src = g_object_ref_sink(ytk_rtc_src_new(receiver, &connection->link));
}

static void
add_slot(Connection *connection, guint index, const SdpSlotSource *source)
{
    const SdpLine *line = &connection->negotiation->lines[index];
    SlotConfig config = {
        .ssrc = source->ssrc,
        .rtx_ssrc = source->rtx_ssrc,
        .clock_rate = line->codecs[0].clock_rate,
        .video = line->kind == SDP_KIND_VIDEO,
        .mid = line->mid,
        .mid_extension = line->mid_extension,
        .transport_cc_extension = line->transport_cc_extension,
        .cname = source->cname,
        .seed = g_random_int(),
    };
    guint slot;

    for (guint i = 0; i < G_N_ELEMENTS(config.payloads); i++)
        config.payloads[i] = (SlotPayload){-1, -1};
    for (guint i = line->n_codecs; i-- > 0;) { /* the preferred one of a codec wins */
        const SdpLineCodec *codec = &line->codecs[i];

        config.payloads[codec_of(codec->id)] = (SlotPayload){codec->payload_type, codec->rtx_payload_type};
    }
    slot = rtc_subscriber_add_slot(connection->subscriber, &config);
    connection->slot_lines[slot] = index;
}

static gboolean
has_rtx(const SdpLine *line)
{
    for (guint i = 0; i < line->n_codecs; i++)
        if (line->codecs[i].rtx_payload_type != SDP_NO_PAYLOAD_TYPE)
            return TRUE;
    return FALSE;
}

/* Fills in what we send per line and makes the subscriber with its slots. */
static void
make_slots(Connection *connection, SdpSlotSource *sources, char names[][16])
{
    const SdpNegotiation *negotiation = connection->negotiation;
    guint32 base = g_random_int() & 0x7fffff00; /* so that the connection's SSRCs differ */

    for (guint i = 0; i < negotiation->n_lines; i++) {
        const SdpLine *line = &negotiation->lines[i];

        if (!line->accepted || line->direction != SDP_SENDONLY)
            continue;
        g_snprintf(names[i], sizeof names[i], "slot-%u", i);
        /* A stream of its own for each slot: the browser would else delay one to match another publisher's
         * clock. */
        sources[i] = (SdpSlotSource){
            .ssrc = base + 2 * i + 1,
            .rtx_ssrc = has_rtx(line) ? base + 2 * i + 2 : 0,
            .cname = names[i],
            .stream = names[i],
            .track = names[i],
        };
        if (!connection->subscriber)
            connection->subscriber = rtc_subscriber_new(&connection->link);
        add_slot(connection, i, &sources[i]);
    }
}

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

static void
keep_lines(Connection *connection)
{
    const SdpNegotiation *negotiation = connection->negotiation;

    connection->n_lines = negotiation->n_lines;
    connection->lines = g_new0(Line, negotiation->n_lines);
    for (guint i = negotiation->n_lines; i-- > 0;) {
        const SdpLine *line = &negotiation->lines[i];

        connection->lines[i] =
            (Line){line->kind, g_strdup(line->mid), g_strdup(line->n_codecs ? line->codecs[0].fmtp : "")};
        if (line->accepted) /* a negotiation has one that is */
            connection->first_accepted = i;
    }
    g_clear_pointer(&connection->negotiation, sdp_negotiation_free);
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
    connection->negotiation = config->negotiation;
    connection->reason = peer_reason_name(PEER_REASON_NONE);
    connection->session_id = (guint64)g_random_int() << 31 | g_random_int();
    if (!make_transport(connection, error)) {
        connection_free(connection);
        return NULL;
    }
    make_source(connection);
    make_slots(connection, sources, names);

    answer.session_id = connection->session_id & G_MAXINT64;
    answer.ufrag = peer_transport_local_ufrag(connection->transport);
    answer.password = peer_transport_local_password(connection->transport);
    answer.fingerprint = dtls_identity_fingerprint(worker_identity(worker));
    answer.candidates = worker_candidates(worker, &answer.n_candidates);
    *ret_answer = sdp_answer_build(connection->negotiation, &answer);
    keep_lines(connection);
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
