/**
 * RTCP: reading compound packets and writing the few that we send (RFC 3550 section 6, RFC 4585, RFC 5104
 * section 4.3.1, RFC 5506).
 *
 * The reader walks the packet in place and copies nothing; every item is checked against the packet's bounds
 * before it is returned. The writer appends to a buffer of the caller and never past its end.
 */
#pragma once

#include <glib.h>

#include "rtp-packet.h"

typedef struct {
    guint32 ssrc;
    guint8 fraction_lost; /* of 256 */
    gint32 cumulative_lost;
    guint32 highest_sequence;
    guint32 jitter; /* in units of the media clock */
    guint32 last_sender_report, delay_since_last_sender_report;
} RtcpReportBlock;

typedef struct {
    guint32 ssrc;
    guint64 ntp;
    guint32 rtp_timestamp;
    guint32 packets, bytes;
} RtcpSenderReport;

typedef enum {
    RTCP_ITEM_SENDER_REPORT,
    RTCP_ITEM_REPORT_BLOCK,
    RTCP_ITEM_CNAME,
    RTCP_ITEM_BYE,
    RTCP_ITEM_NACK,              /* one FCI entry: a number and the 16 that follow it */
    RTCP_ITEM_KEY_FRAME_REQUEST, /* PLI, or one FCI entry of a FIR */
    RTCP_ITEM_TRANSPORT_REPORT,  /* transport-wide feedback, for TransportReport to read */
} RtcpItemType;

typedef struct {
    RtcpItemType type;
    guint32 sender_ssrc; /* of the packet that carries the item */
    guint32 ssrc;        /* the source that the item is about */
    union {
        RtcpSenderReport sender_report;
        RtcpReportBlock report;
        struct {
            guint16 sequence;
            guint16 following; /* bit i: sequence + 1 + i is missing too */
        } nack;
        struct {
            const guint8 *packet; /* the whole RTCP packet */
            gsize length;
        } transport_report;
        struct {
            const guint8 *text; /* not terminated */
            guint8 length;
        } cname;
    };
} RtcpItem;

typedef struct {
    const guint8 *data;
    gsize length;
    gsize packet; /* offset of the current packet, and of the first byte after it */
    gsize packet_end;
    gsize at;   /* next item inside it */
    gsize left; /* report blocks, chunks or sources still to come */
} RtcpReader;

/** `data` must live as long as the reader. */
void rtcp_reader_init(RtcpReader *reader, const guint8 *data, gsize length);
/** The next item that we know; packets of other types are passed over. FALSE at the end or at the first
 * malformed packet. */
gboolean rtcp_reader_next(RtcpReader *reader, RtcpItem *ret_item);

typedef struct {
    guint8 *data;
    gsize capacity;
    gsize length;
} RtcpWriter;

/* Each appends one packet, or returns FALSE and leaves the writer as it was when it does not fit. */

/** At most 31 blocks; none is fine: every compound packet begins with a report (RFC 3550, section 6.1). */
gboolean rtcp_write_receiver_report(RtcpWriter *writer, guint32 sender_ssrc, const RtcpReportBlock *blocks,
                                    guint n_blocks);
gboolean rtcp_write_sender_report(RtcpWriter *writer, const RtcpSenderReport *report);
gboolean rtcp_write_cname(RtcpWriter *writer, guint32 ssrc, const char *cname);
/** Ascending numbers (they may wrap), packed into as few entries as possible. */
gboolean rtcp_write_nack(RtcpWriter *writer, guint32 sender_ssrc, guint32 media_ssrc,
                         const guint16 *sequences, guint n_sequences);
gboolean rtcp_write_pli(RtcpWriter *writer, guint32 sender_ssrc, guint32 media_ssrc);
gboolean rtcp_write_bye(RtcpWriter *writer, guint32 ssrc);

/** The NTP format of a time in microseconds since the Unix epoch. */
guint64 rtcp_ntp_from_unix_us(gint64 unix_us);
