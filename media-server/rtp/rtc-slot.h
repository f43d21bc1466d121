/**
 * RtcSlot — a place in a subscriber's connection where one track is seen or heard: its outgoing stream, the
 * track it gets, and, when it comes late, how far it has caught up.
 *
 * The subscriber owns it; a TrackFan has it in its list while it gets that track. One thread.
 */
#pragma once

#include "congestion-controller.h"
#include "key-frame-cache.h"
#include "rtc-link.h"
#include "slot-sender.h"

typedef struct TrackFan TrackFan;

typedef enum {
    CATCH_UP_NONE,   /* gets what comes */
    CATCH_UP_STILL,  /* is being sent the last key frame, then waits for the next */
    CATCH_UP_FOLLOW, /* is being sent everything from the last key frame on, until that is what comes */
} CatchUp;

/* What forwarding touches of a slot: it comes first. */
#define RTC_SLOT_TOUCHED (5 * RTC_CACHE_LINE)

typedef struct {
    RtcLink *link;
    guint16 *transport_sequence; /* of the connection */
    CongestionController *congestion; /* of the connection; NULL = its packets are not reported on */
    CatchUp catch_up;
    SlotSender sender;

    TrackFan *fan;      /* NULL = nobody's */
    TrackFan *next_fan; /* the layer it moves to at that one's next key frame; NULL = none */
    gint64 wished_us;   /* for a key frame */
    guint16 next, last; /* source numbers still to send; `last` of a still */
    gint64 pump_us;     /* when the next of them go */
} RtcSlot;

void rtc_slot_init(RtcSlot *slot, const SlotConfig *config, RtcLink *link, guint16 *transport_sequence,
                   CongestionController *congestion);
void rtc_slot_clear(RtcSlot *slot);

/** A packet of the track, and whether a decoder could start with it. */
void rtc_slot_forward(RtcSlot *slot, const RtpHeader *header, const guint8 *payload,
                      gboolean starts_key_frame);
/** The subscriber asked for a key frame. Passed on at most every 100 ms; the publisher is asked less often
 * still (KeyFrameRequest). */
void rtc_slot_want_key_frame(RtcSlot *slot);
void rtc_slot_retransmit(RtcSlot *slot, guint16 sequence);

/** Sends about this many bytes of padding as a probe. FALSE when the slot cannot. */
gboolean rtc_slot_probe(RtcSlot *slot, gsize bytes);

/** Begins with what the cache offers, and sends the first of it. */
void rtc_slot_catch_up(RtcSlot *slot, const KeyFrameOffer *offer);
/** Sends some more. They go a few at a time, so that a slow downlink's queue is not filled in front of audio.
 */
void rtc_slot_pump(RtcSlot *slot);
/** When rtc_slot_pump() has something to do; G_MAXINT64 = not. */
gint64 rtc_slot_next_timeout(const RtcSlot *slot);
