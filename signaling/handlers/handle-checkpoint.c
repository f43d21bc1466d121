/* Check points and their findings. */
#include "handlers.h"

#include "../catalogue.h"
#include "../model/model.h"
#include "../outbox.h"
#include "bounded-json.h"
#include "field-rules.h"

static void
marked(Call *call, json_t *output)
{
    outbox_kick(call->server->outbox, call->visit);
    call_ok(call, NULL);
}

/* The input with the check point, or NULL and the call has ended: the item of this visit has no such check point. */
static json_t *
checkpoint_input(Call *call, const Room *room)
{
    json_t *input;

    if (!catalogue_has_checkpoint(call->server->catalogue, room_visit_json(room), field_string(call->message, "checkpoint"))) {
        call_problem(call, PROBLEM_CHECKPOINT_UNKNOWN, NULL);
        return NULL;
    }
    input = call_input(call);
    json_object_set(input, "checkpoint", json_object_get(call->message, "checkpoint"));
    return input;
}

void
handle_checkpoint_start(Call *call, Room *room)
{
    json_t *input = checkpoint_input(call, room);

    if (input)
        call_run(call, model_checkpoint_start, input, marked);
}

void
handle_checkpoint_end(Call *call, Room *room)
{
    json_t *input = checkpoint_input(call, room);

    if (input)
        call_run(call, model_checkpoint_end, input, marked);
}

static void
finding_stored(Call *call, json_t *output)
{
    json_t *conflict = json_object_get(output, "conflict");
    Socket *socket = call_socket(call);

    if (!conflict) {
        outbox_kick(call->server->outbox, call->visit);
        call_ok(call, json_pack("{s:O}", "revision", json_object_get(output, "revision")));
        return;
    }
    if (socket) {
        g_autoptr(GError) error = g_error_new_literal(PROBLEM, PROBLEM_FINDING_REVISION_CONFLICT, "");
        json_t *answer = problem_to_message(error, call->id);

        json_object_set(answer, "current", conflict);
        socket_send(socket, answer);
    }
    call_free(call);
}

void
handle_finding(Call *call, Room *room)
{
    json_t *input = checkpoint_input(call, room);

    if (!input)
        return;
    json_object_set(input, "result", json_object_get(call->message, "result"));
    json_object_set(input, "note", json_object_get(call->message, "note"));
    json_object_set(input, "revision", json_object_get(call->message, "revision"));
    call_run(call, model_finding, input, finding_stored);
}
