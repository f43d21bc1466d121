#include "sdp-h264.h"

#include <stdlib.h>
#include <string.h>

gboolean
sdp_fmtp_get(const char *fmtp, const char *name, char *ret_value, gsize size)
{
    gsize name_length = strlen(name);

    for (const char *p = fmtp; *p; p += *p == ';') {
        p += strspn(p, " \t");

        gsize length = strcspn(p, ";");

        if (length > name_length && p[name_length] == '=' && !g_ascii_strncasecmp(p, name, name_length)) {
            gsize value_length = length - name_length - 1;

            while (value_length && p[name_length + value_length] == ' ')
                value_length--;
            if (value_length >= size)
                return FALSE;
            memcpy(ret_value, p + name_length + 1, value_length);
            ret_value[value_length] = '\0';
            return TRUE;
        }
        p += length;
    }
    return FALSE;
}

/* RFC 6184 table 5: profile_idc and the constraint flags beside it. */
static guint
profile_rank(guint32 profile_level_id)
{
    guint profile = profile_level_id >> 16, constraints = profile_level_id >> 8 & 0xff;
    gboolean set0 = constraints & 0x80, set1 = constraints & 0x40;

    switch (profile) {
    case 0x42:
        return set1 ? 0 : 1;
    case 0x4d:
        return set0 ? 0 : 2;
    case 0x58:
        return set0 && set1 ? 0 : SDP_H264_UNUSABLE;
    case 0x64:
        return 3;
    default:
        return SDP_H264_UNUSABLE;
    }
}

guint
sdp_h264_rank(const char *fmtp, gboolean receiving)
{
    char text[16], *end;
    guint32 profile_level_id = 0x42000a; /* RFC 6184 section 8.1: baseline, level 1, when it is not said */
    guint mode = 0;

    if (sdp_fmtp_get(fmtp, "profile-level-id", text, sizeof text)) {
        profile_level_id = (guint32) strtoul(text, &end, 16);
        if (strlen(text) != 6 || *end)
            return SDP_H264_UNUSABLE;
    }
    if (sdp_fmtp_get(fmtp, "packetization-mode", text, sizeof text))
        mode = !strcmp(text, "0") ? 0 : !strcmp(text, "1") ? 1 : 2;

    guint rank = profile_rank(profile_level_id);

    if (rank == SDP_H264_UNUSABLE || mode == 2 || (mode == 0 && !receiving))
        return SDP_H264_UNUSABLE;
    return mode == 1 ? rank : rank + 4;
}
