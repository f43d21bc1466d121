#include "congestion-controller.h"

#include <string.h>

#include "sequence.h"

/* A peer reports every 50 to 250 ms; a phone in a tunnel does not, and comes out of it on the same network as a rule: what was
 * known is not given up at once. */
#define SILENCE_US    (4 * G_TIME_SPAN_SECOND)
/* Wrap of the reference time: 24 bits of 64 ms. */
#define REFERENCE_SPAN_US ((G_GINT64_CONSTANT(1) << 24) * 64 * G_TIME_SPAN_MILLISECOND)
#define RTT_MAX_US    (10 * G_TIME_SPAN_SECOND)
#define RTT_DEFAULT_US (100 * G_TIME_SPAN_MILLISECOND)
/* A probe beyond the link delays audio: it goes up in steps. */
#define PROBE_FACTOR       3
#define PROBE_STEP_WAIT_US (500 * G_TIME_SPAN_MILLISECOND)
/* Fewer packets than this are no measurement. */
#define PROBE_PACKETS_MIN 8
/* A packet of padding with its headers; a probe at a low rate lasts longer, to be of enough packets. */
#define PROBE_PACKET_BYTES 320
#define PROBE_PACKETS      12
/* What was last known of the queue says nothing after this time without a report on media. */
#define STALE_US (1 * G_TIME_SPAN_SECOND)
/* What was not reported by then will not be. */
#define PROBE_PATIENCE_US (3 * G_TIME_SPAN_SECOND)

void
congestion_controller_init(CongestionController *controller, const BandwidthLimits *limits)
{
    memset(controller, 0, sizeof *controller);
    bandwidth_estimator_init(&controller->estimator, limits);
    controller->probe.wait_us = PROBE_WAIT_MIN_US;
}

/* --- probes --- */

static gboolean
is_of_probe(const BandwidthProbe *probe, guint16 sequence)
{
    return probe->ends_us && probe->has_first && sequence_distance(sequence, probe->first) >= 0 &&
           sequence_distance(sequence, probe->last) <= 0;
}

static void
probe_packet(BandwidthProbe *probe, gint64 arrival_us, guint bytes)
{
    if (arrival_us < 0) {
        probe->lost++;
        return;
    }
    if (!probe->arrived++)
        probe->first_arrival_us = arrival_us;
    else
        probe->bytes_arrived += bytes;
    probe->last_arrival_us = MAX(probe->last_arrival_us, arrival_us);
}

static void
finish_probe(CongestionController *controller, gint64 now_us)
{
    BandwidthProbe *probe = &controller->probe;
    gint64 arrival_us = probe->last_arrival_us - probe->first_arrival_us;
    gint64 sent_us = probe->last_sent_us - probe->first_sent_us;
    gboolean reached = FALSE;

    if (probe->arrived >= PROBE_PACKETS_MIN && arrival_us > 0 && sent_us > 0) {
        guint64 arrived_bps = probe->bytes_arrived * 8 * G_USEC_PER_SEC / (guint64)arrival_us;
        guint64 sent_bps = probe->bytes_sent * 8 * G_USEC_PER_SEC / (guint64)sent_us;
        guint64 bps = MIN(arrived_bps, sent_bps);

        /* Held up on the way: that is the link's rate, and a little below it the queue drains. */
        if (arrived_bps < sent_bps * 9 / 10)
            bps = bps * 95 / 100;
        reached = bps >= probe->target_bps * 8 / 10;
        bandwidth_estimator_probed(&controller->estimator, bps, now_us);
    }
    /* The queue that it made must not look like one that grows. */
    delay_trend_restart(&controller->estimator.trend);
    probe->wait_us = reached
                         ? PROBE_STEP_WAIT_US
                         : MIN(2 * MAX(probe->wait_us, PROBE_WAIT_MIN_US), PROBE_WAIT_MAX_US);
    probe->next_us = now_us + probe->wait_us;
    probe->ends_us = 0;
    probe->complete = FALSE;
}

gboolean
congestion_controller_want(CongestionController *controller, guint64 target_bps, gint64 now_us)
{
    BandwidthProbe *probe = &controller->probe;
    gboolean stale = now_us - controller->media_reported_us > STALE_US;
    guint64 length_us;

    if (probe->ends_us || now_us < probe->next_us || !congestion_controller_is_informed(controller) ||
        (!stale && (controller->estimator.state == RATE_FALL ||
                    bandwidth_estimator_is_pressed(&controller->estimator))))
        return FALSE;
    target_bps = MIN(MIN(target_bps, congestion_controller_bps(controller) * PROBE_FACTOR),
                     controller->estimator.limits.max_bps);
    length_us = (guint64)PROBE_PACKETS * PROBE_PACKET_BYTES * 8 * G_USEC_PER_SEC / target_bps;
    *probe = (BandwidthProbe){
        .target_bps = target_bps,
        .started_us = now_us,
        .step_us = now_us,
        .ends_us = now_us + MAX(PROBE_LENGTH_US, (gint64)length_us),
        .wait_us = probe->wait_us,
    };
    return TRUE;
}

gint64
congestion_controller_next_timeout(const CongestionController *controller)
{
    const BandwidthProbe *probe = &controller->probe;

    return probe->ends_us && !probe->complete ? probe->step_us : G_MAXINT64;
}

gsize
congestion_controller_padding(CongestionController *controller, gint64 now_us)
{
    BandwidthProbe *probe = &controller->probe;
    guint64 due;

    if (!probe->ends_us || probe->complete || now_us < probe->step_us)
        return 0;
    /* A step behind the clock, so that the last burst is not larger than the first. */
    due = (guint64)(MIN(now_us, probe->ends_us) - probe->started_us + PROBE_STEP_US) * probe->target_bps / 8 / G_USEC_PER_SEC;
    probe->step_us = now_us + PROBE_STEP_US;
    if (now_us >= probe->ends_us) {
        probe->complete = TRUE;
        if (!probe->has_first)
            finish_probe(controller, now_us);
        return 0;
    }
    return due > probe->bytes_sent ? due - probe->bytes_sent : 0;
}

/* --- reports --- */

/* The peer's 24-bit clock, unwrapped. */
static gint64
unwrap(CongestionController *controller, gint64 reference_us)
{
    if (controller->has_reference) {
        gint64 step = reference_us - controller->last_reference_us;

        if (step > REFERENCE_SPAN_US / 2)
            controller->clock_offset_us -= REFERENCE_SPAN_US;
        else if (step < -REFERENCE_SPAN_US / 2)
            controller->clock_offset_us += REFERENCE_SPAN_US;
    }
    controller->has_reference = TRUE;
    controller->last_reference_us = reference_us;
    return controller->clock_offset_us;
}

static void
learn_rtt(CongestionController *controller, gint64 newest_sent_us, gint64 now_us)
{
    gint64 rtt_us = now_us - newest_sent_us;

    if (!newest_sent_us || rtt_us < 0 || rtt_us > RTT_MAX_US)
        return;
    controller->rtt_us = controller->rtt_us ? (7 * controller->rtt_us + rtt_us) / 8 : MAX(1, rtt_us);
}

gboolean
congestion_controller_report(CongestionController *controller, const guint8 *packet, gsize length, gint64 now_us, gint64 rtt_us)
{
    BandwidthProbe *probe = &controller->probe;
    TransportReport report;
    gint64 arrival_us, sent_us, newest_sent_us = 0, offset_us;
    guint16 sequence, last = 0;
    guint size, told = 0, of_media = 0;

    if (!transport_report_init(&report, packet, length))
        return FALSE;
    offset_us = unwrap(controller, report.now_us) + REFERENCE_SPAN_US; /* so that no time is negative */
    while (transport_report_next(&report, &sequence, &arrival_us)) {
        last = sequence;
        if (!send_log_take(&controller->log, sequence, now_us, &sent_us, &size))
            continue;
        told++;
        if (arrival_us >= 0) {
            arrival_us += offset_us;
            newest_sent_us = MAX(newest_sent_us, sent_us);
        }
        if (is_of_probe(probe, sequence)) {
            probe_packet(probe, arrival_us, size);
            continue;
        }
        bandwidth_estimator_packet(&controller->estimator, sent_us, arrival_us, size);
        of_media++;
    }
    if (!told) /* of nothing that we sent: a repeated or a forged one */
        return FALSE;
    controller->reports++;
    controller->packets_reported += told;
    controller->unreported_us = 0;
    learn_rtt(controller, newest_sent_us, now_us);
    rtt_us = rtt_us ? rtt_us : controller->rtt_us ? controller->rtt_us : RTT_DEFAULT_US;
    if (of_media) { /* a probe is judged by itself */
        bandwidth_estimator_update(&controller->estimator, now_us, rtt_us);
        controller->media_reported_us = now_us;
    }
    if (probe->complete && probe->has_first && sequence_distance(last, probe->last) >= 0)
        finish_probe(controller, now_us);
    return TRUE;
}

gboolean
congestion_controller_tick(CongestionController *controller, gint64 now_us)
{
    BandwidthProbe *probe = &controller->probe;

    if (probe->complete && now_us - probe->ends_us > PROBE_PATIENCE_US)
        finish_probe(controller, now_us);
    if (!congestion_controller_is_informed(controller) || !controller->unreported_us ||
        now_us - controller->unreported_us < SILENCE_US)
        return FALSE;
    controller->unreported_us = now_us;
    bandwidth_estimator_silence(&controller->estimator, now_us);
    return TRUE;
}
