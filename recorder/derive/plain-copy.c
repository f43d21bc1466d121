#include "derive.h"

#include <gst/gst.h>

/* Twice what Opus takes: no ear hears the second encoding. */
#define AAC_BIT_RATE 96000
/* A part that takes longer than this from one message to the next hangs. */
#define STALL_S 60

typedef struct {
    GstElement *pipeline, *mux;
    guint linked;
} Copy;

static const char *
branch_for(const GstStructure *caps)
{
    if (gst_structure_has_name(caps, "video/x-h264"))
        return "queue max-size-time=0 max-size-bytes=33554432 max-size-buffers=0 ! h264parse ! video/x-h264,stream-format=avc,alignment=au";
    if (gst_structure_has_name(caps, "audio/x-opus"))
        return "queue max-size-time=0 max-size-bytes=33554432 max-size-buffers=0 ! opusdec ! audioconvert ! audioresample ! "
               "audio/x-raw,rate=48000 ! voaacenc bitrate=" G_STRINGIFY(AAC_BIT_RATE) " ! aacparse";
    return NULL;
}

static void
pad_added(GstElement *demux, GstPad *pad, gpointer user)
{
    Copy *copy = user;
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    const char *description = caps ? branch_for(gst_caps_get_structure(caps, 0)) : NULL;
    g_autoptr(GstElement) branch = description ? gst_parse_bin_from_description(description, TRUE, NULL) : NULL;

    if (!branch)
        return;
    gst_object_ref_sink(branch);
    gst_bin_add(GST_BIN(copy->pipeline), branch);

    g_autoptr(GstPad) sink = gst_element_get_static_pad(branch, "sink");

    if (gst_element_link(branch, copy->mux) && gst_pad_link(pad, sink) == GST_PAD_LINK_OK)
        copy->linked++;
    gst_element_sync_state_with_parent(branch);
}

static gboolean
run(Copy *copy, GError **error)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(copy->pipeline);

    gst_element_set_state(copy->pipeline, GST_STATE_PLAYING);
    for (;;) {
        g_autoptr(GstMessage) message = gst_bus_timed_pop_filtered(bus, STALL_S * GST_SECOND, GST_MESSAGE_ANY);

        if (!message) {
            gint64 position = 0;

            if (gst_element_query_position(copy->mux, GST_FORMAT_TIME, &position))
                continue;
            g_set_error_literal(error, DERIVE_ERROR, 0, "stalled");
            return FALSE;
        }
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
            gst_message_parse_error(message, error, NULL);
            return FALSE;
        }
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
            return TRUE;
    }
}

gboolean
derive_plain_copy(const char *in, const char *out, GError **error)
{
    Copy copy = { .pipeline = gst_parse_launch("filesrc name=in ! qtdemux name=demux  mp4mux name=mux faststart=true ! filesink name=out", error) };
    gboolean done;

    if (!copy.pipeline)
        return FALSE;

    g_autoptr(GstElement) source = gst_bin_get_by_name(GST_BIN(copy.pipeline), "in");
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(copy.pipeline), "out");
    g_autoptr(GstElement) demux = gst_bin_get_by_name(GST_BIN(copy.pipeline), "demux");

    copy.mux = gst_bin_get_by_name(GST_BIN(copy.pipeline), "mux");
    g_object_set(source, "location", in, NULL);
    g_object_set(sink, "location", out, NULL);
    g_signal_connect(demux, "pad-added", G_CALLBACK(pad_added), &copy);
    done = run(&copy, error);
    gst_element_set_state(copy.pipeline, GST_STATE_NULL);
    gst_object_unref(copy.mux);
    gst_object_unref(copy.pipeline);
    if (done && copy.linked == 0) {
        g_set_error_literal(error, DERIVE_ERROR, 0, "neither video nor sound that a plain MP4 can hold");
        return FALSE;
    }
    return done;
}
