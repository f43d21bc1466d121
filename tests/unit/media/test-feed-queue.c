/* FeedQueue and FeedReader: RFC 4571 framing, bounded, drops declared. SlotPlan: who is in which slot. */
#include <string.h>

#include "feed-queue.h"
#include "slot-plan.h"
#include "suite-main.h"

START_TEST(frames_packets_and_control)
{
    FeedQueue queue;
    gsize length;
    const guint8 *bytes;

    feed_queue_init(&queue);
    ck_assert(feed_queue_packet(&queue, (const guint8 *) "\x80\x60xx", 4, 0));
    feed_queue_control(&queue, "{}");
    bytes = feed_queue_peek(&queue, &length);
    ck_assert_uint_eq(length, 10);
    ck_assert_mem_eq(bytes, "\0\4\x80\x60xx\0\2{}", 10);
    feed_queue_written(&queue, 7);
    bytes = feed_queue_peek(&queue, &length);
    ck_assert_uint_eq(length, 3);
    ck_assert_mem_eq(bytes, "\2{}", 3);
    feed_queue_written(&queue, 3);
    feed_queue_peek(&queue, &length);
    ck_assert_uint_eq(length, 0);
    feed_queue_clear(&queue);
}
END_TEST

static void
take_frame(const guint8 *frame, gsize length, gpointer user)
{
    g_ptr_array_add(user, g_bytes_new(frame, length));
}

START_TEST(drops_whole_packets_and_declares_them)
{
    FeedQueue queue;
    FeedReader reader = { 0 };
    g_autoptr(GPtrArray) frames = g_ptr_array_new_with_free_func((GDestroyNotify) g_bytes_unref);
    guint8 packet[1000];
    guint kept = 0, dropped = 0;
    gsize length;
    const guint8 *bytes;

    memset(packet, 0x80, sizeof packet);
    feed_queue_init(&queue);
    for (guint i = 0; i < 5000; i++) {
        if (feed_queue_packet(&queue, packet, sizeof packet, 1000000))
            kept++;
        else
            dropped++;
    }
    ck_assert_uint_eq(kept, FEED_QUEUE_MAX / 1002);
    ck_assert_uint_eq(queue.dropped, dropped);
    feed_queue_written(&queue, 1500); /* cuts a frame: the rest must still come whole */
    ck_assert(feed_queue_packet(&queue, packet, sizeof packet, 1250000));
    bytes = feed_queue_peek(&queue, &length);
    ck_assert_uint_le(length, FEED_QUEUE_MAX + FEED_QUEUE_CONTROL);

    /* Read from the middle of the second frame on. */
    ck_assert(feed_reader_bytes(&reader, bytes + 504, length - 504, take_frame, frames));
    ck_assert_uint_eq(frames->len, kept - 2 + 2);
    g_autofree char *text = g_strndup(g_bytes_get_data(g_ptr_array_index(frames, frames->len - 2), NULL),
                                      g_bytes_get_size(g_ptr_array_index(frames, frames->len - 2)));
    g_autofree char *expected = g_strdup_printf("{\"type\":\"overflow\",\"dropped\":%u,\"ms\":250}", dropped);
    ck_assert_str_eq(text, expected);
    ck_assert_uint_eq(g_bytes_get_size(g_ptr_array_index(frames, frames->len - 1)), sizeof packet);
    ck_assert_uint_eq(queue.dropped, 0);
    ck_assert_uint_eq(queue.dropped_total, dropped);
    feed_queue_reset(&queue);
    feed_queue_peek(&queue, &length);
    ck_assert_uint_eq(length, 0);
    feed_queue_clear(&queue);
}
END_TEST

START_TEST(control_frames_are_bounded_too)
{
    FeedQueue queue;
    g_autofree char *text = g_strnfill(60000, ' ');
    gsize length;

    feed_queue_init(&queue);
    for (guint i = 0; i < 200; i++)
        feed_queue_control(&queue, text);
    feed_queue_peek(&queue, &length);
    ck_assert_uint_le(length, FEED_QUEUE_MAX + FEED_QUEUE_CONTROL);
    feed_queue_clear(&queue);
}
END_TEST

START_TEST(reads_frames_however_they_are_cut)
{
    static const guint8 stream[] = { 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd' };

    for (gsize cut = 1; cut < sizeof stream; cut++) {
        g_autoptr(GPtrArray) frames = g_ptr_array_new_with_free_func((GDestroyNotify) g_bytes_unref);
        FeedReader reader = { 0 };

        for (gsize at = 0; at < sizeof stream; at += cut)
            ck_assert(feed_reader_bytes(&reader, stream + at, MIN(cut, sizeof stream - at), take_frame, frames));
        ck_assert_uint_eq(frames->len, 3);
        ck_assert_uint_eq(g_bytes_get_size(frames->pdata[0]), 3);
        ck_assert_uint_eq(g_bytes_get_size(frames->pdata[1]), 0);
        ck_assert_mem_eq(g_bytes_get_data(frames->pdata[2], NULL), "d", 1);
    }
}
END_TEST

START_TEST(refuses_frames_that_are_too_long)
{
    FeedReader reader = { 0 };

    ck_assert(!feed_reader_bytes(&reader, (const guint8 *) "\x08\x01", 2, NULL, NULL));
}
END_TEST

enum { OPUS = 1, H264 = 2, VP8 = 3 };

START_TEST(plans_by_order_then_by_time)
{
    static const PlanTrack tracks[] = { /* as plan_track_compare() sorts */
        { "applicant", TRUE, H264, 0, 50, 0, FALSE }, { "applicant", FALSE, OPUS, 0, 50, 0, FALSE }, { "early", TRUE, H264, 1, 10, 0, FALSE },
        { "early", TRUE, VP8, 1, 10, 1, FALSE },      { "late", TRUE, VP8, 1, 20, 0, FALSE },        { "late", FALSE, OPUS, 1, 20, 0, FALSE },
    };
    static const PlanSlot slots[] = { { FALSE, 1 << OPUS }, { TRUE, 1 << H264 }, { TRUE, 1 << H264 | 1 << VP8 }, { TRUE, 1 << VP8 }, { TRUE, 1 << H264 } };
    gint wanted[G_N_ELEMENTS(slots)];

    for (guint i = 1; i < G_N_ELEMENTS(tracks); i++)
        ck_assert_int_le(plan_track_compare(&tracks[i - 1], &tracks[i]), 0);
    slot_plan(tracks, G_N_ELEMENTS(tracks), "inspector", TRUE, slots, G_N_ELEMENTS(slots), wanted);
    ck_assert_int_eq(wanted[0], 1);
    ck_assert_int_eq(wanted[1], 0);
    ck_assert_int_eq(wanted[2], 2);
    ck_assert_int_eq(wanted[3], 3); /* the only one left that it can decode */
    ck_assert_int_eq(wanted[4], PLAN_EMPTY);
    slot_plan(tracks, G_N_ELEMENTS(tracks), "applicant", FALSE, slots, G_N_ELEMENTS(slots), wanted);
    ck_assert_int_eq(wanted[0], 5); /* nobody receives itself */
    ck_assert_int_eq(wanted[1], 2);
}
END_TEST

/* Two inspectors talk among themselves: the applicant hears neither, they hear each other and the applicant; pictures stay. */
START_TEST(what_is_confidential_stays_in_the_inner_circle)
{
    static const PlanTrack tracks[] = {
        { "applicant", FALSE, OPUS, 0, 50, 0, FALSE }, { "one", TRUE, H264, 1, 10, 0, FALSE }, { "one", FALSE, OPUS, 1, 10, 0, TRUE }, { "two", FALSE, OPUS, 1, 20, 0, TRUE },
    };
    static const PlanSlot slots[] = { { FALSE, 1 << OPUS }, { FALSE, 1 << OPUS }, { TRUE, 1 << H264 } };
    gint wanted[G_N_ELEMENTS(slots)];

    slot_plan(tracks, G_N_ELEMENTS(tracks), "applicant", FALSE, slots, G_N_ELEMENTS(slots), wanted);
    ck_assert_int_eq(wanted[0], PLAN_EMPTY);
    ck_assert_int_eq(wanted[1], PLAN_EMPTY);
    ck_assert_int_eq(wanted[2], 1);
    slot_plan(tracks, G_N_ELEMENTS(tracks), "two", TRUE, slots, G_N_ELEMENTS(slots), wanted);
    ck_assert_int_eq(wanted[0], 0);
    ck_assert_int_eq(wanted[1], 2);
}
END_TEST

SUITE_MAIN("feed-queue", frames_packets_and_control, drops_whole_packets_and_declares_them, control_frames_are_bounded_too,
           reads_frames_however_they_are_cut, refuses_frames_that_are_too_long, plans_by_order_then_by_time, what_is_confidential_stays_in_the_inner_circle)
