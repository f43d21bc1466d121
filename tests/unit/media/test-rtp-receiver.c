/* RtpReceiver: which packet belongs to which track, and what is asked of the publisher. */
#include <string.h>

#include "rtp-receiver.h"
#include "suite-main.h"

#define MS G_TIME_SPAN_MILLISECOND
#define LOCAL 0x77

enum { AUDIO, VIDEO };

static RtpReceiver *
receiver_with(guint32 video_ssrc, guint32 rtx_ssrc)
{
    RtpReceiver *receiver = rtp_receiver_new(LOCAL, (RtpExtensions){ .mid = 4, .transport_cc = 3 });
    RtpTrackConfig audio = { .codec = MEDIA_CODEC_OPUS, .payload_type = 111, .rtx_payload_type = -1, .clock_rate = 48000, .ssrc = 10, .mid = "0" };
    RtpTrackConfig video = { .codec = MEDIA_CODEC_H264, .payload_type = 108, .rtx_payload_type = 109, .clock_rate = 90000,
                             .ssrc = video_ssrc, .rtx_ssrc = rtx_ssrc, .nack = TRUE, .pli = TRUE, .mid = "1" };

    rtp_receiver_add_track(receiver, &audio);
    rtp_receiver_add_track(receiver, &video);
    return receiver;
}

typedef struct {
    guint8 bytes[128];
    gsize length;
} Packet;

static Packet
packet(guint8 payload_type, guint32 ssrc, guint16 sequence, const char *mid, const guint8 *payload, gsize payload_length)
{
    Packet p = { .bytes = { 0x80, payload_type } };

    rtp_write16(p.bytes + 2, sequence);
    rtp_write32(p.bytes + 4, sequence * 3000u);
    rtp_write32(p.bytes + 8, ssrc);
    p.length = RTP_FIXED_HEADER;
    if (mid) {
        p.bytes[0] |= 0x10;
        memcpy(p.bytes + 12, "\xbe\xde\0\1\x40", 5);
        p.bytes[17] = (guint8) mid[0];
        p.length += 8;
    }
    memcpy(p.bytes + p.length, payload, payload_length);
    p.length += payload_length;
    return p;
}

static const guint8 slice[] = { 0x41, 1, 2, 3 }, idr[] = { 0x65, 1, 2, 3 };

static gboolean
receive(RtpReceiver *receiver, Packet p, gint64 now_us, RtpReceived *ret)
{
    g_autofree guint8 *bytes = g_memdup2(p.bytes, p.length);

    return rtp_receiver_rtp(receiver, bytes, p.length, now_us, ret);
}

static gboolean
receive_video(RtpReceiver *receiver, guint16 sequence, gint64 now_us)
{
    RtpReceived received;

    return receive(receiver, packet(108, 20, sequence, NULL, slice, sizeof slice), now_us, &received);
}

/* What is due: numbers asked for, key frames, reports. */
typedef struct {
    guint lost[64];
    guint n_lost, n_key_frames, n_reports;
} Asked;

static Asked
asked(RtpReceiver *receiver, gint64 now_us)
{
    Asked asked = { 0 };

    for (;;) {
        guint8 bytes[1200];
        RtcpWriter writer = { bytes, sizeof bytes, 0 };
        RtcpReader reader;
        RtcpItem item;

        if (!rtp_receiver_write_feedback(receiver, now_us, 100 * MS, &writer))
            break;
        rtcp_reader_init(&reader, bytes, writer.length);
        while (rtcp_reader_next(&reader, &item)) {
            ck_assert_uint_eq(item.sender_ssrc, LOCAL);
            if (item.type == RTCP_ITEM_NACK) {
                asked.lost[asked.n_lost++] = item.nack.sequence;
                for (guint i = 0; i < 16; i++)
                    if (item.nack.following & (1u << i))
                        asked.lost[asked.n_lost++] = item.nack.sequence + 1u + i;
            }
            asked.n_key_frames += item.type == RTCP_ITEM_KEY_FRAME_REQUEST;
            asked.n_reports += item.type == RTCP_ITEM_REPORT_BLOCK;
        }
    }
    return asked;
}

/* A packet of a layer, with MID 1 and its RID, or as a retransmission its repaired RID. */
static Packet
layer_packet(guint8 payload_type, guint32 ssrc, guint16 sequence, guint8 name_id, char name, const guint8 *payload, gsize length)
{
    Packet p = packet(payload_type, ssrc, sequence, "1", payload, length);

    p.bytes[18] = (guint8) (name_id << 4);
    p.bytes[19] = (guint8) name;
    return p;
}

START_TEST(layers_are_told_apart_by_rid)
{
    g_autoptr(RtpReceiver) receiver = rtp_receiver_new(LOCAL, (RtpExtensions){ .mid = 4, .rid = 10, .repaired_rid = 11 });
    static const guint8 repeated[] = { 0, 31, 0x41, 1, 2, 3 };
    RtpReceived received;
    Asked due;

    for (guint i = 0; i < 3; i++) {
        RtpTrackConfig config = { .codec = MEDIA_CODEC_H264, .payload_type = 108, .rtx_payload_type = 109, .clock_rate = 90000,
                                  .nack = TRUE, .pli = TRUE, .mid = "1", .rid = { "lmh"[i] } };

        rtp_receiver_add_track(receiver, &config);
    }
    ck_assert(!receive(receiver, packet(108, 99, 1, "1", slice, sizeof slice), MS, &received)); /* whose? */
    ck_assert(receive(receiver, layer_packet(108, 50, 30, 10, 'h', idr, sizeof idr), MS, &received));
    ck_assert_uint_eq(received.track, 2);
    ck_assert(receive(receiver, layer_packet(108, 40, 7, 10, 'l', idr, sizeof idr), MS, &received));
    ck_assert_uint_eq(received.track, 0);
    ck_assert(!receive(receiver, layer_packet(108, 60, 7, 10, 'x', idr, sizeof idr), MS, &received));
    /* Known by its SSRC from then on: browsers leave the names out once they were heard. */
    ck_assert(receive(receiver, packet(108, 50, 32, NULL, slice, sizeof slice), 2 * MS, &received));
    ck_assert_uint_eq(received.track, 2);
    due = asked(receiver, 3 * MS);
    ck_assert_uint_eq(due.n_lost, 1);
    ck_assert_uint_eq(due.lost[0], 31);
    /* Its retransmission names what it repeats. */
    ck_assert(!receive(receiver, layer_packet(109, 51, 1, 11, 'm', repeated, sizeof repeated), 4 * MS, &received)); /* nothing of m yet */
    ck_assert(receive(receiver, layer_packet(109, 51, 1, 11, 'h', repeated, sizeof repeated), 4 * MS, &received));
    ck_assert_uint_eq(received.track, 2);
    ck_assert_uint_eq(received.header.sequence, 31);
    ck_assert_uint_eq(received.header.ssrc, 50);
    /* A key frame is asked of the layer that it is wanted of. */
    rtp_receiver_want_key_frame(receiver, 0);
    due = asked(receiver, 600 * MS);
    ck_assert_uint_eq(due.n_key_frames, 1);
    ck_assert_uint_eq(rtp_receiver_track(receiver, 0)->key_frame.requests, 1);
    ck_assert_uint_eq(rtp_receiver_track(receiver, 2)->key_frame.requests, 0);
}
END_TEST

START_TEST(tells_announced_sources_apart)
{
    g_autoptr(RtpReceiver) receiver = receiver_with(20, 21);
    RtpReceived received;

    ck_assert(receive(receiver, packet(111, 10, 1, NULL, slice, 4), 0, &received));
    ck_assert_uint_eq(received.track, AUDIO);
    ck_assert(receive(receiver, packet(108, 20, 1, NULL, idr, 4), 0, &received));
    ck_assert_uint_eq(received.track, VIDEO);
    ck_assert(received.starts_key_frame);
    ck_assert(!receive(receiver, packet(108, 99, 1, "9", slice, 4), 0, &received) || received.track == VIDEO);
    ck_assert(!receive(receiver, packet(96, 20, 2, NULL, slice, 4), 0, &received)); /* a codec that was not agreed */
    ck_assert(!receive(receiver, packet(55, 98, 2, NULL, slice, 4), 0, &received));
}
END_TEST

START_TEST(learns_sources_from_the_mid)
{
    g_autoptr(RtpReceiver) receiver = receiver_with(0, 0);
    RtpReceived received;

    ck_assert(!receive(receiver, packet(109, 31, 1, "1", slice, 4), 0, &received)); /* repeats nothing that we know */
    ck_assert(receive(receiver, packet(108, 30, 5, "1", slice, 4), 0, &received));
    ck_assert_uint_eq(received.track, VIDEO);
    ck_assert(receive(receiver, packet(108, 30, 6, NULL, slice, 4), 0, &received));
    ck_assert_uint_eq(rtp_receiver_track(receiver, VIDEO)->config.ssrc, 30);
    ck_assert(!receive(receiver, packet(111, 30, 7, "1", slice, 4), 0, &received)); /* audio on a video line */
}
END_TEST

START_TEST(restores_retransmissions_once)
{
    static const guint8 payload[] = { 0, 6, 0x41, 9 };
    g_autoptr(RtpReceiver) receiver = receiver_with(20, 21);
    RtpReceived received;
    Packet p = packet(109, 21, 1000, NULL, payload, sizeof payload);

    receive_video(receiver, 5, 0);
    receive_video(receiver, 7, 1 * MS);
    ck_assert(rtp_receiver_rtp(receiver, p.bytes, p.length, 100 * MS, &received));
    ck_assert_uint_eq(received.track, VIDEO);
    ck_assert_uint_eq(received.offset, 2);
    ck_assert_uint_eq(received.header.sequence, 6);
    ck_assert_uint_eq(received.header.ssrc, 20);
    ck_assert_uint_eq(received.header.payload_type, 108);
    ck_assert_int_eq(p.bytes[2 + received.header.header_length], 0x41);
    p = packet(109, 21, 1001, NULL, payload, sizeof payload);
    ck_assert(!rtp_receiver_rtp(receiver, p.bytes, p.length, 110 * MS, &received));
    ck_assert_uint_eq(rtp_receiver_track(receiver, VIDEO)->duplicates, 1);
    ck_assert_uint_eq(rtp_receiver_track(receiver, VIDEO)->recovered, 1);
    p = packet(109, 21, 1002, NULL, payload, 2); /* a probe */
    ck_assert(!rtp_receiver_rtp(receiver, p.bytes, p.length, 110 * MS, &received));
}
END_TEST

START_TEST(asks_for_lost_packets_and_then_for_a_key_frame)
{
    g_autoptr(RtpReceiver) receiver = receiver_with(20, 21);
    Asked a;

    receive_video(receiver, 5, 1000 * MS);
    receive_video(receiver, 8, 1010 * MS);
    ck_assert_int_le(rtp_receiver_next_timeout(receiver, 100 * MS), 1010 * MS);
    a = asked(receiver, 1010 * MS);
    ck_assert_uint_eq(a.n_lost, 2);
    ck_assert_uint_eq(a.lost[0], 6);
    ck_assert_uint_eq(a.lost[1], 7);
    ck_assert_uint_eq(a.n_key_frames, 0);
    a = asked(receiver, 2100 * MS); /* given up */
    ck_assert_uint_eq(a.n_lost, 0);
    ck_assert_uint_eq(a.n_key_frames, 1);
}
END_TEST

START_TEST(limits_key_frame_requests)
{
    g_autoptr(RtpReceiver) receiver = receiver_with(20, 21);
    RtpReceived received;

    rtp_receiver_want_key_frame(receiver, VIDEO);
    ck_assert_uint_eq(asked(receiver, 900 * MS).n_key_frames, 0); /* nothing has come yet: what comes first is a key frame */
    receive_video(receiver, 5, 1000 * MS);
    ck_assert_uint_eq(asked(receiver, 1000 * MS).n_key_frames, 1);
    rtp_receiver_want_key_frame(receiver, VIDEO);
    rtp_receiver_want_key_frame(receiver, VIDEO);
    ck_assert_uint_eq(asked(receiver, 1400 * MS).n_key_frames, 0);
    ck_assert_uint_eq(asked(receiver, 1500 * MS).n_key_frames, 1);
    rtp_receiver_want_key_frame(receiver, VIDEO);
    receive(receiver, packet(108, 20, 6, NULL, idr, sizeof idr), 1600 * MS, &received);
    ck_assert_uint_eq(asked(receiver, 3000 * MS).n_key_frames, 0);
    rtp_receiver_want_key_frame(receiver, AUDIO); /* has none */
    ck_assert_uint_eq(asked(receiver, 4000 * MS).n_key_frames, 0);
}
END_TEST

START_TEST(reports_once_a_second)
{
    g_autoptr(RtpReceiver) receiver = receiver_with(20, 21);
    RtpReceived received;
    guint reports = 0;

    ck_assert_int_eq(rtp_receiver_next_timeout(receiver, 0), G_MAXINT64);
    receive(receiver, packet(111, 10, 1, NULL, slice, 4), 0, &received);
    receive_video(receiver, 1, 0);
    for (gint64 now = 0; now <= 3000 * MS; now += 50 * MS)
        reports += asked(receiver, now).n_reports;
    ck_assert_uint_eq(reports, 6); /* two sources, three times */
}
END_TEST

START_TEST(keeps_sender_reports_and_cnames)
{
    g_autoptr(RtpReceiver) receiver = receiver_with(20, 21);
    guint8 bytes[256];
    RtcpWriter writer = { bytes, sizeof bytes, 0 };
    RtcpSenderReport report = { 20, 77, 88, 0, 0 };

    rtcp_write_sender_report(&writer, &report);
    rtcp_write_cname(&writer, 20, "phone");
    rtcp_write_cname(&writer, 4711, "nobody");
    ck_assert_uint_eq(rtp_receiver_rtcp(receiver, bytes, writer.length, 0), 1u << VIDEO);
    ck_assert_uint_eq(rtp_receiver_track(receiver, VIDEO)->sender_report.ntp, 77);
    ck_assert_str_eq(rtp_receiver_track(receiver, VIDEO)->config.cname, "phone");
    ck_assert_str_eq(rtp_receiver_track(receiver, AUDIO)->config.cname, "");
}
END_TEST

START_TEST(starts_anew_when_the_source_changes)
{
    g_autoptr(RtpReceiver) receiver = receiver_with(20, 21);
    RtpReceived received;

    receive_video(receiver, 40000, 1000 * MS);
    ck_assert(receive(receiver, packet(108, 50, 3, "1", idr, sizeof idr), 1010 * MS, &received));
    ck_assert_uint_eq(received.header.ssrc, 50);
    ck_assert_uint_eq(asked(receiver, 1020 * MS).n_lost, 0);
}
END_TEST

START_TEST(has_a_bound_for_tracks)
{
    g_autoptr(RtpReceiver) receiver = rtp_receiver_new(LOCAL, (RtpExtensions){ 0 });
    RtpTrackConfig config = { .codec = MEDIA_CODEC_OPUS, .rtx_payload_type = -1 };

    for (gint i = 0; i < RTP_TRACKS_MAX; i++)
        ck_assert_int_eq(rtp_receiver_add_track(receiver, &config), i);
    ck_assert_int_eq(rtp_receiver_add_track(receiver, &config), -1);
}
END_TEST

SUITE_MAIN("rtp-receiver", layers_are_told_apart_by_rid, tells_announced_sources_apart, learns_sources_from_the_mid, restores_retransmissions_once,
           asks_for_lost_packets_and_then_for_a_key_frame, limits_key_frame_requests, reports_once_a_second,
           keeps_sender_reports_and_cnames, starts_anew_when_the_source_changes, has_a_bound_for_tracks)
