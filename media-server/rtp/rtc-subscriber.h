/**
 * RtcSubscriber — what one WebRTC connection receives: the slots that it negotiated, and what the subscriber
 * says about them.
 *
 * What is sent into a slot comes from the TrackFan that has it, during the publisher's packet; there is no
 * queue and no thread. What the subscriber asks for (retransmission, key frames) is answered from the track's
 * history or goes to its fan. A pure core over an RtcLink; one thread.
 */
#pragma once

#include "rtc-slot.h"

typedef struct RtcSubscriber RtcSubscriber;

/** `link` must outlive it. */
RtcSubscriber *rtc_subscriber_new(RtcLink *link);
/** No fan may have a slot of it any more. */
void rtc_subscriber_free(RtcSubscriber *subscriber);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RtcSubscriber, rtc_subscriber_free)

/** Returns the slot's index. */
guint rtc_subscriber_add_slot(RtcSubscriber *subscriber, const SlotConfig *config);
guint rtc_subscriber_slot_count(const RtcSubscriber *subscriber);
/** Stays where it is while the subscriber lives. */
RtcSlot *rtc_subscriber_slot(const RtcSubscriber *subscriber, guint index);

/** A compound packet from the subscriber. */
void rtc_subscriber_rtcp(RtcSubscriber *subscriber, const guint8 *packet, gsize length);
/** When rtc_subscriber_poll() has something to send besides reports, which are announced by `wake`. */
gint64 rtc_subscriber_next_timeout(const RtcSubscriber *subscriber);
/** Sends the sender reports that have become due, and more to those who catch up. */
void rtc_subscriber_poll(RtcSubscriber *subscriber);

/** What the path to the subscriber carries, bits per second; G_MAXUINT64 while it reports nothing. */
guint64 rtc_subscriber_estimate_bps(const RtcSubscriber *subscriber);
/** More would be sent if the path carried this much: tries whether it does, now and then. */
void rtc_subscriber_want_bps(RtcSubscriber *subscriber, guint64 bps);
/** A few times a second: whether a subscriber that reports has fallen silent. */
void rtc_subscriber_tick(RtcSubscriber *subscriber);

/** The longest round trip that the subscriber's reports tell of; 0 = not known. */
gint64 rtc_subscriber_rtt_us(const RtcSubscriber *subscriber);
