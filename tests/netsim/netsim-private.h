/**
 * Netsim — what its parts share: one epoll loop, the two directions, what is under way. One thread.
 */
#pragma once

#include <glib.h>
#include <netinet/in.h>

#include "delay-queue.h"
#include "impairment.h"

typedef struct {
    int fd;
    void (*ready)(gpointer user, guint32 events);
    gpointer user;
} NetsimWatch;

typedef struct NetsimUdp NetsimUdp;
typedef struct NetsimTcp NetsimTcp;

typedef struct {
    int epoll;
    gint64 now_us;
    struct sockaddr_in target;
    Impairment up, down;
    DelayQueue *under_way;
    guint64 next_flow; /* numbers of UDP and TCP flows differ */
    gboolean pass_udp, pass_tcp;
    NetsimUdp *udp;
    NetsimTcp *tcp;
} Netsim;

gboolean netsim_watch(Netsim *netsim, NetsimWatch *watch, guint32 events);
void netsim_change_watch(Netsim *netsim, NetsimWatch *watch, guint32 events);
/** Closes the descriptor too; what it belongs to is freed after the loop's round is over, by _sweep(). */
void netsim_unwatch(Netsim *netsim, NetsimWatch *watch);

/** Datagrams: `fd` is bound, not connected. */
NetsimUdp *netsim_udp_new(Netsim *netsim, int fd);
void netsim_udp_free(NetsimUdp *udp);
/** What has arrived; FALSE when the flow is not of this kind. */
gboolean netsim_udp_deliver(NetsimUdp *udp, const DelayedBytes *item);
/** The clients' next datagrams leave from new ports; answers to the old ones are lost. */
void netsim_udp_rebind(NetsimUdp *udp);
guint netsim_udp_flows(const NetsimUdp *udp);

/** Streams: `fd` listens. */
NetsimTcp *netsim_tcp_new(Netsim *netsim, int fd);
void netsim_tcp_free(NetsimTcp *tcp);
gboolean netsim_tcp_deliver(NetsimTcp *tcp, const DelayedBytes *item);
/** Resets every stream. */
void netsim_tcp_rebind(NetsimTcp *tcp);
/** The settings have changed: who waited may read again. */
void netsim_tcp_resume(NetsimTcp *tcp);
guint netsim_tcp_flows(const NetsimTcp *tcp);
/** Frees flows that ended in this round of the loop. */
void netsim_tcp_sweep(NetsimTcp *tcp);
void netsim_udp_sweep(NetsimUdp *udp);
