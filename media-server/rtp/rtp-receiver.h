/**
 * RtpReceiver — what one publisher's connection receives: tells the tracks apart, undoes retransmission,
 * drops duplicates, and says what feedback is due (receiver reports, NACK, PLI, transport-wide feedback).
 *
 * A pure core: decrypted packets and `now` in, packets of tracks and RTCP out. One thread. Tracks are known
 * from the negotiation and found by SSRC; an SSRC not announced is learned from its MID (RFC 8843,
 * section 9.2) or, where only one track can be meant, from its payload type. Layers of simulcast are tracks of one MID, told
 * apart by their RID; what a retransmission repeats is told by the repaired RID (RFC 8852).
 */
#pragma once

#include "key-frame-request.h"
#include "key-frame.h"
#include "nack-generator.h"
#include "receive-statistics.h"
#include "rtcp.h"
#include "transport-feedback.h"

#define RTP_TRACKS_MAX 32 /* media lines of an offer */
#define RTP_CNAME_MAX  64

typedef struct {
    MediaCodec codec;
    guint8 payload_type;
    gint16 rtx_payload_type; /* −1 = no retransmission */
    guint32 clock_rate;
    guint32 ssrc, rtx_ssrc;    /* as announced, 0 = not */
    gboolean nack, pli;        /* feedback that the publisher takes */
    char mid[RTP_MID_MAX + 1]; /* "" = none */
    char rid[RTP_MID_MAX + 1]; /* of a layer of simulcast; "" = the MID has one stream */
    char cname[RTP_CNAME_MAX];
} RtpTrackConfig;

typedef struct {
    RtpTrackConfig config; /* SSRCs and CNAME are filled in as they are learned */
    NackGenerator *nack;   /* NULL without NACK */
    ReceiveStatistics statistics;
    KeyFrameRequest key_frame;
    RtcpSenderReport sender_report; /* the last; ntp 0 = none yet */
    gint64 last_packet_us;          /* 0 = never */
    guint64 recovered, duplicates, key_frames;
} RtpTrack;

typedef struct RtpReceiver RtpReceiver;

/** Ids of header extensions, the publisher's; 0 = not negotiated. */
typedef struct {
    guint8 mid, rid, repaired_rid, transport_cc;
} RtpExtensions;

/** `local_ssrc` names us in RTCP. */
RtpReceiver *rtp_receiver_new(guint32 local_ssrc, RtpExtensions extensions);
void rtp_receiver_free(RtpReceiver *receiver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RtpReceiver, rtp_receiver_free)

/** Returns the track's index; −1 when RTP_TRACKS_MAX are there. */
gint rtp_receiver_add_track(RtpReceiver *receiver, const RtpTrackConfig *config);
guint rtp_receiver_track_count(const RtpReceiver *receiver);
const RtpTrack *rtp_receiver_track(const RtpReceiver *receiver, guint index);

typedef struct {
    guint track;
    gsize offset,
        length; /* of the packet inside the buffer given: a retransmission begins 2 bytes later than it did */
    RtpHeader header;
    gboolean starts_key_frame;
} RtpReceived;

/** TRUE if the packet is one of a track and new. Altered in place when it was a retransmission. */
gboolean rtp_receiver_rtp(RtpReceiver *receiver, guint8 *packet, gsize length, gint64 now_us,
                          RtpReceived *ret_received);

/** One compound packet from the publisher; returns a bit mask of the tracks that got a new sender report. */
guint32 rtp_receiver_rtcp(RtpReceiver *receiver, const guint8 *packet, gsize length, gint64 now_us);

/** Somebody wants a key frame of this track. Sent by a later rtp_receiver_write_feedback(). */
void rtp_receiver_want_key_frame(RtpReceiver *receiver, guint track);

/** When rtp_receiver_write_feedback() has something to send. */
gint64 rtp_receiver_next_timeout(const RtpReceiver *receiver, gint64 rtt_us);
/** Writes one compound packet of what is due. Returns FALSE when that is nothing; call until then. `rtt_us`:
 * the round trip to this publisher. */
gboolean rtp_receiver_write_feedback(RtpReceiver *receiver, gint64 now_us, gint64 rtt_us, RtcpWriter *writer);
