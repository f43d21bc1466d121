#include "video-depay.h"

#include <string.h>

#include "h264-config.h"

/* RFC 6184, section 5.2 */
#define NAL_STAP_A 24
#define NAL_FU_A   28
#define FU_START   0x80
#define FU_END     0x40

struct VideoDepay {
    VideoCodec codec;
    VideoPictureFunc picture;
    gpointer user;
    H264Config *config;

    GByteArray *bytes; /* of the picture that is coming together */
    gboolean open;     /* it has begun */
    gboolean torn;     /* it lacks something */
    gboolean key;
    guint32 timestamp;
    gint64 pos;
    guint left_out;

    gboolean in_fragment; /* H.264: of a FU-A's NAL unit */
    guint nal_at;         /* where the NAL unit that is coming together has its length */
    guint slice_at;       /* the first slice's NAL unit, after its length; 0 = none yet */
    guint width, height;  /* VP8: of the last key frame */
};

VideoDepay *
video_depay_new(VideoCodec codec, VideoPictureFunc picture, gpointer user)
{
    VideoDepay *depay = g_new0(VideoDepay, 1);

    depay->codec = codec;
    depay->picture = picture;
    depay->user = user;
    depay->bytes = g_byte_array_new();
    depay->config = h264_config_new();
    return depay;
}

void
video_depay_free(VideoDepay *depay)
{
    if (!depay)
        return;
    g_byte_array_unref(depay->bytes);
    h264_config_free(depay->config);
    g_free(depay);
}

guint
video_depay_left_out(const VideoDepay *depay)
{
    return depay->left_out;
}

static void
begin(VideoDepay *depay, guint32 timestamp, gint64 pos)
{
    g_byte_array_set_size(depay->bytes, 0);
    depay->open = TRUE;
    depay->torn = depay->key = depay->in_fragment = FALSE;
    depay->slice_at = 0;
    depay->timestamp = timestamp;
    depay->pos = pos;
}

/** Bytes of the picture, as long as it is whole. */
static void
append(VideoDepay *depay, const guint8 *data, gsize length)
{
    if (depay->bytes->len + length > VIDEO_PICTURE_MAX)
        depay->torn = TRUE;
    if (!depay->torn)
        g_byte_array_append(depay->bytes, data, (guint) length);
}

static gboolean
describe_h264(VideoDepay *depay, VideoPicture *picture)
{
    /* Parameter sets or messages alone are no picture; one whose first slice does not begin at macroblock 0, ue(v) "1", lacks its head. */
    if (!depay->slice_at || depay->bytes->len < depay->slice_at + 2)
        return FALSE;
    if (!(depay->bytes->data[depay->slice_at + 1] & 0x80)) {
        depay->left_out++;
        return FALSE;
    }
    picture->avcc = h264_config_for_slice(depay->config, depay->bytes->data + depay->slice_at, depay->bytes->len - depay->slice_at,
                                          &picture->width, &picture->height);
    return picture->avcc != NULL;
}

/** RFC 6386, section 9.1: a key frame carries the picture's size. */
static gboolean
describe_vp8(VideoDepay *depay, VideoPicture *picture)
{
    const guint8 *data = depay->bytes->data;

    if (depay->bytes->len < 1)
        return FALSE;
    picture->key = !(data[0] & 1);
    if (picture->key) {
        if (depay->bytes->len < 10 || data[3] != 0x9d || data[4] != 0x01 || data[5] != 0x2a)
            return FALSE;
        depay->width = (data[6] | (guint) data[7] << 8) & 0x3fff;
        depay->height = (data[8] | (guint) data[9] << 8) & 0x3fff;
    }
    picture->width = depay->width;
    picture->height = depay->height;
    return picture->width && picture->height;
}

static void
finish(VideoDepay *depay)
{
    VideoPicture picture = { .codec = depay->codec, .key = depay->key, .pos = depay->pos };

    if (!depay->open)
        return;
    depay->open = FALSE;
    if (depay->torn || depay->in_fragment) {
        depay->left_out++;
        return;
    }
    if (!(depay->codec == VIDEO_H264 ? describe_h264(depay, &picture) : describe_vp8(depay, &picture)))
        return;

    g_autoptr(GBytes) bytes = g_bytes_new(depay->bytes->data, depay->bytes->len);

    picture.bytes = bytes;
    depay->picture(&picture, depay->user);
}

/* --- H.264 --- */

/** Begins a NAL unit in the picture; its length is written when it ends. */
static void
nal_begin(VideoDepay *depay, guint8 header)
{
    static const guint8 length[4] = { 0 };
    guint type = header & 0x1f;

    depay->nal_at = depay->bytes->len;
    append(depay, length, sizeof length);
    if (type == H264_NAL_IDR)
        depay->key = TRUE;
    if (type >= H264_NAL_SLICE && type <= H264_NAL_IDR && !depay->slice_at)
        depay->slice_at = depay->nal_at + 4;
    append(depay, &header, 1);
}

static void
nal_end(VideoDepay *depay)
{
    guint32 length = GUINT32_TO_BE(depay->bytes->len - depay->nal_at - 4);

    if (!depay->torn)
        memcpy(depay->bytes->data + depay->nal_at, &length, sizeof length);
}

static void
take_nal(VideoDepay *depay, const guint8 *nal, gsize length)
{
    guint type = nal[0] & 0x1f;

    if (type == H264_NAL_SPS || type == H264_NAL_PPS) {
        h264_config_take(depay->config, nal, length);
    } else if (type != H264_NAL_DELIMITER && type != H264_NAL_FILLER) {
        nal_begin(depay, nal[0]);
        append(depay, nal + 1, length - 1);
        nal_end(depay);
    }
}

static void
take_aggregate(VideoDepay *depay, const guint8 *data, gsize length)
{
    while (length > 2) {
        gsize size = (gsize) data[0] << 8 | data[1];

        if (!size || size > length - 2) {
            depay->torn = TRUE;
            return;
        }
        take_nal(depay, data + 2, size);
        data += 2 + size;
        length -= 2 + size;
    }
}

static void
take_fragment(VideoDepay *depay, const guint8 *payload, gsize length)
{
    if (length < 3 || (payload[1] & FU_START ? depay->in_fragment : !depay->in_fragment)) {
        depay->torn = TRUE; /* its beginning or its end is missing */
        return;
    }
    if (payload[1] & FU_START)
        nal_begin(depay, (guint8) ((payload[0] & 0xe0) | (payload[1] & 0x1f)));
    depay->in_fragment = !(payload[1] & FU_END);
    append(depay, payload + 2, length - 2);
    if (payload[1] & FU_END)
        nal_end(depay);
}

static void
push_h264(VideoDepay *depay, const guint8 *payload, gsize length)
{
    guint type = payload[0] & 0x1f;

    if (type == NAL_FU_A)
        take_fragment(depay, payload, length);
    else if (type == NAL_STAP_A)
        take_aggregate(depay, payload + 1, length - 1);
    else if (type >= 1 && type <= 23)
        take_nal(depay, payload, length);
}

/* --- VP8 --- */

/** RFC 7741, section 4.2. Returns the length of the payload descriptor, 0 if it is broken. */
static gsize
vp8_descriptor(const guint8 *payload, gsize length, gboolean *ret_begins)
{
    gsize at = 1;

    *ret_begins = (payload[0] & 0x10) && !(payload[0] & 0x07);
    if (payload[0] & 0x80) {
        guint8 extensions = length > 1 ? payload[at++] : 0;

        if (extensions & 0x80)
            at += length > at && payload[at] & 0x80 ? 2 : 1;
        if (extensions & 0x40)
            at++;
        if (extensions & 0x30)
            at++;
    }
    return at < length ? at : 0;
}

static void
push_vp8(VideoDepay *depay, const guint8 *payload, gsize length)
{
    gboolean begins;
    gsize descriptor = vp8_descriptor(payload, length, &begins);

    if (!descriptor || begins != (depay->bytes->len == 0))
        depay->torn = TRUE;
    append(depay, payload + descriptor, length - descriptor);
}

void
video_depay_push(VideoDepay *depay, const guint8 *payload, gsize length, guint32 timestamp, gboolean marker, gint64 pos)
{
    if (!length)
        return; /* padding alone, as senders probe the line with it */
    if (depay->open && depay->timestamp != timestamp)
        finish(depay);
    if (!depay->open)
        begin(depay, timestamp, pos);
    if (depay->codec == VIDEO_H264)
        push_h264(depay, payload, length);
    else
        push_vp8(depay, payload, length);
    if (marker)
        finish(depay);
}

void
video_depay_lost(VideoDepay *depay)
{
    if (depay->open)
        depay->torn = TRUE;
}
