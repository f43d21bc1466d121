/**
 * Worker — one thread with one epoll loop, one UDP port and whole rooms: a room never spans workers, so there
 * are no locks in the packet path.
 *
 * Other threads reach it by worker_post() alone. Everything below the line is for the rooms and connections
 * that live on it, on its thread.
 */
#pragma once

#include <gst/gst.h>
#include <jansson.h>

#include "clock.h"
#include "dtls-identity.h"
#include "network-list.h"
#include "peer-transport.h"
#include "sdp-answer.h"
#include "sdp-candidate.h"
#include "send-batch.h"

typedef struct Worker Worker;
typedef struct Connection Connection;
typedef struct Room Room;
typedef struct Camera Camera;

typedef struct {
    const char *listen; /* address of the UDP socket: "127.0.0.1", "0.0.0.0", "::" (which takes IPv4 too) */
    guint16 port;       /* 0 = the system chooses */
    const char *const *announce; /* NULL-terminated IPs for our candidates; NULL = those of the interfaces */
    gboolean tcp;                /* ICE-TCP on the same port number */
    guint16 announce_port;       /* what a NAT forwards to `port`; 0 = the port itself */
    guint room_connections_max;
    gint node_connections_max; /* of all workers together */
    gint *node_connections;    /* their number: one for all workers, atomic */
    const NetworkList *camera_networks; /* where cameras may be; must outlive the worker */
    const Clock *clock;
    /** Worker's thread: one event of docs/architecture.md as a line without line feed; the handler frees it
     * with g_free(). */
    void (*event)(char *line, gpointer user);
    gpointer user;
} WorkerConfig;

/** Binds the port; strings of the configuration must outlive the worker. Errors are of G_IO_ERROR or
 * DTLS_ERROR. */
Worker *worker_new(const WorkerConfig *config, GError **error);
guint16 worker_port(const Worker *worker);
void worker_start(Worker *worker);
/** Any thread: CPU time that its thread has used since worker_start(), 0 before and after it runs. */
gint64 worker_cpu_us(const Worker *worker);
/** Closes every room (DTLS close_notify goes out), ends the thread. */
void worker_stop(Worker *worker);
/** After worker_stop(), or when it was never started. */
void worker_free(Worker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Worker, worker_free)

typedef void (*WorkerFunc)(Worker *worker, gpointer data);
/** Any thread: runs func(worker, data) on the worker's thread soon, in posting order; after worker_stop()
 * never. */
void worker_post(Worker *worker, WorkerFunc func, gpointer data);

/* --- on the worker's thread --- */

Room *worker_room(Worker *worker, const char *id);
/** Creates it if it is not there. */
Room *worker_ensure_room(Worker *worker, const char *id, gboolean *ret_created);
void worker_close_room(Worker *worker, const char *id);
/** json_t array of all rooms' descriptions; a new reference. */
json_t *worker_describe(Worker *worker);

/** Taken once per wake-up; the pointer stays valid. */
const gint64 *worker_now_us(const Worker *worker);
const Clock *worker_clock(const Worker *worker);
SendBatch *worker_batch(Worker *worker);
guint worker_room_connections_max(const Worker *worker);
/** No connection more, on this or another worker, but in place of one. Workers that ask at the same moment may
 * each get one. */
gboolean worker_is_at_capacity(const Worker *worker);
DtlsIdentity *worker_identity(Worker *worker);
const NetworkList *worker_camera_networks(const Worker *worker);
const SdpCandidate *worker_candidates(const Worker *worker, guint *ret_n);

/** Puts the connection in the tables by which datagrams find it. FALSE when its key is taken already (make
 * the transport anew). */
gboolean worker_add_connection(Worker *worker, Connection *connection, guint64 key);
/** An SSRC that the connection will send: by it a packet from a strange address finds its connection, see peer-transport.h. */
void worker_add_ssrc(Worker *worker, Connection *connection, guint32 ssrc);
void worker_remove_connection(Worker *worker, Connection *connection, guint64 key);
/** The transport's `address` handler. */
void worker_address(Worker *worker, Connection *connection, const NetAddress *address, gboolean valid);
/** The connection's next timeout may be earlier than was thought: it is looked at before the worker sleeps.
 */
void worker_wake(Worker *worker, Connection *connection);
/** The room's feed has something to write: room_flush_feed() is called once before the worker sleeps (call
 * this once until then). */
void worker_flush_later(Worker *worker, Room *room);
/** A camera that no room has any more: the worker's until worker_forget_camera() frees it, or the worker ends. */
void worker_keep_camera(Worker *worker, Camera *camera);
void worker_forget_camera(Worker *worker, Camera *camera);
/** Called by room_free(). */
void worker_forget_room(Worker *worker, Room *room);
/** A packet that came over a TCP stream, of at most RFC4571_FRAME_MAX bytes; handled like a datagram. */
void worker_receive_frame(Worker *worker, const NetAddress *from, const guint8 *data, gsize length);
/** A slow stream that had lost packets has caught up: whoever is behind it wants key frames. */
void worker_recovered(Worker *worker, const NetAddress *peer);
/** The buffer of the datagram being handled, and where its bytes begin. */
GstBuffer *worker_current_buffer(Worker *worker, guint8 **ret_data);

/** A file descriptor of a room's feed. `ready` runs with the epoll events. */
typedef struct {
    int fd;
    void (*ready)(gpointer user, guint32 events);
    gpointer user;
} WorkerWatch;
gboolean worker_watch(Worker *worker, WorkerWatch *watch, guint32 events);
void worker_change_watch(Worker *worker, WorkerWatch *watch, guint32 events);
void worker_unwatch(Worker *worker, WorkerWatch *watch);

/** Takes the object over. */
void worker_event(Worker *worker, json_t *event);

typedef struct {
    guint64 datagrams, bytes; /* received */
    guint64 unknown;          /* from no known address, and no check of ours */
    guint64 wakeups;
    guint rooms, connections;
    SendBatchStatistics sent;
    guint64 srtp_refused, srtp_replayed, stun_refused, foreign; /* of live connections */
    guint64 feed_dropped;
    guint tcp_open, tcp_strangers;
    guint64 tcp_accepted, tcp_refused, tcp_dropped;
} WorkerStatistics;
WorkerStatistics worker_statistics(Worker *worker);
