/**
 * What the files of a Room share, and nobody else includes: room.c (its life, its connections and its feed), room-sources.c (from
 * publishers to tracks), room-plan.c (from tracks to slots), room-cameras.c (fixed cameras as publishers), room-events.c (what is told
 * of it).
 */
#pragma once

#include "delivery.h"
#include "room-feed.h"
#include "room-track.h"
#include "room.h"

/* A connection as the room sees it. */
typedef struct {
    Room *room;
    Connection *connection;
    gint64 joined_us; /* of the participant, over its reconnections */
    gulong pad_added;
    guint n_slots;
    Delivery delivery;      /* which track is in which slot, and what of it */
    gboolean slots_changed; /* since they were told */
} Peer;

struct Room {
    Worker *worker;
    char *id;
    GstElement *pipeline;
    GPtrArray *peers;  /* Peer, owned */
    GPtrArray *tracks; /* RoomTrack, owned */
    GPtrArray *cameras; /* Camera */
    RoomFeed *feed;    /* NULL = no recorder */
    gboolean closing;
    gboolean private; /* what the inner circle says goes to it alone, and to the recorder */
};

Peer *room_peer_of(const Room *room, const Connection *connection);

static inline gboolean
room_is_live(const Connection *connection)
{
    return connection_state(connection) == PEER_CONNECTED ||
           connection_state(connection) == PEER_DISCONNECTED;
}

/* --- room-events.c --- */
/** What a participant sends; a new reference, as the next. */
json_t *room_describe_tracks(const Room *room, const char *participant);
json_t *room_describe_slots(const Peer *peer);
void room_tell_tracks(Room *room, const char *participant);
void room_tell_slots(Peer *peer);
void room_tell_state(const Room *room, const Connection *connection);
/** Of a publisher with one layer, a new limit. */
void room_tell_limit(const Room *room, const Peer *publisher, const RoomTrack *track);

/* --- room-plan.c --- */
void room_empty_slot(Peer *peer, guint slot);
/** Who is in which slot, for everybody. `joined` (or NULL) is told even if nothing changed. */
void room_plan(Room *room, const Connection *joined);

/* --- room-sources.c --- */
/** A new pad of a publisher becomes the participant's n-th track of its kind, the one that waits for it if there is one. */
void room_take_source(Room *room, const char *participant, gint64 joined_us, guint ordinal, const RoomTrackSource *from,
                      GstPad *pad);
/** The publisher's tracks lose their source. They keep their place if it is expected back; else they go. */
void room_silence(Room *room, gconstpointer publisher, gboolean comes_back);
void room_remove_track(Room *room, RoomTrack *track);
/** The recorder gets the best layer. */
void room_follow_best_layer(RoomTrack *track);

/* --- room-cameras.c --- */
/** Its tracks, also those that wait for it, go at once. */
void room_drop_camera(Room *room, Camera *camera);
