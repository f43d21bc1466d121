/* draft-ietf-rmcat-gcc-02 and the cases of RFC 8867 that a relay meets, on simulated links, with the reports as they are on the wire. */
#include <stdio.h>
#include <string.h>

#include "link-simulator.h"
#include "suite-main.h"

#define SECOND G_USEC_PER_SEC
#define MS     G_TIME_SPAN_MILLISECOND
#define KBPS   1000u

/* What got through since, in bits per second. */
static double
rate_over(Simulator *simulator, SimulatorFlow *flow, gint64 duration_us)
{
    guint64 before = flow->delivered_bytes;

    simulator_run(simulator, duration_us);
    return (double)(flow->delivered_bytes - before) * 8 * SECOND / (double)duration_us;
}

static guint64
estimate(const SimulatorFlow *flow)
{
    return congestion_controller_bps(&flow->controller);
}

START_TEST(converges_below_the_capacity_and_uses_it)
{
    static const guint64 capacities[] = {150 * KBPS, 300 * KBPS, 600 * KBPS, 1500 * KBPS, 4000 * KBPS};

    for (guint i = 0; i < G_N_ELEMENTS(capacities); i++) {
        Simulator *simulator = simulator_new(capacities[i], 7 + i);
        SimulatorFlow *flow = simulator_add_flow(simulator, 40 * MS, 300 * KBPS);
        double rate;

        simulator_run(simulator, 60 * SECOND);
        simulator->worst_queue_us = 0;
        rate = rate_over(simulator, flow, 30 * SECOND);
        ck_assert_msg(rate > 0.65 * (double)capacities[i], "%.0f of %lu", rate, (gulong)capacities[i]);
        ck_assert_msg(simulator->worst_queue_us < 280 * MS, "a queue of %ld ms at %lu", (glong)(simulator->worst_queue_us / 1000),
                      (gulong)capacities[i]);
        ck_assert_uint_le(estimate(flow), capacities[i] * 12 / 10);
        simulator_free(simulator);
    }
}
END_TEST

START_TEST(backs_off_within_two_seconds_and_recovers)
{
    Simulator *simulator = simulator_new(2000 * KBPS, 3);
    SimulatorFlow *flow = simulator_add_flow(simulator, 30 * MS, 1000 * KBPS);
    double rate;

    flow->source_max_bps = 1900 * KBPS;
    simulator_run(simulator, 30 * SECOND);
    ck_assert_uint_gt(estimate(flow), 1300 * KBPS);
    simulator->capacity_bps = 400 * KBPS;
    simulator->queue_bytes = 400 * KBPS / 8 * 4 / 10;
    simulator_run(simulator, 2 * SECOND);
    ck_assert_msg(estimate(flow) < 480 * KBPS, "%lu", (gulong)estimate(flow));
    simulator_run(simulator, 10 * SECOND);
    rate = rate_over(simulator, flow, 10 * SECOND);
    ck_assert_msg(rate > 250 * KBPS && rate < 410 * KBPS, "%.0f", rate);
    simulator->capacity_bps = 2000 * KBPS;
    simulator->queue_bytes = 2000 * KBPS / 8 * 3 / 10;
    simulator_run(simulator, 40 * SECOND);
    rate = rate_over(simulator, flow, 10 * SECOND);
    ck_assert_msg(rate > 1300 * KBPS, "%.0f", rate);
    simulator_free(simulator);
}
END_TEST

START_TEST(two_flows_of_different_round_trips_share_fairly)
{
    Simulator *simulator = simulator_new(2000 * KBPS, 5);
    SimulatorFlow *near = simulator_add_flow(simulator, 10 * MS, 300 * KBPS);
    SimulatorFlow *far = simulator_add_flow(simulator, 150 * MS, 300 * KBPS);
    guint64 before;
    double rate, share;

    simulator_run(simulator, 90 * SECOND);
    before = far->delivered_bytes;
    rate = rate_over(simulator, near, 60 * SECOND);
    share = (double)(far->delivered_bytes - before) * 8 / 60;
    ck_assert_msg(rate + share > 1200 * KBPS, "%.0f and %.0f", rate, share);
    ck_assert_msg(rate > 0.25 * (rate + share) && share > 0.25 * (rate + share), "%.0f and %.0f", rate, share);
    simulator_free(simulator);
}
END_TEST

START_TEST(random_loss_alone_is_not_congestion)
{
    static const double losses[] = {0.05, 0.1, 0.2};

    for (guint i = 0; i < G_N_ELEMENTS(losses); i++) {
        Simulator *simulator = simulator_new(8000 * KBPS, 11 + i);
        SimulatorFlow *flow = simulator_add_flow(simulator, 40 * MS, 1000 * KBPS);

        flow->source_max_bps = 2000 * KBPS;
        simulator->loss = losses[i];
        simulator_run(simulator, 40 * SECOND);
        ck_assert_msg(estimate(flow) > 1500 * KBPS, "%lu at %.2f", (gulong)estimate(flow), losses[i]);
        simulator_free(simulator);
    }
}
END_TEST

START_TEST(a_short_queue_that_drops_is_found_by_loss)
{
    Simulator *simulator = simulator_new(500 * KBPS, 13);
    SimulatorFlow *flow = simulator_add_flow(simulator, 40 * MS, 500 * KBPS);

    simulator->queue_bytes = 2500; /* two packets: no delay tells of it */
    flow->source_fixed_bps = 2000 * KBPS;
    simulator_run(simulator, 5 * SECOND);
    ck_assert_msg(estimate(flow) < 900 * KBPS, "%lu", (gulong)estimate(flow));
    simulator_free(simulator);
}
END_TEST

START_TEST(a_source_that_sends_little_is_found_out_by_a_probe)
{
    Simulator *simulator = simulator_new(3000 * KBPS, 17);
    SimulatorFlow *flow = simulator_add_flow(simulator, 40 * MS, 300 * KBPS);

    flow->source_max_bps = 150 * KBPS;
    simulator_run(simulator, 20 * SECOND);
    ck_assert_uint_le(estimate(flow), 320 * KBPS); /* nothing has shown more */
    ck_assert(congestion_controller_want(&flow->controller, 1500 * KBPS, simulator->now_us));
    ck_assert(!congestion_controller_want(&flow->controller, 1500 * KBPS, simulator->now_us)); /* one at a time */
    simulator_run(simulator, 1000 * MS);
    ck_assert_uint_gt(estimate(flow), 500 * KBPS); /* in steps, so as not to flood a slow link */
    ck_assert(congestion_controller_want(&flow->controller, 1500 * KBPS, simulator->now_us));
    simulator_run(simulator, SECOND);
    ck_assert_msg(estimate(flow) > 1100 * KBPS, "%lu", (gulong)estimate(flow));
    simulator_free(simulator);
}
END_TEST

START_TEST(a_probe_does_not_find_what_is_not_there)
{
    Simulator *simulator = simulator_new(400 * KBPS, 19);
    SimulatorFlow *flow = simulator_add_flow(simulator, 40 * MS, 200 * KBPS);
    guint probes = 0;

    flow->source_max_bps = 150 * KBPS;
    simulator_run(simulator, 10 * SECOND);
    for (guint i = 0; i < 600; i++) {
        probes += congestion_controller_want(&flow->controller, 2000 * KBPS, simulator->now_us);
        simulator_run(simulator, 100 * MS);
        ck_assert_msg(estimate(flow) < 480 * KBPS, "%lu", (gulong)estimate(flow));
    }
    ck_assert_uint_ge(probes, 2);
    ck_assert_uint_le(probes, 12); /* each waits longer than the one before */
    simulator_free(simulator);
}
END_TEST

START_TEST(who_is_sent_nothing_is_found_again_by_probes)
{
    static const guint64 audio[] = {0, 60 * KBPS}; /* alone, or beside a voice */

    for (guint i = 0; i < G_N_ELEMENTS(audio); i++) {
        Simulator *simulator = simulator_new(90 * KBPS, 31 + i);
        SimulatorFlow *flow = simulator_add_flow(simulator, 30 * MS, 1200 * KBPS);
        gint64 lifted_us;

        flow->source_fixed_bps = 300 * KBPS; /* far too much, until it is paused */
        simulator_run(simulator, 8 * SECOND);
        ck_assert_uint_lt(estimate(flow), 150 * KBPS);
        flow->idle = !audio[i];
        flow->source_fixed_bps = audio[i];
        for (guint k = 0; k < 150; k++) { /* it stays narrow for a while */
            congestion_controller_want(&flow->controller, 400 * KBPS, simulator->now_us);
            simulator_run(simulator, 200 * MS);
            ck_assert_msg(estimate(flow) < 150 * KBPS, "%lu", (gulong)estimate(flow));
        }
        simulator->capacity_bps = 4000 * KBPS;
        simulator->queue_bytes = 4000 * KBPS / 8 * 3 / 10;
        for (lifted_us = simulator->now_us; estimate(flow) < 350 * KBPS && simulator->now_us - lifted_us < 60 * SECOND;) {
            congestion_controller_want(&flow->controller, 400 * KBPS, simulator->now_us);
            simulator_run(simulator, 200 * MS);
        }
        ck_assert_msg(estimate(flow) >= 350 * KBPS, "%lu", (gulong)estimate(flow));
        simulator_free(simulator);
    }
}
END_TEST

START_TEST(silence_halves_and_reports_heal)
{
    Simulator *simulator = simulator_new(4000 * KBPS, 23);
    SimulatorFlow *flow = simulator_add_flow(simulator, 40 * MS, 1000 * KBPS);
    guint64 before;

    flow->source_max_bps = 2000 * KBPS;
    simulator_run(simulator, 20 * SECOND);
    before = estimate(flow);
    flow->silent = TRUE;
    simulator_run(simulator, 3 * SECOND); /* a tunnel */
    ck_assert_uint_ge(estimate(flow), before * 9 / 10);
    simulator_run(simulator, 10 * SECOND);
    ck_assert_uint_lt(estimate(flow), before / 3);
    ck_assert_uint_ge(estimate(flow), 50 * KBPS);
    flow->silent = FALSE;
    simulator_run(simulator, 30 * SECOND);
    ck_assert_uint_gt(estimate(flow), before / 2);
    simulator_free(simulator);
}
END_TEST

START_TEST(never_leaves_its_bounds_on_any_link)
{
    for (guint32 seed = 1; seed <= 40; seed++) {
        g_autoptr(GRand) random = g_rand_new_with_seed(seed);
        Simulator *simulator = simulator_new((guint64)g_rand_int_range(random, 100, 6000) * KBPS, seed);
        SimulatorFlow *flow =
            simulator_add_flow(simulator, g_rand_int_range(random, 1, 400) * MS, (guint64)g_rand_int_range(random, 100, 3000) * KBPS);

        simulator->loss = g_rand_double_range(random, 0, 0.3);
        for (guint i = 0; i < 20; i++) {
            simulator->capacity_bps = (guint64)g_rand_int_range(random, 60, 6000) * KBPS;
            flow->silent = g_rand_int_range(random, 0, 8) == 0;
            congestion_controller_want(&flow->controller, (guint64)g_rand_int_range(random, 60, 9000) * KBPS, simulator->now_us);
            simulator_run(simulator, SECOND);
            ck_assert_uint_ge(estimate(flow), 50 * KBPS);
            ck_assert_uint_le(estimate(flow), 10000 * KBPS);
        }
        simulator_free(simulator);
    }
}
END_TEST

START_TEST(a_steady_link_is_not_overused)
{
    Simulator *simulator = simulator_new(10000 * KBPS, 29);
    SimulatorFlow *flow = simulator_add_flow(simulator, 40 * MS, 1000 * KBPS);

    flow->source_fixed_bps = 2000 * KBPS;
    simulator_run(simulator, 60 * SECOND);
    ck_assert_uint_eq(flow->controller.estimator.falls, 0);
    ck_assert_uint_gt(estimate(flow), 2000 * KBPS);
    simulator_free(simulator);
}
END_TEST

/* --- reports --- */

START_TEST(reads_what_the_other_side_writes)
{
    for (guint32 seed = 1; seed <= 200; seed++) {
        g_autoptr(GRand) random = g_rand_new_with_seed(seed);
        TransportFeedback feedback = {0};
        gint64 arrivals[400], now_us = 77 * SECOND, first_us = -1, first_told_us = 0;
        guint n = (guint)g_rand_int_range(random, 2, 400);
        guint16 base = (guint16)g_rand_int(random);
        guint told = 0;

        for (guint i = 0; i < n; i++) {
            now_us += g_rand_int_range(random, 0, 12) == 0 ? g_rand_int_range(random, 0, 4000000) : g_rand_int_range(random, 0, 30000);
            arrivals[i] = i && g_rand_int_range(random, 0, 4) == 0 ? -1 : now_us;
            if (arrivals[i] >= 0)
                transport_feedback_received(&feedback, (guint16)(base + i), now_us);
        }
        for (;;) {
            guint8 bytes[1200];
            RtcpWriter writer = {bytes, sizeof bytes, 0};
            TransportReport report;
            guint16 sequence;
            gint64 arrival_us;

            if (!transport_feedback_write(&feedback, &writer, 1, 2))
                break;
            ck_assert(transport_report_init(&report, bytes, writer.length));
            while (transport_report_next(&report, &sequence, &arrival_us)) {
                guint i = (guint16)(sequence - base);

                ck_assert_uint_eq(i, told);
                told++;
                ck_assert_int_eq(arrival_us >= 0, arrivals[i] >= 0);
                if (arrival_us < 0)
                    continue;
                if (first_us < 0) {
                    first_us = arrivals[i];
                    first_told_us = arrival_us;
                }
                ck_assert_int_le(ABS((arrival_us - first_told_us) - (arrivals[i] - first_us)), 250);
            }
        }
        while (n && arrivals[n - 1] < 0)
            n--;
        ck_assert_uint_eq(told, n);
    }
}
END_TEST

START_TEST(malformed_reports_end_where_they_are_cut)
{
    static const guint8 run[] = {0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 10, 0, 3, 0, 0, 1, 0, 0x20, 3, 4, 8};
    TransportReport report;
    guint16 sequence;
    gint64 arrival_us;
    guint8 bytes[sizeof run];

    ck_assert(transport_report_init(&report, run, sizeof run));
    ck_assert(transport_report_next(&report, &sequence, &arrival_us));
    ck_assert_uint_eq(sequence, 10);
    ck_assert_int_eq(arrival_us, 64000 + 1000);
    ck_assert(transport_report_next(&report, &sequence, &arrival_us));
    ck_assert_int_eq(arrival_us, 64000 + 3000);
    ck_assert(!transport_report_next(&report, &sequence, &arrival_us)); /* its delta is missing */
    ck_assert(!transport_report_next(&report, &sequence, &arrival_us));
    for (gsize length = 0; length < 22; length++)
        ck_assert(!transport_report_init(&report, run, length));
    memcpy(bytes, run, sizeof run);
    bytes[20] = bytes[21] = 0; /* an empty run */
    ck_assert(!transport_report_init(&report, bytes, sizeof bytes));
    memcpy(bytes, run, sizeof run);
    bytes[14] = 0xff; /* 65283 packets */
    ck_assert(!transport_report_init(&report, bytes, sizeof bytes));
    memcpy(bytes, run, sizeof run);
    bytes[20] |= 0x40; /* the reserved symbol */
    ck_assert(transport_report_init(&report, bytes, sizeof bytes));
    ck_assert(!transport_report_next(&report, &sequence, &arrival_us));
}
END_TEST

START_TEST(takes_a_report_that_fills_its_last_word)
{
    /* As Chromium sends it, behind a receiver report: five deltas and one byte of padding, which says so. */
    static const guint8 compound[] = {0x80, 201, 0, 1, 0, 0, 0, 1,
                                      0xaf, 205, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2, 0, 10, 0, 5, 0, 0, 1, 0, 0x20, 5, 4, 8, 8, 8, 8, 1};
    TransportReport report;
    RtcpReader reader;
    RtcpItem item;
    guint16 sequence;
    gint64 arrival_us;
    guint n = 0;

    rtcp_reader_init(&reader, compound, sizeof compound);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_int_eq(item.type, RTCP_ITEM_TRANSPORT_REPORT);
    ck_assert(transport_report_init(&report, item.transport_report.packet, item.transport_report.length));
    while (transport_report_next(&report, &sequence, &arrival_us))
        n++;
    ck_assert_uint_eq(n, 5);
    ck_assert_int_eq(arrival_us, 64000 + 9 * 1000);
}
END_TEST

START_TEST(reports_of_nothing_sent_change_nothing)
{
    BandwidthLimits limits = {500 * KBPS, 50 * KBPS, 5000 * KBPS};
    g_autofree CongestionController *controller = g_new0(CongestionController, 1);
    TransportFeedback feedback = {0};
    guint8 bytes[1200];
    RtcpWriter writer = {bytes, sizeof bytes, 0};

    congestion_controller_init(controller, &limits);
    for (guint i = 0; i < 100; i++)
        transport_feedback_received(&feedback, (guint16)i, SECOND + i * MS);
    ck_assert(transport_feedback_write(&feedback, &writer, 1, 2));
    ck_assert(!congestion_controller_report(controller, bytes, writer.length, 2 * SECOND, 0));
    ck_assert(!congestion_controller_is_informed(controller));
    ck_assert_uint_eq(congestion_controller_bps(controller), 500 * KBPS);
}
END_TEST

SUITE_MAIN("congestion", converges_below_the_capacity_and_uses_it, backs_off_within_two_seconds_and_recovers,
           two_flows_of_different_round_trips_share_fairly, random_loss_alone_is_not_congestion, a_short_queue_that_drops_is_found_by_loss,
           a_source_that_sends_little_is_found_out_by_a_probe, a_probe_does_not_find_what_is_not_there,
           who_is_sent_nothing_is_found_again_by_probes, silence_halves_and_reports_heal,
           never_leaves_its_bounds_on_any_link, a_steady_link_is_not_overused, reads_what_the_other_side_writes,
           malformed_reports_end_where_they_are_cut,
           takes_a_report_that_fills_its_last_word, reports_of_nothing_sent_change_nothing)
