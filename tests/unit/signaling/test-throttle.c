#include "throttle.h"

#include "suite-main.h"

START_TEST(opens_again_when_the_oldest_failure_leaves_the_window)
{
    g_autoptr(Throttle) throttle = throttle_new(3);

    for (gint64 now = 10; now <= 30; now += 10) {
        ck_assert_int_eq(throttle_wait_us(throttle, "a", now), 0);
        throttle_failed(throttle, "a", now);
    }
    ck_assert_int_eq(throttle_wait_us(throttle, "a", 40), THROTTLE_WINDOW_US - 30);
    ck_assert_int_eq(throttle_wait_us(throttle, "b", 40), 0);
    ck_assert_int_eq(throttle_wait_us(throttle, "a", 10 + THROTTLE_WINDOW_US), 0);
    throttle_failed(throttle, "a", 10 + THROTTLE_WINDOW_US);
    ck_assert_int_eq(throttle_wait_us(throttle, "a", 11 + THROTTLE_WINDOW_US), 9);
}
END_TEST

START_TEST(a_success_clears)
{
    g_autoptr(Throttle) throttle = throttle_new(1);

    throttle_failed(throttle, "a", 1);
    ck_assert_int_gt(throttle_wait_us(throttle, "a", 2), 0);
    throttle_forget(throttle, "a");
    ck_assert_int_eq(throttle_wait_us(throttle, "a", 2), 0);
}
END_TEST

START_TEST(forgets_the_oldest_key_when_full)
{
    g_autoptr(Throttle) throttle = throttle_new(1);

    for (int i = 0; i <= THROTTLE_KEYS_MAX; i++) {
        g_autofree char *key = g_strdup_printf("%d", i);

        throttle_failed(throttle, key, i);
    }
    ck_assert_int_eq(throttle_wait_us(throttle, "0", 1), 0);
    ck_assert_int_gt(throttle_wait_us(throttle, "1", 1), 0);
}
END_TEST

SUITE_MAIN("throttle", opens_again_when_the_oldest_failure_leaves_the_window, a_success_clears, forgets_the_oldest_key_when_full)
