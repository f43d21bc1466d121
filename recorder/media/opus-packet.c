#include "opus-packet.h"

/* Samples at 48 kHz of one frame, by configuration number (RFC 6716, table 2). */
static guint
frame_duration(guint config)
{
    static const guint silk[] = { 480, 960, 1920, 2880 };
    static const guint hybrid[] = { 480, 960 };
    static const guint celt[] = { 120, 240, 480, 960 };

    if (config < 12)
        return silk[config % 4];
    if (config < 16)
        return hybrid[config % 2];
    return celt[config % 4];
}

guint
opus_packet_duration(const guint8 *data, gsize length)
{
    if (length < 1)
        return 0;

    guint code = data[0] & 3, frames;

    if (code == 3) {
        if (length < 2)
            return 0;
        frames = data[1] & 0x3f;
    } else {
        frames = code == 0 ? 1 : 2;
    }

    guint duration = frames * frame_duration(data[0] >> 3);

    return duration <= OPUS_DURATION_MAX ? duration : 0;
}

GBytes *
opus_silence(guint samples, guint *ret_duration)
{
    /* Full-band CELT, mono, one frame whose range coder says "silence"; configurations 31 to 28 last 20, 10, 5 and 2.5 ms. */
    static const guint8 packets[][3] = {
        { 31 << 3, 0xff, 0xfe },
        { 30 << 3, 0xff, 0xfe },
        { 29 << 3, 0xff, 0xfe },
        { 28 << 3, 0xff, 0xfe },
    };
    guint duration = 960;

    for (guint i = 0; i < G_N_ELEMENTS(packets); i++, duration /= 2)
        if (samples >= duration) {
            *ret_duration = duration;
            return g_bytes_new_static(packets[i], sizeof packets[i]);
        }
    return NULL;
}
