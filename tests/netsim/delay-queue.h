/**
 * DelayQueue — bytes under way, by the time at which they arrive; equal times keep their order.
 *
 * Pure and bounded; one thread. An item names the flow that it belongs to by a number, so that a flow may end while its bytes travel.
 */
#pragma once

#include <glib.h>

typedef struct DelayQueue DelayQueue;

typedef struct {
    gint64 due_us;
    guint64 order; /* set by the queue */
    guint64 flow;
    gboolean up; /* toward the server */
    gsize length;
    guint8 *data; /* g_malloc; NULL: the end of a stream */
} DelayedBytes;

/** 2 s of 100 Mbit/s in packets of 1200 bytes. */
#define DELAY_QUEUE_MAX 20000

DelayQueue *delay_queue_new(void);
void delay_queue_free(DelayQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DelayQueue, delay_queue_free)

/** Copies the bytes. FALSE, and nothing done, when the queue is full. */
gboolean delay_queue_push(DelayQueue *queue, const DelayedBytes *item);
/** What arrives first, if that is due; the caller frees `data`. */
gboolean delay_queue_pop(DelayQueue *queue, gint64 now_us, DelayedBytes *ret_item);
/** G_MAXINT64 when it is empty. */
gint64 delay_queue_next_us(const DelayQueue *queue);
