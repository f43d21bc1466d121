/**
 * ytkrtcsrc — a publisher's connection as a GStreamer element: a sometimes pad per track, added with the
 * track's first packet.
 *
 * It has no thread. The worker hands it what came, decrypted, and the packets go down the pads during the
 * call: application/x-rtp with ssrc, payload, encoding-name, clock-rate and cname in the caps.
 * GstForceKeyUnit coming up becomes a PLI to the publisher. A sender report goes down as an event
 * (ytk-events.h).
 */
#pragma once

#include <gst/gst.h>

#include "rtc-link.h"
#include "rtp-receiver.h"

#define YTK_TYPE_RTC_SRC (ytk_rtc_src_get_type())
G_DECLARE_FINAL_TYPE(YtkRtcSrc, ytk_rtc_src, YTK, RTC_SRC, GstElement)

/** `receiver` is taken over. `link` must outlive the element's use by its owner; ytk_rtc_src_disconnect()
 * ends that. Floating. */
YtkRtcSrc *ytk_rtc_src_new(RtpReceiver *receiver, RtcLink *link);
void ytk_rtc_src_disconnect(YtkRtcSrc *src);

/** An authentic packet that is the whole content of `buffer` (`data`, writable). The buffer is resized to
 * what is pushed; the caller keeps its reference. Returns TRUE if it was a new packet of a track. */
gboolean ytk_rtc_src_rtp(YtkRtcSrc *src, GstBuffer *buffer, guint8 *data, gsize length);
void ytk_rtc_src_rtcp(YtkRtcSrc *src, const guint8 *packet, gsize length);

/** Feedback to the publisher: when something is due, and sending it. */
gint64 ytk_rtc_src_next_timeout(const YtkRtcSrc *src, gint64 rtt_us);
void ytk_rtc_src_poll(YtkRtcSrc *src, gint64 rtt_us);

const RtpReceiver *ytk_rtc_src_receiver(const YtkRtcSrc *src);
/** The track that a pad of this element carries. */
guint ytk_rtc_src_pad_track(GstPad *pad);
