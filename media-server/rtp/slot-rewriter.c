#include "slot-rewriter.h"

#include <string.h>

#define SQUEEZE 64
/* Of SlotSent.resent_ms: comes round after three days, a packet is forgotten after seconds. */
#define SLOT_MS_MASK ((1u << 28) - 1)

void
slot_rewriter_init(SlotRewriter *slot, guint32 clock_rate, gboolean needs_key_frame, guint16 first_sequence,
                   guint32 first_timestamp, SlotSent *sent)
{
    memset(slot, 0, sizeof *slot);
    slot->clock_rate = clock_rate;
    slot->needs_key_frame = needs_key_frame;
    slot->last_sequence = 65536 + first_sequence;
    slot->last_timestamp = first_timestamp;
    slot->sent = sent;
}

static void
forget_sent(SlotRewriter *slot)
{
    if (slot->sent)
        memset(slot->sent, 0, SLOT_SENT_LOG * sizeof *slot->sent);
}

void
slot_rewriter_detach(SlotRewriter *slot)
{
    slot->attached = FALSE;
    slot->squeezed = FALSE;
    slot->aligned = FALSE;
    forget_sent(slot); /* the new source's history knows nothing of these */
}

void
slot_rewriter_squeeze(SlotRewriter *slot, guint32 timestamp)
{
    slot->squeezed = TRUE;
    slot->squeeze_until = timestamp;
}

void
slot_rewriter_align(SlotRewriter *slot, guint32 timestamp_offset)
{
    slot->aligned = TRUE;
    slot->aligned_offset = timestamp_offset;
}

void
slot_rewriter_wait(SlotRewriter *slot)
{
    slot->waiting = TRUE;
    slot->squeezed = FALSE;
    slot->n_older = 0;
    forget_sent(slot); /* their timestamps will no longer be known */
}

static void
attach(SlotRewriter *slot, guint32 ssrc)
{
    if (slot->attached) /* by another source; what was asked for before the first packet still stands */
        slot_rewriter_detach(slot);
    slot->attached = TRUE;
    slot->waiting = TRUE;
    slot->source_ssrc = ssrc;
    slot->source = (SequenceExtender){0};
    slot->n_older = 0;
}

static guint32
map_timestamp(const SlotRewriter *slot, guint32 timestamp)
{
    gint32 before = (gint32)(slot->squeeze_until - timestamp);

    if (G_UNLIKELY(slot->squeezed && before > 0))
        return slot->squeeze_until + slot->timestamp_offset - (guint32)(before / SQUEEZE);
    return timestamp + slot->timestamp_offset;
}

/* The mapping begins: numbers go on by one, timestamps by the time that has passed, at least by one tick. */
static void
begin(SlotRewriter *slot, const RtpHeader *header, gint64 extended, gint64 now_us)
{
    gint64 elapsed =
        slot->started ? MAX(1, (now_us - slot->last_us) * (gint64)(slot->clock_rate / 1000) / 1000) : 0;

    slot->waiting = FALSE;
    slot->first = extended;
    slot->offset = (SlotOffset){extended, slot->last_sequence + 1 - extended};
    slot->n_older = 0;
    slot->timestamp_offset = 0;
    slot->timestamp_offset = slot->last_timestamp + (guint32)elapsed - map_timestamp(slot, header->timestamp);
    if (slot->aligned && slot->started) {
        gint32 step = (gint32)(header->timestamp + slot->aligned_offset - slot->last_timestamp);

        if (step > 0 && ABS(step - elapsed) < slot->clock_rate)
            slot->timestamp_offset = slot->aligned_offset;
    }
    slot->aligned = FALSE;
}

static gint64
offset_for(const SlotRewriter *slot, gint64 extended)
{
    if (G_LIKELY(extended >= slot->offset.from || !slot->n_older))
        return slot->offset.offset;
    for (guint i = slot->n_older; i-- > 1;)
        if (extended >= slot->older[i].from)
            return slot->older[i].offset;
    return slot->older[0].offset;
}

static void
close_up_behind(SlotRewriter *slot, gint64 extended)
{
    if (slot->n_older == G_N_ELEMENTS(slot->older)) {
        memmove(slot->older, slot->older + 1, sizeof slot->older - sizeof slot->older[0]);
        slot->n_older--;
        slot->first = MAX(slot->first, slot->older[0].from); /* what is older can no longer be mapped */
    }
    slot->older[slot->n_older++] = slot->offset;
    slot->offset = (SlotOffset){extended + 1, slot->offset.offset - 1};
}

SlotVerdict
slot_rewriter_map(SlotRewriter *slot, const RtpHeader *header, gboolean starts_key_frame, gint64 now_us,
                  guint16 *ret_sequence, guint32 *ret_timestamp)
{
    if (!slot->attached || header->ssrc != slot->source_ssrc)
        attach(slot, header->ssrc);

    gint64 highest = slot->source.highest;
    gint64 extended = sequence_extend(&slot->source, header->sequence);

    if (slot->waiting) {
        if (!header->payload_length)
            return SLOT_DROP;
        if (slot->needs_key_frame && !starts_key_frame)
            return SLOT_WAIT_KEY_FRAME;
        begin(slot, header, extended, now_us);
    } else if (extended < slot->first) {
        return SLOT_DROP;
    } else if (!header->payload_length && extended > highest) {
        close_up_behind(slot, extended);
        return SLOT_DROP;
    }
    /* A padding-only packet that comes late has left its hole already: it goes out empty, to fill it. */
    gint64 outgoing = extended + offset_for(slot, extended);

    *ret_sequence = (guint16)outgoing;
    *ret_timestamp = map_timestamp(slot, header->timestamp);
    if (!slot->started || outgoing > slot->last_sequence) {
        /* The past is over, and half a day later it would seem to be the future. */
        if (G_UNLIKELY(slot->squeezed) &&
            (gint32)(header->timestamp - slot->squeeze_until) > (gint32)(10 * slot->clock_rate))
            slot->squeezed = FALSE;
        slot->last_sequence = outgoing;
        slot->last_timestamp = *ret_timestamp;
        slot->last_us = now_us;
        slot->started = TRUE;
    }
    if (slot->sent)
        slot->sent[outgoing & (SLOT_SENT_LOG - 1)] =
            (SlotSent){.outgoing = (guint16)outgoing, .source = header->sequence, .times = 1};
    return SLOT_FORWARD;
}

gboolean
slot_rewriter_lookup(SlotRewriter *slot, guint16 outgoing, gint64 now_us, gint64 rtt_us, guint16 *ret_source)
{
    guint32 now_ms = (guint32)(now_us / 1000) & SLOT_MS_MASK;

    if (!slot->sent || !slot->attached || slot->waiting)
        return FALSE;
    SlotSent *sent = &slot->sent[outgoing & (SLOT_SENT_LOG - 1)];

    if (!sent->times || sent->outgoing != outgoing || sent->times > SLOT_RESENDS_MAX)
        return FALSE;
    if (sent->times > 1 && ((now_ms - sent->resent_ms) & SLOT_MS_MASK) < MAX(SLOT_RESEND_MIN_MS, rtt_us / 1000))
        return FALSE;
    sent->times++;
    sent->resent_ms = now_ms;
    *ret_source = sent->source;
    return TRUE;
}

gboolean
slot_rewriter_timestamp(const SlotRewriter *slot, guint32 source_ssrc, guint32 timestamp,
                        guint32 *ret_timestamp)
{
    if (!slot->attached || slot->waiting || slot->source_ssrc != source_ssrc)
        return FALSE;
    *ret_timestamp = map_timestamp(slot, timestamp);
    return TRUE;
}
