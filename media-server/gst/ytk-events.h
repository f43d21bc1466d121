/**
 * Events between the elements of a room, in the form that other GStreamer elements understand where they have
 * one.
 */
#pragma once

#include <gst/gst.h>

#include "rtcp.h"

/** Upstream: the decoder at the far end needs a key frame (GstForceKeyUnit, as video encoders and rtpbin take
 * it). */
GstEvent *ytk_event_new_key_frame_wanted(void);
gboolean ytk_event_is_key_frame_wanted(GstEvent *event);

/** Downstream, out of band: the publisher's sender report, which ties its RTP timestamps to its clock. */
GstEvent *ytk_event_new_sender_report(const RtcpSenderReport *report);
gboolean ytk_event_parse_sender_report(GstEvent *event, RtcpSenderReport *ret_report);
