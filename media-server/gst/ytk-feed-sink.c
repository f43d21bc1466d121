#include "ytk-feed-sink.h"

#include "ytk-events.h"

typedef struct {
    gpointer track;
    guint32 ssrc; /* of the caps; 0 = no caps yet */
} FeedPad;

struct _YtkFeedSink {
    GstElement parent;
    const YtkFeedSinkHandlers *handlers;
    gpointer user;
    guint next_pad;
};

G_DEFINE_TYPE(YtkFeedSink, ytk_feed_sink, GST_TYPE_ELEMENT)

static GstStaticPadTemplate track_template = GST_STATIC_PAD_TEMPLATE(
    "track_%u", GST_PAD_SINK, GST_PAD_SOMETIMES, GST_STATIC_CAPS("application/x-rtp"));

static void
ytk_feed_sink_class_init(YtkFeedSinkClass *klass)
{
    GstElementClass *element_class = GST_ELEMENT_CLASS(klass);

    gst_element_class_add_static_pad_template(element_class, &track_template);
    gst_element_class_set_static_metadata(element_class, "Recorder feed", "Sink/Network",
                                          "Hands a room's RTP on to the recorder", "Yuntakan");
}

static void
ytk_feed_sink_init(YtkFeedSink *sink)
{
    GST_OBJECT_FLAG_SET(sink, GST_ELEMENT_FLAG_SINK);
}

YtkFeedSink *
ytk_feed_sink_new(const YtkFeedSinkHandlers *handlers, gpointer user)
{
    YtkFeedSink *sink = g_object_new(YTK_TYPE_FEED_SINK, NULL);

    sink->handlers = handlers;
    sink->user = user;
    return sink;
}

static GstFlowReturn
feed_chain(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
    YtkFeedSink *sink = (YtkFeedSink *)parent;
    GstMapInfo map;

    if (gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        sink->handlers->packet(sink->user, map.data, map.size);
        gst_buffer_unmap(buffer, &map);
    }
    gst_buffer_unref(buffer);
    return GST_FLOW_OK;
}

static void
feed_caps(YtkFeedSink *sink, FeedPad *feed_pad, GstCaps *caps)
{
    guint ssrc = 0;

    gst_structure_get_uint(gst_caps_get_structure(caps, 0), "ssrc", &ssrc);
    if (feed_pad->ssrc && feed_pad->ssrc != ssrc)
        sink->handlers->ended(sink->user, feed_pad->ssrc);
    feed_pad->ssrc = ssrc;
    sink->handlers->started(sink->user, feed_pad->track, ssrc, caps);
}

static gboolean
feed_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
    YtkFeedSink *sink = (YtkFeedSink *)parent;
    RtcpSenderReport report;

    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
        GstCaps *caps;

        gst_event_parse_caps(event, &caps);
        feed_caps(sink, gst_pad_get_element_private(pad), caps);
    } else if (ytk_event_parse_sender_report(event, &report)) {
        sink->handlers->sender_report(sink->user, &report);
    }
    gst_event_unref(event);
    return TRUE;
}

GstPad *
ytk_feed_sink_add_pad(YtkFeedSink *sink, gpointer track)
{
    g_autofree char *name = g_strdup_printf("track_%u", sink->next_pad++);
    GstPad *pad = gst_pad_new_from_static_template(&track_template, name);
    FeedPad *feed_pad = g_new0(FeedPad, 1);

    feed_pad->track = track;
    gst_pad_set_element_private(pad, feed_pad);
    g_object_set_data_full(G_OBJECT(pad), "feed-pad", feed_pad, g_free);
    gst_pad_set_chain_function(pad, feed_chain);
    gst_pad_set_event_function(pad, feed_event);
    gst_pad_set_active(pad, TRUE);
    gst_element_add_pad(GST_ELEMENT(sink), pad);
    return pad;
}

void
ytk_feed_sink_remove_pad(YtkFeedSink *sink, GstPad *pad)
{
    FeedPad *feed_pad = gst_pad_get_element_private(pad);

    if (feed_pad->ssrc)
        sink->handlers->ended(sink->user, feed_pad->ssrc);
    gst_pad_set_active(pad, FALSE);
    gst_element_remove_pad(GST_ELEMENT(sink), pad);
}

gboolean
ytk_feed_sink_want_key_frame(YtkFeedSink *sink, guint32 ssrc)
{
    for (GList *l = GST_ELEMENT(sink)->sinkpads; l; l = l->next) {
        FeedPad *feed_pad = gst_pad_get_element_private(l->data);

        if (ssrc && feed_pad->ssrc == ssrc)
            return gst_pad_push_event(l->data, ytk_event_new_key_frame_wanted());
    }
    return FALSE;
}
