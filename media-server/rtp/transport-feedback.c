#include "transport-feedback.h"

#include <string.h>

#define FEEDBACK_HEADER 20
#define TICK_US         250
#define REFERENCE_US    (64 * G_TIME_SPAN_MILLISECOND)
/* Keeps one feedback in a datagram: 200 two-byte deltas and 29 vector chunks are under 500 bytes. */
#define STATUS_MAX 200

typedef enum { NOT_RECEIVED = 0, SMALL_DELTA = 1, LARGE_DELTA = 2 } Symbol;

static gint64 *
arrival(TransportFeedback *feedback, gint64 sequence)
{
    return &feedback->arrivals[sequence & (TRANSPORT_FEEDBACK_WINDOW - 1)];
}

void
transport_feedback_received(TransportFeedback *feedback, guint16 sequence, gint64 now_us)
{
    gboolean first = !feedback->extender.started;
    gint64 before = feedback->extender.highest;
    gint64 extended = sequence_extend(&feedback->extender, sequence);

    if (first)
        feedback->next = extended;
    if (extended - feedback->next >=
        TRANSPORT_FEEDBACK_WINDOW) { /* a jump: what was pending would be told wrongly */
        memset(feedback->arrivals, 0, sizeof feedback->arrivals);
        feedback->next = extended;
    } else {
        for (gint64 i = MAX(before + 1, feedback->next); !first && i < extended; i++)
            *arrival(feedback, i) = 0;
    }
    if (extended < feedback->next) /* reported as lost already; the sender has taken it for lost */
        return;
    *arrival(feedback, extended) = now_us;
    if (!feedback->due_us)
        feedback->due_us = now_us + TRANSPORT_FEEDBACK_INTERVAL_US;
}

/* Symbols and deltas of the numbers from `next` on; a delta that 16 bits cannot hold ends the feedback. */
typedef struct {
    guint n;
    guint8 symbols[STATUS_MAX];
    gint16 deltas[STATUS_MAX];
    gint64 reference; /* in units of 64 ms */
} Statuses;

static void
collect(TransportFeedback *feedback, Statuses *statuses)
{
    gint64 last_tick = 0;

    statuses->n = 0;
    statuses->reference =
        *arrival(feedback, feedback->extender.highest) / REFERENCE_US; /* for when all of these are missing */
    for (gint64 i = feedback->next; i <= feedback->extender.highest && statuses->n < STATUS_MAX; i++) {
        gint64 at = *arrival(feedback, i);
        guint k = statuses->n;

        if (!at) {
            statuses->symbols[statuses->n++] = NOT_RECEIVED;
            continue;
        }
        if (!last_tick) {
            statuses->reference = at / REFERENCE_US;
            last_tick = statuses->reference * (REFERENCE_US / TICK_US);
        }
        gint64 delta = at / TICK_US - last_tick;

        if (delta < G_MININT16 || delta > G_MAXINT16)
            break;
        last_tick += delta;
        statuses->deltas[k] = (gint16)delta;
        statuses->symbols[k] = delta >= 0 && delta <= 255 ? SMALL_DELTA : LARGE_DELTA;
        statuses->n++;
    }
}

/* One chunk from symbol `from` on; returns how many symbols it covers. */
static guint
encode_chunk(const Statuses *statuses, guint from, guint16 *ret_chunk)
{
    guint run = 1;
    guint one_bit = 0;
    guint16 chunk = 0;

    while (from + run < statuses->n && statuses->symbols[from + run] == statuses->symbols[from])
        run++;
    if (run >= 14) {
        *ret_chunk = (guint16)(statuses->symbols[from] << 13 | run);
        return run;
    }
    while (one_bit < 14 && from + one_bit < statuses->n && statuses->symbols[from + one_bit] != LARGE_DELTA)
        one_bit++;
    /* A vector tells of 14 packets, whatever its writer meant: only the last one may be filled up. */
    if (one_bit == 14 || from + one_bit == statuses->n) {
        for (guint i = 0; i < one_bit; i++)
            chunk |= (guint16)(statuses->symbols[from + i] << (13 - i));
        *ret_chunk = 0x8000 | chunk;
        return one_bit;
    }
    guint two_bit = MIN(7, statuses->n - from);

    for (guint i = 0; i < two_bit; i++)
        chunk |= (guint16)(statuses->symbols[from + i] << (12 - 2 * i));
    *ret_chunk = 0xc000 | chunk;
    return two_bit;
}

gboolean
transport_feedback_write(TransportFeedback *feedback, RtcpWriter *writer, guint32 sender_ssrc,
                         guint32 media_ssrc)
{
    Statuses statuses;
    guint8 packet[FEEDBACK_HEADER + 2 * STATUS_MAX + 2 * STATUS_MAX + 4];
    gsize length = FEEDBACK_HEADER;

    if (!feedback->due_us || feedback->next > feedback->extender.highest) {
        feedback->due_us = 0;
        return FALSE;
    }
    collect(feedback, &statuses);
    for (guint i = 0; i < statuses.n;) {
        guint16 chunk;

        i += encode_chunk(&statuses, i, &chunk);
        rtp_write16(packet + length, chunk);
        length += 2;
    }
    for (guint i = 0; i < statuses.n; i++) {
        if (statuses.symbols[i] == SMALL_DELTA) {
            packet[length++] = (guint8)statuses.deltas[i];
        } else if (statuses.symbols[i] == LARGE_DELTA) {
            rtp_write16(packet + length, (guint16)statuses.deltas[i]);
            length += 2;
        }
    }
    while (length & 3) /* zero bytes, as every implementation sends and takes them */
        packet[length++] = 0;
    if (length > writer->capacity - writer->length)
        return FALSE;

    packet[0] = 0x80 | 15;
    packet[1] = 205;
    rtp_write16(packet + 2, (guint16)(length / 4 - 1));
    rtp_write32(packet + 4, sender_ssrc);
    rtp_write32(packet + 8, media_ssrc);
    rtp_write16(packet + 12, (guint16)feedback->next);
    rtp_write16(packet + 14, (guint16)statuses.n);
    rtp_write32(packet + 16, (guint32)(statuses.reference << 8) | feedback->count++);
    memcpy(writer->data + writer->length, packet, length);
    writer->length += length;

    feedback->next += statuses.n;
    if (feedback->next > feedback->extender.highest)
        feedback->due_us = 0;
    return TRUE;
}
