/**
 * StreamQueue — frames that a TCP stream could not take at once. Pure; one thread.
 *
 * The first frame may have gone out in part and is then finished whatever happens; beyond the bound further frames are dropped whole, so that a slow
 * peer loses packets, as on any network, and never falls behind by more than the bound.
 */
#pragma once

#include <glib.h>

/** A quarter of a second of a 2 Mbit/s picture; the kernel's own buffer comes before it. */
#define STREAM_QUEUE_BYTES (64 * 1024)

typedef struct {
    GByteArray *bytes; /* made on first use */
    guint64 dropped;
    gboolean is_lossy; /* a frame was dropped since the queue was last empty */
} StreamQueue;

void stream_queue_clear(StreamQueue *queue);
gsize stream_queue_waiting(const StreamQueue *queue);
/** A frame with its header, of which the first `sent` bytes are out. TRUE if it was kept; a frame that is out in part always is. */
gboolean stream_queue_add(StreamQueue *queue, const guint8 *header, gsize header_length, const guint8 *data, gsize length, gsize sent);
/** `n` of the waiting bytes are out. TRUE when the queue has become empty after losses: a key frame is worth while now. */
gboolean stream_queue_sent(StreamQueue *queue, gsize n);
