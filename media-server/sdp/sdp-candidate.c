#include "sdp-candidate.h"

/* RFC 6544 section 4.2: over TCP a host candidate has a lower type preference than any over UDP, and of the local preference
 * the direction takes three bits: 4 for a passive host candidate. */
static void
append_passive(GString *text, const SdpCandidate *candidate, guint i)
{
    guint32 priority = 90u << 24 | (4u << 13 | (8191u - i)) << 8 | 255u;

    g_string_append_printf(text, "a=candidate:%u 1 tcp %u %s %u typ host tcptype passive\r\n", i + 1, priority, candidate->ip, candidate->port);
}

void
sdp_candidates_append(GString *text, const SdpCandidate *candidates, guint n_candidates)
{
    for (guint i = 0; i < n_candidates; i++) {
        /* RFC 8445 section 5.1.2.1: host type preference 126, one local preference each, component 1. */
        guint32 priority = 126u << 24 | (65535u - i) << 8 | 255u;

        if (candidates[i].tcp) {
            append_passive(text, &candidates[i], i);
            continue;
        }
        g_string_append_printf(text, "a=candidate:%u 1 udp %u %s %u typ host\r\n", i + 1, priority, candidates[i].ip, candidates[i].port);
    }
    g_string_append(text, "a=end-of-candidates\r\n");
}
