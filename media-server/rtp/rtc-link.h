/**
 * RtcLink — what a subscriber's slots and a publisher's source need of their connection: the time, and a way
 * out. The worker's connection implements it over its PeerTransport and send batch; a test implements it over
 * memory. Belongs to the room's thread.
 */
#pragma once

#include <glib.h>

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
};

#define RTC_LINK_PACKET_MAX 1600
