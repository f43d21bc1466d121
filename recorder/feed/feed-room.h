/**
 * FeedRoom — one feed's tracks on their way into one recording: pipelines, clocks, assemblers.
 *
 * The video and audio of the site participant make the track "site"; every participant's audio makes "audio-PARTICIPANT". Other video is not
 * recorded. Belongs to the feed's thread, except for what the pipelines hand over through its mailbox.
 */
#pragma once

#include <glib.h>

#include "clock.h"
#include "feed-frames.h"
#include "recording.h"

/* Everybody in a visit with camera and microphone several times over; more is a broken media server. */
#define FEED_ROOM_TRACKS_MAX 64

typedef struct FeedRoom FeedRoom;

typedef struct {
    const Clock *clock;
    Recording *recording;
    /** Feed thread: an RTCP packet for the media server. */
    void (*send)(const guint8 *packet, gsize length, gpointer user);
    /** Any thread: feed_room_dispatch() is wanted. */
    void (*wake)(gpointer user);
    gpointer user;
} FeedRoomConfig;

FeedRoom *feed_room_new(const FeedRoomConfig *config);
/** Finishes the open fragments and declares `reason` for every track (NULL: declares nothing, the recording ends). */
void feed_room_free(FeedRoom *room, const char *reason);

/** A control frame other than the first. */
void feed_room_message(FeedRoom *room, const FeedMessage *message);
/** RTP or RTCP. */
void feed_room_packet(FeedRoom *room, const guint8 *packet, gsize length);
/** Takes in what the pipelines have handed over. */
void feed_room_dispatch(FeedRoom *room);
/** Time passes; call every 100 ms. */
void feed_room_poll(FeedRoom *room);
