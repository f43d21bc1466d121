/* What a subscriber gets of the video when not everything fits through. */
#include <string.h>

#include "suite-main.h"
#include "video-allocator.h"

#define SECOND G_USEC_PER_SEC
#define STEP   (500 * G_TIME_SPAN_MILLISECOND)
#define KBPS   G_GUINT64_CONSTANT(1000)

typedef struct {
    VideoAllocator allocator;
    AllocatorSlot slots[3];
    guint n_slots;
    gint64 now_us;
    guint changes;
    guint64 wanted_bps;
} Case;

static AllocatorSlot
simulcast(gint chosen)
{
    return (AllocatorSlot){3, {150 * KBPS, 500 * KBPS, 1800 * KBPS}, chosen};
}

static AllocatorSlot
single(guint64 bps, gint chosen)
{
    return (AllocatorSlot){1, {bps}, chosen};
}

static void
run(Case *c, guint64 estimate_bps, gint64 duration_us)
{
    AllocatorPath path = {estimate_bps, 50 * KBPS};

    if (!c->now_us)
        c->now_us = 100 * SECOND;
    for (gint64 end_us = c->now_us + duration_us; c->now_us < end_us; c->now_us += STEP)
        c->changes += video_allocator_decide(&c->allocator, c->slots, c->n_slots, &path, c->now_us, &c->wanted_bps);
}

START_TEST(a_lasting_lack_brings_it_down_and_lasting_room_up)
{
    Case c = {.slots = {simulcast(2)}, .n_slots = 1};

    run(&c, 2200 * KBPS, 5 * SECOND);
    ck_assert_int_eq(c.slots[0].chosen, 2);
    ck_assert_uint_eq(c.wanted_bps, 0);
    run(&c, 700 * KBPS, 2 * SECOND);
    ck_assert_int_eq(c.slots[0].chosen, 1);
    run(&c, 250 * KBPS, 2 * SECOND);
    ck_assert_int_eq(c.slots[0].chosen, 0);
    run(&c, 100 * KBPS, 4 * SECOND);
    ck_assert_int_eq(c.slots[0].chosen, ALLOCATOR_PAUSED);
    ck_assert_uint_ge(c.wanted_bps, 200 * KBPS); /* for the lowest one, with some to spare */
    ck_assert_uint_le(c.wanted_bps, 250 * KBPS);
    run(&c, 3000 * KBPS, 20 * SECOND);
    ck_assert_int_eq(c.slots[0].chosen, 2);
    ck_assert_uint_eq(c.changes, 6); /* one layer at a time going up */
}
END_TEST

START_TEST(a_single_layer_is_paused_whole_and_comes_back)
{
    Case c = {.slots = {single(1900 * KBPS, 0)}, .n_slots = 1};

    run(&c, 2200 * KBPS, 3 * SECOND);
    run(&c, 1200 * KBPS, SECOND); /* a dip */
    run(&c, 2200 * KBPS, 3 * SECOND);
    ck_assert_uint_eq(c.changes, 0);
    run(&c, 500 * KBPS, 3 * SECOND);
    ck_assert_int_eq(c.slots[0].chosen, ALLOCATOR_PAUSED);
    run(&c, 1960 * KBPS, 10 * SECOND); /* barely: would fail at once */
    ck_assert_int_eq(c.slots[0].chosen, ALLOCATOR_PAUSED);
    run(&c, 2400 * KBPS, 4 * SECOND);
    ck_assert_int_eq(c.slots[0].chosen, 0);
}
END_TEST

START_TEST(a_little_too_little_for_long_is_too_little)
{
    Case c = {.slots = {single(1000 * KBPS, 0)}, .n_slots = 1};

    run(&c, 900 * KBPS, 60 * SECOND); /* a busy receiver looks like this: no reason to show nothing */
    ck_assert_int_eq(c.slots[0].chosen, 0);
    run(&c, 650 * KBPS, 6 * SECOND); /* two fifths are missing */
    ck_assert_int_eq(c.slots[0].chosen, ALLOCATOR_PAUSED);
}
END_TEST

START_TEST(the_site_camera_comes_first)
{
    Case c = {.slots = {simulcast(2), simulcast(2), simulcast(2)}, .n_slots = 3};

    run(&c, 1000 * KBPS, 3 * SECOND);
    ck_assert_int_eq(c.slots[0].chosen, 1); /* everybody is seen, one of them better */
    ck_assert_int_eq(c.slots[1].chosen, 0);
    ck_assert_int_eq(c.slots[2].chosen, 0);
    run(&c, 380 * KBPS, 20 * SECOND);
    ck_assert_int_eq(c.slots[0].chosen, 0);
    ck_assert_int_eq(c.slots[1].chosen, 0);
    ck_assert_int_eq(c.slots[2].chosen, ALLOCATOR_PAUSED);
    run(&c, 60 * KBPS, 6 * SECOND);
    for (guint i = 0; i < 3; i++)
        ck_assert_int_eq(c.slots[i].chosen, ALLOCATOR_PAUSED); /* audio alone */
    run(&c, 1000 * KBPS, 30 * SECOND);
    ck_assert_int_eq(c.slots[2].chosen, 0);
    ck_assert_int_eq(c.slots[0].chosen, 1);
}
END_TEST

START_TEST(what_failed_is_tried_less_and_less_often)
{
    Case c = {.slots = {simulcast(1)}, .n_slots = 1};
    guint first;

    /* The path looks wide while little is sent, and is not. */
    for (guint i = 0; i < 240; i++)
        run(&c, c.slots[0].chosen == 2 ? 900 * KBPS : 2500 * KBPS, STEP);
    first = c.changes;
    c.changes = 0;
    for (guint i = 0; i < 240; i++)
        run(&c, c.slots[0].chosen == 2 ? 900 * KBPS : 2500 * KBPS, STEP);
    ck_assert_uint_le(c.changes, 6);
    ck_assert_uint_le(first, 24);
    run(&c, 2500 * KBPS, 100 * SECOND); /* it has become wide: in the end that is found */
    ck_assert_int_eq(c.slots[0].chosen, 2);
}
END_TEST

START_TEST(who_says_nothing_gets_everything)
{
    Case c = {.slots = {simulcast(0), single(900 * KBPS, ALLOCATOR_PAUSED)}, .n_slots = 2};

    run(&c, G_MAXUINT64, STEP);
    ck_assert_int_eq(c.slots[0].chosen, 2);
    ck_assert_int_eq(c.slots[1].chosen, 0);
}
END_TEST

START_TEST(a_layer_that_the_publisher_stops_is_left_at_once)
{
    Case c = {.slots = {simulcast(2)}, .n_slots = 1};

    run(&c, 3000 * KBPS, SECOND);
    c.slots[0].bps[2] = 0;
    run(&c, 3000 * KBPS, STEP);
    ck_assert_int_eq(c.slots[0].chosen, 1);
    ck_assert_uint_eq(c.wanted_bps, 0); /* there is nothing better */
    c.slots[0].bps[0] = c.slots[0].bps[1] = 0; /* the camera is covered: nothing to choose */
    run(&c, 3000 * KBPS, 5 * SECOND);
    ck_assert_int_eq(c.slots[0].chosen, 0);
    c.slots[0] = simulcast(0);
    run(&c, 3000 * KBPS, 8 * SECOND);
    ck_assert_int_eq(c.slots[0].chosen, 2);
}
END_TEST

START_TEST(never_chooses_what_does_not_exist)
{
    for (guint32 seed = 1; seed <= 300; seed++) {
        g_autoptr(GRand) random = g_rand_new_with_seed(seed);
        Case c = {.n_slots = (guint)g_rand_int_range(random, 1, 4)};

        for (guint i = 0; i < 60; i++) {
            for (guint s = 0; s < c.n_slots; s++) {
                AllocatorSlot *slot = &c.slots[s];

                if (g_rand_int_range(random, 0, 10) == 0) {
                    slot->n_layers = (guint)g_rand_int_range(random, 0, 4);
                    slot->chosen = 0;
                }
                for (guint l = 0; l < 3; l++)
                    slot->bps[l] = l < slot->n_layers && g_rand_int_range(random, 0, 5) ? (guint64)g_rand_int_range(random, 20, 900) * KBPS * (l + 1) : 0;
            }
            run(&c, (guint64)g_rand_int_range(random, 50, 4000) * KBPS, STEP);
            for (guint s = 0; s < c.n_slots; s++) {
                ck_assert_int_ge(c.slots[s].chosen, ALLOCATOR_PAUSED);
                ck_assert_int_lt(c.slots[s].chosen, (gint)MAX(1, c.slots[s].n_layers));
            }
        }
        /* Left alone it comes to rest, within what there is. */
        for (guint s = 0; s < c.n_slots; s++)
            for (guint l = 0; l < c.slots[s].n_layers; l++)
                c.slots[s].bps[l] = (l + 1) * 200 * KBPS;
        run(&c, 900 * KBPS, 200 * SECOND);
        c.changes = 0;
        run(&c, 900 * KBPS, 30 * SECOND);
        ck_assert_uint_eq(c.changes, 0);

        guint64 total = 0;

        for (guint s = 0; s < c.n_slots; s++)
            if (c.slots[s].n_layers && c.slots[s].chosen >= 0)
                total += c.slots[s].bps[c.slots[s].chosen];
        ck_assert_uint_le(total, 850 * KBPS);
    }
}
END_TEST

SUITE_MAIN("video-allocator", a_lasting_lack_brings_it_down_and_lasting_room_up, a_single_layer_is_paused_whole_and_comes_back,
           a_little_too_little_for_long_is_too_little, the_site_camera_comes_first, what_failed_is_tried_less_and_less_often,
           who_says_nothing_gets_everything, a_layer_that_the_publisher_stops_is_left_at_once, never_chooses_what_does_not_exist)
