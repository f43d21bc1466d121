/**
 * PublisherLimit — how much video a publisher with one layer is asked to send: what the best of those who get it can take,
 * never what the worst can. The recorder can take everything. Pure; plain value; zero-initialise.
 */
#pragma once

#include <glib.h>

/* Nobody's phone sends more, so there is nothing to ask above it. */
#define PUBLISHER_LIMIT_NONE_BPS 2400000
/* Below this a picture is no picture; who cannot take it gets none. */
#define PUBLISHER_LIMIT_MIN_BPS 150000

typedef struct {
    guint64 bps; /* in force; 0 = none */
    gint64 told_us;
} PublisherLimit;

/** `best_bps`: what the best receiver can take, G_MAXUINT64 = everything. `rate_bps`: what is being sent. TRUE if the
 * publisher is to be told `limit->bps` now. */
gboolean publisher_limit_update(PublisherLimit *limit, guint64 best_bps, guint64 rate_bps, gint64 now_us);

/** What the track will cost soon: an encoder takes a moment to follow. */
guint64 publisher_limit_cost(const PublisherLimit *limit, guint64 rate_bps, gint64 now_us);
