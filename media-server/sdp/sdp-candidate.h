/** SdpCandidate — one of our own ICE candidates: host, component 1, UDP (RFC 8839 section 5.1) or passive TCP (RFC 6544 section 4.5). */
#pragma once

#include <glib.h>

typedef struct {
    const char *ip; /* IPv4 or IPv6 address text */
    guint16 port;
    gboolean tcp;
} SdpCandidate;

/** Their `a=candidate` lines, the most preferred first (TCP after UDP), and `a=end-of-candidates`. */
void sdp_candidates_append(GString *text, const SdpCandidate *candidates, guint n_candidates);
