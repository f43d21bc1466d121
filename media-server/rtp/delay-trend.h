/**
 * DelayTrend — does the queue in front of the narrowest link grow? (draft-ietf-rmcat-gcc-02, sections 5.1 to 5.4, with the
 * trendline filter that browsers use in place of the Kalman filter.)
 *
 * Packets sent within a burst are one group; for each group the change of its one-way delay against the group before is
 * summed up, smoothed, and a line is laid through the last of these sums over time. Its slope against a threshold that
 * adapts itself is the signal. Zero-initialise; plain value.
 */
#pragma once

#include <glib.h>

#define DELAY_TREND_WINDOW 20 /* groups */

typedef enum {
    LINK_NORMAL,
    LINK_OVERUSED,  /* the queue grows: send less */
    LINK_UNDERUSED, /* the queue drains: wait until it has */
} LinkUse;

typedef struct {
    gint64 first_sent_us, last_sent_us;
    gint64 first_arrival_us, last_arrival_us;
    gboolean started;
} DelayGroup;

typedef struct {
    DelayGroup group, former;
    double times_ms[DELAY_TREND_WINDOW], delays_ms[DELAY_TREND_WINDOW];
    guint n, next; /* of the window; `n` counts up to 60 */
    gint64 first_arrival_us;
    double accumulated_ms, smoothed_ms;

    double threshold_ms; /* 0 = not started */
    gint64 adapted_us;
    double overuse_ms; /* how long the slope has been above the threshold; −1 = it is not */
    guint overuse_count;
    double former_trend;
    LinkUse use;
} DelayTrend;

/** A packet that arrived, in the order of sending. `arrival_us` is the peer's clock. */
void delay_trend_packet(DelayTrend *trend, gint64 sent_us, gint64 arrival_us);

/** What comes next says nothing about what was before: a line is laid anew, and until then the link is normal. */
void delay_trend_restart(DelayTrend *trend);

static inline LinkUse
delay_trend_use(const DelayTrend *trend)
{
    return trend->use;
}
