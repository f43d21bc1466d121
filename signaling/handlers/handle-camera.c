/* Fixed cameras: added and taken away by an inspector in the room. */
#include "handlers.h"

#include "../cameras.h"
#include "field-rules.h"

static void
camera_added(Server *server, json_t *output, const GError *error, gpointer user)
{
    if (error)
        call_error(user, error);
    else
        call_ok(user, json_pack("{s:O}", "camera", json_object_get(output, "camera")));
}

static void
camera_removed(Server *server, json_t *output, const GError *error, gpointer user)
{
    if (error)
        call_error(user, error);
    else
        call_ok(user, NULL);
}

void
handle_camera_add(Call *call, Room *room)
{
    CameraWish wish = {
        .visit = call->visit,
        .user = field_string(room_participant(room, call->participant), "user"),
        .name = field_string(call->message, "name"),
        .url = field_string(call->message, "url"),
    };

    cameras_add(call->server, &wish, camera_added, call);
}

void
handle_camera_remove(Call *call, Room *room)
{
    cameras_remove(call->server, call->visit, field_string(room_participant(room, call->participant), "user"), field_string(call->message, "camera"),
                   camera_removed, call);
}
