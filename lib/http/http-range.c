#include "http-private.h"

#include <string.h>

/* 1*DIGIT of at most 18 digits, so that sums never wrap. Advances *text. */
static gboolean
number(const char **text, guint64 *ret_value)
{
    guint64 value = 0;
    gsize digits = strspn(*text, "0123456789");

    if (digits == 0 || digits > 18)
        return FALSE;
    for (gsize i = 0; i < digits; i++)
        value = value * 10 + (guint64)((*text)[i] - '0');
    *text += digits;
    *ret_value = value;
    return TRUE;
}

static HttpRangeResult
suffix_range(const char *text, guint64 size, guint64 *ret_first, guint64 *ret_length)
{
    guint64 last_bytes;

    if (!number(&text, &last_bytes) || *text != '\0')
        return HTTP_RANGE_NONE;
    if (last_bytes == 0 || size == 0)
        return HTTP_RANGE_UNSATISFIABLE;
    *ret_length = MIN(last_bytes, size);
    *ret_first = size - *ret_length;
    return HTTP_RANGE_ONE;
}

HttpRangeResult
http_range_parse(const char *header, guint64 size, guint64 *ret_first, guint64 *ret_length)
{
    guint64 first, last = G_MAXUINT64;
    const char *text = header;

    if (!text || g_ascii_strncasecmp(text, "bytes=", 6) != 0)
        return HTTP_RANGE_NONE;
    text += 6;
    if (*text == '-')
        return suffix_range(text + 1, size, ret_first, ret_length);

    if (!number(&text, &first) || *text++ != '-')
        return HTTP_RANGE_NONE;
    if (*text && (!number(&text, &last) || *text || last < first))
        return HTTP_RANGE_NONE;
    if (first >= size)
        return HTTP_RANGE_UNSATISFIABLE;
    *ret_first = first;
    *ret_length = MIN(last, size - 1) - first + 1;
    return HTTP_RANGE_ONE;
}

gboolean
http_etag_listed(const char *header, const char *etag)
{
    g_auto(GStrv) parts = NULL;

    if (!header)
        return FALSE;
    if (g_str_equal(header, "*"))
        return TRUE;
    parts = g_strsplit(header, ",", 64);
    for (guint i = 0; parts[i]; i++) {
        const char *one = g_strstrip(parts[i]);

        if (g_str_has_prefix(one, "W/"))
            one += 2;
        if (g_str_equal(one, etag))
            return TRUE;
    }
    return FALSE;
}
