#include "handlers.h"

#include "../catalogue.h"
#include "../lobby.h"
#include "../media-control.h"
#include "../model/model.h"
#include "../tokens.h"
#include "../turn.h"
#include "bounded-json.h"
#include "field-rules.h"
#include "log.h"

/* Longer than any visit; a token is of use only while its visit is open. */
#define RESUME_US (G_GINT64_CONSTANT(24) * 3600 * G_USEC_PER_SEC)

/* A refused hello ends the socket; the code tells the client whether trying again can help. */
static void
refuse(Call *call, const GError *error)
{
    Socket *socket = call_socket(call);
    guint64 serial = call->socket;
    Sockets *sockets = call->server->sockets;
    Problem problem = problem_of(error);
    guint16 code = problem == PROBLEM_VERSION_UNSUPPORTED ? CLOSE_VERSION : problem == PROBLEM_VISIT_ENDED ? CLOSE_VISIT_ENDED : CLOSE_NOT_ALLOWED;

    call_error(call, error);
    if (socket && (socket = sockets_find(sockets, serial)))
        socket_close(socket, code, problem_entry(problem)->code);
}

static void
refuse_problem(Call *call, Problem problem)
{
    g_autoptr(GError) error = g_error_new_literal(PROBLEM, problem, "");

    refuse(call, error);
}

static gboolean
speaks_our_version(const json_t *message)
{
    gsize i;
    json_t *version;

    json_array_foreach(json_object_get(message, "versions"), i, version)
        if (json_integer_value(version) == MESSAGE_VERSION)
            return TRUE;
    return FALSE;
}

static void
send_welcome(Call *call, Socket *socket, json_t *fields)
{
    json_t *welcome = json_pack("{s:s, s:i}", "type", "welcome", "version", MESSAGE_VERSION);

    if (call->id)
        json_object_set_new(welcome, "re", json_string(call->id));
    json_object_update(welcome, fields);
    json_decref(fields);
    socket_send(socket, welcome);
}

static void
enter_lobby(Call *call)
{
    Socket *socket = call_socket(call);

    send_welcome(call, socket,
                 json_pack("{s:n, s:s, s:s, s:n, s:s, s:n, s:n, s:n, s:n, s:[]}", "participant", "role", role_name(socket->role), "name", socket->name,
                           "resume", "media", "none", "state", "consent", "visit", "item", "ice_servers"));
    socket_enter_lobby(socket);
    lobby_welcome(call->server->lobby, socket);
    call_free(call);
}

/* The participant in `extra` is in the room; whether its media connection still runs is known now. */
static void
enter_room(Call *call)
{
    Socket *socket = call_socket(call);
    const char *visit = field_string(call->extra, "visit");
    const char *id = field_string(call->extra, "id");
    Room *room = rooms_get(call->server->rooms, visit);
    Member *member = room ? room_member(room, id) : NULL;

    if (!socket || !member) {
        rooms_unseat(call->server->rooms, visit, id, 0);
        call_free(call);
        return;
    }

    const char *wanted = field_string(call->message, "connection");
    gboolean alive = wanted && g_strcmp0(wanted, member->connection) == 0;
    g_autofree char *resume = tokens_issue(call->server, TOKEN_RESUME, id, server_now(call->server) + RESUME_US);
    guint layers = call->server->config->site_layers;
    json_t *item = catalogue_item_of(call->server->catalogue, room_visit_json(room));

    send_welcome(call, socket,
                 json_pack("{s:s, s:O, s:O, s:s, s:s, s:O, s:O, s:o, s:O, s:o, s:o*}", "participant", id, "role", json_object_get(call->extra, "role"),
                           "name", json_object_get(call->extra, "name"), "resume", resume, "media", alive ? "alive" : "none", "state",
                           json_object_get(call->extra, "state"), "consent", json_object_get(call->extra, "consent"), "visit",
                           visit_for_message(room_visit_json(room)), "item", item ? item : json_null(), "ice_servers",
                           turn_ice_servers(call->server->turn, id, server_now(call->server)), "site_layers",
                           layers ? json_integer((json_int_t) layers) : NULL));
    socket_enter_room(socket, visit, id, role_from_name(field_string(call->extra, "role")));
    socket_send(socket, room_message(room, id));
    if (alive && member->slots)
        socket_send(socket, json_pack("{s:s, s:O}", "type", "slots", "slots", member->slots));
    room_seat(room, id, socket->serial);
    log_info("socket", "entered visit=%s participant=%s resumed=%d media=%s", visit, id, field_string(call->message, "resume") != NULL,
             alive ? "alive" : "none");
    call_free(call);
}

static void
media_synced(gpointer user)
{
    enter_room(user);
}

static void
participant_entered(json_t *output, const GError *error, gpointer user)
{
    Call *call = user;

    if (error) {
        refuse(call, error);
        return;
    }

    json_t *participant = json_object_get(output, "participant");
    const char *visit = field_string(participant, "visit");
    Room *room = rooms_set_state(call->server->rooms, visit, json_object_get(output, "room"));

    call->extra = json_incref(participant);
    /* A connection that is said to run is asked for at its source: after a restart only the media server knows. */
    if (room_has_media(room) && field_string(call->message, "connection"))
        media_control_sync_then(call->server->media, visit, media_synced, call);
    else
        enter_room(call);
}

static void
enter(Call *call, StoreWork work, const char *field, const char *value)
{
    Socket *socket = call_socket(call);

    socket->phase = SOCKET_ENTERING;
    server_store(call->server, work,
                 json_pack("{s:s, s:s?, s:I}", field, value, "user", socket->user, "now", (json_int_t) server_now(call->server)),
                 participant_entered, call);
}

static void
enter_by_token(Call *call, TokenPurpose purpose, const char *token, StoreWork work, const char *field)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = tokens_check(call->server, purpose, token, &error);

    if (id)
        enter(call, work, field, id);
    else
        refuse(call, error);
}

void
handle_hello(Call *call, Room *room)
{
    const Socket *socket = call_socket(call);
    const char *invitation = field_string(call->message, "invitation");
    const char *resume = field_string(call->message, "resume");
    const char *visit = field_string(call->message, "visit");

    if (!speaks_our_version(call->message))
        refuse_problem(call, PROBLEM_VERSION_UNSUPPORTED);
    else if (resume)
        enter_by_token(call, TOKEN_RESUME, resume, model_resume, "participant");
    else if (invitation)
        enter_by_token(call, TOKEN_INVITATION, invitation, model_enter_applicant, "invitation");
    else if (!socket->user)
        refuse_problem(call, PROBLEM_ACCESS_REQUIRED);
    else if (visit)
        enter(call, model_enter_staff, "visit", visit);
    else
        enter_lobby(call);
}
