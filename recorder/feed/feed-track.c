#include "feed-track.h"

#include "rtp-reorder.h"

struct FeedTrack {
    guint32 ssrc;
    FeedKind kind;
    guint8 payload_type;
    TrackClock clock;
    RtpReorder *reorder;
    VideoDepay *depay; /* NULL: audio */
    const FeedTrackEvents *events;
    gpointer user;
    gint64 heard_at;
};

static void
on_packet(const guint8 *packet, gsize length, gint64 pos, gpointer user)
{
    FeedTrack *track = user;
    RtpHeader header;

    if (!rtp_header_parse(packet, length, &header))
        return;
    if (track->depay)
        video_depay_push(track->depay, packet + header.payload_at, header.payload_length, header.timestamp, header.marker, pos);
    else if (header.payload_length)
        track->events->speech(track, packet + header.payload_at, header.payload_length, pos, track->user);
}

static void
on_lost(guint count, gint64 pos, gpointer user)
{
    FeedTrack *track = user;

    if (track->depay)
        video_depay_lost(track->depay);
    track->events->lost(track, count, pos, track->user);
}

static void
on_picture(const VideoPicture *picture, gpointer user)
{
    FeedTrack *track = user;

    track->events->picture(track, picture, track->user);
}

FeedTrack *
feed_track_new(const FeedMessage *message, SyncGroup *group, const FeedTrackEvents *events, gpointer user)
{
    gboolean video = message->kind == FEED_VIDEO;
    VideoCodec codec = !video                                 ? VIDEO_NONE
                       : g_str_equal(message->codec, "H264") ? VIDEO_H264
                       : g_str_equal(message->codec, "VP8")  ? VIDEO_VP8
                                                             : VIDEO_NONE;
    FeedTrack *track;

    if (video ? codec == VIDEO_NONE : !g_str_equal(message->codec, "opus"))
        return NULL;
    track = g_new0(FeedTrack, 1);
    track->ssrc = message->ssrc;
    track->kind = message->kind;
    track->payload_type = message->payload_type;
    track->events = events;
    track->user = user;
    track_clock_init(&track->clock, message->clock_rate, group);
    track->reorder = rtp_reorder_new(&(RtpReorderEvents){ on_packet, on_lost, track });
    if (video)
        track->depay = video_depay_new(codec, on_picture, track);
    return track;
}

void
feed_track_free(FeedTrack *track)
{
    if (!track)
        return;
    rtp_reorder_free(track->reorder);
    video_depay_free(track->depay);
    g_free(track);
}

gboolean
feed_track_packet(FeedTrack *track, const guint8 *packet, gsize length, const RtpHeader *header, gint64 now)
{
    if (header->payload_type != track->payload_type)
        return FALSE;

    gint64 pos = track_clock_map(&track->clock, header->timestamp, now);

    track->heard_at = now;
    rtp_reorder_push(track->reorder, packet, length, header->sequence, MAX(pos, 0), now);
    return TRUE;
}

void
feed_track_report(FeedTrack *track, const SenderReport *report)
{
    track_clock_report(&track->clock, report->ntp_us, report->rtp);
}

void
feed_track_poll(FeedTrack *track, gint64 now)
{
    rtp_reorder_poll(track->reorder, now);
}

void
feed_track_flush(FeedTrack *track)
{
    rtp_reorder_flush(track->reorder);
}

guint32
feed_track_ssrc(const FeedTrack *track)
{
    return track->ssrc;
}

FeedKind
feed_track_kind(const FeedTrack *track)
{
    return track->kind;
}

gboolean
feed_track_waits(const FeedTrack *track)
{
    return rtp_reorder_waits(track->reorder);
}

gint64
feed_track_heard_at(const FeedTrack *track)
{
    return track->heard_at;
}

guint
feed_track_jumps(const FeedTrack *track)
{
    return track->clock.jumps;
}
