/* Packets at an SRTP context: as they are, and protected by the other side first, so that what lies behind the tag is reached too. */
#include <string.h>

#include "fuzz.h"
#include "srtp-context.h"

static void
round_trip(SrtpContext *out, SrtpContext *in, const guint8 *data, gsize size, gboolean rtcp)
{
    gsize capacity = size + SRTP_OVERHEAD_MAX, length, opened;
    g_autofree guint8 *packet = g_malloc0(capacity);
    g_autofree guint8 *exact = NULL;
    SrtpStatus status;

    memcpy(packet, data, size);
    status = rtcp ? srtp_context_protect_rtcp(out, packet, size, capacity, &length) : srtp_context_protect_rtp(out, packet, size, capacity, &length);
    if (status != SRTP_OK)
        return;
    FUZZ_CHECK(length > size && length <= capacity);
    exact = g_memdup2(packet, length);
    status = rtcp ? srtp_context_unprotect_rtcp(in, exact, length, &opened) : srtp_context_unprotect_rtp(in, exact, length, &opened);
    if (status == SRTP_OK)
        FUZZ_CHECK(opened == size && !memcmp(exact, data, size));
    else
        /* Only the receiver's own guess of the roll-over may differ, never what was protected. */
        FUZZ_CHECK(!rtcp && (status == SRTP_AUTHENTICATION || status == SRTP_REPLAYED));
}

static void
open_as_it_is(SrtpContext *in, const guint8 *data, gsize size, gboolean rtcp)
{
    g_autofree guint8 *exact = size ? g_memdup2(data, size) : NULL;
    gsize length;
    SrtpStatus status = rtcp ? srtp_context_unprotect_rtcp(in, exact, size, &length) : srtp_context_unprotect_rtp(in, exact, size, &length);

    FUZZ_CHECK(status != SRTP_OK);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static const guint8 key[SRTP_KEY_LENGTH] = { 1 }, salt[SRTP_SALT_MAX] = { 2 };
    SrtpProfile profile = size && (data[0] & 1) ? SRTP_PROFILE_AEAD_AES_128_GCM : SRTP_PROFILE_AES128_CM_SHA1_80;
    g_autoptr(SrtpContext) out = srtp_context_new(profile, SRTP_PROTECT, key, salt);
    g_autoptr(SrtpContext) in = srtp_context_new(profile, SRTP_UNPROTECT, key, salt);

    while (size >= 3) {
        gboolean rtcp = (data[0] & 2) != 0, plain = (data[0] & 4) != 0;
        gsize length = MIN((gsize) data[1] << 8 | data[2], size - 3);

        if (plain)
            round_trip(out, in, data + 3, length, rtcp);
        else
            open_as_it_is(in, data + 3, length, rtcp);
        data += 3 + length;
        size -= 3 + length;
    }
    return 0;
}
