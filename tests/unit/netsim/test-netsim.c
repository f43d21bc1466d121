/* The pure parts of netsim: what an impairment does to packets, what is under way, what a test may command. */
#include <string.h>

#include "delay-queue.h"
#include "impairment.h"
#include "netsim-command.h"
#include "suite-main.h"

#define PACKETS 100000
#define SPACING_US 1000

static Impairment
impairment_with(ImpairmentSettings settings)
{
    Impairment impairment;

    impairment_init(&impairment, 20261125);
    impairment_set(&impairment, &settings);
    return impairment;
}

START_TEST(a_good_network_changes_nothing)
{
    Impairment impairment = impairment_with((ImpairmentSettings){0});
    gint64 due[IMPAIRMENT_COPIES_MAX];

    for (gint64 now = 0; now < 1000; now++) {
        ck_assert_uint_eq(impairment_packet(&impairment, now, 1200, due), 1);
        ck_assert_int_eq(due[0], now);
    }
}
END_TEST

START_TEST(the_same_seed_gives_the_same_network)
{
    ImpairmentSettings settings = {.loss = 0.1, .delay_us = 1000, .jitter_us = 5000, .duplicate = 0.1, .reorder = 0.1, .reorder_us = 9000};
    Impairment a = impairment_with(settings), b = impairment_with(settings);

    for (gint64 now = 0; now < PACKETS; now += 10) {
        gint64 due_a[IMPAIRMENT_COPIES_MAX] = {0}, due_b[IMPAIRMENT_COPIES_MAX] = {0};
        guint copies = impairment_packet(&a, now, 1200, due_a);

        ck_assert_uint_eq(copies, impairment_packet(&b, now, 1200, due_b));
        ck_assert_mem_eq(due_a, due_b, sizeof due_a);
    }
}
END_TEST

START_TEST(loses_the_share_that_was_asked_for)
{
    Impairment impairment = impairment_with((ImpairmentSettings){.loss = 0.05});
    gint64 due[IMPAIRMENT_COPIES_MAX];
    guint arrived = 0;

    for (guint i = 0; i < PACKETS; i++)
        arrived += impairment_packet(&impairment, i * SPACING_US, 1200, due);
    ck_assert_uint_eq(arrived + impairment.statistics.lost, PACKETS);
    ck_assert_double_eq_tol((double)impairment.statistics.lost / PACKETS, 0.05, 0.005);
}
END_TEST

/* Spells of 1/0.25 = 4 packets, one in 100: 3.85 % of the time, of which 80 % are lost. */
START_TEST(bursts_have_the_length_and_loss_of_the_model)
{
    Impairment impairment = impairment_with((ImpairmentSettings){.burst_enter = 0.01, .burst_leave = 0.25, .burst_loss = 0.8});
    gint64 due[IMPAIRMENT_COPIES_MAX];
    guint lost = 0, runs = 0;
    gboolean was_lost = FALSE;

    for (guint i = 0; i < PACKETS; i++) {
        gboolean is_lost = !impairment_packet(&impairment, i * SPACING_US, 1200, due);

        lost += is_lost;
        runs += is_lost && !was_lost;
        was_lost = is_lost;
    }
    ck_assert_double_eq_tol((double)lost / PACKETS, 0.8 * 0.01 / (0.01 + 0.25), 0.003);
    ck_assert_double_gt((double)lost / runs, 1.8); /* single loss of 3 % would give 1.03 */
}
END_TEST

START_TEST(jitter_keeps_the_order_and_its_bounds)
{
    Impairment impairment = impairment_with((ImpairmentSettings){.delay_us = 50000, .jitter_us = 20000});
    gint64 due[IMPAIRMENT_COPIES_MAX], last = 0;
    gboolean differed = FALSE;

    for (gint64 now = 0; now < PACKETS * SPACING_US; now += SPACING_US) {
        ck_assert_uint_eq(impairment_packet(&impairment, now, 1200, due), 1);
        ck_assert_int_ge(due[0], MAX(last, now + 50000));
        ck_assert_int_lt(due[0], now + 70000);
        differed |= due[0] - now != last - (now - SPACING_US);
        last = due[0];
    }
    ck_assert(differed);
}
END_TEST

START_TEST(reordered_packets_are_overtaken)
{
    Impairment impairment = impairment_with((ImpairmentSettings){.reorder = 0.1, .reorder_us = 10000});
    gint64 due[IMPAIRMENT_COPIES_MAX], newest = 0;
    guint overtaken = 0;

    for (gint64 now = 0; now < PACKETS * SPACING_US; now += SPACING_US) {
        impairment_packet(&impairment, now, 1200, due);
        overtaken += due[0] > now;
        newest = MAX(newest, due[0]);
    }
    ck_assert_uint_eq(overtaken, impairment.statistics.reordered);
    ck_assert_double_eq_tol((double)overtaken / PACKETS, 0.1, 0.01);
}
END_TEST

START_TEST(duplicates_arrive_twice)
{
    Impairment impairment = impairment_with((ImpairmentSettings){.duplicate = 0.2});
    gint64 due[IMPAIRMENT_COPIES_MAX];
    guint arrived = 0;

    for (guint i = 0; i < PACKETS; i++)
        arrived += impairment_packet(&impairment, i * SPACING_US, 1200, due);
    ck_assert_double_eq_tol((double)arrived / PACKETS, 1.2, 0.01);
}
END_TEST

/* 1250 bytes at 1000 kbit/s take 10 ms; a queue of 100 ms holds ten. */
START_TEST(a_slow_link_queues_and_then_drops)
{
    Impairment impairment = impairment_with((ImpairmentSettings){.rate_kbit = 1000, .queue_ms = 100});
    gint64 due[IMPAIRMENT_COPIES_MAX];
    guint arrived = 0;

    for (guint i = 0; i < 50; i++) {
        if (!impairment_packet(&impairment, 0, 1250, due))
            continue;
        arrived++;
        ck_assert_int_eq(due[0], arrived * 10000);
    }
    ck_assert_uint_eq(arrived, 11);
    ck_assert_uint_eq(impairment.statistics.dropped, 39);
    /* After a second the queue is empty. */
    ck_assert_uint_eq(impairment_packet(&impairment, G_USEC_PER_SEC, 1250, due), 1);
    ck_assert_int_eq(due[0], G_USEC_PER_SEC + 10000);
}
END_TEST

START_TEST(nothing_passes_a_blackout_and_the_rest_goes_on)
{
    Impairment impairment = impairment_with((ImpairmentSettings){.blackout = TRUE});
    gint64 due[IMPAIRMENT_COPIES_MAX];

    ck_assert_uint_eq(impairment_packet(&impairment, 0, 100, due), 0);
    impairment_set(&impairment, &(ImpairmentSettings){.delay_us = 5});
    ck_assert_uint_eq(impairment_packet(&impairment, 10, 100, due), 1);
    ck_assert_int_eq(due[0], 15);
}
END_TEST

START_TEST(a_stream_loses_time_only)
{
    Impairment impairment = impairment_with((ImpairmentSettings){.loss = 0.1, .delay_us = 20000});
    gint64 last = 0;

    for (gint64 now = 0; now < 1000 * SPACING_US; now += SPACING_US) {
        gint64 due = impairment_piece(&impairment, now, 1400);

        ck_assert_int_ge(due, MAX(last, now + 20000));
        ck_assert_int_le(due, now + 20000 + IMPAIRMENT_RETRANSMIT_US);
        last = due;
    }
    ck_assert_uint_gt(impairment.statistics.lost, 50);
}
END_TEST

START_TEST(bytes_arrive_by_time_and_equal_times_in_order)
{
    g_autoptr(DelayQueue) queue = delay_queue_new();
    static const gint64 times[] = {5, 3, 9, 3, 1, 9, 5, 3};
    DelayedBytes item;
    gint64 last = 0;
    guint64 last_order = 0;

    ck_assert_int_eq(delay_queue_next_us(queue), G_MAXINT64);
    for (guint i = 0; i < G_N_ELEMENTS(times); i++)
        ck_assert(delay_queue_push(queue, &(DelayedBytes){times[i], 0, i, TRUE, 4, (guint8 *)"data"}));
    ck_assert_int_eq(delay_queue_next_us(queue), 1);
    ck_assert(!delay_queue_pop(queue, 0, &item));
    for (guint i = 0; i < G_N_ELEMENTS(times); i++) {
        ck_assert(delay_queue_pop(queue, 9, &item));
        ck_assert_int_ge(item.due_us, last);
        if (item.due_us == last)
            ck_assert_uint_gt(item.order, last_order);
        ck_assert_int_eq(item.due_us, times[item.flow]);
        ck_assert_mem_eq(item.data, "data", 4);
        last = item.due_us;
        last_order = item.order;
        g_free(item.data);
    }
    ck_assert(!delay_queue_pop(queue, 9, &item));
}
END_TEST

START_TEST(what_is_under_way_is_bounded)
{
    g_autoptr(DelayQueue) queue = delay_queue_new();

    for (guint i = 0; i < DELAY_QUEUE_MAX; i++)
        ck_assert(delay_queue_push(queue, &(DelayedBytes){i % 7, 0, i, TRUE, 1, (guint8 *)"x"}));
    ck_assert(!delay_queue_push(queue, &(DelayedBytes){0, 0, 0, TRUE, 1, (guint8 *)"x"}));
}
END_TEST

static gboolean
parse(const char *line, NetsimCommand *ret_command)
{
    g_autoptr(GError) error = NULL;
    gboolean good = netsim_command_parse(line, strlen(line), ret_command, &error);

    ck_assert(good == (error == NULL));
    return good;
}

START_TEST(reads_commands)
{
    NetsimCommand command;

    ck_assert(parse("{\"do\":\"impair\",\"direction\":\"up\",\"loss\":0.05,\"burst\":{\"enter\":0.01,\"leave\":0.3,\"loss\":0.8},"
                    "\"delay_ms\":150,\"jitter_ms\":20.5,\"rate_kbit\":300}",
                    &command));
    ck_assert(command.what == NETSIM_IMPAIR && command.up && !command.down);
    ck_assert_double_eq(command.settings.loss, 0.05);
    ck_assert_double_eq(command.settings.burst_leave, 0.3);
    ck_assert_int_eq(command.settings.delay_us, 150000);
    ck_assert_int_eq(command.settings.jitter_us, 20500);
    ck_assert_uint_eq(command.settings.rate_kbit, 300);
    ck_assert(!command.settings.blackout);
    ck_assert(parse("{\"do\":\"impair\",\"direction\":\"both\",\"blackout\":true}", &command));
    ck_assert(command.up && command.down && command.settings.blackout);
    ck_assert(parse("{\"do\":\"pass\",\"udp\":false}", &command));
    ck_assert(!command.udp && command.tcp);
    ck_assert(parse("{\"do\":\"rebind\"}", &command));
}
END_TEST

START_TEST(refuses_other_commands)
{
    static const char *const lines[] = {
        "", "[]", "{}", "{\"do\":\"dance\"}", "{\"do\":\"impair\"}", "{\"do\":\"impair\",\"direction\":\"sideways\"}",
        "{\"do\":\"impair\",\"direction\":\"up\",\"loss\":1.5}", "{\"do\":\"impair\",\"direction\":\"up\",\"loss\":\"much\"}",
        "{\"do\":\"impair\",\"direction\":\"up\",\"delay_ms\":-1}",
    };
    NetsimCommand command;

    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        ck_assert_msg(!parse(lines[i], &command), "%s", lines[i]);
}
END_TEST

SUITE_MAIN("netsim", a_good_network_changes_nothing, the_same_seed_gives_the_same_network, loses_the_share_that_was_asked_for,
           bursts_have_the_length_and_loss_of_the_model, jitter_keeps_the_order_and_its_bounds, reordered_packets_are_overtaken,
           duplicates_arrive_twice, a_slow_link_queues_and_then_drops, nothing_passes_a_blackout_and_the_rest_goes_on,
           a_stream_loses_time_only, bytes_arrive_by_time_and_equal_times_in_order, what_is_under_way_is_bounded, reads_commands,
           refuses_other_commands)
