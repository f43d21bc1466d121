/**
 * LoadPublisher — the stream of a phone: H.264 720p30 in 195 packets/s of 1200 bytes, Opus in 50 of 92.
 *
 * Pictures are not real, their packets are: FU-A with start and end, marker, timestamps, an IDR at the start,
 * when somebody asks (PLI, FIR) and every ten seconds. Bytes are counted with RTP's header and without SRTP's
 * tag.
 */
#pragma once

#include "load-peer.h"

typedef enum {
    LOAD_PACING_SPACED, /* a frame's packets 1.5 ms apart: an encoder behind a pacer */
    LOAD_PACING_FRAME,  /* a frame's packets at once: what browsers do at this rate */
} LoadPacing;

typedef struct {
    LoadPeer *peer;
    LoadPacing pacing;
    guint32 video_ssrc, audio_ssrc;
    guint32 video_counter, audio_counter; /* packets sent, and the number of the next */
    guint64 frame;
    guint frame_packets, frame_left;
    gboolean key_frame;
    gint64 start_us, next_video_us, next_audio_us, next_report_us;
    gint64 late_us; /* the worst so far: our own health */
} LoadPublisher;

/** `start_us`: when to send the first packet; publishers that start together would burst together for ever.
 */
void load_publisher_start(LoadPublisher *publisher, LoadPeer *peer, LoadPacing pacing, gint64 start_us);
/** The SSRCs are in the offer, before anything is sent. */
void load_publisher_ssrcs(guint room, guint32 *ret_video, guint32 *ret_audio);
/** Of a video payload of ours. */
gboolean load_publisher_starts_key_frame(const guint8 *payload);
/** Sends what is due and returns when the next is. */
gint64 load_publisher_send_due(LoadPublisher *publisher, gint64 now_us);
