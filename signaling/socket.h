/**
 * Socket — one line of a client, from its opening to the close: who it is, how fast it may talk, where its messages go. What carries it is a WebSocket
 * or, where those are blocked, long polling (poll.h).
 *
 * Handlers answer later than a socket may live, so they keep its serial and look it up. Loop thread.
 */
#pragma once

#include <jansson.h>

#include "http-server.h"
#include "role.h"
#include "server.h"

#define SOCKET_HELLO_MS           10000
#define SOCKETS_PER_ADDRESS_MAX   64
#define SOCKET_MESSAGES_PER_S     20
#define SOCKET_MESSAGES_BURST     60
#define SOCKET_REFUSED_MESSAGES   100

enum {
    CLOSE_END = 1000,
    CLOSE_TOO_MANY = 1008,
    CLOSE_NO_HELLO = 4000,
    CLOSE_REPLACED = 4001,
    CLOSE_VERSION = 4002,
    CLOSE_NOT_ALLOWED = 4003,
    CLOSE_VISIT_ENDED = 4004,
};

typedef enum { SOCKET_NEW, SOCKET_ENTERING, SOCKET_LOBBY, SOCKET_ROOM, SOCKET_CLOSING } SocketPhase;

/** What carries a socket. `close` comes at most once, and the carrier then calls socket_free() from the loop, not from inside it. */
typedef struct {
    void (*send)(gpointer carrier, const char *text);
    void (*close)(gpointer carrier, guint16 code, const char *reason);
} SocketLine;

typedef struct {
    Server *server;
    const SocketLine *line;
    gpointer carrier;
    char *peer;
    guint64 serial;
    SocketPhase phase;
    char *user;        /* of the signed-in staff, or NULL */
    char *name;        /* of the signed-in staff, or NULL */
    Role role;         /* of the signed-in staff until it is in a room, there the participant's */
    char *visit;       /* in a room */
    char *participant; /* in a room */
    guint64 timer;
    double tokens; /* of the rate bucket */
    gint64 filled_at_us;
    guint refused;
} Socket;

Sockets *sockets_new(Server *server);
void sockets_free(Sockets *sockets);
Socket *sockets_find(Sockets *sockets, guint64 serial);
/** How many sockets have come into the lobby or a room so far. */
guint64 sockets_entered(const Sockets *sockets);
void sockets_each(Sockets *sockets, void (*func)(Socket *socket, gpointer user), gpointer user);

/** Route handler of /ws: refuses foreign origins and too many sockets of one address. */
void socket_upgrade(HttpRequest *request, gpointer server);
extern const HttpWebSocketRules socket_rules;

/** For a carrier: a line is open, from this address, perhaps with a staff cookie. Both are copied. */
Socket *socket_new(Server *server, const SocketLine *line, gpointer carrier, const char *peer, const char *cookie);
/** For a carrier: a frame of the client. */
void socket_receive(Socket *socket, GBytes *text);
/** For a carrier: the line is gone. */
void socket_free(Socket *socket);
/** FALSE when this address has as many lines as it may. */
gboolean sockets_has_room(const Sockets *sockets, const char *peer);

/** Takes `message` over. What does not fit the protocol is our bug: it is logged and sent. */
void socket_send(Socket *socket, json_t *message);
void socket_close(Socket *socket, guint16 code, const char *reason);

/** The answer to `hello` was positive: the socket is in the lobby, or in a room as this participant. */
void socket_enter_lobby(Socket *socket);
void socket_enter_room(Socket *socket, const char *visit, const char *participant, Role role);
