#include "ytk-rtc-sink.h"

#include "ytk-events.h"

/* A slot waiting for its first picture asks upstream this often; the publisher is asked less often still
 * (KeyFrameRequest). */
#define KEY_FRAME_WISH_US (100 * G_TIME_SPAN_MILLISECOND)

typedef struct {
    GstPad *pad; /* the element owns it */
    SlotSender sender;
    const PacketHistory *history;
    RtcpSenderReport report; /* waits for the caps */
    gint64 wished_us;
} Slot;

struct _YtkRtcSink {
    GstElement parent;
    RtcLink *link;
    GPtrArray *slots;
    guint16 transport_sequence;
};

G_DEFINE_TYPE(YtkRtcSink, ytk_rtc_sink, GST_TYPE_ELEMENT)

static GstStaticPadTemplate slot_template =
    GST_STATIC_PAD_TEMPLATE("slot_%u", GST_PAD_SINK, GST_PAD_SOMETIMES, GST_STATIC_CAPS("application/x-rtp"));

static void
slot_free(gpointer data)
{
    Slot *slot = data;

    slot_sender_clear(&slot->sender);
    g_free(slot);
}

static void
ytk_rtc_sink_finalize(GObject *object)
{
    g_ptr_array_unref(YTK_RTC_SINK(object)->slots);
    G_OBJECT_CLASS(ytk_rtc_sink_parent_class)->finalize(object);
}

static void
ytk_rtc_sink_class_init(YtkRtcSinkClass *klass)
{
    GstElementClass *element_class = GST_ELEMENT_CLASS(klass);

    G_OBJECT_CLASS(klass)->finalize = ytk_rtc_sink_finalize;
    gst_element_class_add_static_pad_template(element_class, &slot_template);
    gst_element_class_set_static_metadata(element_class, "WebRTC subscriber", "Sink/Network",
                                          "Rewrites RTP into the slots of one subscriber's WebRTC connection",
                                          "Yuntakan");
}

static void
ytk_rtc_sink_init(YtkRtcSink *sink)
{
    GST_OBJECT_FLAG_SET(sink, GST_ELEMENT_FLAG_SINK);
    sink->slots = g_ptr_array_new_with_free_func(slot_free);
}

YtkRtcSink *
ytk_rtc_sink_new(RtcLink *link)
{
    YtkRtcSink *sink = g_object_new(YTK_TYPE_RTC_SINK, NULL);

    sink->link = link;
    return sink;
}

void
ytk_rtc_sink_disconnect(YtkRtcSink *sink)
{
    sink->link = NULL;
}

static void
wish_key_frame(YtkRtcSink *sink, Slot *slot)
{
    if (*sink->link->now_us - slot->wished_us < KEY_FRAME_WISH_US)
        return;
    slot->wished_us = *sink->link->now_us;
    gst_pad_push_event(slot->pad, ytk_event_new_key_frame_wanted());
}

static void
forward(YtkRtcSink *sink, Slot *slot, const guint8 *packet, gsize length)
{
    guint8 *out = sink->link->reserve(sink->link);
    gboolean report_pending = slot->sender.report_pending;
    SlotVerdict verdict;
    RtpHeader header;

    if (!out || !rtp_header_parse(packet, length, &header))
        return;
    length = slot_sender_forward(&slot->sender, packet, &header, *sink->link->now_us,
                                 &sink->transport_sequence, out, &verdict);
    if (length)
        sink->link->send_rtp(sink->link, length);
    else if (verdict == SLOT_WAIT_KEY_FRAME)
        wish_key_frame(sink, slot);
    if (length && report_pending)
        sink->link->wake(sink->link);
}

static GstFlowReturn
slot_chain(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
    YtkRtcSink *sink = (YtkRtcSink *)(parent);
    GstMapInfo map;

    if (sink->link && gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        forward(sink, gst_pad_get_element_private(pad), map.data, map.size);
        gst_buffer_unmap(buffer, &map);
    }
    gst_buffer_unref(buffer);
    return GST_FLOW_OK; /* a subscriber's trouble is never the publisher's */
}

static void
slot_caps(Slot *slot, GstCaps *caps)
{
    const char *name = gst_structure_get_string(gst_caps_get_structure(caps, 0), "encoding-name");

    slot_sender_set_codec(&slot->sender, name ? media_codec_from_name(name) : MEDIA_CODEC_NONE);
    if (slot->report.ntp)
        slot_sender_source_report(&slot->sender, &slot->report);
    slot->report = (RtcpSenderReport){0};
}

static gboolean
slot_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
    YtkRtcSink *sink = (YtkRtcSink *)(parent);
    Slot *slot = gst_pad_get_element_private(pad);
    RtcpSenderReport report;

    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
        GstCaps *caps;

        gst_event_parse_caps(event, &caps);
        slot_caps(slot, caps);
    } else if (ytk_event_parse_sender_report(event, &report)) {
        slot_sender_source_report(&slot->sender, &report);
        if (sink->link)
            sink->link->wake(sink->link);
    }
    gst_event_unref(event);
    return TRUE;
}

guint
ytk_rtc_sink_add_slot(YtkRtcSink *sink, const SlotConfig *config, GstPad **ret_pad)
{
    guint index = sink->slots->len;
    g_autofree char *name = g_strdup_printf("slot_%u", index);
    Slot *slot = g_new0(Slot, 1);

    slot_sender_init(&slot->sender, config);
    slot->wished_us = G_MININT64 / 2;
    slot->pad = gst_pad_new_from_static_template(&slot_template, name);
    gst_pad_set_element_private(slot->pad, slot);
    gst_pad_set_chain_function(slot->pad, slot_chain);
    gst_pad_set_event_function(slot->pad, slot_event);
    gst_pad_set_active(slot->pad, TRUE);
    gst_element_add_pad(GST_ELEMENT(sink), slot->pad);
    g_ptr_array_add(sink->slots, slot);
    *ret_pad = slot->pad;
    return index;
}

guint
ytk_rtc_sink_slot_count(const YtkRtcSink *sink)
{
    return sink->slots->len;
}

GstPad *
ytk_rtc_sink_slot_pad(const YtkRtcSink *sink, guint index)
{
    return ((Slot *)g_ptr_array_index(sink->slots, index))->pad;
}

const SlotSender *
ytk_rtc_sink_slot(const YtkRtcSink *sink, guint index)
{
    return &((Slot *)g_ptr_array_index(sink->slots, index))->sender;
}

void
ytk_rtc_sink_set_source(YtkRtcSink *sink, guint index, const PacketHistory *history,
                        const RtcpSenderReport *report)
{
    Slot *slot = g_ptr_array_index(sink->slots, index);

    slot->history = history;
    slot->report = report ? *report : (RtcpSenderReport){0};
    slot->wished_us = G_MININT64 / 2;
}

void
ytk_rtc_sink_clear_source(YtkRtcSink *sink, guint index)
{
    Slot *slot = g_ptr_array_index(sink->slots, index);

    slot->history = NULL;
    slot_sender_set_codec(&slot->sender, MEDIA_CODEC_NONE);
}

static void
retransmit(YtkRtcSink *sink, Slot *slot, guint16 sequence)
{
    guint8 *out = sink->link->reserve(sink->link);
    gsize length;

    if (!out || !slot->history)
        return;
    length = slot_sender_retransmit(&slot->sender, sequence, slot->history, *sink->link->now_us,
                                    &sink->transport_sequence, out);
    if (length)
        sink->link->send_rtp(sink->link, length);
}

static void
slot_feedback(YtkRtcSink *sink, Slot *slot, const RtcpItem *item)
{
    switch (item->type) {
    case RTCP_ITEM_NACK:
        retransmit(sink, slot, item->nack.sequence);
        for (guint i = 0; i < 16; i++)
            if (item->nack.following & (1u << i))
                retransmit(sink, slot, (guint16)(item->nack.sequence + 1 + i));
        break;
    case RTCP_ITEM_KEY_FRAME_REQUEST:
        wish_key_frame(sink, slot);
        break;
    case RTCP_ITEM_REPORT_BLOCK:
        slot_sender_report_block(&slot->sender, &item->report, *sink->link->now_us);
        break;
    default:
        break;
    }
}

void
ytk_rtc_sink_rtcp(YtkRtcSink *sink, const guint8 *packet, gsize length)
{
    RtcpReader reader;
    RtcpItem item;

    if (!sink->link)
        return;
    rtcp_reader_init(&reader, packet, length);
    while (rtcp_reader_next(&reader, &item)) {
        for (guint i = 0; i < sink->slots->len; i++) {
            Slot *slot = g_ptr_array_index(sink->slots, i);

            if (slot->sender.ssrc == item.ssrc)
                slot_feedback(sink, slot, &item);
        }
    }
}

void
ytk_rtc_sink_poll(YtkRtcSink *sink)
{
    for (guint i = 0; sink->link && i < sink->slots->len; i++) {
        Slot *slot = g_ptr_array_index(sink->slots, i);
        RtcpWriter writer = {.capacity = 1200};

        if (!slot->sender.report_pending)
            continue;
        writer.data = sink->link->reserve(sink->link);
        if (writer.data && slot_sender_write_report(&slot->sender, *sink->link->now_us, &writer))
            sink->link->send_rtcp(sink->link, writer.length);
    }
}

gint64
ytk_rtc_sink_rtt_us(const YtkRtcSink *sink)
{
    gint64 rtt_us = 0;

    for (guint i = 0; i < sink->slots->len; i++)
        rtt_us = MAX(rtt_us, ytk_rtc_sink_slot(sink, i)->rtt_us);
    return rtt_us;
}
