/* What lives on a worker: rooms, connections and the tables by which packets find them, cameras, watches; and their sums. */
#include "worker-private.h"

#include <sys/epoll.h>

#include "camera.h"
#include "connection.h"
#include "room.h"

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
