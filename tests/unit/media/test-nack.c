/* Asking again for what is missing (RFC 4585, section 6.2.1) and asking seldom for key frames. */
#include "key-frame-request.h"
#include "nack-generator.h"
#include "suite-main.h"

#define MS G_TIME_SPAN_MILLISECOND

static guint
due(NackGenerator *nack, gint64 now_us, gint64 rtt_us, guint16 *sequences)
{
    gboolean given_up = FALSE;

    return nack_generator_due(nack, now_us, rtt_us, sequences, 64, &given_up);
}

START_TEST(asks_at_once_then_after_one_and_a_half_round_trips)
{
    NackGenerator nack = { 0 };
    guint16 missing[64];

    ck_assert_int_eq(nack_generator_received(&nack, 65534, 0), NACK_NEW);
    ck_assert_int_eq(nack_generator_next_timeout(&nack, 0), G_MAXINT64);
    ck_assert_int_eq(nack_generator_received(&nack, 2, 10 * MS), NACK_NEW);
    ck_assert_int_eq(nack_generator_next_timeout(&nack, 100 * MS), 10 * MS);
    ck_assert_uint_eq(due(&nack, 10 * MS, 100 * MS, missing), 3);
    ck_assert_uint_eq(missing[0], 65535);
    ck_assert_uint_eq(missing[1], 0);
    ck_assert_uint_eq(missing[2], 1);
    ck_assert_uint_eq(due(&nack, 159 * MS, 100 * MS, missing), 0);
    ck_assert_int_eq(nack_generator_next_timeout(&nack, 100 * MS), 160 * MS);
    ck_assert_uint_eq(due(&nack, 160 * MS, 100 * MS, missing), 3);
    ck_assert_uint_eq(due(&nack, 170 * MS, 1 * MS, missing), 0); /* never more often than every 20 ms */
    ck_assert_uint_eq(due(&nack, 180 * MS, 1 * MS, missing), 3);
}
END_TEST

START_TEST(forgets_what_came_and_knows_duplicates)
{
    NackGenerator nack = { 0 };
    guint16 missing[64];

    nack_generator_received(&nack, 10, 0);
    nack_generator_received(&nack, 14, 0);
    ck_assert_int_eq(nack_generator_received(&nack, 12, 0), NACK_RECOVERED);
    ck_assert_int_eq(nack_generator_received(&nack, 12, 0), NACK_DUPLICATE);
    ck_assert_int_eq(nack_generator_received(&nack, 14, 0), NACK_DUPLICATE);
    ck_assert_int_eq(nack_generator_received(&nack, 9, 0), NACK_DUPLICATE);
    ck_assert_uint_eq(due(&nack, 0, 0, missing), 2);
    ck_assert_uint_eq(missing[0], 11);
    ck_assert_uint_eq(missing[1], 13);
}
END_TEST

START_TEST(gives_up_after_ten_requests_or_a_second)
{
    NackGenerator often = { 0 }, slow = { 0 };
    guint16 missing[64];
    gboolean given_up = FALSE;
    guint asked = 0;

    nack_generator_received(&often, 1, 0);
    nack_generator_received(&often, 3, 0);
    for (gint64 now = 0; !given_up; now += 10 * MS) {
        ck_assert_int_lt(now, 900 * MS);
        asked += nack_generator_due(&often, now, 1 * MS, missing, 64, &given_up);
    }
    ck_assert_uint_eq(asked, 10);
    ck_assert_uint_eq(often.given_up, 1);

    nack_generator_received(&slow, 1, 0);
    nack_generator_received(&slow, 3, 0);
    for (gint64 now = 0, gave_up = FALSE; !gave_up; now += 10 * MS) {
        given_up = FALSE;
        nack_generator_due(&slow, now, 600 * MS, missing, 64, &given_up);
        gave_up = given_up;
        ck_assert(given_up == (now >= 1000 * MS));
    }
    ck_assert_int_eq(nack_generator_next_timeout(&slow, 0), G_MAXINT64);
}
END_TEST

START_TEST(does_not_chase_a_hopeless_gap)
{
    NackGenerator nack = { 0 };
    guint16 missing[64];

    nack_generator_received(&nack, 0, 0);
    nack_generator_received(&nack, 2, 0);
    ck_assert_int_eq(nack_generator_received(&nack, 2 + NACK_MISSING_MAX + 5, 0), NACK_OVERRUN);
    ck_assert_uint_eq(due(&nack, 0, 0, missing), 0);
    ck_assert_int_eq(nack_generator_received(&nack, 2 + NACK_MISSING_MAX + 7, 0), NACK_NEW);
    ck_assert_uint_eq(due(&nack, 0, 0, missing), 1);
}
END_TEST

START_TEST(asks_for_a_limited_number_at_a_time)
{
    NackGenerator nack = { 0 };
    guint16 missing[5];
    gboolean given_up = FALSE;
    guint total = 0;

    nack_generator_received(&nack, 0, 0);
    nack_generator_received(&nack, 13, 0);
    for (guint i = 0; i < 3; i++)
        total += nack_generator_due(&nack, 0, 0, missing, G_N_ELEMENTS(missing), &given_up);
    ck_assert_uint_eq(total, 12);
}
END_TEST

START_TEST(coalesces_wishes_for_a_key_frame)
{
    KeyFrameRequest request = { 0 };

    ck_assert(!key_frame_request_due(&request, 0));
    for (guint i = 0; i < 50; i++)
        key_frame_request_wish(&request);
    ck_assert(key_frame_request_due(&request, 1000 * MS));
    ck_assert(!key_frame_request_due(&request, 1000 * MS));
    key_frame_request_wish(&request); /* too soon, but not lost */
    ck_assert(!key_frame_request_due(&request, 1499 * MS));
    ck_assert_int_eq(key_frame_request_next_timeout(&request), 1500 * MS);
    ck_assert(key_frame_request_due(&request, 1500 * MS));
    ck_assert_uint_eq(request.wishes, 51);
    ck_assert_uint_eq(request.requests, 2);
}
END_TEST

START_TEST(a_key_frame_fulfils_the_wish)
{
    KeyFrameRequest request = { 0 };

    key_frame_request_wish(&request);
    key_frame_request_satisfied(&request);
    ck_assert(!key_frame_request_due(&request, 1000 * MS));
    ck_assert_int_eq(key_frame_request_next_timeout(&request), G_MAXINT64);
}
END_TEST

SUITE_MAIN("nack", asks_at_once_then_after_one_and_a_half_round_trips, forgets_what_came_and_knows_duplicates,
           gives_up_after_ten_requests_or_a_second, does_not_chase_a_hopeless_gap, asks_for_a_limited_number_at_a_time,
           coalesces_wishes_for_a_key_frame, a_key_frame_fulfils_the_wish)
