#include "socket.h"

#include "access.h"
#include "bounded-json.h"
#include "dispatch.h"
#include "lobby.h"
#include "log.h"
#include "message.h"
#include "rest.h"
#include "room.h"

struct Sockets {
    Server *server;
    GHashTable *by_serial;  /* &Socket.serial → Socket */
    GHashTable *by_address; /* peer → number of sockets */
    guint64 next_serial;
    guint64 entered;
};

Sockets *
sockets_new(Server *server)
{
    Sockets *sockets = g_new0(Sockets, 1);

    sockets->server = server;
    sockets->by_serial = g_hash_table_new(g_int64_hash, g_int64_equal);
    sockets->by_address = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    sockets->next_serial = 1;
    return sockets;
}

void
sockets_free(Sockets *sockets)
{
    if (!sockets)
        return;
    g_hash_table_unref(sockets->by_serial);
    g_hash_table_unref(sockets->by_address);
    g_free(sockets);
}

Socket *
sockets_find(Sockets *sockets, guint64 serial)
{
    return serial ? g_hash_table_lookup(sockets->by_serial, &serial) : NULL;
}

guint64
sockets_entered(const Sockets *sockets)
{
    return sockets->entered;
}

void
sockets_each(Sockets *sockets, void (*func)(Socket *socket, gpointer user), gpointer user)
{
    g_autoptr(GList) all = g_hash_table_get_values(sockets->by_serial);

    for (GList *link = all; link; link = link->next)
        func(link->data, user);
}

static void
count_address(Sockets *sockets, const char *peer, int change)
{
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(sockets->by_address, peer)) + (guint) change;

    if (count)
        g_hash_table_replace(sockets->by_address, g_strdup(peer), GUINT_TO_POINTER(count));
    else
        g_hash_table_remove(sockets->by_address, peer);
}

gboolean
sockets_has_room(const Sockets *sockets, const char *peer)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(sockets->by_address, peer)) < SOCKETS_PER_ADDRESS_MAX;
}

void
socket_upgrade(HttpRequest *request, gpointer data)
{
    Server *server = data;

    if (!access_require_same_origin(request))
        return;
    if (!sockets_has_room(server->sockets, http_request_peer(request)))
        rest_reply_problem(request, PROBLEM_REQUEST_LIMIT, NULL);
}

static void
no_hello(gpointer data)
{
    Socket *socket = data;

    socket->timer = 0;
    socket_close(socket, CLOSE_NO_HELLO, "no hello");
}

Socket *
socket_new(Server *server, const SocketLine *line, gpointer carrier, const char *peer, const char *cookie)
{
    Sockets *sockets = server->sockets;
    Socket *socket = g_new0(Socket, 1);
    const StaffUser *user = access_user(server, cookie);

    socket->server = server;
    socket->line = line;
    socket->carrier = carrier;
    socket->peer = g_strdup(peer);
    socket->serial = sockets->next_serial++;
    if (user) {
        socket->user = g_strdup(user->id);
        socket->name = g_strdup(user->name);
        socket->role = user->role;
    }
    socket->tokens = SOCKET_MESSAGES_BURST;
    socket->filled_at_us = clock_mono_us(server->clock);
    socket->timer = http_loop_after(server->loop, SOCKET_HELLO_MS, no_hello, socket);
    g_hash_table_insert(sockets->by_serial, &socket->serial, socket);
    count_address(sockets, peer, 1);
    return socket;
}

void
socket_free(Socket *socket)
{
    Server *server;

    if (!socket)
        return;
    server = socket->server;
    server_cancel(server, socket->timer);
    g_hash_table_remove(server->sockets->by_serial, &socket->serial);
    count_address(server->sockets, socket->peer, -1);
    if (socket->participant)
        rooms_unseat(server->rooms, socket->visit, socket->participant, socket->serial);
    g_free(socket->peer);
    g_free(socket->user);
    g_free(socket->name);
    g_free(socket->visit);
    g_free(socket->participant);
    g_free(socket);
}

/* A token bucket: many messages at once are fine, many for long are not. */
static gboolean
may_talk(Socket *socket)
{
    gint64 now = clock_mono_us(socket->server->clock);

    socket->tokens += (double) (now - socket->filled_at_us) / G_USEC_PER_SEC * SOCKET_MESSAGES_PER_S;
    socket->tokens = MIN(socket->tokens, SOCKET_MESSAGES_BURST);
    socket->filled_at_us = now;
    if (socket->tokens < 1)
        return FALSE;
    socket->tokens -= 1;
    return TRUE;
}

static void
refuse(Socket *socket, const json_t *json, const GError *error)
{
    socket_send(socket, problem_to_message(error, message_id(json)));
    if (++socket->refused >= SOCKET_REFUSED_MESSAGES)
        socket_close(socket, CLOSE_TOO_MANY, "too many refused messages");
}

void
socket_receive(Socket *socket, GBytes *text)
{
    g_autoptr(GError) error = NULL;

    if (socket->phase == SOCKET_CLOSING)
        return;
    if (!may_talk(socket)) {
        problem_set(&error, PROBLEM_MESSAGE_RATE, NULL);
        refuse(socket, NULL, error);
        return;
    }

    g_autoptr(json_t) json = bounded_json_parse_bytes(text, MESSAGE_TO_SERVER_MAX, &error);
    g_autoptr(Message) message = json ? message_from_json(json, MESSAGE_TO_SERVER, &error) : NULL;

    if (!message || !dispatch_message(socket, message, &error))
        refuse(socket, json, error);
}

/* --- carried by a WebSocket --- */

static void
websocket_send(gpointer carrier, const char *text)
{
    http_websocket_send(carrier, text, -1);
}

static void
websocket_close(gpointer carrier, guint16 code, const char *reason)
{
    http_websocket_close(carrier, code, reason);
}

static const SocketLine websocket_line = { websocket_send, websocket_close };

static void
websocket_opened(HttpWebSocket *websocket, gpointer server)
{
    g_autofree char *cookie = http_websocket_cookie(websocket, ACCESS_COOKIE);

    http_websocket_set_user(websocket, socket_new(server, &websocket_line, websocket, http_websocket_peer(websocket), cookie));
}

static void
websocket_message(HttpWebSocket *websocket, GBytes *text, gpointer server)
{
    Socket *socket = http_websocket_user(websocket);

    if (socket)
        socket_receive(socket, text);
}

static void
websocket_closed(HttpWebSocket *websocket, gpointer server)
{
    socket_free(http_websocket_user(websocket));
}

const HttpWebSocketRules socket_rules = {
    .opened = websocket_opened,
    .message = websocket_message,
    .closed = websocket_closed,
    .subprotocol = MESSAGE_SUBPROTOCOL,
    .message_max = MESSAGE_TO_SERVER_MAX,
};

void
socket_send(Socket *socket, json_t *message)
{
    g_autoptr(json_t) owned = message;
    g_autoptr(GError) error = NULL;
    g_autoptr(Message) checked = message_from_json(owned, MESSAGE_TO_CLIENT, &error);
    g_autofree char *text = bounded_json_dump(owned);

    if (!checked)
        log_error("socket", "a message that does not fit the protocol: %s", error->message);
    if (socket->phase != SOCKET_CLOSING)
        socket->line->send(socket->carrier, text);
}

void
socket_close(Socket *socket, guint16 code, const char *reason)
{
    if (socket->phase == SOCKET_CLOSING)
        return;
    socket->phase = SOCKET_CLOSING;
    socket->line->close(socket->carrier, code, reason);
}

static void
entered(Socket *socket, SocketPhase phase)
{
    http_loop_cancel(socket->server->loop, socket->timer);
    socket->timer = 0;
    socket->phase = phase;
    socket->server->sockets->entered++;
}

void
socket_enter_lobby(Socket *socket)
{
    entered(socket, SOCKET_LOBBY);
}

void
socket_enter_room(Socket *socket, const char *visit, const char *participant, Role role)
{
    entered(socket, SOCKET_ROOM);
    socket->visit = g_strdup(visit);
    socket->participant = g_strdup(participant);
    socket->role = role;
}
