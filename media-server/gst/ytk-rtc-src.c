#include "ytk-rtc-src.h"

#include "ytk-events.h"

typedef struct {
    GstPad *pad;  /* the element owns it; NULL until the first packet */
    guint32 ssrc; /* in its caps */
} TrackPad;

struct _YtkRtcSrc {
    GstElement parent;
    RtpReceiver *receiver;
    RtcLink *link;
    TrackPad pads[RTP_TRACKS_MAX];
};

G_DEFINE_TYPE(YtkRtcSrc, ytk_rtc_src, GST_TYPE_ELEMENT)

static GstStaticPadTemplate track_template =
    GST_STATIC_PAD_TEMPLATE("track_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS("application/x-rtp"));

static void
ytk_rtc_src_finalize(GObject *object)
{
    rtp_receiver_free(YTK_RTC_SRC(object)->receiver);
    G_OBJECT_CLASS(ytk_rtc_src_parent_class)->finalize(object);
}

static void
ytk_rtc_src_class_init(YtkRtcSrcClass *klass)
{
    GstElementClass *element_class = GST_ELEMENT_CLASS(klass);

    G_OBJECT_CLASS(klass)->finalize = ytk_rtc_src_finalize;
    gst_element_class_add_static_pad_template(element_class, &track_template);
    gst_element_class_set_static_metadata(element_class, "WebRTC publisher", "Source/Network",
                                          "Decrypted RTP of one publisher's WebRTC connection", "Yuntakan");
}

static void
ytk_rtc_src_init(YtkRtcSrc *src)
{
    GST_OBJECT_FLAG_SET(src, GST_ELEMENT_FLAG_SOURCE);
}

YtkRtcSrc *
ytk_rtc_src_new(RtpReceiver *receiver, RtcLink *link)
{
    YtkRtcSrc *src = g_object_new(YTK_TYPE_RTC_SRC, NULL);

    src->receiver = receiver;
    src->link = link;
    return src;
}

void
ytk_rtc_src_disconnect(YtkRtcSrc *src)
{
    src->link = NULL;
}

guint
ytk_rtc_src_pad_track(GstPad *pad)
{
    return GPOINTER_TO_UINT(gst_pad_get_element_private(pad));
}

const RtpReceiver *
ytk_rtc_src_receiver(const YtkRtcSrc *src)
{
    return src->receiver;
}

static gboolean
track_pad_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
    YtkRtcSrc *src = YTK_RTC_SRC(parent);
    gboolean key_frame = ytk_event_is_key_frame_wanted(event);

    if (key_frame && src->link) {
        rtp_receiver_want_key_frame(src->receiver, ytk_rtc_src_pad_track(pad));
        src->link->wake(src->link);
    }
    gst_event_unref(event);
    return key_frame;
}

static gboolean
track_pad_query(GstPad *pad, GstObject *parent, GstQuery *query)
{
    if (GST_QUERY_TYPE(query) == GST_QUERY_LATENCY) {
        gst_query_set_latency(query, TRUE, 0, GST_CLOCK_TIME_NONE);
        return TRUE;
    }
    return gst_pad_query_default(pad, parent, query);
}

static GstCaps *
track_caps(const RtpTrackConfig *config)
{
    GstCaps *caps = gst_caps_new_simple(
        "application/x-rtp", "media", G_TYPE_STRING, config->codec == MEDIA_CODEC_OPUS ? "audio" : "video",
        "encoding-name", G_TYPE_STRING,
        config->codec == MEDIA_CODEC_OPUS ? "OPUS" : media_codec_name(config->codec), "payload", G_TYPE_INT,
        (gint)config->payload_type, "clock-rate", G_TYPE_INT, (gint)config->clock_rate, "ssrc", G_TYPE_UINT,
        config->ssrc, NULL);

    if (config->cname[0])
        gst_caps_set_simple(caps, "cname", G_TYPE_STRING, config->cname, NULL);
    return caps;
}

static void
push_caps(TrackPad *track_pad, const RtpTrackConfig *config)
{
    g_autoptr(GstCaps) caps = track_caps(config);

    track_pad->ssrc = config->ssrc;
    gst_pad_push_event(track_pad->pad, gst_event_new_caps(caps));
}

static void
add_track_pad(YtkRtcSrc *src, guint track)
{
    TrackPad *track_pad = &src->pads[track];
    g_autofree char *name = g_strdup_printf("track_%u", track);
    g_autofree char *stream_id = g_strdup_printf("%s/%u", GST_OBJECT_NAME(src), track);
    GstSegment segment;

    track_pad->pad = gst_pad_new_from_static_template(&track_template, name);
    gst_pad_set_element_private(track_pad->pad, GUINT_TO_POINTER(track));
    gst_pad_set_event_function(track_pad->pad, track_pad_event);
    gst_pad_set_query_function(track_pad->pad, track_pad_query);
    gst_pad_set_active(track_pad->pad, TRUE);
    gst_pad_push_event(track_pad->pad, gst_event_new_stream_start(stream_id));
    push_caps(track_pad, &rtp_receiver_track(src->receiver, track)->config);
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(track_pad->pad, gst_event_new_segment(&segment));
    gst_element_add_pad(GST_ELEMENT(src), track_pad->pad); /* whoever listens links it now */
}

gboolean
ytk_rtc_src_rtp(YtkRtcSrc *src, GstBuffer *buffer, guint8 *data, gsize length)
{
    RtpReceived received;
    TrackPad *track_pad;

    if (!src->link || !rtp_receiver_rtp(src->receiver, data, length, *src->link->now_us, &received))
        return FALSE;
    track_pad = &src->pads[received.track];
    if (!track_pad->pad)
        add_track_pad(src, received.track);
    else if (track_pad->ssrc != received.header.ssrc)
        push_caps(track_pad, &rtp_receiver_track(src->receiver, received.track)->config);
    gst_buffer_resize(buffer, (gssize)received.offset, (gssize)received.length);
    gst_pad_push(track_pad->pad,
                 gst_buffer_ref(buffer)); /* not linked, or flushing: that is the room's business */
    return TRUE;
}

void
ytk_rtc_src_rtcp(YtkRtcSrc *src, const guint8 *packet, gsize length)
{
    guint32 reported;

    if (!src->link)
        return;
    reported = rtp_receiver_rtcp(src->receiver, packet, length, *src->link->now_us);
    for (guint i = 0; i < RTP_TRACKS_MAX; i++)
        if ((reported & (1u << i)) && src->pads[i].pad)
            gst_pad_push_event(src->pads[i].pad, ytk_event_new_sender_report(
                                                     &rtp_receiver_track(src->receiver, i)->sender_report));
}

gint64
ytk_rtc_src_next_timeout(const YtkRtcSrc *src, gint64 rtt_us)
{
    return rtp_receiver_next_timeout(src->receiver, rtt_us);
}

void
ytk_rtc_src_poll(YtkRtcSrc *src, gint64 rtt_us)
{
    for (guint i = 0; src->link && i < 8; i++) { /* a flood of losses waits for the next round */
        RtcpWriter writer = {.data = src->link->reserve(src->link), .capacity = 1200};

        if (!writer.data || !rtp_receiver_write_feedback(src->receiver, *src->link->now_us, rtt_us, &writer))
            return;
        src->link->send_rtcp(src->link, writer.length);
    }
}
