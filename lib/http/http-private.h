/**
 * What the files of lib/http share: the loop's inside, the request's inside, and the libwebsockets types. Nobody else includes this.
 */
#pragma once

#include <libwebsockets.h>

#include "http-client.h"
#include "http-loop.h"
#include "http-server.h"

/* One write to a socket: a TLS record is 16 KiB, so four of them per system call. */
#define HTTP_WRITE_MAX (64 * 1024)

/* The request line and all headers together (http-server.h). */
#define HTTP_HEADERS_MAX (16 * 1024)

/* Queued output per connection (http-server.h). */
#define HTTP_QUEUE_MAX (4 * 1024 * 1024)

/* A stream asks for more when less than this waits (http-server.h). */
#define HTTP_STREAM_LOW (64 * 1024)

struct HttpLoop {
    struct lws_context *context;
    struct lws_vhost *inner; /* clients and the signal descriptor live here; it does not listen */
    GThread *thread;
    gint stopped;
    gboolean closing; /* http_loop_free() is at work: no new timers */
    int signal_fd;

    GMutex mailbox_lock;
    GQueue mailbox; /* of Letter, guarded by mailbox_lock */

    GHashTable *timers; /* guint64 id → Timer */
    guint64 next_timer;

    GHashTable *requests; /* set of HttpRequest that are alive */
    GHashTable *sockets;  /* set of HttpWebSocket */
    GHashTable *servers;  /* set of HttpServer */
    GHashTable *clients;  /* set of HttpClient */
    guint64 next_server;
    GPtrArray *graveyard; /* what libwebsockets may still point to until its context is gone; freed by g_free */

    lws_sorted_usec_list_t second; /* looks after slow and silent peers */
    guint8 *scratch;               /* LWS_PRE + HTTP_WRITE_MAX */
    guint8 *client_buffer;         /* HTTP_WRITE_MAX; apart, because a sink may write while it is read */
};

struct HttpServer {
    HttpLoop *loop; /* NULL once the loop has gone */
    struct lws_vhost *vhost;
    const HttpRoute *routes;
    gsize route_count;
    gpointer user;
    char *name;
    char *unix_path;
    int port;
    gboolean dead; /* http_server_free() ran; libwebsockets is still taking its connections down */
    struct lws_protocols *protocols; /* in the loop's graveyard: libwebsockets keeps the pointer */
};

typedef enum {
    REQUEST_RECEIVING, /* the body is still coming */
    REQUEST_WAITING,   /* for the handler's answer */
    REQUEST_ANSWERING, /* bytes are going out */
} RequestState;

struct HttpRequest {
    HttpLoop *loop;
    HttpServer *server;
    struct lws *wsi; /* NULL once the peer has gone */
    const HttpRoute *route;
    RequestState state;
    gint64 begun_us; /* monotonic; when the state began or the last byte went out */

    const char *method;
    char *path;
    char *peer;
    GHashTable *params, *query, *headers; /* char* → char* */
    gboolean http_1_0;
    gboolean head;
    gboolean close_after;
    gboolean upgrade; /* asks for a WebSocket */

    guint64 body_length;
    GByteArray *incoming;
    GBytes *body;

    HttpLoopFunc gone;
    gpointer gone_user;

    /* the answer */
    GString *extra_headers;
    GQueue queue; /* of GBytes */
    gsize queued;
    gsize offset; /* into the first of queue */
    int file_fd;  /* -1 = none */
    guint64 file_offset, file_left;
    gboolean streaming, stream_ended, stream_broken, chunked;
    gboolean slow; /* waits by timer instead of poll, see http_requests_look_after() */
    HttpStreamRules stream;
    gpointer stream_user;
};

struct HttpWebSocket {
    HttpLoop *loop;
    HttpServer *server;
    struct lws *wsi;
    const HttpWebSocketRules *rules;
    gpointer server_user;
    gpointer data;
    GHashTable *headers, *query;
    char *peer;
    GByteArray *message; /* fragments so far */
    GQueue queue;        /* of GByteArray with LWS_PRE bytes of room in front */
    gsize queued;
    gboolean closing; /* nothing more in or out but the close frame */
    guint16 close_status;
    char *close_reason;
};

/* http-loop.c */
gint64 http_now_us(void);

/* http-server.c */
int http_server_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length);

/* http-route.c: pure */
/** Does `path` fit `pattern`? Fills `params` (char* → char*, both owned by the table) if it does. */
gboolean http_route_match(const char *pattern, const char *path, GHashTable *params);
/** The route for the request, or NULL with 404 or 405 in *ret_status; *ret_allow then lists what is allowed. */
const HttpRoute *http_route_find(const HttpRoute *routes, gsize count, const char *method, const char *path,
                                 GHashTable *params, int *ret_status, char **ret_allow);

/* http-request.c */
HttpRequest *http_request_new(HttpServer *server, struct lws *wsi);
void http_request_free(HttpRequest *request);
/** The peer went away: tells whoever wants to know, and frees what nobody waits for. */
void http_request_peer_gone(HttpRequest *request);
/** The answer to a fault that lib/http finds itself: problem+json with a stable code. A body that is still coming ends the connection. */
void http_request_refuse(HttpRequest *request, int status, const char *code, const char *title, const char *title_zh);
/** Reads method, path, query, headers; -1 when they cannot be answered at all. */
int http_request_parse(HttpRequest *request);

/* http-answer.c */
/** Writes what fits. 0 = go on, 1 = all is out, -1 = the connection is of no use any more. */
int http_answer_write(HttpRequest *request);
void http_answer_wake(HttpRequest *request);
/** Has libwebsockets read input that it has not handled yet? TRUE also when that cannot be said. In the connection's own callback only. */
gboolean http_input_is_left(struct lws *wsi);
void http_answer_clear(HttpRequest *request);
/** http_request_stream() with a known length (-1 = unknown). */
void http_answer_stream(HttpRequest *request, int status, const char *content_type, gint64 length,
                        const HttpStreamRules *rules, gpointer user);
/** Cuts the connection, so that the peer sees that the body is incomplete. `closed` follows. */
void http_answer_abort(HttpRequest *request);
/** Once a second: half-closed peers, stalled bodies, peers that do not read. */
void http_requests_look_after(HttpLoop *loop);

/* http-range.c: pure; http_range_parse() is public */
/** RFC 9110, section 13.1.2: weak comparison against a list or "*". */
gboolean http_etag_listed(const char *header, const char *etag);

/* http-websocket.c */
HttpWebSocket *http_websocket_new(HttpRequest *request);
void http_websocket_free(HttpWebSocket *socket);
int http_websocket_receive(HttpWebSocket *socket, const void *data, gsize length);
int http_websocket_write(HttpWebSocket *socket);

/* http-client.c */

/** What a call does with its answer. Exactly one `end` per call; nothing after it. */
typedef struct {
    void (*head)(HttpCall *call);
    void (*data)(HttpCall *call, const void *data, gsize length);
    void (*end)(HttpCall *call, const char *problem); /* NULL = the answer is complete */
} HttpCallSink;

struct HttpCall {
    HttpClient *client;
    struct lws *wsi; /* NULL before the connection and after the end */
    const HttpCallSink *sink;
    gpointer user;

    char *method, *path, *content_type;
    char *range, *if_none_match, *if_range;
    GBytes *body;
    gsize body_sent;
    guint64 timer;
    gint64 heard_us; /* monotonic; when the upstream last sent something, or was last let speak */
    gboolean started, ended;
    gboolean endless; /* may be silent for ever */

    /* the answer */
    int status;
    gint64 length; /* -1 = unknown */
    gboolean complete;
    gboolean paused;   /* the sink wants no more for now */
    gboolean readable; /* libwebsockets waits for us to read */

    /* for http_client_call() and http_client_lines() */
    gsize answer_max;
    GByteArray *collected;
    char *answer_type, *answer_location;
    HttpAnswerFunc done;
    HttpLinesRules lines;
};

/** timeout_ms 0: none; but an answer that has begun and is not `endless` may pause for a minute only. */
HttpCall *http_call_start(HttpClient *client, const char *method, const char *path, const HttpCallSink *sink,
                          gpointer user, guint timeout_ms);
/** Header of the answer; only in `head`. The caller frees it; NULL if absent. */
char *http_call_header(HttpCall *call, const char *name);
/** Drops the timeout; only silence ends the call from now on. */
void http_call_take_your_time(HttpCall *call);
void http_call_pause(HttpCall *call);
void http_call_resume(HttpCall *call);
void http_call_fail(HttpCall *call, const char *problem);

/** Once a second: upstreams that fell silent. */
void http_clients_look_after(HttpLoop *loop);
void http_client_loop_gone(HttpClient *client);
int http_client_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length);
