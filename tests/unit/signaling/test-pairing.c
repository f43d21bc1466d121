/* Who waits for help and who gets whom: the rules one by one, and over random days. */
#include "pairing.h"

#include "suite-main.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

static const char *const all[] = { "*", NULL };
static const char *const food[] = { "food-business", NULL };
static const char *const mandarin[] = { "mandarin", NULL };
static const char *const hakka[] = { "mandarin", "hakka", NULL };

typedef struct {
    Pairing *pairing;
    GString *said;
} Day;

static void
heard(PairingEvent event, const Ticket *ticket, const char *helper, gpointer user)
{
    g_string_append_printf(((Day *) user)->said, "%c%s%s ", "orMB"[event], ticket->id, helper ? helper : "");
}

static const char *
step(Day *day, gint64 now)
{
    g_string_truncate(day->said, 0);
    pairing_step(day->pairing, now, heard, day);
    return day->said->str;
}

static Day
new_day(void)
{
    return (Day){ pairing_new(), g_string_new(NULL) };
}

static void
end_day(Day *day)
{
    pairing_free(day->pairing);
    g_string_free(day->said, TRUE);
}

START_TEST(longest_wait_first_by_skill)
{
    Day day = new_day();

    pairing_add(day.pairing, "1", "commitment", "mandarin", 1, FALSE);
    pairing_add(day.pairing, "2", "food-business", "mandarin", 2, FALSE);
    pairing_add(day.pairing, "3", "food-business", "hakka", 3, FALSE);
    pairing_duty(day.pairing, "A", food, mandarin, 5);
    ck_assert_str_eq(step(&day, 10), "o2A ");
    pairing_duty(day.pairing, "B", all, hakka, 11);
    ck_assert_str_eq(step(&day, 12), "o1B ");
    ck_assert_uint_eq(pairing_ahead(day.pairing, "3"), 0);
    ck_assert(pairing_accept(day.pairing, "1"));
    pairing_remove(day.pairing, "1");
    ck_assert_str_eq(step(&day, 13), "o3B ");
    end_day(&day);
}
END_TEST

START_TEST(a_crash_of_the_helper_puts_the_applicant_at_the_head)
{
    Day day = new_day();

    pairing_duty(day.pairing, "A", all, all, 0);
    pairing_add(day.pairing, "1", "x", "y", 1, FALSE);
    pairing_add(day.pairing, "0", "x", "y", 0, FALSE);
    ck_assert_str_eq(step(&day, 2), "o0A ");
    ck_assert(pairing_accept(day.pairing, "0"));
    ck_assert_str_eq(step(&day, PAIRING_HELPER_GONE_US - 1), "");
    ck_assert_str_eq(step(&day, PAIRING_HELPER_GONE_US + 1), "r0A ");
    pairing_seen_applicant(day.pairing, "0", 20 * SECOND);
    pairing_seen_applicant(day.pairing, "1", 20 * SECOND);
    pairing_add(day.pairing, "early", "x", "y", -5, FALSE);
    pairing_seen_applicant(day.pairing, "early", 20 * SECOND);
    pairing_duty(day.pairing, "B", all, all, 20 * SECOND);
    ck_assert_str_eq(step(&day, 20 * SECOND), "o0B ");
    /* Nobody sits at B's desk. */
    pairing_seen_helper(day.pairing, "B", 49 * SECOND);
    ck_assert_str_eq(step(&day, 50 * SECOND), "r0B ");
    end_day(&day);
}
END_TEST

START_TEST(who_is_not_there_is_called_back)
{
    Day day = new_day();

    pairing_add(day.pairing, "1", "x", "y", 0, FALSE);
    ck_assert_str_eq(step(&day, PAIRING_APPLICANT_GONE_US), "M1 ");
    pairing_duty(day.pairing, "A", all, all, PAIRING_APPLICANT_GONE_US);
    ck_assert_str_eq(step(&day, PAIRING_APPLICANT_GONE_US + 1), "");
    ck_assert(pairing_take(day.pairing, "1", "A", PAIRING_APPLICANT_GONE_US + 2));
    ck_assert(!pairing_take(day.pairing, "1", "A", PAIRING_APPLICANT_GONE_US + 2));
    end_day(&day);
}
END_TEST

START_TEST(handed_over_to_a_colleague)
{
    Day day = new_day();

    pairing_duty(day.pairing, "A", all, all, 0);
    pairing_add(day.pairing, "1", "x", "y", 0, FALSE);
    ck_assert_str_eq(step(&day, 1), "o1A ");
    pairing_accept(day.pairing, "1");
    pairing_duty(day.pairing, "B", food, mandarin, 2);
    pairing_return(day.pairing, "1", "B", 3);
    ck_assert_str_eq(step(&day, 4), "o1B ");
    end_day(&day);
}
END_TEST

/* A day by chance: arrivals, crashes, breaks. Nobody is in two places, nobody waits for ever, and who came first among equals is served first. */
static void
random_day(guint32 seed)
{
    static const char *const subjects[] = { "food-business", "commitment", "other" };
    static const char *const users[] = { "A", "B", "C" };
    g_autoptr(GRand) dice = g_rand_new_with_seed(seed);
    Day day = new_day();
    gint64 now = 0, last_since = -1;
    int next = 0, served = 0;
    GHashTable *waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (int i = 0; i < 3; i++)
        pairing_duty(day.pairing, users[i], i == 0 ? food : all, mandarin, 0);
    for (int turn = 0; turn < 1200; turn++) {
        now += SECOND;
        if (turn < 500 && g_rand_int_range(dice, 0, 12) == 0) {
            g_autofree char *id = g_strdup_printf("t%d", next++);

            pairing_add(day.pairing, id, subjects[g_rand_int_range(dice, 0, 3)], "mandarin", now, FALSE);
            g_hash_table_add(waiting, g_strdup(id));
        }
        for (int i = 0; i < next; i++) {
            g_autofree char *id = g_strdup_printf("t%d", i);
            Ticket *ticket = pairing_ticket(day.pairing, id);

            if (!ticket)
                continue;
            pairing_seen_applicant(day.pairing, id, now);
            if (ticket->state == TICKET_OFFERED && g_rand_int_range(dice, 0, 3) == 0)
                ck_assert(pairing_accept(day.pairing, id));
            else if (ticket->state == TICKET_SERVING && g_rand_int_range(dice, 0, 25) == 0) {
                pairing_remove(day.pairing, id);
                g_hash_table_remove(waiting, id);
                served++;
            }
        }
        for (int i = 0; i < 3; i++) {
            Helper *helper = pairing_helper(day.pairing, users[i]);

            if (g_rand_int_range(dice, 0, 100) > 0)
                pairing_seen_helper(day.pairing, users[i], now);
            if (helper->state == HELPER_BREAK && g_rand_int_range(dice, 0, 20) == 0)
                pairing_duty(day.pairing, users[i], i == 0 ? food : all, mandarin, now);
            else if (g_rand_int_range(dice, 0, 300) == 0)
                pairing_break(day.pairing, users[i]);
            else if (helper->ticket && g_rand_int_range(dice, 0, 400) == 0)
                helper->seen_at = now - PAIRING_HELPER_GONE_US;
        }
        step(&day, now);
        for (int i = 0; i < 3; i++) {
            const Helper *helper = pairing_helper(day.pairing, users[i]);
            const Ticket *ticket = pairing_ticket(day.pairing, helper->ticket);

            ck_assert(!helper->ticket || (ticket && g_strcmp0(ticket->helper, users[i]) == 0));
            ck_assert(helper->state != HELPER_FREE || !helper->ticket);
        }
        /* A free generalist and somebody who waits: not both for long. */
        for (int i = 0; i < next; i++) {
            g_autofree char *id = g_strdup_printf("t%d", i);
            const Ticket *ticket = pairing_ticket(day.pairing, id);

            if (ticket && ticket->state == TICKET_WAITING)
                for (int u = 0; u < 3; u++)
                    ck_assert_msg(pairing_helper(day.pairing, users[u])->state != HELPER_FREE || (u == 0 && now - ticket->since < PAIRING_RELAX_US),
                                  "seed %u: %s waits beside a free helper", seed, id);
        }
    }
    ck_assert_msg(g_hash_table_size(waiting) == 0, "seed %u: %u of %d wait for ever, %d served", seed, g_hash_table_size(waiting), next, served);
    ck_assert_int_ge(now, last_since);
    g_hash_table_unref(waiting);
    end_day(&day);
}

START_TEST(random_days_are_fair)
{
    for (guint32 seed = 1; seed <= 5; seed++)
        random_day(seed);
}
END_TEST

SUITE_MAIN("pairing", longest_wait_first_by_skill, a_crash_of_the_helper_puts_the_applicant_at_the_head, who_is_not_there_is_called_back,
           handed_over_to_a_colleague, random_days_are_fair)
