/**
 * Room — the live part of a visit in the media server: its connections, its pipeline, and who is in which
 * slot.
 *
 * The pipeline: each track's pad of a ytkrtcsrc feeds a ytkrtcfan, which writes into the subscribers' slots
 * that get the track, and pushes to the ytkfeedsink. Slots are put into another fan when they move. A track
 * belongs to a participant and outlives its connection by some seconds, so that a participant who comes back
 * on a new connection takes its old place and nobody else's slots move. Worker's thread.
 */
#pragma once

#include "camera.h"
#include "connection.h"
#include "worker.h"

Room *room_new(Worker *worker, const char *id);
/** Closes everything politely. */
void room_free(Room *room);
const char *room_id(const Room *room);

/** As in docs/architecture.md, GET /rooms/{room}; a new reference. */
json_t *room_describe(const Room *room);

/** Answers an offer. The participant's former connection is closed with reason "replaced". NULL when the room
 * is full (G_IO_ERROR_BUSY) or OpenSSL fails. */
Connection *room_connect(Room *room, const ConnectionConfig *config, char **ret_answer, GError **error);
Connection *room_connection(Room *room, const char *id);

/** What a room carries besides its people: more views of a site than this nobody follows. */
#define ROOM_CAMERAS_MAX 4
/** Puts a camera in, or leaves the one with this id as it is if its URL is the same. `url` is taken over. NULL when ROOM_CAMERAS_MAX are there
 * (G_IO_ERROR_BUSY). */
Camera *room_put_camera(Room *room, const char *id, guint order, CameraUrl *url, gboolean *ret_created, GError **error);
/** FALSE when there is none. */
gboolean room_remove_camera(Room *room, const char *id);

/** While it is on, nobody hears the inner circle but itself; it goes on hearing everybody. The recorder hears all of it. */
void room_set_private(Room *room, gboolean private);

void room_set_feed(Room *room, const char *socket, const char *recording);
void room_clear_feed(Room *room);
guint64 room_feed_dropped(const Room *room);

/* --- from connections and the worker --- */
void room_connection_state(Room *room, Connection *connection);
/** It is closed; frees it. */
void room_connection_over(Room *room, Connection *connection);
void room_tick(Room *room);
void room_flush_feed(Room *room);
