#include "whip.h"

#include <string.h>

#include "../access.h"
#include "../media-control.h"
#include "../rest.h"
#include "../room.h"
#include "digest.h"

/* Streams come behind the people of the visit; see MediaOffer.order. */
#define STREAM_ORDER 3

/* RFC 8839, section 5.4: ice-ufrag has 4 to 256 characters. */
#define UFRAG_MIN 4
#define UFRAG_MAX 256

#define FRAGMENT_TYPE "application/trickle-ice-sdpfrag"

typedef struct {
    const char *base;  /* "/whip/" */
    const char *allow; /* purpose of the token */
    gboolean publish;
} StreamKind;

static const StreamKind whip = {"/whip/", "publish", TRUE};
static const StreamKind whep = {"/whep/", "subscribe", FALSE};

typedef struct {
    Server *server;
    HttpRequest *request; /* NULL: the peer has gone */
    const StreamKind *kind;
    char *visit;
    char *participant;
    char *connection;
    char *ufrag;
} Stream;

/* ---- text ---- */

char *
whip_ufrag(const char *sdp, gsize length)
{
    static const char name[] = "a=ice-ufrag:";
    g_autofree char *text = g_strndup(sdp, length);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        if (!g_str_has_prefix(lines[i], name))
            continue;
        const char *value = g_strchomp(lines[i] + sizeof name - 1);
        gsize size = strlen(value);

        return size >= UFRAG_MIN && size <= UFRAG_MAX ? g_strdup(value) : NULL;
    }
    return NULL;
}

char *
whip_etag(const char *connection, const char *ufrag)
{
    g_autofree char *both = g_strconcat(connection, " ", ufrag, NULL);
    char hex[DIGEST_HEX_SIZE];

    digest_sha256_hex(both, strlen(both), hex);
    return g_strdup_printf("\"%.32s\"", hex);
}

static gboolean
has_type(HttpRequest *request, const char *wanted)
{
    const char *type = http_request_header(request, "content-type");
    gsize length = strlen(wanted);

    return type && g_ascii_strncasecmp(type, wanted, length) == 0 &&
           (!type[length] || strchr("; \t", type[length]));
}

static char *
body_ufrag(HttpRequest *request)
{
    gsize length;
    const char *text = g_bytes_get_data(http_request_body(request), &length);

    return text ? whip_ufrag(text, length) : NULL;
}

/* ---- CORS (Fetch standard, section 3.2): on every answer, errors too, or a page cannot read why it was
 * refused ---- */

static void
allow_any_origin(HttpRequest *request)
{
    http_request_add_header(request, "Access-Control-Allow-Origin", "*");
    http_request_add_header(request, "Access-Control-Expose-Headers",
                            "Location, ETag, Link, WWW-Authenticate");
}

static void
answer_preflight(HttpRequest *request, const char *methods)
{
    allow_any_origin(request);
    http_request_add_header(request, "Access-Control-Allow-Methods", methods);
    http_request_add_header(request, "Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match");
    http_request_add_header(request, "Access-Control-Max-Age", "86400");
    http_request_add_header(request, "Allow", methods);
}

void
whip_options(HttpRequest *request, gpointer server)
{
    answer_preflight(request, "POST, OPTIONS");
    http_request_add_header(request, "Accept-Post", "application/sdp"); /* RFC 9725, section 4.2 */
    http_request_reply(request, 204, NULL, NULL);
}

void
whip_session_options(HttpRequest *request, gpointer server)
{
    answer_preflight(request, "PATCH, DELETE, OPTIONS");
    http_request_add_header(request, "Accept-Patch", FRAGMENT_TYPE);
    http_request_reply(request, 204, NULL, NULL);
}

/* ---- a stream's request ---- */

static void
stream_free(Stream *stream)
{
    g_free(stream->visit);
    g_free(stream->participant);
    g_free(stream->connection);
    g_free(stream->ufrag);
    g_free(stream);
}

/* Who asks, for which visit, by which right; NULL and answered when that is not clear. */
static Stream *
stream_begin(HttpRequest *request, Server *server, const StreamKind *kind)
{
    Stream *stream;
    char *participant;

    allow_any_origin(request);
    const char *visit = rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND);

    if (!visit || !access_require_stream(server, request, visit, kind->allow, &participant))
        return NULL;
    stream = g_new0(Stream, 1);
    stream->server = server;
    stream->request = request;
    stream->kind = kind;
    stream->visit = g_strdup(visit);
    stream->participant = participant;
    stream->connection = g_strdup(http_request_param(request, "connection"));
    return stream;
}

static void
stream_refuse(Stream *stream, Problem problem, const char *detail)
{
    rest_reply_problem(stream->request, problem, detail);
    stream_free(stream);
}

static Member *
stream_member(const Stream *stream, Room **ret_room)
{
    *ret_room = rooms_get(stream->server->rooms, stream->visit);
    return *ret_room ? room_member(*ret_room, stream->participant) : NULL;
}

/* ---- POST ---- */

/* The peer left between offer and answer: what the media server made must not stay behind. */
static void
close_orphan(Stream *stream, const char *connection)
{
    media_control_close_connection(stream->server->media, stream->visit, connection);
}

static void
peer_gone(gpointer user)
{
    ((Stream *)user)->request = NULL;
}

static void
reply_answer(Stream *stream, const MediaAnswer *answer)
{
    g_autofree char *location = g_strconcat(stream->kind->base, stream->visit, "/", answer->connection, NULL);
    g_autofree char *etag = whip_etag(answer->connection, stream->ufrag);

    http_request_add_header(stream->request, "Location", location);
    http_request_add_header(stream->request, "ETag", etag);
    http_request_add_header(stream->request, "Accept-Patch", FRAGMENT_TYPE);
    http_request_add_header(stream->request, "Cache-Control", "no-store");
    http_request_reply_text(stream->request, 201, "application/sdp", answer->sdp);
}

static void
offer_answered(const MediaAnswer *answer, gpointer user)
{
    Stream *stream = user;
    Room *room;
    Member *member = stream_member(stream, &room);

    if (!answer->error && stream->request && member) {
        if (g_strcmp0(member->connection, answer->connection) != 0)
            member_set_connection(member, answer->connection, MEDIA_CONNECTING);
        room_changed(room);
        reply_answer(stream, answer);
    } else if (stream->request && answer->error) {
        rest_reply_error(stream->request, answer->error);
    } else if (!answer->error) {
        close_orphan(stream, answer->connection);
        if (stream->request)
            rest_reply_problem(stream->request, PROBLEM_VISIT_ENDED, NULL);
    }
    stream_free(stream);
}

static void
begin_session(HttpRequest *request, Server *server, const StreamKind *kind)
{
    Stream *stream = stream_begin(request, server, kind);
    Room *room;

    if (!stream)
        return;
    if (!has_type(request, "application/sdp")) {
        stream_refuse(stream, PROBLEM_REQUEST_CONTENT_TYPE, "application/sdp");
        return;
    }
    stream->ufrag = body_ufrag(request);
    if (!stream->ufrag) {
        stream_refuse(stream, PROBLEM_MEDIA_REFUSED, "ice-ufrag");
        return;
    }
    Member *member = stream_member(stream, &room);

    if (!room || !room_has_media(room)) {
        stream_refuse(stream, PROBLEM_MESSAGE_VISIT_STATE, "live");
        return;
    }
    if (!member) {
        stream_refuse(stream, PROBLEM_PARTICIPANT_NOT_FOUND, NULL);
        return;
    }
    gsize length;
    const char *body = g_bytes_get_data(http_request_body(request), &length);
    g_autofree char *sdp = g_strndup(body, length);
    MediaOffer offer = {
        .visit = stream->visit,
        .participant = stream->participant,
        .publish = kind->publish,
        .order = STREAM_ORDER,
        .sdp = sdp,
    };

    http_request_on_gone(request, peer_gone, stream);
    media_control_offer(server->media, &offer, offer_answered, stream);
}

void
whip_publish(HttpRequest *request, gpointer server)
{
    begin_session(request, server, &whip);
}

void
whep_play(HttpRequest *request, gpointer server)
{
    begin_session(request, server, &whep);
}

/* ---- PATCH and DELETE: only the token's own connection ---- */

static Stream *
session_begin(HttpRequest *request, Server *server, const StreamKind *kind)
{
    Stream *stream = stream_begin(request, server, kind);
    Room *room;

    if (!stream)
        return NULL;
    Member *member = stream_member(stream, &room);

    if (member && g_strcmp0(member->connection, stream->connection) == 0)
        return stream;
    stream_refuse(stream, PROBLEM_REQUEST_NOT_FOUND, NULL);
    return NULL;
}

static void
restart_answered(const HttpAnswer *answer, gpointer user)
{
    Stream *stream = user;

    if (stream->request && answer->status == 200) {
        g_autofree char *etag = whip_etag(stream->connection, stream->ufrag);

        http_request_add_header(stream->request, "ETag", etag);
        http_request_reply(stream->request, 200, FRAGMENT_TYPE, answer->body);
    } else if (stream->request && answer->status == 204) {
        http_request_reply(stream->request, 204, NULL, NULL);
    } else if (stream->request) {
        rest_reply_problem(stream->request,
                           answer->status ? PROBLEM_MEDIA_REFUSED : PROBLEM_MEDIA_UNAVAILABLE, NULL);
    }
    stream_free(stream);
}

static void
restart_ice(Stream *stream)
{
    g_autofree char *path = g_strdup_printf("/rooms/%s/connections/%s", stream->visit, stream->connection);
    HttpCallRequest call = {
        .method = "PATCH",
        .path = path,
        .content_type = FRAGMENT_TYPE,
        .body = http_request_body(stream->request),
    };

    http_request_on_gone(stream->request, peer_gone, stream);
    http_client_call(stream->server->media_client, &call, restart_answered, stream);
}

/* RFC 9110, sections 13.1.1 and 15.5.13, RFC 6585, section 3. */
static void
refuse_condition(Stream *stream, int status)
{
    static const char missing[] =
        "{\"code\":\"request/condition-required\",\"status\":428,\"title\":\"If-Match is needed.\","
        "\"title_zh\":\"缺少 If-Match。\"}";
    static const char failed[] =
        "{\"code\":\"request/condition-failed\",\"status\":412,\"title\":\"The ICE session is another one.\","
        "\"title_zh\":\"ICE 会话已更新。\"}";

    http_request_reply_text(stream->request, status, "application/problem+json",
                            status == 428 ? missing : failed);
    stream_free(stream);
}

static void
patch_session(HttpRequest *request, Server *server, const StreamKind *kind)
{
    Stream *stream = session_begin(request, server, kind);
    const char *match = stream ? http_request_header(request, "if-match") : NULL;

    if (!stream)
        return;
    if (!has_type(request, FRAGMENT_TYPE)) {
        stream_refuse(stream, PROBLEM_REQUEST_CONTENT_TYPE, FRAGMENT_TYPE);
        return;
    }
    stream->ufrag = body_ufrag(request);
    if (!stream->ufrag) {
        stream_refuse(stream, PROBLEM_MEDIA_REFUSED, "ice-ufrag");
        return;
    }
    if (!match) {
        refuse_condition(stream, 428);
        return;
    }
    if (g_str_equal(match, "*")) {
        restart_ice(stream);
        return;
    }
    g_autofree char *etag = whip_etag(stream->connection, stream->ufrag);

    if (!g_str_equal(match, etag)) {
        refuse_condition(stream, 412);
        return;
    }
    http_request_reply(request, 204, NULL, NULL);
    stream_free(stream);
}

static void
end_session(HttpRequest *request, Server *server, const StreamKind *kind)
{
    Stream *stream = session_begin(request, server, kind);
    Room *room;

    if (!stream)
        return;
    Member *member = stream_member(stream, &room);

    media_control_close_connection(server->media, stream->visit, stream->connection);
    member_set_connection(member, NULL, MEDIA_NONE);
    room_changed(room);
    http_request_reply(request, 200, NULL, NULL);
    stream_free(stream);
}

void
whip_patch(HttpRequest *request, gpointer server)
{
    patch_session(request, server, &whip);
}

void
whip_delete(HttpRequest *request, gpointer server)
{
    end_session(request, server, &whip);
}

void
whep_patch(HttpRequest *request, gpointer server)
{
    patch_session(request, server, &whep);
}

void
whep_delete(HttpRequest *request, gpointer server)
{
    end_session(request, server, &whep);
}
