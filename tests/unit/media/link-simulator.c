#include "link-simulator.h"

#include <string.h>

#define STEP_US  G_TIME_SPAN_MILLISECOND
#define FRAME_US (33 * G_TIME_SPAN_MILLISECOND)
#define PACKET   1200

typedef struct {
    gint64 at_us;
    guint16 sequence;
    guint bytes;
} Arrival;

typedef struct {
    gint64 at_us;
    gsize length;
    guint8 bytes[1200];
} Report;

Simulator *
simulator_new(guint64 capacity_bps, guint32 seed)
{
    Simulator *simulator = g_new0(Simulator, 1);

    simulator->capacity_bps = capacity_bps;
    simulator->queue_bytes = capacity_bps / 8 * 3 / 10; /* 300 ms, as a home router has */
    simulator->random = g_rand_new_with_seed(seed);
    simulator->now_us = 1000 * G_USEC_PER_SEC;
    return simulator;
}

void
simulator_free(Simulator *simulator)
{
    for (guint i = 0; i < simulator->n_flows; i++) {
        g_queue_clear_full(&simulator->flows[i].arrivals, g_free);
        g_queue_clear_full(&simulator->flows[i].reports, g_free);
    }
    g_rand_free(simulator->random);
    g_free(simulator);
}

SimulatorFlow *
simulator_add_flow(Simulator *simulator, gint64 delay_us, guint64 start_bps)
{
    SimulatorFlow *flow = &simulator->flows[simulator->n_flows++];
    BandwidthLimits limits = {start_bps, 50000, 10000000};

    congestion_controller_init(&flow->controller, &limits);
    flow->delay_us = delay_us;
    flow->sequence = 65000; /* so that it wraps */
    g_queue_init(&flow->arrivals);
    g_queue_init(&flow->reports);
    return flow;
}

static void
send_packet(Simulator *simulator, SimulatorFlow *flow, guint bytes)
{
    guint16 sequence = flow->sequence++;
    gint64 waits_us = MAX(0, simulator->free_us - simulator->now_us);
    Arrival *arrival;

    congestion_controller_sent(&flow->controller, sequence, bytes, simulator->now_us);
    flow->sent_packets++;
    if (g_rand_double(simulator->random) < simulator->loss ||
        (guint64)waits_us * simulator->capacity_bps / 8 / G_USEC_PER_SEC + bytes > simulator->queue_bytes) {
        flow->dropped_packets++;
        return;
    }
    simulator->worst_queue_us = MAX(simulator->worst_queue_us, waits_us);
    simulator->free_us = MAX(simulator->free_us, simulator->now_us) + (gint64)((guint64)bytes * 8 * G_USEC_PER_SEC / simulator->capacity_bps);
    arrival = g_new(Arrival, 1);
    *arrival = (Arrival){simulator->free_us + flow->delay_us, sequence, bytes};
    g_queue_push_tail(&flow->arrivals, arrival);
}

static void
send_frames(Simulator *simulator, SimulatorFlow *flow)
{
    guint64 bps = flow->source_fixed_bps ? flow->source_fixed_bps : congestion_controller_bps(&flow->controller);
    gsize padding;

    if (flow->source_max_bps)
        bps = MIN(bps, flow->source_max_bps);
    flow->owed_bytes += flow->idle ? 0 : (double)bps / 8 * STEP_US / G_USEC_PER_SEC;
    if ((simulator->now_us / STEP_US) % (FRAME_US / STEP_US) == 0) {
        while (flow->owed_bytes > 100) {
            guint bytes = (guint)MIN(PACKET, flow->owed_bytes);

            send_packet(simulator, flow, bytes);
            flow->owed_bytes -= bytes;
        }
    }
    if (simulator->now_us >= congestion_controller_next_timeout(&flow->controller))
        for (padding = congestion_controller_padding(&flow->controller, simulator->now_us); padding > 0; padding -= MIN(padding, 320))
            send_packet(simulator, flow, 320);
}

static void
receive(Simulator *simulator, SimulatorFlow *flow)
{
    Arrival *arrival;
    Report *report;

    while ((arrival = g_queue_peek_head(&flow->arrivals)) && arrival->at_us <= simulator->now_us) {
        flow->delivered_bytes += arrival->bytes;
        transport_feedback_received(&flow->feedback, arrival->sequence, arrival->at_us);
        g_free(g_queue_pop_head(&flow->arrivals));
    }
    while (simulator->now_us >= transport_feedback_next_timeout(&flow->feedback)) {
        RtcpWriter writer = {.capacity = 1200};

        report = g_new(Report, 1);
        writer.data = report->bytes;
        if (!transport_feedback_write(&flow->feedback, &writer, 1, 2)) {
            g_free(report);
            break;
        }
        report->length = writer.length;
        report->at_us = simulator->now_us + flow->delay_us;
        if (flow->silent)
            g_free(report);
        else
            g_queue_push_tail(&flow->reports, report);
    }
    while ((report = g_queue_peek_head(&flow->reports)) && report->at_us <= simulator->now_us) {
        congestion_controller_report(&flow->controller, report->bytes, report->length, simulator->now_us, 0);
        g_free(g_queue_pop_head(&flow->reports));
    }
    congestion_controller_tick(&flow->controller, simulator->now_us);
}

void
simulator_run(Simulator *simulator, gint64 duration_us)
{
    gint64 end_us = simulator->now_us + duration_us;

    for (; simulator->now_us < end_us; simulator->now_us += STEP_US)
        for (guint i = 0; i < simulator->n_flows; i++) {
            send_frames(simulator, &simulator->flows[i]);
            receive(simulator, &simulator->flows[i]);
        }
}
