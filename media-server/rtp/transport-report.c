#include "transport-report.h"

#include "rtp-packet.h"

#define HEADER       20
#define TICK_US      250
#define REFERENCE_US (64 * G_TIME_SPAN_MILLISECOND)

enum { NOT_RECEIVED, SMALL_DELTA, LARGE_DELTA };

static guint
chunk_packets(guint16 chunk)
{
    if (!(chunk & 0x8000))
        return chunk & 0x1fff;
    return chunk & 0x4000 ? 7 : 14;
}

/* The deltas begin where the chunks end. */
static gboolean
find_deltas(TransportReport *report)
{
    guint told = 0;

    report->delta_at = HEADER;
    while (told < report->left) {
        if (report->delta_at + 2 > report->length)
            return FALSE;
        guint packets = chunk_packets(rtp_read16(report->data + report->delta_at));

        if (!packets) /* an empty run: such a report need not end */
            return FALSE;
        told += packets;
        report->delta_at += 2;
    }
    return TRUE;
}

gboolean
transport_report_init(TransportReport *report, const guint8 *packet, gsize length)
{
    if (length < HEADER || (packet[0] & 0x1f) != 15 || packet[1] != 205)
        return FALSE;
    if (packet[0] & 0x20) {
        gsize padding = packet[length - 1];

        if (padding > length - HEADER)
            return FALSE;
        length -= padding;
    }
    *report = (TransportReport){
        .data = packet,
        .length = length,
        .chunk_at = HEADER,
        .sequence = rtp_read16(packet + 12),
        .left = rtp_read16(packet + 14),
        .now_us = (gint64)(rtp_read32(packet + 16) >> 8) * REFERENCE_US,
        .count = packet[19],
    };
    return report->left && report->left <= TRANSPORT_REPORT_PACKETS_MAX && find_deltas(report);
}

static guint
next_symbol(TransportReport *report)
{
    guint symbol;

    if (!report->chunk_left) {
        report->chunk = rtp_read16(report->data + report->chunk_at); /* find_deltas() has seen it */
        report->chunk_at += 2;
        report->chunk_left = chunk_packets(report->chunk);
        report->symbol_bits = !(report->chunk & 0x8000) ? 0 : report->chunk & 0x4000 ? 2 : 1;
        if (report->symbol_bits)
            report->chunk = (guint16)(report->chunk << 2);
    }
    report->chunk_left--;
    if (!report->symbol_bits)
        return (report->chunk >> 13) & 3;
    symbol = report->chunk >> (16 - report->symbol_bits);
    report->chunk = (guint16)(report->chunk << report->symbol_bits);
    return symbol;
}

gboolean
transport_report_next(TransportReport *report, guint16 *ret_sequence, gint64 *ret_arrival_us)
{
    const guint8 *delta = report->data + report->delta_at;
    gsize bytes;
    guint symbol;

    if (!report->left)
        return FALSE;
    symbol = next_symbol(report);
    bytes = symbol == SMALL_DELTA ? 1 : symbol == LARGE_DELTA ? 2 : 0;
    if (symbol > LARGE_DELTA || report->delta_at + bytes > report->length) {
        report->left = 0;
        return FALSE;
    }
    report->left--;
    report->delta_at += bytes;
    *ret_sequence = report->sequence++;
    *ret_arrival_us = -1;
    if (bytes) {
        report->now_us += (bytes == 1 ? (gint64)delta[0] : (gint64)(gint16)rtp_read16(delta)) * TICK_US;
        *ret_arrival_us = report->now_us;
    }
    return TRUE;
}
