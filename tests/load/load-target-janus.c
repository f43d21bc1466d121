#include <jansson.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load-clock.h"
#include "load-sdp.h"
#include "load-target.h"

#define MESSAGE_MAX (256 * 1024)
#define PLUGIN      "janus.plugin.videoroom"

typedef struct {
    LoadTarget target;
    LoadLoop *loop;
    int fd;
    guint transactions;
    json_int_t session;
    GHashTable *publishers; /* room → handle and id in one Publisher */
} JanusTarget;

typedef struct {
    json_int_t handle, id;
} Publisher;

static json_int_t
room_number(guint room)
{
    return 1000 + (json_int_t)room;
}

static json_t *
receive(JanusTarget *janus, char *bytes, int flags)
{
    ssize_t n = recv(janus->fd, bytes, MESSAGE_MAX, flags);

    return n > 0 ? json_loadb(bytes, (size_t)n, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

static const char *
text_at(const json_t *message, const char *name)
{
    const char *text = json_string_value(json_object_get(message, name));

    return text ? text : "";
}

static json_t *
plugin_data(const json_t *message)
{
    return json_object_get(json_object_get(message, "plugindata"), "data");
}

/* `wanted`: "success" of the core or "event" of the plug-in; an "ack" and what others cause is passed over.
 */
static json_t *
await(JanusTarget *janus, const char *transaction, const char *wanted, GError **error)
{
    g_autofree char *bytes = g_malloc(MESSAGE_MAX);
    gint64 deadline = load_now_us() + LOAD_ANSWER_US;

    while (load_loop_run_until_readable(janus->loop, janus->fd, MAX(0, deadline - load_now_us()))) {
        json_t *message = receive(janus, bytes, 0);
        const char *kind = text_at(message, "janus");
        gboolean ours = !strcmp(text_at(message, "transaction"), transaction);

        if (!message) {
            load_fail(error, "Janus has closed its socket");
            return NULL;
        }
        if (ours && (!strcmp(kind, "error") || json_object_get(plugin_data(message), "error"))) {
            char *text = json_dumps(message, JSON_COMPACT);

            load_fail(error, "Janus: %s", text);
            free(text);
            json_decref(message);
            return NULL;
        }
        if (ours && !strcmp(kind, wanted))
            return message;
        json_decref(message);
    }
    load_fail(error, "Janus does not answer");
    return NULL;
}

/* Takes `message`. */
static json_t *
ask(JanusTarget *janus, json_t *message, json_int_t handle, const char *wanted, GError **error)
{
    g_autofree char *transaction = g_strdup_printf("t%u", ++janus->transactions);
    char *text;
    ssize_t sent;

    json_object_set_new(message, "transaction", json_string(transaction));
    if (janus->session)
        json_object_set_new(message, "session_id", json_integer(janus->session));
    if (handle)
        json_object_set_new(message, "handle_id", json_integer(handle));
    text = json_dumps(message, JSON_COMPACT);
    json_decref(message);
    sent = send(janus->fd, text, strlen(text), MSG_NOSIGNAL);
    free(text);
    if (sent < 0) {
        load_fail(error, "Janus has closed its socket");
        return NULL;
    }
    return await(janus, transaction, wanted, error);
}

/* The id in the answer to "create" and "attach"; 0 after an error. */
static json_int_t
ask_for_id(JanusTarget *janus, json_t *message, GError **error)
{
    json_t *answer = ask(janus, message, 0, "success", error);
    json_int_t id = json_integer_value(json_object_get(json_object_get(answer, "data"), "id"));

    json_decref(answer);
    return id;
}

static json_int_t
attach(JanusTarget *janus, GError **error)
{
    return ask_for_id(janus, json_pack("{ssss}", "janus", "attach", "plugin", PLUGIN), error);
}

/* A message for the plug-in, with an SDP if `sdp`. Takes `body`. */
static json_t *
plugin_message(json_t *body, const char *sdp_type, const char *sdp)
{
    json_t *message = json_pack("{ssso}", "janus", "message", "body", body);

    if (sdp)
        json_object_set_new(message, "jsep", json_pack("{ssss}", "type", sdp_type, "sdp", sdp));
    return message;
}

static gboolean
janus_open_room(LoadTarget *target, guint room, GError **error)
{
    JanusTarget *janus = (JanusTarget *)target;
    Publisher *publisher = g_new0(Publisher, 1);
    json_t *answer, *body;

    g_hash_table_insert(janus->publishers, GUINT_TO_POINTER(room), publisher);
    publisher->handle = attach(janus, error);
    if (!publisher->handle)
        return FALSE;
    body = json_pack("{sssIsisssssb}", "request", "create", "room", room_number(room), "publishers", 2,
                     "audiocodec", "opus", "videocodec", "h264", "permanent", 0);
    answer = ask(janus, plugin_message(body, NULL, NULL), publisher->handle, "success", error);
    json_decref(answer);
    return answer != NULL;
}

static gboolean
use_remote(LoadPeer *peer, const char *sdp, gboolean offerer, GError **error)
{
    LoadRemote remote;

    if (!sdp || !load_sdp_read_remote(sdp, offerer, &remote))
        return load_fail(error, "an SDP that cannot be used:\n%s", sdp ? sdp : "none");
    load_peer_set_remote(peer, &remote);
    return TRUE;
}

static const char *
jsep_sdp(const json_t *message)
{
    return json_string_value(json_object_get(json_object_get(message, "jsep"), "sdp"));
}

static gboolean
janus_publish(LoadTarget *target, guint room, LoadPeer *peer, GError **error)
{
    JanusTarget *janus = (JanusTarget *)target;
    Publisher *publisher = g_hash_table_lookup(janus->publishers, GUINT_TO_POINTER(room));
    g_autofree char *offer = load_sdp_offer(peer, LOAD_SEND);
    json_t *body = json_pack("{sssssI}", "request", "join", "ptype", "publisher", "room", room_number(room));
    json_t *answer = ask(janus, plugin_message(body, NULL, NULL), publisher->handle, "event", error);
    gboolean ok;

    if (!answer)
        return FALSE;
    publisher->id = json_integer_value(json_object_get(plugin_data(answer), "id"));
    json_decref(answer);
    body = json_pack("{sssbsb}", "request", "configure", "audio", 1, "video", 1);
    answer = ask(janus, plugin_message(body, "offer", offer), publisher->handle, "event", error);
    ok = answer && use_remote(peer, jsep_sdp(answer), TRUE, error);
    json_decref(answer);
    return ok;
}

static gboolean
janus_subscribe(LoadTarget *target, guint room, LoadPeer *peer, gint64 *ret_asked_us, GError **error)
{
    JanusTarget *janus = (JanusTarget *)target;
    Publisher *publisher = g_hash_table_lookup(janus->publishers, GUINT_TO_POINTER(room));
    json_int_t handle = attach(janus, error);
    g_autofree char *answer_sdp = NULL;
    json_t *body, *answer;
    gboolean ok;

    if (!handle)
        return FALSE;
    body = json_pack("{sssssIs[{sI}]}", "request", "join", "ptype", "subscriber", "room", room_number(room),
                     "streams", "feed", publisher->id);
    *ret_asked_us = load_now_us();
    answer = ask(janus, plugin_message(body, NULL, NULL), handle, "event", error);
    ok = answer && use_remote(peer, jsep_sdp(answer), FALSE, error);
    if (ok)
        answer_sdp = load_sdp_answer(peer, jsep_sdp(answer));
    json_decref(answer);
    if (!ok)
        return FALSE;
    answer = ask(janus, plugin_message(json_pack("{ss}", "request", "start"), "answer", answer_sdp), handle,
                 "event", error);
    json_decref(answer);
    return answer != NULL;
}

/* Janus ends a session of which it has heard nothing for 60 s; what it tells unasked is read away. */
static void
janus_keep_alive(LoadTarget *target)
{
    JanusTarget *janus = (JanusTarget *)target;
    g_autofree char *bytes = g_malloc(MESSAGE_MAX);
    g_autofree char *text = g_strdup_printf("{\"janus\":\"keepalive\",\"session_id\":%" JSON_INTEGER_FORMAT
                                            ",\"transaction\":\"k\"}",
                                            janus->session);

    while (recv(janus->fd, bytes, MESSAGE_MAX, MSG_DONTWAIT) > 0)
        ;
    if (send(janus->fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        g_warning("Janus has closed its socket");
}

static void
janus_free(LoadTarget *target)
{
    JanusTarget *janus = (JanusTarget *)target;

    close(janus->fd);
    g_hash_table_unref(janus->publishers);
    g_free(janus);
}

LoadTarget *
load_target_janus_new(LoadLoop *loop, const char *socket_path, GError **error)
{
    int fd = load_unix_connect(socket_path, SOCK_SEQPACKET, error);
    JanusTarget *janus;

    if (fd < 0)
        return NULL;
    janus = g_new0(JanusTarget, 1);
    janus->target =
        (LoadTarget){janus_open_room, janus_publish, janus_subscribe, janus_keep_alive, janus_free};
    janus->loop = loop;
    janus->fd = fd;
    janus->publishers = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    janus->session = ask_for_id(janus, json_pack("{ss}", "janus", "create"), error);
    if (janus->session)
        return &janus->target;
    janus_free(&janus->target);
    return NULL;
}
