#include "uuid7.h"

#include <string.h>

#include "suite-main.h"

START_TEST(orders_by_time_and_validates)
{
    FakeClock fake;

    fake_clock_init(&fake, G_GINT64_CONSTANT(1700000000000000));
    g_autofree char *first = uuid7_new(&fake.base);
    fake_clock_advance(&fake, 1000);
    g_autofree char *second = uuid7_new(&fake.base);

    ck_assert(uuid7_is_valid(first));
    ck_assert(uuid7_is_valid(second));
    ck_assert_int_lt(strcmp(first, second), 0);
    ck_assert_int_eq(strncmp(first, "018bcfe5-6800-7", 15), 0); /* 1700000000000 ms */
}
END_TEST

START_TEST(refuses_everything_else)
{
    static const char *const wrong[] = {
        "", "x", "018bcfe5-6800-4000-8000-000000000000", "018BCFE5-6800-7000-8000-000000000000",
        "018bcfe5-6800-7000-c000-000000000000", "018bcfe5-6800-7000-8000-0000000000000", "../8bcfe5-6800-7000-8000-000000000000",
    };

    ck_assert(!uuid7_is_valid(NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        ck_assert_msg(!uuid7_is_valid(wrong[i]), "%s", wrong[i]);
}
END_TEST

SUITE_MAIN("uuid7", orders_by_time_and_validates, refuses_everything_else)
