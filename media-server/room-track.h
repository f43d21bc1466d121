/**
 * RoomTrack — one participant's n-th audio or video in a room. Each layer of it (one without simulcast) is a ytkrtcfan, which
 * the slots that get it are in.
 *
 * The source pads behind it may change (the participant came back on a new connection) or be absent for a while. Worker's
 * thread.
 */
#pragma once

#include <gst/gst.h>

#include "key-frame.h"
#include "publisher-limit.h"
#include "rate-meter.h"
#include "sdp-negotiation.h"
#include "video-allocator.h"
#include "worker.h"
#include "ytk-rtc-fan.h"
#include "ytk-rtc-src.h"

/* How long a participant's place is kept while it has no source: as long as coming back on another network
 * takes. */
#define ROOM_TRACK_DORMANT_US (10 * G_TIME_SPAN_SECOND)
/* Without a packet for this long a track is not active (muted, camera covered by a call): Opus DTX still
 * sends every 400 ms. */
#define ROOM_TRACK_SILENT_US (2 * G_TIME_SPAN_SECOND)

typedef struct RoomTrack RoomTrack;

typedef struct {
    RoomTrack *track;
    YtkRtcFan *fan;
    TrackFan *out;      /* of the fan */
    GstPad *sink_pad; /* of the fan */
    guint64 measured_bytes;
    double bps; /* smoothed; 0 = is not being sent */
} RoomLayer;

struct RoomTrack {
    Room *room; /* the room's, for itself */
    char *participant;
    gboolean video;
    guint ordinal;
    guint order;
    gboolean inner;  /* its speech is for the inner circle while the room talks privately */
    gboolean camera; /* a fixed one */
    gint64 joined_us;
    MediaCodec codec;
    char *fmtp;

    gconstpointer publisher; /* a Connection or a Camera, to be told by; NULL while dormant */
    YtkRtcSrc *source;       /* the publisher's */
    gint64 dormant_since_us;
    gboolean active; /* as told in the last event */
    const gint64 *now_us;
    gint64 measured_us;
    PublisherLimit limit;

    GstBin *bin;
    guint n_layers;
    RoomLayer layers[SDP_LAYERS_MAX]; /* the lowest quality first */

    guint feed_layer;    /* what the recorder gets, when there is one */
    GstPad *feed_branch; /* that layer's pad to the feed, or NULL */
    GstPad *feed_pad;    /* the feed sink's */
};

RoomTrack *room_track_new(GstBin *bin, const char *participant, gboolean video, guint ordinal, guint n_layers,
                          const gint64 *now_us);
/** Every branch must have been unlinked, every slot removed. */
void room_track_free(RoomTrack *track);

/** Where a track comes from. */
typedef struct {
    gconstpointer publisher;
    YtkRtcSrc *source;
    guint order;
    const char *fmtp;
    guint layer, n_layers; /* 0 of 1 without simulcast */
    gboolean camera;       /* a fixed one: the recorder makes a file of it */
    gboolean inner;
} RoomTrackSource;

/** Links the source pad of a layer in place of the former one. The first of a new publisher unlinks all of the former's. */
void room_track_attach(RoomTrack *track, const RoomTrackSource *from, GstPad *source_pad);
/** Unlinks the source, which goes away. */
void room_track_detach(RoomTrack *track);

/** Of whichever layer; 0 = never. */
gint64 room_track_last_packet_us(const RoomTrack *track);
/** Takes the layers' rates; to be called a few times a second. */
void room_track_measure(RoomTrack *track);
/** What is sent, for a VideoAllocator; `chosen` is left alone. */
void room_track_offer(const RoomTrack *track, AllocatorSlot *slot);

/** Links a new pad of the layer's fan to `sink_pad` and returns it. */
GstPad *room_track_branch(RoomTrack *track, guint layer, GstPad *sink_pad);
void room_track_unbranch(GstPad *branch);
