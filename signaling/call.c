#include "call.h"

#include "bounded-json.h"
#include "field-rules.h"

Call *
call_new(Socket *socket, const Message *message)
{
    Call *call = g_new0(Call, 1);

    call->server = socket->server;
    call->socket = socket->serial;
    call->id = g_strdup(message_id(message->json));
    call->visit = g_strdup(socket->visit);
    call->participant = g_strdup(socket->participant);
    call->message = json_incref(message->json);
    return call;
}

void
call_free(Call *call)
{
    g_free(call->id);
    g_free(call->visit);
    g_free(call->participant);
    json_decref(call->message);
    json_decref(call->extra);
    g_free(call);
}

Socket *
call_socket(const Call *call)
{
    return sockets_find(call->server->sockets, call->socket);
}

void
call_ok(Call *call, json_t *fields)
{
    Socket *socket = call_socket(call);

    if (socket && call->id) {
        json_t *answer = json_pack("{s:s, s:s}", "type", "ok", "re", call->id);

        if (fields)
            json_object_update(answer, fields);
        socket_send(socket, answer);
    }
    json_decref(fields);
    call_free(call);
}

void
call_error(Call *call, const GError *error)
{
    Socket *socket = call_socket(call);

    if (socket)
        socket_send(socket, problem_to_message(error, call->id));
    call_free(call);
}

void
call_problem(Call *call, Problem problem, const char *detail)
{
    g_autoptr(GError) error = g_error_new_literal(PROBLEM, problem, detail ? detail : "");

    call_error(call, error);
}

json_t *
call_input(const Call *call)
{
    return json_pack("{s:s?, s:s?, s:I}", "visit", call->visit, "participant", call->participant, "now", (json_int_t) server_now(call->server));
}

static void
call_done(json_t *output, const GError *error, gpointer user)
{
    Call *call = user;
    json_t *state = json_object_get(output, "room");

    if (error) {
        call_error(call, error);
        return;
    }
    if (state)
        rooms_update_state(call->server->rooms, field_string(json_object_get(state, "visit"), "id"), state);
    if (call->then)
        call->then(call, output);
    else
        call_ok(call, NULL);
}

void
call_run(Call *call, StoreWork work, json_t *input, CallThen then)
{
    call->then = then;
    server_store(call->server, work, input, call_done, call);
}
