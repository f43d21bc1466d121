#include "http-fixture.h"

static void
handle_hello(HttpRequest *request, gpointer user)
{
    g_autofree char *text =
        g_strdup_printf("%s %s id=%s q=%s h=%s c=%s peer=%s", http_request_method(request),
                        http_request_path(request), http_request_param(request, "id"),
                        http_request_query(request, "q"), http_request_header(request, "x-test"),
                        http_request_header(request, "authorization"), http_request_peer(request));

    http_request_add_header(request, "X-Answer", "yes");
    http_request_reply_text(request, 200, "text/plain", text);
}

static void
handle_echo(HttpRequest *request, gpointer user)
{
    http_request_reply(request, 200, "application/octet-stream", http_request_body(request));
}

static void
answer_late(gpointer data)
{
    http_request_reply_text(data, 200, "text/plain", "late");
}

static void
handle_late(HttpRequest *request, gpointer user)
{
    http_loop_after(((Fixture *)user)->loop, 30, answer_late, request);
}

static void
count_event(gpointer user)
{
    g_atomic_int_inc(&((Fixture *)user)->events);
}

/* Never answers: waits for the peer to go. */
static void
handle_forever(HttpRequest *request, gpointer user)
{
    http_request_on_gone(request, count_event, user);
    g_atomic_int_inc(&((Fixture *)user)->events);
}

static const HttpRoute routes[] = {
    {"GET", "/hello/{id}", handle_hello, 0, NULL}, {"POST", "/echo", handle_echo, 3 * 1024 * 1024, NULL},
    {"PUT", "/echo", handle_echo, 1024, NULL},     {"PATCH", "/echo", handle_echo, 1024, NULL},
    {"DELETE", "/echo", handle_echo, 1024, NULL},  {"OPTIONS", "/echo", handle_echo, 0, NULL},
    {"GET", "/late", handle_late, 0, NULL},        {"GET", "/forever", handle_forever, 0, NULL},
};

START_TEST(answers_with_what_was_asked)
{
    Fixture fixture = {0};

    fixture_unix(&fixture, routes, G_N_ELEMENTS(routes));
    g_autofree char *got =
        ask(&fixture, "GET /hello/a%20b?q=1%262&z=3 HTTP/1.1\r\nHost: x\r\nX-Test: custom \r\n"
                      "Authorization: Bearer t\r\nConnection: close\r\n\r\n");

    assert_has(got, "HTTP/1.1 200 OK\r\n");
    assert_has(got, "\r\nContent-Type: text/plain\r\n");
    assert_has(got, "\r\nX-Answer: yes\r\n");
    assert_has(got, "\r\nConnection: close\r\n");
    assert_has(got, "\r\n\r\nGET /hello/a b id=a b q=1&2 h=custom c=Bearer t peer=unix");
    fixture_end(&fixture);
}
END_TEST

START_TEST(keeps_the_connection)
{
    Fixture fixture = {0};

    fixture_tcp(&fixture, routes, G_N_ELEMENTS(routes));
    int fd = peer_open(&fixture);

    for (int i = 0; i < 20; i++) {
        peer_send(fd, "GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
        g_autoptr(GString) late = peer_read(fd, "\r\n\r\nlate");
        peer_send(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab");
        peer_send(fd, "c");
        g_autoptr(GString) body = peer_read(fd, "\r\n\r\nabc");
        assert_has(body->str, "Content-Length: 3\r\n");
        peer_send(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nwhole");
        g_autoptr(GString) whole = peer_read(fd, "\r\n\r\nwhole");
        peer_send(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        g_autoptr(GString) empty = peer_read(fd, "\r\n\r\n");
        assert_has(empty->str, "Content-Length: 0\r\n");
    }
    peer_send(fd, "HEAD /hello/3 HTTP/1.1\r\nHost: x\r\n\r\n");
    g_autoptr(GString) head = peer_read(fd, "\r\n\r\n");
    peer_send(fd, "GET /hello/4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    g_autoptr(GString) rest = peer_read(fd, NULL);
    assert_lacks(rest->str, "id=3");
    assert_has(rest->str, "GET /hello/4 id=4");
    close(fd);
    fixture_end(&fixture);
}
END_TEST

/* libwebsockets would never come back from a body that it has read too early. */
START_TEST(answers_the_first_of_pipelined_requests_and_closes)
{
    static const char *const firsts[] = {"GET /late HTTP/1.1\r\nHost: x\r\n\r\n",
                                         "GET /hello/1 HTTP/1.1\r\nHost: x\r\n\r\n",
                                         "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nfour",
                                         "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"};
    static const char *const seconds[] = {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nsecond",
                                          "GET /hello/2 HTTP/1.1\r\nHost: x\r\n\r\n",
                                          "POST /echo HTTP/1.1\r\nHost: x\r\n\r\nsecond"};
    Fixture fixture = {0};

    fixture_tcp(&fixture, routes, G_N_ELEMENTS(routes));
    for (gsize i = 0; i < G_N_ELEMENTS(firsts); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(seconds); j++) {
            g_autofree char *both = g_strconcat(firsts[i], seconds[j], NULL);
            g_autofree char *got = ask(&fixture, both);

            ck_assert_msg(g_str_has_prefix(got, "HTTP/1.1 200 "), "%zu %zu: %s", i, j, got);
            assert_lacks(got, "second");
            assert_lacks(got, "id=2");
        }
    g_autofree char *after = ask(&fixture, "GET /hello/9 HTTP/1.0\r\n\r\n");
    assert_has(after, "id=9");
    fixture_end(&fixture);
}
END_TEST

START_TEST(takes_bodies_with_every_method)
{
    static const char *const methods[] = {"PUT", "PATCH", "DELETE", "POST"};
    Fixture fixture = {0};

    fixture_tcp(&fixture, routes, G_N_ELEMENTS(routes));
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_autofree char *with = g_strdup_printf(
            "%s /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody", methods[i]);
        g_autofree char *without = g_strdup_printf("%s /echo HTTP/1.1\r\nHost: x\r\n%s\r\n", methods[i],
                                                   i == 2 ? "Connection: close\r\n" : "");
        g_autofree char *got = ask(&fixture, with);
        g_autofree char *empty = ask(&fixture, without);

        assert_has(got, "\r\n\r\nbody");
        assert_has(empty, "HTTP/1.1 200 OK");
        assert_has(empty, "Content-Length: 0\r\n");
    }
    fixture_end(&fixture);
}
END_TEST

START_TEST(takes_large_bodies_both_ways)
{
    Fixture fixture = {0};
    gsize size = 3 * 1024 * 1024;
    g_autofree char *body = g_malloc(size + 1);

    for (gsize i = 0; i < size; i++)
        body[i] = (char)('a' + i % 23);
    body[size] = '\0';
    fixture_tcp(&fixture, routes, G_N_ELEMENTS(routes));
    int fd = peer_open(&fixture);
    g_autofree char *head = g_strdup_printf("POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: "
                                            "100-continue\r\nContent-Length: %zu\r\n\r\n",
                                            size);

    peer_send(fd, head);
    g_autoptr(GString) go = peer_read(fd, "100 Continue\r\n\r\n");
    peer_send(fd, body);
    g_autoptr(GString) got = peer_read(fd, NULL);
    const char *start = strstr(got->str, "\r\n\r\n");

    ck_assert(start != NULL);
    ck_assert_uint_eq(strlen(start + 4), size);
    ck_assert(memcmp(start + 4, body, size) == 0);
    close(fd);
    fixture_end(&fixture);
}
END_TEST

START_TEST(refuses_what_it_cannot_take)
{
    static const struct {
        const char *request, *status, *code;
    } cases[] = {
        {"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404", "http/not-found"},
        {"PUT /hello/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "405",
         "http/method-not-allowed"},
        {"PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1025\r\n\r\n", "413", "http/too-large"},
        {"GET /hello/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx", "413", "http/too-large"},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", "400", "http/bad-length"},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "400",
         "http/bad-length"},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "411",
         "http/length-required"},
        {"GET /hello/%ff HTTP/1.1\r\nHost: x\r\n\r\n", "400", "http/bad-request"},
        {"GET /hello/%01 HTTP/1.1\r\nHost: x\r\n\r\n", "400", "http/bad-request"},
    };
    Fixture fixture = {0};

    fixture_tcp(&fixture, routes, G_N_ELEMENTS(routes));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = ask(&fixture, cases[i].request);

        ck_assert_msg(strncmp(got, "HTTP/1.1 ", 9) == 0 && strncmp(got + 9, cases[i].status, 3) == 0,
                      "%zu: %s", i, got);
        assert_has(got, cases[i].code);
        assert_has(got, "title_zh");
    }
    fixture_end(&fixture);
}
END_TEST

START_TEST(survives_garbage)
{
    static const char *const garbage[] = {
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "BREW /pot HTTP/1.1\r\n\r\n",
        "GET hello HTTP/1.1\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "CONNECT x:1 HTTP/1.1\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "GET /hello/1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: "
        "h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
        "GET /../../../etc/passwd HTTP/1.1\r\n\r\n",
        "GET /%2e%2e/%00 HTTP/1.1\r\n\r\n",
        "GET /hello/% HTTP/1.1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    };
    Fixture fixture = {0};

    fixture_tcp(&fixture, routes, G_N_ELEMENTS(routes));
    for (gsize i = 0; i < G_N_ELEMENTS(garbage); i++) {
        int fd = peer_open(&fixture);

        peer_send(fd, garbage[i]);
        shutdown(fd, SHUT_WR);
        g_autoptr(GString) got = peer_read(fd, NULL);
        assert_lacks(got->str, " 200 ");
        assert_lacks(got->str, " 101 ");
        close(fd);
    }
    /* 17 KiB of headers are too many */
    g_autofree char *many = g_strnfill(17 * 1024, 'a');
    g_autofree char *request = g_strdup_printf("GET /hello/1 HTTP/1.1\r\nX-Big: %s\r\n\r\n", many);
    g_autofree char *got = ask(&fixture, request);
    assert_lacks(got, " 200 ");

    g_autofree char *after = ask(&fixture, "GET /hello/9 HTTP/1.0\r\n\r\n");
    assert_has(after, "id=9");
    fixture_end(&fixture);
}
END_TEST

START_TEST(tells_when_the_peer_has_gone)
{
    for (int tcp = 0; tcp < 2; tcp++) {
        Fixture fixture = {0};

        if (tcp)
            fixture_tcp(&fixture, routes, G_N_ELEMENTS(routes));
        else
            fixture_unix(&fixture, routes, G_N_ELEMENTS(routes));
        int fd = peer_open(&fixture);

        peer_send(fd, "GET /forever HTTP/1.1\r\nHost: x\r\n\r\n");
        await(&fixture.events, 1);
        close(fd);
        await(&fixture.events, 2);

        /* and one that went before its answer came */
        fd = peer_open(&fixture);
        peer_send(fd, "GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
        close(fd);
        g_autofree char *after = ask(&fixture, "GET /late HTTP/1.0\r\n\r\n");
        assert_has(after, "late");
        fixture_end(&fixture);
    }
}
END_TEST

static void
post_nothing(gpointer data)
{
}

static gint64
cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* A pipelined request behind one that is being answered must not make the loop spin. */
START_TEST(rests_while_a_pipelined_request_waits)
{
    Fixture fixture = {0};

    fixture_tcp(&fixture, routes, G_N_ELEMENTS(routes));
    int fd = peer_open(&fixture);

    peer_send(fd, "GET /forever HTTP/1.1\r\nHost: x\r\n\r\nGET /hello/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    await(&fixture.events, 1);
    gint64 wall = g_get_monotonic_time(), cpu = cpu_us();

    while (g_get_monotonic_time() - wall < 500000)
        g_usleep(50000);
    ck_assert_int_lt(cpu_us() - cpu, 250000);
    close(fd);
    await(&fixture.events, 2);
    http_loop_post(fixture.loop, post_nothing, NULL);
    fixture_end(&fixture);
}
END_TEST

START_TEST(will_not_share_a_socket_or_a_port)
{
    Fixture fixture = {0};
    g_autoptr(GError) error = NULL;

    fixture_unix(&fixture, routes, G_N_ELEMENTS(routes));
    g_autoptr(HttpLoop) other = http_loop_new(NULL);

    ck_assert(!http_server_new(other, &(HttpListen){.unix_path = fixture.path}, routes, 1, NULL, &error));
    assert_has(error->message, "another process");
    g_clear_error(&error);
    fixture_end(&fixture);

    Fixture tcp = {0};

    fixture_tcp(&tcp, routes, G_N_ELEMENTS(routes));
    ck_assert(!http_server_new(other, &(HttpListen){.address = "127.0.0.1", .port = tcp.port}, routes, 1,
                               NULL, &error));
    ck_assert(error != NULL);
    fixture_end(&tcp);
}
END_TEST

START_TEST(can_be_made_and_dropped)
{
    g_autoptr(HttpLoop) loop = http_loop_new(NULL);

    ck_assert(loop != NULL);
}
END_TEST

SUITE_MAIN("http-server", answers_with_what_was_asked, keeps_the_connection,
           answers_the_first_of_pipelined_requests_and_closes, takes_bodies_with_every_method,
           takes_large_bodies_both_ways, refuses_what_it_cannot_take, survives_garbage,
           tells_when_the_peer_has_gone, rests_while_a_pipelined_request_waits,
           will_not_share_a_socket_or_a_port, can_be_made_and_dropped)
