#include "publisher-limit.h"

/* What is asked for stays below what fits, so that a queue that has grown can drain. */
#define SHARE_PERCENT 90
#define RAISE_EVERY_US (1 * G_TIME_SPAN_SECOND)
/* Who has not followed by then does not know the message. */
#define PATIENCE_US (4 * G_TIME_SPAN_SECOND)

gboolean
publisher_limit_update(PublisherLimit *limit, guint64 best_bps, guint64 rate_bps, gint64 now_us)
{
    guint64 wanted = best_bps == G_MAXUINT64 ? G_MAXUINT64 : MAX(best_bps * SHARE_PERCENT / 100, PUBLISHER_LIMIT_MIN_BPS);
    guint64 sent = limit->bps ? limit->bps : rate_bps;
    gboolean lower = wanted < sent * SHARE_PERCENT / 100;
    gboolean higher = limit->bps && (wanted == G_MAXUINT64 || wanted > limit->bps * 110 / 100) && now_us - limit->told_us >= RAISE_EVERY_US;

    if (!rate_bps || (!lower && !higher))
        return FALSE;
    limit->bps = wanted > PUBLISHER_LIMIT_NONE_BPS ? 0 : wanted;
    limit->told_us = now_us;
    return TRUE;
}

guint64
publisher_limit_cost(const PublisherLimit *limit, guint64 rate_bps, gint64 now_us)
{
    return limit->bps && now_us - limit->told_us < PATIENCE_US ? MIN(rate_bps, limit->bps) : rate_bps;
}
