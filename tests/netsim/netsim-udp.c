#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netsim-private.h"

#define DATAGRAM_MAX 65536
/* Datagrams per wake-up and socket, so that none starves the others. */
#define ROUND 64

typedef struct {
    NetsimWatch watch; /* the socket toward the server: what the server takes for the client's address */
    NetsimUdp *udp;
    guint64 number;
    struct sockaddr_in client;
} Flow;

struct NetsimUdp {
    Netsim *netsim;
    NetsimWatch watch;
    GHashTable *by_client; /* address and port -> Flow */
    GHashTable *by_number;
    GPtrArray *over;
    guint8 bytes[DATAGRAM_MAX];
};

static guint64
client_key(const struct sockaddr_in *client)
{
    return (guint64)ntohl(client->sin_addr.s_addr) << 16 | ntohs(client->sin_port);
}

static void
send_off(NetsimUdp *udp, guint64 flow, gboolean up, gsize length)
{
    Netsim *netsim = udp->netsim;
    gint64 due_us[IMPAIRMENT_COPIES_MAX];
    guint copies;

    if (!netsim->pass_udp)
        return;
    copies = impairment_packet(up ? &netsim->up : &netsim->down, netsim->now_us, length, due_us);
    for (guint i = 0; i < copies; i++)
        delay_queue_push(netsim->under_way, &(DelayedBytes){due_us[i], 0, flow, up, length, udp->bytes});
}

/* --- from the server --- */

static void
upstream_ready(gpointer user, guint32 events)
{
    Flow *flow = user;
    NetsimUdp *udp = flow->udp;

    for (guint i = 0; i < ROUND; i++) {
        gssize n = recv(flow->watch.fd, udp->bytes, sizeof udp->bytes, MSG_DONTWAIT);

        if (n < 0)
            return;
        send_off(udp, flow->number, FALSE, (gsize)n);
    }
}

static void
flow_free(gpointer data)
{
    g_free(data);
}

static Flow *
new_flow(NetsimUdp *udp, const struct sockaddr_in *client)
{
    Netsim *netsim = udp->netsim;
    Flow *flow = g_new0(Flow, 1);
    guint64 key = client_key(client);

    *flow = (Flow){{socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), upstream_ready, flow}, udp, ++netsim->next_flow, *client};
    if (flow->watch.fd < 0 || connect(flow->watch.fd, (struct sockaddr *)&netsim->target, sizeof netsim->target) < 0 ||
        !netsim_watch(netsim, &flow->watch, EPOLLIN)) {
        if (flow->watch.fd >= 0)
            close(flow->watch.fd);
        g_free(flow);
        return NULL;
    }
    g_hash_table_replace(udp->by_client, g_memdup2(&key, sizeof key), flow);
    g_hash_table_replace(udp->by_number, g_memdup2(&flow->number, sizeof flow->number), flow);
    return flow;
}

/* --- from the clients --- */

static void
client_ready(gpointer user, guint32 events)
{
    NetsimUdp *udp = user;

    for (guint i = 0; i < ROUND; i++) {
        struct sockaddr_in from;
        socklen_t from_length = sizeof from;
        gssize n = recvfrom(udp->watch.fd, udp->bytes, sizeof udp->bytes, MSG_DONTWAIT, (struct sockaddr *)&from, &from_length);
        guint64 key;
        Flow *flow;

        if (n < 0)
            return;
        key = client_key(&from);
        flow = g_hash_table_lookup(udp->by_client, &key);
        if (!flow)
            flow = new_flow(udp, &from);
        if (flow)
            send_off(udp, flow->number, TRUE, (gsize)n);
    }
}

gboolean
netsim_udp_deliver(NetsimUdp *udp, const DelayedBytes *item)
{
    Flow *flow = g_hash_table_lookup(udp->by_number, &item->flow);

    if (!flow)
        return FALSE;
    /* A full socket buffer loses the datagram, as a network would. */
    if (item->up)
        send(flow->watch.fd, item->data, item->length, MSG_DONTWAIT);
    else
        sendto(udp->watch.fd, item->data, item->length, MSG_DONTWAIT, (struct sockaddr *)&flow->client, sizeof flow->client);
    return TRUE;
}

static gboolean
end_flow(gpointer key, gpointer value, gpointer user)
{
    NetsimUdp *udp = user;
    Flow *flow = value;

    netsim_unwatch(udp->netsim, &flow->watch);
    g_ptr_array_add(udp->over, flow);
    return TRUE;
}

void
netsim_udp_rebind(NetsimUdp *udp)
{
    g_hash_table_remove_all(udp->by_client);
    g_hash_table_foreach_remove(udp->by_number, end_flow, udp);
}

void
netsim_udp_sweep(NetsimUdp *udp)
{
    g_ptr_array_set_size(udp->over, 0);
}

guint
netsim_udp_flows(const NetsimUdp *udp)
{
    return g_hash_table_size(udp->by_client);
}

NetsimUdp *
netsim_udp_new(Netsim *netsim, int fd)
{
    NetsimUdp *udp = g_new0(NetsimUdp, 1);

    udp->netsim = netsim;
    udp->watch = (NetsimWatch){fd, client_ready, udp};
    udp->by_client = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    udp->by_number = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    udp->over = g_ptr_array_new_with_free_func(flow_free);
    netsim_watch(netsim, &udp->watch, EPOLLIN);
    return udp;
}

void
netsim_udp_free(NetsimUdp *udp)
{
    if (!udp)
        return;
    netsim_udp_rebind(udp);
    netsim_unwatch(udp->netsim, &udp->watch);
    g_ptr_array_unref(udp->over);
    g_hash_table_unref(udp->by_client);
    g_hash_table_unref(udp->by_number);
    g_free(udp);
}
