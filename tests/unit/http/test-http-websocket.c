/* RFC 6455 as the peer sees it, byte by byte. */
#include "http-fixture.h"

static gint
code_of(const guint8 *payload)
{
    return payload[0] << 8 | payload[1];
}

static void
ws_opened(HttpWebSocket *socket, gpointer user)
{
    Fixture *fixture = user;
    g_autofree char *cookie = http_websocket_cookie(socket, "sid");
    g_autofree char *hello = g_strdup_printf("hello %s %s %s", cookie, http_websocket_query(socket, "v"),
                                             http_websocket_peer(socket));

    http_websocket_set_user(socket, fixture);
    http_websocket_send(socket, hello, -1);
}

static void
ws_message(HttpWebSocket *socket, GBytes *text, gpointer user)
{
    gsize length;
    const char *data = g_bytes_get_data(text, &length);

    ck_assert_ptr_eq(http_websocket_user(socket), user);
    if (length == 5 && memcmp(data, "close", 5) == 0) {
        http_websocket_send(socket, "bye", 3);
        http_websocket_close(socket, 4003, "不允许");
        http_websocket_send(socket, "never", -1);
    } else if (length == 5 && memcmp(data, "flood", 5) == 0) {
        g_autofree char *much = g_strnfill(60000, 'f');

        for (int i = 0; i < 200; i++)
            http_websocket_send(socket, much, 60000);
    } else {
        http_websocket_send(socket, data, (gssize)length);
    }
}

static void
ws_closed(HttpWebSocket *socket, gpointer user)
{
    g_atomic_int_inc(&((Fixture *)user)->events);
}

static const HttpWebSocketRules rules = {ws_opened, ws_message, ws_closed, "yuntakan.v1", 64 * 1024};

static void
handle_upgrade(HttpRequest *request, gpointer user)
{
    if (http_request_query(request, "refuse"))
        http_request_reply_text(request, 403, "application/problem+json", "{\"code\":\"auth/denied\"}");
}

static const HttpRoute routes[] = {{"GET", "/ws", handle_upgrade, 0, &rules}};

static const char upgrade[] =
    "GET /ws?v=7 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: other, yuntakan.v1\r\nCookie: a=b; sid=s1\r\n\r\n";

static void
send_frame(int fd, guint8 first, const void *payload, gsize length)
{
    g_autoptr(GByteArray) frame = g_byte_array_new();
    guint8 head[] = {first, (guint8)(0x80 | (length < 126 ? length : length < 65536 ? 126 : 127))};
    const guint8 mask[4] = {1, 2, 3, 4};

    g_byte_array_append(frame, head, 2);
    for (int shift = length < 126 ? -8 : length < 65536 ? 8 : 56; shift >= 0; shift -= 8) {
        guint8 byte = (guint8)((guint64)length >> shift);
        g_byte_array_append(frame, &byte, 1);
    }
    g_byte_array_append(frame, mask, 4);
    for (gsize i = 0; i < length; i++) {
        guint8 byte = ((const guint8 *)payload)[i] ^ mask[i % 4];
        g_byte_array_append(frame, &byte, 1);
    }
    for (gsize sent = 0; sent < frame->len;) {
        ssize_t count = send(fd, frame->data + sent, frame->len - sent, MSG_NOSIGNAL);
        if (count < 0)
            return;
        sent += (gsize)count;
    }
}

static gboolean
read_exactly(int fd, guint8 *to, gsize length)
{
    for (gsize got = 0; got < length;) {
        ssize_t count = recv(fd, to + got, length - got, 0);
        if (count <= 0)
            return FALSE;
        got += (gsize)count;
    }
    return TRUE;
}

/* One frame from the server: its first byte, or -1 at the end of the connection. */
static int
read_frame(int fd, GByteArray *payload)
{
    guint8 head[2], wide[8];
    guint64 length;

    if (!read_exactly(fd, head, 2))
        return -1;
    ck_assert_int_eq(head[1] & 0x80, 0);
    length = head[1];
    if (length >= 126) {
        gsize bytes = length == 126 ? 2 : 8;
        ck_assert(read_exactly(fd, wide, bytes));
        length = 0;
        for (gsize i = 0; i < bytes; i++)
            length = length << 8 | wide[i];
    }
    g_byte_array_set_size(payload, (guint)length);
    ck_assert(read_exactly(fd, payload->data, length));
    return head[0];
}

static int
connect_websocket(Fixture *fixture)
{
    int fd = peer_open(fixture);
    g_autoptr(GByteArray) frame = g_byte_array_new();
    char byte;
    g_autoptr(GString) answer = g_string_new(NULL);

    peer_send(fd, upgrade);
    while (!g_str_has_suffix(answer->str, "\r\n\r\n")) {
        ck_assert_int_eq(recv(fd, &byte, 1, 0), 1);
        g_string_append_c(answer, byte);
    }
    assert_has(answer->str, "HTTP/1.1 101 ");
    assert_has(answer->str, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); /* RFC 6455, section 1.3 */
    assert_has(answer->str, "yuntakan.v1");
    assert_lacks(answer->str, "other");
    ck_assert_int_eq(read_frame(fd, frame), 0x81);
    ck_assert_uint_eq(frame->len, strlen("hello s1 7 127.0.0.1"));
    ck_assert_int_eq(memcmp(frame->data, "hello s1 7 127.0.0.1", frame->len), 0);
    return fd;
}

START_TEST(exchanges_messages_of_every_size)
{
    static const gsize sizes[] = {0, 1, 125, 126, 8191, 8192, 8193, 65535, 65536};
    g_autofree guint8 *data = g_malloc(65536);
    g_autoptr(GByteArray) frame = g_byte_array_new();
    Fixture fixture = {0};

    memset(data, 'x', 65536);
    fixture_tcp(&fixture, routes, G_N_ELEMENTS(routes));
    int fd = connect_websocket(&fixture);

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        send_frame(fd, 0x81, data, sizes[i]);
        ck_assert_int_eq(read_frame(fd, frame), 0x81);
        ck_assert_uint_eq(frame->len, sizes[i]);
        ck_assert(sizes[i] == 0 || memcmp(frame->data, data, sizes[i]) == 0);
    }
    /* fragments with a ping between them */
    send_frame(fd, 0x01, "ab", 2);
    send_frame(fd, 0x89, "p", 1);
    send_frame(fd, 0x80, "cd", 2);
    ck_assert_int_eq(read_frame(fd, frame), 0x8a);
    ck_assert_int_eq(read_frame(fd, frame), 0x81);
    ck_assert_int_eq(memcmp(frame->data, "abcd", 4), 0);

    send_frame(fd, 0x88, "\x03\xe8", 2);
    ck_assert_int_eq(read_frame(fd, frame), 0x88);
    ck_assert_int_eq(code_of(frame->data), 1000);
    await(&fixture.events, 1);
    close(fd);
    fixture_end(&fixture);
}
END_TEST

START_TEST(closes_with_the_code_that_says_why)
{
    static const struct {
        guint8 first;
        const char *payload;
        gsize length;
        int before, code;
    } cases[] = {
        {0x81, "close", 5, 1, 4003}, /* the handler's wish, after what was queued */
        {0x82, "binary", 6, 0, 1003}, {0x81, "\xff\xfe", 2, 0, 1007}, /* RFC 6455, section 8.1 */
        {0x81, NULL, 65537, 0, 1009}, {0xf1, "reserved bits", 13, 0, 1002},
    };
    Fixture fixture = {0};
    g_autofree guint8 *big = g_malloc0(65537);
    g_autoptr(GByteArray) frame = g_byte_array_new();

    memset(big, 'y', 65537);
    fixture_tcp(&fixture, routes, G_N_ELEMENTS(routes));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        int fd = connect_websocket(&fixture);

        send_frame(fd, cases[i].first, cases[i].payload ? (const void *)cases[i].payload : big,
                   cases[i].length);
        for (int n = 0; n < cases[i].before; n++)
            ck_assert_int_eq(read_frame(fd, frame), 0x81);
        int first = read_frame(fd, frame);
        ck_assert_msg(first == 0x88, "%zu: %x", i, (guint)first);
        ck_assert_msg(code_of(frame->data) == cases[i].code, "%zu: %d", i, code_of(frame->data));
        send_frame(fd, 0x88, frame->data, 2);
        await(&fixture.events, (gint)i + 1);
        close(fd);
    }
    fixture_end(&fixture);
}
END_TEST

START_TEST(lets_go_of_a_peer_that_does_not_read)
{
    Fixture fixture = {0};

    fixture_tcp(&fixture, routes, G_N_ELEMENTS(routes));
    int fd = connect_websocket(&fixture);

    send_frame(fd, 0x81, "flood", 5); /* 12 MB for a peer that reads nothing */
    await(&fixture.events, 1);
    close(fd);

    /* and of one that vanishes */
    fd = connect_websocket(&fixture);
    close(fd);
    await(&fixture.events, 2);

    /* one is left when everything ends: its `closed` still comes */
    fd = connect_websocket(&fixture);
    fixture_end(&fixture);
    ck_assert_int_eq(fixture.events, 3);
    close(fd);
}
END_TEST

START_TEST(refuses_handshakes_that_do_not_fit)
{
    static const struct {
        const char *from, *to, *status, *code;
    } cases[] = {
        {"/ws?v=7", "/ws?refuse=1", "403", "auth/denied"},
        {"/ws?v=7", "/other", "404", "http/not-found"},
        {"Version: 13", "Version: 8", "426", "http/websocket-version"},
        {"yuntakan.v1", "yuntakan.v2", "400", "http/subprotocol"},
        {"Sec-WebSocket-Protocol: other, yuntakan.v1\r\n", "", "400", "http/subprotocol"},
        {"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", "400", "http/bad-upgrade"},
        {"keep-alive, Upgrade", "keep-alive", "400", "http/bad-upgrade"},
        {"Upgrade: websocket\r\n", "", "426", "http/upgrade-required"},
        {"GET ", "POST ", "405", "http/method-not-allowed"},
    };
    Fixture fixture = {0};

    fixture_tcp(&fixture, routes, G_N_ELEMENTS(routes));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) request = g_string_new(upgrade);

        ck_assert_uint_eq(g_string_replace(request, cases[i].from, cases[i].to, 1), 1);
        g_string_replace(request, "keep-alive, ", "close, ", 1);
        int fd = peer_open(&fixture);
        peer_send(fd, request->str);
        g_autoptr(GString) got = peer_read(fd, cases[i].code);
        ck_assert_msg(strncmp(got->str + 9, cases[i].status, 3) == 0, "%zu: %s", i, got->str);
        close(fd);
    }
    fixture_end(&fixture);
}
END_TEST

SUITE_MAIN("http-websocket", exchanges_messages_of_every_size, closes_with_the_code_that_says_why,
           lets_go_of_a_peer_that_does_not_read, refuses_handshakes_that_do_not_fit)
