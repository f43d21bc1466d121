/**
 * RtpHeader — the fixed header, CSRC list, header extension and padding of an RTP packet (RFC 3550,
 * section 5.1; RFC 8285).
 *
 * Offsets are into the packet that was parsed; nothing is copied. Plain value.
 */
#pragma once

#include <glib.h>

#define RTP_FIXED_HEADER 12
/* One Ethernet frame's worth of UDP over IPv6, and some for other media; a longer datagram is no RTP of ours.
 */
#define RTP_PACKET_MAX 1500
/* RFC 8843, section 15: MID values of more than 16 bytes would not fit a one-byte header extension. */
#define RTP_MID_MAX 16

typedef struct {
    guint8 payload_type;
    gboolean marker;
    guint16 sequence;
    guint32 timestamp;
    guint32 ssrc;
    guint16 header_length;  /* with CSRCs and extension: where the payload starts */
    guint16 payload_length; /* without padding; 0 = a padding-only or empty packet */
    guint16 padding_length;
    guint16 extension_profile; /* 0xbede, 0x1000…0x100f; 0 = no extension */
    guint16 extension_offset;
    guint16 extension_length;
} RtpHeader;

/** FALSE if `data` is not a well-formed RTP packet; then `ret_header` is untouched. */
gboolean rtp_header_parse(const guint8 *data, gsize length, RtpHeader *ret_header);

/** The element `id` of the header extension, one-byte or two-byte form; NULL if it is not there or is
 * malformed. */
const guint8 *rtp_header_extension(const RtpHeader *header, const guint8 *data, guint8 id, gsize *ret_length);

#define RTP_HEADER_TEMPLATE_MAX (RTP_FIXED_HEADER + 4 + 2 + RTP_MID_MAX + 4 + 3)

/**
 * RtpHeaderTemplate — the header a slot writes in front of every payload: no CSRCs, and as extensions the MID
 * (RFC 8843) and, when its id is not 0, the transport-wide sequence number. What else the publisher put into
 * its extension is left out.
 */
typedef struct {
    guint8 bytes[RTP_HEADER_TEMPLATE_MAX];
    guint8 length;
    guint8 transport_sequence_offset; /* 0 = none */
} RtpHeaderTemplate;

/** mid_id and transport_sequence_id are the subscriber's extension ids, 0 = not negotiated; above 14 the
 * two-byte form is used. A `mid` longer than RTP_MID_MAX is left out: the receiver then tells by the SSRC
 * alone. */
void rtp_header_template_init(RtpHeaderTemplate *header, guint32 ssrc, const char *mid, guint8 mid_id,
                              guint8 transport_sequence_id);

/** Writes the header for one packet; `out` has room for RTP_HEADER_TEMPLATE_MAX. Returns its length. */
gsize rtp_header_template_write(const RtpHeaderTemplate *header, guint8 *out, guint8 payload_type,
                                gboolean marker, guint16 sequence, guint32 timestamp,
                                guint16 transport_sequence);

/** True for the RTCP half of the packet type space when RTP and RTCP share a port (RFC 5761, section 4). */
static inline gboolean
rtp_is_rtcp(const guint8 *data, gsize length)
{
    return length >= 2 && data[1] >= 192 && data[1] <= 223;
}

static inline guint16
rtp_read16(const guint8 *p)
{
    return (guint16)(p[0] << 8 | p[1]);
}

static inline guint32
rtp_read32(const guint8 *p)
{
    return (guint32)p[0] << 24 | (guint32)p[1] << 16 | (guint32)p[2] << 8 | p[3];
}

static inline void
rtp_write16(guint8 *p, guint16 value)
{
    p[0] = (guint8)(value >> 8);
    p[1] = (guint8)value;
}

static inline void
rtp_write32(guint8 *p, guint32 value)
{
    rtp_write16(p, (guint16)(value >> 16));
    rtp_write16(p + 2, (guint16)value);
}
