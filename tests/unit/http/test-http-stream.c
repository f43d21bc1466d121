/* Files, ranges, streams without end, back pressure, and the client and proxy on top of them. */
#include "http-fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#define BIG (6 * 1024 * 1024)

static char *
big_file(void)
{
    char *name = NULL;
    int fd = g_file_open_tmp("http-XXXXXX", &name, NULL);
    g_autofree guint8 *data = g_malloc(BIG);

    for (gsize i = 0; i < BIG; i++)
        data[i] = (guint8)('A' + i % 26);
    ck_assert_int_eq(write(fd, data, BIG), BIG);
    close(fd);
    return name;
}

static void
handle_file(HttpRequest *request, gpointer user)
{
    const char *name = http_request_query(request, "name");
    const char *visible = http_request_query(request, "visible");

    if (visible)
        http_request_reply_fd(request, open(name, O_RDONLY | O_CLOEXEC), g_ascii_strtoll(visible, NULL, 10),
                              "video/mp4");
    else
        http_request_reply_file(request, name, "text/plain");
}

/* Streams as much as the query asks for, never more than the peer takes; counts how far it got. */
typedef struct {
    Fixture *fixture;
    gsize left;
} Fountain;

static void
fountain_flow(HttpRequest *request, gpointer user)
{
    Fountain *fountain = user;
    static const char water[32 * 1024] = {[0 ... 32 * 1024 - 1] = 'w'};

    while (fountain->left > 0 && http_request_stream_queued(request) < 64 * 1024) {
        gsize part = MIN(fountain->left, sizeof water);
        g_autoptr(GBytes) chunk = g_bytes_new_static(water, part);

        http_request_stream_write(request, chunk);
        fountain->left -= part;
        g_atomic_int_add(&fountain->fixture->events, (gint)part);
    }
    if (fountain->left == 0)
        http_request_stream_write(request, NULL);
}

static void
fountain_closed(gpointer user)
{
    Fountain *fountain = user;

    g_atomic_int_add(&fountain->fixture->events, 1);
    g_free(fountain);
}

static const HttpStreamRules fountain_rules = {fountain_flow, fountain_closed};

static void
handle_fountain(HttpRequest *request, gpointer user)
{
    Fountain *fountain = g_new0(Fountain, 1);

    fountain->fixture = user;
    fountain->left = (gsize)g_ascii_strtoull(http_request_query(request, "bytes"), NULL, 10);
    http_request_stream(request, 200, "text/plain", &fountain_rules, fountain);
}

/* Two lines at once, a third in two pieces; then the connection is left open or cut by the query. */
static void
handle_lines(HttpRequest *request, gpointer user)
{
    static const HttpStreamRules quiet = {NULL, NULL};
    g_autoptr(GBytes) first = g_bytes_new_static("{\"n\":1}\n{\"n\":2}\n{\"n\"", 20);
    g_autoptr(GBytes) second = g_bytes_new_static(":3}\n", 4);

    http_request_stream(request, 200, "application/x-ndjson", &quiet, NULL);
    http_request_stream_write(request, first);
    http_request_stream_write(request, second);
    if (http_request_query(request, "end"))
        http_request_stream_write(request, NULL);
}

static void
handle_method(HttpRequest *request, gpointer user)
{
    g_autofree char *text = g_strdup_printf("%s %s %zu", http_request_method(request),
                                            http_request_header(request, "content-type"),
                                            g_bytes_get_size(http_request_body(request)));

    http_request_add_header(request, "Location", "/somewhere/1");
    http_request_add_header(request, "Cache-Control", "no-store");
    http_request_reply_text(request, 201, "text/plain", text);
}

static void
handle_status(HttpRequest *request, gpointer user)
{
    http_request_reply(request, atoi(http_request_param(request, "status")), NULL, NULL);
}

static void
handle_never(HttpRequest *request, gpointer user)
{
}

static const HttpRoute upstream_routes[] = {
    {"GET", "/file", handle_file, 0, NULL},
    {"GET", "/fountain", handle_fountain, 0, NULL},
    {"GET", "/lines", handle_lines, 0, NULL},
    {"*", "/method", handle_method, 4 * 1024 * 1024, NULL},
    {"GET", "/status/{status}", handle_status, 0, NULL},
    {"GET", "/never", handle_never, 0, NULL},
};

START_TEST(serves_files_and_ranges)
{
    g_autofree char *name = big_file();
    Fixture fixture = {0};

    fixture_unix(&fixture, upstream_routes, G_N_ELEMENTS(upstream_routes));
    g_autofree char *all =
        g_strdup_printf("GET /file?name=%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", name);
    g_autofree char *got = ask(&fixture, all);
    const char *body = strstr(got, "\r\n\r\n") + 4;

    ck_assert_uint_eq(strlen(body), BIG);
    assert_has(got, "Accept-Ranges: bytes\r\n");
    for (gsize i = 0; i < BIG; i += 4099)
        ck_assert_int_eq(body[i], 'A' + i % 26);
    const char *etag = strstr(got, "ETag: ") + 6;
    g_autofree char *tag = g_strndup(etag, strcspn(etag, "\r"));

    g_autofree char *part = g_strdup_printf("GET /file?name=%s HTTP/1.1\r\nHost: x\r\nConnection: "
                                            "close\r\nRange: bytes=26-30\r\nIf-Range: %s\r\n\r\n",
                                            name, tag);
    g_autofree char *range = ask(&fixture, part);
    assert_has(range, "HTTP/1.1 206 Partial Content");
    assert_has(range, "Content-Range: bytes 26-30/6291456\r\n");
    assert_has(range, "Content-Length: 5\r\n");
    assert_has(range, "\r\n\r\nABCDE");

    g_autofree char *same = g_strdup_printf(
        "GET /file?name=%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIf-None-Match: %s\r\n\r\n", name, tag);
    g_autofree char *unchanged = ask(&fixture, same);
    assert_has(unchanged, "HTTP/1.1 304 Not Modified");

    g_autofree char *beyond = g_strdup_printf(
        "GET /file?name=%s&visible=52 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=52-\r\n\r\n",
        name);
    g_autofree char *unsatisfiable = ask(&fixture, beyond);
    assert_has(unsatisfiable, "HTTP/1.1 416 ");
    assert_has(unsatisfiable, "Content-Range: bytes */52\r\n");

    g_autofree char *visible = g_strdup_printf(
        "GET /file?name=%s&visible=52 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", name);
    g_autofree char *bounded = ask(&fixture, visible);
    assert_has(bounded, "Content-Length: 52\r\n");

    g_autofree char *gone =
        ask(&fixture, "GET /file?name=/nothing/here HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_has(gone, "HTTP/1.1 404 ");
    g_autofree char *folder =
        ask(&fixture, "GET /file?name=/tmp HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_has(folder, "HTTP/1.1 404 ");
    g_unlink(name);
    fixture_end(&fixture);
}
END_TEST

START_TEST(streams_as_fast_as_the_peer_reads)
{
    Fixture fixture = {0};

    fixture_unix(&fixture, upstream_routes, G_N_ELEMENTS(upstream_routes));
    int fd = peer_open(&fixture);

    peer_send(fd, "GET /fountain?bytes=8388608 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    g_autoptr(GString) head = peer_read(fd, "\r\n\r\n");
    assert_has(head->str, "Transfer-Encoding: chunked\r\n");
    gint before = -1;

    /* Once the socket's buffer is full nothing more is made. */
    while (before != g_atomic_int_get(&fixture.events)) {
        before = g_atomic_int_get(&fixture.events);
        g_usleep(200000);
    }
    ck_assert_int_lt(before, 2 * 1024 * 1024);
    g_autoptr(GString) rest = peer_read(fd, NULL);
    ck_assert(g_str_has_suffix(rest->str, "\r\n0\r\n\r\n"));
    await(&fixture.events, 8388608 + 1);
    close(fd);

    /* a peer that hangs up in the middle: `closed` comes once */
    g_atomic_int_set(&fixture.events, 0);
    fd = peer_open(&fixture);
    peer_send(fd, "GET /fountain?bytes=8388608 HTTP/1.1\r\nHost: x\r\n\r\n");
    g_autoptr(GString) some = peer_read(fd, "www");
    close(fd);
    gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
    while (g_atomic_int_get(&fixture.events) % 32768 != 1 && g_get_monotonic_time() < deadline)
        g_usleep(1000);
    ck_assert_int_eq(g_atomic_int_get(&fixture.events) % 32768, 1);

    /* HTTP/1.0 knows no chunks */
    g_autofree char *old = ask(&fixture, "GET /fountain?bytes=10 HTTP/1.0\r\n\r\n");
    ck_assert(g_str_has_suffix(old, "\r\n\r\nwwwwwwwwww"));
    fixture_end(&fixture);
}
END_TEST

/* ---- the client, on a loop of its own ---- */

typedef struct {
    Fixture fixture; /* the upstream */
    HttpLoop *loop;
    HttpClient *client;
    GThread *thread;
    gint done;
    int status;
    char *problem, *type, *location;
    GBytes *body;
    GString *lines;
    HttpCall *call;
    const HttpCallRequest *request;
    const char *path;
} Caller;

static gpointer
caller_thread(gpointer data)
{
    http_loop_run(((Caller *)data)->loop);
    return NULL;
}

static void
caller_begin(Caller *caller)
{
    fixture_unix(&caller->fixture, upstream_routes, G_N_ELEMENTS(upstream_routes));
    g_autofree char *base = g_strconcat("unix:", caller->fixture.path, NULL);

    caller->loop = http_loop_new(NULL);
    caller->client = http_client_new(caller->loop, base);
    caller->lines = g_string_new(NULL);
    caller->thread = g_thread_new("caller", caller_thread, caller);
}

static void
caller_forget(Caller *caller)
{
    g_clear_pointer(&caller->problem, g_free);
    g_clear_pointer(&caller->type, g_free);
    g_clear_pointer(&caller->location, g_free);
    g_clear_pointer(&caller->body, g_bytes_unref);
    g_atomic_int_set(&caller->done, 0);
}

static void
caller_end(Caller *caller)
{
    http_loop_stop(caller->loop);
    g_thread_join(caller->thread);
    http_client_free(caller->client);
    http_loop_free(caller->loop);
    fixture_end(&caller->fixture);
    caller_forget(caller);
    g_string_free(caller->lines, TRUE);
}

static void
answered(const HttpAnswer *answer, gpointer user)
{
    Caller *caller = user;

    caller->status = answer->status;
    g_free(caller->problem);
    g_free(caller->type);
    g_free(caller->location);
    caller->problem = g_strdup(answer->problem);
    caller->type = g_strdup(answer->content_type);
    caller->location = g_strdup(answer->location);
    if (!caller->body)
        caller->body = g_bytes_ref(answer->body);
    g_atomic_int_inc(&caller->done);
}

static void
make_call(gpointer data)
{
    Caller *caller = data;

    caller->call = http_client_call(caller->client, caller->request, answered, caller);
}

static void
call(Caller *caller, const HttpCallRequest *request)
{
    caller_forget(caller);
    caller->request = request;
    http_loop_post(caller->loop, make_call, caller);
    await(&caller->done, 1);
}

START_TEST(calls_and_gets_answers)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    Caller caller = {0};

    caller_begin(&caller);
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_autofree guint8 *bytes = g_malloc0(3 * 1024 * 1024);
        g_autoptr(GBytes) body = g_bytes_new(bytes, i == 0 ? 0 : i == 1 ? 3 * 1024 * 1024 : 5);
        g_autofree char *expected = g_strdup_printf(
            "%s %s %zu", methods[i], i ? "application/json" : "(null)", g_bytes_get_size(body));

        call(&caller, &(HttpCallRequest){.method = methods[i],
                                         .path = "/method?x=1",
                                         .content_type = "application/json",
                                         .body = body});
        ck_assert_msg(caller.status == 201, "%s: %d %s", methods[i], caller.status, caller.problem);
        ck_assert_str_eq(caller.type, "text/plain");
        ck_assert_str_eq(caller.location, "/somewhere/1");
        ck_assert_uint_eq(g_bytes_get_size(caller.body), strlen(expected));
        ck_assert_int_eq(memcmp(g_bytes_get_data(caller.body, NULL), expected, strlen(expected)), 0);
    }
    call(&caller, &(HttpCallRequest){.method = "GET", .path = "/status/204"});
    ck_assert_int_eq(caller.status, 204);
    call(&caller, &(HttpCallRequest){.method = "GET", .path = "/status/503"});
    ck_assert_int_eq(caller.status, 503);
    call(&caller, &(HttpCallRequest){.method = "GET", .path = "/fountain?bytes=100000"});
    ck_assert_int_eq(caller.status, 200);
    ck_assert_uint_eq(g_bytes_get_size(caller.body), 100000);
    caller_end(&caller);
}
END_TEST

START_TEST(says_why_there_is_no_answer)
{
    Caller caller = {0};

    caller_begin(&caller);
    call(&caller, &(HttpCallRequest){.method = "GET", .path = "/never", .timeout_ms = 50});
    ck_assert_int_eq(caller.status, 0);
    ck_assert_str_eq(caller.problem, "timeout");
    call(&caller, &(HttpCallRequest){.method = "GET", .path = "/fountain?bytes=100000", .answer_max = 1000});
    ck_assert_int_eq(caller.status, 0);
    ck_assert_str_eq(caller.problem, "too long");

    HttpClient *good = caller.client;

    caller.client = http_client_new(caller.loop, "unix:/nonexistent/socket");
    call(&caller, &(HttpCallRequest){.method = "GET", .path = "/"});
    ck_assert_int_eq(caller.status, 0);
    ck_assert_str_eq(caller.problem, "unreachable");
    http_client_free(caller.client);
    caller.client = good;
    caller_end(&caller);
}
END_TEST

/* Forty at once: sixteen go out, the rest wait, all are answered. */
static void
make_many(gpointer data)
{
    Caller *caller = data;

    for (int i = 0; i < 40; i++)
        http_client_call(caller->client, &(HttpCallRequest){.method = "GET", .path = "/method"}, answered,
                         caller);
    http_call_cancel(http_client_call(caller->client, &(HttpCallRequest){.method = "GET", .path = "/method"},
                                      answered, caller));
}

static void
make_hopeless(gpointer data)
{
    Caller *caller = data;

    for (int i = 0; i < 20; i++)
        http_client_call(caller->client, &(HttpCallRequest){.method = "GET", .path = "/never"}, answered,
                         caller);
}

START_TEST(queues_calls_and_ends_them_when_freed)
{
    Caller caller = {0};

    caller_begin(&caller);
    http_loop_post(caller.loop, make_many, &caller);
    await(&caller.done, 41);
    ck_assert_int_eq(caller.status, 201);
    caller_forget(&caller);
    http_loop_post(caller.loop, make_hopeless, &caller);
    http_loop_post(caller.loop, make_many, &caller);
    await(&caller.done, 1); /* the cancelled one */
    http_loop_stop(caller.loop);
    g_thread_join(caller.thread);
    http_client_free(caller.client); /* every call that is left ends here, with status 0 */
    ck_assert_int_eq(g_atomic_int_get(&caller.done), 61);
    ck_assert_str_eq(caller.problem, "shutting down");
    http_loop_free(caller.loop);
    fixture_end(&caller.fixture);
    caller_forget(&caller);
    g_string_free(caller.lines, TRUE);
}
END_TEST

static void
line_came(const char *text, gsize length, gpointer user)
{
    Caller *caller = user;

    ck_assert_uint_eq(strlen(text), length);
    g_string_append_printf(caller->lines, "[%s]", text);
    g_atomic_int_inc(&caller->done);
}

static void
lines_ended(gpointer user)
{
    Caller *caller = user;

    g_string_append(caller->lines, "end");
    g_atomic_int_inc(&caller->done);
}

static const HttpLinesRules line_rules = {line_came, lines_ended};

static void
make_lines(gpointer data)
{
    Caller *caller = data;

    caller->call = http_client_lines(caller->client, caller->path, &line_rules, caller);
}

static void
stop_lines(gpointer data)
{
    http_call_cancel(((Caller *)data)->call);
}

START_TEST(reads_lines_until_the_end)
{
    Caller caller = {0};

    caller_begin(&caller);
    caller.path = "/lines?end=1";
    http_loop_post(caller.loop, make_lines, &caller);
    await(&caller.done, 4);
    ck_assert_str_eq(caller.lines->str, "[{\"n\":1}][{\"n\":2}][{\"n\":3}]end");

    g_string_truncate(caller.lines, 0);
    caller_forget(&caller);
    caller.path = "/lines";
    http_loop_post(caller.loop, make_lines, &caller);
    await(&caller.done, 3);
    http_loop_post(caller.loop, stop_lines, &caller);
    await(&caller.done, 4);
    ck_assert_str_eq(caller.lines->str, "[{\"n\":1}][{\"n\":2}][{\"n\":3}]end");

    g_string_truncate(caller.lines, 0);
    caller_forget(&caller);
    caller.path = "/nothing";
    http_loop_post(caller.loop, make_lines, &caller);
    await(&caller.done, 1);
    ck_assert_str_eq(caller.lines->str, "end");
    caller_end(&caller);
}
END_TEST

/* ---- the proxy: a front server whose requests all go to the upstream ---- */

typedef struct {
    Fixture front, upstream;
    HttpClient *client;
} Relay;

static void
handle_proxy(HttpRequest *request, gpointer user)
{
    Relay *relay = (Relay *)user; /* front is its first member */
    const char *name = http_request_query(request, "name"), *bytes = http_request_query(request, "bytes");
    g_autofree char *path = g_strdup_printf("/%s%s%s", http_request_param(request, "path"),
                                            name    ? "?name="
                                            : bytes ? "?bytes="
                                                    : "",
                                            name    ? name
                                            : bytes ? bytes
                                                    : "");

    http_client_proxy(relay->client, request, path);
}

static const HttpRoute front_routes[] = {{"*", "/{path*}", handle_proxy, 4 * 1024 * 1024, NULL}};

static void
relay_begin(Relay *relay)
{
    fixture_unix(&relay->upstream, upstream_routes, G_N_ELEMENTS(upstream_routes));
    g_autofree char *base = g_strconcat("unix:", relay->upstream.path, NULL);
    g_autoptr(GError) error = NULL;

    relay->front.loop = http_loop_new(NULL);
    relay->front.server = http_server_new(relay->front.loop, &(HttpListen){.address = "127.0.0.1"},
                                          front_routes, 1, relay, &error);
    relay->front.port = http_server_port(relay->front.server);
    relay->client = http_client_new(relay->front.loop, base);
    relay->front.thread = g_thread_new("front", fixture_thread, &relay->front);
}

static void
relay_end(Relay *relay)
{
    http_loop_stop(relay->front.loop);
    g_thread_join(relay->front.thread);
    http_client_free(relay->client);
    http_server_free(relay->front.server);
    http_loop_free(relay->front.loop);
    if (relay->upstream.loop)
        fixture_end(&relay->upstream);
}

START_TEST(passes_requests_through)
{
    g_autofree char *name = big_file();
    Relay relay = {0};

    relay_begin(&relay);
    g_autofree char *all =
        g_strdup_printf("GET /file?name=%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", name);
    g_autofree char *whole = ask(&relay.front, all);
    assert_has(whole, "Content-Length: 6291456\r\n");
    ck_assert_uint_eq(strlen(strstr(whole, "\r\n\r\n") + 4), BIG);

    g_autofree char *some = g_strdup_printf(
        "GET /file?name=%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=-2\r\n\r\n", name);
    g_autofree char *range = ask(&relay.front, some);
    assert_has(range, "HTTP/1.1 206 ");
    assert_has(range, "Content-Range: bytes 6291454-6291455/6291456\r\n");
    assert_has(range, "Accept-Ranges: bytes\r\n");
    assert_has(range, "ETag: \"");

    g_autofree char *head =
        g_strdup_printf("HEAD /file?name=%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", name);
    g_autofree char *only = ask(&relay.front, head);
    assert_has(only, "Content-Length: 6291456\r\n");
    ck_assert(g_str_has_suffix(only, "\r\n\r\n"));

    g_autofree char *posted =
        ask(&relay.front, "POST /method HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
                          "a/b\r\nContent-Length: 5\r\n\r\n12345");
    assert_has(posted, "HTTP/1.1 201 ");
    assert_has(posted, "POST a/b 5");
    assert_has(posted, "Cache-Control: no-store\r\n");

    g_autofree char *stream =
        ask(&relay.front, "GET /fountain?bytes=300000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_has(stream, "Transfer-Encoding: chunked\r\n");
    ck_assert(g_str_has_suffix(stream, "\r\n0\r\n\r\n"));

    g_autofree char *missing =
        ask(&relay.front, "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_has(missing, "HTTP/1.1 404 ");
    g_unlink(name);
    relay_end(&relay);
}
END_TEST

START_TEST(holds_a_fast_upstream_back_for_a_slow_peer)
{
    Relay relay = {0};
    gint before = -1;
    gsize total;

    relay_begin(&relay);
    int fd = peer_open(&relay.front);

    peer_send(fd, "GET /fountain?bytes=50331648 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    g_autoptr(GString) head = peer_read(fd, "\r\n\r\n");
    while (before != g_atomic_int_get(&relay.upstream.events)) {
        before = g_atomic_int_get(&relay.upstream.events);
        g_usleep(300000);
    }
    ck_assert_int_lt(before, 16 * 1024 * 1024); /* the kernel's TCP buffers, and little of ours */
    g_autoptr(GString) rest = peer_read(fd, NULL);
    total = head->len + rest->len;
    ck_assert_uint_gt(total, 50331648);
    ck_assert(g_str_has_suffix(rest->str, "\r\n0\r\n\r\n"));
    close(fd);

    /* and when the peer leaves, the upstream is told */
    g_atomic_int_set(&relay.upstream.events, 0);
    fd = peer_open(&relay.front);
    peer_send(fd, "GET /fountain?bytes=50331648 HTTP/1.1\r\nHost: x\r\n\r\n");
    g_autoptr(GString) some = peer_read(fd, "www");
    close(fd);
    gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
    while (g_atomic_int_get(&relay.upstream.events) % 32768 != 1 && g_get_monotonic_time() < deadline)
        g_usleep(1000);
    ck_assert_int_eq(g_atomic_int_get(&relay.upstream.events) % 32768, 1);
    relay_end(&relay);
}
END_TEST

START_TEST(shows_that_the_upstream_broke_off)
{
    Relay relay = {0};

    relay_begin(&relay);
    int fd = peer_open(&relay.front);

    peer_send(fd, "GET /lines HTTP/1.1\r\nHost: x\r\n\r\n");
    g_autoptr(GString) head = peer_read(fd, ":3}\n");
    fixture_end(&relay.upstream);
    relay.upstream.loop = NULL;
    g_autoptr(GString) rest = peer_read(fd, NULL);
    assert_lacks(rest->str, "\r\n0\r\n\r\n"); /* cut, not ended: the peer knows */
    close(fd);

    g_autofree char *down = ask(&relay.front, "GET /lines HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_has(down, "HTTP/1.1 502 ");
    assert_has(down, "http/upstream");
    relay_end(&relay);
}
END_TEST

SUITE_MAIN("http-stream", serves_files_and_ranges, streams_as_fast_as_the_peer_reads, calls_and_gets_answers,
           says_why_there_is_no_answer, queues_calls_and_ends_them_when_freed, reads_lines_until_the_end,
           passes_requests_through, holds_a_fast_upstream_back_for_a_slow_peer,
           shows_that_the_upstream_broke_off)
