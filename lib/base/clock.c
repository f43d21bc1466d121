#include "clock.h"

static gint64
system_wall_us(const Clock *clock)
{
    return g_get_real_time();
}

static gint64
system_mono_us(const Clock *clock)
{
    return g_get_monotonic_time();
}

const Clock *
clock_system(void)
{
    static const Clock system_clock = { system_wall_us, system_mono_us };

    return &system_clock;
}

static gint64
fake_wall_us(const Clock *clock)
{
    return ((const FakeClock *) clock)->wall_us;
}

static gint64
fake_mono_us(const Clock *clock)
{
    return ((const FakeClock *) clock)->mono_us;
}

void
fake_clock_init(FakeClock *fake, gint64 wall_us)
{
    fake->base = (Clock){ fake_wall_us, fake_mono_us };
    fake->wall_us = wall_us;
    fake->mono_us = 1000000;
}

void
fake_clock_advance(FakeClock *fake, gint64 delta_us)
{
    fake->wall_us += delta_us;
    fake->mono_us += delta_us;
}
