#include "track-clock.h"

#include "suite-main.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define START  G_GINT64_CONSTANT(50000000)

static gint64
difference(gint64 a, gint64 b)
{
    return a > b ? a - b : b - a;
}

START_TEST(time_runs_by_rtp_not_by_arrival)
{
    SyncGroup group = { 0 };
    TrackClock clock;

    track_clock_init(&clock, 90000, &group);
    ck_assert_int_eq(track_clock_map(&clock, 1000, START), START);
    ck_assert_int_eq(track_clock_map(&clock, 1000 + 90000, START + SECOND + 70000), START + SECOND); /* 70 ms late */
    ck_assert_int_eq(track_clock_map(&clock, 1000 + 45000, START + SECOND + 80000), START + SECOND / 2); /* out of order */
}
END_TEST

START_TEST(a_first_packet_that_was_late_does_not_put_the_rest_into_the_future)
{
    SyncGroup group = { 0 };
    TrackClock clock;

    track_clock_init(&clock, 90000, &group);
    track_clock_map(&clock, 0, START + 400000);
    ck_assert_int_eq(track_clock_map(&clock, 9000, START + 410000), START + 410000);
    ck_assert_int_eq(track_clock_map(&clock, 90000, START + SECOND + 310000), START + SECOND + 310000);
    ck_assert_int_eq(track_clock_map(&clock, 99000, START + SECOND + 450000), START + SECOND + 410000);
}
END_TEST

START_TEST(wraps_round)
{
    SyncGroup group = { 0 };
    TrackClock clock;

    track_clock_init(&clock, 90000, &group);
    track_clock_map(&clock, 0xffffff00, START);
    ck_assert_int_eq(track_clock_map(&clock, 0xffffff00 + 90000, START + SECOND), START + SECOND);
}
END_TEST

START_TEST(a_jump_never_becomes_a_duration)
{
    static const guint32 jumps[] = { 90000 * 3600u, (guint32) (-90000 * 3600), 0x7fffffff, 0x80000000, 12345678 };

    for (gsize i = 0; i < G_N_ELEMENTS(jumps); i++) {
        SyncGroup group = { 0 };
        TrackClock clock;

        track_clock_init(&clock, 90000, &group);
        track_clock_map(&clock, 5000, START);

        gint64 after = track_clock_map(&clock, 5000 + jumps[i], START + 33400);
        gint64 next = track_clock_map(&clock, 5000 + jumps[i] + 3000, START + 66800);

        ck_assert_int_le(difference(after, START + 33400), SECOND / 10);
        ck_assert_int_le(difference(next - after, 33333), 1);
        ck_assert_uint_eq(clock.jumps, 1);
    }
}
END_TEST

START_TEST(a_clock_that_stood_still_in_a_pause_is_tied_anew)
{
    SyncGroup group = { 0 };
    TrackClock clock;

    track_clock_init(&clock, 48000, &group);
    track_clock_map(&clock, 0, START);
    ck_assert_int_eq(track_clock_map(&clock, 960, START + 60 * SECOND), START + 60 * SECOND);
}
END_TEST

START_TEST(reports_bring_the_tracks_of_a_participant_together)
{
    SyncGroup group = { 0 };
    TrackClock audio, video;

    track_clock_init(&audio, 48000, &group);
    track_clock_init(&video, 90000, &group);
    /* Both captured at the same moment; the video needed 180 ms more to come. */
    track_clock_map(&audio, 1000, START);
    track_clock_map(&video, 7000, START + 180000);
    track_clock_report(&audio, 42 * SECOND, 1000);
    track_clock_report(&video, 42 * SECOND, 7000);

    gint64 sound = track_clock_map(&audio, 1000 + 48000, START + SECOND);
    gint64 picture = track_clock_map(&video, 7000 + 90000, START + SECOND + 180000);

    ck_assert_int_eq(sound, picture);
}
END_TEST

START_TEST(a_report_that_contradicts_is_ignored)
{
    SyncGroup group = { 0 };
    TrackClock audio, video;

    track_clock_init(&audio, 48000, &group);
    track_clock_init(&video, 90000, &group);
    track_clock_report(&audio, 1, 1); /* before the first packet */
    ck_assert(!group.known);
    track_clock_map(&audio, 1000, START);
    track_clock_map(&video, 7000, START);
    track_clock_report(&audio, 42 * SECOND, 1000);
    track_clock_report(&video, 3600 * SECOND, 7000);
    ck_assert_int_eq(track_clock_map(&video, 7000 + 90000, START + SECOND), START + SECOND);
}
END_TEST

START_TEST(drift_of_three_hours_is_followed)
{
    SyncGroup group = { 0 };
    TrackClock clock;
    gint64 worst = 0;

    track_clock_init(&clock, 48000, &group);
    for (gint64 n = 0; n < 3 * 3600 * 50; n++) {
        /* The sender's quartz runs 100 ppm slow: each packet comes 2 µs later than its time says. */
        gint64 now = START + n * 20002;
        gint64 pos = track_clock_map(&clock, (guint32) (n * 960), now);

        worst = MAX(worst, difference(pos, now));
    }
    ck_assert_int_le(worst, 40000);
}
END_TEST

SUITE_MAIN("track-clock", time_runs_by_rtp_not_by_arrival,
           a_first_packet_that_was_late_does_not_put_the_rest_into_the_future, wraps_round, a_jump_never_becomes_a_duration,
           a_clock_that_stood_still_in_a_pause_is_tied_anew, reports_bring_the_tracks_of_a_participant_together,
           a_report_that_contradicts_is_ignored, drift_of_three_hours_is_followed)
