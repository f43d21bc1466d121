/* TrackFan, RtcSlot and KeyFrameCache: one track to many, and who comes late catches up. */
#include <string.h>

#include "rtc-subscriber.h"
#include "suite-main.h"
#include "track-fan.h"

#define MS   G_TIME_SPAN_MILLISECOND
#define SSRC 20

/* What one subscriber was sent. */
typedef struct {
    RtcLink link;
    guint8 packet[RTC_LINK_PACKET_MAX];
    GArray *headers;   /* RtpHeader */
    GByteArray *marks; /* the second payload byte of each */
    RtcSubscriber *subscriber;
} Viewer;

typedef struct {
    gint64 now_us;
    TrackFan fan;
    guint wanted; /* key frames */
    guint16 sequence;
    Viewer viewers[3];
} Fixture;

static guint8 *
viewer_reserve(RtcLink *link)
{
    return ((Viewer *)link)->packet;
}

static void
viewer_send(RtcLink *link, gsize header_length, const guint8 *payload, gsize payload_length)
{
    Viewer *viewer = (Viewer *)link;
    RtpHeader header;

    memmove(viewer->packet + header_length, payload, payload_length);
    ck_assert(rtp_header_parse(viewer->packet, header_length + payload_length, &header));
    ck_assert_uint_eq(header.header_length, header_length);
    g_array_append_val(viewer->headers, header);
    g_byte_array_append(viewer->marks, payload + payload_length - 1, 1);
}

static void
viewer_send_rtcp(RtcLink *link, gsize length)
{
}

static void
viewer_wake(RtcLink *link)
{
}

static void
on_key_frame_wanted(gpointer user)
{
    ((Fixture *)user)->wanted++;
}

static void
setup(Fixture *f)
{
    SlotConfig config = {.ssrc = 100,
                         .rtx_ssrc = 101,
                         .clock_rate = 90000,
                         .video = TRUE,
                         .mid = "",
                         .cname = "slot",
                         .seed = 7};

    for (guint i = 0; i < G_N_ELEMENTS(config.payloads); i++)
        config.payloads[i] = (SlotPayload){-1, -1};
    config.payloads[MEDIA_CODEC_H264] = (SlotPayload){102, 103};
    memset(f, 0, sizeof *f);
    f->now_us = 1000 * MS;
    f->sequence = 65500;
    track_fan_init(&f->fan, TRUE, &f->now_us, on_key_frame_wanted, f);
    track_fan_set_codec(&f->fan, MEDIA_CODEC_H264);
    for (guint i = 0; i < G_N_ELEMENTS(f->viewers); i++) {
        Viewer *viewer = &f->viewers[i];

        viewer->link = (RtcLink){.now_us = &f->now_us,
                                 .reserve = viewer_reserve,
                                 .send_rtp = viewer_send,
                                 .send_rtcp = viewer_send_rtcp,
                                 .wake = viewer_wake};
        viewer->headers = g_array_new(FALSE, FALSE, sizeof(RtpHeader));
        viewer->marks = g_byte_array_new();
        viewer->subscriber = rtc_subscriber_new(&viewer->link);
        rtc_subscriber_add_slot(viewer->subscriber, &config);
    }
}

static void
teardown(Fixture *f)
{
    for (guint i = 0; i < G_N_ELEMENTS(f->viewers); i++) {
        RtcSlot *slot = rtc_subscriber_slot(f->viewers[i].subscriber, 0);

        if (slot->fan)
            track_fan_remove(&f->fan, slot);
        rtc_subscriber_free(f->viewers[i].subscriber);
        g_array_unref(f->viewers[i].headers);
        g_byte_array_unref(f->viewers[i].marks);
    }
    track_fan_clear(&f->fan);
}

static void
join(Fixture *f, guint viewer)
{
    track_fan_add(&f->fan, rtc_subscriber_slot(f->viewers[viewer].subscriber, 0));
}

static void
push(Fixture *f, guint32 ssrc, guint16 sequence, guint32 timestamp, guint8 nal, gboolean marker)
{
    guint8 packet[100] = {0x80, (guint8)(96 | (marker ? 0x80 : 0))};

    rtp_write16(packet + 2, sequence);
    rtp_write32(packet + 4, timestamp);
    rtp_write32(packet + 8, ssrc);
    packet[12] = nal;
    packet[99] = (guint8)sequence;
    track_fan_packet(&f->fan, packet, sizeof packet);
}

/* A picture of `packets`, 33 ms after the last. */
static void
picture(Fixture *f, gboolean key, guint packets)
{
    f->now_us += 33 * MS;
    for (guint i = 0; i < packets; i++)
        push(f, SSRC, f->sequence++, (guint32)(f->now_us / MS * 90), key && i == 0 ? 0x65 : 0x41,
             i + 1 == packets);
}

static void
pass(Fixture *f, gint64 us)
{
    f->now_us += us;
    for (guint i = 0; i < G_N_ELEMENTS(f->viewers); i++)
        if (f->now_us >= rtc_subscriber_next_timeout(f->viewers[i].subscriber))
            rtc_subscriber_poll(f->viewers[i].subscriber);
}

static const RtpHeader *
sent(const Fixture *f, guint viewer, guint index)
{
    ck_assert_uint_lt(index, f->viewers[viewer].headers->len);
    return &g_array_index(f->viewers[viewer].headers, RtpHeader, index);
}

static guint
count(const Fixture *f, guint viewer)
{
    return f->viewers[viewer].headers->len;
}

/* Numbers without a hole, times that never go back. */
static void
assert_continuous(const Fixture *f, guint viewer)
{
    for (guint i = 1; i < count(f, viewer); i++) {
        ck_assert_uint_eq(sent(f, viewer, i)->sequence, (guint16)(sent(f, viewer, i - 1)->sequence + 1));
        ck_assert_int_ge((gint32)(sent(f, viewer, i)->timestamp - sent(f, viewer, i - 1)->timestamp), 0);
    }
}

START_TEST(who_comes_late_follows_from_the_last_key_frame)
{
    Fixture f;

    setup(&f);
    join(&f, 0);
    picture(&f, TRUE, 20);
    for (guint i = 0; i < 10; i++)
        picture(&f, FALSE, 6);
    join(&f, 1);
    ck_assert_uint_eq(count(&f, 1), 12); /* a few at a time */
    picture(&f, FALSE, 6);               /* waits for its turn */
    ck_assert_uint_eq(count(&f, 1), 12);
    for (guint i = 0; i < 7; i++)
        pass(&f, 5 * MS);
    ck_assert_uint_eq(count(&f, 1), 86);
    picture(&f, FALSE, 6);
    ck_assert_uint_eq(count(&f, 1), 92);
    ck_assert_uint_eq(count(&f, 0), 92);
    ck_assert_mem_eq(f.viewers[0].marks->data, f.viewers[1].marks->data, 92); /* the same pictures */
    assert_continuous(&f, 0);
    assert_continuous(&f, 1);
    ck_assert_uint_eq(f.wanted, 0); /* nobody is disturbed */
    teardown(&f);
}
END_TEST

START_TEST(the_past_is_squeezed_and_the_present_is_not)
{
    Fixture f;
    guint32 first, edge;

    setup(&f);
    picture(&f, TRUE, 4);
    for (guint i = 0; i < 15; i++)
        picture(&f, FALSE, 1);
    join(&f, 0);
    pass(&f, 5 * MS);
    ck_assert_uint_eq(count(&f, 0), 19);
    first = sent(&f, 0, 0)->timestamp;
    edge = sent(&f, 0, 18)->timestamp;
    ck_assert_uint_le(edge - first, 90 * 10);            /* half a second in 10 ms */
    ck_assert_uint_gt(edge, sent(&f, 0, 17)->timestamp); /* pictures stay apart */
    picture(&f, FALSE, 1);
    ck_assert_uint_eq(sent(&f, 0, 19)->timestamp - edge, 90 * 38); /* 33 ms, and the 5 that passed */
    assert_continuous(&f, 0);
    teardown(&f);
}
END_TEST

START_TEST(repeats_what_was_sent_in_catching_up)
{
    Fixture f;
    RtcSlot *slot;

    setup(&f);
    picture(&f, TRUE, 4);
    picture(&f, FALSE, 1);
    join(&f, 0);
    slot = rtc_subscriber_slot(f.viewers[0].subscriber, 0);
    rtc_slot_retransmit(slot, sent(&f, 0, 1)->sequence);
    ck_assert_uint_eq(count(&f, 0), 6);
    ck_assert_uint_eq(sent(&f, 0, 5)->ssrc, 101);
    ck_assert_uint_eq(sent(&f, 0, 5)->timestamp, sent(&f, 0, 1)->timestamp);
    ck_assert_int_eq(f.viewers[0].marks->data[5], f.viewers[0].marks->data[1]);
    teardown(&f);
}
END_TEST

START_TEST(too_far_behind_it_sees_a_still_and_waits)
{
    Fixture f;
    guint at_join;

    setup(&f);
    join(&f, 0);
    picture(&f, TRUE, 8);
    for (guint i = 0; i < KEY_FRAME_FOLLOW_PACKETS / 6 + 1; i++)
        picture(&f, FALSE, 6);
    join(&f, 1);
    ck_assert_uint_eq(count(&f, 1), 8); /* the key frame alone */
    ck_assert(sent(&f, 1, 7)->marker);
    ck_assert_uint_eq(f.wanted, 1);
    at_join = count(&f, 0);
    picture(&f, FALSE, 6);
    ck_assert_uint_eq(count(&f, 1), 8);
    ck_assert_uint_eq(count(&f, 0), at_join + 6);
    picture(&f, TRUE, 8);
    picture(&f, FALSE, 6);
    ck_assert_uint_eq(count(&f, 1), 22);
    assert_continuous(&f, 0);
    assert_continuous(&f, 1);
    teardown(&f);
}
END_TEST

START_TEST(a_key_frame_that_comes_ends_the_still)
{
    Fixture f;

    setup(&f);
    picture(&f, TRUE, 60);
    for (guint i = 0; i < KEY_FRAME_FOLLOW_PACKETS / 6; i++)
        picture(&f, FALSE, 6);
    join(&f, 0);
    ck_assert_uint_eq(count(&f, 0), 12);
    picture(&f, TRUE, 3);
    ck_assert_uint_eq(count(&f, 0), 15);
    pass(&f, 5 * MS); /* nothing of the old one comes behind it */
    ck_assert_uint_eq(count(&f, 0), 15);
    assert_continuous(&f, 0);
    teardown(&f);
}
END_TEST

START_TEST(shows_no_broken_and_no_old_picture)
{
    Fixture f;

    setup(&f);
    push(&f, SSRC, 1, 3000, 0x65, FALSE);
    push(&f, SSRC, 3, 3000, 0x41, TRUE); /* 2 is missing */
    join(&f, 0);
    ck_assert_uint_eq(count(&f, 0), 0);
    push(&f, SSRC, 4, 6000, 0x41, TRUE);
    ck_assert_uint_eq(f.wanted, 1);
    teardown(&f);

    setup(&f);
    picture(&f, TRUE, 2);
    f.now_us += KEY_FRAME_STILL_US;
    picture(&f, FALSE, 2);
    join(&f, 0);
    ck_assert_uint_eq(count(&f, 0), 0);
    teardown(&f);
}
END_TEST

START_TEST(a_picture_that_is_just_coming_is_followed)
{
    Fixture f;

    setup(&f);
    push(&f, SSRC, 2, 3000, 0x68, FALSE); /* PPS; its SPS comes late */
    push(&f, SSRC, 1, 3000, 0x67, FALSE);
    push(&f, SSRC, 3, 3000, 0x65, FALSE);
    join(&f, 0);
    ck_assert_uint_eq(count(&f, 0), 3); /* in order, from the SPS on */
    push(&f, SSRC, 4, 3000, 0x41, TRUE);
    ck_assert_uint_eq(count(&f, 0), 4);
    assert_continuous(&f, 0);
    ck_assert_uint_eq(f.wanted, 0);
    teardown(&f);
}
END_TEST

START_TEST(another_source_ends_catching_up)
{
    Fixture f;
    guint before;

    setup(&f);
    picture(&f, TRUE, 40);
    join(&f, 0);
    before = count(&f, 0);
    push(&f, SSRC + 1, 9, 1, 0x41, TRUE);
    pass(&f, 5 * MS);
    ck_assert_uint_eq(count(&f, 0), before);
    push(&f, SSRC + 1, 10, 3001, 0x65, TRUE);
    ck_assert_uint_eq(count(&f, 0), before + 1);
    assert_continuous(&f, 0);
    teardown(&f);
}
END_TEST

START_TEST(a_hole_that_the_publisher_fills_reaches_who_passed_it_over)
{
    Fixture f;

    setup(&f);
    push(&f, SSRC, 1, 3000, 0x65, TRUE);
    push(&f, SSRC, 3, 9000, 0x41, TRUE);
    for (guint16 i = 4; i < 20; i++)
        push(&f, SSRC, i, i * 3000u, 0x41, TRUE);
    join(&f, 0);
    ck_assert_uint_eq(count(&f, 0), 11); /* of 12 numbers */
    push(&f, SSRC, 2, 6000, 0x41, TRUE);
    ck_assert_uint_eq(count(&f, 0), 12);
    ck_assert_uint_eq(sent(&f, 0, 11)->sequence, (guint16)(sent(&f, 0, 0)->sequence + 1));
    ck_assert_int_gt((gint32)(sent(&f, 0, 11)->timestamp - sent(&f, 0, 0)->timestamp), 0);
    ck_assert_int_lt((gint32)(sent(&f, 0, 11)->timestamp - sent(&f, 0, 1)->timestamp), 0);
    teardown(&f);
}
END_TEST

/* --- layers of one camera --- */

#define OTHER_SSRC 40

typedef struct {
    TrackFan fan;
    guint wanted;
    guint16 sequence;
    guint began; /* key frames that were announced to the room */
} Layer;

static void
on_layer_wanted(gpointer user)
{
    ((Layer *)user)->wanted++;
}

static void
on_layer_key_frame(gpointer user)
{
    ((Layer *)user)->began++;
}

static void
layer_picture(Fixture *f, Layer *layer, gboolean key, guint packets)
{
    for (guint i = 0; i < packets; i++) {
        guint8 packet[100] = {0x80, (guint8)(96 | (i + 1 == packets ? 0x80 : 0))};

        rtp_write16(packet + 2, layer->sequence++);
        rtp_write32(packet + 4, (guint32)(f->now_us / MS * 90) + 777777); /* a clock of its own */
        rtp_write32(packet + 8, OTHER_SSRC);
        packet[12] = key && i == 0 ? 0x65 : 0x41;
        track_fan_packet(&layer->fan, packet, sizeof packet);
    }
}

static void
setup_layer(Fixture *f, Layer *layer)
{
    setup(f);
    *layer = (Layer){.sequence = 9000};
    track_fan_init(&layer->fan, TRUE, &f->now_us, on_layer_wanted, layer);
    layer->fan.key_frame = on_layer_key_frame;
    layer->fan.key_frame_user = layer;
    track_fan_set_codec(&layer->fan, MEDIA_CODEC_H264);
    join(f, 0);
    picture(f, TRUE, 2);
    picture(f, FALSE, 2);
}

static void
teardown_layer(Fixture *f, Layer *layer)
{
    RtcSlot *slot = rtc_subscriber_slot(f->viewers[0].subscriber, 0);

    if (slot->fan == &layer->fan)
        track_fan_remove(&layer->fan, slot);
    track_fan_unawait(slot);
    teardown(f);
    track_fan_clear(&layer->fan);
}

START_TEST(moves_to_another_layer_where_its_key_frame_begins)
{
    Fixture f;
    Layer layer;
    guint before;

    setup_layer(&f, &layer);
    RtcSlot *slot = rtc_subscriber_slot(f.viewers[0].subscriber, 0);

    track_fan_await(&layer.fan, slot);
    ck_assert_uint_eq(layer.wanted, 1); /* of the layer that is wanted, and of no other */
    ck_assert_uint_eq(f.wanted, 0);
    before = count(&f, 0);
    layer_picture(&f, &layer, FALSE, 3);
    ck_assert_uint_eq(count(&f, 0), before);
    picture(&f, FALSE, 2); /* the former goes on until then */
    ck_assert_uint_eq(count(&f, 0), before + 2);
    f.now_us += 33 * MS;
    layer_picture(&f, &layer, TRUE, 5);
    ck_assert_ptr_eq(slot->fan, &layer.fan);
    ck_assert_ptr_null(slot->next_fan);
    ck_assert_uint_eq(count(&f, 0), before + 7);
    picture(&f, FALSE, 2); /* no longer */
    ck_assert_uint_eq(count(&f, 0), before + 7);
    layer_picture(&f, &layer, FALSE, 2);
    ck_assert_uint_eq(count(&f, 0), before + 9);
    assert_continuous(&f, 0);
    teardown_layer(&f, &layer);
}
END_TEST

START_TEST(sender_reports_of_both_layers_keep_the_time_exactly)
{
    Fixture f;
    Layer layer;
    guint before;

    setup_layer(&f, &layer);
    guint32 ticks = (guint32)(f.now_us / MS * 90);
    RtcpSenderReport one = {.ssrc = SSRC, .ntp = (guint64)1000 << 32, .rtp_timestamp = ticks};
    /* Half a second later by the publisher's clock. */
    RtcpSenderReport other = {.ssrc = OTHER_SSRC, .ntp = ((guint64)1000 << 32) + (1u << 31), .rtp_timestamp = ticks + 777777 + 45000};

    track_fan_sender_report(&f.fan, &one);
    track_fan_sender_report(&layer.fan, &other);
    track_fan_await(&layer.fan, rtc_subscriber_slot(f.viewers[0].subscriber, 0));
    picture(&f, FALSE, 1);
    before = count(&f, 0);
    f.now_us += 50 * MS; /* captured 33 ms after the last one, and 17 ms late */
    gint64 late_us = 17 * MS;

    f.now_us -= late_us;
    guint8 packet[100] = {0x80, 96 | 0x80};

    rtp_write16(packet + 2, layer.sequence++);
    rtp_write32(packet + 4, (guint32)(f.now_us / MS * 90) + 777777);
    rtp_write32(packet + 8, OTHER_SSRC);
    packet[12] = 0x65;
    f.now_us += late_us;
    track_fan_packet(&layer.fan, packet, sizeof packet);
    ck_assert_uint_eq(count(&f, 0), before + 1);
    ck_assert_uint_eq(sent(&f, 0, before)->timestamp - sent(&f, 0, before - 1)->timestamp, 33 * 90);
    teardown_layer(&f, &layer);
}
END_TEST

START_TEST(who_changes_its_mind_stays)
{
    Fixture f;
    Layer layer;

    setup_layer(&f, &layer);
    RtcSlot *slot = rtc_subscriber_slot(f.viewers[0].subscriber, 0);

    layer.fan.key_frame_awaited = TRUE;
    track_fan_await(&layer.fan, slot);
    track_fan_unawait(slot);
    layer_picture(&f, &layer, TRUE, 5);
    ck_assert_ptr_eq(slot->fan, &f.fan);
    ck_assert_uint_eq(layer.began, 1); /* the recorder, which waited too, is told once */
    layer_picture(&f, &layer, TRUE, 5);
    ck_assert_uint_eq(layer.began, 1);
    track_fan_await(&layer.fan, slot);
    track_fan_remove(&f.fan, slot); /* left altogether */
    ck_assert_uint_eq(layer.fan.awaiting->len, 0);
    layer_picture(&f, &layer, TRUE, 5);
    ck_assert_uint_eq(layer.fan.slots->len, 0);
    teardown_layer(&f, &layer);
}
END_TEST

START_TEST(a_camera_that_comes_back_is_asked_for_a_key_frame)
{
    Fixture f;

    setup(&f);
    join(&f, 0);
    picture(&f, TRUE, 2);
    picture(&f, FALSE, 2);
    ck_assert_uint_eq(f.wanted, 0);
    f.now_us += 3000 * MS; /* a call took it */
    picture(&f, FALSE, 2);
    ck_assert_uint_eq(f.wanted, 1);
    picture(&f, FALSE, 2);
    ck_assert_uint_eq(f.wanted, 1);
    teardown(&f);
}
END_TEST

SUITE_MAIN("track-fan", moves_to_another_layer_where_its_key_frame_begins, sender_reports_of_both_layers_keep_the_time_exactly,
           who_changes_its_mind_stays, a_camera_that_comes_back_is_asked_for_a_key_frame, who_comes_late_follows_from_the_last_key_frame,
           the_past_is_squeezed_and_the_present_is_not, repeats_what_was_sent_in_catching_up,
           too_far_behind_it_sees_a_still_and_waits, a_key_frame_that_comes_ends_the_still,
           shows_no_broken_and_no_old_picture, a_picture_that_is_just_coming_is_followed,
           another_source_ends_catching_up, a_hole_that_the_publisher_fills_reaches_who_passed_it_over)
