/**
 * RtpReorder — puts one RTP stream's packets in order, and waits for those that are missing.
 *
 * A packet in order passes at once. Behind a hole packets wait until it is filled by a retransmission (RFC 4588, undone by the media
 * server), or until the first of them has waited RTP_REORDER_WAIT_US; then what is missing is lost, and said to be so.
 * Pure; one thread. Times are µs.
 */
#pragma once

#include <glib.h>

/* Retransmissions over a bad uplink take one to three round trips of 300 ms; what did not come by then does not come. */
#define RTP_REORDER_WAIT_US (1000 * 1000)
/* More than a second of 20 Mbit/s in packets of 1200 bytes. A stream that jumps further has begun anew. */
#define RTP_REORDER_SLOTS 2048

typedef struct RtpReorder RtpReorder;

typedef struct {
    /** One packet in order, whole as it came; valid during the call. */
    void (*packet)(const guint8 *packet, gsize length, gint64 pos, gpointer user);
    /** `count` packets before the one that comes next, which is at `pos`, have not come. 0: nobody knows how many, the stream began anew. */
    void (*lost)(guint count, gint64 pos, gpointer user);
    gpointer user;
} RtpReorderEvents;

RtpReorder *rtp_reorder_new(const RtpReorderEvents *events);
void rtp_reorder_free(RtpReorder *reorder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RtpReorder, rtp_reorder_free)

/** A packet with this sequence number and position; copied only if it has to wait. Late and repeated ones are left out. */
void rtp_reorder_push(RtpReorder *reorder, const guint8 *packet, gsize length, guint16 sequence, gint64 pos, gint64 now);
/** Gives up what has been waited for long enough. */
void rtp_reorder_poll(RtpReorder *reorder, gint64 now);
/** Hands out all that waits. */
void rtp_reorder_flush(RtpReorder *reorder);
/** Packets wait behind a hole. */
gboolean rtp_reorder_waits(const RtpReorder *reorder);
