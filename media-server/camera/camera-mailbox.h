/**
 * CameraMailbox — from a camera's streaming threads to its room's worker: packets and changes of state, in order, bounded.
 *
 * Packets beyond the bound are dropped and counted, and all of that kind up to the next key frame with them, because a picture with a hole in it
 * cannot be decoded. Changes of state are never dropped: there are a few of them a minute. Any thread.
 */
#pragma once

#include <gst/gst.h>

typedef enum { CAMERA_ITEM_VIDEO, CAMERA_ITEM_AUDIO, CAMERA_ITEM_STATE } CameraItemKind;

typedef enum { CAMERA_CONNECTING, CAMERA_LIVE, CAMERA_LOST } CameraState;

typedef struct {
    CameraItemKind kind;
    guint run; /* counts the connections to the camera */
    /* a packet */
    GstBuffer *buffer; /* one RTP packet in one memory; owned */
    gboolean starts_key_frame;
    /* a state */
    CameraState state;
    const char *reason;  /* static, "" unless LOST */
    gint64 retry_us;     /* LOST: until the next attempt; -1 = there will be none */
    gint64 zero_unix_us; /* LIVE: wall time of RTP timestamp 0 of this run */
} CameraItem;

typedef struct CameraMailbox CameraMailbox;

/** `filled` runs on the thread that puts the first item into an empty mailbox. */
CameraMailbox *camera_mailbox_new(gsize bytes_max, void (*filled)(gpointer user), gpointer user);
void camera_mailbox_free(CameraMailbox *mailbox);

/** Takes the item's buffer over. */
void camera_mailbox_put(CameraMailbox *mailbox, const CameraItem *item);
/** Everything that is there, in order: an array of CameraItem, the buffers now the caller's. */
GArray *camera_mailbox_take(CameraMailbox *mailbox);
guint64 camera_mailbox_dropped(CameraMailbox *mailbox);
