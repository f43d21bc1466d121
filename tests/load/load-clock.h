/** The load client's clock: monotonic microseconds. A measuring tool has no use for a faked one. */
#pragma once

#include <glib.h>

#define LOAD_SECOND G_USEC_PER_SEC

static inline gint64
load_now_us(void)
{
    return g_get_monotonic_time();
}

static inline void
load_write16(guint8 *at, guint16 value)
{
    at[0] = (guint8)(value >> 8);
    at[1] = (guint8)value;
}

static inline void
load_write32(guint8 *at, guint32 value)
{
    load_write16(at, (guint16)(value >> 16));
    load_write16(at + 2, (guint16)value);
}

static inline guint16
load_read16(const guint8 *at)
{
    return (guint16)(at[0] << 8 | at[1]);
}

static inline guint32
load_read32(const guint8 *at)
{
    return (guint32)load_read16(at) << 16 | load_read16(at + 2);
}
