/**
 * RTP and RTCP as far as the feed needs them (RFC 3550; RFC 4585, section 6.3.1). Pure.
 */
#pragma once

#include <glib.h>

typedef struct {
    guint8 payload_type;
    guint16 sequence;
    guint32 timestamp;
    guint32 ssrc;
    gboolean marker;
    gsize payload_at, payload_length; /* without padding */
} RtpHeader;

/** FALSE for anything that is not a whole RTP header with its CSRCs and extension, and for padding longer than the packet. */
gboolean rtp_header_parse(const guint8 *data, gsize length, RtpHeader *ret_header);

/** RFC 5761, section 4: the second byte tells RTCP (192–223) from RTP. */
gboolean rtp_is_rtcp(const guint8 *data, gsize length);

typedef struct {
    guint32 ssrc;
    gint64 ntp_us; /* µs since 1900 */
    guint32 rtp;
} SenderReport;

/** The first sender report of a compound packet; FALSE if there is none. */
gboolean rtcp_find_sender_report(const guint8 *data, gsize length, SenderReport *ret_report);

#define RTCP_PLI_LENGTH 12
/** A picture loss indication to the sender of `media_ssrc`. */
void rtcp_write_pli(guint32 media_ssrc, guint8 out[RTCP_PLI_LENGTH]);
