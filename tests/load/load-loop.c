#include "load-loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "load-clock.h"

#define DRAIN_US   (2 * G_TIME_SPAN_MILLISECOND)
#define TICK_US    (10 * G_TIME_SPAN_MILLISECOND)
#define EVENTS_MAX 64

struct LoadLoop {
    int epoll;
    GPtrArray *peers, *settled, *publishers;
    gint64 next_drain_us, next_tick_us;
    gboolean silent, readable;
    LoadInbox inbox;
};

LoadLoop *
load_loop_new(void)
{
    LoadLoop *loop = g_new0(LoadLoop, 1);

    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->peers = g_ptr_array_new_with_free_func((GDestroyNotify)load_peer_free);
    loop->settled = g_ptr_array_new();
    loop->publishers = g_ptr_array_new_with_free_func(g_free);
    load_inbox_init(&loop->inbox);
    return loop;
}

void
load_loop_free(LoadLoop *loop)
{
    if (!loop)
        return;
    g_ptr_array_unref(loop->publishers);
    g_ptr_array_unref(loop->settled);
    g_ptr_array_unref(loop->peers);
    close(loop->epoll);
    g_free(loop);
}

void
load_loop_add_peer(LoadLoop *loop, LoadPeer *peer)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};

    g_ptr_array_add(loop->peers, peer);
    epoll_ctl(loop->epoll, EPOLL_CTL_ADD, peer->fd, &event);
}

void
load_loop_settle_peer(LoadLoop *loop, LoadPeer *peer)
{
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, peer->fd, NULL);
    g_ptr_array_add(loop->settled, peer);
}

void
load_loop_remove_peer(LoadLoop *loop, LoadPeer *peer)
{
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, peer->fd, NULL);
    g_ptr_array_remove_fast(loop->settled, peer);
    g_ptr_array_remove_fast(loop->peers, peer);
}

void
load_loop_add_publisher(LoadLoop *loop, LoadPublisher *publisher)
{
    g_ptr_array_add(loop->publishers, publisher);
}

GPtrArray *
load_loop_publishers(LoadLoop *loop)
{
    return loop->publishers;
}

void
load_loop_silence(LoadLoop *loop)
{
    loop->silent = TRUE;
}

static gint64
do_due(LoadLoop *loop, gint64 now_us)
{
    gint64 next = MIN(loop->next_tick_us, loop->next_drain_us);

    for (guint i = 0; !loop->silent && i < loop->publishers->len; i++)
        next = MIN(next, load_publisher_send_due(g_ptr_array_index(loop->publishers, i), load_now_us()));
    if (now_us >= loop->next_tick_us) {
        for (guint i = 0; i < loop->peers->len; i++)
            load_peer_tick(g_ptr_array_index(loop->peers, i), now_us);
        loop->next_tick_us = now_us + TICK_US;
    }
    if (now_us >= loop->next_drain_us) {
        for (guint i = 0; i < loop->settled->len; i++)
            load_peer_read(g_ptr_array_index(loop->settled, i), &loop->inbox, now_us);
        loop->next_drain_us = load_now_us() + DRAIN_US;
    }
    return next;
}

static void
wait_once(LoadLoop *loop, gint64 until_us)
{
    struct epoll_event events[EVENTS_MAX];
    gint64 left = MAX(0, until_us - load_now_us());
    struct timespec timeout = {left / LOAD_SECOND, (left % LOAD_SECOND) * 1000};
    int n = epoll_pwait2(loop->epoll, events, EVENTS_MAX, &timeout, NULL);

    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr)
            load_peer_read(events[i].data.ptr, &loop->inbox, load_now_us());
        else
            loop->readable = TRUE;
    }
}

gboolean
load_loop_run_until(LoadLoop *loop, LoadCondition condition, gpointer user, gint64 timeout_us)
{
    gint64 deadline = load_now_us() + timeout_us;

    while (!condition || !condition(user)) {
        gint64 now_us = load_now_us();

        if (now_us >= deadline)
            return FALSE;
        wait_once(loop, MIN(do_due(loop, now_us), deadline));
    }
    return TRUE;
}

void
load_loop_run(LoadLoop *loop, gint64 for_us)
{
    load_loop_run_until(loop, NULL, NULL, for_us);
}

static gboolean
is_readable(gpointer user)
{
    return ((LoadLoop *)user)->readable;
}

gboolean
load_loop_run_until_readable(LoadLoop *loop, int fd, gint64 timeout_us)
{
    struct epoll_event event = {.events = EPOLLIN};

    loop->readable = FALSE;
    epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event);
    load_loop_run_until(loop, is_readable, loop, timeout_us);
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
    return loop->readable;
}
