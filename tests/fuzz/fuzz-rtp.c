/* A script of decrypted packets for a publisher's receiver with an audio and a video track: RTP, RTX, RTCP, and time. */
#include <string.h>

#include "fuzz.h"
#include "packet-history.h"
#include "rtp-receiver.h"
#include "slot-sender.h"

static RtpReceiver *
receiver_new(void)
{
    static const RtpTrackConfig tracks[] = {
        { .codec = MEDIA_CODEC_OPUS, .payload_type = 111, .rtx_payload_type = -1, .clock_rate = 48000, .mid = "0", .nack = TRUE },
        { .codec = MEDIA_CODEC_H264, .payload_type = 102, .rtx_payload_type = 103, .clock_rate = 90000, .mid = "1", .nack = TRUE, .pli = TRUE,
          .ssrc = 0x01010101, .rtx_ssrc = 0x02020202 },
        { .codec = MEDIA_CODEC_VP8, .payload_type = 96, .rtx_payload_type = 97, .clock_rate = 90000, .mid = "2", .nack = TRUE, .pli = TRUE },
        { .codec = MEDIA_CODEC_VP8, .payload_type = 96, .rtx_payload_type = 97, .clock_rate = 90000, .mid = "3", .rid = "l", .nack = TRUE, .pli = TRUE },
        { .codec = MEDIA_CODEC_VP8, .payload_type = 96, .rtx_payload_type = 97, .clock_rate = 90000, .mid = "3", .rid = "h", .nack = TRUE, .pli = TRUE },
    };
    RtpReceiver *receiver = rtp_receiver_new(7, (RtpExtensions){ .mid = 4, .rid = 10, .repaired_rid = 11, .transport_cc = 3 });

    for (guint i = 0; i < G_N_ELEMENTS(tracks); i++)
        rtp_receiver_add_track(receiver, &tracks[i]);
    return receiver;
}

static void
slot_init(SlotSender *slot)
{
    SlotConfig config = { .ssrc = 11, .rtx_ssrc = 12, .clock_rate = 90000, .video = TRUE, .mid = "1", .mid_extension = 4,
                          .transport_cc_extension = 3, .cname = "slot", .seed = 1 };

    for (guint i = 0; i < G_N_ELEMENTS(config.payloads); i++)
        config.payloads[i] = (SlotPayload){ (gint16) (100 + i), (gint16) (110 + i) };
    slot_sender_init(slot, &config);
}

static void
forward(SlotSender *slot, const RtpReceiver *receiver, const RtpReceived *received, gint64 now_us, guint16 *transport_sequence)
{
    guint8 out[RTP_HEADER_TEMPLATE_MAX];
    SlotVerdict verdict;

    FUZZ_CHECK(received->track < rtp_receiver_track_count(receiver));
    slot_sender_set_codec(slot, rtp_receiver_track(receiver, received->track)->config.codec);
    FUZZ_CHECK(slot_sender_forward(slot, &received->header, received->starts_key_frame, now_us, transport_sequence, out, &verdict) <= sizeof out);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(RtpReceiver) receiver = receiver_new();
    SlotSender slot;
    guint16 transport_sequence = 0;
    gint64 now_us = 1000000;

    slot_init(&slot);
    while (size >= 3) {
        gsize length = MIN((gsize) data[1] << 8 | data[2], size - 3);
        g_autofree guint8 *packet = length ? g_memdup2(data + 3, length) : NULL;
        guint8 feedback[1200];
        RtpReceived received;

        now_us += (gint64) data[0] * 1000;
        if (rtp_is_rtcp(packet, length)) {
            rtp_receiver_rtcp(receiver, packet, length, now_us);
        } else if (rtp_receiver_rtp(receiver, packet, length, now_us, &received)) {
            FUZZ_CHECK(received.offset + received.length <= length);
            forward(&slot, receiver, &received, now_us, &transport_sequence);
        }
        if (data[0] & 1)
            rtp_receiver_want_key_frame(receiver, 1);
        RtcpWriter writer = { feedback, sizeof feedback, 0 };

        for (guint i = 0; i < 1000 && rtp_receiver_write_feedback(receiver, now_us, 50000, &writer); i++) {
            FUZZ_CHECK(writer.length <= sizeof feedback);
            FUZZ_CHECK(i < 999); /* it comes to an end */
            writer.length = 0;
        }
        data += 3 + length;
        size -= 3 + length;
    }
    slot_sender_clear(&slot);
    return 0;
}
