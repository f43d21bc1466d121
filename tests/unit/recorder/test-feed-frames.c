#include "feed-frames.h"

#include <string.h>

#include "rtp-packet.h"
#include "suite-main.h"

#define ID "018bcfe5-6800-7000-8000-000000000001"

static gboolean
collect(const guint8 *data, gsize length, gpointer user)
{
    g_string_append_printf(user, "[%zu:%c]", length, data[0] == '{' ? '{' : 'r');
    return TRUE;
}

static gboolean
refuse(const guint8 *data, gsize length, gpointer user)
{
    (*(guint *) user)++;
    return FALSE;
}

START_TEST(frames_come_whole_however_they_are_cut)
{
    static const guint8 stream[] = { 0, 2, '{', '}', 0, 3, 0x80, 1, 2, 0, 1, 0xbf };

    for (gsize cut = 0; cut <= sizeof stream; cut++)
        for (gsize second = cut; second <= sizeof stream; second++) {
            g_autoptr(FeedFrames) frames = feed_frames_new();
            g_autoptr(GString) seen = g_string_new(NULL);

            ck_assert(feed_frames_push(frames, stream, cut, collect, seen));
            ck_assert(feed_frames_push(frames, stream + cut, second - cut, collect, seen));
            ck_assert(feed_frames_push(frames, stream + second, sizeof stream - second, collect, seen));
            ck_assert_str_eq(seen->str, "[2:{][3:r][1:r]");
            ck_assert_uint_eq(feed_frames_waiting(frames), 0);
        }
}
END_TEST

START_TEST(a_stream_out_of_step_is_refused)
{
    static const guint8 empty[] = { 0, 0, 1 }, unknown[] = { 0, 3, 1 }, letter[] = { 0, 3, 'x' };
    static const struct {
        const guint8 *bytes;
        gsize length;
    } cases[] = { { empty, 3 }, { unknown, 3 }, { letter, 3 } };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(FeedFrames) whole = feed_frames_new(), bytewise = feed_frames_new();
        g_autoptr(GString) seen = g_string_new(NULL);
        gboolean ok = TRUE;

        ck_assert(!feed_frames_push(whole, cases[i].bytes, cases[i].length, collect, seen));
        for (gsize n = 0; n < cases[i].length && ok; n++)
            ok = feed_frames_push(bytewise, cases[i].bytes + n, 1, collect, seen);
        ck_assert(!ok);
        ck_assert_str_eq(seen->str, "");
    }
}
END_TEST

START_TEST(the_largest_frame_is_bounded_and_whole)
{
    g_autofree guint8 *stream = g_malloc0(2 + FEED_FRAME_MAX);
    g_autoptr(FeedFrames) frames = feed_frames_new();
    g_autoptr(GString) seen = g_string_new(NULL);

    stream[0] = stream[1] = 0xff;
    stream[2] = 0x80;
    for (gsize at = 0; at < 2 + FEED_FRAME_MAX; at += 1000) {
        ck_assert(feed_frames_push(frames, stream + at, MIN(1000, 2 + FEED_FRAME_MAX - at), collect, seen));
        ck_assert_uint_le(feed_frames_waiting(frames), 2 + FEED_FRAME_MAX);
    }
    ck_assert_str_eq(seen->str, "[65535:r]");
}
END_TEST

START_TEST(stops_when_told_to)
{
    static const guint8 stream[] = { 0, 1, '{', 0, 1, '{' };
    g_autoptr(FeedFrames) frames = feed_frames_new();
    guint calls = 0;

    ck_assert(!feed_frames_push(frames, stream, sizeof stream, refuse, &calls));
    ck_assert_uint_eq(calls, 1);
}
END_TEST

static gboolean
parse(const char *text, FeedMessage *ret)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = feed_message_parse((const guint8 *) text, strlen(text), ret, &error);

    ck_assert(ok == (error == NULL));
    return ok;
}

START_TEST(control_frames)
{
    FeedMessage message;

    ck_assert(parse("{\"type\":\"feed\",\"recording\":\"" ID "\",\"room\":\"" ID "\"}", &message));
    ck_assert_int_eq(message.type, FEED_HELLO);
    ck_assert_str_eq(message.recording, ID);
    ck_assert(parse("{\"type\":\"track\",\"ssrc\":4294967295,\"participant\":\"" ID "\",\"order\":1,\"camera\":true,\"kind\":\"video\",\"codec\":\"H264\","
                    "\"payload_type\":102,\"clock_rate\":90000,\"fmtp\":\"packetization-mode=1\",\"cname\":\"c\"}",
                    &message));
    ck_assert_int_eq(message.type, FEED_TRACK);
    ck_assert_int_eq(message.kind, FEED_VIDEO);
    ck_assert(message.camera);
    ck_assert_uint_eq(message.ssrc, 4294967295u);
    ck_assert(parse("{\"type\":\"track-ended\",\"ssrc\":5}", &message));
    ck_assert_int_eq(message.type, FEED_TRACK_ENDED);
    ck_assert(parse("{\"type\":\"overflow\",\"dropped\":10,\"ms\":200}", &message));
    ck_assert_uint_eq(message.ms, 200);
    ck_assert(parse("{\"type\":\"of-a-later-version\"}", &message));
    ck_assert_int_eq(message.type, FEED_UNKNOWN);
}
END_TEST

START_TEST(bad_control_frames)
{
    static const char *const wrong[] = {
        "{", "[]", "{\"type\":1}", "{\"type\":\"feed\"}", "{\"type\":\"feed\",\"recording\":\"../../x\",\"room\":\"" ID "\"}",
        "{\"type\":\"feed\",\"type\":\"feed\",\"recording\":\"" ID "\",\"room\":\"" ID "\"}", "{\"type\":\"track-ended\",\"ssrc\":-1}",
        "{\"type\":\"track-ended\",\"ssrc\":4294967296}", "{\"type\":\"overflow\",\"dropped\":1}",
        "{\"type\":\"track\",\"ssrc\":1,\"participant\":\"" ID "\",\"kind\":\"smell\",\"codec\":\"H264\",\"payload_type\":1,\"clock_rate\":1}",
        "{\"type\":\"track\",\"ssrc\":1,\"participant\":\"" ID "\",\"kind\":\"video\",\"codec\":\"H264\",\"payload_type\":1,\"clock_rate\":0}",
        "{\"type\":\"track\",\"ssrc\":1,\"participant\":\"" ID "\",\"kind\":\"video\",\"codec\":\"H264\",\"payload_type\":1,\"clock_rate\":1,\"camera\":1}",
        "{\"type\":\"track\",\"ssrc\":1,\"participant\":\"" ID "\",\"kind\":\"video\",\"codec\":\"a-codec-of-seventeen\",\"payload_type\":1,\"clock_rate\":1}",
    };
    FeedMessage message;

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        ck_assert_msg(!parse(wrong[i], &message), "%s", wrong[i]);
}
END_TEST

START_TEST(rtp_headers_are_checked_to_their_end)
{
    /* RFC 3550, section 5.1: one CSRC and an extension of one word */
    static const guint8 packet[] = { 0x91, 0xe6, 0x12, 0x34, 0, 0, 0, 9, 0, 0, 0, 7, 1, 1, 1, 1, 0xbe, 0xde, 0, 1, 0, 0, 0, 0, 'x' };
    RtpHeader header;

    ck_assert(rtp_header_parse(packet, sizeof packet, &header));
    ck_assert_uint_eq(header.sequence, 0x1234);
    ck_assert_uint_eq(header.timestamp, 9);
    ck_assert_uint_eq(header.ssrc, 7);
    ck_assert_uint_eq(header.payload_type, 0x66);
    for (gsize length = 0; length < 24; length++)
        ck_assert(!rtp_header_parse(packet, length, &header));
}
END_TEST

START_TEST(sender_reports_and_pli)
{
    /* RFC 3550, section 6.4.1, behind a receiver report: NTP 2.5 s, RTP 90000 */
    static const guint8 compound[] = { 0x80, 201, 0, 1, 0, 0, 0, 1, 0x80, 200, 0, 6, 0, 0, 0, 5, 0, 0, 0, 2, 0x80, 0, 0, 0,
                                       0, 1, 0x5f, 0x90, 0, 0, 0, 0, 0, 0, 0, 0 };
    static const guint8 expected_pli[] = { 0x81, 206, 0, 2, 0, 0, 0, 0, 0, 0, 0, 5 };
    SenderReport report;
    guint8 pli[RTCP_PLI_LENGTH];

    ck_assert(rtp_is_rtcp(compound, sizeof compound));
    ck_assert(rtcp_find_sender_report(compound, sizeof compound, &report));
    ck_assert_int_eq(report.ntp_us, 2500000);
    ck_assert_uint_eq(report.rtp, 90000);
    ck_assert_uint_eq(report.ssrc, 5);
    for (gsize length = 0; length < sizeof compound; length++)
        ck_assert(!rtcp_find_sender_report(compound, length, &report));
    rtcp_write_pli(5, pli);
    ck_assert_mem_eq(pli, expected_pli, sizeof pli);
}
END_TEST

SUITE_MAIN("feed-frames", frames_come_whole_however_they_are_cut, a_stream_out_of_step_is_refused,
           the_largest_frame_is_bounded_and_whole, stops_when_told_to, control_frames, bad_control_frames,
           rtp_headers_are_checked_to_their_end, sender_reports_and_pli)
