#include "room-feed.h"

#include "ytk-feed-sink.h"

struct RoomFeed {
    Worker *worker;
    char *room;
    GstBin *bin;
    YtkFeedSink *sink;
    Feed *feed;
    void (*unflushed)(gpointer user);
    gpointer user;
};

/* --- from the pipeline to the feed --- */

static void
on_started(gpointer user, gpointer data, guint32 ssrc, GstCaps *caps)
{
    RoomFeed *feed = user;
    const RoomTrack *track = data;
    const GstStructure *structure = gst_caps_get_structure(caps, 0);
    const char *cname = gst_structure_get_string(structure, "cname");
    gint payload_type = 0, clock_rate = 0;

    gst_structure_get_int(structure, "payload", &payload_type);
    gst_structure_get_int(structure, "clock-rate", &clock_rate);
    feed_track_started(feed->feed, ssrc,
                       json_pack("{s:s, s:I, s:s, s:i, s:b, s:s, s:s, s:i, s:i, s:s, s:s}", "type", "track",
                                 "ssrc", (json_int_t)ssrc, "participant", track->participant, "order",
                                 (int)track->order, "camera", track->camera, "kind", track->video ? "video" : "audio", "codec",
                                 media_codec_name(track->codec), "payload_type", payload_type, "clock_rate",
                                 clock_rate, "fmtp", track->fmtp, "cname", cname ? cname : ""));
}

static void
on_ended(gpointer user, guint32 ssrc)
{
    feed_track_ended(((RoomFeed *)user)->feed, ssrc);
}

static void
on_packet(gpointer user, const guint8 *packet, gsize length)
{
    feed_packet(((RoomFeed *)user)->feed, packet, length);
}

static void
on_sender_report(gpointer user, const RtcpSenderReport *report)
{
    feed_sender_report(((RoomFeed *)user)->feed, report);
}

static const YtkFeedSinkHandlers sink_handlers = {on_started, on_ended, on_packet, on_sender_report};

/* --- from the feed to the room --- */

static void
on_feed_state(gpointer user, const char *state)
{
    RoomFeed *feed = user;

    worker_event(feed->worker,
                 json_pack("{s:s, s:s, s:s}", "type", "feed", "room", feed->room, "state", state));
}

static void
on_key_frame_wanted(gpointer user, guint32 ssrc)
{
    ytk_feed_sink_want_key_frame(((RoomFeed *)user)->sink, ssrc);
}

static void
on_unflushed(gpointer user)
{
    RoomFeed *feed = user;

    feed->unflushed(feed->user);
}

static const FeedHandlers feed_handlers = {on_feed_state, on_key_frame_wanted, on_unflushed};

RoomFeed *
room_feed_new(Worker *worker, const char *room, GstBin *bin, const char *socket, const char *recording,
              void (*unflushed)(gpointer user), gpointer user)
{
    RoomFeed *feed = g_new0(RoomFeed, 1);

    feed->worker = worker;
    feed->room = g_strdup(room);
    feed->bin = bin;
    feed->unflushed = unflushed;
    feed->user = user;
    feed->feed = feed_new(worker, room, socket, recording, &feed_handlers, feed);
    feed->sink = ytk_feed_sink_new(&sink_handlers, feed);
    gst_bin_add(bin, GST_ELEMENT(feed->sink));
    gst_element_sync_state_with_parent(GST_ELEMENT(feed->sink));
    return feed;
}

void
room_feed_free(RoomFeed *feed)
{
    if (!feed)
        return;
    gst_element_set_state(GST_ELEMENT(feed->sink), GST_STATE_NULL);
    gst_bin_remove(feed->bin, GST_ELEMENT(feed->sink));
    feed_free(feed->feed);
    g_free(feed->room);
    g_free(feed);
}

void
room_feed_add_track(RoomFeed *feed, RoomTrack *track)
{
    track->feed_pad = ytk_feed_sink_add_pad(feed->sink, track);
    track->feed_branch = room_track_branch(track, track->feed_layer, track->feed_pad);
}

void
room_feed_remove_track(RoomFeed *feed, RoomTrack *track)
{
    if (!track->feed_pad)
        return;
    room_track_unbranch(track->feed_branch);
    ytk_feed_sink_remove_pad(feed->sink, track->feed_pad);
    track->feed_branch = track->feed_pad = NULL;
}

gboolean
room_feed_is_same(const RoomFeed *feed, const char *socket, const char *recording)
{
    return feed_is_same(feed->feed, socket, recording);
}

json_t *
room_feed_describe(const RoomFeed *feed)
{
    return feed_describe(feed->feed);
}

guint64
room_feed_dropped_packets(const RoomFeed *feed)
{
    return feed_dropped(feed->feed);
}

void
room_feed_flush(RoomFeed *feed)
{
    feed_flush(feed->feed);
}

void
room_feed_tick(RoomFeed *feed)
{
    feed_tick(feed->feed);
}
