#include "feed-queue.h"

#include <string.h>

void
feed_queue_init(FeedQueue *queue)
{
    *queue = (FeedQueue){.bytes = g_byte_array_new()};
}

void
feed_queue_clear(FeedQueue *queue)
{
    g_clear_pointer(&queue->bytes, g_byte_array_unref);
}

void
feed_queue_reset(FeedQueue *queue)
{
    g_byte_array_set_size(queue->bytes, 0);
    queue->sent = 0;
    queue->dropped = 0;
}

static gsize
waiting(const FeedQueue *queue)
{
    return queue->bytes->len - queue->sent;
}

static void
append_frame(FeedQueue *queue, const guint8 *data, gsize length)
{
    guint8 header[2] = {(guint8)(length >> 8), (guint8)length};

    g_byte_array_append(queue->bytes, header, sizeof header);
    g_byte_array_append(queue->bytes, data, (guint)length);
}

void
feed_queue_control(FeedQueue *queue, const char *json)
{
    gsize length = strlen(json);

    if (length <= G_MAXUINT16 && waiting(queue) + length + 2 <= FEED_QUEUE_MAX + FEED_QUEUE_CONTROL)
        append_frame(queue, (const guint8 *)json, length);
}

gboolean
feed_queue_packet(FeedQueue *queue, const guint8 *packet, gsize length, gint64 now_us)
{
    if (length > G_MAXUINT16)
        return FALSE;
    if (waiting(queue) + length + 2 > FEED_QUEUE_MAX) {
        if (!queue->dropped)
            queue->dropped_since_us = now_us;
        queue->dropped++;
        queue->dropped_total++;
        return FALSE;
    }
    if (queue->dropped) {
        g_autofree char *json = g_strdup_printf("{\"type\":\"overflow\",\"dropped\":%" G_GUINT64_FORMAT
                                                ",\"ms\":%" G_GINT64_FORMAT "}",
                                                queue->dropped, (now_us - queue->dropped_since_us) / 1000);

        queue->dropped = 0;
        feed_queue_control(queue, json);
    }
    append_frame(queue, packet, length);
    return TRUE;
}

const guint8 *
feed_queue_peek(const FeedQueue *queue, gsize *ret_length)
{
    *ret_length = waiting(queue);
    return queue->bytes->data + queue->sent;
}

void
feed_queue_written(FeedQueue *queue, gsize length)
{
    queue->sent += length;
    if (queue->sent == queue->bytes->len) {
        g_byte_array_set_size(queue->bytes, 0);
        queue->sent = 0;
    } else if (queue->sent > queue->bytes->len / 2) { /* so that moving costs no more than the writing did */
        g_byte_array_remove_range(queue->bytes, 0, (guint)queue->sent);
        queue->sent = 0;
    }
}

gboolean
feed_reader_bytes(FeedReader *reader, const guint8 *data, gsize length, FeedFrameFunc func, gpointer user)
{
    while (length) {
        gsize want = reader->have < 2 ? 2 : 2 + (gsize)(reader->bytes[0] << 8 | reader->bytes[1]);
        gsize take;

        if (want > sizeof reader->bytes)
            return FALSE;
        take = MIN(length, want - reader->have);
        memcpy(reader->bytes + reader->have, data, take);
        reader->have += take;
        data += take;
        length -= take;
        if (reader->have < 2)
            continue;
        want = 2 + (gsize)(reader->bytes[0] << 8 | reader->bytes[1]);
        if (want > sizeof reader->bytes)
            return FALSE;
        if (reader->have == want) {
            func(reader->bytes + 2, want - 2, user);
            reader->have = 0;
        }
    }
    return TRUE;
}
