/* The recorder's end of the feed: RFC 4571 frames in pieces of every size, their messages, and the headers of the packets. */
#include "feed-frames.h"
#include "fuzz.h"
#include "rtp-packet.h"

static gboolean
take_frame(const guint8 *data, gsize length, gpointer user)
{
    g_autoptr(GError) error = NULL;
    FeedMessage message;
    SenderReport report;
    RtpHeader header;
    g_autofree guint8 *exact = g_memdup2(data, length);

    if (!feed_message_parse(exact, length, &message, &error))
        FUZZ_CHECK(error);
    rtp_is_rtcp(exact, length);
    rtp_header_parse(exact, length, &header);
    rtcp_find_sender_report(exact, length, &report);
    return TRUE;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(FeedFrames) frames = feed_frames_new();
    gsize piece = size ? 1 + data[0] : 1;

    for (gsize at = MIN(size, 1); at < size; at += piece) {
        if (!feed_frames_push(frames, data + at, MIN(piece, size - at), take_frame, NULL))
            break;
        FUZZ_CHECK(feed_frames_waiting(frames) <= FEED_FRAME_MAX + 2);
    }
    return 0;
}
