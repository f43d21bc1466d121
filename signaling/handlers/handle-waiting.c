/* What an applicant does before it is in: consent, device check, waiting room. */
#include "handlers.h"

#include "../lobby.h"
#include "../model/model.h"
#include "field-rules.h"

void
handle_consent(Call *call, Room *room)
{
    json_t *input = call_input(call);

    json_object_set(input, "notice", json_object_get(call->message, "notice"));
    call_run(call, model_consent, input, NULL);
}

void
handle_device_check(Call *call, Room *room)
{
    static const char *const fields[] = { "camera", "microphone", "network", "location" };
    json_t *input = call_input(call);

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        json_object_set(input, fields[i], json_object_get(call->message, fields[i]));
    call_run(call, model_device_check, input, NULL);
}

static void
waiting(Call *call, json_t *output)
{
    lobby_changed(call->server->lobby);
    call_ok(call, NULL);
}

void
handle_wait(Call *call, Room *room)
{
    call_run(call, model_wait, call_input(call), waiting);
}
