#include "key-frame.h"

static const char *const codec_names[] = {NULL, "opus", "H264", "VP8"};

const char *
media_codec_name(MediaCodec codec)
{
    return codec_names[codec];
}

MediaCodec
media_codec_from_name(const char *name)
{
    for (guint i = 1; i < G_N_ELEMENTS(codec_names); i++)
        if (g_ascii_strcasecmp(name, codec_names[i]) == 0)
            return (MediaCodec)i;
    return MEDIA_CODEC_NONE;
}

enum { NAL_IDR = 5, NAL_SPS = 7, NAL_STAP_A = 24, NAL_FU_A = 28 };

static gboolean
nal_starts_key_frame(guint8 nal_header)
{
    return (nal_header & 0x1f) == NAL_IDR || (nal_header & 0x1f) == NAL_SPS;
}

static gboolean
h264_starts(const guint8 *p, gsize length)
{
    if (!length)
        return FALSE;
    switch (p[0] & 0x1f) {
    case NAL_STAP_A:
        for (gsize at = 1; at + 3 <= length;) {
            gsize size = (gsize)(p[at] << 8 | p[at + 1]);

            if (nal_starts_key_frame(p[at + 2]))
                return TRUE;
            at += 2 + size;
        }
        return FALSE;
    case NAL_FU_A:
        return length >= 2 && (p[1] & 0x80) && nal_starts_key_frame(p[1]);
    default:
        return nal_starts_key_frame(p[0]);
    }
}

/* RFC 7741, section 4.2: the descriptor is 1 to 6 bytes. */
static gboolean
vp8_starts(const guint8 *p, gsize length)
{
    gsize at = 1;

    if (length < 2 || !(p[0] & 0x10) || (p[0] & 0x07)) /* S set, partition 0 */
        return FALSE;
    if (p[0] & 0x80) {
        guint8 fields = p[1];

        at = 2;
        if (fields & 0x80) { /* PictureID, 7 or 15 bits */
            if (length <= at)
                return FALSE;
            at += p[at] & 0x80 ? 2 : 1;
        }
        at += (fields & 0x40 ? 1 : 0) + (fields & 0x30 ? 1 : 0);
    }
    return length > at && !(p[at] & 0x01); /* RFC 6386, section 9.1: 0 is a key frame */
}

gboolean
key_frame_starts(MediaCodec codec, const guint8 *payload, gsize length)
{
    switch (codec) {
    case MEDIA_CODEC_H264:
        return h264_starts(payload, length);
    case MEDIA_CODEC_VP8:
        return vp8_starts(payload, length);
    default:
        return TRUE;
    }
}
