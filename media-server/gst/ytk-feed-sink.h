/**
 * ytkfeedsink — the recorder's ear in a room: a pad per track, every packet handed on as it came (SSRC,
 * numbers and timestamps untouched).
 *
 * It has no thread and no socket; the handlers run during the push.
 */
#pragma once

#include <gst/gst.h>

#include "rtcp.h"

#define YTK_TYPE_FEED_SINK (ytk_feed_sink_get_type())
G_DECLARE_FINAL_TYPE(YtkFeedSink, ytk_feed_sink, YTK, FEED_SINK, GstElement)

typedef struct {
    /** A source begins on the pad that was added with `track`: before its first packet, and again when its
     * SSRC or codec changes. */
    void (*started)(gpointer user, gpointer track, guint32 ssrc, GstCaps *caps);
    /** It has ended: replaced, or its pad removed. */
    void (*ended)(gpointer user, guint32 ssrc);
    void (*packet)(gpointer user, const guint8 *packet, gsize length);
    void (*sender_report)(gpointer user, const RtcpSenderReport *report);
} YtkFeedSinkHandlers;

/** `handlers` is kept by pointer. Floating. */
YtkFeedSink *ytk_feed_sink_new(const YtkFeedSinkHandlers *handlers, gpointer user);

/** `track` comes back in started(). The element owns the pad. */
GstPad *ytk_feed_sink_add_pad(YtkFeedSink *sink, gpointer track);
void ytk_feed_sink_remove_pad(YtkFeedSink *sink, GstPad *pad);

/** Asks the source with this SSRC for a key frame; FALSE if there is none. */
gboolean ytk_feed_sink_want_key_frame(YtkFeedSink *sink, guint32 ssrc);
