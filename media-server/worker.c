#include "worker.h"

#include <errno.h>
#include <gio/gio.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "log.h"
#include "loop-timer.h"
#include "room.h"
#include "rfc4571.h"
#include "tcp-streams.h"

#define RECEIVE_BATCH 64
#define RECEIVE_BYTES                                                                                        \
    2048 /* an Ethernet frame, and DTLS flights of jumbo frames are cut, which DTLS survives */
#define RTP_HEADER_BYTES 12
#define RECEIVE_ROUNDS 4 /* per wake-up, so that timers and mail are not starved by a flood */
#define SOCKET_BUFFER  (4 * 1024 * 1024)
#define CANDIDATES_MAX 16
#define EVENTS_MAX     16
/* When the system chooses the port, the same one must be free for TCP too. */
#define BIND_ATTEMPTS  50
#define LISTEN_BACKLOG 128
/* Timers that fall this near together are served in one wake-up. */
#define TIMER_SLACK_US (2 * G_TIME_SPAN_MILLISECOND)
#define ROOM_TICK_US   (500 * G_TIME_SPAN_MILLISECOND)

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

/* --- setting up --- */

static gboolean
fail(GError **error, const char *what)
{
    int code = errno;

    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "%s: %s", what, g_strerror(code));
    return FALSE;
}

static gboolean
bind_socket(Worker *worker, GError **error)
{
    NetAddress address;
    struct sockaddr_storage to;
    socklen_t length;
    int size = SOCKET_BUFFER, off = 0;

    if (!net_address_parse(&address, worker->config.listen, worker->config.port)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s is not an IP address",
                    worker->config.listen);
        return FALSE;
    }
    worker->family = address.family == NET_FAMILY_V6 ? AF_INET6 : AF_INET;
    worker->udp_watch.fd = socket(worker->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (worker->udp_watch.fd < 0)
        return fail(error, "socket");
    if (worker->family == AF_INET6)
        setsockopt(worker->udp_watch.fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    /* FORCE needs a privilege; without it the system's limit stands, which is a matter of bursts, not of
     * function. */
    if (setsockopt(worker->udp_watch.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
        setsockopt(worker->udp_watch.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (setsockopt(worker->udp_watch.fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0)
        setsockopt(worker->udp_watch.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    length = net_address_to_sockaddr(&address, worker->family, &to);
    if (bind(worker->udp_watch.fd, (struct sockaddr *)&to, length) < 0)
        return fail(error, "bind");
    length = sizeof to;
    if (getsockname(worker->udp_watch.fd, (struct sockaddr *)&to, &length) < 0)
        return fail(error, "getsockname");
    net_address_from_sockaddr(&address, (struct sockaddr *)&to, length);
    worker->port = address.port;
    return TRUE;
}

/* Listens on the UDP port's number; -1 when that is taken, or ICE-TCP is not wanted. */
static int
listen_tcp(Worker *worker)
{
    NetAddress address;
    struct sockaddr_storage to;
    int one = 1, off = 0;
    int fd = socket(worker->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    net_address_parse(&address, worker->config.listen, worker->port);
    if (worker->family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&to, net_address_to_sockaddr(&address, worker->family, &to)) == 0 && listen(fd, LISTEN_BACKLOG) == 0)
        return fd;
    int code = errno;

    close(fd);
    errno = code;
    return -1;
}

static gboolean
bind_sockets(Worker *worker, int *ret_tcp, GError **error)
{
    *ret_tcp = -1;
    for (guint i = 0; i < BIND_ATTEMPTS; i++) {
        if (!bind_socket(worker, error))
            return FALSE;
        if (!worker->config.tcp)
            return TRUE;
        *ret_tcp = listen_tcp(worker);
        if (*ret_tcp >= 0)
            return TRUE;
        if (worker->config.port || errno != EADDRINUSE)
            break;
        close(worker->udp_watch.fd);
        worker->udp_watch.fd = -1;
    }
    return fail(error, "listen (TCP)");
}

static void
add_candidate(Worker *worker, const char *ip)
{
    guint16 port = worker->config.announce_port ? worker->config.announce_port : worker->port;

    if (worker->n_candidates < CANDIDATES_MAX / 2)
        worker->candidates[worker->n_candidates++] = (SdpCandidate){g_strdup(ip), port, FALSE};
}

static gboolean
is_any(const NetAddress *address)
{
    static const guint8 zero[16];

    return memcmp(address->bytes, zero, sizeof zero) == 0;
}

static void
add_interface_candidates(Worker *worker)
{
    struct ifaddrs *list = NULL;

    if (getifaddrs(&list) < 0)
        return;
    for (struct ifaddrs *i = list; i; i = i->ifa_next) {
        NetAddress address;
        char text[NET_ADDRESS_TEXT_MAX];
        socklen_t length = i->ifa_addr && i->ifa_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                                             : sizeof(struct sockaddr_in);

        if (!i->ifa_addr || (i->ifa_flags & IFF_LOOPBACK) || !(i->ifa_flags & IFF_UP) ||
            !net_address_from_sockaddr(&address, i->ifa_addr, length) || address.scope)
            continue;
        if (address.family == NET_FAMILY_V6 && worker->family == AF_INET)
            continue;
        add_candidate(worker, net_address_ip(&address, text));
    }
    freeifaddrs(list);
}

/* After those over UDP, which are preferred. */
static void
add_tcp_candidates(Worker *worker)
{
    for (guint i = 0, n = worker->n_candidates; worker->config.tcp && i < n; i++)
        worker->candidates[worker->n_candidates++] = (SdpCandidate){g_strdup(worker->candidates[i].ip), worker->candidates[i].port, TRUE};
}

static void
find_udp_candidates(Worker *worker)
{
    NetAddress bound;

    if (worker->config.announce) {
        for (const char *const *ip = worker->config.announce; *ip; ip++)
            add_candidate(worker, *ip);
        return;
    }
    if (net_address_parse(&bound, worker->config.listen, 0) && !is_any(&bound)) {
        add_candidate(worker, worker->config.listen);
        return;
    }
    add_interface_candidates(worker);
    if (!worker->n_candidates) /* a machine without a network still serves itself */
        add_candidate(worker, "127.0.0.1");
}

static void
find_candidates(Worker *worker)
{
    find_udp_candidates(worker);
    add_tcp_candidates(worker);
}

static void
new_receive_buffer(Receive *receive)
{
    GstMapInfo map;

    receive->buffer = gst_buffer_new_allocate(NULL, RECEIVE_BYTES, NULL);
    gst_buffer_map(receive->buffer, &map, GST_MAP_WRITE);
    receive->data = map.data;
    gst_buffer_unmap(receive->buffer, &map);
}

static void
prepare_message(Worker *worker, guint index)
{
    Receive *receive = &worker->receives[index];

    worker->vectors[index] = (struct iovec){receive->data, RECEIVE_BYTES};
    worker->messages[index].msg_hdr = (struct msghdr){
        .msg_name = &receive->from,
        .msg_namelen = sizeof receive->from,
        .msg_iov = &worker->vectors[index],
        .msg_iovlen = 1,
    };
}

static void udp_ready(gpointer user, guint32 events);
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
    worker->udp_watch = (WorkerWatch){-1, udp_ready, worker};
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
    for (guint i = 0; i < RECEIVE_BATCH; i++) {
        new_receive_buffer(&worker->receives[i]);
        prepare_message(worker, i);
    }

    if (worker->epoll < 0 || worker->mail_watch.fd < 0 || worker->timer.fd < 0) {
        fail(error, "epoll, eventfd or timerfd");
        return NULL;
    }
    if (!bind_sockets(worker, &tcp, error))
        return NULL;
    if (tcp >= 0)
        worker->streams = tcp_streams_new(worker, tcp);
    worker->identity = dtls_identity_new(error);
    if (!worker->identity)
        return NULL;
    find_candidates(worker);
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
    for (guint i = 0; i < RECEIVE_BATCH; i++)
        gst_buffer_unref(worker->receives[i].buffer);
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

/* --- receiving --- */

static Connection *
find_connection(Worker *worker, const NetAddress *from, const guint8 *data, gsize length)
{
    Connection *connection;
    guint64 key;

    /* A check is looked up by its key even when the address is known: a browser may use one port for its next
     * connection. */
    if (peer_transport_peek_key(data, length, &key))
        return g_hash_table_lookup(worker->by_key, &key);
    connection = g_hash_table_lookup(worker->by_address, from);
    /* RTP of somebody whose address has changed? RTCP waits for it. */
    if (!connection && length >= RTP_HEADER_BYTES && data[0] >> 6 == 2 && !(data[1] >= 192 && data[1] <= 223))
        connection = g_hash_table_lookup(worker->by_ssrc, GUINT_TO_POINTER((guint)data[8] << 24 | (guint)data[9] << 16 | (guint)data[10] << 8 | data[11]));
    return connection;
}

static void
receive_packet(Worker *worker, Receive *receive, const NetAddress *from, gsize length)
{
    Connection *connection;

    worker->statistics.datagrams++;
    worker->statistics.bytes += length;
    connection = find_connection(worker, from, receive->data, length);
    if (!connection) {
        worker->statistics.unknown++;
        return;
    }
    worker->current = receive;
    connection_receive(connection, from, receive->data, length);
    worker->current = NULL;
    worker_wake(worker, connection);

    /* Whoever kept the buffer keeps it; else it is used again. */
    if (GST_MINI_OBJECT_REFCOUNT_VALUE(receive->buffer) > 1) {
        gst_buffer_unref(receive->buffer);
        new_receive_buffer(receive);
    } else {
        gsize offset;

        gst_buffer_get_sizes(receive->buffer, &offset, NULL);
        gst_buffer_resize(receive->buffer, -(gssize)offset, RECEIVE_BYTES);
    }
}

static void
receive_datagram(Worker *worker, Receive *receive, gsize length, socklen_t from_length)
{
    NetAddress from;

    if (net_address_from_sockaddr(&from, (struct sockaddr *)&receive->from, from_length))
        receive_packet(worker, receive, &from, length);
}

void
worker_receive_frame(Worker *worker, const NetAddress *from, const guint8 *data, gsize length)
{
    Receive *receive = &worker->receives[0]; /* free: datagrams are received and handled in one go */

    G_STATIC_ASSERT(RFC4571_FRAME_MAX <= RECEIVE_BYTES);
    memcpy(receive->data, data, length);
    receive_packet(worker, receive, from, length);
}

void
worker_recovered(Worker *worker, const NetAddress *peer)
{
    Connection *connection = g_hash_table_lookup(worker->by_address, peer);

    if (connection)
        connection_want_key_frames(connection);
}

static gboolean
receive_round(Worker *worker)
{
    int n = recvmmsg(worker->udp_watch.fd, worker->messages, RECEIVE_BATCH, MSG_DONTWAIT, NULL);

    for (int i = 0; i < n; i++) {
        if (!(worker->messages[i].msg_hdr.msg_flags & MSG_TRUNC))
            receive_datagram(worker, &worker->receives[i], worker->messages[i].msg_len,
                             worker->messages[i].msg_hdr.msg_namelen);
        prepare_message(worker, (guint)i);
    }
    return n == RECEIVE_BATCH;
}

static void
udp_ready(gpointer user, guint32 events)
{
    for (guint i = 0; i < RECEIVE_ROUNDS && receive_round(user); i++)
        ;
}

GstBuffer *
worker_current_buffer(Worker *worker, guint8 **ret_data)
{
    *ret_data = worker->current->data;
    return worker->current->buffer;
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
    return NULL;
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

/* --- what lives on it --- */

const gint64 *
worker_now_us(const Worker *worker)
{
    return &worker->now_us;
}

const Clock *
worker_clock(const Worker *worker)
{
    return worker->config.clock;
}

SendBatch *
worker_batch(Worker *worker)
{
    return worker->batch;
}

guint
worker_room_connections_max(const Worker *worker)
{
    return worker->config.room_connections_max;
}

gboolean
worker_is_at_capacity(const Worker *worker)
{
    return g_atomic_int_get(worker->config.node_connections) >= worker->config.node_connections_max;
}

DtlsIdentity *
worker_identity(Worker *worker)
{
    return worker->identity;
}

const NetworkList *
worker_camera_networks(const Worker *worker)
{
    return worker->config.camera_networks;
}

void
worker_keep_camera(Worker *worker, Camera *camera)
{
    g_ptr_array_add(worker->leaving, camera);
}

void
worker_forget_camera(Worker *worker, Camera *camera)
{
    g_ptr_array_remove_fast(worker->leaving, camera);
}

const SdpCandidate *
worker_candidates(const Worker *worker, guint *ret_n)
{
    *ret_n = worker->n_candidates;
    return worker->candidates;
}

gboolean
worker_add_connection(Worker *worker, Connection *connection, guint64 key)
{
    if (g_hash_table_contains(worker->by_key, &key))
        return FALSE;
    g_hash_table_insert(worker->by_key, g_memdup2(&key, sizeof key), connection);
    g_ptr_array_add(worker->connections, connection);
    g_atomic_int_inc(worker->config.node_connections);
    worker_wake(worker, connection);
    return TRUE;
}

void
worker_add_ssrc(Worker *worker, Connection *connection, guint32 ssrc)
{
    g_hash_table_replace(worker->by_ssrc, GUINT_TO_POINTER(ssrc), connection);
}

static gboolean
is_of(gpointer ssrc, gpointer connection, gpointer wanted)
{
    return connection == wanted;
}

void
worker_remove_connection(Worker *worker, Connection *connection, guint64 key)
{
    if (g_hash_table_lookup(worker->by_key, &key) == connection)
        g_hash_table_remove(worker->by_key, &key);
    if (g_ptr_array_remove_fast(worker->connections, connection)) /* else it never got its key */
        g_atomic_int_add(worker->config.node_connections, -1);
    g_hash_table_foreach_remove(worker->by_ssrc, is_of, connection);
    g_ptr_array_remove_fast(worker->awake, connection);
}

void
worker_address(Worker *worker, Connection *connection, const NetAddress *address, gboolean valid)
{
    if (valid)
        g_hash_table_replace(worker->by_address, g_memdup2(address, sizeof *address), connection);
    else if (g_hash_table_lookup(worker->by_address, address) == connection)
        g_hash_table_remove(worker->by_address, address);
    if (address->stream && worker->streams)
        tcp_streams_claim(worker->streams, address, valid);
}

void
worker_wake(Worker *worker, Connection *connection)
{
    if (connection_set_awake(connection, TRUE))
        g_ptr_array_add(worker->awake, connection);
}

void
worker_flush_later(Worker *worker, Room *room)
{
    g_ptr_array_add(worker->unflushed, room);
}

void
worker_forget_room(Worker *worker, Room *room)
{
    while (g_ptr_array_remove_fast(worker->unflushed, room))
        ;
}

gboolean
worker_watch(Worker *worker, WorkerWatch *watch, guint32 events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    return epoll_ctl(worker->epoll, EPOLL_CTL_ADD, watch->fd, &event) == 0;
}

void
worker_change_watch(Worker *worker, WorkerWatch *watch, guint32 events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    epoll_ctl(worker->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void
worker_unwatch(Worker *worker, WorkerWatch *watch)
{
    epoll_ctl(worker->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
}

void
worker_event(Worker *worker, json_t *event)
{
    char *text = json_dumps(event, JSON_COMPACT);

    json_decref(event);
    worker->config.event(g_strdup(text), worker->config.user);
    free(text);
}

Room *
worker_room(Worker *worker, const char *id)
{
    return g_hash_table_lookup(worker->rooms, id);
}

Room *
worker_ensure_room(Worker *worker, const char *id, gboolean *ret_created)
{
    Room *room = worker_room(worker, id);

    *ret_created = !room;
    if (!room) {
        room = room_new(worker, id);
        g_hash_table_insert(worker->rooms, (gpointer)room_id(room), room);
        worker->next_due_us = 0; /* its ticks begin */
    }
    return room;
}

void
worker_close_room(Worker *worker, const char *id)
{
    g_hash_table_remove(worker->rooms, id);
}

json_t *
worker_describe(Worker *worker)
{
    json_t *rooms = json_array();
    GHashTableIter iter;
    gpointer room;

    g_hash_table_iter_init(&iter, worker->rooms);
    while (g_hash_table_iter_next(&iter, NULL, &room))
        json_array_append_new(rooms, room_describe(room));
    return rooms;
}

WorkerStatistics
worker_statistics(Worker *worker)
{
    WorkerStatistics statistics = worker->statistics;
    GHashTableIter iter;
    gpointer room;

    statistics.rooms = g_hash_table_size(worker->rooms);
    statistics.connections = worker->connections->len;
    statistics.sent = *send_batch_statistics(worker->batch);
    for (guint i = 0; i < worker->connections->len; i++) {
        const PeerTransportStats *stats =
            connection_transport_stats(g_ptr_array_index(worker->connections, i));

        statistics.srtp_refused += stats->srtp_refused;
        statistics.srtp_replayed += stats->srtp_replayed;
        statistics.stun_refused += stats->stun_refused;
        statistics.foreign += stats->foreign;
    }
    if (worker->streams) {
        TcpStreamsStatistics tcp = tcp_streams_statistics(worker->streams);

        statistics.tcp_open = tcp.open;
        statistics.tcp_strangers = tcp.strangers;
        statistics.tcp_accepted = tcp.accepted;
        statistics.tcp_refused = tcp.refused;
        statistics.tcp_dropped = tcp.dropped;
    }
    g_hash_table_iter_init(&iter, worker->rooms);
    while (g_hash_table_iter_next(&iter, NULL, &room))
        statistics.feed_dropped += room_feed_dropped(room);
    return statistics;
}
