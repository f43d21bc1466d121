/**
 * HttpServer — requests, answers, streams and WebSockets on one HttpLoop (RFC 9110, RFC 9112, RFC 6455).
 *
 * A server listens on a TCP port (plain or TLS) or on a Unix socket and dispatches by a table of routes.
 * Connections are kept; pipelined requests are not: the first is answered, then the connection is closed (RFC 9112, section 9.3.2).
 * Everything here belongs to the loop's thread. Bounds: request line and headers 16 KiB, body per route, WebSocket
 * message per route, queued output per connection 4 MiB (a WebSocket over that is closed with 1013, a stream is told to wait).
 */
#pragma once

#include <glib.h>

#include "http-loop.h"

typedef struct HttpServer HttpServer;
typedef struct HttpRequest HttpRequest;
typedef struct HttpWebSocket HttpWebSocket;

typedef struct {
    const char *address;   /* "127.0.0.1", "::"; NULL = every address */
    int port;              /* 0 = the system chooses, see http_server_port() */
    const char *unix_path; /* instead of address and port; made with mode 0600, a stale one is removed */
    const char *cert_path; /* PEM; NULL = plain */
    const char *key_path;
} HttpListen;

/** Answers now or later: the request stays valid until it has been answered (or its peer went away, see below). */
typedef void (*HttpHandler)(HttpRequest *request, gpointer user);

typedef struct {
    /* NULL accepts every connection that the handler of the route let through. */
    void (*opened)(HttpWebSocket *socket, gpointer user);
    void (*message)(HttpWebSocket *socket, GBytes *text, gpointer user);
    void (*closed)(HttpWebSocket *socket, gpointer user); /* the socket is gone after this returns */
    const char *subprotocol;                              /* "yuntakan.v1" */
    gsize message_max;                                    /* a longer message closes with 1009 */
} HttpWebSocketRules;

typedef struct {
    const char *method;  /* "GET", "POST", …, or "*" */
    const char *pattern; /* "/rooms/{room}/feed"; a last "{path*}" takes the rest, slashes included */
    HttpHandler handler; /* for a WebSocket route: may answer to refuse the upgrade; not answering accepts it */
    gsize body_max;      /* 0 = no body allowed; more than this is answered 413 */
    const HttpWebSocketRules *websocket; /* NULL for plain requests */
} HttpRoute;

/** `routes` must outlive the server. No match: 404; match with another method: 405 with Allow. "/{path*}" is only asked for paths that no route before it has. */
HttpServer *http_server_new(HttpLoop *loop, const HttpListen *listen, const HttpRoute *routes, gsize route_count,
                            gpointer user, GError **error);
void http_server_free(HttpServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpServer, http_server_free)
int http_server_port(const HttpServer *server);

/* --- the request; strings belong to it --- */
const char *http_request_method(const HttpRequest *request);
const char *http_request_path(const HttpRequest *request);
/** The text that "{name}" of the pattern matched, percent-decoded; NULL if the pattern has no such name. */
const char *http_request_param(const HttpRequest *request, const char *name);
/** Query parameter, decoded; NULL if absent. */
const char *http_request_query(const HttpRequest *request, const char *name);
/** Header by lower-case name ("authorization", "range", "if-none-match", "content-type", "accept", "accept-language",
 *  "cookie", "origin", "user-agent", "content-disposition", "idempotency-key", "access-control-request-method",
 *  "access-control-request-headers", "host", "x-…"); NULL if absent. */
const char *http_request_header(const HttpRequest *request, const char *name);
/** Value of a cookie; the caller frees it; NULL if absent. */
char *http_request_cookie(const HttpRequest *request, const char *name);
GBytes *http_request_body(const HttpRequest *request); /* never NULL */
/** "192.0.2.7"; "unix" on a Unix socket. For throttling, not for logs. */
const char *http_request_peer(const HttpRequest *request);

/* --- the answer --- */
/** Before the answer. CR, LF and NUL in a value are refused by abort: they are our bug. */
void http_request_add_header(HttpRequest *request, const char *name, const char *value);
/** Takes no reference to content_type; body may be NULL. Content-Length is set; HEAD sends no body. */
void http_request_reply(HttpRequest *request, int status, const char *content_type, GBytes *body);
void http_request_reply_text(HttpRequest *request, int status, const char *content_type, const char *text);
/** A file, with Range (RFC 9110, section 14), ETag and If-None-Match; 404 if it cannot be opened. `fd` is taken over by the _fd form.
 *  `length` bounds what is visible (an append-only file that is still growing); -1 = its size now. */
void http_request_reply_file(HttpRequest *request, const char *path, const char *content_type);
void http_request_reply_fd(HttpRequest *request, int fd, gint64 length, const char *content_type);

/* A Range header (http-range.c, pure), for bodies that come from elsewhere than a file. */
typedef enum { HTTP_RANGE_NONE, HTTP_RANGE_ONE, HTTP_RANGE_UNSATISFIABLE } HttpRangeResult;
/** RFC 9110, section 14.1.2. Several ranges, other units and malformed text are NONE, as section 14.2 allows. */
HttpRangeResult http_range_parse(const char *header, guint64 size, guint64 *ret_first, guint64 *ret_length);

/** A body of unknown length (chunked). `writable(user)` is called when less than 64 KiB wait to be sent, `closed(user)` once at the end,
 *  also when the peer went away; after it the request must not be used. Write NULL to end. */
typedef struct {
    void (*writable)(HttpRequest *request, gpointer user);
    void (*closed)(gpointer user);
} HttpStreamRules;
void http_request_stream(HttpRequest *request, int status, const char *content_type, const HttpStreamRules *rules, gpointer user);
void http_request_stream_write(HttpRequest *request, GBytes *chunk);
/** Instead of the end: closes the connection, so that the peer sees that the body is not whole. `closed` follows. */
void http_request_stream_break(HttpRequest *request);
gsize http_request_stream_queued(const HttpRequest *request);

/** An unanswered request whose peer went away: `gone(user)` is called, then the request must not be used. Optional: by default answers to
 *  such a request are dropped silently and it is freed on the answer. */
void http_request_on_gone(HttpRequest *request, HttpLoopFunc gone, gpointer user);

/* --- WebSocket --- */
void http_websocket_set_user(HttpWebSocket *socket, gpointer data);
gpointer http_websocket_user(const HttpWebSocket *socket);
/** The upgrade request's cookie, header (those libwebsockets knows by name, and x-forwarded-for), query and peer, kept for the socket's life. */
char *http_websocket_cookie(const HttpWebSocket *socket, const char *name);
const char *http_websocket_header(const HttpWebSocket *socket, const char *name);
const char *http_websocket_query(const HttpWebSocket *socket, const char *name);
const char *http_websocket_peer(const HttpWebSocket *socket);
/** One text frame; queued. */
void http_websocket_send(HttpWebSocket *socket, const char *text, gssize length);
/** Sends what is queued, then closes with an RFC 6455 status and a reason of at most 123 bytes. */
void http_websocket_close(HttpWebSocket *socket, guint16 status, const char *reason);
