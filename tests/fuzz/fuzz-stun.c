/* A datagram at the ICE agent. An odd first byte signs it with the right password, so that what lies behind authentication is reached too. */
#include <string.h>

#include "fuzz.h"
#include "ice-lite-agent.h"
#include "stun-message.h"

#define PASSWORD "abcdefghijklmnopqrstuvwx"

static void
agent_init(IceLiteAgent *agent)
{
    *agent = (IceLiteAgent){ .current = { .in_force = TRUE, .ufrag = "AAAAAAAAabcd", .password = PASSWORD } };
}

static gsize
sign(const guint8 *data, gsize size, guint8 *out, gsize capacity)
{
    StunWriter writer = { .data = out, .capacity = capacity, .length = size };

    memcpy(out, data, size);
    stun_writer_integrity(&writer, PASSWORD);
    return stun_writer_end(&writer);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static const NetAddress from = { .family = NET_FAMILY_V4, .port = 40000, .bytes = { 192, 0, 2, 1 } };
    IceLiteAgent agent;
    IceOutcome outcome;
    NetAddress removed;
    StunMessage message;
    guint64 key;
    g_autofree guint8 *signed_copy = NULL;
    gboolean authentic = size > 20 && size < 2000 && (data[0] & 1);

    if (!size)
        return 0;
    data++, size--;
    if (authentic) {
        guint8 *copy = g_malloc(size + 64);

        gsize length = sign(data, size, copy, size + 64);
        signed_copy = g_memdup2(copy, length);
        g_free(copy);
        data = signed_copy;
        size = length;
    }
    agent_init(&agent);
    ice_lite_agent_peek_key(data, size, &key);
    if (stun_message_parse(data, size, &message) == STUN_OK)
        stun_message_verify(&message, PASSWORD);
    for (guint i = 0; i < 2; i++) {
        ice_lite_agent_receive(&agent, &from, data, size, 1000000 + i, &outcome);
        FUZZ_CHECK(outcome.answer_length <= ICE_ANSWER_MAX);
        FUZZ_CHECK(outcome.verdict != ICE_IGNORED || !outcome.answer_length);
        FUZZ_CHECK(authentic || outcome.answer_length < size || !size); /* nothing to gain for who does not know the password */
    }
    while (ice_lite_agent_expire(&agent, 1000000 + 2 * ICE_CONSENT_US, &removed))
        ;
    FUZZ_CHECK(!agent.selected);
    return 0;
}
