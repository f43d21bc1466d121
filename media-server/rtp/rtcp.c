#include "rtcp.h"

#include <string.h>

enum { PT_SR = 200, PT_RR = 201, PT_SDES = 202, PT_BYE = 203, PT_RTPFB = 205, PT_PSFB = 206 };
enum { FMT_NACK = 1, FMT_TRANSPORT_CC = 15, FMT_PLI = 1, FMT_FIR = 4 };
enum { SDES_CNAME = 1 };

#define HEADER_LENGTH       8 /* with the sender's SSRC, which all but SDES and BYE have */
#define SENDER_INFO_LENGTH  20
#define REPORT_BLOCK_LENGTH 24

void
rtcp_reader_init(RtcpReader *reader, const guint8 *data, gsize length)
{
    *reader = (RtcpReader){.data = data, .length = length};
}

/* Enters the packet at `packet_end`. FALSE at the end or when it is malformed. */
static gboolean
next_packet(RtcpReader *reader)
{
    gsize start = reader->packet_end;
    const guint8 *p = reader->data + start;

    if (reader->length - start < 4 || p[0] >> 6 != 2)
        return FALSE;
    gsize length = 4 * ((gsize)rtp_read16(p + 2) + 1);

    if (length > reader->length - start)
        return FALSE;
    gsize padding = p[0] & 0x20 ? p[length - 1] : 0;
    /* RFC 3550, section 6.4.1, wants a multiple of four; browsers fill the last word of a transport-wide report with one to three. */
    gboolean odd = p[1] == PT_RTPFB && (p[0] & 0x1f) == FMT_TRANSPORT_CC;

    if (padding > length - 4 || ((padding & 3) && !odd))
        return FALSE;
    reader->packet = start;
    reader->packet_end = start + length;
    reader->at = start + 4;
    reader->left = p[0] & 0x1f;
    return TRUE;
}

/* The end of the current packet without its padding. */
static gsize
content_end(const RtcpReader *reader)
{
    gboolean padded = reader->data[reader->packet] & 0x20;

    return reader->packet_end - (padded ? reader->data[reader->packet_end - 1] : 0);
}

static gboolean
next_report(RtcpReader *reader, RtcpItem *item, gboolean sender)
{
    const guint8 *packet = reader->data + reader->packet;
    gsize end = content_end(reader);

    if (end - reader->packet < HEADER_LENGTH)
        return FALSE;
    item->sender_ssrc = item->ssrc = rtp_read32(packet + 4);
    if (reader->at == reader->packet + 4) { /* just entered */
        reader->at = reader->packet + HEADER_LENGTH;
        if (sender) {
            if (end - reader->at < SENDER_INFO_LENGTH)
                return FALSE;
            reader->at += SENDER_INFO_LENGTH;
            item->type = RTCP_ITEM_SENDER_REPORT;
            item->sender_report = (RtcpSenderReport){
                .ssrc = item->ssrc,
                .ntp = (guint64)rtp_read32(packet + 8) << 32 | rtp_read32(packet + 12),
                .rtp_timestamp = rtp_read32(packet + 16),
                .packets = rtp_read32(packet + 20),
                .bytes = rtp_read32(packet + 24),
            };
            return TRUE;
        }
    }
    if (!reader->left || end - reader->at < REPORT_BLOCK_LENGTH)
        return FALSE;
    const guint8 *p = reader->data + reader->at;
    guint32 lost = rtp_read32(p + 4) & 0xffffff;

    reader->left--;
    reader->at += REPORT_BLOCK_LENGTH;
    item->type = RTCP_ITEM_REPORT_BLOCK;
    item->ssrc = rtp_read32(p);
    item->report = (RtcpReportBlock){
        .ssrc = item->ssrc,
        .fraction_lost = p[4],
        .cumulative_lost = (gint32)(lost & 0x800000 ? lost | 0xff000000 : lost),
        .highest_sequence = rtp_read32(p + 8),
        .jitter = rtp_read32(p + 12),
        .last_sender_report = rtp_read32(p + 16),
        .delay_since_last_sender_report = rtp_read32(p + 20),
    };
    return TRUE;
}

/* Chunks of an SSRC and items, each chunk ended by a null item and padded to 32 bits (RFC 3550, section 6.5).
 */
static gboolean
next_cname(RtcpReader *reader, RtcpItem *item)
{
    gsize end = content_end(reader);

    while (reader->left && end - reader->at >= 4) {
        guint32 ssrc = rtp_read32(reader->data + reader->at);
        gsize at = reader->at + 4;
        gboolean found = FALSE;

        reader->left--;
        while (at < end && reader->data[at]) {
            if (end - at < 2 || (gsize)reader->data[at + 1] > end - at - 2) {
                reader->left = 0;
                return FALSE;
            }
            if (reader->data[at] == SDES_CNAME && !found) {
                found = TRUE;
                item->type = RTCP_ITEM_CNAME;
                item->sender_ssrc = item->ssrc = ssrc;
                item->cname.length = reader->data[at + 1];
                item->cname.text = reader->data + at + 2;
            }
            at += 2 + reader->data[at + 1];
        }
        reader->at = MIN(end, reader->packet + ((at - reader->packet) / 4 + 1) * 4);
        if (found)
            return TRUE;
    }
    return FALSE;
}

static gboolean
next_bye(RtcpReader *reader, RtcpItem *item)
{
    if (!reader->left || content_end(reader) - reader->at < 4)
        return FALSE;
    item->type = RTCP_ITEM_BYE;
    item->sender_ssrc = item->ssrc = rtp_read32(reader->data + reader->at);
    reader->left--;
    reader->at += 4;
    return TRUE;
}

static gboolean
next_feedback(RtcpReader *reader, RtcpItem *item, gboolean payload_specific)
{
    const guint8 *packet = reader->data + reader->packet;
    guint format = packet[0] & 0x1f;
    gsize end = content_end(reader);
    gboolean entered = reader->at == reader->packet + 4;

    if (end - reader->packet < 12)
        return FALSE;
    if (entered)
        reader->at = reader->packet + 12;
    const guint8 *p = reader->data + reader->at;

    item->sender_ssrc = rtp_read32(packet + 4);
    item->ssrc = rtp_read32(packet + 8);
    if (!payload_specific && format == FMT_NACK && end - reader->at >= 4) {
        item->type = RTCP_ITEM_NACK;
        item->nack.sequence = rtp_read16(p);
        item->nack.following = rtp_read16(p + 2);
        reader->at += 4;
        return TRUE;
    }
    if (!payload_specific && format == FMT_TRANSPORT_CC && entered) {
        item->type = RTCP_ITEM_TRANSPORT_REPORT;
        item->transport_report.packet = packet;
        item->transport_report.length = reader->packet_end - reader->packet;
        return TRUE;
    }
    if (payload_specific && format == FMT_PLI && entered) {
        item->type = RTCP_ITEM_KEY_FRAME_REQUEST;
        return TRUE;
    }
    if (payload_specific && format == FMT_FIR && end - reader->at >= 8) {
        item->type = RTCP_ITEM_KEY_FRAME_REQUEST;
        item->ssrc = rtp_read32(p);
        reader->at += 8;
        return TRUE;
    }
    return FALSE;
}

static gboolean
next_in_packet(RtcpReader *reader, RtcpItem *item)
{
    switch (reader->data[reader->packet + 1]) {
    case PT_SR:
    case PT_RR:
        return next_report(reader, item, reader->data[reader->packet + 1] == PT_SR);
    case PT_SDES:
        return next_cname(reader, item);
    case PT_BYE:
        return next_bye(reader, item);
    case PT_RTPFB:
    case PT_PSFB:
        return next_feedback(reader, item, reader->data[reader->packet + 1] == PT_PSFB);
    default:
        return FALSE;
    }
}

gboolean
rtcp_reader_next(RtcpReader *reader, RtcpItem *ret_item)
{
    RtcpItem item;

    memset(&item, 0, sizeof item);
    for (;;) {
        if (reader->packet_end && next_in_packet(reader, &item)) {
            *ret_item = item;
            return TRUE;
        }
        if (!next_packet(reader)) {
            reader->length = reader->packet_end; /* so that a later call ends here too */
            return FALSE;
        }
    }
}

/* Room for a packet of `length` bytes (a multiple of 4), with the first word written; NULL if it does not
 * fit. */
static guint8 *
append(RtcpWriter *writer, guint count, guint8 packet_type, gsize length)
{
    guint8 *p = writer->data + writer->length;

    if (length > writer->capacity - writer->length)
        return NULL;
    memset(p, 0, length);
    p[0] = (guint8)(0x80 | count);
    p[1] = packet_type;
    rtp_write16(p + 2, (guint16)(length / 4 - 1));
    writer->length += length;
    return p;
}

gboolean
rtcp_write_receiver_report(RtcpWriter *writer, guint32 sender_ssrc, const RtcpReportBlock *blocks,
                           guint n_blocks)
{
    guint8 *p;

    g_return_val_if_fail(n_blocks <= 31, FALSE);
    p = append(writer, n_blocks, PT_RR, HEADER_LENGTH + REPORT_BLOCK_LENGTH * n_blocks);
    if (!p)
        return FALSE;
    rtp_write32(p + 4, sender_ssrc);
    p += HEADER_LENGTH;
    for (guint i = 0; i < n_blocks; i++, p += REPORT_BLOCK_LENGTH) {
        rtp_write32(p, blocks[i].ssrc);
        rtp_write32(p + 4, (guint32)blocks[i].cumulative_lost & 0xffffff);
        p[4] = blocks[i].fraction_lost;
        rtp_write32(p + 8, blocks[i].highest_sequence);
        rtp_write32(p + 12, blocks[i].jitter);
        rtp_write32(p + 16, blocks[i].last_sender_report);
        rtp_write32(p + 20, blocks[i].delay_since_last_sender_report);
    }
    return TRUE;
}

gboolean
rtcp_write_sender_report(RtcpWriter *writer, const RtcpSenderReport *report)
{
    guint8 *p = append(writer, 0, PT_SR, HEADER_LENGTH + SENDER_INFO_LENGTH);

    if (!p)
        return FALSE;
    rtp_write32(p + 4, report->ssrc);
    rtp_write32(p + 8, (guint32)(report->ntp >> 32));
    rtp_write32(p + 12, (guint32)report->ntp);
    rtp_write32(p + 16, report->rtp_timestamp);
    rtp_write32(p + 20, report->packets);
    rtp_write32(p + 24, report->bytes);
    return TRUE;
}

gboolean
rtcp_write_cname(RtcpWriter *writer, guint32 ssrc, const char *cname)
{
    gsize length = MIN(strlen(cname), 255);
    guint8 *p = append(writer, 1, PT_SDES, (8 + 2 + length + 1 + 3) / 4 * 4);

    if (!p)
        return FALSE;
    rtp_write32(p + 4, ssrc);
    p[8] = SDES_CNAME;
    p[9] = (guint8)length;
    memcpy(p + 10, cname, length);
    return TRUE;
}

gboolean
rtcp_write_nack(RtcpWriter *writer, guint32 sender_ssrc, guint32 media_ssrc, const guint16 *sequences,
                guint n_sequences)
{
    guint8 *start = append(writer, FMT_NACK, PT_RTPFB, 12);
    gsize length = 12;

    if (!start)
        return FALSE;
    rtp_write32(start + 4, sender_ssrc);
    rtp_write32(start + 8, media_ssrc);
    for (guint i = 0; i < n_sequences;) {
        guint16 first = sequences[i++];
        guint16 following = 0;

        while (i < n_sequences && (guint16)(sequences[i] - first - 1) < 16)
            following |= (guint16)(1 << (guint16)(sequences[i++] - first - 1));
        if (writer->capacity - writer->length < 4) {
            writer->length -= length;
            return FALSE;
        }
        rtp_write16(start + length, first);
        rtp_write16(start + length + 2, following);
        length += 4;
        writer->length += 4;
    }
    rtp_write16(start + 2, (guint16)(length / 4 - 1));
    return TRUE;
}

gboolean
rtcp_write_pli(RtcpWriter *writer, guint32 sender_ssrc, guint32 media_ssrc)
{
    guint8 *p = append(writer, FMT_PLI, PT_PSFB, 12);

    if (!p)
        return FALSE;
    rtp_write32(p + 4, sender_ssrc);
    rtp_write32(p + 8, media_ssrc);
    return TRUE;
}

gboolean
rtcp_write_bye(RtcpWriter *writer, guint32 ssrc)
{
    guint8 *p = append(writer, 1, PT_BYE, 8);

    if (!p)
        return FALSE;
    rtp_write32(p + 4, ssrc);
    return TRUE;
}

guint64
rtcp_ntp_from_unix_us(gint64 unix_us)
{
    guint64 seconds = (guint64)(unix_us / G_USEC_PER_SEC) + G_GUINT64_CONSTANT(2208988800); /* 1900 to 1970 */

    return seconds << 32 | ((guint64)(unix_us % G_USEC_PER_SEC) << 32) / G_USEC_PER_SEC;
}
