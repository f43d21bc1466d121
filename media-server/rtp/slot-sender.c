#include "slot-sender.h"

#include <string.h>

void
slot_sender_init(SlotSender *slot, const SlotConfig *config)
{
    gboolean rtx = FALSE;

    memset(slot, 0, sizeof *slot);
    slot->ssrc = config->ssrc;
    slot->rtx_ssrc = config->rtx_ssrc;
    slot->rtx_sequence = (guint16)(config->seed >> 16);
    memcpy(slot->payloads, config->payloads, sizeof slot->payloads);
    g_strlcpy(slot->cname, config->cname, sizeof slot->cname);
    for (guint i = 0; i < G_N_ELEMENTS(slot->payloads); i++)
        rtx |= slot->payloads[i].payload_type >= 0 && slot->payloads[i].rtx_payload_type >= 0;
    if (!config->rtx_ssrc)
        rtx = FALSE;
    rtp_header_template_init(&slot->header, config->ssrc, config->mid, config->mid_extension,
                             config->transport_cc_extension);
    rtp_header_template_init(&slot->rtx_header, config->rtx_ssrc, config->mid, config->mid_extension,
                             config->transport_cc_extension);
    /* The first number in the lower half: a publisher's first packets may be reordered, and SRTP's rollover
     * counter must not start at a wrap. */
    slot_rewriter_init(&slot->rewriter, config->clock_rate, config->video, (guint16)(config->seed & 0x7fff),
                       config->seed * 2654435761u, rtx ? g_new0(SlotSent, SLOT_SENT_LOG) : NULL);
    slot_sender_set_codec(slot, MEDIA_CODEC_NONE);
}

void
slot_sender_clear(SlotSender *slot)
{
    g_clear_pointer(&slot->rewriter.sent, g_free);
}

gboolean
slot_sender_takes(const SlotSender *slot, MediaCodec codec)
{
    return codec != MEDIA_CODEC_NONE && slot->payloads[codec].payload_type >= 0;
}

void
slot_sender_set_codec(SlotSender *slot, MediaCodec codec)
{
    slot->codec = codec;
    slot->payload = codec == MEDIA_CODEC_NONE ? (SlotPayload){-1, -1} : slot->payloads[codec];
    slot_rewriter_detach(&slot->rewriter);
    slot->source_report = (RtcpSenderReport){0};
    slot->report_pending = FALSE;
}

/* What makes a timestamp of `to`'s source one of ours, both sources having the publisher's clock. */
static guint32
aligned_offset(const SlotRewriter *rewriter, const RtcpSenderReport *from, const RtcpSenderReport *to)
{
    gint64 ntp = (gint64)(to->ntp - from->ntp); /* seconds in units of 2^-32; reports are some seconds apart */
    gint64 ticks = (ntp >> 16) * (gint64)rewriter->clock_rate >> 16;

    return from->rtp_timestamp + rewriter->timestamp_offset - (to->rtp_timestamp - (guint32)ticks);
}

void
slot_sender_switch_layer(SlotSender *slot, const RtcpSenderReport *from, const RtcpSenderReport *to)
{
    gboolean known = slot->rewriter.attached && !slot->rewriter.waiting && from->ntp && to->ntp &&
                     from->ssrc == slot->rewriter.source_ssrc;
    guint32 offset = known ? aligned_offset(&slot->rewriter, from, to) : 0;

    slot_rewriter_detach(&slot->rewriter);
    if (known)
        slot_rewriter_align(&slot->rewriter, offset);
    slot_sender_source_report(slot, to);
}

gsize
slot_sender_forward(SlotSender *slot, const RtpHeader *header, gboolean starts_key_frame, gint64 now_us,
                    guint16 *transport_sequence, guint8 *out, SlotVerdict *ret_verdict)
{
    guint16 sequence;
    guint32 timestamp;

    if (slot->payload.payload_type < 0) {
        *ret_verdict = SLOT_DROP;
        return 0;
    }
    if (G_UNLIKELY(slot->codec == MEDIA_CODEC_VP8) &&
        (!slot->rewriter.attached || slot->rewriter.waiting || header->ssrc != slot->rewriter.source_ssrc))
        vp8_continuity_detach(&slot->vp8);
    *ret_verdict =
        slot_rewriter_map(&slot->rewriter, header, starts_key_frame, now_us, &sequence, &timestamp);
    if (*ret_verdict != SLOT_FORWARD)
        return 0;
    slot->packets++;
    slot->bytes += header->payload_length;
    return rtp_header_template_write(&slot->header, out, (guint8)slot->payload.payload_type, header->marker,
                                     sequence, timestamp, (*transport_sequence)++);
}

gsize
slot_sender_retransmit(SlotSender *slot, guint16 sequence, const PacketHistory *history, gint64 now_us,
                       guint16 *transport_sequence, guint8 *out, gsize *ret_payload_length)
{
    guint16 source;
    gsize stored, length;
    const guint8 *packet;
    RtpHeader header;
    guint32 timestamp;

    if (slot->payload.rtx_payload_type < 0 ||
        !slot_rewriter_lookup(&slot->rewriter, sequence, now_us, slot->rtt_us, &source))
        return 0;
    packet = packet_history_find(history, source, &stored);
    if (!packet || !rtp_header_parse(packet, stored, &header) ||
        !slot_rewriter_timestamp(&slot->rewriter, header.ssrc, header.timestamp, &timestamp)) {
        slot->unavailable++;
        return 0;
    }
    length =
        rtp_header_template_write(&slot->rtx_header, out, (guint8)slot->payload.rtx_payload_type,
                                  header.marker, slot->rtx_sequence++, timestamp, (*transport_sequence)++);
    rtp_write16(out + length, sequence);
    memcpy(out + length + 2, packet + header.header_length, header.payload_length);
    if (slot->codec == MEDIA_CODEC_VP8)
        vp8_continuity_alter(&slot->vp8, out + length + 2, header.payload_length);
    slot->retransmitted++;
    *ret_payload_length = 2 + header.payload_length;
    return length;
}

static gint16
some_rtx_payload_type(const SlotSender *slot)
{
    gint16 found = slot->payload.rtx_payload_type;

    for (guint i = 0; i < G_N_ELEMENTS(slot->payloads) && found < 0; i++)
        found = slot->payloads[i].rtx_payload_type;
    return found;
}

gsize
slot_sender_padding(SlotSender *slot, guint16 *transport_sequence, guint8 *out)
{
    gint16 payload_type = some_rtx_payload_type(slot);
    gsize length;

    if (payload_type < 0 || !slot->rtx_ssrc)
        return 0;
    length = rtp_header_template_write(&slot->rtx_header, out, (guint8)payload_type, FALSE, slot->rtx_sequence++,
                                       slot->rewriter.last_timestamp, (*transport_sequence)++);
    out[0] |= 0x20;
    return length;
}

void
slot_sender_source_report(SlotSender *slot, const RtcpSenderReport *report)
{
    slot->source_report = *report;
    slot->report_pending = report->ntp != 0;
}

gboolean
slot_sender_write_report(SlotSender *slot, gint64 now_us, RtcpWriter *writer)
{
    RtcpSenderReport report = slot->source_report;
    guint32 timestamp;
    gsize start = writer->length;

    if (!slot->report_pending ||
        !slot_rewriter_timestamp(&slot->rewriter, report.ssrc, report.rtp_timestamp, &timestamp))
        return FALSE;
    report.ssrc = slot->ssrc;
    report.rtp_timestamp = timestamp;
    report.packets = (guint32)slot->packets;
    report.bytes = (guint32)slot->bytes;
    if (!rtcp_write_sender_report(writer, &report) || !rtcp_write_cname(writer, slot->ssrc, slot->cname)) {
        writer->length = start;
        return FALSE;
    }
    slot->report_pending = FALSE;
    slot->reports[slot->next_report].middle = (guint32)(report.ntp >> 16);
    slot->reports[slot->next_report].sent_us = now_us;
    slot->next_report = (slot->next_report + 1) % SLOT_REPORTS_REMEMBERED;
    return TRUE;
}

void
slot_sender_report_block(SlotSender *slot, const RtcpReportBlock *block, gint64 now_us)
{
    slot->fraction_lost = block->fraction_lost;
    if (!block->last_sender_report)
        return;
    for (guint i = 0; i < SLOT_REPORTS_REMEMBERED; i++) {
        if (slot->reports[i].middle != block->last_sender_report || !slot->reports[i].sent_us)
            continue;
        gint64 delay = (gint64)block->delay_since_last_sender_report * G_USEC_PER_SEC / 65536;
        gint64 rtt = now_us - slot->reports[i].sent_us - delay;

        if (rtt >= 0 && rtt < 10 * G_USEC_PER_SEC)
            slot->rtt_us = slot->rtt_us ? (7 * slot->rtt_us + rtt) / 8 : MAX(1, rtt);
        return;
    }
}
