#include "room-track.h"

/* Rates over this long at least: a frame more or less must not show. */
#define MEASURE_US (400 * G_TIME_SPAN_MILLISECOND)
#define SMOOTHING  0.6
/* A layer without a packet for so long is not being sent; a still scene at 5 frames a second is. */
#define LAYER_SILENT_US (900 * G_TIME_SPAN_MILLISECOND)

static void
layer_init(RoomTrack *track, RoomLayer *layer)
{
    layer->track = track;
    layer->fan = ytk_rtc_fan_new(track->video, track->now_us);
    layer->out = ytk_rtc_fan_track(layer->fan);
    gst_bin_add(track->bin, GST_ELEMENT(layer->fan));
    gst_element_sync_state_with_parent(GST_ELEMENT(layer->fan));
    layer->sink_pad = gst_element_get_static_pad(GST_ELEMENT(layer->fan), "sink");
}

RoomTrack *
room_track_new(GstBin *bin, const char *participant, gboolean video, guint ordinal, guint n_layers,
               const gint64 *now_us)
{
    RoomTrack *track = g_new0(RoomTrack, 1);

    track->bin = bin;
    track->participant = g_strdup(participant);
    track->video = video;
    track->ordinal = ordinal;
    track->now_us = now_us;
    track->measured_us = *now_us;
    track->n_layers = n_layers;
    for (guint i = 0; i < n_layers; i++)
        layer_init(track, &track->layers[i]);
    return track;
}

void
room_track_free(RoomTrack *track)
{
    if (!track)
        return;
    room_track_detach(track);
    for (guint i = 0; i < track->n_layers; i++) {
        RoomLayer *layer = &track->layers[i];

        gst_element_set_state(GST_ELEMENT(layer->fan), GST_STATE_NULL);
        gst_object_unref(layer->sink_pad);
        gst_bin_remove(track->bin, GST_ELEMENT(layer->fan));
    }
    g_free(track->participant);
    g_free(track->fmtp);
    g_free(track);
}

static void
unlink_source(RoomLayer *layer)
{
    g_autoptr(GstPad) peer = gst_pad_get_peer(layer->sink_pad);

    if (peer)
        gst_pad_unlink(peer, layer->sink_pad);
}

void
room_track_attach(RoomTrack *track, const RoomTrackSource *from, GstPad *source_pad)
{
    RoomLayer *layer = &track->layers[from->layer];

    if (track->publisher != from->publisher) {
        room_track_detach(track);
        track->limit = (PublisherLimit){0}; /* it has been told nothing */
    }
    track->publisher = from->publisher;
    track->source = from->source;
    track->codec =
        rtp_receiver_track(ytk_rtc_src_receiver(track->source), ytk_rtc_src_pad_track(source_pad))->config.codec;
    track->order = from->order;
    track->camera = from->camera;
    track->inner = from->inner;
    g_free(track->fmtp);
    track->fmtp = g_strdup(from->fmtp);
    layer->out->last_packet_us = *track->now_us;
    unlink_source(layer);
    gst_pad_link(source_pad, layer->sink_pad);
}

void
room_track_detach(RoomTrack *track)
{
    for (guint i = 0; i < track->n_layers; i++)
        unlink_source(&track->layers[i]);
    if (track->publisher)
        track->dormant_since_us = *track->now_us;
    track->publisher = NULL;
    track->source = NULL;
}

gint64
room_track_last_packet_us(const RoomTrack *track)
{
    gint64 last_us = 0;

    for (guint i = 0; i < track->n_layers; i++)
        last_us = MAX(last_us, track->layers[i].out->last_packet_us);
    return last_us;
}

void
room_track_measure(RoomTrack *track)
{
    gint64 passed_us = *track->now_us - track->measured_us;

    if (passed_us < MEASURE_US)
        return;
    track->measured_us = *track->now_us;
    for (guint i = 0; i < track->n_layers; i++) {
        RoomLayer *layer = &track->layers[i];
        double bps = (double)(layer->out->bytes - layer->measured_bytes) * 8 * G_USEC_PER_SEC / (double)passed_us;

        layer->measured_bytes = layer->out->bytes;
        if (*track->now_us - layer->out->last_packet_us > LAYER_SILENT_US)
            layer->bps = 0;
        else
            layer->bps = layer->bps > 0 ? SMOOTHING * layer->bps + (1 - SMOOTHING) * bps : bps;
    }
}

void
room_track_offer(const RoomTrack *track, AllocatorSlot *slot)
{
    slot->n_layers = track->n_layers;
    for (guint i = 0; i < track->n_layers; i++)
        slot->bps[i] = (guint64)track->layers[i].bps;
    if (track->n_layers == 1)
        slot->bps[0] = publisher_limit_cost(&track->limit, slot->bps[0], *track->now_us);
}

GstPad *
room_track_branch(RoomTrack *track, guint layer, GstPad *sink_pad)
{
    GstPad *branch = gst_element_request_pad_simple(GST_ELEMENT(track->layers[layer].fan), "src_%u");

    gst_pad_link_full(branch, sink_pad, GST_PAD_LINK_CHECK_NOTHING);
    return branch;
}

void
room_track_unbranch(GstPad *branch)
{
    g_autoptr(GstPad) peer = gst_pad_get_peer(branch);
    g_autoptr(GstElement) fan = gst_pad_get_parent_element(branch);

    if (peer)
        gst_pad_unlink(branch, peer);
    gst_element_release_request_pad(fan, branch);
    gst_object_unref(branch);
}
