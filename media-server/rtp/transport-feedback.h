/**
 * TransportFeedback — tells a publisher when each of its packets arrived, so that it can estimate its path's
 * capacity (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1). Numbers are per connection,
 * over all its sources. Zero-initialise; plain value, no allocation.
 */
#pragma once

#include "rtcp.h"
#include "sequence.h"

#define TRANSPORT_FEEDBACK_WINDOW      1024 /* packets; at 20 feedbacks a second enough for 200 Mbit/s */
#define TRANSPORT_FEEDBACK_INTERVAL_US (50 * G_TIME_SPAN_MILLISECOND)

typedef struct {
    SequenceExtender extender;
    gint64 next;                                /* first number that no feedback has covered */
    guint8 count;                               /* feedback packet count */
    gint64 due_us;                              /* 0 = nothing to report */
    gint64 arrivals[TRANSPORT_FEEDBACK_WINDOW]; /* by number; 0 = not arrived */
} TransportFeedback;

void transport_feedback_received(TransportFeedback *feedback, guint16 sequence, gint64 now_us);

/** When something is due; G_MAXINT64 if nothing arrived since the last feedback. */
static inline gint64
transport_feedback_next_timeout(const TransportFeedback *feedback)
{
    return feedback->due_us ? feedback->due_us : G_MAXINT64;
}

/** Appends one feedback packet for what is pending. FALSE when nothing (more) is pending or it does not fit;
 * call until then. */
gboolean transport_feedback_write(TransportFeedback *feedback, RtcpWriter *writer, guint32 sender_ssrc,
                                  guint32 media_ssrc);
