/**
 * RoomFeed — the recorder's place in a room: a ytkfeedsink with a pad per track, and the Feed behind it.
 * Worker's thread.
 */
#pragma once

#include "feed.h"
#include "room-track.h"

typedef struct RoomFeed RoomFeed;

/** `unflushed` as in FeedHandlers. Events of type `feed` go to the worker. */
RoomFeed *room_feed_new(Worker *worker, const char *room, GstBin *bin, const char *socket,
                        const char *recording, void (*unflushed)(gpointer user), gpointer user);
/** Every track must have been removed. */
void room_feed_free(RoomFeed *feed);

void room_feed_add_track(RoomFeed *feed, RoomTrack *track);
/** Harmless if the track is not in the feed. */
void room_feed_remove_track(RoomFeed *feed, RoomTrack *track);

gboolean room_feed_is_same(const RoomFeed *feed, const char *socket, const char *recording);
json_t *room_feed_describe(const RoomFeed *feed);
guint64 room_feed_dropped_packets(const RoomFeed *feed);
void room_feed_flush(RoomFeed *feed);
void room_feed_tick(RoomFeed *feed);
