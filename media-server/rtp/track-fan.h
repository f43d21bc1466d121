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

    GPtrArray *slots;       /* RtcSlot, the subscribers' */
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

void track_fan_want_key_frame(TrackFan *fan);
