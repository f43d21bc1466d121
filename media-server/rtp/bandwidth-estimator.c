#include "bandwidth-estimator.h"

#include <math.h>
#include <string.h>

#define BETA               0.85 /* section 5.5 */
#define RISE_PER_SECOND    1.08
#define PACKET_BITS        (1200 * 8.0)
#define ACKED_WINDOW_US    (250 * G_TIME_SPAN_MILLISECOND)
#define ACKED_FIRST_US     (120 * G_TIME_SPAN_MILLISECOND)
/* Section 5.5: it may not run away from what is really sent. */
#define AHEAD_FACTOR       1.5
#define AHEAD_BPS          10000.0
#define LOSS_WINDOW_US     (400 * G_TIME_SPAN_MILLISECOND)
#define LOSS_PACKETS_MIN   20
#define LOSS_HIGH          0.10 /* section 6 */
#define LOSS_LOW           0.02
/* What a path may lose by itself; more is always taken for want of room. */
#define LOSS_FLOOR_MAX     0.25
#define LOSS_FLOOR_WEIGHT  0.15 /* of a window: some 3 s */
/* A queue this long in front of a link that loses packets is where they are lost. */
#define QUEUE_US           (60 * G_TIME_SPAN_MILLISECOND)
/* With a queue this long the rate does not rise, even if it no longer grows. */
#define QUEUE_LONG_US      (150 * G_TIME_SPAN_MILLISECOND)
#define DELAY_EPOCH_US     (15 * G_TIME_SPAN_SECOND)

void
bandwidth_estimator_init(BandwidthEstimator *estimator, const BandwidthLimits *limits)
{
    memset(estimator, 0, sizeof *estimator);
    estimator->limits = *limits;
    estimator->bps = (double)limits->start_bps;
    estimator->loss_bps = (double)limits->max_bps;
    estimator->state = RATE_RISE;
    estimator->least_us = estimator->former_least_us = G_MAXINT64;
}

/* Bytes over time of arrival, smoothed: bursts of one frame must not look like a fast link. */
static void
note_arrival(BandwidthEstimator *estimator, gint64 arrival_us, guint bytes)
{
    gint64 window_us = estimator->acked_bps > 0 ? ACKED_WINDOW_US : ACKED_FIRST_US;
    gint64 passed_us = arrival_us - estimator->window_arrival_us;

    if (!estimator->window_arrival_us || passed_us < 0 || passed_us > 8 * ACKED_WINDOW_US) {
        estimator->window_arrival_us = arrival_us;
        estimator->window_bytes = bytes;
        return;
    }
    if (passed_us >= window_us) {
        double sample = (double)estimator->window_bytes * 8 * G_USEC_PER_SEC / (double)passed_us;

        estimator->acked_bps =
            estimator->acked_bps > 0 ? 0.5 * estimator->acked_bps + 0.5 * sample : sample;
        estimator->window_arrival_us = arrival_us;
        estimator->window_bytes = 0;
    }
    estimator->window_bytes += bytes;
}

/* --- loss --- */

/* How long the queue is, against the shortest seen lately. */
static gint64
queue_us(const BandwidthEstimator *estimator)
{
    gint64 least_us = MIN(estimator->least_us, estimator->former_least_us);

    return least_us == G_MAXINT64 ? 0 : estimator->delay_us - least_us;
}

static void
note_delay(BandwidthEstimator *estimator, gint64 sent_us, gint64 arrival_us)
{
    gint64 delay_us = arrival_us - sent_us;

    if (sent_us - estimator->epoch_us >= DELAY_EPOCH_US) {
        estimator->former_least_us = estimator->least_us;
        estimator->least_us = delay_us;
        if (!estimator->epoch_us)
            estimator->delay_us = delay_us;
        estimator->epoch_us = sent_us;
    }
    estimator->least_us = MIN(estimator->least_us, delay_us);
    estimator->delay_us += (delay_us - estimator->delay_us) / 8;
}

/* What exceeds the path's own loss by more than chance. */
static double
excess_loss(BandwidthEstimator *estimator, guint packets)
{
    double base = estimator->floor_loss;

    if (queue_us(estimator) > QUEUE_US)
        return estimator->loss;
    if (estimator->knows_loss)
        estimator->floor_loss += LOSS_FLOOR_WEIGHT * (estimator->loss - estimator->floor_loss);
    else
        base = estimator->floor_loss = estimator->loss;
    estimator->knows_loss = TRUE;
    estimator->floor_loss = MIN(estimator->floor_loss, LOSS_FLOOR_MAX);
    base = MIN(base, LOSS_FLOOR_MAX);
    return MAX(0.0, estimator->loss - base - 2 * sqrt(base * (1 - base) / packets));
}

static void
judge_loss(BandwidthEstimator *estimator, gint64 now_us)
{
    guint packets = estimator->loss_received + estimator->loss_lost;
    double excess;

    if (!estimator->loss_since_us)
        estimator->loss_since_us = now_us;
    if (packets < LOSS_PACKETS_MIN || now_us - estimator->loss_since_us < LOSS_WINDOW_US)
        return;
    estimator->loss = (double)estimator->loss_lost / packets;
    estimator->loss_received = estimator->loss_lost = 0;
    estimator->loss_since_us = now_us;
    excess = estimator->excess_loss = excess_loss(estimator, packets);
    if (excess > LOSS_HIGH) {
        /* Not below what does arrive: a link that drops the rest carries that much. */
        double reduced = MAX(estimator->bps * (1 - 0.5 * excess), estimator->acked_bps * 0.95);

        estimator->loss_bps = MIN(estimator->loss_bps, MIN(reduced, estimator->bps));
        estimator->falls++;
    } else if (excess < LOSS_LOW) {
        estimator->loss_bps = MIN(estimator->loss_bps * 1.05, (double)estimator->limits.max_bps);
    }
}

void
bandwidth_estimator_packet(BandwidthEstimator *estimator, gint64 sent_us, gint64 arrival_us, guint bytes)
{
    if (arrival_us < 0) {
        estimator->loss_lost++;
        return;
    }
    estimator->loss_received++;
    delay_trend_packet(&estimator->trend, sent_us, arrival_us);
    note_delay(estimator, sent_us, arrival_us);
    note_arrival(estimator, arrival_us, bytes);
}

/* --- delay --- */

static gboolean
is_near_link(const BandwidthEstimator *estimator)
{
    double spread = 3 * sqrt(estimator->link_deviation * estimator->link_bps);

    return estimator->link_bps > 0 && fabs(estimator->acked_bps - estimator->link_bps) <= MAX(spread, 0.05 * estimator->link_bps);
}

static void
learn_link(BandwidthEstimator *estimator)
{
    double norm, error;

    if (estimator->link_bps <= 0) {
        estimator->link_bps = estimator->acked_bps;
        estimator->link_deviation = 0.4e3;
        return;
    }
    error = estimator->link_bps - estimator->acked_bps;
    norm = MAX(estimator->link_bps, 1.0);
    estimator->link_bps = 0.95 * estimator->link_bps + 0.05 * estimator->acked_bps;
    estimator->link_deviation = CLAMP(0.95 * estimator->link_deviation + 0.05 * error * error / norm, 0.4e3, 2.5e3);
    if (fabs(error) > 3 * sqrt(estimator->link_deviation * norm)) /* another link than before */
        estimator->link_bps = estimator->acked_bps;
}

static void
rise(BandwidthEstimator *estimator, gint64 now_us, gint64 rtt_us)
{
    double seconds = estimator->changed_us ? MIN(1.0, (double)(now_us - estimator->changed_us) / G_USEC_PER_SEC) : 0;
    double ahead = AHEAD_FACTOR * estimator->acked_bps + AHEAD_BPS;
    double risen = estimator->bps;

    if (estimator->acked_bps > estimator->link_bps * 1.5)
        estimator->link_bps = 0; /* more than it was thought to carry: begin anew */
    if (is_near_link(estimator))
        risen += seconds * MAX(1000.0, 0.5 * PACKET_BITS * G_USEC_PER_SEC / (double)(rtt_us + 100 * G_TIME_SPAN_MILLISECOND));
    else
        risen *= pow(RISE_PER_SECOND, seconds);
    if (risen > ahead)
        risen = MAX(estimator->bps, ahead);
    /* What arrives without a queue, goes. */
    if (queue_us(estimator) < QUEUE_US)
        risen = MAX(risen, 0.95 * estimator->acked_bps);
    estimator->bps = risen;
    estimator->changed_us = now_us;
}

static void
fall(BandwidthEstimator *estimator, gint64 now_us, gint64 rtt_us)
{
    double reduced = BETA * (estimator->acked_bps > 0 ? estimator->acked_bps : estimator->bps);

    /* Once per response time: what is under way was sent at the old rate. */
    if (estimator->state == RATE_FALL && now_us - estimator->changed_us < rtt_us + 100 * G_TIME_SPAN_MILLISECOND)
        return;
    if (estimator->acked_bps > 0)
        learn_link(estimator);
    estimator->bps = MIN(estimator->bps, reduced); /* more may arrive than that: the queue that drains */
    estimator->state = RATE_FALL;
    estimator->changed_us = now_us;
    estimator->falls++;
}

void
bandwidth_estimator_update(BandwidthEstimator *estimator, gint64 now_us, gint64 rtt_us)
{
    judge_loss(estimator, now_us);
    switch (delay_trend_use(&estimator->trend)) {
    case LINK_OVERUSED:
        fall(estimator, now_us, rtt_us);
        break;
    case LINK_UNDERUSED:
        estimator->state = RATE_HOLD;
        estimator->changed_us = now_us;
        break;
    case LINK_NORMAL:
        if (estimator->state == RATE_RISE && queue_us(estimator) < QUEUE_LONG_US) {
            rise(estimator, now_us, rtt_us);
        } else {
            estimator->state = RATE_RISE;
            estimator->changed_us = now_us;
        }
        break;
    }
    estimator->bps = MIN(estimator->bps, estimator->loss_bps);
    estimator->bps = CLAMP(estimator->bps, (double)estimator->limits.min_bps, (double)estimator->limits.max_bps);
    estimator->loss_bps = MAX(estimator->loss_bps, estimator->bps);
}

void
bandwidth_estimator_silence(BandwidthEstimator *estimator, gint64 now_us)
{
    estimator->bps = MAX((double)estimator->limits.min_bps, estimator->bps / 2);
    estimator->loss_bps = estimator->bps;
    estimator->changed_us = now_us;
    estimator->state = RATE_HOLD;
    estimator->acked_bps = 0;
    estimator->window_arrival_us = 0;
    estimator->falls++;
}

void
bandwidth_estimator_probed(BandwidthEstimator *estimator, guint64 bps, gint64 now_us)
{
    if ((double)bps <= estimator->bps)
        return;
    estimator->bps = MIN((double)bps, (double)estimator->limits.max_bps);
    estimator->loss_bps = MAX(estimator->loss_bps, estimator->bps);
    estimator->changed_us = now_us;
    estimator->link_bps = 0;
}
