/* When somebody speaks, from levels: out of the noise of the room, over short pauses, without clicks. */
#include "speech-spans.h"

#include <math.h>

#include "suite-main.h"

typedef struct {
    SpeechSpans *spans;
    gint64 at;
} Room;

static void
hear(Room *room, double db, guint steps)
{
    for (guint i = 0; i < steps; i++) {
        speech_spans_add(room->spans, room->at, db > -100 ? pow(10, db / 10) : 0);
        room->at += SPEECH_STEP_US;
    }
}

static void
expect(Room *room, guint count, const double *seconds)
{
    g_autoptr(GArray) said = speech_spans_end(room->spans);

    ck_assert_uint_eq(said->len, count);
    for (guint i = 0; i < count; i++) {
        const SpeechSpan *span = &g_array_index(said, SpeechSpan, i);

        ck_assert_double_eq_tol((double) span->from / G_USEC_PER_SEC, seconds[2 * i], 0.001);
        ck_assert_double_eq_tol((double) span->to / G_USEC_PER_SEC, seconds[2 * i + 1], 0.001);
    }
    speech_spans_free(room->spans);
}

START_TEST(speech_stands_out_of_silence_and_pauses_belong_to_it)
{
    Room room = { speech_spans_new(), 10 * G_USEC_PER_SEC };

    hear(&room, -200, 10); /* 10 to 11 s: digital silence */
    hear(&room, -22, 15);  /* to 12.5 */
    hear(&room, -60, 5);   /* a breath */
    hear(&room, -30, 10);  /* to 14 */
    hear(&room, -60, 20);
    hear(&room, -25, 5); /* 16 to 16.5 */
    hear(&room, -60, 20);
    expect(&room, 2, (const double[]){ 11, 14, 16, 16.5 });
}
END_TEST

START_TEST(a_click_is_nothing_and_a_fan_becomes_the_room)
{
    Room room = { speech_spans_new(), G_USEC_PER_SEC };

    hear(&room, -60, 20);
    hear(&room, -10, 1); /* a click */
    hear(&room, -60, 20);

    gint64 begins = room.at;

    hear(&room, -42, 600); /* a fan: heard until it is the room's own */
    hear(&room, -25, 20);
    hear(&room, -42, 20);

    g_autoptr(GArray) said = speech_spans_end(room.spans);
    const SpeechSpan *fan = &g_array_index(said, SpeechSpan, 0), *voice = &g_array_index(said, SpeechSpan, said->len - 1);

    ck_assert_uint_eq(said->len, 2);
    ck_assert_int_eq(fan->from, begins);
    ck_assert_int_lt(fan->to - fan->from, 30 * G_USEC_PER_SEC);
    ck_assert_int_eq(voice->to - voice->from, 2 * G_USEC_PER_SEC);
    speech_spans_free(room.spans);
}
END_TEST

START_TEST(a_hole_in_the_recording_ends_what_was_said)
{
    Room room = { speech_spans_new(), G_USEC_PER_SEC };

    hear(&room, -20, 10);
    room.at += 60 * G_USEC_PER_SEC;
    hear(&room, -20, 10);
    expect(&room, 2, (const double[]){ 1, 2, 62, 63 });
}
END_TEST

SUITE_MAIN("speech-spans", speech_stands_out_of_silence_and_pauses_belong_to_it, a_click_is_nothing_and_a_fan_becomes_the_room,
           a_hole_in_the_recording_ends_what_was_said)
