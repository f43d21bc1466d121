/** Test vectors are written as hex text, as in the RFCs. */
#pragma once

#include <glib.h>

/** Bytes of hex text, spaces allowed; returns how many. `ret_bytes` must be large enough. */
static inline gsize
hex_read(const char *text, guint8 *ret_bytes)
{
    gsize n = 0;

    for (const char *p = text; *p; p++) {
        if (*p == ' ')
            continue;
        ret_bytes[n++] = (guint8) (g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1]));
        p++;
    }
    return n;
}
