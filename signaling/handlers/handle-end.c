/* Leaving a visit, and ending it. */
#include "handlers.h"

#include "../courier.h"
#include "../lobby.h"
#include "../media-control.h"
#include "../model/model.h"
#include "../outbox.h"
#include "../queue.h"
#include "field-rules.h"
#include "log.h"

static void
close_member(Room *room, Member *member, gpointer user)
{
    Server *server = user;
    Socket *socket = sockets_find(server->sockets, member->socket);

    if (!socket)
        return;
    socket_send(socket, room_message(room, member->id));
    socket_send(socket, json_pack("{s:s, s:s}", "type", "visit-ended", "reason", "concluded"));
    socket_close(socket, CLOSE_VISIT_ENDED, "visit ended");
}

static void
visit_ended(Call *call, json_t *output)
{
    Server *server = call->server;
    g_autofree char *visit = g_strdup(call->visit);
    Room *room = rooms_get(server->rooms, visit);

    log_info("room", "ended visit=%s by=%s", visit, call->participant);
    lobby_changed(server->lobby);
    queue_visit_ended(server->queue, visit);
    courier_kick(server->courier);
    call_ok(call, NULL);
    /* The media first, then the ledger's end: what was still under way belongs to the recording. */
    media_control_close_room(server->media, visit);
    if (room)
        room_each_member(room, close_member, server);
}

void
handle_visit_end(Call *call, Room *room)
{
    json_t *input = call_input(call);

    json_object_set(input, "conclusion", json_object_get(call->message, "conclusion"));
    call_run(call, model_visit_end, input, visit_ended);
}

static void
left(Call *call, json_t *output)
{
    Server *server = call->server;
    Room *room = rooms_get(server->rooms, call->visit);
    Member *member = room ? room_member(room, call->participant) : NULL;
    Socket *socket = call_socket(call);
    guint64 serial = call->socket;

    if (member && member->connection) {
        media_control_close_connection(server->media, call->visit, member->connection);
        member_set_connection(member, NULL, MEDIA_NONE);
    }
    lobby_changed(server->lobby);
    outbox_kick(server->outbox, call->visit);
    call_ok(call, NULL);
    if (socket && (socket = sockets_find(server->sockets, serial)))
        socket_close(socket, CLOSE_END, "left");
}

void
handle_leave(Call *call, Room *room)
{
    call_run(call, model_leave, call_input(call), left);
}
