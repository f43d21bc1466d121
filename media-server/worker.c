#include "worker-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "camera.h"
#include "connection.h"
#include "room.h"

#define EVENTS_MAX 16
/* Timers that fall this near together are served in one wake-up. */
#define TIMER_SLACK_US (2 * G_TIME_SPAN_MILLISECOND)
#define ROOM_TICK_US   (500 * G_TIME_SPAN_MILLISECOND)

/* --- setting up --- */

static gboolean
fail(GError **error, const char *what)
{
    int code = errno;

    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "%s: %s", what, g_strerror(code));
    return FALSE;
}

static void timer_ready(gpointer user, guint32 events);

static void
send_stream(gpointer user, const NetAddress *to, const guint8 *data, gsize length)
{
    Worker *worker = user;

    if (worker->streams)
        tcp_streams_send(worker->streams, to, data, length);
}

Worker *
worker_new(const WorkerConfig *config, GError **error)
{
    g_autoptr(Worker) worker = g_new0(Worker, 1);
    int tcp;

    worker->config = *config;
    worker->udp_watch = (WorkerWatch){-1, worker_udp_ready, worker};
    worker->mail_watch = (WorkerWatch){eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), NULL, worker};
    worker->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop_timer_init(&worker->timer);
    worker->timer_watch = (WorkerWatch){worker->timer.fd, timer_ready, worker};
    g_mutex_init(&worker->mail_lock);
    worker->mail = g_array_new(FALSE, FALSE, sizeof(Mail));
    worker->rooms = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)room_free);
    worker->by_key = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    worker->by_ssrc = g_hash_table_new(NULL, NULL);
    worker->by_address = g_hash_table_new_full(net_address_hash, net_address_equal, g_free, NULL);
    worker->connections = g_ptr_array_new();
    worker->awake = g_ptr_array_new();
    worker->settling = g_ptr_array_new();
    worker->unflushed = g_ptr_array_new();
    worker->leaving = g_ptr_array_new_with_free_func((GDestroyNotify)camera_free);
    worker->now_us = clock_mono_us(config->clock);
    worker->next_due_us = G_MAXINT64;
    worker_prepare_receiving(worker);
    if (worker->epoll < 0 || worker->mail_watch.fd < 0 || worker->timer.fd < 0) {
        fail(error, "epoll, eventfd or timerfd");
        return NULL;
    }
    if (!worker_bind_sockets(worker, &tcp, error))
        return NULL;
    if (tcp >= 0)
        worker->streams = tcp_streams_new(worker, tcp);
    worker->identity = dtls_identity_new(error);
    if (!worker->identity)
        return NULL;
    worker_find_candidates(worker);
    worker->batch = send_batch_new(worker->udp_watch.fd, worker->family);
    send_batch_set_stream(worker->batch, send_stream, worker);
    if (!worker_watch(worker, &worker->udp_watch, EPOLLIN) ||
        !worker_watch(worker, &worker->mail_watch, EPOLLIN) ||
        !worker_watch(worker, &worker->timer_watch, EPOLLIN | EPOLLET)) {
        fail(error, "epoll_ctl");
        return NULL;
    }
    return g_steal_pointer(&worker);
}

void
worker_free(Worker *worker)
{
    if (!worker)
        return;
    g_hash_table_unref(worker->rooms);
    tcp_streams_free(worker->streams);
    g_hash_table_unref(worker->by_key);
    g_hash_table_unref(worker->by_ssrc);
    g_hash_table_unref(worker->by_address);
    g_ptr_array_unref(worker->connections);
    g_ptr_array_unref(worker->awake);
    g_ptr_array_unref(worker->settling);
    g_ptr_array_unref(worker->unflushed);
    g_ptr_array_unref(worker->leaving);
    worker_free_receiving(worker);
    for (guint i = 0; i < worker->n_candidates; i++)
        g_free((char *)worker->candidates[i].ip);
    dtls_identity_unref(worker->identity);
    send_batch_free(worker->batch);
    g_array_unref(worker->mail);
    g_mutex_clear(&worker->mail_lock);
    if (worker->udp_watch.fd >= 0)
        close(worker->udp_watch.fd);
    if (worker->mail_watch.fd >= 0)
        close(worker->mail_watch.fd);
    loop_timer_clear(&worker->timer);
    if (worker->epoll >= 0)
        close(worker->epoll);
    g_free(worker);
}

guint16
worker_port(const Worker *worker)
{
    return worker->port;
}

/* --- mail --- */

void
worker_post(Worker *worker, WorkerFunc func, gpointer data)
{
    Mail mail = {func, data};
    guint64 one = 1;

    g_mutex_lock(&worker->mail_lock);
    g_array_append_val(worker->mail, mail);
    g_mutex_unlock(&worker->mail_lock);
    if (write(worker->mail_watch.fd, &one, sizeof one) < 0)
        return; /* the counter is full: it is readable */
}

static void
read_mail(Worker *worker)
{
    g_autoptr(GArray) mail = NULL;
    guint64 count;

    if (read(worker->mail_watch.fd, &count, sizeof count) < 0)
        return;
    g_mutex_lock(&worker->mail_lock);
    mail = worker->mail;
    worker->mail = g_array_new(FALSE, FALSE, sizeof(Mail));
    g_mutex_unlock(&worker->mail_lock);
    for (guint i = 0; i < mail->len; i++) {
        Mail *item = &g_array_index(mail, Mail, i);

        item->func(worker, item->data);
    }
}

/* --- the loop --- */

/* Whatever was touched says when it wants to be looked at again. What has closed goes. */
static void
settle_awake(Worker *worker)
{
    GPtrArray *awake = worker->awake;

    worker->awake = worker->settling;
    worker->settling = awake;
    for (guint i = 0; i < awake->len; i++) {
        Connection *connection = g_ptr_array_index(awake, i);

        connection_set_awake(connection, FALSE);
        worker->next_due_us = MIN(worker->next_due_us, connection_settle(connection));
        if (connection_is_over(connection))
            room_connection_over(connection_room(connection), connection);
    }
    g_ptr_array_set_size(awake, 0);
}

static void
run_timers(Worker *worker)
{
    gint64 next = G_MAXINT64;

    for (guint i = 0; i < worker->connections->len; i++) {
        Connection *connection = g_ptr_array_index(worker->connections, i);
        gint64 due = connection_due_us(connection);

        if (due <= worker->now_us + TIMER_SLACK_US)
            worker_wake(worker, connection);
        else
            next = MIN(next, due);
    }
    if (worker->now_us >= worker->next_tick_us) {
        GHashTableIter iter;
        gpointer room;

        g_hash_table_iter_init(&iter, worker->rooms);
        while (g_hash_table_iter_next(&iter, NULL, &room))
            room_tick(room);
        worker->next_tick_us = worker->now_us + ROOM_TICK_US;
    }
    if (g_hash_table_size(worker->rooms))
        next = MIN(next, worker->next_tick_us);
    worker->next_due_us = next;
}

static void
flush_feeds(Worker *worker)
{
    for (guint i = 0; i < worker->unflushed->len; i++)
        room_flush_feed(g_ptr_array_index(worker->unflushed, i));
    g_ptr_array_set_size(worker->unflushed, 0);
}

/* What is due is done once per wake-up, whatever the reason for that. */
static void
timer_ready(gpointer user, guint32 events)
{
}

static int
wait_for_events(Worker *worker, struct epoll_event *events)
{
    loop_timer_wake_by(&worker->timer, worker->next_due_us);
    return epoll_wait(worker->epoll, events, EVENTS_MAX, -1);
}

static gpointer
worker_run(gpointer data)
{
    Worker *worker = data;
    struct epoll_event events[EVENTS_MAX];
    clockid_t cpu_clock;

    if (pthread_getcpuclockid(pthread_self(), &cpu_clock) == 0)
        g_atomic_int_set(&worker->cpu_clock, cpu_clock);
    while (!worker->stopping) {
        int n = wait_for_events(worker, events);
        gboolean mail = FALSE;

        worker->statistics.wakeups++;
        worker->now_us = clock_mono_us(worker->config.clock);
        loop_timer_passed(&worker->timer, worker->now_us);
        for (int i = 0; i < n; i++) {
            WorkerWatch *watch = events[i].data.ptr;

            if (watch == &worker->mail_watch)
                mail = TRUE; /* last: it may free what the other events point to */
            else
                watch->ready(watch->user, events[i].events);
        }
        if (mail)
            read_mail(worker);
        if (worker->now_us >= worker->next_due_us)
            run_timers(worker);
        settle_awake(worker);
        send_batch_flush(worker->batch);
        flush_feeds(worker);
        if (worker->streams)
            worker->next_due_us = MIN(worker->next_due_us, tcp_streams_settle(worker->streams, worker->now_us));
    }
    g_hash_table_remove_all(worker->rooms);
    send_batch_flush(worker->batch);
    g_ptr_array_set_size(worker->leaving, 0); /* waits for their threads */
    g_atomic_int_set(&worker->cpu_clock, 0);  /* its number may become another thread's */
    return NULL;
}

gint64
worker_cpu_us(const Worker *worker)
{
    struct timespec used;
    clockid_t cpu_clock = g_atomic_int_get(&worker->cpu_clock);

    if (!cpu_clock || clock_gettime(cpu_clock, &used) < 0)
        return 0;
    return (gint64)used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

void
worker_start(Worker *worker)
{
    worker->thread = g_thread_new("room-worker", worker_run, worker);
}

static void
stop(Worker *worker, gpointer data)
{
    worker->stopping = TRUE;
}

void
worker_stop(Worker *worker)
{
    worker_post(worker, stop, NULL);
    g_thread_join(worker->thread);
    worker->thread = NULL;
}
