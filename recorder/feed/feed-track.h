/**
 * FeedTrack — one RTP stream that is recorded: its clock, the wait for what is missing, and for video the pictures' assembly.
 *
 *     packet -> TrackClock (position) -> RtpReorder (order, 1 s for retransmissions) -> VideoDepay (whole pictures) -> events
 *
 * Everything happens within the calls below: no thread, no time but `now`. Feed thread.
 */
#pragma once

#include "feed-frames.h"
#include "rtp-packet.h"
#include "track-clock.h"
#include "video-depay.h"

typedef struct FeedTrack FeedTrack;

typedef struct {
    void (*picture)(FeedTrack *track, const VideoPicture *picture, gpointer user);
    /** An Opus packet; valid during the call. */
    void (*speech)(FeedTrack *track, const guint8 *packet, gsize length, gint64 pos, gpointer user);
    /** `count` packets before `pos` did not come; 0 = nobody knows how many. */
    void (*lost)(FeedTrack *track, guint count, gint64 pos, gpointer user);
} FeedTrackEvents;

/** `group` outlives the track. NULL if the codec is not one that is recorded (H264, VP8, opus). */
FeedTrack *feed_track_new(const FeedMessage *message, SyncGroup *group, const FeedTrackEvents *events, gpointer user);
void feed_track_free(FeedTrack *track);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FeedTrack, feed_track_free)

/** FALSE: left out, since its payload type is another than was announced: read as this codec it would be noise (RFC 3550, section 5.1). */
gboolean feed_track_packet(FeedTrack *track, const guint8 *packet, gsize length, const RtpHeader *header, gint64 now);
void feed_track_report(FeedTrack *track, const SenderReport *report);
void feed_track_poll(FeedTrack *track, gint64 now);
/** Hands out what waits; the track ends. */
void feed_track_flush(FeedTrack *track);

guint32 feed_track_ssrc(const FeedTrack *track);
FeedKind feed_track_kind(const FeedTrack *track);
/** Packets wait for one that is missing. */
gboolean feed_track_waits(const FeedTrack *track);
/** When its last packet came, monotonic. */
gint64 feed_track_heard_at(const FeedTrack *track);
/** How often its sender's clock has jumped. */
guint feed_track_jumps(const FeedTrack *track);
