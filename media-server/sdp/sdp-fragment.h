/**
 * SdpFragment — the body of a WHIP PATCH, `application/trickle-ice-sdpfrag` (RFC 8840, RFC 9725 section 4.3).
 *
 * Candidates are counted, not kept: as ICE-lite we learn addresses from checks. Credentials other than those in force mean an ICE restart.
 */
#pragma once

#include <glib.h>

#include "sdp-candidate.h"
#include "sdp-offer.h"

#define SDP_FRAGMENT_MAX 16384 /* bytes; a browser sends some hundred */

typedef struct {
    char ufrag[SDP_UFRAG_MAX + 1]; /* "" when the fragment has none */
    char password[SDP_PASSWORD_MAX + 1];
    guint n_candidates;
    gboolean end_of_candidates;
} SdpFragment;

/** `ret_fragment` is touched only on success. Errors: TOO_LARGE, MALFORMED, NO_ICE (one of the two credentials without the other). */
gboolean sdp_fragment_parse(const char *text, gsize length, SdpFragment *ret_fragment, GError **error);

/** Our side of an ICE restart, the body of the 200 answer. `mid`: of the first accepted line. The caller frees the text. */
char *sdp_fragment_build(const char *ufrag, const char *password, const char *mid, SdpKind kind, const SdpCandidate *candidates, guint n_candidates);
