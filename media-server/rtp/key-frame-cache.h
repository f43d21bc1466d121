/**
 * KeyFrameCache — where in a track's PacketHistory its last key frame begins, so that a subscriber who comes
 * later sees a picture at once instead of after the publisher's next key frame.
 *
 * It keeps no packets of its own: the history has them, and its bounds are this one's. Zero-initialise; plain
 * value.
 */
#pragma once

#include "packet-history.h"
#include "rtp-packet.h"

/* What a newcomer is sent to catch up with the others, at most: 200 ms of a 10 Mbit/s downlink. Longer ago
 * the publisher's next key frame is there as soon as that would be. */
#define KEY_FRAME_FOLLOW_PACKETS 200
#define KEY_FRAME_FOLLOW_US      (2 * G_TIME_SPAN_SECOND)
/* An older picture would mislead. */
#define KEY_FRAME_STILL_US (10 * G_TIME_SPAN_SECOND)

typedef struct {
    gboolean valid;
    guint16 first, newest;               /* source numbers */
    guint32 timestamp, newest_timestamp; /* the key frame's, and that of `newest` */
    gint64 received_us;
} KeyFrameCache;

/** A packet that has been stored. */
void key_frame_cache_note(KeyFrameCache *cache, const RtpHeader *header, gboolean starts_key_frame,
                          gint64 now_us);
void key_frame_cache_clear(KeyFrameCache *cache);

typedef enum {
    KEY_FRAME_NONE,   /* nothing that can be shown: ask the publisher */
    KEY_FRAME_STILL,  /* the key frame alone, first to last; ask the publisher for the next */
    KEY_FRAME_FOLLOW, /* all from first to last, then what comes */
} KeyFrameOfferKind;

typedef struct {
    KeyFrameOfferKind kind;
    guint16 first, last;
    guint32 timestamp; /* of the last */
} KeyFrameOffer;

/** What can be had from the history now. */
KeyFrameOffer key_frame_cache_offer(const KeyFrameCache *cache, const PacketHistory *history, gint64 now_us);
