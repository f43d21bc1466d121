/**
 * LoopTimer — one timerfd in an epoll loop, set only when it must go off earlier than it would. A loop that
 * hands its next deadline to every epoll_wait() arms and disarms a timer of the kernel for every packet that
 * wakes it, which costs more than receiving that packet. One thread.
 */
#pragma once

#include <glib.h>

typedef struct {
    int fd; /* for epoll, edge-triggered; −1 = there is none */
    gint64 armed_us;
} LoopTimer;

/** CLOCK_MONOTONIC. FALSE with errno set. */
gboolean loop_timer_init(LoopTimer *timer);
void loop_timer_clear(LoopTimer *timer);

/** Before the loop sleeps: it wakes by `due_us` (G_MAXINT64 = never), and perhaps earlier for nothing. */
void loop_timer_wake_by(LoopTimer *timer, gint64 due_us);
/** When it woke. */
void loop_timer_passed(LoopTimer *timer, gint64 now_us);
