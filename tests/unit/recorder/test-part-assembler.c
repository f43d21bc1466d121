#include "part-assembler.h"

#include "opus-packet.h"
#include "suite-main.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define FRAME  G_GINT64_CONSTANT(40000) /* 25 pictures a second */
#define PACKET G_GINT64_CONSTANT(20000)
#define START  G_GINT64_CONSTANT(100000000)

static const guint8 avcc_bytes[] = { 1, 0x42, 0xe0, 0x1f, 0xff, 0xe1, 0, 1, 0x67, 1, 0, 1, 0x68 };

/** An assembler, and what it has told, as text and as numbers. */
typedef struct {
    PartAssembler *assembler;
    GString *story;
    guint parts, fragments, keys;
    gint64 covered, filled, next_t;
    GBytes *avcc, *sound;
} Bench;

static void
on_part(const AssembledPart *part, gpointer user)
{
    Bench *bench = user;

    bench->parts++;
    bench->next_t = 0;
    g_string_append_printf(bench->story, "part %s %ux%u;", part->codecs, part->width, part->height);
}

static void
on_fragment(const AssembledFragment *fragment, gpointer user)
{
    Bench *bench = user;

    ck_assert_int_eq(fragment->t, bench->next_t); /* without holes */
    ck_assert_int_gt(fragment->duration, 0);
    ck_assert_int_le(fragment->duration, 3 * SECOND);
    bench->next_t = fragment->t + fragment->duration;
    bench->fragments++;
    bench->keys += fragment->key;
    bench->covered += fragment->duration;
    bench->filled += fragment->filled;
}

static void
on_part_ended(gpointer user)
{
    g_string_append(((Bench *) user)->story, "ended;");
}

static void
on_gap(gint64 from, gint64 to, const char *reason, gpointer user)
{
    g_string_append_printf(((Bench *) user)->story, "gap %s %" G_GINT64_FORMAT ";", reason, to < 0 ? -1 : (to - from) / 1000);
}

static void
on_damage(const AssembledDamage *damage, gpointer user)
{
    g_string_append_printf(((Bench *) user)->story, "damage %s %u %" G_GINT64_FORMAT ";", damage->video ? "video" : "audio",
                           damage->packets, damage->to < 0 ? -1 : (damage->to - damage->from) / 1000);
}

static Bench *
bench_new(gboolean has_video)
{
    static const AssemblerEvents events = { on_part, on_fragment, on_part_ended, on_gap, on_damage };
    Bench *bench = g_new0(Bench, 1);
    AssemblerConfig config = { has_video, has_video ? 1 : 2, &events, bench, 0 };
    guint duration;

    bench->story = g_string_new(NULL);
    bench->assembler = part_assembler_new(&config);
    bench->avcc = g_bytes_new_static(avcc_bytes, sizeof avcc_bytes);
    bench->sound = opus_silence(960, &duration);
    return bench;
}

static void
bench_free(Bench *bench)
{
    part_assembler_free(bench->assembler);
    g_string_free(bench->story, TRUE);
    g_bytes_unref(bench->avcc);
    g_bytes_unref(bench->sound);
    g_free(bench);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bench, bench_free)

static void
picture(Bench *bench, gint64 pos, gboolean key, guint width)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("\0\0\0\1x", 5);
    VideoPicture unit = { VIDEO_H264, bytes, bench->avcc, width, 480, key, pos };

    part_assembler_video(bench->assembler, &unit, pos);
}

static void
sound(Bench *bench, gint64 pos)
{
    part_assembler_audio(bench->assembler, bench->sound, pos, FALSE, pos);
}

typedef enum { PICTURE = 1, SOUND = 2, KEY_FIRST = 4 } What;

/** Plays from `from` to `to` (both from START), polling as the feed does. */
static void
play(Bench *bench, gint64 from, gint64 to, What what)
{
    gboolean key = what & KEY_FIRST;

    for (gint64 at = from; at < to; at += PACKET) {
        if (what & SOUND)
            sound(bench, START + at);
        if (what & PICTURE && at % FRAME == 0) {
            picture(bench, START + at, key, 640);
            key = FALSE;
        }
        if (at % 100000 == 0)
            part_assembler_poll(bench->assembler, START + at);
    }
}

START_TEST(fragments_are_half_a_second_long_and_lose_nothing)
{
    g_autoptr(Bench) bench = bench_new(TRUE);

    play(bench, 0, 10 * SECOND, PICTURE | SOUND | KEY_FIRST);
    ck_assert_uint_ge(bench->fragments, 18); /* what is not handed out is younger than a second */
    part_assembler_close(bench->assembler, START + 10 * SECOND);
    ck_assert_str_eq(bench->story->str, "part avc1.42e01f,opus 640x480;ended;");
    ck_assert_int_ge(bench->covered, 10 * SECOND - FRAME);
    ck_assert_int_le(bench->covered, 10 * SECOND);
    ck_assert_int_le(bench->filled, PACKET);
    ck_assert_uint_eq(bench->keys, 1);
}
END_TEST

START_TEST(a_key_frame_begins_a_fragment)
{
    g_autoptr(Bench) bench = bench_new(TRUE);

    play(bench, 0, 1200000, PICTURE | SOUND | KEY_FIRST);
    play(bench, 1200000, 4 * SECOND, PICTURE | SOUND | KEY_FIRST);
    ck_assert_uint_eq(bench->keys, 2);
    ck_assert_uint_eq(bench->parts, 1);
}
END_TEST

START_TEST(nothing_begins_without_a_key_frame)
{
    g_autoptr(Bench) bench = bench_new(TRUE);

    play(bench, 0, 3 * SECOND, PICTURE | SOUND);
    ck_assert_uint_eq(bench->parts, 0);
    ck_assert(part_assembler_needs_key(bench->assembler));
    ck_assert_int_eq(part_assembler_close(bench->assembler, START + 3 * SECOND), -1);
}
END_TEST

START_TEST(a_silent_microphone_holds_nothing_back)
{
    g_autoptr(Bench) bench = bench_new(TRUE);

    play(bench, 0, 10 * SECOND, PICTURE | KEY_FIRST);
    ck_assert_uint_ge(bench->fragments, 8);
    ck_assert_int_ge(bench->filled, 8 * SECOND);
    ck_assert_uint_eq(bench->parts, 1);
}
END_TEST

START_TEST(a_short_pause_of_the_camera_stretches_the_picture)
{
    g_autoptr(Bench) bench = bench_new(TRUE);

    play(bench, 0, 2 * SECOND, PICTURE | SOUND | KEY_FIRST);
    play(bench, 2 * SECOND, 4800000, SOUND);

    guint in_pause = bench->fragments;

    ck_assert_uint_ge(in_pause, 3); /* speech goes to the disk all the same */
    play(bench, 4800000, 6 * SECOND, PICTURE | SOUND);
    ck_assert_str_eq(bench->story->str, "part avc1.42e01f,opus 640x480;");
    ck_assert_int_le(bench->filled, 0);
}
END_TEST

START_TEST(a_long_pause_of_the_camera_is_a_gap)
{
    g_autoptr(Bench) bench = bench_new(TRUE);

    play(bench, 0, 2 * SECOND, PICTURE | SOUND | KEY_FIRST);
    play(bench, 2 * SECOND, 10 * SECOND, SOUND);
    ck_assert_str_eq(bench->story->str, "part avc1.42e01f,opus 640x480;ended;gap video-paused -1;");
    ck_assert(part_assembler_needs_key(bench->assembler));
    play(bench, 10 * SECOND, 12 * SECOND, PICTURE | SOUND | KEY_FIRST);
    /* The last picture stands at 1.96 s, and 3 s longer. */
    ck_assert_str_eq(bench->story->str, "part avc1.42e01f,opus 640x480;ended;gap video-paused -1;gap video-paused 5040;"
                                        "part avc1.42e01f,opus 640x480;");
}
END_TEST

START_TEST(another_resolution_is_another_part)
{
    g_autoptr(Bench) bench = bench_new(TRUE);

    play(bench, 0, 2 * SECOND, PICTURE | SOUND | KEY_FIRST);
    sound(bench, START + 2 * SECOND);
    picture(bench, START + 2 * SECOND, TRUE, 320);
    ck_assert_str_eq(bench->story->str, "part avc1.42e01f,opus 640x480;ended;part avc1.42e01f,opus 320x480;");
    ck_assert_int_eq(bench->covered, 2 * SECOND); /* not a frame between them */
}
END_TEST

START_TEST(after_loss_pictures_wait_for_a_key_frame)
{
    g_autoptr(Bench) bench = bench_new(TRUE);

    play(bench, 0, 2 * SECOND, PICTURE | SOUND | KEY_FIRST);
    part_assembler_video_lost(bench->assembler, 3, START + 2 * SECOND);
    play(bench, 2 * SECOND, 2480000, PICTURE | SOUND);
    part_assembler_video_lost(bench->assembler, 2, START + 2480000);
    ck_assert(part_assembler_needs_key(bench->assembler));
    /* A key frame from before the loss does not count. */
    picture(bench, START + 2 * SECOND, TRUE, 640);
    ck_assert(part_assembler_needs_key(bench->assembler));
    play(bench, 2480000, 5 * SECOND, PICTURE | SOUND | KEY_FIRST);
    ck_assert_str_eq(bench->story->str, "part avc1.42e01f,opus 640x480;damage video 3 -1;damage video 5 520;");
}
END_TEST

START_TEST(another_codec_is_another_part)
{
    g_autoptr(Bench) bench = bench_new(TRUE);
    g_autoptr(GBytes) frame = g_bytes_new_static("vp8", 3);

    play(bench, 0, 2 * SECOND, PICTURE | SOUND | KEY_FIRST);
    for (gint64 at = 2 * SECOND; at < 4 * SECOND; at += FRAME) {
        VideoPicture picture = { VIDEO_VP8, frame, NULL, 640, 480, at == 2 * SECOND + 5 * FRAME, START + at };

        sound(bench, START + at);
        sound(bench, START + at + PACKET);
        part_assembler_video(bench->assembler, &picture, START + at);
    }
    part_assembler_close(bench->assembler, START + 4 * SECOND);
    /* What comes before the new codec's key frame can be shown by nobody: the last picture stands until then. */
    ck_assert_str_eq(bench->story->str, "part avc1.42e01f,opus 640x480;ended;part vp8,opus 640x480;ended;");
    ck_assert_int_ge(bench->covered, 4 * SECOND - FRAME);
    ck_assert_int_le(bench->filled, PACKET);
}
END_TEST

START_TEST(losses_of_speech_that_lie_close_together_are_one_damage)
{
    g_autoptr(Bench) bench = bench_new(FALSE);

    play(bench, 0, SECOND, SOUND);
    part_assembler_audio_lost(bench->assembler, 1, START + SECOND + PACKET);
    play(bench, SECOND + PACKET, 2 * SECOND, SOUND);
    part_assembler_audio_lost(bench->assembler, 2, START + 2 * SECOND + 2 * PACKET);
    play(bench, 2 * SECOND + 2 * PACKET, 6 * SECOND, SOUND);
    ck_assert_str_eq(bench->story->str, "part opus 0x0;damage audio 3 1040;");
}
END_TEST

START_TEST(lost_speech_is_filled_in_its_place)
{
    g_autoptr(Bench) bench = bench_new(FALSE);

    play(bench, 0, 3 * SECOND, SOUND);
    play(bench, 3500000, 6 * SECOND, SOUND);
    part_assembler_close(bench->assembler, START + 6 * SECOND);
    ck_assert_str_eq(bench->story->str, "part opus 0x0;ended;");
    ck_assert_int_eq(bench->covered, 6 * SECOND);
    ck_assert_int_eq(bench->filled, 500000);
}
END_TEST

START_TEST(discontinuous_speech_keeps_its_time)
{
    g_autoptr(Bench) bench = bench_new(FALSE);

    /* DTX: a packet every 400 ms (RFC 7587, section 3.1.3) */
    for (gint64 at = 0; at < 20 * SECOND; at += 100000) {
        if (at % 400000 == 0)
            sound(bench, START + at);
        part_assembler_poll(bench->assembler, START + at);
    }
    part_assembler_close(bench->assembler, START + 20 * SECOND);
    ck_assert_uint_eq(bench->parts, 1);
    ck_assert_int_ge(bench->covered, 19 * SECOND);
    ck_assert_int_le(bench->covered, 20 * SECOND);
}
END_TEST

START_TEST(a_participant_who_says_nothing_at_all_is_a_gap)
{
    g_autoptr(Bench) bench = bench_new(FALSE);

    play(bench, 0, 2 * SECOND, SOUND);
    play(bench, 2 * SECOND, 30 * SECOND, 0);
    ck_assert_str_eq(bench->story->str, "part opus 0x0;ended;gap audio-paused -1;");
    play(bench, 30 * SECOND, 32 * SECOND, SOUND);
    ck_assert_uint_eq(bench->parts, 2);
}
END_TEST

START_TEST(speech_from_the_future_does_not_become_silence)
{
    g_autoptr(Bench) bench = bench_new(FALSE);

    play(bench, 0, 2 * SECOND, SOUND);
    part_assembler_audio(bench->assembler, bench->sound, START + 3600 * SECOND, FALSE, START + 2 * SECOND);
    play(bench, 2 * SECOND, 4 * SECOND, SOUND);
    part_assembler_close(bench->assembler, START + 4 * SECOND);
    ck_assert_int_eq(bench->covered, 4 * SECOND);
    ck_assert_int_eq(bench->filled, 0);
}
END_TEST

START_TEST(packets_that_are_not_opus_are_left_out)
{
    g_autoptr(Bench) bench = bench_new(FALSE);
    g_autoptr(GBytes) empty = g_bytes_new_static("", 0), broken = g_bytes_new_static("\xff", 1);

    part_assembler_audio(bench->assembler, empty, START, FALSE, START);
    part_assembler_audio(bench->assembler, broken, START, FALSE, START);
    ck_assert_uint_eq(bench->parts, 0);
}
END_TEST

START_TEST(time_that_runs_back_is_not_a_negative_duration)
{
    g_autoptr(Bench) bench = bench_new(TRUE);

    play(bench, 0, 2 * SECOND, PICTURE | SOUND | KEY_FIRST);
    picture(bench, START + SECOND, FALSE, 640); /* an hour or a second back: all the same */
    picture(bench, START - 3600 * SECOND, FALSE, 640);
    play(bench, 2 * SECOND, 4 * SECOND, PICTURE | SOUND);
    part_assembler_close(bench->assembler, START + 4 * SECOND);
    ck_assert_int_le(bench->covered, 4 * SECOND);
    ck_assert_uint_eq(bench->parts, 1);
}
END_TEST

SUITE_MAIN("part-assembler", fragments_are_half_a_second_long_and_lose_nothing, a_key_frame_begins_a_fragment,
           nothing_begins_without_a_key_frame, a_silent_microphone_holds_nothing_back,
           a_short_pause_of_the_camera_stretches_the_picture, a_long_pause_of_the_camera_is_a_gap,
           another_resolution_is_another_part, after_loss_pictures_wait_for_a_key_frame, another_codec_is_another_part,
           losses_of_speech_that_lie_close_together_are_one_damage, lost_speech_is_filled_in_its_place,
           discontinuous_speech_keeps_its_time, a_participant_who_says_nothing_at_all_is_a_gap,
           speech_from_the_future_does_not_become_silence, packets_that_are_not_opus_are_left_out,
           time_that_runs_back_is_not_a_negative_duration)
