#include "stream-queue.h"

void
stream_queue_clear(StreamQueue *queue)
{
    g_clear_pointer(&queue->bytes, g_byte_array_unref);
}

gsize
stream_queue_waiting(const StreamQueue *queue)
{
    return queue->bytes ? queue->bytes->len : 0;
}

gboolean
stream_queue_add(StreamQueue *queue, const guint8 *header, gsize header_length, const guint8 *data, gsize length, gsize sent)
{
    gsize from = MIN(sent, header_length);

    if (!sent && stream_queue_waiting(queue) + header_length + length > STREAM_QUEUE_BYTES) {
        queue->dropped++;
        queue->is_lossy = TRUE;
        return FALSE;
    }
    if (!queue->bytes)
        queue->bytes = g_byte_array_new();
    g_byte_array_append(queue->bytes, header + from, (guint)(header_length - from));
    sent -= from;
    g_byte_array_append(queue->bytes, data + sent, (guint)(length - sent));
    return TRUE;
}

gboolean
stream_queue_sent(StreamQueue *queue, gsize n)
{
    gboolean recovered;

    g_byte_array_remove_range(queue->bytes, 0, (guint)n);
    recovered = queue->is_lossy && !queue->bytes->len;
    if (recovered)
        queue->is_lossy = FALSE;
    return recovered;
}
