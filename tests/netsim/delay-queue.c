#include "delay-queue.h"

#include <string.h>

/* A binary heap. */
struct DelayQueue {
    guint64 order;
    guint n;
    DelayedBytes items[DELAY_QUEUE_MAX];
};

DelayQueue *
delay_queue_new(void)
{
    return g_new0(DelayQueue, 1);
}

void
delay_queue_free(DelayQueue *queue)
{
    if (!queue)
        return;
    for (guint i = 0; i < queue->n; i++)
        g_free(queue->items[i].data);
    g_free(queue);
}

static gboolean
is_before(const DelayedBytes *a, const DelayedBytes *b)
{
    return a->due_us < b->due_us || (a->due_us == b->due_us && a->order < b->order);
}

static void
swap(DelayedBytes *a, DelayedBytes *b)
{
    DelayedBytes kept = *a;

    *a = *b;
    *b = kept;
}

gboolean
delay_queue_push(DelayQueue *queue, const DelayedBytes *item)
{
    DelayedBytes *items = queue->items;
    guint at = queue->n;

    if (queue->n == DELAY_QUEUE_MAX)
        return FALSE;
    items[at] = *item;
    items[at].data = g_memdup2(item->data, item->length);
    items[at].order = queue->order++;
    queue->n++;
    for (; at > 0 && is_before(&items[at], &items[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&items[at], &items[(at - 1) / 2]);
    return TRUE;
}

static void
sink(DelayQueue *queue)
{
    DelayedBytes *items = queue->items;

    for (guint at = 0, least;; at = least) {
        least = at;
        for (guint child = 2 * at + 1; child < MIN(2 * at + 3, queue->n); child++)
            if (is_before(&items[child], &items[least]))
                least = child;
        if (least == at)
            return;
        swap(&items[at], &items[least]);
    }
}

gboolean
delay_queue_pop(DelayQueue *queue, gint64 now_us, DelayedBytes *ret_item)
{
    if (!queue->n || queue->items[0].due_us > now_us)
        return FALSE;
    *ret_item = queue->items[0];
    queue->items[0] = queue->items[--queue->n];
    sink(queue);
    return TRUE;
}

gint64
delay_queue_next_us(const DelayQueue *queue)
{
    return queue->n ? queue->items[0].due_us : G_MAXINT64;
}
