#include "rtp-receiver.h"

#include <string.h>

#include "rtx.h"

#define REPORT_INTERVAL_US G_TIME_SPAN_SECOND
/* RFC 4585, section 6.2.1: an entry names up to 17 packets; 64 numbers fit a compound packet however they are
 * spread. */
#define NACKS_PER_PACKET 64

struct RtpReceiver {
    guint32 local_ssrc;
    RtpExtensions extensions;
    guint n_tracks;
    gint64 report_due_us; /* 0 = nothing received yet */
    RtpTrack tracks[RTP_TRACKS_MAX];
    TransportFeedback *feedback; /* NULL when not negotiated */
};

RtpReceiver *
rtp_receiver_new(guint32 local_ssrc, RtpExtensions extensions)
{
    RtpReceiver *receiver = g_new0(RtpReceiver, 1);

    receiver->local_ssrc = local_ssrc;
    receiver->extensions = extensions;
    if (extensions.transport_cc)
        receiver->feedback = g_new0(TransportFeedback, 1);
    return receiver;
}

void
rtp_receiver_free(RtpReceiver *receiver)
{
    if (!receiver)
        return;
    for (guint i = 0; i < receiver->n_tracks; i++)
        g_free(receiver->tracks[i].nack);
    g_free(receiver->feedback);
    g_free(receiver);
}

gint
rtp_receiver_add_track(RtpReceiver *receiver, const RtpTrackConfig *config)
{
    if (receiver->n_tracks == RTP_TRACKS_MAX)
        return -1;
    RtpTrack *track = &receiver->tracks[receiver->n_tracks];

    track->config = *config;
    if (config->nack && config->rtx_payload_type >= 0)
        track->nack = g_new0(NackGenerator, 1);
    return (gint)receiver->n_tracks++;
}

guint
rtp_receiver_track_count(const RtpReceiver *receiver)
{
    return receiver->n_tracks;
}

const RtpTrack *
rtp_receiver_track(const RtpReceiver *receiver, guint index)
{
    g_return_val_if_fail(index < receiver->n_tracks, NULL);
    return &receiver->tracks[index];
}

typedef struct {
    const guint8 *text; /* NULL = the packet does not carry it */
    gsize length;
} Name;

static Name
name_in(const guint8 *packet, const RtpHeader *header, guint8 extension)
{
    Name name = {0};

    if (extension)
        name.text = rtp_header_extension(header, packet, extension, &name.length);
    return name;
}

static gboolean
is_name(Name name, const char *known)
{
    return name.text && strlen(known) == name.length && memcmp(known, name.text, name.length) == 0;
}

static RtpTrack *
track_by_mid(RtpReceiver *receiver, const guint8 *packet, const RtpHeader *header)
{
    Name mid = name_in(packet, header, receiver->extensions.mid);
    Name rid = name_in(packet, header, receiver->extensions.rid);
    Name repaired = name_in(packet, header, receiver->extensions.repaired_rid);

    for (guint i = 0; mid.text && i < receiver->n_tracks; i++) {
        const RtpTrackConfig *config = &receiver->tracks[i].config;

        if (is_name(mid, config->mid) && (!config->rid[0] || is_name(rid, config->rid) || is_name(repaired, config->rid)))
            return &receiver->tracks[i];
    }
    return NULL;
}

static RtpTrack *
only_track_with_payload_type(RtpReceiver *receiver, guint8 payload_type)
{
    RtpTrack *found = NULL;

    for (guint i = 0; i < receiver->n_tracks; i++) {
        const RtpTrackConfig *config = &receiver->tracks[i].config;

        if (config->payload_type != payload_type && config->rtx_payload_type != payload_type)
            continue;
        if (found)
            return NULL;
        found = &receiver->tracks[i];
    }
    return found;
}

/* The track of a packet. An SSRC that was not announced is learned; a publisher that changes it in mid-stream
 * (a new encoder) starts anew. */
static RtpTrack *
track_of(RtpReceiver *receiver, const guint8 *packet, const RtpHeader *header, gboolean *ret_retransmission)
{
    RtpTrack *track = NULL;

    for (guint i = 0; i < receiver->n_tracks; i++) {
        const RtpTrackConfig *config = &receiver->tracks[i].config;

        if (config->ssrc == header->ssrc && config->payload_type == header->payload_type) {
            *ret_retransmission = FALSE;
            return &receiver->tracks[i];
        }
        if (config->rtx_ssrc == header->ssrc && config->rtx_payload_type == header->payload_type) {
            *ret_retransmission = TRUE;
            return &receiver->tracks[i];
        }
    }
    track = track_by_mid(receiver, packet, header);
    if (!track)
        track = only_track_with_payload_type(receiver, header->payload_type);
    if (!track)
        return NULL;
    if (track->config.rtx_payload_type == header->payload_type) {
        if (!track->config.ssrc) /* nothing yet of what it repeats */
            return NULL;
        track->config.rtx_ssrc = header->ssrc;
        *ret_retransmission = TRUE;
        return track;
    }
    if (track->config.payload_type != header->payload_type)
        return NULL;
    track->config.ssrc = header->ssrc;
    track->statistics = (ReceiveStatistics){0};
    track->sender_report = (RtcpSenderReport){0};
    if (track->nack)
        *track->nack = (NackGenerator){0};
    *ret_retransmission = FALSE;
    return track;
}

static void
note_transport_sequence(RtpReceiver *receiver, const guint8 *packet, const RtpHeader *header, gint64 now_us)
{
    gsize length;
    const guint8 *sequence;

    if (!receiver->feedback)
        return;
    sequence = rtp_header_extension(header, packet, receiver->extensions.transport_cc, &length);
    if (sequence && length >= 2)
        transport_feedback_received(receiver->feedback, rtp_read16(sequence), now_us);
}

gboolean
rtp_receiver_rtp(RtpReceiver *receiver, guint8 *packet, gsize length, gint64 now_us,
                 RtpReceived *ret_received)
{
    RtpReceived received = {.length = length};
    gboolean retransmission;
    RtpTrack *track;

    if (!rtp_header_parse(packet, length, &received.header))
        return FALSE;
    note_transport_sequence(receiver, packet, &received.header, now_us);
    track = track_of(receiver, packet, &received.header, &retransmission);
    if (!track)
        return FALSE;
    if (!receiver->report_due_us)
        receiver->report_due_us = now_us + REPORT_INTERVAL_US / 4;
    if (retransmission) {
        if (!rtx_unwrap(packet, &received.length, &received.header, track->config.payload_type,
                        track->config.ssrc))
            return FALSE;
        received.offset = 2;
        if (!rtp_header_parse(packet + 2, received.length, &received.header))
            return FALSE;
    }
    if (track->nack) {
        NackVerdict verdict = nack_generator_received(track->nack, received.header.sequence, now_us);

        if (verdict == NACK_DUPLICATE) {
            track->duplicates++;
            return FALSE;
        }
        track->recovered += verdict == NACK_RECOVERED && retransmission;
        if (verdict == NACK_OVERRUN)
            key_frame_request_wish(&track->key_frame);
    } else if (retransmission) {
        return FALSE; /* never asked for */
    }
    receive_statistics_packet(&track->statistics, received.header.sequence, received.header.timestamp,
                              received.length, track->config.clock_rate, retransmission, now_us);
    track->last_packet_us = now_us;
    received.track = (guint)(track - receiver->tracks);
    received.starts_key_frame =
        key_frame_starts(track->config.codec, packet + received.offset + received.header.header_length,
                         received.header.payload_length);
    if (received.starts_key_frame && !retransmission) {
        track->key_frames++;
        key_frame_request_satisfied(&track->key_frame);
    }
    *ret_received = received;
    return TRUE;
}

static RtpTrack *
track_by_ssrc(RtpReceiver *receiver, guint32 ssrc)
{
    for (guint i = 0; i < receiver->n_tracks; i++)
        if (receiver->tracks[i].config.ssrc == ssrc)
            return &receiver->tracks[i];
    return NULL;
}

guint32
rtp_receiver_rtcp(RtpReceiver *receiver, const guint8 *packet, gsize length, gint64 now_us)
{
    guint32 reported = 0;
    RtcpReader reader;
    RtcpItem item;

    rtcp_reader_init(&reader, packet, length);
    while (rtcp_reader_next(&reader, &item)) {
        RtpTrack *track = track_by_ssrc(receiver, item.ssrc);

        if (!track)
            continue;
        if (item.type == RTCP_ITEM_SENDER_REPORT) {
            track->sender_report = item.sender_report;
            receive_statistics_sender_report(&track->statistics, item.sender_report.ntp, now_us);
            reported |= 1u << (track - receiver->tracks);
        } else if (item.type == RTCP_ITEM_CNAME && item.cname.length < RTP_CNAME_MAX) {
            memcpy(track->config.cname, item.cname.text, item.cname.length);
            track->config.cname[item.cname.length] = '\0';
        }
    }
    return reported;
}

void
rtp_receiver_want_key_frame(RtpReceiver *receiver, guint index)
{
    g_return_if_fail(index < receiver->n_tracks);
    key_frame_request_wish(&receiver->tracks[index].key_frame);
}

gint64
rtp_receiver_next_timeout(const RtpReceiver *receiver, gint64 rtt_us)
{
    gint64 next = receiver->report_due_us ? receiver->report_due_us : G_MAXINT64;

    if (receiver->feedback)
        next = MIN(next, transport_feedback_next_timeout(receiver->feedback));
    for (guint i = 0; i < receiver->n_tracks; i++) {
        const RtpTrack *track = &receiver->tracks[i];

        if (track->nack)
            next = MIN(next, nack_generator_next_timeout(track->nack, rtt_us));
        if (track->config.pli && track->last_packet_us)
            next = MIN(next, key_frame_request_next_timeout(&track->key_frame));
    }
    return next;
}

static void
write_report(RtpReceiver *receiver, gint64 now_us, RtcpWriter *writer)
{
    RtcpReportBlock blocks[31];
    guint n_blocks = 0;

    if (receiver->report_due_us && now_us >= receiver->report_due_us) {
        for (guint i = 0; i < receiver->n_tracks && n_blocks < G_N_ELEMENTS(blocks); i++) {
            RtpTrack *track = &receiver->tracks[i];

            if (track->statistics.packets)
                blocks[n_blocks++] =
                    receive_statistics_report(&track->statistics, track->config.ssrc, now_us);
        }
        receiver->report_due_us = now_us + REPORT_INTERVAL_US;
    }
    rtcp_write_receiver_report(writer, receiver->local_ssrc, blocks, n_blocks);
}

static gboolean
write_track_feedback(RtpReceiver *receiver, RtpTrack *track, gint64 now_us, gint64 rtt_us, RtcpWriter *writer)
{
    gboolean written = FALSE, given_up = FALSE;

    if (track->nack) {
        guint16 missing[NACKS_PER_PACKET];
        guint n = nack_generator_due(track->nack, now_us, rtt_us, missing, G_N_ELEMENTS(missing), &given_up);

        if (n)
            written |= rtcp_write_nack(writer, receiver->local_ssrc, track->config.ssrc, missing, n);
        if (given_up && track->config.pli)
            key_frame_request_wish(&track->key_frame);
    }
    if (track->config.pli && track->last_packet_us && key_frame_request_due(&track->key_frame, now_us))
        written |= rtcp_write_pli(writer, receiver->local_ssrc, track->config.ssrc);
    return written;
}

gboolean
rtp_receiver_write_feedback(RtpReceiver *receiver, gint64 now_us, gint64 rtt_us, RtcpWriter *writer)
{
    gboolean report = receiver->report_due_us && now_us >= receiver->report_due_us;
    gboolean written = report;
    gsize start = writer->length;

    write_report(receiver, now_us, writer);
    for (guint i = 0; i < receiver->n_tracks; i++)
        written |= write_track_feedback(receiver, &receiver->tracks[i], now_us, rtt_us, writer);
    if (receiver->feedback && now_us >= transport_feedback_next_timeout(receiver->feedback))
        written |= transport_feedback_write(receiver->feedback, writer, receiver->local_ssrc,
                                            receiver->n_tracks ? receiver->tracks[0].config.ssrc : 0);
    if (!written)
        writer->length = start;
    return written;
}
