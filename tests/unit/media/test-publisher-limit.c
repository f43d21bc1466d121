/* A publisher's one layer follows the best of those who get it. */
#include "publisher-limit.h"
#include "suite-main.h"

#define SECOND G_USEC_PER_SEC
#define KBPS   G_GUINT64_CONSTANT(1000)

START_TEST(follows_the_best_down_at_once_and_up_in_steps)
{
    PublisherLimit limit = {0};

    ck_assert(!publisher_limit_update(&limit, 5000 * KBPS, 1900 * KBPS, SECOND));
    ck_assert(publisher_limit_update(&limit, 600 * KBPS, 1900 * KBPS, 2 * SECOND));
    ck_assert_uint_eq(limit.bps, 540 * KBPS);
    ck_assert(!publisher_limit_update(&limit, 620 * KBPS, 540 * KBPS, 3 * SECOND)); /* not worth telling */
    ck_assert(publisher_limit_update(&limit, 300 * KBPS, 540 * KBPS, 3 * SECOND));
    ck_assert(!publisher_limit_update(&limit, 900 * KBPS, 270 * KBPS, 3 * SECOND + 500000));
    ck_assert(publisher_limit_update(&limit, 900 * KBPS, 270 * KBPS, 4 * SECOND));
    ck_assert_uint_eq(limit.bps, 810 * KBPS);
    ck_assert(publisher_limit_update(&limit, G_MAXUINT64, 810 * KBPS, 6 * SECOND)); /* a recorder came */
    ck_assert_uint_eq(limit.bps, 0);
    ck_assert(!publisher_limit_update(&limit, G_MAXUINT64, 810 * KBPS, 9 * SECOND));
}
END_TEST

START_TEST(never_below_what_is_a_picture)
{
    PublisherLimit limit = {0};

    ck_assert(publisher_limit_update(&limit, 20 * KBPS, 1900 * KBPS, SECOND));
    ck_assert_uint_eq(limit.bps, PUBLISHER_LIMIT_MIN_BPS);
    ck_assert(!publisher_limit_update(&limit, 10 * KBPS, 150 * KBPS, 5 * SECOND));
    ck_assert(!publisher_limit_update(&limit, 900 * KBPS, 0, 9 * SECOND)); /* a camera that is off */
}
END_TEST

START_TEST(who_does_not_follow_costs_what_it_sends)
{
    PublisherLimit limit = {0};

    publisher_limit_update(&limit, 600 * KBPS, 1900 * KBPS, SECOND);
    ck_assert_uint_eq(publisher_limit_cost(&limit, 1900 * KBPS, 2 * SECOND), 540 * KBPS);
    ck_assert_uint_eq(publisher_limit_cost(&limit, 1900 * KBPS, 6 * SECOND), 1900 * KBPS);
}
END_TEST

SUITE_MAIN("publisher-limit", follows_the_best_down_at_once_and_up_in_steps, never_below_what_is_a_picture, who_does_not_follow_costs_what_it_sends)
