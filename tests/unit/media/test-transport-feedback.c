/* draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1: what is written is read back by a decoder written from the draft. */
#include <string.h>

#include "suite-main.h"
#include "transport-feedback.h"

#define MS G_TIME_SPAN_MILLISECOND

typedef struct {
    guint16 base;
    guint n;
    guint8 count;
    gint64 arrival_us[2048]; /* −1 = not received */
} Decoded;

static Decoded
decode(const guint8 *p, gsize length)
{
    static guint8 symbols[2048 + 14];
    Decoded decoded;
    gsize at = 20;
    guint n = 0;
    gint64 now;

    ck_assert_uint_eq(p[0], 0x80 | 15);
    ck_assert_uint_eq(p[1], 205);
    ck_assert_uint_eq(4u * (rtp_read16(p + 2) + 1u), length);
    decoded.base = rtp_read16(p + 12);
    decoded.n = rtp_read16(p + 14);
    now = (gint64) (rtp_read32(p + 16) >> 8) * 64000;
    decoded.count = p[19];
    while (n < decoded.n) {
        guint16 chunk = rtp_read16(p + at);

        at += 2;
        if (!(chunk & 0x8000)) {
            for (guint i = 0; i < (chunk & 0x1fffu); i++)
                symbols[n++] = (chunk >> 13) & 3;
        } else if (!(chunk & 0x4000)) {
            for (guint i = 0; i < 14; i++)
                symbols[n++] = (chunk >> (13 - i)) & 1;
        } else {
            for (guint i = 0; i < 7; i++)
                symbols[n++] = (chunk >> (12 - 2 * i)) & 3;
        }
    }
    for (guint i = 0; i < decoded.n; i++) {
        decoded.arrival_us[i] = -1;
        if (symbols[i] == 1) {
            now += p[at++] * 250;
            decoded.arrival_us[i] = now;
        } else if (symbols[i] == 2) {
            now += (gint16) rtp_read16(p + at) * 250;
            at += 2;
            decoded.arrival_us[i] = now;
        }
    }
    ck_assert_uint_le(at, length);
    ck_assert_uint_lt(length - at, 4);
    return decoded;
}

START_TEST(tells_arrivals_and_losses)
{
    TransportFeedback feedback = { 0 };
    gint64 base = 5000 * MS, arrivals[150];
    guint8 bytes[1200];
    RtcpWriter writer = { bytes, sizeof bytes, 0 };
    Decoded decoded;

    ck_assert_int_eq(transport_feedback_next_timeout(&feedback), G_MAXINT64);
    for (guint i = 0; i < 150; i++) { /* bursts, pauses, losses, one far out of order */
        arrivals[i] = i % 7 == 3 || (i > 60 && i < 90) ? -1 : base + (i / 10) * 33 * MS + (i % 10) * 300;
        if (i != 20 && arrivals[i] >= 0)
            transport_feedback_received(&feedback, (guint16) (65500 + i), arrivals[i]);
    }
    arrivals[20] = base + 2000 * MS;
    transport_feedback_received(&feedback, (guint16) (65500 + 20), arrivals[20]);
    ck_assert_int_eq(transport_feedback_next_timeout(&feedback), base + TRANSPORT_FEEDBACK_INTERVAL_US);
    ck_assert(transport_feedback_write(&feedback, &writer, 1, 2));
    decoded = decode(bytes, writer.length);
    ck_assert_uint_eq(decoded.base, 65500);
    ck_assert_uint_eq(decoded.n, 150);
    ck_assert(!transport_feedback_write(&feedback, &writer, 1, 2));
    for (guint i = 0; i < decoded.n; i++) {
        if (arrivals[i] < 0)
            ck_assert_int_eq(decoded.arrival_us[i], -1);
        else
            ck_assert_int_le(ABS(decoded.arrival_us[i] - arrivals[i]), 250);
    }
}
END_TEST

START_TEST(splits_what_is_too_much_and_counts)
{
    TransportFeedback feedback = { 0 };
    guint8 bytes[4][1200];
    guint next = 0, told = 0, packets = 0;

    for (; next < 500; next++)
        transport_feedback_received(&feedback, (guint16) next, 1000 * MS + next * 100);
    for (guint i = 0; i < 4; i++) {
        RtcpWriter writer = { bytes[i], sizeof bytes[i], 0 };

        if (!transport_feedback_write(&feedback, &writer, 1, 2))
            break;
        Decoded decoded = decode(bytes[i], writer.length);

        ck_assert_uint_eq(decoded.base, told);
        ck_assert_uint_eq(decoded.count, i);
        told += decoded.n;
        packets++;
    }
    ck_assert_uint_eq(told, 500);
    ck_assert_uint_eq(packets, 3);
}
END_TEST

START_TEST(survives_jumps_and_stragglers)
{
    TransportFeedback feedback = { 0 };
    guint8 bytes[1200];
    RtcpWriter writer = { bytes, sizeof bytes, 0 };
    Decoded decoded;

    transport_feedback_received(&feedback, 100, 1000 * MS);
    ck_assert(transport_feedback_write(&feedback, &writer, 1, 2));
    transport_feedback_received(&feedback, 99, 1001 * MS); /* told as never seen: its number is before the first */
    ck_assert_int_eq(transport_feedback_next_timeout(&feedback), G_MAXINT64);
    transport_feedback_received(&feedback, 100 + 5000, 1002 * MS);
    writer.length = 0;
    ck_assert(transport_feedback_write(&feedback, &writer, 1, 2));
    decoded = decode(bytes, writer.length);
    ck_assert_uint_eq(decoded.base, 5100);
    ck_assert_uint_eq(decoded.n, 1);
    transport_feedback_received(&feedback, 5101, 1003 * MS);
    transport_feedback_received(&feedback, 5102, 60000 * MS); /* more than 16 bits of delta: a feedback of its own */
    writer.length = 0;
    ck_assert(transport_feedback_write(&feedback, &writer, 1, 2));
    ck_assert_uint_eq(decode(bytes, writer.length).n, 1);
    writer.length = 0;
    ck_assert(transport_feedback_write(&feedback, &writer, 1, 2));
    decoded = decode(bytes, writer.length);
    ck_assert_uint_eq(decoded.base, 5102);
    ck_assert_int_le(ABS(decoded.arrival_us[0] - 60000 * MS), 250);
}
END_TEST

START_TEST(waits_for_room)
{
    TransportFeedback feedback = { 0 };
    guint8 bytes[1200];
    RtcpWriter small = { bytes, 23, 0 }, large = { bytes, sizeof bytes, 0 };

    transport_feedback_received(&feedback, 1, 1000 * MS);
    ck_assert(!transport_feedback_write(&feedback, &small, 1, 2));
    ck_assert_uint_eq(small.length, 0);
    ck_assert(transport_feedback_write(&feedback, &large, 1, 2));
    ck_assert_uint_eq(large.length, 24);
}
END_TEST

SUITE_MAIN("transport-feedback", tells_arrivals_and_losses, splits_what_is_too_much_and_counts, survives_jumps_and_stragglers, waits_for_room)
