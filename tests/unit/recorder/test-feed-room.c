/* What a phone sends, through a network and the whole media path, is measured in the bytes of the files: flashes against beeps, by content. */
#include <check.h>
#include <math.h>
#include <opus.h>
#include <stdlib.h>
#include <string.h>

#include "opus-packet.h"
#include "phone.h"

#define OFFSET_MAX (40 * MS)

/* --- what was written --- */

typedef struct {
    FakeClock clock;
    Phone phone;

    /* the files: of the site track */
    VideoCodec part_codec;
    gint64 part_begins; /* wall */
    guint parts, pictures, damages, gaps;
    gint64 covered, gap_total, last_gap_from;
    GArray *flashes, *beeps; /* of gint64, wall */
    OpusDecoder *decoder;
    gint64 quiet_until;
    guint voice_damages;
} Bench;

static gboolean
accepts(gpointer user)
{
    return TRUE;
}

static guint
epoch(gpointer user)
{
    return 1;
}

static void
begin_part(const RecordingPart *part, gpointer user)
{
    Bench *bench = user;

    if (strcmp(part->track, "site"))
        return;
    bench->parts++;
    bench->part_begins = part->captured;
    bench->part_codec = g_str_equal(part->extension, "webm") ? VIDEO_VP8 : VIDEO_H264;
    opus_decoder_ctl(bench->decoder, OPUS_RESET_STATE);
}

static void
see_picture(Bench *bench, const guint8 *data, gsize length, gint64 wall)
{
    bench->pictures++;
    if (length > 12 && data[length - 1] == PHONE_FLASH)
        g_array_append_val(bench->flashes, wall);
}

/** A beep begins where 2.5 ms are loud after 200 ms that were not. */
static void
hear(Bench *bench, const guint8 *data, gsize length, gint64 wall)
{
    gint16 pcm[OPUS_DURATION_MAX];

    if (length <= 3) /* silence, of which three hours are full */
        return;

    int samples = opus_decode(bench->decoder, data, (opus_int32) length, pcm, OPUS_DURATION_MAX, 0);

    for (int at = 0; at + 120 <= samples; at += 120) {
        double sum = 0;
        gint64 now = wall + at * SECOND / OPUS_RATE;

        for (int i = at; i < at + 120; i++)
            sum += (double) pcm[i] * pcm[i];
        if (sqrt(sum / 120) < 1000)
            continue;
        if (now >= bench->quiet_until)
            g_array_append_val(bench->beeps, now);
        bench->quiet_until = now + 200 * MS;
    }
}

static guint32
get32(const guint8 *data)
{
    return (guint32) data[0] << 24 | (guint32) data[1] << 16 | (guint32) data[2] << 8 | data[3];
}

static void
read_moof(Bench *bench, const guint8 *data, gsize length)
{
    gsize moof = get32(data);

    for (gsize at = 8; at + 8 <= moof;) {
        gsize size = get32(data + at);

        if (!memcmp(data + at + 4, "traf", 4)) {
            const guint8 *traf = data + at + 8; /* tfhd of 16 bytes, tfdt of 20, trun */
            gboolean video = get32(traf + 12) == MEDIA_VIDEO;
            guint64 rate = video ? MEDIA_VIDEO_TIMESCALE : MEDIA_AUDIO_TIMESCALE;
            guint64 time = (guint64) get32(traf + 28) << 32 | get32(traf + 32);
            const guint8 *trun = traf + 36;
            guint32 count = get32(trun + 12), stride = video ? 12 : 8;
            const guint8 *bytes = data + get32(trun + 16);

            for (guint32 i = 0; i < count; i++) {
                const guint8 *row = trun + 20 + i * stride;
                gint64 wall = bench->part_begins + (gint64) (time * SECOND / rate);

                if (video)
                    see_picture(bench, bytes, get32(row + 4), wall);
                else
                    hear(bench, bytes, get32(row + 4), wall);
                bytes += get32(row + 4);
                time += get32(row);
            }
        }
        at += size;
    }
}

static void
read_block(Bench *bench, const guint8 *block, gsize length, gint64 cluster_ms)
{
    gint64 wall = bench->part_begins + (cluster_ms + (gint16) (block[1] << 8 | block[2])) * MS;

    if ((block[0] & 0x7f) == MEDIA_VIDEO)
        see_picture(bench, block + 4, length - 4, wall);
    else
        hear(bench, block + 4, length - 4, wall);
}

static void
read_cluster(Bench *bench, const guint8 *data, gsize length)
{
    gint64 cluster_ms = 0;

    for (gsize at = 8; at + 5 < length;) {
        guint8 id = data[at];
        gsize size = get32(data + at + 1) & 0x0fffffff;
        const guint8 *content = data + at + 5;

        if (id == 0xe7)
            for (gsize i = 0; i < size; i++)
                cluster_ms = cluster_ms << 8 | content[i];
        else if (id == 0xa3)
            read_block(bench, content, size, cluster_ms);
        else if (id == 0xa0)
            read_block(bench, content + 5, get32(content + 1) & 0x0fffffff, cluster_ms);
        at += 5 + size;
    }
}

static void
add_fragment(const RecordingFragment *fragment, gpointer user)
{
    Bench *bench = user;
    gsize length;
    const guint8 *data = g_bytes_get_data(fragment->bytes, &length);

    if (strcmp(fragment->track, "site"))
        return;
    bench->covered += fragment->duration;
    if (bench->part_codec == VIDEO_VP8)
        read_cluster(bench, data, length);
    else
        read_moof(bench, data, length);
}

static void
end_part(const char *track, gpointer user)
{
}

static void
gap(const char *track, gint64 from, gint64 to, const char *reason, gpointer user)
{
    Bench *bench = user;

    if (strcmp(track, "site"))
        return;
    bench->gaps += to < 0;
    if (to >= 0)
        bench->gap_total += to - from;
    bench->last_gap_from = to < 0 ? from : -1;
}

static void
damage(const RecordingDamage *what, gpointer user)
{
    Bench *bench = user;

    if (strcmp(what->track, "site"))
        bench->voice_damages++;
    else
        bench->damages += what->to < 0;
}

static void
warn(const char *alarm, gpointer user)
{
    ck_assert_ptr_null(alarm);
}

static Bench *
bench_new(guint fps)
{
    static const FeedSink sink = { accepts, epoch, begin_part, add_fragment, end_part, gap, damage, warn };
    Bench *bench = g_new0(Bench, 1);
    Phone *phone = &bench->phone;

    fake_clock_init(&bench->clock, G_GINT64_CONSTANT(1700000000000000));
    fake_clock_advance(&bench->clock, 100 * SECOND);
    phone_init(phone, &bench->clock, fps);
    bench->flashes = g_array_new(FALSE, FALSE, sizeof(gint64));
    bench->beeps = g_array_new(FALSE, FALSE, sizeof(gint64));
    bench->decoder = opus_decoder_create(OPUS_RATE, 1, NULL);
    phone->room = feed_room_new(&(FeedRoomConfig){ &bench->clock.base, &sink, bench, "test", PHONE_SITE, phone_on_send, phone });
    phone_announce(phone, PHONE_VIDEO, FEED_VIDEO);
    phone_announce(phone, PHONE_AUDIO, FEED_AUDIO);
    return bench;
}

static void
bench_free(Bench *bench)
{
    if (bench->phone.room)
        feed_room_free(bench->phone.room, NULL);
    phone_clear(&bench->phone);
    g_array_unref(bench->flashes);
    g_array_unref(bench->beeps);
    opus_decoder_destroy(bench->decoder);
    g_free(bench);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bench, bench_free)

/** Ends the recording. Every flash that has a beep nearby has it within 40 ms, and at least `pairs` have one. */
static void
judge(Bench *bench, const char *scenario, guint pairs)
{
    gint64 worst = 0;
    guint found = 0;

    phone_drain(&bench->phone);
    feed_room_free(g_steal_pointer(&bench->phone.room), NULL);
    for (guint i = 0, beep = 0; i < bench->flashes->len; i++) {
        gint64 flash = g_array_index(bench->flashes, gint64, i), offset;

        while (beep < bench->beeps->len && g_array_index(bench->beeps, gint64, beep) < flash - PHONE_EVERY / 4)
            beep++;
        if (beep == bench->beeps->len || g_array_index(bench->beeps, gint64, beep) > flash + PHONE_EVERY / 4)
            continue;
        offset = g_array_index(bench->beeps, gint64, beep) - flash;
        if (ABS(offset) > ABS(worst))
            worst = offset;
        found++;
    }
    printf("%s: %u flashes with a beep, at most %+.1f ms apart; %u parts, %u pictures\n", scenario, found, (double) worst / 1000, bench->parts,
           bench->pictures);
    ck_assert_uint_ge(found, pairs);
    ck_assert_int_le(ABS(worst), OFFSET_MAX);
}

START_TEST(a_flash_and_its_beep_stay_together)
{
    g_autoptr(Bench) bench = bench_new(30);

    phone_run(&bench->phone, 60 * SECOND);
    judge(bench, "steady", 28);
    ck_assert_uint_eq(bench->parts, 1);
    ck_assert_uint_eq(bench->damages + bench->gaps + bench->voice_damages, 0);
    ck_assert_uint_ge(bench->pictures, bench->phone.pictures_sent - 5);
    ck_assert_int_ge(bench->covered, 60 * SECOND - 300 * MS);
    ck_assert_int_le(bench->covered, 60 * SECOND);
}
END_TEST

START_TEST(with_a_tenth_of_the_packets_lost_99_of_100_pictures_are_in_the_file)
{
    g_autoptr(Bench) bench = bench_new(30);

    bench->phone.loss_percent = 10;
    phone_run(&bench->phone, 120 * SECOND);
    judge(bench, "10 % loss", 58);
    printf("10 %% loss: %u of %u pictures in the file, %u packets came late or never\n", bench->pictures, bench->phone.pictures_sent, bench->phone.lost_once);
    ck_assert_uint_gt(bench->phone.lost_once, 1000);
    ck_assert_uint_ge(bench->pictures, bench->phone.pictures_sent * 99 / 100);
}
END_TEST

START_TEST(packets_of_another_payload_type_are_left_out)
{
    static const guint8 packet[] = { 0x80, 0x80 | 63, 0, 1, 0, 0, 0, 1, 0, 0, 0, PHONE_VIDEO, 0x65, 0x88, 0x84 }; /* RFC 2198 redundancy, say */
    g_autoptr(Bench) bench = bench_new(30);

    for (guint i = 0; i < 40; i++) {
        feed_room_packet(bench->phone.room, packet, sizeof packet);
        phone_run(&bench->phone, 100 * MS);
    }
    judge(bench, "a stranger's packets between", 1);
    ck_assert_uint_eq(bench->parts, 1);
    ck_assert_uint_eq(bench->damages + bench->gaps, 0);
    ck_assert_uint_ge(bench->pictures, bench->phone.pictures_sent - 5);
}
END_TEST

START_TEST(what_is_lost_for_good_is_damage_and_the_rest_stays_together)
{
    g_autoptr(Bench) bench = bench_new(30);

    phone_run(&bench->phone, 10 * SECOND);
    bench->phone.loss_percent = 60;
    phone_run(&bench->phone, 10 * SECOND);
    bench->phone.loss_percent = 0;
    phone_run(&bench->phone, 20 * SECOND);
    judge(bench, "60 % loss for 10 s", 12);
    ck_assert_uint_gt(bench->damages, 0);
    ck_assert_uint_gt(bench->voice_damages, 0);
    ck_assert_int_ge(bench->covered + bench->gap_total, 40 * SECOND - 500 * MS);
    ck_assert_int_le(bench->covered + bench->gap_total, 40 * SECOND);
}
END_TEST

START_TEST(another_camera_and_another_codec)
{
    g_autoptr(Bench) bench = bench_new(30);
    FeedMessage ended = { .type = FEED_TRACK_ENDED, .ssrc = PHONE_VIDEO };

    phone_run(&bench->phone, 9 * SECOND);
    /* the other camera: a new stream, half a second later */
    bench->phone.camera_off = TRUE;
    phone_run(&bench->phone, 500 * MS);
    feed_room_message(bench->phone.room, &ended);
    bench->phone.video_ssrc = 5;
    phone_announce(&bench->phone, 5, FEED_VIDEO);
    bench->phone.camera_off = FALSE;
    bench->phone.key_wanted = TRUE;
    phone_run(&bench->phone, 11 * SECOND);
    ended.ssrc = 5;
    feed_room_message(bench->phone.room, &ended);
    bench->phone.codec = VIDEO_VP8;
    bench->phone.video_ssrc = 9;
    phone_announce(&bench->phone, 9, FEED_VIDEO);
    phone_run(&bench->phone, 15 * SECOND);
    judge(bench, "camera flip, then VP8", 14);
    ck_assert_uint_eq(bench->parts, 2);
    ck_assert_uint_eq(bench->gaps, 0);
    ck_assert_int_ge(bench->covered, 35 * SECOND);
}
END_TEST

START_TEST(a_phone_call_in_the_middle)
{
    g_autoptr(Bench) bench = bench_new(30);

    phone_run(&bench->phone, 11 * SECOND);
    bench->phone.camera_off = bench->phone.microphone_off = TRUE;
    phone_run(&bench->phone, 25 * SECOND);
    bench->phone.camera_off = bench->phone.microphone_off = FALSE;
    phone_run(&bench->phone, 20 * SECOND);
    judge(bench, "phone call of 25 s", 13);
    ck_assert_uint_eq(bench->parts, 2);
    ck_assert_uint_eq(bench->gaps, 1);
    ck_assert_int_ge(bench->gap_total, 21 * SECOND);
    ck_assert_int_ge(bench->covered + bench->gap_total, 56 * SECOND - 500 * MS);
    ck_assert_int_le(bench->covered + bench->gap_total, 56 * SECOND);
}
END_TEST

START_TEST(rotation_and_downscaling)
{
    static const guint sizes[][2] = { { 720, 1280 }, { 1280, 720 }, { 640, 352 }, { 320, 176 }, { 1280, 720 } };
    g_autoptr(Bench) bench = bench_new(24);

    phone_run(&bench->phone, 9 * SECOND);
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        bench->phone.width = sizes[i][0], bench->phone.height = sizes[i][1];
        bench->phone.key_wanted = TRUE;
        phone_run(&bench->phone, 7 * SECOND + (gint64) i * 13 * MS);
    }
    judge(bench, "rotation and downscaling", 20);
    ck_assert_uint_eq(bench->parts, 1 + G_N_ELEMENTS(sizes));
    ck_assert_uint_eq(bench->gaps + bench->damages, 0);
    ck_assert_int_ge(bench->covered, 44 * SECOND - 300 * MS);
    ck_assert_int_le(bench->covered, 44 * SECOND + 150 * MS);
}
END_TEST

START_TEST(discontinuous_speech_and_a_mute)
{
    g_autoptr(Bench) bench = bench_new(30);

    bench->phone.dtx = TRUE;
    phone_run(&bench->phone, 21 * SECOND);
    bench->phone.microphone_off = TRUE;
    phone_run(&bench->phone, 15 * SECOND);
    bench->phone.microphone_off = FALSE;
    phone_run(&bench->phone, 21 * SECOND);
    judge(bench, "DTX with a mute of 15 s", 19);
    ck_assert_uint_eq(bench->parts, 1);
    ck_assert_uint_eq(bench->gaps + bench->damages, 0);
}
END_TEST

START_TEST(three_hours_with_a_clock_that_is_200_ppm_fast)
{
    g_autoptr(Bench) bench = bench_new(5);

    bench->phone.skew = 200e-6; /* four times what quartz does: 2.2 s in this time */
    bench->phone.codec = VIDEO_VP8;
    bench->phone.dtx = TRUE;
    bench->phone.step_us = 20 * MS;
    phone_announce(&bench->phone, PHONE_VIDEO, FEED_VIDEO);
    phone_run(&bench->phone, 3 * 3600 * SECOND);
    judge(bench, "three hours at +200 ppm", 5390);
    ck_assert_uint_eq(bench->parts, 1);
    ck_assert_uint_eq(bench->gaps + bench->damages, 0);
    /* by the wall within 0.1 %: 10.8 s; and in fact within the last fragment */
    ck_assert_int_ge(bench->covered, 3 * 3600 * SECOND - SECOND);
    ck_assert_int_le(bench->covered, 3 * 3600 * SECOND + SECOND);
}
END_TEST

int
main(void)
{
    const TTest *const tests[] = {
        a_flash_and_its_beep_stay_together,
        with_a_tenth_of_the_packets_lost_99_of_100_pictures_are_in_the_file,
        packets_of_another_payload_type_are_left_out,
        what_is_lost_for_good_is_damage_and_the_rest_stays_together,
        another_camera_and_another_codec,
        a_phone_call_in_the_middle,
        rotation_and_downscaling,
        discontinuous_speech_and_a_mute,
        three_hours_with_a_clock_that_is_200_ppm_fast,
    };
    Suite *suite = suite_create("feed-room");
    TCase *tcase = tcase_create("feed-room");

    tcase_set_timeout(tcase, 170); /* sanitizers on a busy machine; a hang, not slowness, is the failure */
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);

    SRunner *runner = srunner_create(suite);

    srunner_run_all(runner, CK_ENV);

    int failed = srunner_ntests_failed(runner);

    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
