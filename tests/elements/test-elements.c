/* ytkrtcsrc ! ytkrtcfan ! ytkfeedsink, and subscribers: packets, key frame requests and sender reports
 * through a real pipeline. */
#include <gst/gst.h>
#include <string.h>

#include "rtc-subscriber.h"
#include "suite-main.h"
#include "ytk-elements.h"
#include "ytk-events.h"
#include "ytk-feed-sink.h"
#include "ytk-rtc-fan.h"
#include "ytk-rtc-src.h"

#define MS G_TIME_SPAN_MILLISECOND

/* A connection in memory: what it was given to send, in clear. */
typedef struct {
    RtcLink link;
    guint8 packet[RTC_LINK_PACKET_MAX];
    GPtrArray *rtp, *rtcp; /* GBytes */
    guint wakes;
    gboolean closed;
} MemoryLink;

static guint8 *
memory_reserve(RtcLink *link)
{
    return ((MemoryLink *)link)->closed ? NULL : ((MemoryLink *)link)->packet;
}

static void
memory_send_rtp(RtcLink *link, gsize header_length, const guint8 *payload, gsize payload_length)
{
    MemoryLink *memory = (MemoryLink *)link;

    memmove(memory->packet + header_length, payload, payload_length);
    g_ptr_array_add(memory->rtp, g_bytes_new(memory->packet, header_length + payload_length));
}

static void
memory_send_rtcp(RtcLink *link, gsize length)
{
    g_ptr_array_add(((MemoryLink *)link)->rtcp, g_bytes_new(((MemoryLink *)link)->packet, length));
}

static void
memory_wake(RtcLink *link)
{
    ((MemoryLink *)link)->wakes++;
}

static void
memory_link_init(MemoryLink *memory, const gint64 *now_us)
{
    *memory = (MemoryLink){.link = {.now_us = now_us,
                                    .reserve = memory_reserve,
                                    .send_rtp = memory_send_rtp,
                                    .send_rtcp = memory_send_rtcp,
                                    .wake = memory_wake}};
    memory->rtp = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    memory->rtcp = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

static void
memory_link_clear(MemoryLink *memory)
{
    g_ptr_array_unref(memory->rtp);
    g_ptr_array_unref(memory->rtcp);
}

/* A publisher with one H.264 track, a fan, and two subscribers with one slot each. */
typedef struct {
    gint64 now_us;
    MemoryLink publisher, subscribers[2];
    GstElement *pipeline;
    YtkRtcSrc *src;
    YtkRtcFan *fan;
    RtcSubscriber *receivers[2];
    gboolean linked[2];
} Room;

static void
on_pad_added(GstElement *src, GstPad *pad, gpointer user)
{
    g_autoptr(GstPad) sink = gst_element_get_static_pad(GST_ELEMENT(((Room *)user)->fan), "sink");

    ck_assert_int_eq(gst_pad_link(pad, sink), GST_PAD_LINK_OK);
}

static void
link_subscriber(Room *room, guint i)
{
    track_fan_add(ytk_rtc_fan_track(room->fan), rtc_subscriber_slot(room->receivers[i], 0));
    room->linked[i] = TRUE;
}

static void
unlink_subscriber(Room *room, guint i)
{
    track_fan_remove(ytk_rtc_fan_track(room->fan), rtc_subscriber_slot(room->receivers[i], 0));
    room->linked[i] = FALSE;
}

static void
start_gstreamer(void)
{
    g_setenv("GST_REGISTRY_DISABLE", "yes", TRUE);
    gst_init(NULL, NULL);
    ck_assert(ytk_elements_register());
}

static void
room_init(Room *room)
{
    RtpReceiver *receiver = rtp_receiver_new(0x77, (RtpExtensions){0});
    RtpTrackConfig track = {.codec = MEDIA_CODEC_H264,
                            .payload_type = 108,
                            .rtx_payload_type = 109,
                            .clock_rate = 90000,
                            .ssrc = 20,
                            .rtx_ssrc = 21,
                            .nack = TRUE,
                            .pli = TRUE,
                            .cname = "phone"};

    memset(room, 0, sizeof *room);
    start_gstreamer();
    room->now_us = 1000 * MS;
    room->pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    room->fan = ytk_rtc_fan_new(TRUE, &room->now_us);
    memory_link_init(&room->publisher, &room->now_us);
    rtp_receiver_add_track(receiver, &track);
    room->src = ytk_rtc_src_new(receiver, &room->publisher.link);
    g_signal_connect(room->src, "pad-added", G_CALLBACK(on_pad_added), room);
    gst_bin_add_many(GST_BIN(room->pipeline), GST_ELEMENT(room->fan), GST_ELEMENT(room->src), NULL);
    for (guint i = 0; i < 2; i++) {
        SlotConfig config = {.ssrc = 0x100 + i,
                             .rtx_ssrc = 0x200 + i,
                             .clock_rate = 90000,
                             .video = TRUE,
                             .mid = "0",
                             .mid_extension = 4,
                             .cname = "slot",
                             .seed = 1000 * (i + 1)};

        for (guint c = 0; c < G_N_ELEMENTS(config.payloads); c++)
            config.payloads[c] = (SlotPayload){-1, -1};
        config.payloads[MEDIA_CODEC_H264] = (SlotPayload){(gint16)(102 + i), (gint16)(112 + i)};
        memory_link_init(&room->subscribers[i], &room->now_us);
        room->receivers[i] = rtc_subscriber_new(&room->subscribers[i].link);
        ck_assert_uint_eq(rtc_subscriber_add_slot(room->receivers[i], &config), 0);
    }
    ck_assert_int_eq(gst_element_set_state(room->pipeline, GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
}

static void
room_clear(Room *room)
{
    gst_element_set_state(room->pipeline, GST_STATE_NULL);
    for (guint i = 0; i < 2; i++) {
        if (room->linked[i])
            unlink_subscriber(room, i);
        rtc_subscriber_free(room->receivers[i]);
    }
    gst_object_unref(room->pipeline);
    memory_link_clear(&room->publisher);
    memory_link_clear(&room->subscribers[0]);
    memory_link_clear(&room->subscribers[1]);
    gst_deinit();
}

static void
publish_part(Room *room, guint16 sequence, guint32 timestamp, guint8 nal, gboolean marker)
{
    guint8 packet[100] = {0x80, (guint8)(108 | (marker ? 0x80 : 0))};
    GstMapInfo map;

    rtp_write16(packet + 2, sequence);
    rtp_write32(packet + 4, timestamp);
    rtp_write32(packet + 8, 20);
    packet[12] = nal;
    packet[13] = (guint8)sequence;
    g_autoptr(GstBuffer) buffer = gst_buffer_new_memdup(packet, sizeof packet);

    gst_buffer_map(buffer, &map, GST_MAP_READWRITE);
    guint8 *data = map.data;

    gst_buffer_unmap(buffer, &map);
    ytk_rtc_src_rtp(room->src, buffer, data, sizeof packet);
    ck_assert_int_eq(GST_MINI_OBJECT_REFCOUNT_VALUE(buffer),
                     1); /* nobody in the room keeps it: the worker can use it again */
}

/* A picture in one packet, whose end is not marked. */
static void
publish(Room *room, guint16 sequence, guint8 nal)
{
    publish_part(room, sequence, sequence * 3000u, nal, FALSE);
}

static RtpHeader
sent_header(const MemoryLink *memory, guint index)
{
    RtpHeader header;
    GBytes *packet = g_ptr_array_index(memory->rtp, index);

    ck_assert(rtp_header_parse(g_bytes_get_data(packet, NULL), g_bytes_get_size(packet), &header));
    return header;
}

/* The types of everything in the RTCP packets sent, and of the source they are about. */
static guint
count_rtcp(const MemoryLink *memory, RtcpItemType type, guint32 ssrc)
{
    guint n = 0;

    for (guint i = 0; i < memory->rtcp->len; i++) {
        GBytes *packet = g_ptr_array_index(memory->rtcp, i);
        RtcpReader reader;
        RtcpItem item;

        rtcp_reader_init(&reader, g_bytes_get_data(packet, NULL), g_bytes_get_size(packet));
        while (rtcp_reader_next(&reader, &item))
            n += item.type == type && item.ssrc == ssrc;
    }
    return n;
}

START_TEST(forwards_to_every_subscriber_in_its_own_numbers)
{
    Room room;

    room_init(&room);
    link_subscriber(&room, 0);
    link_subscriber(&room, 1);
    for (guint16 i = 0; i < 10; i++)
        publish(&room, (guint16)(65530 + i), i == 0 ? 0x65 : 0x41);
    for (guint s = 0; s < 2; s++) {
        ck_assert_uint_eq(room.subscribers[s].rtp->len, 10);
        for (guint i = 0; i < 10; i++) {
            RtpHeader header = sent_header(&room.subscribers[s], i);

            ck_assert_uint_eq(header.ssrc, 0x100 + s);
            ck_assert_uint_eq(header.payload_type, 102 + s);
            ck_assert_uint_eq(header.sequence, (guint16)(sent_header(&room.subscribers[s], 0).sequence + i));
        }
    }
    room_clear(&room);
}
END_TEST

START_TEST(a_late_subscriber_waits_for_a_key_frame_and_asks_for_it)
{
    Room room;

    room_init(&room);
    link_subscriber(&room, 0);
    publish(&room, 1, 0x65);
    publish(&room, 2, 0x41);
    link_subscriber(&room, 1);
    publish(&room, 3, 0x41);
    publish(&room, 4, 0x41);
    ck_assert_uint_eq(room.subscribers[0].rtp->len, 4);
    ck_assert_uint_eq(room.subscribers[1].rtp->len, 0);
    ck_assert_uint_ge(room.publisher.wakes, 1);
    ytk_rtc_src_poll(room.src, 0);
    ytk_rtc_src_poll(room.src, 0);
    ck_assert_uint_eq(count_rtcp(&room.publisher, RTCP_ITEM_KEY_FRAME_REQUEST, 20), 1);
    publish(&room, 5, 0x65);
    publish(&room, 6, 0x41);
    ck_assert_uint_eq(room.subscribers[1].rtp->len, 2);
    room_clear(&room);
}
END_TEST

START_TEST(a_late_subscriber_sees_the_last_key_frame_at_once)
{
    Room room;

    room_init(&room);
    link_subscriber(&room, 0);
    publish_part(&room, 1, 3000, 0x67, FALSE);
    publish_part(&room, 2, 3000, 0x65, TRUE);
    publish_part(&room, 3, 6000, 0x41, TRUE);
    link_subscriber(&room, 1);
    ck_assert_uint_eq(room.subscribers[1].rtp->len, 3);
    publish_part(&room, 4, 9000, 0x41, TRUE);
    ck_assert_uint_eq(room.subscribers[0].rtp->len, 4);
    ck_assert_uint_eq(room.subscribers[1].rtp->len, 4);
    ytk_rtc_src_poll(room.src, 0);
    ck_assert_uint_eq(count_rtcp(&room.publisher, RTCP_ITEM_KEY_FRAME_REQUEST, 20), 0);
    room_clear(&room);
}
END_TEST

START_TEST(a_subscriber_leaves_and_comes_back)
{
    Room room;
    guint16 last;

    room_init(&room);
    link_subscriber(&room, 0);
    link_subscriber(&room, 1);
    publish(&room, 1, 0x65);
    unlink_subscriber(&room, 1);
    publish(&room, 2, 0x41);
    ck_assert_uint_eq(room.subscribers[0].rtp->len, 2);
    ck_assert_uint_eq(room.subscribers[1].rtp->len, 1);
    last = sent_header(&room.subscribers[1], 0).sequence;
    link_subscriber(&room, 1);
    publish(&room, 3, 0x65);
    ck_assert_uint_eq(room.subscribers[1].rtp->len, 2);
    ck_assert_uint_eq(sent_header(&room.subscribers[1], 1).sequence, (guint16)(last + 1));
    room_clear(&room);
}
END_TEST

START_TEST(retransmits_on_request)
{
    Room room;
    guint8 bytes[64];
    RtcpWriter writer = {bytes, sizeof bytes, 0};
    guint16 lost[2];

    room_init(&room);
    link_subscriber(&room, 0);
    for (guint16 i = 1; i <= 5; i++)
        publish(&room, i, i == 1 ? 0x65 : 0x41);
    lost[0] = sent_header(&room.subscribers[0], 1).sequence;
    lost[1] = (guint16)(lost[0] + 2);
    rtcp_write_nack(&writer, 9, 0x100, lost, 2);
    rtc_subscriber_rtcp(room.receivers[0], bytes, writer.length);
    ck_assert_uint_eq(room.subscribers[0].rtp->len, 7);
    for (guint i = 0; i < 2; i++) {
        RtpHeader header = sent_header(&room.subscribers[0], 5 + i);
        const guint8 *packet = g_bytes_get_data(g_ptr_array_index(room.subscribers[0].rtp, 5 + i), NULL);

        ck_assert_uint_eq(header.ssrc, 0x200);
        ck_assert_uint_eq(header.payload_type, 112);
        ck_assert_uint_eq(rtp_read16(packet + header.header_length), lost[i]);
        ck_assert_uint_eq(packet[header.header_length + 3], 2 + 2 * i);
    }
    room_clear(&room);
}
END_TEST

START_TEST(passes_key_frame_requests_and_sender_reports)
{
    Room room;
    guint8 bytes[128];
    RtcpWriter pli = {bytes, sizeof bytes, 0}, report = {bytes, sizeof bytes, 0};
    RtcpSenderReport sr = {20, 0x1122334455667788, 3000, 1, 2};

    room_init(&room);
    link_subscriber(&room, 0);
    link_subscriber(&room, 1);
    publish(&room, 1, 0x65);
    rtcp_write_pli(&pli, 9, 0x101);
    rtc_subscriber_rtcp(room.receivers[1], bytes, pli.length);
    rtcp_write_pli(&pli, 9, 0x999); /* of no slot */
    rtc_subscriber_rtcp(room.receivers[1], bytes + 12, 12);
    ytk_rtc_src_poll(room.src, 0);
    ck_assert_uint_eq(count_rtcp(&room.publisher, RTCP_ITEM_KEY_FRAME_REQUEST, 20), 1);

    rtcp_write_sender_report(&report, &sr);
    ytk_rtc_src_rtcp(room.src, bytes, report.length);
    for (guint i = 0; i < 2; i++) {
        ck_assert_uint_ge(room.subscribers[i].wakes, 1);
        rtc_subscriber_poll(room.receivers[i]);
        rtc_subscriber_poll(room.receivers[i]);
        ck_assert_uint_eq(count_rtcp(&room.subscribers[i], RTCP_ITEM_SENDER_REPORT, 0x100 + i), 1);
    }
    room_clear(&room);
}
END_TEST

START_TEST(a_subscriber_without_a_way_out_harms_nobody)
{
    Room room;

    room_init(&room);
    link_subscriber(&room, 0);
    link_subscriber(&room, 1);
    room.subscribers[0].closed = TRUE;
    publish(&room, 1, 0x65);
    publish(&room, 2, 0x41);
    ck_assert_uint_eq(room.subscribers[0].rtp->len, 0);
    ck_assert_uint_eq(room.subscribers[1].rtp->len, 2);
    room_clear(&room);
}
END_TEST

/* --- ytkfeedsink --- */

typedef struct {
    GString *log;
} FeedLog;

static void
log_started(gpointer user, gpointer track, guint32 ssrc, GstCaps *caps)
{
    g_string_append_printf(((FeedLog *)user)->log, "start %u %s %s;", ssrc, (const char *)track,
                           gst_structure_get_string(gst_caps_get_structure(caps, 0), "cname"));
}

static void
log_ended(gpointer user, guint32 ssrc)
{
    g_string_append_printf(((FeedLog *)user)->log, "end %u;", ssrc);
}

static void
log_packet(gpointer user, const guint8 *packet, gsize length)
{
    g_string_append_printf(((FeedLog *)user)->log, "%u;", rtp_read16(packet + 2));
}

static void
log_report(gpointer user, const RtcpSenderReport *report)
{
    g_string_append_printf(((FeedLog *)user)->log, "sr %u;", report->ssrc);
}

static const YtkFeedSinkHandlers log_handlers = {log_started, log_ended, log_packet, log_report};

START_TEST(feeds_the_recorder_unchanged)
{
    Room room;
    FeedLog log = {g_string_new(NULL)};
    YtkFeedSink *feed;
    GstPad *pad, *branch;
    guint8 bytes[64];
    RtcpWriter report = {bytes, sizeof bytes, 0};
    RtcpSenderReport sr = {20, 1, 2, 3, 4};

    room_init(&room);
    feed = ytk_feed_sink_new(&log_handlers, &log);
    gst_bin_add(GST_BIN(room.pipeline), GST_ELEMENT(feed));
    gst_element_sync_state_with_parent(GST_ELEMENT(feed));
    pad = ytk_feed_sink_add_pad(feed, "camera");
    branch = gst_element_request_pad_simple(GST_ELEMENT(room.fan), "src_%u");
    gst_pad_link(branch, pad);
    publish(&room, 7, 0x65);
    publish(&room, 9, 0x41);
    rtcp_write_sender_report(&report, &sr);
    ytk_rtc_src_rtcp(room.src, bytes, report.length);
    ck_assert(ytk_feed_sink_want_key_frame(feed, 20));
    ck_assert(!ytk_feed_sink_want_key_frame(feed, 21));
    ytk_rtc_src_poll(room.src, 0);
    ck_assert_uint_eq(count_rtcp(&room.publisher, RTCP_ITEM_KEY_FRAME_REQUEST, 20), 1);
    ck_assert_uint_eq(count_rtcp(&room.publisher, RTCP_ITEM_NACK, 20), 1);
    gst_pad_unlink(branch, pad);
    ytk_feed_sink_remove_pad(feed, pad);
    gst_element_release_request_pad(GST_ELEMENT(room.fan), branch);
    gst_object_unref(branch);
    ck_assert_str_eq(log.log->str, "start 20 camera phone;7;9;sr 20;end 20;");
    g_string_free(log.log, TRUE);
    room_clear(&room);
}
END_TEST

SUITE_MAIN("elements", forwards_to_every_subscriber_in_its_own_numbers,
           a_late_subscriber_waits_for_a_key_frame_and_asks_for_it,
           a_late_subscriber_sees_the_last_key_frame_at_once, a_subscriber_leaves_and_comes_back,
           retransmits_on_request, passes_key_frame_requests_and_sender_reports,
           a_subscriber_without_a_way_out_harms_nobody, feeds_the_recorder_unchanged)
