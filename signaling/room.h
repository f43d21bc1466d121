/**
 * Room — the live part of a visit: its durable state as the store gave it last, and over it who is here now.
 *
 * Whoever changes the store hands the new state to rooms_set_state(); the room tells its members, at most ten times a second. What is only here
 * (sockets, media connections, mute flags) comes back by itself after a restart: sockets by resume, media from the media server. Loop thread.
 */
#pragma once

#include <jansson.h>

#include "problem.h"
#include "role.h"
#include "server.h"
#include "visit-state.h"

typedef struct Room Room;

typedef enum { MEDIA_NONE, MEDIA_CONNECTING, MEDIA_CONNECTED, MEDIA_SILENT } MediaState;

/** A participant's presence. Belongs to its room. */
typedef struct {
    char *id;
    guint64 socket;   /* 0 = none */
    char *connection; /* at the media server; NULL = none */
    MediaState media;
    gboolean audio;
    gboolean video;
    gboolean paused;
    json_t *slots; /* what `slots` said last, or NULL */
    gboolean site_paused; /* by these, the applicant's video does not reach it at present */
    json_t *camera; /* what the media server says of a fixed camera, or NULL */
} Member;

Rooms *rooms_new(Server *server);
void rooms_free(Rooms *rooms);
/** Reads what is live from the store. */
void rooms_load(Rooms *rooms, void (*loaded)(Server *server));

/** NULL when nobody is there and the visit is not live. */
Room *rooms_get(Rooms *rooms, const char *visit);
Room *rooms_by_recording(Rooms *rooms, const char *recording);
/** The new durable state; makes the room when there is none. Keeps a reference to `state`. */
Room *rooms_set_state(Rooms *rooms, const char *visit, json_t *state);
/** The same without making a room for a visit that nobody is in and that is not live; may return NULL. */
Room *rooms_update_state(Rooms *rooms, const char *visit, json_t *state);
/** Reads the state anew, if the room is there. */
void rooms_refresh(Rooms *rooms, const char *visit);
void rooms_each(Rooms *rooms, void (*func)(Room *room, gpointer user), gpointer user);
/** Ends a participant's presence: socket (closed 4003 with the problem) and media. */
void rooms_put_out(Rooms *rooms, const char *visit, const char *participant, Problem problem);
/** The socket of this participant is gone (and was not replaced). Frees the room when it was the last of a visit that is not live. */
void rooms_unseat(Rooms *rooms, const char *visit, const char *participant, guint64 socket);

const char *room_visit(const Room *room);
VisitState room_visit_state(const Room *room);
json_t *room_visit_json(const Room *room);       /* with all fields of the store */
json_t *room_cameras_json(const Room *room);     /* [{participant, url, address}]: the URL is for the media server alone */
json_t *room_recording_json(const Room *room);   /* {recording, since, ended_at, started} or JSON null */
gboolean room_has_media(const Room *room);       /* live: it has a room at the media server */

/** The participant's row of the state, or NULL. */
json_t *room_participant(const Room *room, const char *participant);
Role room_role(const Room *room, const char *participant);
/** Came by an account, not by an invitation. */
gboolean room_has_account(const Room *room, const char *participant);
gboolean room_is_admitted(const Room *room, const char *participant);
/** In the waiting room, with or without a socket. */
gboolean room_is_waiting(const Room *room, const char *participant);
/** The presence of a participant of this room; made on first use; NULL when there is no such participant. */
Member *room_member(Room *room, const char *participant);
void room_each_member(Room *room, void (*func)(Room *room, Member *member, gpointer user), gpointer user);
/** A socket for this participant; the one before it is closed with 4001. */
void room_seat(Room *room, const char *participant, guint64 socket);
/** An array of the ids of the staff that have a socket here; a new reference. */
json_t *room_staff_present(const Room *room);
/** The admitted applicant that has a socket, the site's own first; NULL when there is none. */
Member *room_camera(Room *room);

/** Something that members see has changed. */
void room_changed(Room *room);
/** What this participant gets as `room`; a new reference. */
json_t *room_message(const Room *room, const char *participant);
/** To every member's socket; takes `message` over. */
void room_send_all(Room *room, json_t *message);

/** The media server has told something new about this camera; keeps a reference. */
void room_set_camera(Room *room, Member *member, json_t *camera);
/** The media connection of a member is gone: it is told by `media-lost`. */
void room_media_lost(Room *room, Member *member, const char *reason);
void member_set_connection(Member *member, const char *connection, MediaState media);
/** The others are told when the site's picture pauses for this one, or goes on. */
void room_set_slots(Room *room, Member *member, json_t *slots);

/** So much of an announced still has come; its staff are shown it. */
void rooms_still_received(Rooms *rooms, const char *visit, const char *still, gint64 received);

/** What the recorder says of this room's recording; keeps a reference. */
void room_set_recording(Room *room, json_t *recording);

/** {id, kind, state, case_number, applicant, premises, scheduled_at, item_code}: what messages carry of a visit row; a new reference. */
json_t *visit_for_message(const json_t *visit);
