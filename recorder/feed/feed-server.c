#include "feed-server.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "feed-frames.h"
#include "feed-room.h"
#include "log.h"

#define POLL_MS          100
#define READ_SIZE        (64 * 1024)
#define READS_PER_WAKE   8  /* then the other rooms have their turn */
#define CONNECTIONS_MAX  256
/* The media server reads PLIs at once; one that does not is stuck, and 64 KiB of requests are worth nothing to it. */
#define SEND_MAX         (64 * 1024)

typedef struct {
    FeedServer *server;
    int fd;
    GSource *readable;
    FeedFrames *frames;
    FeedRoom *room;         /* NULL until the first frame */
    Recording *sink;        /* that the room writes into */
    char *recording;
    GByteArray *unsent;
    gboolean ended; /* the media server said that it closes in order */
} Connection;

struct FeedServer {
    FeedServerConfig config;
    char *socket_path;
    int fd;
    GMainContext *context;
    GMainLoop *loop;
    GThread *thread;
    GPtrArray *connections; /* of Connection; feed thread */
};

static void
connection_close(Connection *connection, const char *reason)
{
    g_source_destroy(connection->readable);
    g_source_unref(connection->readable);
    feed_room_free(connection->room, reason);
    recording_unref(connection->sink);
    close(connection->fd);
    feed_frames_free(connection->frames);
    g_byte_array_unref(connection->unsent);
    g_free(connection->recording);
    g_free(connection);
}

static void
drop(Connection *connection, const char *reason)
{
    FeedServer *server = connection->server;

    g_ptr_array_remove_fast(server->connections, connection);
    connection_close(connection, reason);
}

/* --- out: PLI --- */

static void
flush(Connection *connection)
{
    while (connection->unsent->len) {
        ssize_t sent = send(connection->fd, connection->unsent->data, connection->unsent->len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent <= 0)
            return; /* the next poll tries again; a broken connection shows when it is read */
        g_byte_array_remove_range(connection->unsent, 0, (guint) sent);
    }
}

static void
on_send(const guint8 *packet, gsize length, gpointer user)
{
    Connection *connection = user;
    guint8 header[2] = { (guint8) (length >> 8), (guint8) length };

    if (connection->unsent->len + 2 + length > SEND_MAX)
        return;
    g_byte_array_append(connection->unsent, header, sizeof header);
    g_byte_array_append(connection->unsent, packet, (guint) length);
    flush(connection);
}

/* --- in: frames --- */

static gboolean
begin_room(Connection *connection, const FeedMessage *message)
{
    FeedServer *server = connection->server;

    if (message->type != FEED_HELLO || connection->room)
        return FALSE;

    g_autoptr(Recording) recording = server->config.find(message->recording, server->config.user);

    /* One that goes on and could not be read yet does not know whose camera is the site's. */
    if (!recording || !recording_site_participant(recording)) {
        log_warning("recorder", "a feed for a recording that does not run recording=%s room=%s", message->recording, message->room);
        return FALSE;
    }

    /* The media server holds one connection per room: an older one is dead without having said so. */
    for (guint i = 0; i < server->connections->len; i++) {
        Connection *other = server->connections->pdata[i];

        if (other != connection && g_strcmp0(other->recording, message->recording) == 0) {
            drop(other, "feed-lost");
            break;
        }
    }

    FeedRoomConfig config = { server->config.clock, &feed_sink_recording, recording, message->recording,
                              recording_site_participant(recording), on_send, connection };

    connection->sink = g_steal_pointer(&recording);
    connection->recording = g_strdup(message->recording);
    connection->room = feed_room_new(&config);
    log_notice("recorder", "feed connected recording=%s room=%s", message->recording, message->room);
    return TRUE;
}

static gboolean
on_frame(const guint8 *data, gsize length, gpointer user)
{
    Connection *connection = user;
    g_autoptr(GError) error = NULL;
    FeedMessage message;

    if (data[0] != '{') {
        if (!connection->room)
            return FALSE;
        feed_room_packet(connection->room, data, length);
        return TRUE;
    }
    if (!feed_message_parse(data, length, &message, &error)) {
        log_warning("recorder", "bad control frame recording=%s: %s", connection->recording ? connection->recording : "-", error->message);
        return FALSE;
    }
    if (!connection->room || message.type == FEED_HELLO)
        return begin_room(connection, &message);
    if (message.type == FEED_ENDED)
        connection->ended = TRUE;
    feed_room_message(connection->room, &message);
    return TRUE;
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer user)
{
    Connection *connection = user;
    guint8 buffer[READ_SIZE];

    for (int i = 0; i < READS_PER_WAKE; i++) {
        ssize_t got = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);

        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (got <= 0 || !feed_frames_push(connection->frames, buffer, (gsize) got, on_frame, connection)) {
            if (connection->recording)
                log_notice("recorder", "feed %s recording=%s", connection->ended ? "ended" : "lost", connection->recording);
            drop(connection, connection->ended ? RECORDING_FEED_ENDED : "feed-lost");
            return G_SOURCE_REMOVE;
        }
    }
    return G_SOURCE_CONTINUE;
}

static gboolean
on_connect(int fd, GIOCondition condition, gpointer user)
{
    FeedServer *server = user;
    int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (client < 0)
        return G_SOURCE_CONTINUE;
    if (server->connections->len >= CONNECTIONS_MAX) {
        log_warning("recorder", "too many feeds");
        close(client);
        return G_SOURCE_CONTINUE;
    }

    Connection *connection = g_new0(Connection, 1);

    connection->server = server;
    connection->fd = client;
    connection->frames = feed_frames_new();
    connection->unsent = g_byte_array_new();
    connection->readable = g_unix_fd_source_new(client, G_IO_IN | G_IO_HUP | G_IO_ERR);
    g_source_set_callback(connection->readable, G_SOURCE_FUNC(on_readable), connection, NULL);
    g_source_attach(connection->readable, server->context);
    g_ptr_array_add(server->connections, connection);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_poll(gpointer user)
{
    FeedServer *server = user;

    for (guint i = 0; i < server->connections->len; i++) {
        Connection *connection = server->connections->pdata[i];

        flush(connection);
        if (connection->room)
            feed_room_poll(connection->room);
    }
    return G_SOURCE_CONTINUE;
}

/* --- the server --- */

static GSource *
attach(FeedServer *server, GSource *source, GSourceFunc func)
{
    g_source_set_callback(source, func, server, NULL);
    g_source_attach(source, server->context);
    return source;
}

static gpointer
run(gpointer data)
{
    FeedServer *server = data;
    GSource *connect = attach(server, g_unix_fd_source_new(server->fd, G_IO_IN), G_SOURCE_FUNC(on_connect));
    GSource *poll_source = attach(server, g_timeout_source_new(POLL_MS), on_poll);

    g_main_loop_run(server->loop);
    while (server->connections->len)
        drop(server->connections->pdata[0], "recorder-stopped");
    g_source_destroy(connect);
    g_source_unref(connect);
    g_source_destroy(poll_source);
    g_source_unref(poll_source);
    return NULL;
}

static int
listen_unix(const char *path, GError **error)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || strlen(path) >= sizeof address.sun_path) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG, "%s: no socket, or its path is too long", path);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    unlink(path);

    mode_t old = umask(0177);
    int failed = bind(fd, (struct sockaddr *) &address, sizeof address);

    umask(old);
    if (failed || listen(fd, 16) != 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path, g_strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}

FeedServer *
feed_server_new(const FeedServerConfig *config, GError **error)
{
    int fd = listen_unix(config->socket_path, error);

    if (fd < 0)
        return NULL;

    FeedServer *server = g_new0(FeedServer, 1);

    server->config = *config;
    server->socket_path = g_strdup(config->socket_path);
    server->fd = fd;
    server->context = g_main_context_new();
    server->loop = g_main_loop_new(server->context, FALSE);
    server->connections = g_ptr_array_new();
    server->thread = g_thread_new("feed", run, server);
    return server;
}

static gboolean
on_quit(gpointer user)
{
    g_main_loop_quit(((FeedServer *) user)->loop);
    return G_SOURCE_REMOVE;
}

void
feed_server_free(FeedServer *server)
{
    if (!server)
        return;
    g_source_unref(attach(server, g_idle_source_new(), on_quit));
    g_thread_join(server->thread);
    g_main_loop_unref(server->loop);
    g_main_context_unref(server->context);
    g_ptr_array_unref(server->connections);
    close(server->fd);
    unlink(server->socket_path);
    g_free(server->socket_path);
    g_free(server);
}

typedef struct {
    FeedServer *server;
    const char *recording;
    GMutex lock;
    GCond changed;
    gboolean done;
} CloseCall;

static gboolean
on_close_recording(gpointer user)
{
    CloseCall *call = user;
    GPtrArray *connections = call->server->connections;

    for (guint i = connections->len; i-- > 0;) {
        Connection *connection = connections->pdata[i];

        if (g_strcmp0(connection->recording, call->recording) == 0)
            drop(connection, NULL);
    }
    g_mutex_lock(&call->lock);
    call->done = TRUE;
    g_cond_signal(&call->changed);
    g_mutex_unlock(&call->lock);
    return G_SOURCE_REMOVE;
}

void
feed_server_close_recording(FeedServer *server, const char *recording)
{
    CloseCall call = { .server = server, .recording = recording };
    GSource *source = g_idle_source_new();

    g_mutex_init(&call.lock);
    g_cond_init(&call.changed);
    g_source_set_callback(source, on_close_recording, &call, NULL);
    g_source_attach(source, server->context);
    g_source_unref(source);
    g_mutex_lock(&call.lock);
    while (!call.done)
        g_cond_wait(&call.changed, &call.lock);
    g_mutex_unlock(&call.lock);
    g_mutex_clear(&call.lock);
    g_cond_clear(&call.changed);
}
