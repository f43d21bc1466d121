#include "http-private.h"

#include <string.h>

#include "log.h"

/* How long a peer may take to answer our close frame. */
#define CLOSE_SECONDS 5

HttpWebSocket *
http_websocket_new(HttpRequest *request)
{
    HttpWebSocket *socket = g_new0(HttpWebSocket, 1);
    static const char *const kept[] = {"x-forwarded-for", "x-request-id"};

    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
        http_request_header(request, kept[i]);
    socket->loop = request->loop;
    socket->server = request->server;
    socket->wsi = request->wsi;
    socket->rules = request->route->websocket;
    socket->server_user = request->server->user;
    socket->headers = g_hash_table_ref(request->headers);
    socket->query = g_hash_table_ref(request->query);
    socket->peer = g_strdup(request->peer);
    socket->message = g_byte_array_new();
    g_queue_init(&socket->queue);
    g_hash_table_add(request->loop->sockets, socket);
    request->wsi = NULL;
    return socket;
}

void
http_websocket_free(HttpWebSocket *socket)
{
    g_hash_table_remove(socket->loop->sockets, socket);
    g_queue_clear_full(&socket->queue, (GDestroyNotify)g_byte_array_unref);
    g_hash_table_unref(socket->headers);
    g_hash_table_unref(socket->query);
    g_byte_array_unref(socket->message);
    g_free(socket->peer);
    g_free(socket->close_reason);
    g_free(socket);
}

void
http_websocket_set_user(HttpWebSocket *socket, gpointer data)
{
    socket->data = data;
}

gpointer
http_websocket_user(const HttpWebSocket *socket)
{
    return socket->data;
}

const char *
http_websocket_header(const HttpWebSocket *socket, const char *name)
{
    return g_hash_table_lookup(socket->headers, name);
}

const char *
http_websocket_query(const HttpWebSocket *socket, const char *name)
{
    return g_hash_table_lookup(socket->query, name);
}

const char *
http_websocket_peer(const HttpWebSocket *socket)
{
    return socket->peer;
}

void
http_websocket_send(HttpWebSocket *socket, const char *text, gssize length)
{
    static const guint8 room[LWS_PRE];

    if (socket->closing)
        return;
    if (length < 0)
        length = (gssize)strlen(text);
    if (socket->queued + (gsize)length > HTTP_QUEUE_MAX) {
        log_debug("http", "websocket does not read queued=%zu", socket->queued);
        g_queue_clear_full(&socket->queue, (GDestroyNotify)g_byte_array_unref);
        g_queue_init(&socket->queue);
        http_websocket_close(socket, 1013, "too slow");
        return;
    }
    /* libwebsockets writes the frame's header in front of the text. */
    GByteArray *frame = g_byte_array_sized_new((guint)(LWS_PRE + (gsize)length));

    g_byte_array_append(frame, room, LWS_PRE);
    g_byte_array_append(frame, (const guint8 *)text, (guint)length);
    socket->queued += (gsize)length;
    g_queue_push_tail(&socket->queue, frame);
    lws_callback_on_writable(socket->wsi);
}

void
http_websocket_close(HttpWebSocket *socket, guint16 status, const char *reason)
{
    if (socket->closing)
        return;
    socket->closing = TRUE;
    socket->close_status = status;
    socket->close_reason = g_strndup(reason ? reason : "", 123); /* RFC 6455, section 5.5 */
    lws_set_timeout(socket->wsi, PENDING_TIMEOUT_CLOSE_SEND, CLOSE_SECONDS);
    lws_callback_on_writable(socket->wsi);
}

int
http_websocket_receive(HttpWebSocket *socket, const void *data, gsize length)
{
    if (!socket || socket->closing)
        return 0;
    if (lws_frame_is_binary(socket->wsi)) {
        http_websocket_close(socket, 1003, "text only");
        return 0;
    }
    if (socket->message->len + length > socket->rules->message_max) {
        g_byte_array_set_size(socket->message, 0);
        http_websocket_close(socket, 1009, "message too long");
        return 0;
    }
    g_byte_array_append(socket->message, data, (guint)length);
    if (!lws_is_final_fragment(socket->wsi) || lws_remaining_packet_payload(socket->wsi) > 0)
        return 0;

    g_autoptr(GBytes) text = g_byte_array_free_to_bytes(socket->message);

    socket->message = g_byte_array_new();
    if (socket->rules->message)
        socket->rules->message(socket, text, socket->server_user);
    return 0;
}

int
http_websocket_write(HttpWebSocket *socket)
{
    if (!socket)
        return 0;
    GByteArray *frame = g_queue_pop_head(&socket->queue);

    if (frame) {
        gsize length = frame->len - LWS_PRE;
        int written = lws_write(socket->wsi, frame->data + LWS_PRE, length, LWS_WRITE_TEXT);

        socket->queued -= length;
        g_byte_array_unref(frame);
        if (written < (int)length)
            return -1;
        lws_callback_on_writable(socket->wsi);
        return 0;
    }
    if (!socket->closing)
        return 0;
    lws_close_reason(socket->wsi, socket->close_status, (unsigned char *)socket->close_reason,
                     strlen(socket->close_reason));
    return -1;
}
