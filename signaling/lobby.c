#include "lobby.h"

#include "bounded-json.h"
#include "field-rules.h"
#include "log.h"
#include "model/model.h"
#include "problem.h"
#include "room.h"

#define LOBBY_INTERVAL_MS 100

struct Lobby {
    Server *server;
    guint64 timer;
};

Lobby *
lobby_new(Server *server)
{
    Lobby *lobby = g_new0(Lobby, 1);

    lobby->server = server;
    return lobby;
}

void
lobby_free(Lobby *lobby)
{
    g_free(lobby);
}

/* The bureau's day, from midnight to midnight where the server stands. */
static void
today(gint64 now, gint64 *ret_from, gint64 *ret_to)
{
    g_autoptr(GDateTime) moment = g_date_time_new_from_unix_local(now / G_USEC_PER_SEC);
    g_autoptr(GDateTime) start = g_date_time_new_local(g_date_time_get_year(moment), g_date_time_get_month(moment),
                                                       g_date_time_get_day_of_month(moment), 0, 0, 0);
    g_autoptr(GDateTime) end = g_date_time_add_days(start, 1);

    *ret_from = g_date_time_to_unix(start) * G_USEC_PER_SEC;
    *ret_to = g_date_time_to_unix(end) * G_USEC_PER_SEC;
}

typedef struct {
    Server *server;
    guint64 socket;
} Listing;

/* Who waits is who is there: a phone that was put away waits for nobody. */
static json_t *
those_present(Server *server, const char *visit, const json_t *waiting)
{
    Room *room = rooms_get(server->rooms, visit);
    json_t *present = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(waiting, i, row) {
        const Member *member = room ? room_member(room, field_string(row, "participant")) : NULL;

        if (member && member->socket)
            json_array_append(present, row);
    }
    return present;
}

static void
listed(json_t *output, const GError *error, gpointer user)
{
    g_autofree Listing *listing = user;
    Socket *socket = sockets_find(listing->server->sockets, listing->socket);
    json_t *visits = json_object_get(output, "visits");
    gsize i;
    json_t *entry;

    if (!socket || socket->phase != SOCKET_LOBBY)
        return;
    if (error) {
        socket_send(socket, problem_to_message(error, NULL));
        return;
    }
    json_array_foreach(visits, i, entry) {
        json_t *visit = json_object_get(entry, "visit");

        json_object_set_new(entry, "waiting", those_present(listing->server, field_string(visit, "id"), json_object_get(entry, "waiting")));
        json_object_set_new(entry, "visit", visit_for_message(visit));
    }
    socket_send(socket, json_pack("{s:s, s:O}", "type", "lobby", "visits", visits));
}

void
lobby_welcome(Lobby *lobby, const Socket *socket)
{
    Listing *listing = g_new(Listing, 1);
    gint64 from, to;

    today(server_now(lobby->server), &from, &to);
    *listing = (Listing){ lobby->server, socket->serial };
    server_store(lobby->server, model_lobby, json_pack("{s:s, s:I, s:I}", "user", socket->user, "from", (json_int_t) from, "to", (json_int_t) to),
                 listed, listing);
}

static void
tell_if_in_lobby(Socket *socket, gpointer user)
{
    if (socket->phase == SOCKET_LOBBY)
        lobby_welcome(user, socket);
}

static void
tell_all(gpointer data)
{
    Lobby *lobby = data;

    lobby->timer = 0;
    sockets_each(lobby->server->sockets, tell_if_in_lobby, lobby);
}

void
lobby_changed(Lobby *lobby)
{
    if (lobby->timer == 0)
        lobby->timer = http_loop_after(lobby->server->loop, LOBBY_INTERVAL_MS, tell_all, lobby);
}
