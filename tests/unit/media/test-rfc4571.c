/* ICE-TCP's pure parts: frames out of a stream in pieces of every size, and what a slow peer gets. */
#include <string.h>

#include "rfc4571.h"
#include "stream-queue.h"
#include "suite-main.h"

typedef struct {
    GString *heard;
    guint frames;
    guint refuse_at; /* 0 = never */
} Heard;

static gboolean
hear(gpointer user, guint8 *data, gsize length)
{
    Heard *heard = user;

    g_string_append_len(heard->heard, (const char *)data, (gssize)length);
    g_string_append_c(heard->heard, '|');
    return ++heard->frames != heard->refuse_at;
}

static GByteArray *
framed(const char *const *texts)
{
    GByteArray *bytes = g_byte_array_new();

    for (; *texts; texts++) {
        guint8 header[RFC4571_HEADER];

        rfc4571_header(header, strlen(*texts));
        g_byte_array_append(bytes, header, sizeof header);
        g_byte_array_append(bytes, (const guint8 *)*texts, (guint)strlen(*texts));
    }
    return bytes;
}

START_TEST(frames_come_whole_in_pieces_of_every_size)
{
    static const char *const texts[] = {"binding request", "x", "", "client hello", NULL};
    g_autoptr(GByteArray) bytes = framed(texts);

    for (guint piece = 1; piece <= bytes->len; piece++) {
        Rfc4571Reader reader = {0};
        Heard heard = {g_string_new(NULL), 0, 0};

        for (guint at = 0; at < bytes->len; at += piece)
            ck_assert(rfc4571_push(&reader, bytes->data + at, MIN(piece, bytes->len - at), hear, &heard));
        ck_assert_str_eq(heard.heard->str, "binding request|x|client hello|");
        g_string_free(heard.heard, TRUE);
    }
}
END_TEST

START_TEST(the_longest_frame_passes_and_a_longer_one_ends_the_stream)
{
    g_autofree guint8 *frame = g_malloc0(RFC4571_HEADER + RFC4571_FRAME_MAX);
    Rfc4571Reader reader = {0}, other = {0};
    Heard heard = {g_string_new(NULL), 0, 0};

    rfc4571_header(frame, RFC4571_FRAME_MAX);
    ck_assert(rfc4571_push(&reader, frame, RFC4571_HEADER + RFC4571_FRAME_MAX, hear, &heard));
    ck_assert_uint_eq(heard.frames, 1);
    rfc4571_header(frame, RFC4571_FRAME_MAX + 1);
    ck_assert(!rfc4571_push(&other, frame, RFC4571_HEADER, hear, &heard)); /* before a byte of it is kept */
    ck_assert_uint_eq(heard.frames, 1);
    g_string_free(heard.heard, TRUE);
}
END_TEST

START_TEST(nothing_is_read_after_a_refused_frame)
{
    static const char *const texts[] = {"a", "b", "c", NULL};
    g_autoptr(GByteArray) bytes = framed(texts);
    Rfc4571Reader reader = {0};
    Heard heard = {g_string_new(NULL), 0, 2};

    ck_assert(!rfc4571_push(&reader, bytes->data, bytes->len, hear, &heard));
    ck_assert_str_eq(heard.heard->str, "a|b|");
    g_string_free(heard.heard, TRUE);
}
END_TEST

/* Takes from the queue what a socket would and checks that only whole frames were left out. */
START_TEST(a_slow_peer_loses_whole_frames_and_is_never_far_behind)
{
    StreamQueue queue = {0};
    guint8 header[RFC4571_HEADER], packet[1200];
    guint kept = 0;

    rfc4571_header(header, sizeof packet);
    for (guint i = 0; i < 200; i++) {
        memset(packet, (int)i, sizeof packet);
        kept += stream_queue_add(&queue, header, sizeof header, packet, sizeof packet, 0);
        ck_assert_uint_le(stream_queue_waiting(&queue), STREAM_QUEUE_BYTES);
    }
    ck_assert_uint_eq(kept, STREAM_QUEUE_BYTES / 1202);
    ck_assert_uint_eq(queue.dropped, 200 - kept);
    for (guint i = 0; i < kept; i++)
        ck_assert_uint_eq(queue.bytes->data[i * 1202 + 2], i);
    ck_assert(!stream_queue_sent(&queue, 1000));
    ck_assert(stream_queue_sent(&queue, stream_queue_waiting(&queue))); /* caught up: a key frame, please */
    ck_assert(stream_queue_add(&queue, header, sizeof header, packet, sizeof packet, 0));
    ck_assert(!stream_queue_sent(&queue, 1202));                        /* once */
    stream_queue_clear(&queue);
}
END_TEST

START_TEST(a_frame_that_is_out_in_part_is_finished)
{
    for (gsize sent = 1; sent < 7; sent++) {
        StreamQueue queue = {0};

        g_autofree guint8 *full = g_malloc0(STREAM_QUEUE_BYTES);
        ck_assert(stream_queue_add(&queue, full, 2, full, STREAM_QUEUE_BYTES - 2, 0));
        ck_assert(stream_queue_add(&queue, (const guint8 *)"\0\5", 2, (const guint8 *)"frame", 5, sent));
        ck_assert_mem_eq(queue.bytes->data + STREAM_QUEUE_BYTES, &"\0\5frame"[sent], 7 - sent);
        stream_queue_clear(&queue);
    }
}
END_TEST

SUITE_MAIN("rfc4571", frames_come_whole_in_pieces_of_every_size, the_longest_frame_passes_and_a_longer_one_ends_the_stream,
           nothing_is_read_after_a_refused_frame, a_slow_peer_loses_whole_frames_and_is_never_far_behind, a_frame_that_is_out_in_part_is_finished)
