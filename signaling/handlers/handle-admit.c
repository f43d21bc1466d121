#include "handlers.h"

#include "../catalogue.h"
#include "../forms.h"
#include "../lobby.h"
#include "../media-control.h"
#include "../model/model.h"
#include "../outbox.h"
#include "field-rules.h"
#include "log.h"
#include "uuid7.h"

static void
admitted(Call *call, json_t *output)
{
    Room *room = rooms_get(call->server->rooms, call->visit);

    log_info("room", "admitted visit=%s participant=%s by=%s", call->visit, field_string(call->message, "participant"), call->participant);
    lobby_changed(call->server->lobby);
    media_control_sync(call->server->media, call->visit);
    outbox_kick(call->server->outbox, call->visit);
    if (room)
        forms_tell_admitted(call->server->forms, room, field_string(call->message, "participant"));
    call_ok(call, NULL);
}

void
handle_admit(Call *call, Room *room)
{
    json_t *visit = room_visit_json(room);
    json_t *item = catalogue_item_of(call->server->catalogue, visit);
    const char *item_name = field_string(item, "name_zh");
    g_autofree char *title = g_strdup_printf("%s %s", item_name ? item_name : field_string(visit, "item_code"), field_string(visit, "applicant"));
    g_autofree char *recording = uuid7_new(call->server->clock);
    const char *retention = field_string(item, "retention");
    json_t *input = call_input(call);

    json_object_set_new(input, "by", json_string(call->participant));
    json_object_set(input, "participant", json_object_get(call->message, "participant"));
    json_object_set_new(input, "present", room_staff_present(room));
    json_object_set_new(input, "recording", json_string(recording));
    json_object_set_new(input, "title", json_string(title));
    /* An item without a class is kept for good. */
    json_object_set_new(input, "retention", json_string(retention ? retention : "permanent"));
    call_run(call, model_admit, input, admitted);
}
