/**
 * Cameras — fixed RTSP cameras of a visit: checked here, asked for at the media server, then kept in the store, which is where they come back from
 * after a restart of either.
 *
 * A camera is a participant of the role `camera`. Its URL, which may carry a password, leaves the store for the media server alone. Loop thread.
 */
#pragma once

#include <jansson.h>

#include "room.h"
#include "server.h"

typedef struct {
    const char *visit;
    const char *user; /* the account that wants it */
    const char *name;
    const char *url;
} CameraWish;

/** `output` {camera, room}, or NULL with the problem. */
typedef void (*CameraFunc)(Server *server, json_t *output, const GError *error, gpointer user);

gboolean cameras_are_enabled(const Server *server);
/** `done` runs exactly once, later. The visit must be live. */
void cameras_add(Server *server, const CameraWish *wish, CameraFunc done, gpointer user);
void cameras_remove(Server *server, const char *visit, const char *account, const char *camera, CameraFunc done, gpointer user);

/** [{participant, name, address, state, reason}]; a new reference. */
json_t *cameras_of_room(const Room *room);
