/**
 * Lobby — staff that are signed in and in no room: they see the day's visits to which they are assigned, and who waits there. Loop thread.
 */
#pragma once

#include "server.h"
#include "socket.h"

Lobby *lobby_new(Server *server);
void lobby_free(Lobby *lobby);
/** A socket has come in: it gets its list. */
void lobby_welcome(Lobby *lobby, const Socket *socket);
/** Visits, assignments or who waits have changed: everybody in the lobby gets a new list, at most ten times a second. */
void lobby_changed(Lobby *lobby);
