#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netsim-private.h"

/* What is read at once travels as one piece, the size of a segment on the Internet. */
#define PIECE_BYTES 1400
/* Small socket buffers, so that a slow link is felt by the sender and not hidden in this machine. */
#define SOCKET_BYTES (16 * 1024)
/* Under way per direction of a flow: 10 Mbit/s over 200 ms. A bounded rate bounds it further, see window(). */
#define WINDOW_BYTES (256 * 1024)

typedef struct Flow Flow;

typedef struct {
    NetsimWatch watch;
    Flow *flow;
    gboolean is_server;
    GByteArray *out;  /* has arrived, and its socket is full */
    gsize under_way;  /* read here, not yet arrived at the other end */
    gboolean ended;   /* nothing more to read */
    guint32 events;
} End;

struct Flow {
    NetsimTcp *tcp;
    guint64 number;
    End client, server;
    gboolean over;
};

struct NetsimTcp {
    Netsim *netsim;
    NetsimWatch watch;
    GHashTable *by_number;
    GPtrArray *over;
};

static End *
other(End *end)
{
    return end->is_server ? &end->flow->client : &end->flow->server;
}

static Impairment *
impairment_of(End *end)
{
    Netsim *netsim = end->flow->tcp->netsim;

    return end->is_server ? &netsim->down : &netsim->up;
}

static gsize
window(const Impairment *impairment)
{
    const ImpairmentSettings *settings = &impairment->settings;
    guint32 queue_ms = settings->queue_ms ? settings->queue_ms : IMPAIRMENT_QUEUE_MS;

    if (!settings->rate_kbit)
        return WINDOW_BYTES;
    return MAX((gsize)settings->rate_kbit * ((gsize)queue_ms + (gsize)(settings->delay_us / 1000)) / 8, 2 * PIECE_BYTES);
}

static gboolean
may_read(End *end)
{
    Netsim *netsim = end->flow->tcp->netsim;
    Impairment *impairment = impairment_of(end);

    return netsim->pass_tcp && !end->ended && !impairment->settings.blackout &&
           end->under_way + other(end)->out->len < window(impairment);
}

static void
update(End *end)
{
    guint32 events = (may_read(end) ? EPOLLIN : 0u) | (end->out->len ? EPOLLOUT : 0u);

    if (events == end->events || end->flow->over)
        return;
    end->events = events;
    netsim_change_watch(end->flow->tcp->netsim, &end->watch, events);
}

static void
flow_free(gpointer data)
{
    Flow *flow = data;

    g_byte_array_unref(flow->client.out);
    g_byte_array_unref(flow->server.out);
    g_free(flow);
}

/* With a reset: whoever waits for the rest is told at once. */
static void
end_flow(Flow *flow, gboolean reset)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};

    if (flow->over)
        return;
    flow->over = TRUE;
    if (reset) {
        setsockopt(flow->client.watch.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        setsockopt(flow->server.watch.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    netsim_unwatch(flow->tcp->netsim, &flow->client.watch);
    netsim_unwatch(flow->tcp->netsim, &flow->server.watch);
    g_ptr_array_add(flow->tcp->over, flow);
    g_hash_table_remove(flow->tcp->by_number, &flow->number);
}

static void
read_end(End *end)
{
    Netsim *netsim = end->flow->tcp->netsim;
    guint8 bytes[PIECE_BYTES];
    gssize n = recv(end->watch.fd, bytes, sizeof bytes, MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
        return;
    if (n < 0) {
        end_flow(end->flow, TRUE);
        return;
    }
    end->ended = n == 0;
    end->under_way += (gsize)n;
    if (!delay_queue_push(netsim->under_way, &(DelayedBytes){impairment_piece(impairment_of(end), netsim->now_us, (gsize)n), 0,
                                                             end->flow->number, !end->is_server, (gsize)n, bytes}))
        end_flow(end->flow, TRUE);
}

static void
write_end(End *end)
{
    gssize n = send(end->watch.fd, end->out->data, end->out->len, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n > 0)
        g_byte_array_remove_range(end->out, 0, (guint)n);
    else if (errno != EAGAIN)
        end_flow(end->flow, TRUE);
}

static void
end_ready(gpointer user, guint32 events)
{
    End *end = user;

    if (end->flow->over)
        return;
    if ((events & EPOLLOUT) && end->out->len)
        write_end(end);
    if (!end->flow->over && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && (may_read(end) || (events & EPOLLERR)))
        read_end(end);
    if (!end->flow->over && (events & EPOLLHUP) && end->ended)
        end_flow(end->flow, FALSE);
    update(end);
    update(other(end));
}

gboolean
netsim_tcp_deliver(NetsimTcp *tcp, const DelayedBytes *item)
{
    Flow *flow = g_hash_table_lookup(tcp->by_number, &item->flow);
    End *to, *from;

    if (!flow)
        return FALSE;
    to = item->up ? &flow->server : &flow->client;
    from = other(to);
    from->under_way -= item->length;
    if (item->length) {
        g_byte_array_append(to->out, item->data, (guint)item->length);
        write_end(to);
    } else {
        shutdown(to->watch.fd, SHUT_WR);
        if (to->ended)
            end_flow(flow, FALSE);
    }
    update(to);
    update(from);
    return TRUE;
}

static void
accept_one(gpointer user, guint32 events)
{
    NetsimTcp *tcp = user;
    Netsim *netsim = tcp->netsim;
    int size = SOCKET_BYTES;
    int fd = accept4(tcp->watch.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    Flow *flow;

    if (fd < 0 || server < 0 || (connect(server, (struct sockaddr *)&netsim->target, sizeof netsim->target) < 0 && errno != EINPROGRESS)) {
        if (fd >= 0)
            close(fd);
        if (server >= 0)
            close(server);
        return;
    }
    for (guint i = 0; i < 2; i++) {
        setsockopt(i ? fd : server, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        setsockopt(i ? fd : server, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    }
    flow = g_new0(Flow, 1);
    flow->tcp = tcp;
    flow->number = ++netsim->next_flow;
    flow->client = (End){{fd, end_ready, &flow->client}, flow, FALSE, g_byte_array_new(), 0, FALSE, 0};
    flow->server = (End){{server, end_ready, &flow->server}, flow, TRUE, g_byte_array_new(), 0, FALSE, 0};
    g_hash_table_insert(tcp->by_number, g_memdup2(&flow->number, sizeof flow->number), flow);
    netsim_watch(netsim, &flow->client.watch, 0);
    netsim_watch(netsim, &flow->server.watch, 0);
    update(&flow->client);
    update(&flow->server);
}

static void
each_flow(NetsimTcp *tcp, void (*func)(Flow *flow))
{
    g_autoptr(GList) flows = g_hash_table_get_values(tcp->by_number);

    for (GList *i = flows; i; i = i->next)
        func(i->data);
}

static void
resume_flow(Flow *flow)
{
    update(&flow->client);
    update(&flow->server);
}

static void
reset_flow(Flow *flow)
{
    end_flow(flow, TRUE);
}

void
netsim_tcp_resume(NetsimTcp *tcp)
{
    each_flow(tcp, resume_flow);
}

void
netsim_tcp_rebind(NetsimTcp *tcp)
{
    each_flow(tcp, reset_flow);
}

void
netsim_tcp_sweep(NetsimTcp *tcp)
{
    g_ptr_array_set_size(tcp->over, 0);
}

guint
netsim_tcp_flows(const NetsimTcp *tcp)
{
    return g_hash_table_size(tcp->by_number);
}

NetsimTcp *
netsim_tcp_new(Netsim *netsim, int fd)
{
    NetsimTcp *tcp = g_new0(NetsimTcp, 1);

    tcp->netsim = netsim;
    tcp->watch = (NetsimWatch){fd, accept_one, tcp};
    tcp->by_number = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    tcp->over = g_ptr_array_new_with_free_func(flow_free);
    netsim_watch(netsim, &tcp->watch, EPOLLIN);
    return tcp;
}

void
netsim_tcp_free(NetsimTcp *tcp)
{
    if (!tcp)
        return;
    netsim_tcp_rebind(tcp);
    netsim_unwatch(tcp->netsim, &tcp->watch);
    g_ptr_array_unref(tcp->over);
    g_hash_table_unref(tcp->by_number);
    g_free(tcp);
}
