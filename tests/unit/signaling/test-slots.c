/* Free times of a rule: weekdays, moved days, lead, teams. */
#include "slots.h"

#include "bounded-json.h"
#include "field-rules.h"

#include "suite-main.h"

#define MINUTE (G_GINT64_CONSTANT(60) * G_USEC_PER_SEC)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
/* Thursday, 26 November 2026, 00:00 in Xinfeng. */
#define THURSDAY (G_GINT64_CONSTANT(1795622400) * G_USEC_PER_SEC)

static json_t *
rule(int weekday, int capacity, int lead_hours)
{
    return json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "id", "R", "weekday", weekday, "from_minute", 540, "to_minute", 639, "minutes", 30, "capacity", capacity, "lead_hours",
                     lead_hours, "horizon_days", 7);
}

static gint64
at(const json_t *slots, gsize index)
{
    return field_integer(json_array_get(slots, index), "at");
}

/* Three half hours from 9:00; the fourth would end after 10:39. Today's and next week's. */
START_TEST(offers_whole_slots_on_the_weekday_within_the_horizon)
{
    g_autoptr(json_t) thursdays = rule(4, 1, 0), days = json_object(), taken = json_array();
    g_autoptr(json_t) slots = slots_free(thursdays, days, taken, THURSDAY + 8 * HOUR);

    ck_assert_int_eq(json_array_size(slots), 6);
    ck_assert_int_eq(at(slots, 0), THURSDAY + 9 * HOUR);
    ck_assert_int_eq(at(slots, 2), THURSDAY + 10 * HOUR);
    ck_assert_int_eq(at(slots, 3), THURSDAY + 7 * DAY + 9 * HOUR);
}
END_TEST

START_TEST(leaves_time_to_prepare)
{
    g_autoptr(json_t) thursdays = rule(4, 1, 1), days = json_object(), taken = json_array();
    g_autoptr(json_t) slots = slots_free(thursdays, days, taken, THURSDAY + 8 * HOUR + 20 * MINUTE);

    ck_assert_int_eq(at(slots, 0), THURSDAY + 9 * HOUR + 30 * MINUTE);
}
END_TEST

START_TEST(a_closed_day_offers_nothing_and_a_moved_one_is_as_another_weekday)
{
    g_autoptr(json_t) thursdays = rule(4, 1, 0), taken = json_array();
    g_autoptr(json_t) days = json_pack("{s:i, s:i}", "2026-11-26", 0, "2026-11-28", 4);
    g_autoptr(json_t) slots = slots_free(thursdays, days, taken, THURSDAY);

    ck_assert_int_eq(at(slots, 0), THURSDAY + 2 * DAY + 9 * HOUR);
    ck_assert_int_eq(json_array_size(slots), 6);
}
END_TEST

START_TEST(a_visit_of_the_team_takes_what_it_overlaps)
{
    g_autoptr(json_t) one = rule(4, 1, 0), two = rule(4, 2, 0), days = json_object();
    g_autoptr(json_t) taken = json_pack("[I]", (json_int_t) (THURSDAY + 9 * HOUR + 15 * MINUTE));
    g_autoptr(json_t) left = slots_free(one, days, taken, THURSDAY);
    g_autoptr(json_t) both = slots_free(two, days, taken, THURSDAY);

    ck_assert_int_eq(at(left, 0), THURSDAY + 10 * HOUR);
    ck_assert_int_eq(field_integer(json_array_get(both, 0), "free"), 1);
    ck_assert_int_eq(field_integer(json_array_get(both, 2), "free"), 2);
}
END_TEST

SUITE_MAIN("slots", offers_whole_slots_on_the_weekday_within_the_horizon, leaves_time_to_prepare, a_closed_day_offers_nothing_and_a_moved_one_is_as_another_weekday,
           a_visit_of_the_team_takes_what_it_overlaps)
