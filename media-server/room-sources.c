/* From a room's publishers to its tracks: where a track comes from, and what becomes of it when that goes away. */
#include "room-private.h"

void
room_remove_track(Room *room, RoomTrack *track)
{
    g_autofree char *participant = g_strdup(track->participant);

    for (guint i = 0; i < room->peers->len; i++) {
        Peer *peer = g_ptr_array_index(room->peers, i);

        for (guint s = 0; s < peer->n_slots; s++)
            if (peer->delivery.tracks[s] == track)
                room_empty_slot(peer, s);
    }
    if (room->feed)
        room_feed_remove_track(room->feed, track);
    g_ptr_array_remove(room->tracks, track);
    room_tell_tracks(room, participant);
}

static RoomTrack *
dormant_track(const Room *room, const char *participant, gboolean video, guint ordinal)
{
    for (guint i = 0; i < room->tracks->len; i++) {
        RoomTrack *track = g_ptr_array_index(room->tracks, i);

        if (!track->publisher && track->video == video && track->ordinal == ordinal &&
            g_str_equal(track->participant, participant))
            return track;
    }
    return NULL;
}

/* The track that another layer of this line has made already. */
static RoomTrack *
track_of_line(const Room *room, gconstpointer publisher, gboolean video, guint ordinal)
{
    for (guint i = 0; i < room->tracks->len; i++) {
        RoomTrack *track = g_ptr_array_index(room->tracks, i);

        if (track->publisher == publisher && track->video == video && track->ordinal == ordinal)
            return track;
    }
    return NULL;
}

/* The recorder gets the best layer. It changes where a key frame begins, so that nothing of the picture is missing. */
static void
on_layer_key_frame(gpointer user)
{
    RoomLayer *layer = user;
    RoomTrack *track = layer->track;
    RoomFeed *feed = track->room->feed;

    if (!feed || !track->feed_pad)
        return;
    room_feed_remove_track(feed, track);
    track->feed_layer = (guint)(layer - track->layers);
    room_feed_add_track(feed, track);
}

void
room_follow_best_layer(RoomTrack *track)
{
    AllocatorSlot offer;
    guint best;

    room_track_offer(track, &offer);
    best = (guint)video_allocator_best(&offer);
    for (guint i = 0; i < track->n_layers; i++)
        track->layers[i].out->key_frame_awaited = i == best && i != track->feed_layer;
    if (best != track->feed_layer)
        track_fan_want_key_frame(track->layers[best].out);
}

static RoomTrack *
make_track(Room *room, const char *participant, gboolean video, guint ordinal, guint n_layers)
{
    RoomTrack *track = room_track_new(GST_BIN(room->pipeline), participant, video, ordinal, n_layers,
                                      worker_now_us(room->worker));

    track->room = room;
    for (guint i = 0; i < n_layers; i++) {
        track->layers[i].out->key_frame = on_layer_key_frame;
        track->layers[i].out->key_frame_user = &track->layers[i];
    }
    g_ptr_array_add(room->tracks, track);
    return track;
}

void
room_take_source(Room *room, const char *participant, gint64 joined_us, guint ordinal, const RoomTrackSource *from, GstPad *pad)
{
    const RtpTrack *source = rtp_receiver_track(ytk_rtc_src_receiver(from->source), ytk_rtc_src_pad_track(pad));
    gboolean video = source->config.codec != MEDIA_CODEC_OPUS;
    RoomTrack *track = track_of_line(room, from->publisher, video, ordinal);

    if (track) { /* one more layer of what is there */
        room_track_attach(track, from, pad);
        return;
    }
    track = dormant_track(room, participant, video, ordinal);
    if (track && track->n_layers != from->n_layers) { /* it has come back as another kind of publisher */
        room_remove_track(room, track);
        track = NULL;
    }
    if (!track) {
        track = make_track(room, participant, video, ordinal, from->n_layers);
        track->joined_us = joined_us;
    }
    track->active = TRUE;
    room_track_attach(track, from, pad);
    if (room->feed && !track->feed_pad)
        room_feed_add_track(room->feed, track);
    room_tell_tracks(room, participant);
    room_plan(room, NULL);
}

void
room_silence(Room *room, gconstpointer publisher, gboolean comes_back)
{
    for (guint i = room->tracks->len; i-- > 0;) {
        RoomTrack *track = g_ptr_array_index(room->tracks, i);

        if (track->publisher != publisher)
            continue;
        room_track_detach(track);
        if (!comes_back)
            room_remove_track(room, track);
    }
}

