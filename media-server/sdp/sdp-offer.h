/**
 * SdpOffer — a session description as received (RFC 8866, RFC 8829), as plain data.
 *
 * Parsing is bounded and tolerant: unknown attributes, `.local` candidates, unknown address families and protocols are passed over; only what is
 * needed for an answer and absent or contradictory is an error, and that is found by sdp_negotiate(). Immutable after parsing.
 */
#pragma once

#include <glib.h>

#include "sdp-error.h"

#define SDP_OFFER_MAX      65536 /* bytes; Chromium with 20 lines makes about 40,000 */
#define SDP_LINES_MAX      32    /* media lines */
#define SDP_CODECS_MAX     64    /* payload types per media line; Chromium offers some 45; RTCP multiplexing leaves few more usable */
#define SDP_CANDIDATES_MAX 256   /* beyond it they are not even counted */
#define SDP_SOURCES_MAX    32    /* SSRCs per media line */
#define SDP_MID_MAX        64
#define SDP_FMTP_MAX       512  /* with NUL; longer ones lose their last parameters (sprop-parameter-sets of some encoders) */
#define SDP_UFRAG_MAX      256 /* RFC 8839 section 5.4 */
#define SDP_PASSWORD_MAX   256
#define SDP_CNAME_MAX      64
#define SDP_RID_MAX        17 /* with NUL: one-byte header extensions carry 16 */
#define SDP_RIDS_MAX       8

typedef enum { SDP_KIND_AUDIO, SDP_KIND_VIDEO, SDP_KIND_OTHER } SdpKind;
/** Bit 0: the describing side sends; bit 1: it receives. */
typedef enum { SDP_INACTIVE = 0, SDP_SENDONLY = 1, SDP_RECVONLY = 2, SDP_SENDRECV = 3 } SdpDirection;
typedef enum { SDP_SETUP_NONE, SDP_SETUP_ACTPASS, SDP_SETUP_ACTIVE, SDP_SETUP_PASSIVE, SDP_SETUP_HOLDCONN } SdpSetup;

typedef enum {
    SDP_FEEDBACK_NACK = 1 << 0,
    SDP_FEEDBACK_PLI = 1 << 1,
    SDP_FEEDBACK_FIR = 1 << 2,
    SDP_FEEDBACK_TRANSPORT_CC = 1 << 3,
} SdpFeedback;

typedef struct {
    guint8 payload_type;
    char name[24]; /* as written; compare without case */
    guint32 clock_rate;
    guint8 channels; /* 1 when not given */
    char fmtp[SDP_FMTP_MAX];
    guint feedback; /* SdpFeedback bits, `*` applied */
} SdpCodec;

typedef struct {
    guint32 ssrc;
    guint32 rtx_ssrc; /* of its `ssrc-group:FID`, or 0; the retransmission SSRC has no entry of its own then */
    char cname[SDP_CNAME_MAX];
} SdpSource;

typedef struct {
    SdpKind kind;
    char protocol[32];   /* "UDP/TLS/RTP/SAVPF" */
    char kind_text[32];  /* "application" */
    char formats[128];   /* the formats as written, cut at a space when longer; repeated in a rejected line */
    gboolean disabled;   /* port 0 without bundle-only */
    gboolean has_mid;
    char mid[SDP_MID_MAX];
    SdpDirection direction;
    gboolean rtcp_mux;
    gboolean rtcp_rsize; /* RFC 5506: RTCP need not be compound */
    SdpSetup setup;      /* the session's where the line has none; likewise the next three */
    char ufrag[SDP_UFRAG_MAX + 1];
    char password[SDP_PASSWORD_MAX + 1];
    gboolean has_fingerprint; /* a sha-256 one */
    guint8 fingerprint[32];
    gboolean bundled;    /* its mid is in the first BUNDLE group */
    GArray *codecs;      /* SdpCodec, in order of preference */
    GArray *sources;     /* SdpSource */
    guint8 mid_extension;          /* 1–255, 0 = not offered */
    guint8 transport_cc_extension;
    guint8 rid_extension;          /* of a stream (RFC 8852 section 3.1) */
    guint8 repaired_rid_extension; /* of what a retransmission repeats */
    guint n_rids;        /* `a=rid:… send` */
    char rids[SDP_RIDS_MAX][SDP_RID_MAX];
    guint n_simulcast;   /* streams of `a=simulcast:send` (RFC 8853), the first alternative of each, as offered */
    char simulcast[SDP_RIDS_MAX][SDP_RID_MAX];
    guint n_candidates;  /* only counted: as ICE-lite we learn addresses from checks */
} SdpMediaLine;

typedef struct {
    gboolean has_bundle;
    gboolean trickle;    /* ice-options */
    gboolean ice_lite;   /* the peer is lite too: nobody would check; refused */
    GPtrArray *lines;    /* SdpMediaLine *, owned; may be empty */
} SdpOffer;

/** `text` need not end with NUL. Errors: TOO_LARGE, MALFORMED. */
SdpOffer *sdp_offer_parse(const char *text, gsize length, GError **error);
void sdp_offer_free(SdpOffer *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SdpOffer, sdp_offer_free)
