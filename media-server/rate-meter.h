/** RateMeter — bits per second over the last whole second. Zero-initialise; plain value. */
#pragma once

#include <glib.h>

typedef struct {
    gint64 window_us;
    guint64 bytes, last_bytes;
} RateMeter;

static inline void
rate_meter_advance(RateMeter *meter, gint64 now_us)
{
    if (now_us - meter->window_us < G_USEC_PER_SEC)
        return;
    meter->last_bytes = now_us - meter->window_us < 2 * G_USEC_PER_SEC ? meter->bytes : 0;
    meter->bytes = 0;
    meter->window_us = now_us;
}

static inline void
rate_meter_add(RateMeter *meter, gsize bytes, gint64 now_us)
{
    rate_meter_advance(meter, now_us);
    meter->bytes += bytes;
}

static inline guint64
rate_meter_bits_per_second(RateMeter meter, gint64 now_us)
{
    rate_meter_advance(&meter, now_us);
    return meter.last_bytes * 8;
}
