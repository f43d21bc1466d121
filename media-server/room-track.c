#include "room-track.h"

#include "connection.h"

/* About 2 s at 2 Mbit/s: longer than anybody asks again (NackGenerator gives up after 1 s). */
#define HISTORY_BYTES   (512 * 1024)
#define HISTORY_PACKETS 1024

static GstPadProbeReturn
on_buffer(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    RoomTrack *track = user;
    GstMapInfo map;

    track->last_packet_us = *track->now_us;
    if (!track->history || !gst_buffer_map(GST_PAD_PROBE_INFO_BUFFER(info), &map, GST_MAP_READ))
        return GST_PAD_PROBE_OK;
    if (map.size >= RTP_FIXED_HEADER) {
        guint32 ssrc = rtp_read32(map.data + 8);

        if (ssrc != track->history_ssrc)
            packet_history_clear(track->history);
        track->history_ssrc = ssrc;
        packet_history_store(track->history, rtp_read16(map.data + 2), map.data, map.size);
    }
    gst_buffer_unmap(GST_PAD_PROBE_INFO_BUFFER(info), &map);
    return GST_PAD_PROBE_OK;
}

RoomTrack *
room_track_new(GstBin *bin, const char *participant, gboolean video, guint ordinal, const gint64 *now_us)
{
    RoomTrack *track = g_new0(RoomTrack, 1);

    track->bin = bin;
    track->participant = g_strdup(participant);
    track->video = video;
    track->ordinal = ordinal;
    track->now_us = now_us;
    track->history = video ? packet_history_new(HISTORY_BYTES, HISTORY_PACKETS) : NULL;
    track->tee = gst_element_factory_make("tee", NULL);
    g_object_set(track->tee, "allow-not-linked", TRUE, NULL);
    gst_bin_add(bin, track->tee);
    gst_element_sync_state_with_parent(track->tee);
    track->sink_pad = gst_element_get_static_pad(track->tee, "sink");
    gst_pad_add_probe(track->sink_pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, track, NULL);
    return track;
}

void
room_track_free(RoomTrack *track)
{
    if (!track)
        return;
    room_track_detach(track);
    gst_element_set_state(track->tee, GST_STATE_NULL);
    gst_bin_remove(track->bin, track->tee);
    gst_object_unref(track->sink_pad);
    packet_history_free(track->history);
    g_free(track->participant);
    g_free(track->fmtp);
    g_free(track);
}

void
room_track_attach(RoomTrack *track, Connection *publisher, GstPad *source_pad)
{
    const RtpTrack *source;

    room_track_detach(track);
    track->publisher = publisher;
    track->source_track = ytk_rtc_src_pad_track(source_pad);
    source = rtp_receiver_track(ytk_rtc_src_receiver(connection_src(publisher)), track->source_track);
    track->codec = source->config.codec;
    track->order = connection_order(publisher);
    g_free(track->fmtp);
    track->fmtp = g_strdup(connection_track_fmtp(publisher, track->source_track));
    track->last_packet_us = *track->now_us;
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
}

GstPad *
room_track_branch(RoomTrack *track, GstPad *sink_pad)
{
    GstPad *branch = gst_element_request_pad_simple(track->tee, "src_%u");

    gst_pad_link_full(branch, sink_pad, GST_PAD_LINK_CHECK_NOTHING);
    return branch;
}

void
room_track_unbranch(RoomTrack *track, GstPad *branch)
{
    g_autoptr(GstPad) peer = gst_pad_get_peer(branch);

    if (peer)
        gst_pad_unlink(branch, peer);
    gst_element_release_request_pad(track->tee, branch);
    gst_object_unref(branch);
}

const RtcpSenderReport *
room_track_report(const RoomTrack *track)
{
    const RtcpSenderReport *report;

    if (!track->publisher)
        return NULL;
    report = &rtp_receiver_track(ytk_rtc_src_receiver(connection_src(track->publisher)), track->source_track)
                  ->sender_report;
    return report->ntp ? report : NULL;
}
