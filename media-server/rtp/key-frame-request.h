/**
 * KeyFrameRequest — many wish for a key frame, the publisher is asked seldom: at most one PLI in 500 ms (a
 * key frame is ten times as large as another, and a storm of them starves audio). A wish inside that time is
 * kept, and dropped when a key frame that began after it comes. Zero-initialise; plain value.
 */
#pragma once

#include <glib.h>

#define KEY_FRAME_REQUEST_INTERVAL_US (500 * G_TIME_SPAN_MILLISECOND)

typedef struct {
    gboolean wanted;
    gboolean asked; /* ever */
    gint64 asked_us;
    guint64 wishes, requests; /* counters for the metrics */
} KeyFrameRequest;

static inline void
key_frame_request_wish(KeyFrameRequest *request)
{
    request->wanted = TRUE;
    request->wishes++;
}

/** A key frame began to arrive. */
static inline void
key_frame_request_satisfied(KeyFrameRequest *request)
{
    request->wanted = FALSE;
}

/** When key_frame_request_due() becomes true; G_MAXINT64 if there is no wish. */
static inline gint64
key_frame_request_next_timeout(const KeyFrameRequest *request)
{
    if (!request->wanted)
        return G_MAXINT64;
    return request->asked ? request->asked_us + KEY_FRAME_REQUEST_INTERVAL_US : 0;
}

/** TRUE once per request to send. */
static inline gboolean
key_frame_request_due(KeyFrameRequest *request, gint64 now_us)
{
    if (now_us < key_frame_request_next_timeout(request))
        return FALSE;
    *request = (KeyFrameRequest){FALSE, TRUE, now_us, request->wishes, request->requests + 1};
    return TRUE;
}
