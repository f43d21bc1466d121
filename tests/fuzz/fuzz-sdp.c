/* An offer as text: parsed, negotiated, answered. */
#include <string.h>

#include "fuzz.h"
#include "sdp-answer.h"

static void
answer(const SdpNegotiation *negotiation)
{
    static const SdpCandidate candidates[] = { { "192.0.2.1", 7000, FALSE } };
    SdpSlotSource slots[SDP_LINES_MAX] = { 0 };
    SdpAnswerParameters parameters = { .ufrag = "abcd", .password = "abcdefghijklmnopqrstuvwx", .fingerprint = "00:11", .session_id = 1,
                                       .session_version = 1, .candidates = candidates, .n_candidates = 1, .slots = slots };
    g_autofree char *text = NULL;

    FUZZ_CHECK(negotiation->n_lines <= SDP_LINES_MAX);
    for (guint i = 0; i < negotiation->n_lines; i++)
        slots[i] = (SdpSlotSource){ .ssrc = i + 1, .cname = "slot", .stream = "slot", .track = "slot" };
    text = sdp_answer_build(negotiation, &parameters);
    /* Nothing of the offer makes a line of its own in the answer. */
    for (const char *line = text; *line; line = strstr(line, "\r\n") + 2) {
        FUZZ_CHECK(strstr(line, "\r\n"));
        FUZZ_CHECK(line[0] >= 'a' && line[0] <= 'z' && line[1] == '=');
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SdpOffer) offer = sdp_offer_parse((const char *) data, size, &error);
    g_autoptr(SdpNegotiation) negotiation = offer ? sdp_negotiate(offer, &error) : NULL;

    FUZZ_CHECK(!error == (negotiation != NULL));
    if (negotiation)
        answer(negotiation);
    return 0;
}
