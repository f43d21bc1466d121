/**
 * FeedRoom — one feed's tracks on their way into one recording: who is recorded as what, key frames asked for in time.
 *
 * Site cameras are the site participant's (track "site") and those of streams and further phones on site (track "camera-PARTICIPANT",
 * at most PROGRAMME_CAMERAS_MAX in all); each file has the mix of everybody's speech. Every participant's own speech makes
 * "audio-PARTICIPANT". Other video, that of the officials in their office, is not recorded. Feed thread; no thread of its own.
 */
#pragma once

#include <glib.h>

#include "clock.h"
#include "feed-frames.h"
#include "feed-sink.h"

/* Everybody in a visit with camera and microphone several times over; more is a broken media server. */
#define FEED_ROOM_TRACKS_MAX 64

typedef struct FeedRoom FeedRoom;

typedef struct {
    const Clock *clock;
    const FeedSink *sink;
    gpointer sink_user;
    const char *recording;        /* its id, for logs and the mixed tracks' names; copied */
    const char *site_participant; /* copied */
    /** An RTCP packet for the media server. */
    void (*send)(const guint8 *packet, gsize length, gpointer user);
    gpointer user;
} FeedRoomConfig;

FeedRoom *feed_room_new(const FeedRoomConfig *config);
/** Finishes the open fragments and declares `reason` for every track (NULL: declares nothing, the recording ends). */
void feed_room_free(FeedRoom *room, const char *reason);

/** A control frame other than the first. */
void feed_room_message(FeedRoom *room, const FeedMessage *message);
/** RTP or RTCP. */
void feed_room_packet(FeedRoom *room, const guint8 *packet, gsize length);
/** Time passes; call every 100 ms. */
void feed_room_poll(FeedRoom *room);
