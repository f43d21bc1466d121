/**
 * Clock — where the time comes from, so that tests can fake it.
 *
 * wall_us: microseconds since the Unix epoch, may jump (NTP, an administrator).
 * mono_us: microseconds since an arbitrary start, never goes back; use it for every duration and timeout.
 * A Clock is immutable after construction and may be used by all threads; the fake one belongs to one test.
 */
#pragma once

#include <glib.h>

typedef struct Clock Clock;

struct Clock {
    gint64 (*wall_us)(const Clock *clock);
    gint64 (*mono_us)(const Clock *clock);
};

/** The machine's clock; static, never freed. */
const Clock *clock_system(void);

static inline gint64
clock_wall_us(const Clock *clock)
{
    return clock->wall_us(clock);
}

static inline gint64
clock_mono_us(const Clock *clock)
{
    return clock->mono_us(clock);
}

/** For tests: set the two fields by hand. `base` comes first, so &fake.base is a Clock. */
typedef struct {
    Clock base;
    gint64 wall_us;
    gint64 mono_us;
} FakeClock;

void fake_clock_init(FakeClock *fake, gint64 wall_us);
void fake_clock_advance(FakeClock *fake, gint64 delta_us);
