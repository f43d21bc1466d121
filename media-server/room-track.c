#include "room-track.h"

RoomTrack *
room_track_new(GstBin *bin, const char *participant, gboolean video, guint ordinal, const gint64 *now_us)
{
    RoomTrack *track = g_new0(RoomTrack, 1);

    track->bin = bin;
    track->participant = g_strdup(participant);
    track->video = video;
    track->ordinal = ordinal;
    track->now_us = now_us;
    track->fan = ytk_rtc_fan_new(video, now_us);
    track->out = ytk_rtc_fan_track(track->fan);
    gst_bin_add(bin, GST_ELEMENT(track->fan));
    gst_element_sync_state_with_parent(GST_ELEMENT(track->fan));
    track->sink_pad = gst_element_get_static_pad(GST_ELEMENT(track->fan), "sink");
    return track;
}

void
room_track_free(RoomTrack *track)
{
    if (!track)
        return;
    room_track_detach(track);
    gst_element_set_state(GST_ELEMENT(track->fan), GST_STATE_NULL);
    gst_object_unref(track->sink_pad);
    gst_bin_remove(track->bin, GST_ELEMENT(track->fan));
    g_free(track->participant);
    g_free(track->fmtp);
    g_free(track);
}

void
room_track_attach(RoomTrack *track, const RoomTrackSource *from, GstPad *source_pad)
{
    room_track_detach(track);
    track->publisher = from->publisher;
    track->source = from->source;
    track->source_track = ytk_rtc_src_pad_track(source_pad);
    track->codec = rtp_receiver_track(ytk_rtc_src_receiver(track->source), track->source_track)->config.codec;
    track->order = from->order;
    g_free(track->fmtp);
    track->fmtp = g_strdup(from->fmtp);
    track->out->last_packet_us = *track->now_us;
    gst_pad_link(source_pad, track->sink_pad);
}

void
room_track_detach(RoomTrack *track)
{
    g_autoptr(GstPad) peer = gst_pad_get_peer(track->sink_pad);

    if (peer)
        gst_pad_unlink(peer, track->sink_pad);
    if (track->publisher)
        track->dormant_since_us = *track->now_us;
    track->publisher = NULL;
    track->source = NULL;
}

GstPad *
room_track_branch(RoomTrack *track, GstPad *sink_pad)
{
    GstPad *branch = gst_element_request_pad_simple(GST_ELEMENT(track->fan), "src_%u");

    gst_pad_link_full(branch, sink_pad, GST_PAD_LINK_CHECK_NOTHING);
    return branch;
}

void
room_track_unbranch(RoomTrack *track, GstPad *branch)
{
    g_autoptr(GstPad) peer = gst_pad_get_peer(branch);

    if (peer)
        gst_pad_unlink(branch, peer);
    gst_element_release_request_pad(GST_ELEMENT(track->fan), branch);
    gst_object_unref(branch);
}
