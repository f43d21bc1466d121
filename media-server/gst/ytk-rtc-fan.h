/**
 * ytkrtcfan — a track's fan-out as a GStreamer element, in place of a tee and a pad per subscriber.
 *
 * Whatever application/x-rtp is linked to its sink pad goes to the slots of its TrackFan during the push, and
 * after them, unchanged, to whatever is linked to a source pad on request (src_%u): the recorder's feed, or
 * any other element. Caps name the codec; sender reports come as events (ytk-events.h); a key frame that a
 * slot, or an element behind a source pad, needs is asked for upstream by GstForceKeyUnit.
 */
#pragma once

#include <gst/gst.h>

#include "track-fan.h"

#define YTK_TYPE_RTC_FAN (ytk_rtc_fan_get_type())
G_DECLARE_FINAL_TYPE(YtkRtcFan, ytk_rtc_fan, YTK, RTC_FAN, GstElement)

/** `now_us` must outlive it. Floating. */
YtkRtcFan *ytk_rtc_fan_new(gboolean video, const gint64 *now_us);
/** The element's; to add slots to and remove them from. */
TrackFan *ytk_rtc_fan_track(YtkRtcFan *fan);
