/**
 * What the files of a Worker share, and nobody else includes: worker.c (its life and its loop), worker-sockets.c (the ports and
 * addresses it is reached by), worker-receive.c (from a datagram to its connection), worker-members.c (what lives on it).
 */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "loop-timer.h"
#include "tcp-streams.h"
#include "worker.h"

#define RECEIVE_BATCH  64
#define CANDIDATES_MAX 16

typedef struct {
    WorkerFunc func;
    gpointer data;
} Mail;

typedef struct {
    GstBuffer *buffer;
    guint8 *data; /* of its one memory, which stays where it is */
    struct sockaddr_storage from;
} Receive;

struct Worker {
    WorkerConfig config;
    GThread *thread;
    gint cpu_clock; /* clockid_t of the thread; 0 = it does not run: atomic */
    gboolean stopping; /* worker's thread */

    GMutex mail_lock;
    GArray *mail;
    WorkerWatch mail_watch;

    int epoll;
    int family;
    guint16 port;
    WorkerWatch udp_watch;
    TcpStreams *streams; /* NULL without ICE-TCP */
    SendBatch *batch;
    DtlsIdentity *identity;
    SdpCandidate candidates[CANDIDATES_MAX];
    guint n_candidates;

    LoopTimer timer;
    WorkerWatch timer_watch;
    gint64 now_us;
    gint64 next_due_us;
    gint64 next_tick_us;
    GHashTable *rooms;      /* id -> Room */
    GHashTable *by_key;     /* guint64 -> Connection */
    GHashTable *by_ssrc;    /* guint32 -> Connection that announced it */
    GHashTable *by_address; /* NetAddress -> Connection */
    GPtrArray *connections;
    GPtrArray *awake;     /* connections to look at before sleeping */
    GPtrArray *settling;  /* the other one of the pair, while they are looked at */
    GPtrArray *unflushed; /* rooms whose feed has something to write */
    GPtrArray *leaving;   /* cameras whose threads have not ended yet; owned */
    WorkerStatistics statistics;

    Receive *current;
    Receive receives[RECEIVE_BATCH];
    struct mmsghdr messages[RECEIVE_BATCH];
    struct iovec vectors[RECEIVE_BATCH];
};

/** The UDP port, and the same number for TCP if that is wanted: else `*ret_tcp` is -1. */
gboolean worker_bind_sockets(Worker *worker, int *ret_tcp, GError **error);
/** After the port is known. */
void worker_find_candidates(Worker *worker);

void worker_prepare_receiving(Worker *worker);
void worker_free_receiving(Worker *worker);
/** WorkerWatch.ready of the UDP port. */
void worker_udp_ready(gpointer user, guint32 events);
