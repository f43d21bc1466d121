/**
 * SdpNegotiation — what we accept of an offer (RFC 3264, RFC 8829 section 5.3): for each media line our direction, the codecs in our order
 * with their retransmission payload types, feedback and header extensions. Plain data made from an offer; the room reads it, sdp-answer.h writes it out.
 *
 * One direction per line: `sendonly` is answered `recvonly` and the other way round; `sendrecv` is answered `recvonly`.
 * What we receive is answered with one codec (H.264 constrained baseline before other H.264 profiles before VP8; Opus), so that the publisher has no choice;
 * what we send with every codec that a publisher of the room may use. Simulcast (RFC 8853) is taken where the client sends it; which layer is the better one
 * is told by the usual names (l m h, q h f), and where these are not used by the offer's order, the preferred one first.
 */
#pragma once

#include <glib.h>

#include "sdp-offer.h"

typedef enum { SDP_CODEC_OPUS, SDP_CODEC_H264, SDP_CODEC_VP8 } SdpCodecId;

/** "opus", "H264", "VP8". */
const char *sdp_codec_name(SdpCodecId codec);

#define SDP_NO_PAYLOAD_TYPE (-1)
#define SDP_LINE_CODECS_MAX 4
/* HD, a third of a megabit, and a thumbnail: more layers cost the phone more than they bring. */
#define SDP_LAYERS_MAX 3

typedef struct {
    SdpCodecId id;
    guint8 payload_type;
    gint16 rtx_payload_type; /* or SDP_NO_PAYLOAD_TYPE */
    guint32 clock_rate;
    guint8 channels;
    guint feedback;          /* SdpFeedback bits that both sides have */
    char fmtp[SDP_FMTP_MAX]; /* of our answer; "" when none */
} SdpLineCodec;

typedef struct {
    gboolean accepted;      /* else port 0 in the answer, and only the next five fields mean anything */
    SdpKind kind;
    char kind_text[32];     /* of the offer's "m=" line, as are the next two */
    char protocol[32];
    char formats[128];
    char mid[SDP_MID_MAX];  /* "" when the offer had none */
    SdpDirection direction; /* ours: RECVONLY = the client publishes here, SENDONLY = a slot, INACTIVE */
    guint n_codecs;         /* at least 1, the preferred one first */
    SdpLineCodec codecs[SDP_LINE_CODECS_MAX];
    guint8 mid_extension;          /* ids of header extensions in force, 0 = none */
    guint8 transport_cc_extension;
    guint8 rid_extension, repaired_rid_extension; /* in force with layers only */
    guint n_layers;         /* of simulcast that we receive (RFC 8853); 0 = one stream */
    char layers[SDP_LAYERS_MAX][SDP_RID_MAX]; /* the lowest quality first */
    gboolean rtcp_rsize;    /* RTCP that is not compound may be sent */
    guint32 remote_ssrc;    /* first source announced by the client, or 0: then tell by the mid extension, then by payload type */
    guint32 remote_rtx_ssrc;
    char remote_cname[SDP_CNAME_MAX];
} SdpLine;

typedef struct {
    char remote_ufrag[SDP_UFRAG_MAX + 1];
    char remote_password[SDP_PASSWORD_MAX + 1];
    guint8 remote_fingerprint[32]; /* SHA-256 */
    guint n_lines;                 /* as many as the offer has, in its order */
    SdpLine lines[SDP_LINES_MAX];
} SdpNegotiation;

/** Errors: NO_MEDIA, NO_BUNDLE, NO_RTCP_MUX, NO_ICE, NO_FINGERPRINT, SETUP, NO_COMMON_CODEC. */
SdpNegotiation *sdp_negotiate(const SdpOffer *offer, GError **error);
void sdp_negotiation_free(SdpNegotiation *negotiation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SdpNegotiation, sdp_negotiation_free)

/** The line's codec with this id, or NULL. */
const SdpLineCodec *sdp_line_codec(const SdpLine *line, SdpCodecId id);
