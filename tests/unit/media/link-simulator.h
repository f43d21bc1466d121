/** A bottleneck with a queue, in simulated time: sources that follow their estimate on one side, receivers that report on the other. */
#pragma once

#include "congestion-controller.h"
#include "transport-feedback.h"

#define SIMULATOR_FLOWS_MAX 4

typedef struct {
    /* set by the test */
    gint64 delay_us;         /* one way */
    guint64 source_max_bps;  /* what the source has to send; 0 = as much as it may */
    guint64 source_fixed_bps;/* sends this much whatever the estimate says; 0 = follows it */
    gboolean silent;         /* its reports are lost */
    gboolean idle;           /* sends nothing but probes */

    CongestionController controller;
    TransportFeedback feedback;
    GQueue arrivals, reports;
    guint16 sequence;
    double owed_bytes;
    guint64 delivered_bytes, sent_packets, dropped_packets;
} SimulatorFlow;

typedef struct {
    guint64 capacity_bps;
    guint64 queue_bytes; /* drop-tail */
    double loss;
    GRand *random;
    gint64 now_us, free_us;
    guint n_flows;
    gint64 worst_queue_us; /* since the test last cleared it */
    SimulatorFlow flows[SIMULATOR_FLOWS_MAX];
} Simulator;

Simulator *simulator_new(guint64 capacity_bps, guint32 seed);
void simulator_free(Simulator *simulator);
SimulatorFlow *simulator_add_flow(Simulator *simulator, gint64 delay_us, guint64 start_bps);
void simulator_run(Simulator *simulator, gint64 duration_us);
