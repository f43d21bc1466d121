/* Media connections: offers go to the media server as they are, what clients say of their tracks goes to the room. */
#include "handlers.h"

#include "../media-control.h"
#include "../model/model.h"
#include "../outbox.h"
#include "field-rules.h"

/* The applicant's camera is the site and comes first; inspectors before the others. */
static int
order_of(Role role)
{
    return role == ROLE_APPLICANT ? 0 : role == ROLE_INSPECTOR ? 1 : 2;
}

static void
offer_answered(const MediaAnswer *answer, gpointer user)
{
    Call *call = user;
    Room *room = rooms_get(call->server->rooms, call->visit);
    Member *member = room ? room_member(room, call->participant) : NULL;

    if (answer->error) {
        call_error(call, answer->error);
        return;
    }
    if (member) {
        /* The event may have come before the answer, then the connection is connected already. */
        if (g_strcmp0(member->connection, answer->connection) != 0)
            member_set_connection(member, answer->connection, MEDIA_CONNECTING);
        room_changed(room);
    }
    call_ok(call, json_pack("{s:s, s:s}", "sdp", answer->sdp, "connection", answer->connection));
}

void
handle_media_offer(Call *call, Room *room)
{
    Role role = room_role(room, call->participant);
    MediaOffer offer = {
        .visit = call->visit,
        .participant = call->participant,
        .publish = role != ROLE_OBSERVER && role != ROLE_ADMIN,
        .order = order_of(role),
        .sdp = field_string(call->message, "sdp"),
    };

    media_control_offer(call->server->media, &offer, offer_answered, call);
}

static void
restart_answered(const GError *error, const char *fragment, gpointer user)
{
    Call *call = user;

    if (error)
        call_error(call, error);
    else
        call_ok(call, json_pack("{s:s?}", "fragment", fragment));
}

/* Only one's own connection, and only the one that it is now. */
void
handle_media_restart(Call *call, Room *room)
{
    Member *member = room_member(room, call->participant);
    const char *connection = field_string(call->message, "connection");
    g_autoptr(GError) error = NULL;

    if (member && g_strcmp0(member->connection, connection) == 0) {
        media_control_restart(call->server->media, call->visit, connection, field_string(call->message, "fragment"), restart_answered, call);
        return;
    }
    problem_set(&error, PROBLEM_MEDIA_REFUSED, "connection");
    call_error(call, error);
}

void
handle_media_close(Call *call, Room *room)
{
    Member *member = room_member(room, call->participant);

    if (member && member->connection) {
        media_control_close_connection(call->server->media, call->visit, member->connection);
        member_set_connection(member, NULL, MEDIA_NONE);
        room_changed(room);
    }
    call_ok(call, NULL);
}

static void
pause_marked(Call *call, json_t *output)
{
    outbox_kick(call->server->outbox, call->visit);
    call_ok(call, NULL);
}

void
handle_media_state(Call *call, Room *room)
{
    Member *member = room_member(room, call->participant);
    gboolean paused = field_boolean(call->message, "paused");
    gboolean turned = member->paused != paused;

    member->audio = field_boolean(call->message, "audio");
    member->video = field_boolean(call->message, "video");
    member->paused = paused;
    room_changed(room);
    if (turned && room_role(room, call->participant) == ROLE_APPLICANT) {
        json_t *input = call_input(call);

        json_object_set_new(input, "paused", json_boolean(paused));
        call_run(call, model_pause, input, pause_marked);
    } else {
        call_ok(call, NULL);
    }
}
