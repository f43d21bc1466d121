#include "fmp4.h"

#include <string.h>

#include "suite-main.h"

/* A constrained-baseline configuration: version, profile, compatibility, level, 4-byte lengths, one SPS, one PPS. */
static const guint8 avcc_bytes[] = { 1, 0x42, 0xe0, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x42, 0xe0, 0x1f, 1, 0, 2, 0x68, 0xce };

static guint32
get32(const guint8 *data)
{
    return (guint32) data[0] << 24 | (guint32) data[1] << 16 | (guint32) data[2] << 8 | data[3];
}

/** The payload of the box at the slash-separated path (the n-th of its name as "traf:1"), checking every size on the way. */
static const guint8 *
find_box(const guint8 *data, gsize length, const char *path, gsize *ret_length)
{
    char name[5] = { 0 };
    guint skip = path[4] == ':' ? (guint) (path[5] - '0') : 0;
    const char *rest = path + (path[4] == ':' ? 6 : 4);

    memcpy(name, path, 4);
    for (gsize at = 0; at + 8 <= length;) {
        gsize size = get32(data + at);

        ck_assert_uint_ge(size, 8);
        ck_assert_uint_le(at + size, length);
        if (memcmp(data + at + 4, name, 4) == 0 && skip-- == 0) {
            gsize header = strcmp(name, "stsd") == 0 ? 16 : strcmp(name, "Opus") == 0 ? 36 : strcmp(name, "avc1") == 0 ? 86 : 8;

            if (*rest == '\0') {
                *ret_length = size - 8;
                return data + at + 8;
            }
            return find_box(data + at + header, size - header, rest + 1, ret_length);
        }
        at += size;
    }
    return NULL;
}

static const guint8 *
box(GBytes *bytes, const char *path, gsize *ret_length)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);

    return find_box(data, length, path, ret_length);
}

START_TEST(init_segment_describes_both_tracks)
{
    g_autoptr(GBytes) avcc = g_bytes_new_static(avcc_bytes, sizeof avcc_bytes);
    MediaTracks tracks = { VIDEO_H264, avcc, 1280, 720, 2, G_GINT64_CONSTANT(1700000000000000) };
    g_autoptr(GBytes) init = fmp4_init_segment(&tracks);
    g_autofree char *codecs = fmp4_codecs(&tracks);
    gsize length;
    const guint8 *at;

    ck_assert_str_eq(codecs, "avc1.42e01f,opus");
    at = box(init, "moov/trak/mdia/minf/stbl/stsd/avc1/avcC", &length);
    ck_assert_uint_eq(length, sizeof avcc_bytes);
    ck_assert_mem_eq(at, avcc_bytes, length);
    at = box(init, "moov/trak/tkhd", &length);
    ck_assert_uint_eq(get32(at + length - 8), 1280 << 16);
    ck_assert_uint_eq(get32(at + length - 4), 720 << 16);
    ck_assert_ptr_nonnull(box(init, "moov/mvex/trex:1", &length));
    ck_assert_ptr_null(box(init, "moov/trak:2", &length));
}
END_TEST

START_TEST(dops_is_big_endian)
{
    /* Encapsulation of Opus in ISO Base Media File Format, section 4.3.2 */
    static const guint8 expected[] = { 0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0 };
    MediaTracks tracks = { .audio_channels = 2 };
    g_autoptr(GBytes) init = fmp4_init_segment(&tracks);
    g_autofree char *codecs = fmp4_codecs(&tracks);
    gsize length;
    const guint8 *at = box(init, "moov/trak/mdia/minf/stbl/stsd/Opus/dOps", &length);

    ck_assert_uint_eq(length, sizeof expected);
    ck_assert_mem_eq(at, expected, length);
    ck_assert_str_eq(codecs, "opus");
    ck_assert_ptr_null(box(init, "moov/trak:1", &length));
}
END_TEST

START_TEST(fragment_points_at_its_samples)
{
    g_autoptr(GBytes) key = g_bytes_new_static("KEYKEY", 6), delta = g_bytes_new_static("delta", 5), sound = g_bytes_new_static("opus", 4);
    MediaSample video[] = { { key, 3000, TRUE }, { delta, 6000, FALSE } }, audio[] = { { sound, 960, TRUE } };
    MediaRun runs[] = { { MEDIA_VIDEO, G_GUINT64_CONSTANT(0x100000002), video, 2 }, { MEDIA_AUDIO, 48000, audio, 1 } };
    g_autoptr(GBytes) fragment = fmp4_fragment(7, runs, 2);
    const guint8 *start = g_bytes_get_data(fragment, NULL), *trun, *tfdt;
    gsize length;

    ck_assert_uint_eq(get32(box(fragment, "moof/mfhd", &length) + 4), 7);
    tfdt = box(fragment, "moof/traf/tfdt", &length);
    ck_assert_uint_eq(tfdt[0], 1); /* 64 bits */
    ck_assert_uint_eq(get32(tfdt + 4), 1);
    ck_assert_uint_eq(get32(tfdt + 8), 2);
    trun = box(fragment, "moof/traf/trun", &length);
    ck_assert_uint_eq(get32(trun + 4), 2);
    ck_assert_mem_eq(start + get32(trun + 8), "KEYKEYdelta", 11);
    ck_assert_uint_eq(get32(trun + 12), 3000);
    ck_assert_uint_eq(get32(trun + 16), 6);
    ck_assert_uint_eq(get32(trun + 20) & 0x00010000, 0);                   /* sync sample */
    ck_assert_uint_eq(get32(trun + 32) & 0x00010000, 0x00010000);          /* not one */
    trun = box(fragment, "moof/traf:1/trun", &length);
    ck_assert_mem_eq(start + get32(trun + 8), "opus", 4);
    ck_assert_ptr_nonnull(box(fragment, "moof/traf:1/sbgp", &length));
    box(fragment, "mdat", &length);
    ck_assert_uint_eq(length, 15);
}
END_TEST

START_TEST(a_track_without_samples_is_left_out)
{
    g_autoptr(GBytes) sound = g_bytes_new_static("opus", 4);
    MediaSample audio[] = { { sound, 960, TRUE } };
    MediaRun runs[] = { { MEDIA_VIDEO, 0, NULL, 0 }, { MEDIA_AUDIO, 0, audio, 1 } };
    g_autoptr(GBytes) fragment = fmp4_fragment(1, runs, 2);
    gsize length;

    ck_assert_uint_eq(get32(box(fragment, "moof/traf/tfhd", &length) + 4), MEDIA_AUDIO);
    ck_assert_ptr_null(box(fragment, "moof/traf:1", &length));
}
END_TEST

SUITE_MAIN("fmp4", init_segment_describes_both_tracks, dops_is_big_endian, fragment_points_at_its_samples,
           a_track_without_samples_is_left_out)
