/** SdpCandidate — one of our own ICE candidates: host, UDP, component 1 (RFC 8839 section 5.1). */
#pragma once

#include <glib.h>

typedef struct {
    const char *ip; /* IPv4 or IPv6 address text */
    guint16 port;
} SdpCandidate;

/** Their `a=candidate` lines, the most preferred first, and `a=end-of-candidates`. */
void sdp_candidates_append(GString *text, const SdpCandidate *candidates, guint n_candidates);
