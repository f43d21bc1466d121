#include "http-private.h"

#include <string.h>
#include <unistd.h>

static const struct {
    enum lws_token_indexes token;
    const char *method;
} methods[] = {
    {WSI_TOKEN_GET_URI, "GET"},     {WSI_TOKEN_POST_URI, "POST"},     {WSI_TOKEN_PUT_URI, "PUT"},
    {WSI_TOKEN_PATCH_URI, "PATCH"}, {WSI_TOKEN_DELETE_URI, "DELETE"}, {WSI_TOKEN_OPTIONS_URI, "OPTIONS"},
    {WSI_TOKEN_HEAD_URI, "HEAD"},
};

static GHashTable *
text_table(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static char *
peer_name(HttpServer *server, struct lws *wsi)
{
    char name[64] = "";

    if (server->unix_path)
        return g_strdup("unix");
    lws_get_peer_simple(wsi, name, sizeof name);
    /* An IPv4 peer of a dual-stack socket (RFC 4291, section 2.5.5.2) is the same peer. */
    return g_strdup(g_str_has_prefix(name, "::ffff:") ? name + 7 : name);
}

HttpRequest *
http_request_new(HttpServer *server, struct lws *wsi)
{
    HttpRequest *request = g_new0(HttpRequest, 1);

    request->loop = server->loop;
    request->server = server;
    request->wsi = wsi;
    request->state = REQUEST_RECEIVING;
    request->begun_us = http_now_us();
    request->method = "";
    request->path = g_strdup("");
    request->peer = peer_name(server, wsi);
    request->params = text_table();
    request->query = text_table();
    request->headers = text_table();
    request->body = g_bytes_new_static("", 0);
    request->extra_headers = g_string_new(NULL);
    request->file_fd = -1;
    g_queue_init(&request->queue);
    g_hash_table_add(request->loop->requests, request);
    return request;
}

void
http_request_free(HttpRequest *request)
{
    if (request->wsi)
        lws_set_opaque_user_data(request->wsi, NULL);
    g_hash_table_remove(request->loop->requests, request);
    http_answer_clear(request);
    g_string_free(request->extra_headers, TRUE);
    if (request->incoming)
        g_byte_array_unref(request->incoming);
    g_bytes_unref(request->body);
    g_hash_table_unref(request->params);
    g_hash_table_unref(request->query);
    g_hash_table_unref(request->headers);
    g_free(request->path);
    g_free(request->peer);
    g_free(request);
}

void
http_request_peer_gone(HttpRequest *request)
{
    lws_set_opaque_user_data(request->wsi, NULL);
    request->wsi = NULL;
    if (request->state == REQUEST_WAITING) {
        if (!request->gone)
            return; /* the answer will free it */
        HttpLoopFunc gone = request->gone;
        gone(request->gone_user);
    } else if (request->streaming && request->stream.closed) {
        request->stream.closed(request->stream_user);
    }
    http_request_free(request);
}

static void
add_fragments(HttpRequest *request, enum lws_token_indexes token, const char *name)
{
    g_autoptr(GString) value = g_string_new(NULL);
    char *buffer = (char *)request->loop->scratch;

    for (int i = 0;; i++) {
        int length = lws_hdr_copy_fragment(request->wsi, buffer, HTTP_WRITE_MAX, token, i);

        if (length < 0 || (length == 0 && i > 0))
            break;
        if (i > 0)
            g_string_append(value, token == WSI_TOKEN_HTTP_COOKIE ? "; " : ", ");
        g_string_append_len(value, buffer, length);
        if (length == 0)
            break;
    }
    g_hash_table_replace(request->headers, g_strndup(name, strlen(name) - 1),
                         g_strdup(g_strstrip(value->str)));
}

static void
read_headers(HttpRequest *request)
{
    for (int token = 0; token < WSI_TOKEN_COUNT; token++) {
        const char *name = (const char *)lws_token_to_string((enum lws_token_indexes)token);

        if (!name || name[0] == ':' || !g_str_has_suffix(name, ":") || token == WSI_TOKEN_HTTP_URI_ARGS)
            continue;
        if (lws_hdr_total_length(request->wsi, (enum lws_token_indexes)token) > 0)
            add_fragments(request, (enum lws_token_indexes)token, name);
    }
}

/* libwebsockets has split the query at '&' and decoded it already. */
static void
read_query(HttpRequest *request)
{
    char *buffer = (char *)request->loop->scratch;

    for (int i = 0;
         lws_hdr_copy_fragment(request->wsi, buffer, HTTP_WRITE_MAX, WSI_TOKEN_HTTP_URI_ARGS, i) > 0; i++) {
        char *equals = strchr(buffer, '=');
        g_autofree char *name = equals ? g_strndup(buffer, (gsize)(equals - buffer)) : g_strdup(buffer);

        if (!g_hash_table_contains(request->query, name))
            g_hash_table_insert(request->query, g_steal_pointer(&name), g_strdup(equals ? equals + 1 : ""));
    }
}

static gboolean
text_is_clean(const char *text)
{
    for (; *text; text++)
        if ((guchar)*text < 0x20 || *text == 0x7f)
            return FALSE;
    return TRUE;
}

int
http_request_parse(HttpRequest *request)
{
    char *buffer = (char *)request->loop->scratch;

    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
        if (lws_hdr_total_length(request->wsi, methods[i].token) > 0) {
            if (lws_hdr_copy_fragment(request->wsi, buffer, HTTP_WRITE_MAX, methods[i].token, 0) <= 0)
                return -1;
            request->method = methods[i].method;
            g_free(request->path);
            request->path = g_strdup(buffer);
        }
    if (request->path[0] != '/' || !text_is_clean(request->path) || !g_utf8_validate(request->path, -1, NULL))
        return -1;
    request->head = g_str_equal(request->method, "HEAD");

    if (lws_hdr_copy(request->wsi, buffer, 64, WSI_TOKEN_HTTP) <= 0 || !g_str_has_prefix(buffer, "HTTP/1.1"))
        request->http_1_0 = request->close_after = TRUE;
    read_headers(request);
    read_query(request);

    const char *connection = http_request_header(request, "connection");
    if (connection && g_ascii_strcasecmp(connection, "close") == 0)
        request->close_after = TRUE;
    return 0;
}

const char *
http_request_method(const HttpRequest *request)
{
    return request->method;
}

const char *
http_request_path(const HttpRequest *request)
{
    return request->path;
}

const char *
http_request_param(const HttpRequest *request, const char *name)
{
    return g_hash_table_lookup(request->params, name);
}

const char *
http_request_query(const HttpRequest *request, const char *name)
{
    return g_hash_table_lookup(request->query, name);
}

/* Headers that libwebsockets has no number for can only be asked for by name, while the peer is there. */
static const char *
custom_header(const HttpRequest *request, const char *name)
{
    g_autofree char *with_colon = g_strconcat(name, ":", NULL);
    int name_length = (int)strlen(with_colon);
    int length = lws_hdr_custom_length(request->wsi, with_colon, name_length);

    if (length < 0 || length > HTTP_HEADERS_MAX)
        return NULL;
    char *value = g_malloc0((gsize)length + 1);
    if (lws_hdr_custom_copy(request->wsi, value, length + 1, with_colon, name_length) < 0) {
        g_free(value);
        return NULL;
    }
    g_hash_table_insert(request->headers, g_strdup(name), g_strstrip(value));
    return value;
}

const char *
http_request_header(const HttpRequest *request, const char *name)
{
    const char *value = g_hash_table_lookup(request->headers, name);

    if (value || !request->wsi)
        return value;
    return custom_header(request, name);
}

/* RFC 6265, section 5.4: "a=1; b=2". */
static char *
cookie_value(const char *header, const char *name)
{
    gsize length = strlen(name);

    while (header && *header) {
        header += strspn(header, " ;");
        gsize pair = strcspn(header, ";");

        if (pair > length && strncmp(header, name, length) == 0 && header[length] == '=')
            return g_strstrip(g_strndup(header + length + 1, pair - length - 1));
        header += pair;
    }
    return NULL;
}

char *
http_request_cookie(const HttpRequest *request, const char *name)
{
    return cookie_value(http_request_header(request, "cookie"), name);
}

char *
http_websocket_cookie(const HttpWebSocket *socket, const char *name)
{
    return cookie_value(http_websocket_header(socket, "cookie"), name);
}

GBytes *
http_request_body(const HttpRequest *request)
{
    return request->body;
}

const char *
http_request_peer(const HttpRequest *request)
{
    return request->peer;
}

void
http_request_on_gone(HttpRequest *request, HttpLoopFunc gone, gpointer user)
{
    request->gone = gone;
    request->gone_user = user;
}

void
http_request_refuse(HttpRequest *request, int status, const char *code, const char *title,
                    const char *title_zh)
{
    g_autofree char *text =
        g_strdup_printf("{\"code\":\"%s\",\"status\":%d,\"title\":\"%s\",\"title_zh\":\"%s\"}", code, status,
                        title, title_zh);

    if (request->body_length > 0)
        request->close_after = TRUE; /* nobody reads that body, so the next request could not be found */
    http_request_reply_text(request, status, "application/problem+json", text);
}
