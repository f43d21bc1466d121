#include "webm.h"

#include <string.h>

/* RFC 9559, section 5: IDs as they stand in the file. */
#define ID_EBML                 0x1A45DFA3u
#define ID_EBML_VERSION         0x4286u
#define ID_EBML_READ_VERSION    0x42F7u
#define ID_EBML_MAX_ID_LENGTH   0x42F2u
#define ID_EBML_MAX_SIZE_LENGTH 0x42F3u
#define ID_DOC_TYPE             0x4282u
#define ID_DOC_TYPE_VERSION     0x4287u
#define ID_DOC_TYPE_READ        0x4285u
#define ID_SEGMENT              0x18538067u
#define ID_INFO                 0x1549A966u
#define ID_TIMESTAMP_SCALE      0x2AD7B1u
#define ID_DATE                 0x4461u
#define ID_MUXING_APP           0x4D80u
#define ID_WRITING_APP          0x5741u
#define ID_TRACKS               0x1654AE6Bu
#define ID_TRACK_ENTRY          0xAEu
#define ID_TRACK_NUMBER         0xD7u
#define ID_TRACK_UID            0x73C5u
#define ID_TRACK_TYPE           0x83u
#define ID_CODEC_ID             0x86u
#define ID_CODEC_PRIVATE        0x63A2u
#define ID_SEEK_PRE_ROLL        0x56BBu
#define ID_VIDEO                0xE0u
#define ID_PIXEL_WIDTH          0xB0u
#define ID_PIXEL_HEIGHT         0xBAu
#define ID_AUDIO                0xE1u
#define ID_SAMPLING_FREQUENCY   0xB5u
#define ID_CHANNELS             0x9Fu
#define ID_CLUSTER              0x1F43B675u
#define ID_TIMESTAMP            0xE7u
#define ID_SIMPLE_BLOCK         0xA3u
#define ID_BLOCK_GROUP          0xA0u
#define ID_BLOCK                0xA1u
#define ID_BLOCK_DURATION       0x9Bu
#define ID_REFERENCE_BLOCK      0xFBu

#define BLOCK_KEY 0x80

/* Seconds from 1970 to 2001, the epoch of Matroska's dates. */
#define EPOCH_2001 G_GINT64_CONSTANT(978307200)
/* Opus needs 80 ms of preroll after a seek (Matroska's Opus mapping). */
#define OPUS_PREROLL_NS 80000000u

static void
put_bytes(GByteArray *out, guint64 value, guint count)
{
    while (count--) {
        guint8 byte = (guint8) (value >> (8 * count));

        g_byte_array_append(out, &byte, 1);
    }
}

static void
put_id(GByteArray *out, guint32 id)
{
    put_bytes(out, id, id > 0xffffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1);
}

/** RFC 8794, section 4: always in four bytes, which hold sizes up to 256 MiB; so a size can be filled in afterwards. */
static void
put_size(GByteArray *out, gsize size)
{
    put_bytes(out, 0x10000000u | (guint32) size, 4);
}

static guint
element_begin(GByteArray *out, guint32 id)
{
    put_id(out, id);
    put_size(out, 0);
    return out->len;
}

static void
element_end(GByteArray *out, guint began)
{
    guint32 size = GUINT32_TO_BE(0x10000000u | (out->len - began));

    memcpy(out->data + began - 4, &size, sizeof size);
}

static void
put_uint(GByteArray *out, guint32 id, guint64 value)
{
    guint count = 1;

    while (count < 8 && value >> (8 * count))
        count++;
    put_id(out, id);
    put_size(out, count);
    put_bytes(out, value, count);
}

static void
put_data(GByteArray *out, guint32 id, const void *data, gsize length)
{
    put_id(out, id);
    put_size(out, length);
    g_byte_array_append(out, data, (guint) length);
}

static void
put_text(GByteArray *out, guint32 id, const char *text)
{
    put_data(out, id, text, strlen(text));
}

static void
put_header(GByteArray *out)
{
    guint header = element_begin(out, ID_EBML);

    put_uint(out, ID_EBML_VERSION, 1);
    put_uint(out, ID_EBML_READ_VERSION, 1);
    put_uint(out, ID_EBML_MAX_ID_LENGTH, 4);
    put_uint(out, ID_EBML_MAX_SIZE_LENGTH, 8);
    put_text(out, ID_DOC_TYPE, "webm");
    put_uint(out, ID_DOC_TYPE_VERSION, 4);
    put_uint(out, ID_DOC_TYPE_READ, 2);
    element_end(out, header);
}

static void
put_info(GByteArray *out, gint64 created_wall_us)
{
    guint info = element_begin(out, ID_INFO);

    put_uint(out, ID_TIMESTAMP_SCALE, 1000000); /* block times are milliseconds */
    put_id(out, ID_DATE);
    put_size(out, 8);
    put_bytes(out, (guint64) ((created_wall_us - EPOCH_2001 * G_USEC_PER_SEC) * 1000), 8);
    put_text(out, ID_MUXING_APP, "Yuntakan");
    put_text(out, ID_WRITING_APP, "Yuntakan");
    element_end(out, info);
}

static void
put_video_track(GByteArray *out, const MediaTracks *tracks)
{
    guint entry = element_begin(out, ID_TRACK_ENTRY);

    put_uint(out, ID_TRACK_NUMBER, MEDIA_VIDEO);
    put_uint(out, ID_TRACK_UID, MEDIA_VIDEO);
    put_uint(out, ID_TRACK_TYPE, 1);
    put_text(out, ID_CODEC_ID, "V_VP8");

    guint video = element_begin(out, ID_VIDEO);

    put_uint(out, ID_PIXEL_WIDTH, tracks->width);
    put_uint(out, ID_PIXEL_HEIGHT, tracks->height);
    element_end(out, video);
    element_end(out, entry);
}

static void
put_audio_track(GByteArray *out, const MediaTracks *tracks)
{
    /* RFC 7845, section 5.1: version 1, channels, pre-skip 0 (we join a running stream), 48 kHz and gain 0, little-endian, family 0 */
    const guint8 head[19] = { 'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, (guint8) tracks->audio_channels, 0, 0, 0x80, 0xbb };
    guint entry = element_begin(out, ID_TRACK_ENTRY);

    put_uint(out, ID_TRACK_NUMBER, MEDIA_AUDIO);
    put_uint(out, ID_TRACK_UID, MEDIA_AUDIO);
    put_uint(out, ID_TRACK_TYPE, 2);
    put_text(out, ID_CODEC_ID, "A_OPUS");
    put_data(out, ID_CODEC_PRIVATE, head, sizeof head);
    put_uint(out, ID_SEEK_PRE_ROLL, OPUS_PREROLL_NS);

    guint audio = element_begin(out, ID_AUDIO);

    put_id(out, ID_SAMPLING_FREQUENCY);
    put_size(out, 4);
    put_bytes(out, 0x473b8000u, 4); /* 48000, IEEE 754 */
    put_uint(out, ID_CHANNELS, tracks->audio_channels);
    element_end(out, audio);
    element_end(out, entry);
}

GBytes *
webm_init_segment(const MediaTracks *tracks)
{
    GByteArray *out = g_byte_array_new();

    put_header(out);
    put_id(out, ID_SEGMENT);
    put_bytes(out, 0x01ffffffffffffffu, 8); /* unknown size: it grows */
    put_info(out, tracks->created_wall_us);

    guint entries = element_begin(out, ID_TRACKS);

    if (tracks->video)
        put_video_track(out, tracks);
    if (tracks->audio_channels)
        put_audio_track(out, tracks);
    element_end(out, entries);
    return g_byte_array_free_to_bytes(out);
}

char *
webm_codecs(const MediaTracks *tracks)
{
    return g_strdup(!tracks->video ? "opus" : tracks->audio_channels ? "vp8,opus" : "vp8");
}

/* --- clusters --- */

typedef struct {
    const MediaRun *run;
    guint at;
    guint64 time; /* of the sample at `at`, in the track's ticks */
} Cursor;

static guint64
ticks_per_second(const MediaRun *run)
{
    return run->track == MEDIA_VIDEO ? MEDIA_VIDEO_TIMESCALE : MEDIA_AUDIO_TIMESCALE;
}

static guint64
to_ms(const MediaRun *run, guint64 ticks)
{
    return (ticks * 1000 + ticks_per_second(run) / 2) / ticks_per_second(run);
}

static void
put_block_body(GByteArray *out, const Cursor *cursor, gint16 relative, guint8 flags)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(cursor->run->samples[cursor->at].bytes, &length);

    put_bytes(out, 0x80 | cursor->run->track, 1);
    put_bytes(out, (guint16) relative, 2);
    put_bytes(out, flags, 1);
    g_byte_array_append(out, data, (guint) length);
}

static void
put_block(GByteArray *out, const Cursor *cursor, guint64 cluster_ms)
{
    const MediaSample *sample = &cursor->run->samples[cursor->at];
    guint64 ms = to_ms(cursor->run, cursor->time);

    if (ms - cluster_ms > G_MAXINT16)
        return;

    gint16 relative = (gint16) (ms - cluster_ms);

    if (cursor->run->track == MEDIA_AUDIO || cursor->at + 1 < cursor->run->count) {
        guint block = element_begin(out, ID_SIMPLE_BLOCK);

        put_block_body(out, cursor, relative, sample->key ? BLOCK_KEY : 0);
        element_end(out, block);
        return;
    }
    /* The last picture says how long it stands, or a pause of the camera would be a hole in what a player has buffered. */
    guint group = element_begin(out, ID_BLOCK_GROUP), block = element_begin(out, ID_BLOCK);

    put_block_body(out, cursor, relative, 0);
    element_end(out, block);
    put_uint(out, ID_BLOCK_DURATION, to_ms(cursor->run, cursor->time + sample->duration) - ms);
    if (!sample->key) {
        put_id(out, ID_REFERENCE_BLOCK); /* to the block before: all that it says is that this is no key frame */
        put_size(out, 1);
        put_bytes(out, 0xff, 1);
    }
    element_end(out, group);
}

GBytes *
webm_fragment(const MediaRun *runs, guint run_count)
{
    GByteArray *out = g_byte_array_new();
    Cursor cursors[2];
    guint count = 0;
    guint64 cluster_ms = G_MAXUINT64;

    for (guint i = 0; i < run_count && count < G_N_ELEMENTS(cursors); i++) {
        if (!runs[i].count)
            continue;
        cursors[count++] = (Cursor){ &runs[i], 0, runs[i].decode_time };
        cluster_ms = MIN(cluster_ms, to_ms(&runs[i], runs[i].decode_time));
    }

    guint cluster = element_begin(out, ID_CLUSTER);

    put_uint(out, ID_TIMESTAMP, count ? cluster_ms : 0);
    for (;;) {
        Cursor *next = NULL;

        for (guint i = 0; i < count; i++)
            if (cursors[i].at < cursors[i].run->count &&
                (!next || to_ms(cursors[i].run, cursors[i].time) < to_ms(next->run, next->time)))
                next = &cursors[i];
        if (!next)
            break;
        put_block(out, next, cluster_ms);
        next->time += next->run->samples[next->at++].duration;
    }
    element_end(out, cluster);
    return g_byte_array_free_to_bytes(out);
}
