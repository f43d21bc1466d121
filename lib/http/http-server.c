#include "http-private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"

static HttpServer *
server_of(struct lws *wsi)
{
    struct lws_vhost *vhost = lws_get_vhost(wsi);

    return vhost ? lws_vhost_user(vhost) : NULL;
}

static HttpRequest *
request_of(HttpServer *server, struct lws *wsi)
{
    gpointer object = lws_get_opaque_user_data(wsi);

    return object && server->loop && g_hash_table_contains(server->loop->requests, object) ? object : NULL;
}

/* ---- requests ---- */

static void
refuse_not_found(HttpRequest *request, int status, const char *allow)
{
    if (status == 405) {
        http_request_add_header(request, "Allow", allow);
        http_request_refuse(request, 405, "http/method-not-allowed",
                            "This resource does not know that method.", "该资源不支持此请求方法。");
        return;
    }
    http_request_refuse(request, 404, "http/not-found", "There is nothing here.", "没有找到该内容。");
}

/* RFC 9112, section 6.3. FALSE: answered with an error, after which the connection is of no use. */
static gboolean
read_framing(HttpRequest *request)
{
    const char *length = http_request_header(request, "content-length");
    const char *method = request->method;

    if (http_request_header(request, "transfer-encoding")) {
        request->close_after = TRUE;
        http_request_refuse(request, 411, "http/length-required",
                            "Send the body with Content-Length, not chunked.",
                            "请求正文必须带有 Content-Length。");
        return FALSE;
    }
    if (length && (strlen(length) > 15 || strspn(length, "0123456789") != strlen(length) || !*length)) {
        request->close_after = TRUE;
        http_request_refuse(request, 400, "http/bad-length", "Content-Length is not a number.",
                            "Content-Length 不是有效数字。");
        return FALSE;
    }
    request->body_length = length ? g_ascii_strtoull(length, NULL, 10) : 0;
    /* Without a length there is no body, but libwebsockets waits for one after these methods. */
    if (!length &&
        (g_str_equal(method, "POST") || g_str_equal(method, "PUT") || g_str_equal(method, "PATCH")))
        request->close_after = TRUE;
    return TRUE;
}

static gboolean
find_route(HttpRequest *request)
{
    g_autofree char *allow = NULL;
    int status;

    request->route = http_route_find(request->server->routes, request->server->route_count, request->method,
                                     request->path, request->params, &status, &allow);
    if (!request->route)
        refuse_not_found(request, status, allow);
    return request->route != NULL;
}

static void
dispatch(HttpRequest *request)
{
    struct lws *wsi = request->wsi;

    request->state = REQUEST_WAITING;
    request->begun_us = http_now_us();
    lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
    /* Nothing more is read until the answer is out; http_answer_wake() lets input in again. */
    lws_rx_flow_control(wsi, 0);
    request->route->handler(request, request->server->user);
}

static void
continue_if_expected(HttpRequest *request)
{
    static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
    const char *expect = http_request_header(request, "expect");

    if (!expect || g_ascii_strcasecmp(expect, "100-continue") != 0)
        return;
    guint8 *buffer = request->loop->scratch + LWS_PRE;

    memcpy(buffer, line, sizeof line - 1);
    lws_write(request->wsi, buffer, sizeof line - 1, LWS_WRITE_HTTP);
}

static int
request_begin(HttpServer *server, struct lws *wsi)
{
    HttpRequest *request = http_request_new(server, wsi);

    lws_set_opaque_user_data(wsi, request);
    if (http_request_parse(request) < 0) {
        request->close_after = TRUE;
        http_request_refuse(request, 400, "http/bad-request", "The request cannot be read.",
                            "请求格式错误。");
        return 0;
    }
    if (!read_framing(request) || !find_route(request))
        return 0;
    if (request->route->websocket) {
        http_request_add_header(request, "Upgrade", "websocket");
        http_request_refuse(request, 426, "http/upgrade-required", "This is a WebSocket.",
                            "此地址仅支持 WebSocket 连接。");
        return 0;
    }
    if (request->body_length > request->route->body_max) {
        http_request_refuse(request, 413, "http/too-large", "The body is too large.", "请求内容过大。");
        return 0;
    }
    if (request->body_length == 0) {
        dispatch(request);
        return 0;
    }
    request->incoming = g_byte_array_new();
    continue_if_expected(request);
    return 0;
}

static int
request_body(HttpRequest *request, const void *data, gsize length)
{
    if (!request || request->state != REQUEST_RECEIVING || !request->incoming || length == 0)
        return 0;
    if (request->incoming->len + length > request->body_length)
        return -1;
    g_byte_array_append(request->incoming, data, (guint)length);
    return 0;
}

static int
request_body_complete(HttpRequest *request)
{
    if (!request || request->state != REQUEST_RECEIVING || !request->incoming)
        return 0;
    g_bytes_unref(request->body);
    request->body = g_byte_array_free_to_bytes(g_steal_pointer(&request->incoming));
    dispatch(request);
    return 0;
}

/* The answer is out: on to the next request of the connection, or the end of it. */
static int
request_complete(HttpRequest *request)
{
    struct lws *wsi = request->wsi;
    gboolean close_after = request->close_after;

    lws_set_opaque_user_data(wsi, NULL);
    request->wsi = NULL;
    if (request->streaming && request->stream.closed)
        request->stream.closed(request->stream_user);
    http_request_free(request);
    /* RFC 9112, section 9.3.2: a peer that pipelines must be ready to send again on another connection. */
    if (close_after || http_input_is_left(wsi) || lws_http_transaction_completed(wsi))
        return -1;
    return 0;
}

static int
request_writable(HttpRequest *request)
{
    if (!request)
        return 0;
    int result = http_answer_write(request);

    return result == 1 ? request_complete(request) : result;
}

/* ---- the upgrade ---- */

static gboolean
list_has(const char *list, const char *word)
{
    g_auto(GStrv) parts = list ? g_strsplit(list, ",", 32) : NULL;

    for (guint i = 0; parts && parts[i]; i++)
        if (g_ascii_strcasecmp(g_strstrip(parts[i]), word) == 0)
            return TRUE;
    return FALSE;
}

static gboolean
upgrade_is_sound(HttpRequest *request, const char *to)
{
    const HttpWebSocketRules *rules = request->route->websocket;
    const char *version = http_request_header(request, "sec-websocket-version");

    if (!rules || g_ascii_strcasecmp(to, "websocket") != 0 || !g_str_equal(request->method, "GET")) {
        http_request_refuse(request, 400, "http/no-upgrade", "This resource cannot be upgraded.",
                            "此地址不支持协议升级。");
        return FALSE;
    }
    if (!version || !g_str_equal(version, "13")) {
        http_request_add_header(request, "Sec-WebSocket-Version", "13");
        http_request_refuse(request, 426, "http/websocket-version", "WebSocket version 13 is needed.",
                            "WebSocket 版本不受支持。");
        return FALSE;
    }
    if (!list_has(http_request_header(request, "connection"), "upgrade") ||
        !http_request_header(request, "sec-websocket-key")) {
        http_request_refuse(request, 400, "http/bad-upgrade", "The WebSocket handshake is incomplete.",
                            "WebSocket 握手不完整。");
        return FALSE;
    }
    if (rules->subprotocol &&
        !list_has(http_request_header(request, "sec-websocket-protocol"), rules->subprotocol)) {
        http_request_refuse(request, 400, "http/subprotocol",
                            "The WebSocket subprotocol is missing or unknown.",
                            "WebSocket 子协议缺失或不受支持。");
        return FALSE;
    }
    return TRUE;
}

/* Here libwebsockets wants the whole refusal at once: > 0 says that it has been written. */
static int
refusal_flush(HttpRequest *request)
{
    int result;

    while ((result = http_answer_write(request)) == 0)
        ;
    lws_set_opaque_user_data(request->wsi, NULL);
    request->wsi = NULL;
    http_request_free(request);
    return result < 0 ? -1 : 1;
}

static int
upgrade_begin(HttpServer *server, struct lws *wsi, const char *to)
{
    HttpRequest *request = http_request_new(server, wsi);

    lws_set_opaque_user_data(wsi, request);
    request->upgrade = TRUE;
    request->close_after = TRUE;
    if (http_request_parse(request) < 0) {
        http_request_free(request);
        return -1;
    }
    request->close_after = TRUE;
    if (find_route(request) && upgrade_is_sound(request, to) && request->route->handler) {
        request->state = REQUEST_WAITING;
        request->route->handler(request, server->user);
    }
    if (request->state == REQUEST_ANSWERING)
        return refusal_flush(request);
    return 0;
}

static int
socket_open(HttpServer *server, struct lws *wsi)
{
    HttpRequest *request = request_of(server, wsi);

    if (!request)
        return -1;
    HttpWebSocket *socket = http_websocket_new(request);

    http_request_free(request);
    lws_set_opaque_user_data(wsi, socket);
    if (socket->rules->opened)
        socket->rules->opened(socket, socket->server_user);
    return 0;
}

static void
socket_closed(HttpServer *server, struct lws *wsi)
{
    HttpWebSocket *socket = lws_get_opaque_user_data(wsi);

    if (!socket)
        return;
    lws_set_opaque_user_data(wsi, NULL);
    if (socket->rules->closed)
        socket->rules->closed(socket, socket->server_user);
    http_websocket_free(socket);
}

static void
connection_closed(HttpServer *server, struct lws *wsi)
{
    HttpRequest *request = server->loop ? request_of(server, wsi) : NULL;

    if (!request)
        return;
    if (request->upgrade) {
        http_request_free(request);
        return;
    }
    http_request_peer_gone(request);
}

int
http_server_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    HttpServer *server = wsi ? server_of(wsi) : NULL;

    if (!server)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_HTTP:
        return server->dead ? -1 : request_begin(server, wsi);
    case LWS_CALLBACK_HTTP_BODY:
        return request_body(request_of(server, wsi), in, length);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return request_body_complete(request_of(server, wsi));
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return request_writable(request_of(server, wsi));
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return server->dead ? -1 : upgrade_begin(server, wsi, in);
    case LWS_CALLBACK_ESTABLISHED:
        return socket_open(server, wsi);
    case LWS_CALLBACK_RECEIVE:
        return http_websocket_receive(lws_get_opaque_user_data(wsi), in, length);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return http_websocket_write(lws_get_opaque_user_data(wsi));
    case LWS_CALLBACK_CLOSED:
        socket_closed(server, wsi);
        return 0;
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_WSI_DESTROY:
        connection_closed(server, wsi);
        return 0;
    case LWS_CALLBACK_RAW_ADOPT: /* CONNECT makes libwebsockets go raw; we have no use for that */
    case LWS_CALLBACK_RAW_RX:
        return -1;
    default:
        return 0;
    }
}

/* ---- the server ---- */

/* One entry per subprotocol, so that libwebsockets names it in the handshake; the first serves everything
 * else. */
static struct lws_protocols *
make_protocols(const HttpRoute *routes, gsize count)
{
    struct lws_protocols *protocols = g_new0(struct lws_protocols, count + 2);
    gsize used = 1;

    protocols[0].name = "yuntakan-http";
    for (gsize i = 0; i < count; i++)
        if (routes[i].websocket && routes[i].websocket->subprotocol)
            protocols[used++].name = routes[i].websocket->subprotocol;
    for (gsize i = 0; i < used; i++) {
        protocols[i].callback = http_server_callback;
        protocols[i].rx_buffer_size = 8 * 1024;
        protocols[i].tx_packet_size = HTTP_WRITE_MAX;
    }
    return protocols;
}

/* A socket file that somebody still answers on is not stale. */
static gboolean
unix_path_is_free(const char *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    gboolean in_use;

    if (strlen(path) >= sizeof address.sun_path) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG, "%s: longer than a socket's path may be",
                    path);
        return FALSE;
    }
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    in_use = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    if (in_use)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "%s: another process serves there", path);
    return !in_use;
}

/* libwebsockets does not say why it cannot listen, and loses memory when it cannot: so the address is tried
 * before. */
static gboolean
port_is_free(const HttpListen *listen, GError **error)
{
    gboolean ipv6 = listen->address && strchr(listen->address, ':');
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((guint16)listen->port)};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((guint16)listen->port)};
    struct sockaddr *address = ipv6 ? (struct sockaddr *)&six : (struct sockaddr *)&four;
    const int on = 1;

    if (listen->address && inet_pton(address->sa_family, listen->address,
                                     ipv6 ? (void *)&six.sin6_addr : (void *)&four.sin_addr) != 1) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s: not an IP address", listen->address);
        return FALSE;
    }
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 && ipv6 && errno == EAFNOSUPPORT)
        return TRUE; /* a machine without IPv6: make_vhost() falls back */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    gboolean free_now = fd >= 0 && bind(fd, address, ipv6 ? sizeof six : sizeof four) == 0;

    if (!free_now)
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s port %d: %s",
                    listen->address ? listen->address : "*", listen->port, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return free_now;
}

static gboolean
can_read(const char *path, GError **error)
{
    if (access(path, R_OK) == 0)
        return TRUE;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path, g_strerror(errno));
    return FALSE;
}

static const lws_retry_bo_t websocket_validity = {
    .secs_since_valid_ping = 15, /* a phone that changed networks is noticed */
    .secs_since_valid_hangup = 40,
};

static struct lws_vhost *
make_vhost(HttpServer *server, const HttpListen *listen)
{
    const char *address = listen->address;
    gboolean any = !address || g_str_equal(address, "::") || g_str_equal(address, "0.0.0.0");
    gboolean only_ipv4 = address && !strchr(address, ':');
    char *iface = g_strdup(listen->unix_path ? listen->unix_path : any ? NULL : address);
    struct lws_context_creation_info info = {
        .port = listen->unix_path ? 0 : listen->port,
        .iface = iface,
        .protocols = server->protocols,
        .vhost_name = server->name,
        .user = server,
        .gid = -1,
        .uid = -1,
        .keepalive_timeout = 30,
        .timeout_secs_ah_idle = 10,
        .retry_and_idle_policy = &websocket_validity,
        .options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
    };

    g_ptr_array_add(server->loop->graveyard, iface); /* libwebsockets keeps the pointer */
    if (listen->unix_path)
        info.options |= LWS_SERVER_OPTION_UNIX_SOCK;
    if (only_ipv4)
        info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
    if (listen->cert_path) {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
        info.ssl_cert_filepath = listen->cert_path;
        info.ssl_private_key_filepath = listen->key_path;
        info.alpn = "http/1.1";
    }
    struct lws_vhost *vhost = lws_create_vhost(server->loop->context, &info);

    if (!vhost && any && !only_ipv4 && !listen->unix_path) {
        info.options |= LWS_SERVER_OPTION_DISABLE_IPV6; /* a machine without IPv6 */
        vhost = lws_create_vhost(server->loop->context, &info);
    }
    return vhost;
}

static gboolean
server_listen(HttpServer *server, const HttpListen *listen, GError **error)
{
    if (listen->unix_path ? !unix_path_is_free(listen->unix_path, error) : !port_is_free(listen, error))
        return FALSE;
    if (listen->cert_path && (!can_read(listen->cert_path, error) || !can_read(listen->key_path, error)))
        return FALSE;

    mode_t before = umask(0177);

    server->vhost = make_vhost(server, listen);
    umask(before);
    if (!server->vhost) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot listen on %s port %d",
                    listen->unix_path ? listen->unix_path
                    : listen->address ? listen->address
                                      : "*",
                    listen->port);
        return FALSE;
    }
    if (listen->unix_path) {
        server->unix_path = g_strdup(listen->unix_path);
        if (chmod(listen->unix_path, 0600) != 0) {
            g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", listen->unix_path,
                        g_strerror(errno));
            return FALSE;
        }
    } else {
        server->port = lws_get_vhost_listen_port(server->vhost);
    }
    return TRUE;
}

HttpServer *
http_server_new(HttpLoop *loop, const HttpListen *listen, const HttpRoute *routes, gsize route_count,
                gpointer user, GError **error)
{
    HttpServer *server = g_new0(HttpServer, 1);

    server->loop = loop;
    server->routes = routes;
    server->route_count = route_count;
    server->user = user;
    server->name = g_strdup_printf("server-%" G_GUINT64_FORMAT, loop->next_server++);
    server->protocols = make_protocols(routes, route_count);
    g_ptr_array_add(loop->graveyard, server->protocols);
    g_hash_table_add(loop->servers, server);
    if (!server_listen(server, listen, error)) {
        http_server_free(server);
        return NULL;
    }
    return server;
}

/* Every request and WebSocket of the server ends now, with its callbacks; idle connections follow by
 * themselves. */
static void
close_connections(HttpServer *server)
{
    g_autoptr(GList) requests = g_hash_table_get_keys(server->loop->requests);
    g_autoptr(GList) sockets = g_hash_table_get_keys(server->loop->sockets);

    for (GList *at = requests; at; at = at->next) {
        HttpRequest *request = at->data;

        if (request->server == server && request->wsi)
            lws_set_timeout(request->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_SYNC);
    }
    for (GList *at = sockets; at; at = at->next) {
        HttpWebSocket *socket = at->data;

        if (socket->server == server)
            lws_set_timeout(socket->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_SYNC);
    }
}

void
http_server_free(HttpServer *server)
{
    if (!server)
        return;
    if (server->unix_path)
        unlink(server->unix_path);
    g_clear_pointer(&server->unix_path, g_free);
    if (!server->loop) {
        g_free(server->name);
        g_free(server);
        return;
    }
    server->dead = TRUE;
    close_connections(server);
    if (server->vhost)
        lws_vhost_destroy(server->vhost);
    g_hash_table_remove(server->loop->servers, server);
    g_ptr_array_add(server->loop->graveyard, server->name);
    g_ptr_array_add(server->loop->graveyard, server);
}

int
http_server_port(const HttpServer *server)
{
    return server->port;
}
