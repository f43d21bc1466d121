#include "loop-timer.h"

#include <sys/timerfd.h>
#include <unistd.h>

gboolean
loop_timer_init(LoopTimer *timer)
{
    timer->armed_us = G_MAXINT64;
    timer->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return timer->fd >= 0;
}

void
loop_timer_clear(LoopTimer *timer)
{
    if (timer->fd >= 0)
        close(timer->fd);
    timer->fd = -1;
}

void
loop_timer_wake_by(LoopTimer *timer, gint64 due_us)
{
    gint64 at_us = MAX(1, due_us); /* 0 would disarm it */
    struct itimerspec when = {.it_value = {at_us / G_USEC_PER_SEC, at_us % G_USEC_PER_SEC * 1000}};

    if (due_us >= timer->armed_us)
        return;
    timer->armed_us = due_us;
    timerfd_settime(timer->fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void
loop_timer_passed(LoopTimer *timer, gint64 now_us)
{
    if (now_us >= timer->armed_us)
        timer->armed_us = G_MAXINT64;
}
