/** SdpError — why an offer or a trickle fragment cannot be answered. Every code has a stable name and a sentence in both languages. */
#pragma once

#include <glib.h>

#define SDP_ERROR (sdp_error_quark())
GQuark sdp_error_quark(void);

typedef enum {
    SDP_ERROR_TOO_LARGE,       /* over 64 KiB, 32 media lines or another bound */
    SDP_ERROR_MALFORMED,       /* no SDP at all, or a line that cannot be read */
    SDP_ERROR_NO_MEDIA,        /* not one media line */
    SDP_ERROR_NO_BUNDLE,       /* several media lines outside one BUNDLE group */
    SDP_ERROR_NO_RTCP_MUX,
    SDP_ERROR_NO_ICE,          /* credentials absent or out of bounds */
    SDP_ERROR_NO_FINGERPRINT,  /* no sha-256 fingerprint */
    SDP_ERROR_SETUP,           /* the peer wants to be the DTLS server, as we do */
    SDP_ERROR_NO_COMMON_CODEC, /* every line would be rejected */
} SdpError;

/** "sdp/no-common-codec", "The offer contains none of …", "…"; static strings. The GError's message has the details, in English. */
const char *sdp_error_code(SdpError error);
const char *sdp_error_english(SdpError error);
const char *sdp_error_chinese(SdpError error);
