/**
 * Delivery — what one subscriber gets of the tracks in its slots: puts slots into the layers' fans, and a few times a second lets
 * the estimate of its path decide which layer, or that a video pauses. Audio is always delivered. Worker's thread.
 */
#pragma once

#include "room-track.h"
#include "rtc-subscriber.h"

typedef struct {
    RtcSubscriber *subscriber;
    guint n_slots;
    VideoAllocator allocator;
    RoomTrack *tracks[SDP_LINES_MAX]; /* per slot, NULL = empty */
    gint chosen[SDP_LINES_MAX];       /* layer, or ALLOCATOR_PAUSED */
} Delivery;

void delivery_init(Delivery *delivery, RtcSubscriber *subscriber);
/** An empty slot gets a track. */
void delivery_begin(Delivery *delivery, guint slot, RoomTrack *track);
void delivery_end(Delivery *delivery, guint slot);

/** TRUE if a slot has been paused or goes on. */
gboolean delivery_tick(Delivery *delivery, gint64 now_us);
static inline gboolean
delivery_is_paused(const Delivery *delivery, guint slot)
{
    return delivery->tracks[slot] && delivery->chosen[slot] == ALLOCATOR_PAUSED;
}

/** What could be sent of this track, were the others as they are: G_MAXUINT64 = anything; 0 = it is in no slot. */
guint64 delivery_room_for(const Delivery *delivery, const RoomTrack *track);
