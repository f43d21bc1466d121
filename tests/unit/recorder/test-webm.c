#include "webm.h"

#include <string.h>

#include "suite-main.h"

/** The element at `*at`: its ID, its content; `*at` moves behind it. Sizes of all ones are unknown: to the end. */
static guint32
element(const guint8 *data, gsize length, gsize *at, const guint8 **ret_content, gsize *ret_size)
{
    guint id_length = 1, size_length = 1;
    guint32 id = 0;
    guint64 size;

    while (!(data[*at] & (0x80 >> (id_length - 1))))
        id_length++;
    while (id_length--)
        id = id << 8 | data[(*at)++];
    while (!(data[*at] & (0x80 >> (size_length - 1))))
        size_length++;
    size = data[(*at)++] & (0xff >> size_length);
    for (guint i = 1; i < size_length; i++)
        size = size << 8 | data[(*at)++];
    if (size_length == 8 && size == (G_GUINT64_CONSTANT(1) << 56) - 1)
        size = length - *at;
    ck_assert_uint_le(*at + size, length);
    *ret_content = data + *at;
    *ret_size = size;
    *at += size;
    return id;
}

static const guint8 *
find(const guint8 *data, gsize length, guint32 wanted, gsize *ret_size)
{
    const guint8 *content;

    for (gsize at = 0; at < length;)
        if (element(data, length, &at, &content, ret_size) == wanted)
            return content;
    ck_abort_msg("no element %x", wanted);
    return NULL;
}

START_TEST(the_beginning_names_both_tracks)
{
    MediaTracks tracks = { VIDEO_VP8, NULL, 640, 360, 1, G_GINT64_CONSTANT(1700000000000000) };
    g_autoptr(GBytes) init = webm_init_segment(&tracks);
    g_autofree char *codecs = webm_codecs(&tracks);
    gsize length, size, audio_size;
    const guint8 *data = g_bytes_get_data(init, &length);
    const guint8 *segment = find(data, length, 0x18538067, &size);
    const guint8 *entries = find(segment, size, 0x1654AE6B, &size), *audio, *content;
    gsize at = 0;

    ck_assert_str_eq(codecs, "vp8,opus");
    ck_assert_uint_eq(element(entries, size, &at, &content, &length), 0xAE);
    ck_assert_mem_eq(find(content, length, 0x86, &audio_size), "V_VP8", 5);
    content = find(content, length, 0xE0, &length);
    ck_assert_mem_eq(find(content, length, 0xB0, &audio_size), "\x02\x80", 2);
    ck_assert_uint_eq(element(entries, size, &at, &audio, &length), 0xAE);
    ck_assert_mem_eq(find(audio, length, 0x63A2, &audio_size), "OpusHead\1\1", 10);
    ck_assert_uint_eq(audio_size, 19);
    ck_assert_uint_eq(at, size);
}
END_TEST

START_TEST(a_cluster_interleaves_by_time)
{
    g_autoptr(GBytes) frame = g_bytes_new_static("vvvvv", 5), packet = g_bytes_new_static("aa", 2);
    MediaSample video[] = { { frame, 3600, TRUE }, { frame, 270000, FALSE } }; /* 40 ms, then one that stands 3 s */
    MediaSample audio[] = { { packet, 960, TRUE }, { packet, 960, TRUE }, { packet, 960, TRUE } };
    MediaRun runs[] = { { MEDIA_VIDEO, 90000 * 2, video, 2 }, { MEDIA_AUDIO, 48000 * 2 - 480, audio, 3 } };
    g_autoptr(GBytes) bytes = webm_fragment(runs, 2);
    g_autoptr(GString) story = g_string_new(NULL);
    gsize length, size, at = 0, inner;
    const guint8 *cluster = find(g_bytes_get_data(bytes, &length), g_bytes_get_size(bytes), 0x1F43B675, &length), *content;

    while (at < length) {
        guint32 id = element(cluster, length, &at, &content, &size);

        if (id == 0xE7)
            g_string_append_printf(story, "at %u;", content[0] << 8 | content[1]);
        else if (id == 0xA3)
            g_string_append_printf(story, "%u+%d %02x;", content[0] & 0x7f, content[1] << 8 | content[2], content[3]);
        else if (id == 0xA0) {
            const guint8 *duration = find(content, size, 0x9B, &inner), *block = find(content, size, 0xA1, &inner);

            g_string_append_printf(story, "%u+%d for %u;", block[0] & 0x7f, block[1] << 8 | block[2], duration[0] << 8 | duration[1]);
            find(content, size, 0xFB, &inner); /* it is no key frame */
        }
    }
    ck_assert_str_eq(story->str, "at 1990;2+0 80;1+10 80;2+20 80;2+40 80;1+50 for 3000;");
}
END_TEST

START_TEST(speech_alone_is_a_cluster_too)
{
    g_autoptr(GBytes) packet = g_bytes_new_static("aa", 2);
    MediaSample audio[] = { { packet, 960, TRUE } };
    MediaRun runs[] = { { MEDIA_VIDEO, 0, NULL, 0 }, { MEDIA_AUDIO, 0, audio, 1 } };
    g_autoptr(GBytes) bytes = webm_fragment(runs, 2);
    gsize size;

    find(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), 0x1F43B675, &size);
    ck_assert_uint_eq(size, 6 + 11);
}
END_TEST

SUITE_MAIN("webm", the_beginning_names_both_tracks, a_cluster_interleaves_by_time, speech_alone_is_a_cluster_too)
