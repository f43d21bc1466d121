/**
 * FeedFrames — RFC 4571 deframing of the feed, and its control frames. docs/architecture.md, section "Feed". Pure.
 */
#pragma once

#include <glib.h>

/* RFC 4571, section 2: a 16-bit length. */
#define FEED_FRAME_MAX 65535

typedef struct FeedFrames FeedFrames;

FeedFrames *feed_frames_new(void);
void feed_frames_free(FeedFrames *frames);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FeedFrames, feed_frames_free)

/** `data` is valid during the call. FALSE stops the deframing: the connection is to be closed. */
typedef gboolean (*FeedFrameFunc)(const guint8 *data, gsize length, gpointer user);

/** Takes bytes as they come from the socket and calls `frame` for each whole frame. At most one incomplete frame is kept (64 KiB). FALSE
 *  once `frame` has returned FALSE, or for an empty frame or one that is neither control, RTP nor RTCP: the stream is out of step. */
gboolean feed_frames_push(FeedFrames *frames, const guint8 *data, gsize length, FeedFrameFunc frame, gpointer user);

/** Bytes of an incomplete frame that wait. */
gsize feed_frames_waiting(const FeedFrames *frames);

typedef enum { FEED_HELLO, FEED_TRACK, FEED_TRACK_ENDED, FEED_OVERFLOW, FEED_ENDED, FEED_UNKNOWN } FeedMessageType;
typedef enum { FEED_AUDIO, FEED_VIDEO } FeedKind;

#define FEED_ID_MAX   64
#define FEED_FMTP_MAX 1024

typedef struct {
    FeedMessageType type;
    char recording[FEED_ID_MAX + 1];   /* hello */
    char room[FEED_ID_MAX + 1];        /* hello */
    guint32 ssrc;                      /* track, track-ended */
    char participant[FEED_ID_MAX + 1]; /* track */
    FeedKind kind;
    guint order; /* track; 0 if it is not said */
    gboolean camera; /* track of a fixed camera */
    char codec[16];                    /* "opus", "H264", "VP8" */
    guint8 payload_type;
    guint32 clock_rate;
    char fmtp[FEED_FMTP_MAX + 1];
    guint64 dropped; /* overflow: packets */
    guint64 ms;      /* overflow */
} FeedMessage;

typedef enum { FEED_ERROR_FORMAT, FEED_ERROR_FIELD } FeedError;
#define FEED_ERROR (feed_error_quark())
GQuark feed_error_quark(void);

/** FEED_ERROR_FORMAT: not a JSON object, or with duplicate keys; FEED_ERROR_FIELD: a field is missing, of the wrong type or out of its
 *  bounds; the message names it. Ids must be UUIDs of ours, so they are safe in paths. */
gboolean feed_message_parse(const guint8 *data, gsize length, FeedMessage *ret_message, GError **error);
