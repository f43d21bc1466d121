/* The body of a WHIP PATCH. */
#include <string.h>

#include "fuzz.h"
#include "sdp-fragment.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    SdpFragment fragment;
    g_autoptr(GError) error = NULL;

    if (!sdp_fragment_parse((const char *) data, size, &fragment, &error)) {
        FUZZ_CHECK(error);
        return 0;
    }
    FUZZ_CHECK(!fragment.ufrag[0] == !fragment.password[0]);
    FUZZ_CHECK(strlen(fragment.ufrag) <= SDP_UFRAG_MAX && strlen(fragment.password) <= SDP_PASSWORD_MAX);
    return 0;
}
