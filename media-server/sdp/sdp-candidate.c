#include "sdp-candidate.h"

void
sdp_candidates_append(GString *text, const SdpCandidate *candidates, guint n_candidates)
{
    for (guint i = 0; i < n_candidates; i++) {
        /* RFC 8445 section 5.1.2.1: host type preference 126, one local preference each, component 1. */
        guint32 priority = 126u << 24 | (65535u - i) << 8 | 255u;

        g_string_append_printf(text, "a=candidate:%u 1 udp %u %s %u typ host\r\n", i + 1, priority, candidates[i].ip, candidates[i].port);
    }
    g_string_append(text, "a=end-of-candidates\r\n");
}
