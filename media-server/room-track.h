/**
 * RoomTrack — one participant's n-th audio or video in a room: a ytkrtcfan, which the slots that get it are
 * in.
 *
 * The source pad behind it may change (the participant came back on a new connection) or be absent for a
 * while. Worker's thread.
 */
#pragma once

#include <gst/gst.h>

#include "key-frame.h"
#include "rate-meter.h"
#include "worker.h"
#include "ytk-rtc-fan.h"
#include "ytk-rtc-src.h"

/* How long a participant's place is kept while it has no source: as long as coming back on another network
 * takes. */
#define ROOM_TRACK_DORMANT_US (10 * G_TIME_SPAN_SECOND)
/* Without a packet for this long a track is not active (muted, camera covered by a call): Opus DTX still
 * sends every 400 ms. */
#define ROOM_TRACK_SILENT_US (2 * G_TIME_SPAN_SECOND)

typedef struct {
    char *participant;
    gboolean video;
    guint ordinal;
    guint order;
    gint64 joined_us;
    MediaCodec codec;
    char *fmtp;

    gconstpointer publisher; /* a Connection or a Camera, to be told by; NULL while dormant */
    YtkRtcSrc *source;       /* the publisher's */
    guint source_track;      /* of it */
    gint64 dormant_since_us;
    gboolean active; /* as told in the last event */
    const gint64 *now_us;

    GstBin *bin;
    YtkRtcFan *fan;
    TrackFan *out;       /* of the fan */
    GstPad *sink_pad;    /* of the fan */
    GstPad *feed_branch; /* the fan's pad to the feed, or NULL */
    GstPad *feed_pad;    /* the feed sink's */
} RoomTrack;

RoomTrack *room_track_new(GstBin *bin, const char *participant, gboolean video, guint ordinal,
                          const gint64 *now_us);
/** Every branch must have been unlinked, every slot removed. */
void room_track_free(RoomTrack *track);

/** Where a track comes from. */
typedef struct {
    gconstpointer publisher;
    YtkRtcSrc *source;
    guint order;
    const char *fmtp;
} RoomTrackSource;

/** Links the source pad in place of the former one. */
void room_track_attach(RoomTrack *track, const RoomTrackSource *from, GstPad *source_pad);
/** Unlinks the source, which goes away. */
void room_track_detach(RoomTrack *track);

/** Links a new pad of the fan to `sink_pad` and returns it. */
GstPad *room_track_branch(RoomTrack *track, GstPad *sink_pad);
void room_track_unbranch(RoomTrack *track, GstPad *branch);
