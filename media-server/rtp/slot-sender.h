/**
 * SlotSender — one outgoing stream of a subscriber: rewriting, retransmission on NACK, sender reports in the
 * slot's own timeline, and what the subscriber reports back.
 *
 * A pure core; the caller encrypts and sends. One thread. Retransmission is RTX alone: repeating a packet
 * under its own number would reuse an SRTP nonce.
 */
#pragma once

#include "key-frame.h"
#include "packet-history.h"
#include "rtcp.h"
#include "slot-rewriter.h"
#include "vp8-continuity.h"

#define SLOT_REPORTS_REMEMBERED 4
/* What a slot's packet may be longer than the publisher's: our header extension and the RTX number. */
#define SLOT_PACKET_MAX (RTP_PACKET_MAX + 40)

typedef struct {
    gint16 payload_type;     /* −1 = the subscriber does not take this codec */
    gint16 rtx_payload_type; /* −1 = no retransmission */
} SlotPayload;

typedef struct {
    guint32 ssrc, rtx_ssrc;
    guint32 clock_rate;
    gboolean video;
    const char *mid;
    guint8 mid_extension, transport_cc_extension;
    SlotPayload payloads[MEDIA_CODEC_VP8 + 1]; /* by MediaCodec */
    const char *cname;                         /* copied */
    guint32 seed;                              /* random: first sequence numbers and timestamp */
} SlotConfig;

typedef struct {
    SlotRewriter rewriter;
    RtpHeaderTemplate header;
    SlotPayload payload; /* of the codec in use */
    guint64 packets, bytes;
    gboolean report_pending;

    RtpHeaderTemplate rtx_header;
    guint32 ssrc, rtx_ssrc;
    guint16 rtx_sequence;
    SlotPayload payloads[MEDIA_CODEC_VP8 + 1];
    MediaCodec codec;
    Vp8Continuity vp8;
    char cname[64];

    RtcpSenderReport source_report; /* the publisher's last; ntp 0 = none */
    struct {
        guint32 middle; /* of the NTP time, as it comes back in report blocks */
        gint64 sent_us;
    } reports[SLOT_REPORTS_REMEMBERED];
    guint next_report;

    guint64 retransmitted, unavailable;
    guint8 fraction_lost; /* the subscriber's last word, of 256 */
    gint64 rtt_us;        /* 0 = not known yet */
} SlotSender;

/** No retransmission log is allocated unless some codec has RTX. */
void slot_sender_init(SlotSender *slot, const SlotConfig *config);
void slot_sender_clear(SlotSender *slot);

/** FALSE if the subscriber does not take this codec. */
gboolean slot_sender_takes(const SlotSender *slot, MediaCodec codec);
/** The source's codec; NONE = no source. */
void slot_sender_set_codec(SlotSender *slot, MediaCodec codec);

/** The source becomes another layer of the same publisher's, at a key frame that is about to come. With both reports
 * the timestamps go on exactly, else by the time that passes. */
void slot_sender_switch_layer(SlotSender *slot, const RtcpSenderReport *from, const RtcpSenderReport *to);

/** Writes the header that the subscriber gets the publisher's payload behind; `out` has
 * RTP_HEADER_TEMPLATE_MAX bytes.
 * Returns its length, 0 when the packet is not forwarded. `transport_sequence` counts over all slots of the
 * connection; it is used up only if something was written. */
gsize slot_sender_forward(SlotSender *slot, const RtpHeader *header, gboolean starts_key_frame, gint64 now_us,
                          guint16 *transport_sequence, guint8 *out, SlotVerdict *ret_verdict);

/** The RTX packet for a lost one: writes its header to `out`, of SLOT_PACKET_MAX bytes, and behind that its
 * payload. Returns the header's length; 0 when the packet cannot be had (any more) or was sent less than a
 * round trip ago. */
gsize slot_sender_retransmit(SlotSender *slot, guint16 sequence, const PacketHistory *history, gint64 now_us,
                             guint16 *transport_sequence, guint8 *out, gsize *ret_payload_length);

/** VP8: TRUE if this packet's payload must be altered by vp8_continuity_alter() to go on from the former source's. */
static inline gboolean
slot_sender_alters(SlotSender *slot, const guint8 *payload, gsize length)
{
    return G_UNLIKELY(slot->codec == MEDIA_CODEC_VP8) && vp8_continuity_map(&slot->vp8, payload, length);
}

/* What a packet of padding can carry (RFC 3550, section 5.1). */
#define SLOT_PADDING_MAX 255

/** The header of a packet of nothing but padding on the retransmission stream, to probe the path: zeros follow, of
 * which the last is their number. 0 when the slot has no retransmission. */
gsize slot_sender_padding(SlotSender *slot, guint16 *transport_sequence, guint8 *out);

/** The publisher's sender report: kept until it can be mapped. */
void slot_sender_source_report(SlotSender *slot, const RtcpSenderReport *report);
/** Appends the mapped report with our counts, and the CNAME. FALSE when none is pending. */
gboolean slot_sender_write_report(SlotSender *slot, gint64 now_us, RtcpWriter *writer);
/** What the subscriber says about this slot. */
void slot_sender_report_block(SlotSender *slot, const RtcpReportBlock *block, gint64 now_us);
