#include "rtc-slot.h"

#include <string.h>

#include "track-fan.h"

/* UDP over IPv4, and the tag of SRTP: what a link carries besides. */
#define OVERHEAD_BYTES (28 + 16)

#define KEY_FRAME_WISH_US (100 * G_TIME_SPAN_MILLISECOND)
/* 12 packets in 5 ms are 23 Mbit/s. */
#define PUMP_PACKETS     12
#define PUMP_INTERVAL_US (5 * G_TIME_SPAN_MILLISECOND)

void
rtc_slot_init(RtcSlot *slot, const SlotConfig *config, RtcLink *link, guint16 *transport_sequence,
              CongestionController *congestion)
{
    *slot = (RtcSlot){.link = link,
                      .transport_sequence = transport_sequence,
                      .congestion = config->transport_cc_extension ? congestion : NULL,
                      .wished_us = G_MININT64 / 2};
    slot_sender_init(&slot->sender, config);
}

void
rtc_slot_clear(RtcSlot *slot)
{
    slot_sender_clear(&slot->sender);
}

void
rtc_slot_want_key_frame(RtcSlot *slot)
{
    if (!slot->fan || *slot->link->now_us - slot->wished_us < KEY_FRAME_WISH_US)
        return;
    slot->wished_us = *slot->link->now_us;
    track_fan_want_key_frame(slot->fan);
}

static void
send_packet(RtcSlot *slot, guint16 number, gsize header_length, const guint8 *payload, gsize payload_length)
{
    slot->link->send_rtp(slot->link, header_length, payload, payload_length);
    if (slot->congestion)
        congestion_controller_sent(slot->congestion, number, header_length + payload_length + OVERHEAD_BYTES,
                                   *slot->link->now_us);
}

/* The publisher's packet is everybody's: what is altered is a copy behind the header. */
static const guint8 *
alter_vp8(RtcSlot *slot, guint8 *out, const guint8 *payload, gsize length)
{
    memcpy(out, payload, length);
    vp8_continuity_alter(&slot->sender.vp8, out, length);
    return out;
}

static void
send(RtcSlot *slot, const RtpHeader *header, const guint8 *payload, gboolean starts_key_frame)
{
    RtcLink *link = slot->link;
    guint8 *out = link->reserve(link);
    gboolean report_pending = slot->sender.report_pending;
    guint16 number = *slot->transport_sequence;
    SlotVerdict verdict;
    gsize length;

    if (!out)
        return;
    length = slot_sender_forward(&slot->sender, header, starts_key_frame, *link->now_us,
                                 slot->transport_sequence, out, &verdict);
    if (length) {
        if (slot_sender_alters(&slot->sender, payload, header->payload_length))
            payload = alter_vp8(slot, out + length, payload, header->payload_length);
        send_packet(slot, number, length, payload, header->payload_length);
        if (report_pending)
            link->wake(link);
    } else if (verdict == SLOT_WAIT_KEY_FRAME) {
        rtc_slot_want_key_frame(slot);
    }
}

/* While it catches up, what comes is in the history already, and its turn comes. Not so what the publisher
 * repeats of what was passed over; and a key frame makes a still of the former needless. */
static gboolean
has_turn(RtcSlot *slot, const RtpHeader *header, gboolean starts_key_frame)
{
    if (sequence_distance(header->sequence, slot->next) < 0)
        return TRUE;
    if (slot->catch_up != CATCH_UP_STILL || !starts_key_frame ||
        sequence_distance(header->sequence, slot->last) <= 0)
        return FALSE;
    slot->catch_up = CATCH_UP_NONE;
    slot_rewriter_wait(&slot->sender.rewriter);
    return TRUE;
}

void
rtc_slot_forward(RtcSlot *slot, const RtpHeader *header, const guint8 *payload, gboolean starts_key_frame)
{
    if (G_LIKELY(slot->catch_up == CATCH_UP_NONE) || has_turn(slot, header, starts_key_frame))
        send(slot, header, payload, starts_key_frame);
}

void
rtc_slot_retransmit(RtcSlot *slot, guint16 sequence)
{
    guint8 *out = slot->link->reserve(slot->link);
    guint16 number = *slot->transport_sequence;
    gsize length, payload_length;

    if (!out || !slot->fan || !slot->fan->history)
        return;
    length = slot_sender_retransmit(&slot->sender, sequence, slot->fan->history, *slot->link->now_us,
                                    slot->transport_sequence, out, &payload_length);
    if (length)
        send_packet(slot, number, length, out + length, payload_length);
}

gboolean
rtc_slot_probe(RtcSlot *slot, gsize bytes)
{
    while (slot->congestion && bytes > 0) {
        guint8 *out = slot->link->reserve(slot->link);
        guint16 number = *slot->transport_sequence;
        gsize length = out ? slot_sender_padding(&slot->sender, slot->transport_sequence, out) : 0;

        if (!length)
            return FALSE;
        memset(out + length, 0, SLOT_PADDING_MAX);
        out[length + SLOT_PADDING_MAX - 1] = SLOT_PADDING_MAX;
        send_packet(slot, number, length, out + length, SLOT_PADDING_MAX);
        bytes -= MIN(bytes, length + SLOT_PADDING_MAX + OVERHEAD_BYTES);
    }
    return slot->congestion != NULL;
}

/* --- catching up --- */

void
rtc_slot_catch_up(RtcSlot *slot, const KeyFrameOffer *offer)
{
    slot->catch_up = offer->kind == KEY_FRAME_STILL    ? CATCH_UP_STILL
                     : offer->kind == KEY_FRAME_FOLLOW ? CATCH_UP_FOLLOW
                                                       : CATCH_UP_NONE;
    if (slot->catch_up == CATCH_UP_NONE)
        return; /* the next packet tells whether a key frame must be asked for */
    if (slot->catch_up == CATCH_UP_STILL)
        rtc_slot_want_key_frame(slot);
    slot->next = offer->first;
    slot->last = offer->last;
    slot_rewriter_squeeze(&slot->sender.rewriter, offer->timestamp);
    rtc_slot_pump(slot);
}

static void
send_from_history(RtcSlot *slot, guint16 sequence)
{
    const TrackFan *fan = slot->fan;
    RtpHeader header;
    gsize length;
    const guint8 *packet = packet_history_find(fan->history, sequence, &length);

    if (!packet || !rtp_header_parse(packet, length, &header))
        return; /* a hole, which the publisher may still fill */
    send(slot, &header, packet + header.header_length,
         key_frame_starts(fan->codec, packet + header.header_length, header.payload_length));
}

static gboolean
has_caught_up(RtcSlot *slot)
{
    if (slot->catch_up == CATCH_UP_FOLLOW)
        return sequence_distance(slot->next, slot->fan->cache.newest) > 0;
    return sequence_distance(slot->next, slot->last) > 0;
}

void
rtc_slot_pump(RtcSlot *slot)
{
    for (guint i = 0; i < PUMP_PACKETS && !has_caught_up(slot); i++)
        send_from_history(slot, slot->next++);
    slot->pump_us = *slot->link->now_us + PUMP_INTERVAL_US;
    if (has_caught_up(slot)) {
        if (slot->catch_up == CATCH_UP_STILL)
            slot_rewriter_wait(&slot->sender.rewriter);
        slot->catch_up = CATCH_UP_NONE;
        return;
    }
    slot->link->wake(slot->link);
}

gint64
rtc_slot_next_timeout(const RtcSlot *slot)
{
    return slot->catch_up == CATCH_UP_NONE ? G_MAXINT64 : slot->pump_us;
}
