#include "recording-place.h"

#include <string.h>

char *
recording_place(const char *root, const char *id)
{
    /* RFC 9562, section 5.7: the first 48 bits are milliseconds since 1970. */
    char hex[13] = { 0 };

    memcpy(hex, id, 8);
    memcpy(hex + 8, id + 9, 4);

    g_autoptr(GDateTime) made = g_date_time_new_from_unix_utc((gint64) (g_ascii_strtoull(hex, NULL, 16) / 1000));
    g_autofree char *month = made ? g_date_time_format(made, "%Y/%m") : g_strdup("0000/00");

    return g_build_filename(root, month, id, NULL);
}
