/**
 * ytkrtcsink — a subscriber's connection as a GStreamer element: a pad per slot that the subscriber
 * negotiated.
 *
 * Whatever application/x-rtp is linked to a slot's pad is rewritten into the slot's stream and sent during
 * the push; there is no queue and no thread. What the subscriber asks for (retransmission, key frames) is
 * answered from the slot's history or goes upstream as GstForceKeyUnit.
 */
#pragma once

#include <gst/gst.h>

#include "rtc-link.h"
#include "slot-sender.h"

#define YTK_TYPE_RTC_SINK (ytk_rtc_sink_get_type())
G_DECLARE_FINAL_TYPE(YtkRtcSink, ytk_rtc_sink, YTK, RTC_SINK, GstElement)

/** `link` as in ytk_rtc_src_new(). Floating. */
YtkRtcSink *ytk_rtc_sink_new(RtcLink *link);
void ytk_rtc_sink_disconnect(YtkRtcSink *sink);

/** Returns the slot's index and pad; the element owns the pad. */
guint ytk_rtc_sink_add_slot(YtkRtcSink *sink, const SlotConfig *config, GstPad **ret_pad);
guint ytk_rtc_sink_slot_count(const YtkRtcSink *sink);
GstPad *ytk_rtc_sink_slot_pad(const YtkRtcSink *sink, guint index);
const SlotSender *ytk_rtc_sink_slot(const YtkRtcSink *sink, guint index);

/** Before linking a pad: where its source's packets are kept (NULL = nowhere), and the source's last sender
 * report, if any. */
void ytk_rtc_sink_set_source(YtkRtcSink *sink, guint index, const PacketHistory *history,
                             const RtcpSenderReport *report);
/** After unlinking it. */
void ytk_rtc_sink_clear_source(YtkRtcSink *sink, guint index);

/** A compound packet from the subscriber. */
void ytk_rtc_sink_rtcp(YtkRtcSink *sink, const guint8 *packet, gsize length);
/** Sends the sender reports that have become due. */
void ytk_rtc_sink_poll(YtkRtcSink *sink);

/** The longest round trip that the subscriber's reports tell of; 0 = not known. */
gint64 ytk_rtc_sink_rtt_us(const YtkRtcSink *sink);
