#include "handlers.h"

#include "../model/model-stills.h"
#include "field-rules.h"
#include "uuid7.h"

static void
still_requested(Call *call, json_t *output)
{
    const char *still = field_string(call->extra, "still");
    Room *room = rooms_get(call->server->rooms, call->visit);
    Member *camera = room ? room_camera(room) : NULL;
    Socket *socket = camera ? sockets_find(call->server->sockets, camera->socket) : NULL;

    if (socket)
        socket_send(socket, json_pack("{s:s, s:s, s:O}", "type", "still-request", "still", still, "checkpoint", json_object_get(output, "checkpoint")));
    call_ok(call, json_pack("{s:s}", "still", still));
}

void
handle_still_take(Call *call, Room *room)
{
    const Member *camera = room_camera(room);
    g_autofree char *still = uuid7_new(call->server->clock);
    json_t *input;

    if (!camera) {
        call_problem(call, PROBLEM_STILL_NO_APPLICANT, NULL);
        return;
    }
    call->extra = json_pack("{s:s}", "still", still);
    input = call_input(call);
    json_object_set_new(input, "still", json_string(still));
    json_object_set_new(input, "requested_by", json_string(call->participant));
    json_object_set_new(input, "participant", json_string(camera->id));
    call_run(call, model_still_request, input, still_requested);
}
