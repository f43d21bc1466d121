/**
 * The answer to an offer, as text (RFC 8829 section 5.3.1): ice-lite, setup:passive, one BUNDLE group, our candidates complete.
 */
#pragma once

#include <glib.h>

#include "sdp-candidate.h"
#include "sdp-negotiation.h"

/** What we send on a SENDONLY line; ignored for other lines. */
typedef struct {
    guint32 ssrc;
    guint32 rtx_ssrc; /* 0 = no retransmission stream; must be 0 when no codec of the line has RTX */
    const char *cname;
    const char *stream; /* msid: tracks of one stream are synchronised by the browser */
    const char *track;  /* stream and track together differ from line to line, or Chromium refuses the answer */
} SdpSlotSource;

typedef struct {
    const char *ufrag;
    const char *password;
    const char *fingerprint; /* dtls_identity_fingerprint() */
    guint64 session_id;      /* below 2^63 */
    guint64 session_version;
    const SdpCandidate *candidates; /* host, UDP; the most preferred first */
    guint n_candidates;             /* at least 1 */
    const SdpSlotSource *slots;     /* one per line of the negotiation */
} SdpAnswerParameters;

/** The caller frees the text. Cannot fail. */
char *sdp_answer_build(const SdpNegotiation *negotiation, const SdpAnswerParameters *parameters);
