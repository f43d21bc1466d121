#include "opus-packet.h"

#include "suite-main.h"

START_TEST(durations_by_configuration)
{
    /* RFC 6716, section 3.1: {TOC, count byte}, samples at 48 kHz */
    static const struct {
        guint8 bytes[2];
        gsize length;
        guint duration;
    } cases[] = {
        { { 31 << 3 }, 1, 960 },             /* CELT full band, 20 ms */
        { { 28 << 3 }, 1, 120 },             /* CELT full band, 2.5 ms */
        { { 1 << 3 }, 1, 960 },              /* SILK narrow band, 20 ms */
        { { 3 << 3 }, 1, 2880 },             /* SILK narrow band, 60 ms */
        { { 12 << 3 }, 1, 480 },             /* hybrid, 10 ms */
        { { 31 << 3 | 1 }, 1, 1920 },        /* two frames */
        { { 31 << 3 | 3, 3 }, 2, 2880 },     /* three frames */
        { { 31 << 3 | 3, 6 }, 2, 5760 },     /* 120 ms, the most there may be */
        { { 31 << 3 | 3, 7 }, 2, 0 },        /* more than 120 ms */
        { { 31 << 3 | 3 }, 1, 0 },           /* the count is missing */
        { { 0 }, 0, 0 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        ck_assert_uint_eq(opus_packet_duration(cases[i].bytes, cases[i].length), cases[i].duration);
}
END_TEST

START_TEST(silence_is_as_long_as_it_says)
{
    for (guint samples = OPUS_SILENCE_STEP; samples < 2000; samples += 7) {
        guint duration;
        g_autoptr(GBytes) silence = opus_silence(samples, &duration);
        gsize length;
        const guint8 *data = g_bytes_get_data(silence, &length);

        ck_assert_uint_le(duration, samples);
        ck_assert_uint_eq(opus_packet_duration(data, length), duration);
    }
    ck_assert_ptr_null(opus_silence(OPUS_SILENCE_STEP - 1, NULL));
}
END_TEST

SUITE_MAIN("opus-packet", durations_by_configuration, silence_is_as_long_as_it_says)
