/**
 * FeedQueue — what waits to go to the recorder: frames as in RFC 4571, bounded, with what had to be dropped
 * declared in its place.
 *
 * A pure core: packets in, bytes out. Whole packets only are dropped; the first one that fits again is
 * preceded by an `overflow` frame (docs/architecture.md, Feed).
 */
#pragma once

#include <glib.h>

/* 4 MiB are 16 s of one 2 Mbit/s camera: longer than a disk stalls when it is not broken. */
#define FEED_QUEUE_MAX (4 * 1024 * 1024)
/* Control frames are ours and few; they may use this much beyond it. */
#define FEED_QUEUE_CONTROL (64 * 1024)

typedef struct {
    GByteArray *bytes;
    gsize sent;      /* at the start of `bytes` */
    guint64 dropped; /* packets not declared yet */
    gint64 dropped_since_us;
    guint64 dropped_total;
} FeedQueue;

void feed_queue_init(FeedQueue *queue);
void feed_queue_clear(FeedQueue *queue);
/** Forgets everything: the connection was lost, and a new one begins between two frames. */
void feed_queue_reset(FeedQueue *queue);

/** An RTP or RTCP packet of at most 65535 bytes. FALSE if it was dropped. */
gboolean feed_queue_packet(FeedQueue *queue, const guint8 *packet, gsize length, gint64 now_us);
/** A JSON text. */
void feed_queue_control(FeedQueue *queue, const char *json);

/** What to write next; its length is 0 when nothing waits. */
const guint8 *feed_queue_peek(const FeedQueue *queue, gsize *ret_length);
void feed_queue_written(FeedQueue *queue, gsize length);

/**
 * FeedReader — the frames that come the other way. Zero-initialise.
 */
typedef struct {
    gsize have;
    guint8 bytes[2 + 2048]; /* the recorder sends RTCP alone; a longer frame is an error */
} FeedReader;

typedef void (*FeedFrameFunc)(const guint8 *frame, gsize length, gpointer user);
/** Calls `func` for each complete frame. FALSE on a frame that is too long: close the connection. */
gboolean feed_reader_bytes(FeedReader *reader, const guint8 *data, gsize length, FeedFrameFunc func,
                           gpointer user);
