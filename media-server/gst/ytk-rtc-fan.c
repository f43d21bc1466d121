#include "ytk-rtc-fan.h"

#include "ytk-events.h"

struct _YtkRtcFan {
    GstElement parent;
    TrackFan track;
    GstPad *sink_pad; /* the element owns it */
    guint next_pad;
};

G_DEFINE_TYPE(YtkRtcFan, ytk_rtc_fan, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("application/x-rtp"));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src_%u", GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS("application/x-rtp"));

static GstFlowReturn
fan_chain(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
    YtkRtcFan *fan = (YtkRtcFan *)parent;
    GstMapInfo map;

    if (gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        track_fan_packet(&fan->track, map.data, map.size);
        gst_buffer_unmap(buffer, &map);
    }
    for (GList *l = GST_ELEMENT(fan)->srcpads; l; l = l->next)
        gst_pad_push(l->data, gst_buffer_ref(buffer));
    gst_buffer_unref(buffer);
    return GST_FLOW_OK; /* whoever is behind this: its trouble is never the publisher's */
}

static void
fan_caps(YtkRtcFan *fan, GstCaps *caps)
{
    const char *name = gst_structure_get_string(gst_caps_get_structure(caps, 0), "encoding-name");

    track_fan_set_codec(&fan->track, name ? media_codec_from_name(name) : MEDIA_CODEC_NONE);
}

static gboolean
fan_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
    YtkRtcFan *fan = (YtkRtcFan *)parent;
    RtcpSenderReport report;

    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
        GstCaps *caps;

        gst_event_parse_caps(event, &caps);
        fan_caps(fan, caps);
    } else if (ytk_event_parse_sender_report(event, &report)) {
        track_fan_sender_report(&fan->track, &report);
    }
    gst_pad_event_default(pad, parent, event);
    return TRUE; /* nobody behind it is no failure */
}

static void
fan_unlinked(GstPad *pad, GstObject *parent)
{
    track_fan_source_gone(&((YtkRtcFan *)parent)->track);
}

static void
on_key_frame_wanted(gpointer user)
{
    gst_pad_push_event(((YtkRtcFan *)user)->sink_pad, ytk_event_new_key_frame_wanted());
}

static gboolean
copy_sticky_event(GstPad *pad, GstEvent **event, gpointer user)
{
    gst_pad_store_sticky_event(user, *event);
    return TRUE;
}

static GstPad *
request_pad(GstElement *element, GstPadTemplate *template, const char *name, const GstCaps *caps)
{
    YtkRtcFan *fan = (YtkRtcFan *)element;
    g_autofree char *own = g_strdup_printf("src_%u", fan->next_pad++);
    GstPad *pad = gst_pad_new_from_template(template, own);

    gst_pad_set_active(pad, TRUE);
    gst_pad_sticky_events_foreach(fan->sink_pad, copy_sticky_event, pad);
    gst_element_add_pad(element, pad);
    return pad;
}

static void
release_pad(GstElement *element, GstPad *pad)
{
    gst_pad_set_active(pad, FALSE);
    gst_element_remove_pad(element, pad);
}

static void
ytk_rtc_fan_finalize(GObject *object)
{
    track_fan_clear(&YTK_RTC_FAN(object)->track);
    G_OBJECT_CLASS(ytk_rtc_fan_parent_class)->finalize(object);
}

static void
ytk_rtc_fan_class_init(YtkRtcFanClass *klass)
{
    GstElementClass *element_class = GST_ELEMENT_CLASS(klass);

    G_OBJECT_CLASS(klass)->finalize = ytk_rtc_fan_finalize;
    element_class->request_new_pad = request_pad;
    element_class->release_pad = release_pad;
    gst_element_class_add_static_pad_template(element_class, &sink_template);
    gst_element_class_add_static_pad_template(element_class, &src_template);
    gst_element_class_set_static_metadata(element_class, "WebRTC fan-out", "Generic/Network",
                                          "Writes a track's RTP into the slots of all its WebRTC subscribers",
                                          "Yuntakan");
}

static void
ytk_rtc_fan_init(YtkRtcFan *fan)
{
    fan->sink_pad = gst_pad_new_from_static_template(&sink_template, "sink");
    gst_pad_set_chain_function(fan->sink_pad, fan_chain);
    gst_pad_set_event_function(fan->sink_pad, fan_event);
    gst_pad_set_unlink_function(fan->sink_pad, fan_unlinked);
    GST_PAD_SET_PROXY_CAPS(fan->sink_pad); /* what comes in is what goes out */
    gst_element_add_pad(GST_ELEMENT(fan), fan->sink_pad);
}

YtkRtcFan *
ytk_rtc_fan_new(gboolean video, const gint64 *now_us)
{
    YtkRtcFan *fan = g_object_new(YTK_TYPE_RTC_FAN, NULL);

    track_fan_init(&fan->track, video, now_us, on_key_frame_wanted, fan);
    return fan;
}

TrackFan *
ytk_rtc_fan_track(YtkRtcFan *fan)
{
    return &fan->track;
}
