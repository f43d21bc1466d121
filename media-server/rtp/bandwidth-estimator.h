/**
 * BandwidthEstimator — what the path to one subscriber carries, from the times at which its packets arrived and from
 * those that did not (draft-ietf-rmcat-gcc-02; docs/decisions has why, and where it departs).
 *
 * Two estimates, the lower one counts. Delay: while the queue grows (DelayTrend) the rate falls to 0.85 of what arrives;
 * otherwise it rises, by 8 % a second far from the rate at which it last had to fall, by about half a packet per response time
 * near it. Loss: above 10 % it falls, below 2 % it rises; loss that was there whatever we sent (radio) does not count.
 * A relay cannot make its sources send more, so what it sends bounds how far the estimate may rise; a probe (a short burst
 * of padding) raises it at once. Pure; plain value; bits per second.
 */
#pragma once

#include "delay-trend.h"

typedef struct {
    guint64 start_bps, min_bps, max_bps;
} BandwidthLimits;

typedef enum { RATE_HOLD, RATE_RISE, RATE_FALL } RateState;

typedef struct {
    BandwidthLimits limits;
    DelayTrend trend;
    double bps;      /* the estimate */
    double loss_bps; /* its bound by loss */

    /* what arrives */
    gint64 window_arrival_us;
    guint64 window_bytes;
    double acked_bps; /* 0 = not known yet */

    RateState state;
    gint64 changed_us; /* of the last rise or fall */
    double link_bps, link_deviation; /* where it had to fall: mean, relative variance; 0 = not known */

    guint loss_received, loss_lost; /* of the current loss window */
    gint64 loss_since_us;
    double loss;       /* the last window's */
    double floor_loss; /* what the path loses anyhow: its mean while there was no queue */
    double excess_loss;
    gboolean knows_loss;

    gint64 delay_us;                     /* one way, smoothed, plus the unknown offset of the clocks */
    gint64 least_us, former_least_us;    /* of this epoch and the one before */
    gint64 epoch_us;
    guint64 falls;
} BandwidthEstimator;

void bandwidth_estimator_init(BandwidthEstimator *estimator, const BandwidthLimits *limits);

/** One packet's fate, in the order of sending. `arrival_us` −1 = lost. */
void bandwidth_estimator_packet(BandwidthEstimator *estimator, gint64 sent_us, gint64 arrival_us, guint bytes);
/** All packets of a report are told: moves the estimate. */
void bandwidth_estimator_update(BandwidthEstimator *estimator, gint64 now_us, gint64 rtt_us);
/** Nothing was reported for a time in which something should have been: halves the estimate. */
void bandwidth_estimator_silence(BandwidthEstimator *estimator, gint64 now_us);
/** A probe arrived at this rate. */
void bandwidth_estimator_probed(BandwidthEstimator *estimator, guint64 bps, gint64 now_us);

static inline guint64
bandwidth_estimator_bps(const BandwidthEstimator *estimator)
{
    return (guint64)estimator->bps;
}

/** The queue grows, or packets are being lost for want of room. */
static inline gboolean
bandwidth_estimator_is_pressed(const BandwidthEstimator *estimator)
{
    return delay_trend_use(&estimator->trend) == LINK_OVERUSED || estimator->excess_loss > 0.1;
}
