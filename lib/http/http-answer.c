#include "http-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

/* A peer that takes no byte for this long is not coming back. */
#define STALL_US (60 * G_USEC_PER_SEC)

/* A body may come slowly, but not slower than this on the whole; 4 KiB/s is below any usable phone
 * connection. */
#define BODY_BYTES_PER_SECOND_MIN 4096
#define BODY_GRACE_US             (20 * G_USEC_PER_SEC)

/* An answer of this size goes into the socket's buffer at once. */
#define BODY_ANSWER_KEPT_MAX (32 * 1024)

static const char *
reason_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {422, "Unprocessable Content"},
        {425, "Too Early"},
        {426, "Upgrade Required"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {507, "Insufficient Storage"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(phrases); i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "Status";
}

void
http_request_add_header(HttpRequest *request, const char *name, const char *value)
{
    /* A line break from outside here would let a peer write our headers. */
    g_assert(strpbrk(name, "\r\n: ") == NULL && strpbrk(value, "\r\n") == NULL);
    g_string_append_printf(request->extra_headers, "%s: %s\r\n", name, value);
}

/* RFC 9110, section 5.6.7; strftime() would follow the locale. */
static void
append_date(GString *head)
{
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t now = time(NULL);
    struct tm tm;

    gmtime_r(&now, &tm);
    g_string_append_printf(head, "Date: %.3s, %02d %.3s %d %02d:%02d:%02d GMT\r\n", days + 3 * tm.tm_wday,
                           tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                           tm.tm_sec);
}

static void
enqueue(HttpRequest *request, GBytes *bytes)
{
    request->queued += g_bytes_get_size(bytes);
    g_queue_push_tail(&request->queue, bytes);
}

void
http_answer_wake(HttpRequest *request)
{
    if (!request->wsi || request->slow)
        return;
    /* libwebsockets 4.1 does not serve POLLOUT of a connection whose input is held back. */
    lws_rx_flow_control(request->wsi, 1);
    lws_callback_on_writable(request->wsi);
}

/* Status line and headers. length < 0: unknown, chunked where the peer understands it. */
static void
begin_answer(HttpRequest *request, int status, const char *content_type, gint64 length)
{
    GString *head = g_string_sized_new(512);
    gboolean bodyless = status == 204 || status == 304 || status < 200;

    g_assert(request->state != REQUEST_ANSWERING);
    g_string_append_printf(head, "HTTP/1.1 %d %s\r\n", status, reason_phrase(status));
    append_date(head);
    if (content_type && !bodyless)
        g_string_append_printf(head, "Content-Type: %s\r\n", content_type);
    if (length >= 0 && !bodyless)
        g_string_append_printf(head, "Content-Length: %" G_GINT64_FORMAT "\r\n", length);
    if (length < 0 && request->http_1_0)
        request->close_after =
            TRUE; /* RFC 9112, section 6.3: the end of the connection is the end of the body */
    else if (length < 0)
        g_string_append(head, "Transfer-Encoding: chunked\r\n");
    request->chunked = length < 0 && !request->http_1_0;
    /* See http_input_is_left(): behind a request with a body, what the peer sends before the answer is out
     * cannot be read later. */
    if (request->body_length > 0 && (length < 0 || length > BODY_ANSWER_KEPT_MAX))
        request->close_after = TRUE;
    if (request->close_after)
        g_string_append(head, "Connection: close\r\n");
    g_string_append_len(head, request->extra_headers->str, (gssize)request->extra_headers->len);
    g_string_append(head, "\r\n");

    request->state = REQUEST_ANSWERING;
    request->begun_us = http_now_us();
    lws_set_timeout(request->wsi, NO_PENDING_TIMEOUT,
                    0); /* from here on http_requests_look_after() watches */
    enqueue(request, g_string_free_to_bytes(head));
}

void
http_request_reply(HttpRequest *request, int status, const char *content_type, GBytes *body)
{
    if (!request->wsi) {
        http_request_free(request);
        return;
    }
    begin_answer(request, status, content_type, body ? (gint64)g_bytes_get_size(body) : 0);
    if (body && !request->head && g_bytes_get_size(body) > 0)
        enqueue(request, g_bytes_ref(body));
    http_answer_wake(request);
}

void
http_request_reply_text(HttpRequest *request, int status, const char *content_type, const char *text)
{
    g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));

    http_request_reply(request, status, content_type, body);
}

static void
reply_range(HttpRequest *request, int fd, guint64 size, const char *etag, const char *content_type)
{
    guint64 first = 0, length = size;
    const char *if_range = http_request_header(request, "if-range");
    const char *range =
        !if_range || g_str_equal(if_range, etag) ? http_request_header(request, "range") : NULL;
    HttpRangeResult result = http_range_parse(range, size, &first, &length);

    if (result == HTTP_RANGE_UNSATISFIABLE) {
        g_autofree char *total = g_strdup_printf("bytes */%" G_GUINT64_FORMAT, size);

        close(fd);
        http_request_add_header(request, "Content-Range", total);
        http_request_reply(request, 416, NULL, NULL);
        return;
    }
    if (result == HTTP_RANGE_ONE) {
        g_autofree char *part =
            g_strdup_printf("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, first,
                            first + length - 1, size);

        http_request_add_header(request, "Content-Range", part);
    } else {
        first = 0;
        length = size;
    }
    begin_answer(request, result == HTTP_RANGE_ONE ? 206 : 200, content_type, (gint64)length);
    if (request->head) {
        close(fd);
    } else {
        request->file_fd = fd;
        request->file_offset = first;
        request->file_left = length;
    }
    http_answer_wake(request);
}

/* The start of an append-only file never changes, so its inode and the visible length name its bytes;
 * any other file is named by the time of its last change too. */
static char *
file_etag(const struct stat *status, gint64 visible)
{
    if (visible >= 0)
        return g_strdup_printf("\"%lx-%lx-%" G_GINT64_MODIFIER "x\"", (gulong)status->st_dev,
                               (gulong)status->st_ino, visible);
    return g_strdup_printf("\"%lx-%lx-%lx-%lx\"", (gulong)status->st_ino, (gulong)status->st_size,
                           (gulong)status->st_mtim.tv_sec, (gulong)status->st_mtim.tv_nsec);
}

void
http_request_reply_fd(HttpRequest *request, int fd, gint64 length, const char *content_type)
{
    struct stat status;

    if (!request->wsi || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        http_request_reply_text(
            request, 404, "application/problem+json",
            "{\"code\":\"http/not-found\",\"status\":404,\"title\":\"There is nothing here.\","
            "\"title_zh\":\"没有找到该内容。\"}");
        return;
    }
    g_autofree char *etag = file_etag(&status, length);
    guint64 size = length < 0 ? (guint64)status.st_size : MIN((guint64)length, (guint64)status.st_size);

    http_request_add_header(request, "ETag", etag);
    http_request_add_header(request, "Accept-Ranges", "bytes");
    if (http_etag_listed(http_request_header(request, "if-none-match"), etag)) {
        close(fd);
        http_request_reply(request, 304, NULL, NULL);
        return;
    }
    reply_range(request, fd, size, etag, content_type);
}

void
http_request_reply_file(HttpRequest *request, const char *path, const char *content_type)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        http_request_reply_text(
            request, 404, "application/problem+json",
            "{\"code\":\"http/not-found\",\"status\":404,\"title\":\"There is nothing here.\","
            "\"title_zh\":\"没有找到该内容。\"}");
        return;
    }
    http_request_reply_fd(request, fd, -1, content_type);
}

static void
stream_of_nobody(gpointer data)
{
    HttpRequest *request = data;

    if (request->stream.closed)
        request->stream.closed(request->stream_user);
    http_request_free(request);
}

void
http_answer_stream(HttpRequest *request, int status, const char *content_type, gint64 length,
                   const HttpStreamRules *rules, gpointer user)
{
    request->streaming = TRUE;
    request->stream = *rules;
    request->stream_user = user;
    if (!request->wsi) {
        /* The peer went away before the answer: `closed` still comes, and not from inside this call. */
        request->state = REQUEST_ANSWERING;
        http_loop_post(request->loop, stream_of_nobody, request);
        return;
    }
    begin_answer(request, status, content_type, length);
    if (request->head)
        request->stream_ended = TRUE;
    http_answer_wake(request);
}

void
http_request_stream(HttpRequest *request, int status, const char *content_type, const HttpStreamRules *rules,
                    gpointer user)
{
    http_answer_stream(request, status, content_type, -1, rules, user);
}

void
http_answer_abort(HttpRequest *request)
{
    if (request->wsi)
        lws_set_timeout(request->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
}

static void
enqueue_chunk(HttpRequest *request, GBytes *chunk)
{
    if (!request->chunked) {
        enqueue(request, g_bytes_ref(chunk));
        return;
    }
    g_autofree char *size = g_strdup_printf("%zx\r\n", g_bytes_get_size(chunk));

    enqueue(request, g_bytes_new(size, strlen(size)));
    enqueue(request, g_bytes_ref(chunk));
    enqueue(request, g_bytes_new_static("\r\n", 2));
}

void
http_request_stream_write(HttpRequest *request, GBytes *chunk)
{
    if (!request->wsi || request->stream_ended)
        return;
    if (!chunk) {
        request->stream_ended = TRUE;
        if (request->chunked)
            enqueue(request, g_bytes_new_static("0\r\n\r\n", 5));
    } else if (g_bytes_get_size(chunk) > 0) {
        if (request->queued == 0)
            request->begun_us = http_now_us();
        enqueue_chunk(request, chunk);
    }
    http_answer_wake(request);
}

void
http_request_stream_break(HttpRequest *request)
{
    if (!request->wsi || request->stream_ended)
        return;
    request->stream_ended = request->stream_broken = TRUE;
    http_answer_wake(request);
}

gsize
http_request_stream_queued(const HttpRequest *request)
{
    return request->queued;
}

void
http_answer_clear(HttpRequest *request)
{
    g_queue_clear_full(&request->queue, (GDestroyNotify)g_bytes_unref);
    request->queued = 0;
    if (request->file_fd >= 0)
        close(request->file_fd);
    request->file_fd = -1;
}

/* Fills the scratch buffer from the queue. */
static gsize
take_queued(HttpRequest *request, guint8 *to, gsize room)
{
    gsize taken = 0;
    GBytes *first;

    while (taken < room && (first = g_queue_peek_head(&request->queue))) {
        gsize size;
        const guint8 *data = g_bytes_get_data(first, &size);
        gsize part = MIN(size - request->offset, room - taken);

        if (part > 0)
            memcpy(to + taken, data + request->offset, part);
        taken += part;
        request->offset += part;
        if (request->offset == size) {
            g_bytes_unref(g_queue_pop_head(&request->queue));
            request->offset = 0;
        }
    }
    request->queued -= taken;
    return taken;
}

/* < 0: the file got shorter or cannot be read; its announced length cannot be kept. */
static gssize
take_file(HttpRequest *request, guint8 *to, gsize room)
{
    if (request->file_fd < 0 || request->file_left == 0)
        return 0;
    ssize_t count = pread(request->file_fd, to, MIN(room, request->file_left), (off_t)request->file_offset);

    if (count <= 0) {
        log_warning("http", "file ended early errno=%d", count < 0 ? errno : 0);
        return -1;
    }
    request->file_offset += (guint64)count;
    request->file_left -= (guint64)count;
    return count;
}

static gboolean
answer_is_out(const HttpRequest *request)
{
    return request->queued == 0 && request->queue.length == 0 &&
           (request->file_fd < 0 || request->file_left == 0) &&
           (!request->streaming || request->stream_ended);
}

int
http_answer_write(HttpRequest *request)
{
    guint8 *buffer = request->loop->scratch + LWS_PRE;

    if (request->state != REQUEST_ANSWERING)
        return 0;
    if (request->stream_broken)
        return -1;
    gsize length = take_queued(request, buffer, HTTP_WRITE_MAX);
    gssize from_file = take_file(request, buffer + length, HTTP_WRITE_MAX - length);

    if (from_file < 0)
        return -1;
    length += (gsize)from_file;
    if (length > 0) {
        request->begun_us = http_now_us();
        if (lws_write(request->wsi, buffer, length, LWS_WRITE_HTTP) < (int)length)
            return -1;
        /* At once, so that the peer's next request meets a connection that is ready for it. */
        if (answer_is_out(request) && !lws_partial_buffered(request->wsi))
            return 1;
        lws_callback_on_writable(request->wsi);
        return 0;
    }
    if (answer_is_out(request))
        return 1;
    /* A silent stream: hold input back again, or a peer's unread byte would make the loop spin. */
    lws_rx_flow_control(request->wsi, 0);
    if (request->streaming && request->stream.writable)
        request->stream.writable(request, request->stream_user);
    return 0;
}

static gint
ready(int fd, short events)
{
    struct pollfd one = {.fd = fd, .events = events};

    return poll(&one, 1, 0) > 0 ? one.revents : 0;
}

static void
slow_writable(gpointer data)
{
    HttpLoop *loop = data;
    GHashTableIter iter;
    gpointer key;
    gboolean more = FALSE;

    g_hash_table_iter_init(&iter, loop->requests);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        HttpRequest *request = key;

        if (!request->slow)
            continue;
        if (!request->wsi || ready(lws_get_socket_fd(request->wsi), POLLOUT)) {
            request->slow = FALSE;
            http_answer_wake(request);
        } else {
            more = TRUE;
        }
    }
    if (more)
        http_loop_after(loop, 50, slow_writable, loop);
}

static gboolean
body_too_slow(const HttpRequest *request, gint64 now)
{
    gint64 allowed = BODY_GRACE_US + (gint64)(request->incoming ? request->incoming->len : 0) *
                                         G_USEC_PER_SEC / BODY_BYTES_PER_SECOND_MIN;

    return request->state == REQUEST_RECEIVING && now - request->begun_us > allowed;
}

/*
 * libwebsockets 4.1 keeps input that it has read too early (a pipelined request) in a list, and when that
 * turns out to be a request with a body, takes the request's own head for the body and never comes back. So
 * no input may be left over when the next request begins. There is no call that says so, but one that says
 * whether any connection has such input and is not held back.
 */
gboolean
http_input_is_left(struct lws *wsi)
{
    struct lws_context *context = lws_get_context(wsi);

    lws_rx_flow_control(wsi, 0);
    gboolean others = lws_service_adjust_timeout(context, 1000, 0) == 0;
    lws_rx_flow_control(wsi, 1);
    return others || lws_service_adjust_timeout(context, 1000, 0) == 0;
}

static gboolean
is_sending(const HttpRequest *request)
{
    return request->wsi && request->state == REQUEST_ANSWERING && !request->slow &&
           request->queued + request->file_left > 0;
}

static gboolean
is_lost(const HttpRequest *request, gint waiting, gint64 now)
{
    gboolean stalled = request->state == REQUEST_ANSWERING && request->queued + request->file_left > 0 &&
                       now - request->begun_us > STALL_US;

    return stalled || body_too_slow(request, now) ||
           (request->state != REQUEST_RECEIVING && (waiting & (POLLRDHUP | POLLERR | POLLHUP)));
}

/*
 * While an answer is being made or waits for the peer to read, libwebsockets leaves input unread. Held back
 * (see http_answer_wake()) it does not notice that the peer closed; let in, it would spin as long as
 * something unread waits. So: once a second we look ourselves.
 */
void
http_requests_look_after(HttpLoop *loop)
{
    g_autoptr(GList) all = g_hash_table_get_keys(loop->requests);
    gint64 now = http_now_us();
    gboolean any_slow = FALSE, was_slow = FALSE;

    for (GList *at = all; at; at = at->next)
        if (is_sending(at->data))
            lws_rx_flow_control(((HttpRequest *)at->data)->wsi, 0);
    gboolean others = lws_service_adjust_timeout(loop->context, 1000, 0) == 0;

    for (GList *at = all; at; at = at->next) {
        HttpRequest *request = at->data;

        if (!request->wsi)
            continue;
        gint waiting = ready(lws_get_socket_fd(request->wsi), POLLIN | POLLRDHUP);

        if (is_lost(request, waiting, now)) {
            lws_set_timeout(request->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
            continue;
        }
        was_slow |= request->slow;
        if (!is_sending(request))
            continue;
        lws_rx_flow_control(request->wsi, 1);
        if ((waiting & POLLIN) || (!others && lws_service_adjust_timeout(loop->context, 1000, 0) == 0)) {
            request->slow = any_slow = TRUE;
            lws_rx_flow_control(request->wsi, 0);
        }
    }
    if (any_slow && !was_slow)
        http_loop_after(loop, 50, slow_writable, loop);
}
