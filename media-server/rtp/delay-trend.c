#include "delay-trend.h"

#include <math.h>
#include <string.h>

/* What is sent within this time is one group: a frame goes out in one burst. */
#define BURST_US (5 * G_TIME_SPAN_MILLISECOND)
/* A pause this long says nothing of the queue any more. */
#define PAUSE_US (3 * G_TIME_SPAN_SECOND)

#define SMOOTHING     0.9
#define GAIN          4.0
#define GROUPS_MAX    60
#define OVERUSE_MS    10.0
#define THRESHOLD_MS  12.5 /* section 5.4: del_var_th(0) */
#define THRESHOLD_MIN 6.0
#define THRESHOLD_MAX 600.0
#define RISE          0.0087 /* section 5.4 and the paper behind it: K_u, K_d per ms */
#define FALL          0.039
#define OUTLIER_MS    15.0

static void
start(DelayTrend *trend, gint64 sent_us, gint64 arrival_us)
{
    double threshold_ms = trend->threshold_ms ? trend->threshold_ms : THRESHOLD_MS;

    memset(trend, 0, sizeof *trend);
    trend->threshold_ms = threshold_ms;
    trend->overuse_ms = -1;
    trend->first_arrival_us = arrival_us;
    trend->group = (DelayGroup){sent_us, sent_us, arrival_us, arrival_us, TRUE};
}

/* Sent close together, or held up on the way and let go in one go. */
static gboolean
belongs_to_group(const DelayGroup *group, gint64 sent_us, gint64 arrival_us)
{
    gint64 sent_delta = sent_us - group->last_sent_us, arrival_delta = arrival_us - group->last_arrival_us;

    if (sent_us - group->first_sent_us <= BURST_US)
        return TRUE;
    return arrival_delta - sent_delta < 0 && arrival_delta <= BURST_US &&
           arrival_us - group->first_arrival_us < 100 * G_TIME_SPAN_MILLISECOND;
}

/* Least squares through the window; ms of delay per ms of time. */
static double
slope(const DelayTrend *trend)
{
    guint n = MIN(trend->n, DELAY_TREND_WINDOW);
    double mean_x = 0, mean_y = 0, above = 0, below = 0;

    for (guint i = 0; i < n; i++) {
        mean_x += trend->times_ms[i] / n;
        mean_y += trend->delays_ms[i] / n;
    }
    for (guint i = 0; i < n; i++) {
        double x = trend->times_ms[i] - mean_x;

        above += x * (trend->delays_ms[i] - mean_y);
        below += x * x;
    }
    return below > 0 ? above / below : 0;
}

static void
adapt_threshold(DelayTrend *trend, double level, gint64 arrival_us)
{
    double ms = trend->adapted_us ? MIN(100.0, (double)(arrival_us - trend->adapted_us) / 1000.0) : 0;

    trend->adapted_us = arrival_us;
    if (fabs(level) > trend->threshold_ms + OUTLIER_MS) /* a route change, not a queue */
        return;
    trend->threshold_ms +=
        (fabs(level) < trend->threshold_ms ? FALL : RISE) * (fabs(level) - trend->threshold_ms) * MAX(0.0, ms);
    trend->threshold_ms = CLAMP(trend->threshold_ms, THRESHOLD_MIN, THRESHOLD_MAX);
}

static void
detect(DelayTrend *trend, double slope_now, double sent_ms, gint64 arrival_us)
{
    double level = MIN(trend->n, GROUPS_MAX) * slope_now * GAIN;

    if (level > trend->threshold_ms) {
        trend->overuse_ms = trend->overuse_ms < 0 ? sent_ms / 2 : trend->overuse_ms + sent_ms;
        trend->overuse_count++;
        if (trend->overuse_ms > OVERUSE_MS && trend->overuse_count > 1 && slope_now >= trend->former_trend) {
            trend->overuse_ms = 0;
            trend->overuse_count = 0;
            trend->use = LINK_OVERUSED;
        }
    } else {
        trend->overuse_ms = -1;
        trend->overuse_count = 0;
        trend->use = level < -trend->threshold_ms ? LINK_UNDERUSED : LINK_NORMAL;
    }
    trend->former_trend = slope_now;
    adapt_threshold(trend, level, arrival_us);
}

/* The group is complete: its delay against that of the group before. */
static void
finish_group(DelayTrend *trend)
{
    const DelayGroup *group = &trend->group, *former = &trend->former;

    if (former->started) {
        double sent_ms = (double)(group->last_sent_us - former->last_sent_us) / 1000.0;
        double arrival_ms = (double)(group->last_arrival_us - former->last_arrival_us) / 1000.0;

        trend->accumulated_ms += arrival_ms - sent_ms;
        trend->smoothed_ms = SMOOTHING * trend->smoothed_ms + (1 - SMOOTHING) * trend->accumulated_ms;
        trend->times_ms[trend->next] = (double)(group->last_arrival_us - trend->first_arrival_us) / 1000.0;
        trend->delays_ms[trend->next] = trend->smoothed_ms;
        trend->next = (trend->next + 1) % DELAY_TREND_WINDOW;
        trend->n = MIN(trend->n + 1, GROUPS_MAX);
        if (trend->n >= DELAY_TREND_WINDOW)
            detect(trend, slope(trend), sent_ms, group->last_arrival_us);
    }
    trend->former = *group;
}

void
delay_trend_packet(DelayTrend *trend, gint64 sent_us, gint64 arrival_us)
{
    DelayGroup *group = &trend->group;

    if (!group->started || sent_us - group->last_sent_us > PAUSE_US ||
        ABS(arrival_us - group->last_arrival_us) > PAUSE_US) {
        start(trend, sent_us, arrival_us);
        return;
    }
    if (sent_us < group->first_sent_us) /* reported late: its group is done */
        return;
    if (!belongs_to_group(group, sent_us, arrival_us)) {
        finish_group(trend);
        *group = (DelayGroup){sent_us, sent_us, arrival_us, arrival_us, TRUE};
        return;
    }
    group->last_sent_us = MAX(group->last_sent_us, sent_us);
    group->last_arrival_us = MAX(group->last_arrival_us, arrival_us);
}

void
delay_trend_restart(DelayTrend *trend)
{
    trend->group.started = FALSE;
    trend->use = LINK_NORMAL;
}
