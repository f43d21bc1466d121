/**
 * CongestionController — the sending side of transport-wide congestion control of one connection: remembers what was sent,
 * reads the peer's reports, keeps the estimate, and runs probes.
 *
 * A pure core; the caller numbers packets, sends, and sends the padding that a probe asks for. One thread. About 9 KiB.
 */
#pragma once

#include "bandwidth-estimator.h"
#include "send-log.h"
#include "transport-report.h"

/* Between two bursts of a probe; the worker's timers are not finer. */
#define PROBE_STEP_US   (5 * G_TIME_SPAN_MILLISECOND)
/* At least; longer at low rates. */
#define PROBE_LENGTH_US (80 * G_TIME_SPAN_MILLISECOND)
/* After a probe that found nothing the next waits twice as long, up to this. */
#define PROBE_WAIT_MIN_US (2 * G_TIME_SPAN_SECOND)
#define PROBE_WAIT_MAX_US (10 * G_TIME_SPAN_SECOND)

typedef struct {
    guint64 target_bps;
    gint64 started_us, step_us, ends_us; /* ends_us 0 = none is running */
    guint16 first, last;                 /* numbers sent within it */
    gboolean has_first, complete;        /* complete: all is sent, reports are still to come */
    guint64 bytes_sent;
    gint64 first_sent_us, last_sent_us;

    guint arrived, lost;
    guint64 bytes_arrived;               /* without the first one */
    gint64 first_arrival_us, last_arrival_us;

    gint64 wait_us, next_us;
} BandwidthProbe;

typedef struct {
    SendLog log;
    BandwidthEstimator estimator;
    BandwidthProbe probe;
    gint64 unreported_us; /* since when something sent has not been reported on; 0 = nothing is */
    gint64 media_reported_us; /* other than of probes */
    gint64 clock_offset_us; /* the peer's clock is unwrapped around its last report */
    gint64 last_reference_us;
    gboolean has_reference;
    gint64 rtt_us;        /* from reports: sending to hearing of it; 0 = not known */
    guint64 reports, packets_reported;
} CongestionController;

void congestion_controller_init(CongestionController *controller, const BandwidthLimits *limits);

/** A packet leaves, `bytes` with all headers. The packet path: a few stores. */
static inline void
congestion_controller_sent(CongestionController *controller, guint16 sequence, gsize bytes, gint64 now_us)
{
    send_log_sent(&controller->log, sequence, bytes, now_us);
    if (!controller->unreported_us)
        controller->unreported_us = now_us;
    if (controller->probe.ends_us && !controller->probe.complete) {
        BandwidthProbe *probe = &controller->probe;

        if (!probe->has_first) {
            probe->has_first = TRUE;
            probe->first = sequence;
            probe->first_sent_us = now_us;
        } else {
            probe->bytes_sent += bytes;
        }
        probe->last = sequence;
        probe->last_sent_us = now_us;
    }
}

/** One RTCP packet with the peer's report. `rtt_us` 0 = not known. TRUE if it was one and the estimate may have moved. */
gboolean congestion_controller_report(CongestionController *controller, const guint8 *packet, gsize length, gint64 now_us,
                                      gint64 rtt_us);

/** Whether a peer that reports has fallen silent; to be called now and then. TRUE if the estimate has moved. */
gboolean congestion_controller_tick(CongestionController *controller, gint64 now_us);

static inline guint64
congestion_controller_bps(const CongestionController *controller)
{
    return bandwidth_estimator_bps(&controller->estimator);
}

/** The peer reports at all: before that the estimate is only where it started. */
static inline gboolean
congestion_controller_is_informed(const CongestionController *controller)
{
    return controller->reports > 0;
}

/** More than the estimate is wanted: tries whether the path carries `target_bps`, unless one is running or it was tried
 * lately. TRUE if a probe begins. */
gboolean congestion_controller_want(CongestionController *controller, guint64 target_bps, gint64 now_us);
/** When padding is due; G_MAXINT64 while there is none. */
gint64 congestion_controller_next_timeout(const CongestionController *controller);
/** How many bytes of padding to send now; 0 = none. Media sent in the meantime is taken into account. */
gsize congestion_controller_padding(CongestionController *controller, gint64 now_us);
