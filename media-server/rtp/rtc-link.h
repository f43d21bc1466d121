/**
 * RtcLink — what a subscriber's slots and a publisher's source need of their connection: the time, and a way
 * out. The worker's connection implements it over its PeerTransport and send batch; a test implements it over
 * memory. Belongs to the room's thread.
 */
#pragma once

#include <glib.h>

#define RTC_LINK_TOUCHES 4
#define RTC_CACHE_LINE   64
/* Of what a link is the head of: how much of it sending touches. */
#define RTC_LINK_TOUCHED (4 * RTC_CACHE_LINE)

typedef struct RtcLink RtcLink;

struct RtcLink {
    /** Monotonic, taken once per wake-up. */
    const gint64 *now_us;
    /** Where to write the next packet: RTC_LINK_PACKET_MAX bytes. NULL while nothing can be sent. */
    guint8 *(*reserve)(RtcLink *link);
    /** Sends the packet whose header was written there; it need not be called. The payload may lie anywhere,
     * as the publisher's does, which is encrypted from where it is into every subscriber's packet; or behind
     * the header. */
    void (*send_rtp)(RtcLink *link, gsize header_length, const guint8 *payload, gsize payload_length);
    /** Sends what was written there. */
    void (*send_rtcp)(RtcLink *link, gsize length);
    /** A next_timeout() may have become earlier. */
    void (*wake)(RtcLink *link);
    /** What sending touches, to be fetched into the cache before it is needed; NULL = nothing. With so many
     * subscribers that the kernel's work for one pushes out what the next one needs, waiting for memory was a
     * tenth of a packet's cost. */
    gconstpointer touches[RTC_LINK_TOUCHES];
};

/** Begins to fetch `bytes` from there, for writing. */
static inline void
rtc_prefetch(gconstpointer from, gsize bytes)
{
    for (gsize at = 0; at < bytes; at += RTC_CACHE_LINE)
        __builtin_prefetch((const guint8 *)from + at, 1);
}

#define RTC_LINK_PACKET_MAX 1600
