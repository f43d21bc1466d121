/**
 * RtcLink — what the elements need of a connection: the time, and a way out. The worker's connection
 * implements it over its PeerTransport and send batch; a test implements it over memory. Belongs to the
 * thread that pushes buffers.
 */
#pragma once

#include <glib.h>

typedef struct RtcLink RtcLink;

struct RtcLink {
    /** Monotonic, taken once per wake-up. */
    const gint64 *now_us;
    /** Where to write the next packet: RTC_LINK_PACKET_MAX bytes. NULL while nothing can be sent. */
    guint8 *(*reserve)(RtcLink *link);
    /** Sends what was written there; it need not be called. */
    void (*send_rtp)(RtcLink *link, gsize length);
    void (*send_rtcp)(RtcLink *link, gsize length);
    /** A next_timeout() of an element may have become earlier. */
    void (*wake)(RtcLink *link);
};

#define RTC_LINK_PACKET_MAX 1600
