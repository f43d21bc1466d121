/* Connections of a room: offers and answers, candidates and restarts, ends. */
#include "media-api-private.h"

#include <gio/gio.h>
#include <string.h>

#include "log.h"
#include "sdp-fragment.h"

static gboolean
has_content_type(HttpRequest *request, const char *wanted)
{
    const char *type = http_request_header(request, "content-type");
    gsize length = strlen(wanted);

    return type && g_ascii_strncasecmp(type, wanted, length) == 0 &&
           (!type[length] || strchr("; \t", type[length]));
}

/* The problem of an offer that was refused. */
static MediaProblem
problem_of_offer(const MediaCall *call, const GError *error)
{
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BUSY))
        return MEDIA_PROBLEM_ROOM_FULL;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
        return MEDIA_PROBLEM_AT_CAPACITY;
    log_error("media", "room=%s no connection: %s", call->room, error->message);
    return MEDIA_PROBLEM_INTERNAL;
}

static void
offer_on_worker(Worker *worker, gpointer data)
{
    MediaCall *call = data;
    Room *room = worker_room(worker, call->room);
    ConnectionConfig config = {call->offer.participant, call->offer.publish, call->offer.order,
                               call->offer.inner, call->offer.negotiation};
    g_autoptr(GError) error = NULL;
    Connection *connection = NULL;

    if (room) {
        connection = room_connect(room, &config, &call->answer.body, &error);
    } else {
        sdp_negotiation_free(config.negotiation);
        media_answer_problem(&call->answer, MEDIA_PROBLEM_ROOM_NOT_FOUND, NULL);
    }
    if (connection) {
        call->answer.status = 201;
        call->answer.content_type = "application/sdp";
        call->answer.location =
            g_strdup_printf("/rooms/%s/connections/%s", call->room, connection_id(connection));
    } else if (error) {
        media_answer_problem(&call->answer, problem_of_offer(call, error), NULL);
    }
    g_free(call->offer.participant);
    media_call_done(call);
}

/* "0" or "1" when there; `order` up to 3 digits. */
static gboolean
parse_offer_query(HttpRequest *request, gboolean *ret_publish, gboolean *ret_inner, guint *ret_order)
{
    const char *publish = http_request_query(request, "publish");
    const char *inner = http_request_query(request, "inner");
    const char *order = http_request_query(request, "order");
    guint64 number = 0;

    if ((publish && !g_str_equal(publish, "0") && !g_str_equal(publish, "1")) || (inner && !g_str_equal(inner, "0") && !g_str_equal(inner, "1")))
        return FALSE;
    if (order && !g_ascii_string_to_unsigned(order, 10, 0, 999, &number, NULL))
        return FALSE;
    *ret_publish = !publish || *publish == '1';
    *ret_inner = inner && *inner == '1';
    *ret_order = (guint)number;
    return TRUE;
}

static SdpNegotiation *
negotiate(HttpRequest *request, gboolean publish, GError **error)
{
    GBytes *body = http_request_body(request);
    g_autoptr(SdpOffer) offer = sdp_offer_parse(g_bytes_get_data(body, NULL), g_bytes_get_size(body), error);
    SdpNegotiation *negotiation = offer ? sdp_negotiate(offer, error) : NULL;

    /* Who may not publish is told so in the answer. */
    for (guint i = 0; negotiation && !publish && i < negotiation->n_lines; i++)
        if (negotiation->lines[i].direction == SDP_RECVONLY)
            negotiation->lines[i].direction = SDP_INACTIVE;
    return negotiation;
}

void
media_api_post_offer(HttpRequest *request, gpointer user)
{
    const char *participant = http_request_query(request, "participant");
    g_autoptr(GError) error = NULL;
    SdpNegotiation *negotiation;
    gboolean publish, inner;
    guint worker, order;
    MediaCall *call;

    if (!media_api_find_worker(user, request, &worker))
        return;
    if (!has_content_type(request, "application/sdp")) {
        media_api_refuse(request, MEDIA_PROBLEM_CONTENT_TYPE, "application/sdp");
        return;
    }
    if (!media_api_is_id(participant) || !parse_offer_query(request, &publish, &inner, &order)) {
        media_api_refuse(request, MEDIA_PROBLEM_BAD_PARAMETER, "participant, publish, inner, order");
        return;
    }
    negotiation = negotiate(request, publish, &error);
    call = media_call_new(user, request);
    if (!negotiation) {
        media_answer_sdp_error(&call->answer, error);
        media_call_answer(call);
        return;
    }
    call->offer.participant = g_strdup(participant);
    call->offer.publish = publish;
    call->offer.order = order;
    call->offer.inner = inner;
    call->offer.negotiation = negotiation;
    media_call_send(call, worker, offer_on_worker);
}

static Connection *
find_connection(Worker *worker, MediaCall *call)
{
    Room *room = worker_room(worker, call->room);
    Connection *connection = room ? room_connection(room, call->connection) : NULL;

    if (!connection)
        media_answer_problem(&call->answer, MEDIA_PROBLEM_CONNECTION_NOT_FOUND, NULL);
    return connection;
}

static void
patch_on_worker(Worker *worker, gpointer data)
{
    MediaCall *call = data;
    Connection *connection = find_connection(worker, call);

    if (connection && call->fragment.ufrag[0])
        connection_restart_ice(connection, call->fragment.ufrag, call->fragment.password, &call->answer.body);
    if (connection) {
        call->answer.status = call->answer.body ? 200 : 204;
        call->answer.content_type = "application/trickle-ice-sdpfrag";
    }
    media_call_done(call);
}

void
media_api_patch_connection(HttpRequest *request, gpointer user)
{
    GBytes *body = http_request_body(request);
    g_autoptr(GError) error = NULL;
    guint worker;
    MediaCall *call;

    if (!media_api_find_worker(user, request, &worker))
        return;
    if (!has_content_type(request, "application/trickle-ice-sdpfrag")) {
        media_api_refuse(request, MEDIA_PROBLEM_CONTENT_TYPE, "application/trickle-ice-sdpfrag");
        return;
    }
    call = media_call_new(user, request);
    if (!sdp_fragment_parse(g_bytes_get_data(body, NULL), g_bytes_get_size(body), &call->fragment, &error)) {
        media_answer_sdp_error(&call->answer, error);
        media_call_answer(call);
        return;
    }
    media_call_send(call, worker, patch_on_worker);
}

static void
delete_connection_on_worker(Worker *worker, gpointer data)
{
    MediaCall *call = data;
    Connection *connection = find_connection(worker, call);

    if (connection) {
        connection_close(connection, "deleted");
        call->answer.body = g_strdup("{}");
    }
    media_call_done(call);
}

void
media_api_delete_connection(HttpRequest *request, gpointer user)
{
    guint worker;

    if (media_api_find_worker(user, request, &worker))
        media_call_send(media_call_new(user, request), worker, delete_connection_on_worker);
}
