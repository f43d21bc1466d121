#include "video-depay.h"

#include <string.h>

#include "h264-config.h"
#include "rtp-reorder.h"
#include "suite-main.h"

/* x264, constrained baseline 3.1, 1280×720 and 1280×718 (cropped), and the picture parameter set of both */
static const guint8 sps_720[] = { 0x67, 0x42, 0xc0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xe8, 0x06, 0xd0, 0xa1, 0x35 };
static const guint8 pps[] = { 0x68, 0xce, 0x3c, 0x80 };
static const guint8 idr[] = { 0x65, 0x88, 0x84, 0x0a, 0xf2, 0x62, 0x80 };
static const guint8 slice[] = { 0x41, 0x9a, 0x20, 0x11, 0x22, 0x33 };

typedef struct {
    VideoDepay *depay;
    guint pictures, keys, width, height;
    GBytes *last, *avcc;
    GString *story; /* of the reorder tests */
} Bench;

static void
on_picture(const VideoPicture *picture, gpointer user)
{
    Bench *bench = user;

    bench->pictures++;
    bench->keys += picture->key;
    bench->width = picture->width;
    bench->height = picture->height;
    g_clear_pointer(&bench->last, g_bytes_unref);
    g_clear_pointer(&bench->avcc, g_bytes_unref);
    bench->last = g_bytes_ref(picture->bytes);
    if (picture->avcc)
        bench->avcc = g_bytes_ref(picture->avcc);
}

static Bench *
bench_new(VideoCodec codec)
{
    Bench *bench = g_new0(Bench, 1);

    bench->depay = video_depay_new(codec, on_picture, bench);
    bench->story = g_string_new(NULL);
    return bench;
}

static void
bench_free(Bench *bench)
{
    video_depay_free(bench->depay);
    g_clear_pointer(&bench->last, g_bytes_unref);
    g_clear_pointer(&bench->avcc, g_bytes_unref);
    g_string_free(bench->story, TRUE);
    g_free(bench);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bench, bench_free)

static void
push(Bench *bench, const void *payload, gsize length, guint32 timestamp, gboolean marker)
{
    video_depay_push(bench->depay, payload, length, timestamp, marker, timestamp);
}

/** STAP-A of the parameter sets. */
static void
push_sets(Bench *bench, guint32 timestamp)
{
    guint8 aggregate[64] = { 24, 0, sizeof sps_720 };

    memcpy(aggregate + 3, sps_720, sizeof sps_720);
    aggregate[3 + sizeof sps_720 + 1] = sizeof pps;
    memcpy(aggregate + 5 + sizeof sps_720, pps, sizeof pps);
    push(bench, aggregate, 5 + sizeof sps_720 + sizeof pps, timestamp, FALSE);
}

static void
push_key(Bench *bench, guint32 timestamp)
{
    push_sets(bench, timestamp);
    push(bench, idr, sizeof idr, timestamp, TRUE);
}

START_TEST(a_key_frame_brings_its_configuration)
{
    static const guint8 expected[] = { 0, 0, 0, sizeof idr, 0x65, 0x88, 0x84, 0x0a, 0xf2, 0x62, 0x80 };
    g_autoptr(Bench) bench = bench_new(VIDEO_H264);
    g_autoptr(GBytes) wanted = g_bytes_new_static(expected, sizeof expected);
    gsize length;

    push_key(bench, 1000);
    ck_assert_uint_eq(bench->pictures, 1);
    ck_assert_uint_eq(bench->keys, 1);
    ck_assert_uint_eq(bench->width, 1280);
    ck_assert_uint_eq(bench->height, 720);
    ck_assert(g_bytes_equal(bench->last, wanted)); /* the parameter sets are in the configuration, not in the picture */

    const guint8 *avcc = g_bytes_get_data(bench->avcc, &length);

    ck_assert_uint_eq(length, 6 + 2 + sizeof sps_720 + 1 + 2 + sizeof pps);
    ck_assert_mem_eq(avcc, "\1\x42\xc0\x1f\xff\xe1\0\x0d", 8);
    ck_assert_mem_eq(avcc + 8, sps_720, sizeof sps_720);
    ck_assert_mem_eq(avcc + 8 + sizeof sps_720, "\1\0\4", 3);
}
END_TEST

START_TEST(nothing_comes_without_parameter_sets)
{
    g_autoptr(Bench) bench = bench_new(VIDEO_H264);

    push(bench, idr, sizeof idr, 1000, TRUE);
    ck_assert_uint_eq(bench->pictures, 0);
}
END_TEST

START_TEST(fragments_make_a_picture)
{
    g_autoptr(Bench) bench = bench_new(VIDEO_H264);
    guint8 part[] = { 0x7c, 0x81, 0x9a, 0x20 };

    push_key(bench, 1000);
    push(bench, part, sizeof part, 2000, FALSE);
    part[1] = 0x01;
    push(bench, part, sizeof part, 2000, FALSE);
    part[1] = 0x41;
    push(bench, part, sizeof part, 2000, TRUE);
    ck_assert_uint_eq(bench->pictures, 2);
    ck_assert_uint_eq(bench->keys, 1);
    ck_assert_uint_eq(g_bytes_get_size(bench->last), 4 + 1 + 3 * 2);
    ck_assert_mem_eq(g_bytes_get_data(bench->last, NULL), "\0\0\0\7\x61", 5);
}
END_TEST

START_TEST(a_picture_that_lacks_any_packet_is_left_out)
{
    /* Five packets; each one alone is taken away. */
    for (guint missing = 0; missing < 5; missing++) {
        g_autoptr(Bench) bench = bench_new(VIDEO_H264);

        push_key(bench, 1000);
        for (guint i = 0; i < 5; i++) {
            guint8 part[] = { 0x7c, (guint8) ((i == 0 ? 0x80 : i == 4 ? 0x40 : 0) | 1), 0x9a, 0x20 };

            if (i == missing)
                continue;
            if (i == missing + 1)
                video_depay_lost(bench->depay);
            push(bench, part, sizeof part, 2000, i == 4);
        }
        if (missing == 4)
            video_depay_lost(bench->depay);
        push(bench, slice, sizeof slice, 3000, TRUE);
        ck_assert_uint_eq(bench->pictures, 2);
        ck_assert_uint_eq(video_depay_left_out(bench->depay), 1);
    }
}
END_TEST

START_TEST(a_picture_without_its_first_slice_is_left_out)
{
    g_autoptr(Bench) bench = bench_new(VIDEO_H264);
    static const guint8 second_slice[] = { 0x41, 0x1a, 0x20, 0x11 }; /* first_mb_in_slice is not 0 */

    push_key(bench, 1000);
    video_depay_lost(bench->depay);
    push(bench, second_slice, sizeof second_slice, 2000, TRUE);
    ck_assert_uint_eq(bench->pictures, 1);
    ck_assert_uint_eq(video_depay_left_out(bench->depay), 1);
}
END_TEST

START_TEST(a_picture_without_its_marker_ends_with_the_next)
{
    g_autoptr(Bench) bench = bench_new(VIDEO_H264);

    push_sets(bench, 1000);
    push(bench, idr, sizeof idr, 1000, FALSE);
    push(bench, slice, sizeof slice, 2000, FALSE);
    ck_assert_uint_eq(bench->pictures, 1);
    push(bench, slice, sizeof slice, 3000, TRUE);
    ck_assert_uint_eq(bench->pictures, 3);
}
END_TEST

START_TEST(broken_payloads_do_no_harm)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);

    for (guint round = 0; round < 20000; round++) {
        g_autoptr(Bench) bench = bench_new(round % 2 ? VIDEO_H264 : VIDEO_VP8);
        guint8 payload[48];

        for (guint n = 0; n < 3; n++) {
            gsize length = (gsize) g_rand_int_range(random, 0, sizeof payload);
            g_autofree guint8 *exact = NULL; /* so that a byte beyond is seen */

            for (gsize i = 0; i < length; i++)
                payload[i] = (guint8) g_rand_int(random);
            if (length && round % 4 == 1)
                payload[0] = (guint8) g_rand_int_range(random, 0, 2) ? 0x67 : 24;
            exact = g_memdup2(payload, length);
            push(bench, exact, length, n / 2, n == 2);
        }
    }
}
END_TEST

START_TEST(vp8_key_frames_carry_the_size)
{
    g_autoptr(Bench) bench = bench_new(VIDEO_VP8);
    /* extended descriptor with a 15-bit picture ID, then a key frame of 640×360 */
    static const guint8 first[] = { 0x90, 0x80, 0x81, 0x23, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01, 7, 8 };
    static const guint8 rest[] = { 0x80, 0x80, 0x81, 0x23, 9, 9 };
    static const guint8 inter[] = { 0x90, 0x80, 0x81, 0x24, 0x11, 1, 2 };

    push(bench, inter, sizeof inter, 500, TRUE); /* of unknown size */
    ck_assert_uint_eq(bench->pictures, 0);
    push(bench, first, sizeof first, 1000, FALSE);
    push(bench, rest, sizeof rest, 1000, TRUE);
    ck_assert_uint_eq(bench->keys, 1);
    ck_assert_uint_eq(bench->width, 640);
    ck_assert_uint_eq(bench->height, 360);
    ck_assert_uint_eq(g_bytes_get_size(bench->last), 14);
    push(bench, inter, sizeof inter, 2000, TRUE);
    ck_assert_uint_eq(bench->pictures, 2);
    push(bench, rest, sizeof rest, 3000, TRUE); /* without its beginning */
    ck_assert_uint_eq(bench->pictures, 2);
}
END_TEST

START_TEST(high_profile_and_cropping_are_understood)
{
    /* x264, high profile 4.0, 1920×1080: coded 1088 lines, cropped */
    static const guint8 high[] = { 0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04,
                                   0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc6, 0x58 };
    H264Sps parsed;

    ck_assert(h264_sps_parse(high, sizeof high, &parsed));
    ck_assert_uint_eq(parsed.width, 1920);
    ck_assert_uint_eq(parsed.height, 1080);
    ck_assert_uint_eq(parsed.chroma_format, 1);
    for (gsize length = 0; length < 11; length++)
        ck_assert(!h264_sps_parse(high, length, &parsed));
}
END_TEST

/* --- order --- */

static void
on_ordered(const guint8 *packet, gsize length, gint64 pos, gpointer user)
{
    g_string_append_printf(((Bench *) user)->story, "%u ", packet[0]);
}

static void
on_lost(guint count, gint64 pos, gpointer user)
{
    g_string_append_printf(((Bench *) user)->story, "lost%u ", count);
}

static void
arrive(RtpReorder *reorder, guint16 sequence, gint64 now)
{
    guint8 packet = (guint8) sequence;

    rtp_reorder_push(reorder, &packet, 1, sequence, now, now);
}

START_TEST(packets_wait_a_second_for_what_is_missing)
{
    g_autoptr(Bench) bench = bench_new(VIDEO_H264);
    g_autoptr(RtpReorder) reorder = rtp_reorder_new(&(RtpReorderEvents){ on_ordered, on_lost, bench });

    arrive(reorder, 65534, 0);
    arrive(reorder, 0, 10000); /* 65535 is missing, over the wrap */
    arrive(reorder, 1, 20000);
    arrive(reorder, 0, 25000); /* repeated */
    ck_assert_str_eq(bench->story->str, "254 ");
    ck_assert(rtp_reorder_waits(reorder));
    arrive(reorder, 65535, 900000); /* retransmitted */
    ck_assert_str_eq(bench->story->str, "254 255 0 1 ");
    arrive(reorder, 4, 1000000);
    arrive(reorder, 6, 1500000);
    rtp_reorder_poll(reorder, 1999999);
    ck_assert_str_eq(bench->story->str, "254 255 0 1 ");
    rtp_reorder_poll(reorder, 2000000);
    ck_assert_str_eq(bench->story->str, "254 255 0 1 lost2 4 ");
    arrive(reorder, 3, 2100000); /* too late */
    arrive(reorder, 5, 2200000);
    ck_assert_str_eq(bench->story->str, "254 255 0 1 lost2 4 5 6 ");
    arrive(reorder, 8, 2300000);
    rtp_reorder_flush(reorder);
    ck_assert_str_eq(bench->story->str, "254 255 0 1 lost2 4 5 6 lost1 8 ");
}
END_TEST

START_TEST(a_stream_that_jumps_begins_anew)
{
    g_autoptr(Bench) bench = bench_new(VIDEO_H264);
    g_autoptr(RtpReorder) reorder = rtp_reorder_new(&(RtpReorderEvents){ on_ordered, on_lost, bench });

    arrive(reorder, 10, 0);
    arrive(reorder, 12, 0);
    arrive(reorder, 30000, 10);
    arrive(reorder, 30001, 20);
    arrive(reorder, 11, 30); /* jumps back */
    ck_assert_str_eq(bench->story->str, "10 lost1 12 lost0 48 49 lost0 11 ");
}
END_TEST

SUITE_MAIN("video-depay", a_key_frame_brings_its_configuration, nothing_comes_without_parameter_sets, fragments_make_a_picture,
           a_picture_that_lacks_any_packet_is_left_out, a_picture_without_its_first_slice_is_left_out,
           a_picture_without_its_marker_ends_with_the_next, broken_payloads_do_no_harm, vp8_key_frames_carry_the_size,
           high_profile_and_cropping_are_understood, packets_wait_a_second_for_what_is_missing, a_stream_that_jumps_begins_anew)
