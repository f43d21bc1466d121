/* RTCP: RFC 3550 section 6, RFC 4585 section 6, RFC 5104 section 4.3.1, and the receiver's statistics of RFC 3550, appendix A. */
#include <string.h>

#include "receive-statistics.h"
#include "rtcp.h"
#include "suite-main.h"

/* A compound packet as a browser sends it: SR with a block, SDES, PLI, NACK with two entries, FIR for two, REMB, BYE. Written by hand from the RFCs. */
static const guint8 compound[] = {
    0x81, 200,  0,    12,   0,    0,    0,    0x11, 0xe6, 0x01, 0x02, 0x03, 0x80, 0,    0,    0,    0,    0,    0x10, 0,    0,    0,    0,    5,
    0,    0,    0x03, 0xe8, 0,    0,    0,    0x22, 0x40, 0xff, 0xff, 0xfe, 0,    1,    0x12, 0x34, 0,    0,    0,    9,    0x02, 0x03, 0x80, 0,
    0,    1,    0,    0, /* SR */
    0x81, 202,  0,    3,    0,    0,    0,    0x11, 1,    3,    'a',  'b',  'c',  0,    0,    0, /* SDES */
    0x81, 206,  0,    2,    0,    0,    0,    0x11, 0,    0,    0,    0x22, /* PLI */
    0x81, 205,  0,    4,    0,    0,    0,    0x11, 0,    0,    0,    0x22, 0,    100,  0x80, 1,    0xff, 0xff, 0,    0, /* NACK */
    0x84, 206,  0,    6,    0,    0,    0,    0x11, 0,    0,    0,    0,    0,    0,    0,    0x33, 1,    0,    0,    0,    0,    0,    0,    0x44,
    2,    0,    0,    0, /* FIR */
    0x8f, 206,  0,    5,    0,    0,    0,    0x11, 0,    0,    0,    0,    'R',  'E',  'M',  'B',  1,    0,    0,    0,    0,    0,    0,    0x22,
    0x81, 203,  0,    1,    0,    0,    0,    0x11, /* BYE */
};

START_TEST(reads_a_compound_packet)
{
    RtcpReader reader;
    RtcpItem item;

    rtcp_reader_init(&reader, compound, sizeof compound);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_int_eq(item.type, RTCP_ITEM_SENDER_REPORT);
    ck_assert_uint_eq(item.ssrc, 0x11);
    ck_assert_uint_eq(item.sender_report.ntp, G_GUINT64_CONSTANT(0xe601020380000000));
    ck_assert_uint_eq(item.sender_report.rtp_timestamp, 0x1000);
    ck_assert_uint_eq(item.sender_report.packets, 5);
    ck_assert_uint_eq(item.sender_report.bytes, 1000);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_int_eq(item.type, RTCP_ITEM_REPORT_BLOCK);
    ck_assert_uint_eq(item.ssrc, 0x22);
    ck_assert_uint_eq(item.report.fraction_lost, 0x40);
    ck_assert_int_eq(item.report.cumulative_lost, -2);
    ck_assert_uint_eq(item.report.highest_sequence, 0x11234);
    ck_assert_uint_eq(item.report.jitter, 9);
    ck_assert_uint_eq(item.report.last_sender_report, 0x02038000);
    ck_assert_uint_eq(item.report.delay_since_last_sender_report, 0x10000);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_int_eq(item.type, RTCP_ITEM_CNAME);
    ck_assert_uint_eq(item.cname.length, 3);
    ck_assert_mem_eq(item.cname.text, "abc", 3);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_int_eq(item.type, RTCP_ITEM_KEY_FRAME_REQUEST);
    ck_assert_uint_eq(item.ssrc, 0x22);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_int_eq(item.type, RTCP_ITEM_NACK);
    ck_assert_uint_eq(item.nack.sequence, 100);
    ck_assert_uint_eq(item.nack.following, 0x8001);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_uint_eq(item.nack.sequence, 0xffff);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_int_eq(item.type, RTCP_ITEM_KEY_FRAME_REQUEST);
    ck_assert_uint_eq(item.ssrc, 0x33);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_uint_eq(item.ssrc, 0x44);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_int_eq(item.type, RTCP_ITEM_BYE);
    ck_assert(!rtcp_reader_next(&reader, &item));
    ck_assert(!rtcp_reader_next(&reader, &item));
}
END_TEST

static guint
count_items(const guint8 *data, gsize length)
{
    g_autofree guint8 *copy = g_memdup2(data, length); /* exactly as long as it says: ASan guards the end */
    RtcpReader reader;
    RtcpItem item;
    guint n = 0;

    rtcp_reader_init(&reader, copy, length);
    while (rtcp_reader_next(&reader, &item)) {
        n++;
        ck_assert_uint_le(n, length);
        if (item.type == RTCP_ITEM_CNAME)
            ck_assert(item.cname.text + item.cname.length <= copy + length);
    }
    return n;
}

START_TEST(survives_truncation_at_every_byte)
{
    for (gsize n = 0; n < sizeof compound; n++)
        ck_assert_uint_lt(count_items(compound, n), 9);
    ck_assert_uint_eq(count_items(compound, sizeof compound), 9);
}
END_TEST

START_TEST(survives_every_single_byte_changed)
{
    guint8 changed[sizeof compound];

    for (gsize i = 0; i < sizeof compound; i++) {
        for (guint value = 0; value < 256; value += 5) {
            memcpy(changed, compound, sizeof compound);
            changed[i] = (guint8) value;
            count_items(changed, sizeof changed);
        }
    }
}
END_TEST

START_TEST(packs_losses_into_few_entries)
{
    static const guint16 lost[] = { 65530, 65531, 65535, 10, 11, 27, 28 };
    guint8 bytes[64];
    RtcpWriter writer = { bytes, sizeof bytes, 0 };
    RtcpReader reader;
    RtcpItem item;
    guint found = 0;

    ck_assert(rtcp_write_receiver_report(&writer, 1, NULL, 0));
    ck_assert(rtcp_write_nack(&writer, 1, 2, lost, G_N_ELEMENTS(lost)));
    ck_assert_uint_eq(writer.length, 8 + 12 + 3 * 4);
    rtcp_reader_init(&reader, bytes, writer.length);
    while (rtcp_reader_next(&reader, &item)) {
        ck_assert_int_eq(item.type, RTCP_ITEM_NACK);
        ck_assert_uint_eq(lost[found++], item.nack.sequence);
        for (guint i = 0; i < 16; i++)
            if (item.nack.following & (1u << i))
                ck_assert_uint_eq(lost[found++], (guint16) (item.nack.sequence + 1 + i));
    }
    ck_assert_uint_eq(found, G_N_ELEMENTS(lost));
}
END_TEST

START_TEST(never_writes_past_the_end)
{
    static const guint16 lost[] = { 1, 100, 200 };
    RtcpReportBlock block = { .ssrc = 1 };
    RtcpSenderReport report = { .ssrc = 3 };

    for (gsize capacity = 0; capacity < 160; capacity++) {
        g_autofree guint8 *bytes = g_malloc(capacity);
        RtcpWriter writer = { bytes, capacity, 0 };
        gsize before;

        rtcp_write_receiver_report(&writer, 1, &block, 1);
        rtcp_write_sender_report(&writer, &report);
        rtcp_write_cname(&writer, 1, "somebody");
        before = writer.length;
        if (!rtcp_write_nack(&writer, 1, 2, lost, 3))
            ck_assert_uint_eq(writer.length, before);
        rtcp_write_pli(&writer, 1, 2);
        rtcp_write_bye(&writer, 1);
        ck_assert_uint_le(writer.length, capacity);
        ck_assert_uint_eq(writer.length % 4, 0);
        count_items(bytes, writer.length);
    }
}
END_TEST

START_TEST(reads_back_what_it_writes)
{
    guint8 bytes[256];
    RtcpWriter writer = { bytes, sizeof bytes, 0 };
    RtcpSenderReport report = { 7, G_GUINT64_CONSTANT(0x0102030405060708), 90000, 12, 3456 };
    RtcpReportBlock block = { 9, 3, -5, 70000, 11, 12, 13 };
    RtcpReader reader;
    RtcpItem item;

    ck_assert(rtcp_write_sender_report(&writer, &report));
    ck_assert(rtcp_write_cname(&writer, 7, "c"));
    ck_assert(rtcp_write_receiver_report(&writer, 8, &block, 1));
    rtcp_reader_init(&reader, bytes, writer.length);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_uint_eq(item.sender_report.ssrc, report.ssrc);
    ck_assert_uint_eq(item.sender_report.ntp, report.ntp);
    ck_assert_uint_eq(item.sender_report.rtp_timestamp, report.rtp_timestamp);
    ck_assert_uint_eq(item.sender_report.packets, report.packets);
    ck_assert_uint_eq(item.sender_report.bytes, report.bytes);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_int_eq(item.type, RTCP_ITEM_CNAME);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_uint_eq(item.report.ssrc, block.ssrc);
    ck_assert_uint_eq(item.report.fraction_lost, block.fraction_lost);
    ck_assert_int_eq(item.report.cumulative_lost, block.cumulative_lost);
    ck_assert_uint_eq(item.report.highest_sequence, block.highest_sequence);
    ck_assert_uint_eq(item.report.jitter, block.jitter);
    ck_assert_uint_eq(item.report.last_sender_report, block.last_sender_report);
    ck_assert_uint_eq(item.report.delay_since_last_sender_report, block.delay_since_last_sender_report);
    ck_assert(!rtcp_reader_next(&reader, &item));
}
END_TEST

START_TEST(converts_to_ntp_time)
{
    /* RFC 5905, figure 4: 1970-01-01 is 2208988800. */
    ck_assert_uint_eq(rtcp_ntp_from_unix_us(0), G_GUINT64_CONSTANT(2208988800) << 32);
    ck_assert_uint_eq(rtcp_ntp_from_unix_us(1500000) & G_MAXUINT32, 0x80000000);
}
END_TEST

/* RFC 3550, appendix A.3: 100 packets of which 10 never come; then a duplicate of the count. */
START_TEST(counts_losses_per_interval)
{
    ReceiveStatistics statistics = { 0 };
    RtcpReportBlock block;

    for (guint i = 0; i < 100; i++)
        if (i % 10 != 5)
            receive_statistics_packet(&statistics, (guint16) (65500 + i), i * 3000, 1000, 90000, FALSE, 1000000 + i * 33333);
    block = receive_statistics_report(&statistics, 42, 5000000);
    ck_assert_uint_eq(block.ssrc, 42);
    ck_assert_int_eq(block.cumulative_lost, 10);
    ck_assert_uint_eq(block.fraction_lost, 25); /* 10/100 of 256 */
    ck_assert_uint_eq(block.highest_sequence, 65536 + 63);
    for (guint i = 100; i < 200; i++)
        receive_statistics_packet(&statistics, (guint16) (65500 + i), i * 3000, 1000, 90000, FALSE, 1000000 + i * 33333);
    block = receive_statistics_report(&statistics, 42, 9000000);
    ck_assert_uint_eq(block.fraction_lost, 0);
    ck_assert_int_eq(block.cumulative_lost, 10);
}
END_TEST

START_TEST(measures_jitter_and_ignores_retransmissions)
{
    ReceiveStatistics even = { 0 }, uneven = { 0 };

    for (guint i = 0; i < 200; i++) {
        gint64 at = 1000000 + (gint64) i * 20000;

        receive_statistics_packet(&even, (guint16) i, i * 960, 100, 48000, FALSE, at);
        receive_statistics_packet(&uneven, (guint16) i, i * 960, 100, 48000, FALSE, at + (i % 2) * 5000);
        if (i % 10 == 9) /* comes a second late */
            receive_statistics_packet(&even, (guint16) i, (i - 50) * 960, 100, 48000, TRUE, at);
    }
    ck_assert_uint_le(receive_statistics_report(&even, 1, 1).jitter, 1);
    guint32 jitter = receive_statistics_report(&uneven, 1, 1).jitter;
    ck_assert_uint_ge(jitter, 200); /* 5 ms are 240 ticks */
    ck_assert_uint_le(jitter, 245);
}
END_TEST

START_TEST(tells_how_long_ago_the_sender_report_came)
{
    ReceiveStatistics statistics = { 0 };
    RtcpReportBlock block;

    receive_statistics_packet(&statistics, 1, 0, 100, 90000, FALSE, 1000000);
    block = receive_statistics_report(&statistics, 1, 1500000);
    ck_assert_uint_eq(block.last_sender_report, 0);
    receive_statistics_sender_report(&statistics, G_GUINT64_CONSTANT(0x1122334455667788), 2000000);
    block = receive_statistics_report(&statistics, 1, 2500000);
    ck_assert_uint_eq(block.last_sender_report, 0x33445566);
    ck_assert_uint_eq(block.delay_since_last_sender_report, 32768);
}
END_TEST

SUITE_MAIN("rtcp", reads_a_compound_packet, survives_truncation_at_every_byte, survives_every_single_byte_changed,
           packs_losses_into_few_entries, never_writes_past_the_end, reads_back_what_it_writes, converts_to_ntp_time,
           counts_losses_per_interval, measures_jitter_and_ignores_retransmissions, tells_how_long_ago_the_sender_report_came)
