/**
 * TrackFan — one track's way to all who get it: each packet is read once, kept for those who lose it or come
 * later, and written into every subscriber's slot.
 *
 * A pure core under the ytkrtcfan element. One thread.
 */
#pragma once

#include "key-frame-cache.h"
#include "rtc-slot.h"

struct TrackFan {
    const gint64 *now_us;
    void (*want_key_frame)(gpointer user);
    gpointer user;

    /* A key frame begins that key_frame_awaited said is waited for; before it is sent on. May be NULL. */
    void (*key_frame)(gpointer user);
    gpointer key_frame_user;
    gboolean key_frame_awaited;

    GPtrArray *slots;       /* RtcSlot, the subscribers' */
    GPtrArray *awaiting;    /* RtcSlot that move here at the next key frame */
    guint64 bytes;          /* of all packets */
    MediaCodec codec;       /* NONE until the source has told */
    guint32 ssrc;           /* the source's */
    PacketHistory *history; /* NULL for audio, which is repaired by its own means */
    KeyFrameCache cache;
    RtcpSenderReport report; /* the source's last; ntp 0 = none */
    gint64 last_packet_us;
};

/** `want_key_frame`: a subscriber cannot go on without one. */
void track_fan_init(TrackFan *fan, gboolean video, const gint64 *now_us,
                    void (*want_key_frame)(gpointer user), gpointer user);
/** No slot may be in it. */
void track_fan_clear(TrackFan *fan);

/** The source, or what it sends, changes: everybody begins anew. */
void track_fan_set_codec(TrackFan *fan, MediaCodec codec);
void track_fan_packet(TrackFan *fan, const guint8 *packet, gsize length);
void track_fan_sender_report(TrackFan *fan, const RtcpSenderReport *report);
/** There is no source for now: nothing of it is shown to who comes. */
void track_fan_source_gone(TrackFan *fan);

/** The slot gets the track from now on; video from the last key frame, if that is still to be had. The slot's
 * link must be able to send. */
void track_fan_add(TrackFan *fan, RtcSlot *slot);
void track_fan_remove(TrackFan *fan, RtcSlot *slot);

/** The slot, which gets another layer of the same publisher, gets this one from its next key frame on, and the other
 * until then. Asks for that key frame, once: to be repeated while slot->next_fan stands. */
void track_fan_await(TrackFan *fan, RtcSlot *slot);
/** It stays where it is. Also for a slot that awaits nothing. */
void track_fan_unawait(RtcSlot *slot);

void track_fan_want_key_frame(TrackFan *fan);
