/* RFC 7741, section 4.2: picture numbers go on when the source changes. */
#include <string.h>

#include "suite-main.h"
#include "vp8-continuity.h"

/* X, then I and L, a 15-bit picture number, TL0PICIDX. */
static void
picture(guint8 *payload, guint16 number, guint8 base)
{
    const guint8 bytes[] = {0x90, 0xc0, (guint8)(0x80 | number >> 8), (guint8)number, base, 0x11};

    memcpy(payload, bytes, sizeof bytes);
}

static guint16
number_of(const guint8 *payload)
{
    return (guint16)((payload[2] & 0x7f) << 8 | payload[3]);
}

START_TEST(goes_on_by_one_after_a_change)
{
    Vp8Continuity continuity = {0};
    guint8 p[6];

    for (guint i = 0; i < 10; i++) {
        picture(p, (guint16)(0x7ffa + i) & 0x7fff, (guint8)(250 + i));
        ck_assert(!vp8_continuity_map(&continuity, p, sizeof p)); /* as they are */
    }
    vp8_continuity_detach(&continuity);
    picture(p, 1000, 7);
    ck_assert(vp8_continuity_map(&continuity, p, sizeof p));
    vp8_continuity_alter(&continuity, p, sizeof p);
    ck_assert_uint_eq(number_of(p), 4); /* 0x7ffa + 10, wrapped */
    ck_assert_uint_eq(p[2] & 0x80, 0x80);
    ck_assert_uint_eq(p[4], 4);
    ck_assert_uint_eq(p[5], 0x11);
    picture(p, 1001, 8);
    ck_assert(vp8_continuity_map(&continuity, p, sizeof p));
    vp8_continuity_alter(&continuity, p, sizeof p);
    ck_assert_uint_eq(number_of(p), 5);
    picture(p, 999, 7); /* late: of the new source, and not counted forward */
    vp8_continuity_map(&continuity, p, sizeof p);
    vp8_continuity_detach(&continuity);
    picture(p, 20000, 99);
    vp8_continuity_map(&continuity, p, sizeof p);
    vp8_continuity_alter(&continuity, p, sizeof p);
    ck_assert_uint_eq(number_of(p), 6);
}
END_TEST

START_TEST(short_numbers_stay_short)
{
    Vp8Continuity continuity = {0};
    guint8 p[] = {0x90, 0x80, 0x7e, 0x22};

    ck_assert(!vp8_continuity_map(&continuity, p, sizeof p));
    vp8_continuity_detach(&continuity);
    p[2] = 5;
    ck_assert(vp8_continuity_map(&continuity, p, sizeof p));
    vp8_continuity_alter(&continuity, p, sizeof p);
    ck_assert_uint_eq(p[2], 0x7f);
    ck_assert_uint_eq(p[3], 0x22);
}
END_TEST

START_TEST(payloads_without_numbers_or_cut_are_left_alone)
{
    static const guint8 cases[][4] = {{0x10, 0, 0, 0}, {0x90, 0x20, 0, 0}, {0x90, 0x00, 0, 0}, {0x90, 0xc0, 0x80, 0}};

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        for (gsize length = 0; length <= 4; length++) {
            g_autofree guint8 *p = g_malloc(MAX(length, 1)); /* exactly: the sanitizer sees a byte too far */
            Vp8Continuity continuity = {.started = TRUE, .last_picture = 77};

            memcpy(p, cases[i], length);
            ck_assert(!vp8_continuity_map(&continuity, p, length));
            vp8_continuity_alter(&continuity, p, length);
            ck_assert_int_eq(memcmp(p, cases[i], length), 0);
        }
}
END_TEST

SUITE_MAIN("vp8-continuity", goes_on_by_one_after_a_change, short_numbers_stay_short, payloads_without_numbers_or_cut_are_left_alone)
