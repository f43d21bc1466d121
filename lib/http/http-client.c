#include "http-private.h"

#include <string.h>

#define CALLS_AT_ONCE   16
#define TIMEOUT_MS      10000
#define ANSWER_MAX      (1024 * 1024)
#define LINE_MAX_LENGTH (64 * 1024)

/* Between two pieces of a body. */
#define SILENCE_MAX_US (60 * G_USEC_PER_SEC)

/* libwebsockets formats the request line into 2048 bytes. */
#define PATH_MAX_LENGTH 1800

struct HttpClient {
    HttpLoop *loop; /* NULL once the loop has gone */
    char *address;  /* as libwebsockets wants it: "+/path" or a host */
    int port;
    GQueue waiting;   /* of HttpCall */
    GQueue under_way; /* of HttpCall */
    gboolean pump_due;
    guint at_once;
};

HttpClient *
http_client_new(HttpLoop *loop, const char *base)
{
    HttpClient *client = g_new0(HttpClient, 1);

    client->loop = loop;
    client->at_once = CALLS_AT_ONCE;
    if (g_str_has_prefix(base, "unix:")) {
        client->address = g_strconcat("+", base + strlen("unix:"), NULL);
    } else {
        const char *host = g_str_has_prefix(base, "http://") ? base + strlen("http://") : base;
        gsize length = strcspn(host, ":/");

        client->address = g_strndup(host, length);
        client->port = host[length] == ':' ? (int)g_ascii_strtoull(host + length + 1, NULL, 10) : 80;
    }
    g_queue_init(&client->waiting);
    g_queue_init(&client->under_way);
    g_hash_table_add(loop->clients, client);
    return client;
}

void
http_client_allow(HttpClient *client, guint at_once)
{
    client->at_once = at_once;
}

static void
call_free(HttpCall *call)
{
    g_free(call->method);
    g_free(call->path);
    g_free(call->content_type);
    g_free(call->range);
    g_free(call->if_none_match);
    g_free(call->if_range);
    g_free(call->answer_type);
    g_free(call->answer_location);
    if (call->body)
        g_bytes_unref(call->body);
    if (call->collected)
        g_byte_array_unref(call->collected);
    g_free(call);
}

static void pump(gpointer data);

static void
pump_soon(HttpClient *client)
{
    if (client->pump_due || !client->loop)
        return;
    client->pump_due = TRUE;
    http_loop_post(client->loop, pump, client);
}

/* The one place where a call ends. */
static void
call_end(HttpCall *call, const char *problem)
{
    HttpClient *client = call->client;

    if (call->ended)
        return;
    call->ended = TRUE;
    http_loop_cancel(client->loop, call->timer);
    g_queue_remove(call->started ? &client->under_way : &client->waiting, call);
    if (call->wsi) {
        lws_set_opaque_user_data(call->wsi, NULL);
        lws_set_timeout(call->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
        call->wsi = NULL;
    }
    if (!g_queue_is_empty(&client->waiting))
        pump_soon(client);
    call->sink->end(call, problem);
    call_free(call);
}

void
http_call_fail(HttpCall *call, const char *problem)
{
    call_end(call, problem);
}

void
http_call_cancel(HttpCall *call)
{
    call_end(call, "cancelled");
}

static void
end_all(HttpClient *client, const char *problem)
{
    HttpCall *call;

    while ((call = g_queue_peek_head(&client->under_way)) || (call = g_queue_peek_head(&client->waiting)))
        call_end(call, problem);
}

void
http_client_loop_gone(HttpClient *client)
{
    end_all(client, "shutting down");
    client->loop = NULL;
}

static void
free_client(gpointer data)
{
    HttpClient *client = data;

    g_free(client->address);
    g_free(client);
}

void
http_client_free(HttpClient *client)
{
    if (!client)
        return;
    if (!client->loop) {
        free_client(client);
        return;
    }
    end_all(client, "shutting down");
    g_hash_table_remove(client->loop->clients, client);
    if (client->pump_due)
        http_loop_post(client->loop, free_client, client); /* behind the pump that is in the mailbox */
    else
        free_client(client);
}

static void
call_timed_out(gpointer data)
{
    HttpCall *call = data;

    call->timer = 0;
    call_end(call, "timeout");
}

static void
call_connect(HttpCall *call)
{
    HttpClient *client = call->client;
    struct lws *wsi = NULL; /* libwebsockets writes it even after the call may have been ended and freed */
    struct lws_client_connect_info info = {
        .context = client->loop->context,
        .vhost = client->loop->inner,
        .address = client->address,
        .port = client->port,
        .path = call->path,
        .host = "localhost",
        .method = call->method,
        .ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT,
        .local_protocol_name = "yuntakan-client",
        .opaque_user_data = call,
        .pwsi = &wsi,
    };

    call->started = TRUE;
    g_queue_push_tail(&client->under_way, call);
    gboolean connecting = lws_client_connect_via_info(&info) != NULL;

    if (!g_queue_find(&client->under_way, call))
        return; /* ended inside, by the callback */
    call->wsi = connecting ? wsi : NULL;
    if (!connecting)
        call_end(call, "unreachable");
}

static guint
calls_counted(HttpClient *client)
{
    guint count = 0;

    for (GList *at = client->under_way.head; at; at = at->next)
        count += !((HttpCall *)at->data)->endless;
    return count;
}

/* Runs from the mailbox, so that no callback comes before http_client_call() has returned. */
static void
pump(gpointer data)
{
    HttpClient *client = data;

    client->pump_due = FALSE;
    while (client->loop && !g_queue_is_empty(&client->waiting) && calls_counted(client) < client->at_once)
        call_connect(g_queue_pop_head(&client->waiting));
}

HttpCall *
http_call_start(HttpClient *client, const char *method, const char *path, const HttpCallSink *sink,
                gpointer user, guint timeout_ms)
{
    HttpCall *call = g_new0(HttpCall, 1);

    call->client = client;
    call->sink = sink;
    call->user = user;
    call->method = g_strdup(method);
    call->path = g_strdup(path);
    call->length = -1;
    call->heard_us = http_now_us();
    if (strlen(path) > PATH_MAX_LENGTH) {
        g_free(call->path);
        call->path = g_strdup("/");
        timeout_ms = 1; /* ends by itself, and not from inside this call */
    } else {
        g_queue_push_tail(&client->waiting, call);
        pump_soon(client);
    }
    if (timeout_ms)
        call->timer = http_loop_after(client->loop, timeout_ms, call_timed_out, call);
    return call;
}

static void
look_after(HttpClient *client, gint64 now)
{
    g_autoptr(GList) calls = g_list_copy(client->under_way.head);

    for (GList *at = calls; at; at = at->next) {
        HttpCall *call = at->data;

        if (!g_queue_find(&client->under_way, call))
            continue; /* ended by the end of another */
        /* libwebsockets gives the first byte of an answer 20 s; a verdict over a long recording takes more.
         * Our own timer decides. */
        if (call->wsi && call->status == 0)
            lws_set_timeout(call->wsi, PENDING_TIMEOUT_AWAITING_SERVER_RESPONSE, 30);
        if (call->paused || call->status == 0 || call->endless)
            call->heard_us = now;
        else if (now - call->heard_us > SILENCE_MAX_US)
            call_end(call, "silent");
    }
}

void
http_clients_look_after(HttpLoop *loop)
{
    g_autoptr(GList) clients = g_hash_table_get_keys(loop->clients);
    gint64 now = http_now_us();

    for (GList *at = clients; at; at = at->next)
        if (g_hash_table_contains(loop->clients, at->data))
            look_after(at->data, now);
}

/* ---- the connection ---- */

char *
http_call_header(HttpCall *call, const char *name)
{
    g_autofree char *with_colon = g_strconcat(name, ":", NULL);
    enum lws_token_indexes token = WSI_TOKEN_COUNT;

    for (int i = 0; i < WSI_TOKEN_COUNT; i++) {
        const char *known = (const char *)lws_token_to_string((enum lws_token_indexes)i);

        if (known && g_str_equal(known, with_colon))
            token = (enum lws_token_indexes)i;
    }
    if (token == WSI_TOKEN_COUNT) {
        int length = lws_hdr_custom_length(call->wsi, with_colon, (int)strlen(with_colon));
        char *value = length >= 0 ? g_malloc0((gsize)length + 1) : NULL;

        if (value)
            lws_hdr_custom_copy(call->wsi, value, length + 1, with_colon, (int)strlen(with_colon));
        return value;
    }
    int length = lws_hdr_total_length(call->wsi, token);

    if (length <= 0)
        return NULL;
    char *value = g_malloc0((gsize)length + 8); /* libwebsockets adds a comma per repeated header */

    if (lws_hdr_copy(call->wsi, value, length + 8, token) < 0)
        g_clear_pointer(&value, g_free);
    return value;
}

static gboolean
append_header(guint8 **at, guint8 *end, const char *name, const char *value)
{
    gsize length = strlen(name) + strlen(value) + 4;

    if (*at + length + 1 > end)
        return FALSE;
    g_snprintf((char *)*at, length + 1, "%s: %s\r\n", name, value);
    *at += length;
    return TRUE;
}

static int
append_headers(HttpCall *call, guint8 **at, gsize room)
{
    static const char close_line[] = "connection: close\r\n";
    const gsize close_length = sizeof close_line - 1;
    guint8 *end = *at + room;
    gsize body = call->body ? g_bytes_get_size(call->body) : 0;
    g_autofree char *length = g_strdup_printf("%zu", body);
    gboolean ok = TRUE;

    /* libwebsockets asks the peer to close at the end. On a Unix socket that end overtakes what we have not
     * read yet (POLLHUP), so a slow reader of a proxied body would lose its tail. We close ourselves when we
     * are done. */
    if (memcmp(*at - close_length, close_line, close_length) == 0)
        *at -= close_length;
    if (body > 0 || g_str_equal(call->method, "POST") || g_str_equal(call->method, "PUT") ||
        g_str_equal(call->method, "PATCH"))
        ok = append_header(at, end, "Content-Length", length);
    if (ok && body > 0 && call->content_type)
        ok = append_header(at, end, "Content-Type", call->content_type);
    if (ok && call->range)
        ok = append_header(at, end, "Range", call->range);
    if (ok && call->if_range)
        ok = append_header(at, end, "If-Range", call->if_range);
    if (ok && call->if_none_match)
        ok = append_header(at, end, "If-None-Match", call->if_none_match);
    if (!ok)
        return -1;
    if (body > 0) {
        lws_client_http_body_pending(call->wsi, 1);
        lws_callback_on_writable(call->wsi);
    }
    return 0;
}

static int
send_body(HttpCall *call)
{
    gsize size;
    const guint8 *data = call->body ? g_bytes_get_data(call->body, &size) : NULL;

    if (!data || call->body_sent >= size)
        return 0;
    gsize part = MIN(size - call->body_sent, HTTP_WRITE_MAX);
    guint8 *buffer = call->client->loop->scratch + LWS_PRE;

    memcpy(buffer, data + call->body_sent, part);
    call->body_sent += part;
    if (call->body_sent == size)
        lws_client_http_body_pending(call->wsi, 0);
    if (lws_write(call->wsi, buffer, part, call->body_sent == size ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) <
        (int)part)
        return -1;
    if (call->body_sent < size)
        lws_callback_on_writable(call->wsi);
    return 0;
}

static int
answer_begins(HttpCall *call)
{
    g_autofree char *length = NULL;

    call->status = (int)lws_http_client_http_response(call->wsi);
    call->heard_us = http_now_us();
    length = http_call_header(call, "content-length");
    if (length)
        call->length = (gint64)(g_ascii_strtoull(length, NULL, 10) & G_MAXINT64);
    if (call->sink->head)
        call->sink->head(call);
    return 0;
}

/* 1: there will be no body (RFC 9112, section 6.3), which libwebsockets does not know. */
static gboolean
answer_has_no_body(const HttpCall *call)
{
    return g_str_equal(call->method, "HEAD") || call->status == 204 || call->status == 304 ||
           call->length == 0;
}

/* Ends the call if the answer is over. TRUE: it was, and the call is gone. */
static gboolean
read_some(HttpCall *call)
{
    HttpLoop *loop = call->client->loop;
    struct lws *wsi = call->wsi;
    char *start = (char *)loop->client_buffer, *at = start;
    int room = HTTP_WRITE_MAX;

    call->readable = FALSE;
    call->heard_us = http_now_us();
    int result = lws_http_client_read(wsi, &at, &room);

    if (lws_get_opaque_user_data(wsi) != call)
        return TRUE; /* ended by its own sink */
    if (call->complete) {
        /* libwebsockets calls an answer of unknown length complete when the peer hangs up; only a read that
         * consumed the last chunk is. */
        call_end(call, at != start ? NULL : "cut off");
        return TRUE;
    }
    if (result < 0) {
        call_end(call, "cut off");
        return TRUE;
    }
    return FALSE;
}

void
http_call_take_your_time(HttpCall *call)
{
    http_loop_cancel(call->client->loop, call->timer);
    call->timer = 0;
}

void
http_call_pause(HttpCall *call)
{
    call->paused = TRUE;
}

void
http_call_resume(HttpCall *call)
{
    if (!call->paused)
        return;
    call->paused = FALSE;
    if (call->readable && call->wsi)
        read_some(call);
}

int
http_client_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    HttpCall *call = wsi ? lws_get_opaque_user_data(wsi) : NULL;

    if (call)
        call->wsi = wsi;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
    case LWS_CALLBACK_WSI_DESTROY:
        if (call) {
            lws_set_opaque_user_data(wsi, NULL);
            call->wsi = NULL;
            call_end(call, call->status ? "cut off" : "unreachable");
        }
        return 0;
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return call ? append_headers(call, in, length) : -1;
    case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
        return call ? send_body(call) : -1;
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
        if (!call)
            return -1;
        answer_begins(call);
        if (lws_get_opaque_user_data(wsi) != call)
            return -1;
        if (answer_has_no_body(call)) {
            call_end(call, NULL);
            return -1;
        }
        return 0;
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
        if (!call)
            return -1;
        call->readable = TRUE;
        if (call->paused)
            return 0; /* libwebsockets does not poll for input until we have read */
        return read_some(call) ? -1 : 0;
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
        if (!call)
            return -1;
        call->sink->data(call, in, length);
        return lws_get_opaque_user_data(wsi) == call ? 0 : -1;
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
        if (call)
            call->complete = TRUE;
        return -1;
    default:
        return 0;
    }
}

/* ---- one answer, collected ---- */

static void
collect_head(HttpCall *call)
{
    call->answer_type = http_call_header(call, "content-type");
    call->answer_location = http_call_header(call, "location");
}

static void
collect_data(HttpCall *call, const void *data, gsize length)
{
    if (call->collected->len + length > call->answer_max) {
        http_call_fail(call, "too long");
        return;
    }
    g_byte_array_append(call->collected, data, (guint)length);
}

static void
collect_end(HttpCall *call, const char *problem)
{
    HttpAnswer answer = {.problem = problem};

    answer.body = g_byte_array_free_to_bytes(g_steal_pointer(&call->collected));
    if (!problem) {
        answer.status = call->status;
        answer.content_type = call->answer_type;
        answer.location = call->answer_location;
    }
    call->done(&answer, call->user);
    g_bytes_unref(answer.body);
}

static const HttpCallSink collect = {collect_head, collect_data, collect_end};

HttpCall *
http_client_call(HttpClient *client, const HttpCallRequest *request, HttpAnswerFunc done, gpointer user)
{
    HttpCall *call = http_call_start(client, request->method, request->path, &collect, user,
                                     request->timeout_ms ? request->timeout_ms : TIMEOUT_MS);

    call->done = done;
    call->answer_max = request->answer_max ? request->answer_max : ANSWER_MAX;
    call->collected = g_byte_array_new();
    call->content_type = g_strdup(request->content_type);
    call->body = request->body ? g_bytes_ref(request->body) : NULL;
    return call;
}

/* ---- lines without end ---- */

static void
lines_head(HttpCall *call)
{
    if (call->status != 200)
        http_call_fail(call, "not available");
}

static void
lines_data(HttpCall *call, const void *data, gsize length)
{
    const char *at = data;
    struct lws *wsi = call->wsi;

    while (length > 0) {
        const char *newline = memchr(at, '\n', length);
        gsize part = newline ? (gsize)(newline - at) : length;

        if (call->collected->len + part > LINE_MAX_LENGTH) {
            http_call_fail(call, "line too long");
            return;
        }
        g_byte_array_append(call->collected, (const guint8 *)at, (guint)part);
        if (!newline)
            return;
        g_byte_array_append(call->collected, (const guint8 *)"", 1);
        call->lines.line((const char *)call->collected->data, call->collected->len - 1, call->user);
        if (lws_get_opaque_user_data(wsi) != call)
            return; /* cancelled by the line */
        g_byte_array_set_size(call->collected, 0);
        at += part + 1;
        length -= part + 1;
    }
}

static void
lines_end(HttpCall *call, const char *problem)
{
    if (call->lines.ended)
        call->lines.ended(call->user);
}

static const HttpCallSink lines = {lines_head, lines_data, lines_end};

HttpCall *
http_client_lines(HttpClient *client, const char *path, const HttpLinesRules *rules, gpointer user)
{
    HttpCall *call = http_call_start(client, "GET", path, &lines, user, 0);

    call->lines = *rules;
    call->endless = TRUE;
    call->collected = g_byte_array_new();
    return call;
}
