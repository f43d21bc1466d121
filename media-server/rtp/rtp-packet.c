#include "rtp-packet.h"

#include <string.h>

gboolean
rtp_header_parse(const guint8 *data, gsize length, RtpHeader *ret_header)
{
    RtpHeader header = {0};
    gsize offset = RTP_FIXED_HEADER + 4 * (gsize)(length ? data[0] & 0x0f : 0);

    if (length < offset || length > RTP_PACKET_MAX || data[0] >> 6 != 2)
        return FALSE;
    if (data[0] & 0x10) {
        if (length < offset + 4)
            return FALSE;
        header.extension_profile = rtp_read16(data + offset);
        header.extension_offset = (guint16)(offset + 4);
        header.extension_length = 4 * rtp_read16(data + offset + 2) % 65536;
        if (rtp_read16(data + offset + 2) > RTP_PACKET_MAX / 4)
            return FALSE;
        offset += 4 + header.extension_length;
        if (length < offset)
            return FALSE;
    }
    if (data[0] & 0x20) {
        header.padding_length = data[length - 1];
        if (!header.padding_length || header.padding_length > length - offset)
            return FALSE;
    }
    header.header_length = (guint16)offset;
    header.payload_length = (guint16)(length - offset - header.padding_length);
    header.marker = data[1] >> 7;
    header.payload_type = data[1] & 0x7f;
    header.sequence = rtp_read16(data + 2);
    header.timestamp = rtp_read32(data + 4);
    header.ssrc = rtp_read32(data + 8);
    *ret_header = header;
    return TRUE;
}

const guint8 *
rtp_header_extension(const RtpHeader *header, const guint8 *data, guint8 id, gsize *ret_length)
{
    const guint8 *p = data + header->extension_offset;
    const guint8 *end = p + header->extension_length;
    gboolean two_byte = (header->extension_profile & 0xfff0) == 0x1000;

    if (!two_byte && header->extension_profile != 0xbede)
        return NULL;
    while (p < end) {
        if (*p == 0) { /* padding */
            p++;
            continue;
        }
        if (end - p < (two_byte ? 2 : 1))
            return NULL;
        guint8 element = two_byte ? p[0] : p[0] >> 4;
        gsize length = two_byte ? p[1] : (gsize)(p[0] & 0x0f) + 1;

        if (!two_byte && element == 15) /* RFC 8285, section 4.2: stop here */
            return NULL;
        p += two_byte ? 2 : 1;
        if (length > (gsize)(end - p))
            return NULL;
        if (element == id) {
            *ret_length = length;
            return p;
        }
        p += length;
    }
    return NULL;
}

static guint8 *
write_element_header(guint8 *p, gboolean two_byte, guint8 id, gsize length)
{
    if (two_byte) {
        *p++ = id;
        *p++ = (guint8)length;
    } else {
        *p++ = (guint8)(id << 4 | (length - 1));
    }
    return p;
}

void
rtp_header_template_init(RtpHeaderTemplate *header, guint32 ssrc, const char *mid, guint8 mid_id,
                         guint8 transport_sequence_id)
{
    gsize mid_length = strlen(mid);
    gboolean two_byte = mid_id > 14 || transport_sequence_id > 14;
    guint8 *p = header->bytes + RTP_FIXED_HEADER;

    memset(header, 0, sizeof *header);
    header->bytes[0] = 0x80;
    rtp_write32(header->bytes + 8, ssrc);
    header->length = RTP_FIXED_HEADER;
    if (!mid_length || mid_length > RTP_MID_MAX)
        mid_id = 0;
    if (!mid_id && !transport_sequence_id)
        return;

    header->bytes[0] |= 0x10;
    rtp_write16(p, two_byte ? 0x1000 : 0xbede);
    p += 4;
    if (transport_sequence_id) {
        p = write_element_header(p, two_byte, transport_sequence_id, 2);
        header->transport_sequence_offset = (guint8)(p - header->bytes);
        p += 2;
    }
    if (mid_id) {
        p = write_element_header(p, two_byte, mid_id, mid_length);
        memcpy(p, mid, mid_length);
        p += mid_length;
    }
    gsize words = ((gsize)(p - header->bytes) - RTP_FIXED_HEADER - 4 + 3) / 4;

    rtp_write16(header->bytes + RTP_FIXED_HEADER + 2, (guint16)words);
    header->length = (guint8)(RTP_FIXED_HEADER + 4 + 4 * words);
}

gsize
rtp_header_template_write(const RtpHeaderTemplate *header, guint8 *out, guint8 payload_type, gboolean marker,
                          guint16 sequence, guint32 timestamp, guint16 transport_sequence)
{
    memcpy(out, header->bytes, sizeof header->bytes); /* of a size known to the compiler: no call */
    out[1] = (guint8)(payload_type | (marker ? 0x80 : 0));
    rtp_write16(out + 2, sequence);
    rtp_write32(out + 4, timestamp);
    if (header->transport_sequence_offset)
        rtp_write16(out + header->transport_sequence_offset, transport_sequence);
    return header->length;
}
