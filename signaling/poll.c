#include "poll.h"

#include <string.h>

#include "access.h"
#include "bounded-json.h"
#include "field-rules.h"
#include "message.h"
#include "rest.h"
#include "socket.h"
#include "token.h"

struct Polls {
    Server *server;
    GHashTable *by_token;
};

typedef struct {
    Polls *polls;
    char *token;
    Socket *socket;       /* NULL: closed, what is left is only told */
    GQueue frames;        /* char *, the oldest first */
    gsize queued;         /* their bytes */
    gint64 first;         /* number of the oldest frame that is kept */
    gint64 expected;      /* number of the client's next frame */
    HttpRequest *waiting; /* a GET that has not been answered */
    guint64 timer;        /* of the GET, or of a client that does not come */
    guint64 soon;         /* an answer, once everything of this turn is said */
    guint16 code;         /* of the close, 0 = open */
    char *reason;
} Poll;

static void
poll_free(gpointer data)
{
    Poll *poll = data;

    server_cancel(poll->polls->server, poll->timer);
    server_cancel(poll->polls->server, poll->soon);
    socket_free(poll->socket);
    g_queue_clear_full(&poll->frames, g_free);
    g_free(poll->reason);
    g_free(poll->token);
    g_free(poll);
}

Polls *
polls_new(Server *server)
{
    Polls *polls = g_new0(Polls, 1);

    polls->server = server;
    polls->by_token = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, poll_free);
    return polls;
}

/* --- answering the GET --- */

static void
gone(gpointer data)
{
    Poll *poll = data;

    poll->timer = 0;
    g_hash_table_remove(poll->polls->by_token, poll->token);
}

static void
await_client(Poll *poll)
{
    server_cancel(poll->polls->server, poll->timer);
    poll->timer = http_loop_after(poll->polls->server->loop, POLL_GONE_MS, gone, poll);
}

static void
answer(Poll *poll)
{
    g_autoptr(json_t) frames = json_array();
    g_autoptr(json_t) body = NULL;
    HttpRequest *request = poll->waiting;

    poll->waiting = NULL;
    for (GList *link = poll->frames.head; link; link = link->next)
        json_array_append_new(frames, json_string(link->data));
    body = json_pack("{s:I, s:O, s:o}", "first", (json_int_t) poll->first, "frames", frames, "closed",
                     poll->code ? json_pack("{s:i, s:s}", "code", poll->code, "reason", poll->reason) : json_null());
    await_client(poll);
    rest_reply(request, 200, body);
}

static void
answer_soon(gpointer data)
{
    Poll *poll = data;

    poll->soon = 0;
    if (poll->code)
        g_clear_pointer(&poll->socket, socket_free);
    if (poll->waiting)
        answer(poll);
}

static void
speak(Poll *poll)
{
    if (!poll->soon)
        poll->soon = http_loop_after(poll->polls->server->loop, 0, answer_soon, poll);
}

static void
waited(gpointer data)
{
    Poll *poll = data;

    poll->timer = 0;
    answer(poll);
}

/* --- the line of a Socket --- */

static void
poll_close(gpointer carrier, guint16 code, const char *reason)
{
    Poll *poll = carrier;

    if (poll->code)
        return;
    poll->code = code;
    poll->reason = g_strdup(reason ? reason : "");
    speak(poll);
}

static void
poll_send(gpointer carrier, const char *text)
{
    Poll *poll = carrier;

    if (poll->code)
        return;
    if (poll->queued + strlen(text) > POLL_QUEUE_MAX) {
        poll_close(poll, 1013, "too slow");
        return;
    }
    poll->queued += strlen(text);
    g_queue_push_tail(&poll->frames, g_strdup(text));
    speak(poll);
}

static const SocketLine poll_line = { poll_send, poll_close };

/* --- REST --- */

static Poll *
poll_of(HttpRequest *request, Server *server)
{
    const char *token = access_bearer(request);
    Poll *poll = token ? g_hash_table_lookup(server->polls->by_token, token) : NULL;

    if (!poll)
        rest_reply_problem(request, PROBLEM_RESUME_INVALID, NULL);
    return poll;
}

static const FieldRule no_rules[] = { { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL } };
static const FieldRule frame_element = { "frame", FIELD_STRING, 0, 1, MESSAGE_TO_SERVER_MAX, NULL, NULL, NULL };
static const FieldRule frames_rules[] = {
    { "first", FIELD_INTEGER, 0, 0, G_MAXINT64, NULL, NULL, NULL },
    { "frames", FIELD_ARRAY, 0, 1, POLL_FRAMES_MAX, NULL, NULL, &frame_element },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

void
api_poll_open(HttpRequest *request, gpointer data)
{
    Server *server = data;
    g_autoptr(json_t) body = rest_body(request, no_rules);
    g_autofree char *cookie = http_request_cookie(request, ACCESS_COOKIE);
    Poll *poll;

    if (!body)
        return;
    if (!sockets_has_room(server->sockets, http_request_peer(request))) {
        rest_reply_problem(request, PROBLEM_REQUEST_LIMIT, NULL);
        return;
    }

    g_autoptr(GBytes) random = token_secret_new();

    poll = g_new0(Poll, 1);
    poll->polls = server->polls;
    poll->token = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, random);
    g_queue_init(&poll->frames);
    poll->socket = socket_new(server, &poll_line, poll, http_request_peer(request), cookie);
    g_hash_table_insert(server->polls->by_token, poll->token, poll);
    await_client(poll);

    g_autoptr(json_t) reply = json_pack("{s:s}", "line", poll->token);

    rest_reply(request, 201, reply);
}

void
api_poll_close(HttpRequest *request, gpointer data)
{
    Server *server = data;
    Poll *poll = access_require_same_origin(request) ? poll_of(request, server) : NULL;

    if (!poll)
        return;
    if (poll->waiting)
        answer(poll);
    g_hash_table_remove(server->polls->by_token, poll->token);
    http_request_reply(request, 204, NULL, NULL);
}

void
api_poll_send(HttpRequest *request, gpointer data)
{
    Server *server = data;
    g_autoptr(json_t) body = rest_body_up_to(request, frames_rules, POLL_BODY_MAX);
    Poll *poll = body ? poll_of(request, server) : NULL;
    gsize i;
    json_t *frame;

    if (!poll)
        return;
    if (field_integer(body, "first") > poll->expected) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "first: frames before it are missing");
        return;
    }
    /* What came with a request whose answer was lost is there already. */
    json_array_foreach(json_object_get(body, "frames"), i, frame) {
        g_autoptr(GBytes) text = NULL;

        if (field_integer(body, "first") + (gint64) i < poll->expected)
            continue;
        poll->expected++;
        text = g_bytes_new(json_string_value(frame), json_string_length(frame));
        if (poll->socket)
            socket_receive(poll->socket, text);
    }
    if (!poll->waiting)
        await_client(poll);
    http_request_reply(request, 204, NULL, NULL);
}

static void
client_left(gpointer data)
{
    Poll *poll = data;

    poll->waiting = NULL;
    await_client(poll);
}

void
api_poll_receive(HttpRequest *request, gpointer data)
{
    Server *server = data;
    Poll *poll = poll_of(request, server);
    gint64 have;

    if (!poll || !rest_query_integer(request, "have", 0, G_MAXINT64, 0, &have))
        return;
    for (; poll->first < have && poll->frames.length > 0; poll->first++) {
        g_autofree char *arrived = g_queue_pop_head(&poll->frames);

        poll->queued -= strlen(arrived);
    }
    if (poll->waiting)
        answer(poll);
    poll->waiting = request;
    http_request_on_gone(request, client_left, poll);
    if (poll->frames.length > 0 || poll->code) {
        answer(poll);
        return;
    }
    server_cancel(server, poll->timer);
    poll->timer = http_loop_after(server->loop, POLL_WAIT_MS, waited, poll);
}

static gboolean
end(gpointer key, gpointer value, gpointer user)
{
    Poll *poll = value;

    if (poll->waiting)
        answer(poll);
    return TRUE;
}

void
polls_free(Polls *polls)
{
    if (!polls)
        return;
    g_hash_table_foreach_remove(polls->by_token, end, NULL);
    g_hash_table_unref(polls->by_token);
    g_free(polls);
}
