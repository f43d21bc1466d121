/* SlotRewriter and SlotSender: one continuous stream out of changing publishers. */
#include <string.h>

#include "nack-generator.h"
#include "slot-sender.h"
#include "suite-main.h"

#define MS G_TIME_SPAN_MILLISECOND
#define FIRST 5000 /* the number before the slot's first */

typedef struct {
    SlotRewriter slot;
    SlotSent sent[SLOT_SENT_LOG];
    guint16 sequence;
    guint32 timestamp;
} Fixture;

static void
video_slot(Fixture *f)
{
    memset(f, 0, sizeof *f);
    slot_rewriter_init(&f->slot, 90000, TRUE, FIRST, 100, f->sent);
}

static SlotVerdict
map(Fixture *f, guint32 ssrc, guint16 sequence, guint32 timestamp, gsize payload, gboolean key, gint64 now_us)
{
    RtpHeader header = { .ssrc = ssrc, .sequence = sequence, .timestamp = timestamp, .payload_length = (guint16) payload };

    return slot_rewriter_map(&f->slot, &header, key, now_us, &f->sequence, &f->timestamp);
}

START_TEST(starts_at_a_key_frame)
{
    Fixture f;

    video_slot(&f);
    ck_assert_int_eq(map(&f, 1, 10, 1000, 500, FALSE, 0), SLOT_WAIT_KEY_FRAME);
    ck_assert_int_eq(map(&f, 1, 11, 1000, 0, TRUE, 0), SLOT_DROP);
    ck_assert_int_eq(map(&f, 1, 12, 4000, 500, TRUE, 0), SLOT_FORWARD);
    ck_assert_uint_eq(f.sequence, FIRST + 1);
    ck_assert_uint_eq(f.timestamp, 100);
    ck_assert_int_eq(map(&f, 1, 13, 7000, 500, FALSE, 33 * MS), SLOT_FORWARD);
    ck_assert_uint_eq(f.sequence, FIRST + 2);
    ck_assert_uint_eq(f.timestamp, 3100);
    ck_assert_int_eq(map(&f, 1, 11, 1000, 500, FALSE, 40 * MS), SLOT_DROP); /* from before the key frame */
}
END_TEST

START_TEST(goes_on_when_the_publisher_changes)
{
    Fixture f;

    video_slot(&f);
    map(&f, 1, 65535, 0xfffffff0, 500, TRUE, 0);
    ck_assert_int_eq(map(&f, 1, 0, 0x10, 500, FALSE, 1 * MS), SLOT_FORWARD); /* both wrap */
    ck_assert_uint_eq(f.sequence, FIRST + 2);
    ck_assert_uint_eq(f.timestamp, 132);
    ck_assert_int_eq(map(&f, 2, 30000, 77, 500, FALSE, 500 * MS), SLOT_WAIT_KEY_FRAME);
    ck_assert_int_eq(map(&f, 2, 30001, 3077, 500, TRUE, 1001 * MS), SLOT_FORWARD);
    ck_assert_uint_eq(f.sequence, FIRST + 3);
    ck_assert_uint_eq(f.timestamp, 132 + 90000); /* a second later in real time */
    ck_assert_int_eq(map(&f, 2, 30003, 6077, 500, FALSE, 1034 * MS), SLOT_FORWARD);
    ck_assert_uint_eq(f.sequence, FIRST + 5); /* the publisher's own hole stays: it can be asked for */
    ck_assert_int_eq(map(&f, 2, 30002, 3077, 500, FALSE, 1040 * MS), SLOT_FORWARD);
    ck_assert_uint_eq(f.sequence, FIRST + 4);
}
END_TEST

START_TEST(timestamps_never_stand_still_over_a_change)
{
    Fixture f;
    guint32 before;

    video_slot(&f);
    map(&f, 1, 1, 1000, 500, TRUE, 0);
    before = f.timestamp;
    map(&f, 2, 1, 9999, 500, TRUE, 0);
    ck_assert_uint_eq(f.timestamp, before + 1);
}
END_TEST

START_TEST(leaves_out_padding_without_holes)
{
    Fixture f;
    guint16 expected = FIRST;

    video_slot(&f);
    for (guint16 i = 0; i < 200; i++) {
        SlotVerdict verdict = map(&f, 1, (guint16) (65500 + i), 1000u * i, i % 3 == 2 ? 0 : 500, i == 0, i * MS);

        if (i % 3 == 2) {
            ck_assert_int_eq(verdict, SLOT_DROP);
            continue;
        }
        ck_assert_int_eq(verdict, SLOT_FORWARD);
        ck_assert_uint_eq(f.sequence, ++expected);
    }
}
END_TEST

START_TEST(late_packets_keep_their_place_beside_padding)
{
    Fixture f;

    video_slot(&f);
    map(&f, 1, 10, 0, 500, TRUE, 0);                 /* 5001 */
    map(&f, 1, 12, 0, 500, FALSE, 0);                /* 5003; 11 is late */
    ck_assert_int_eq(map(&f, 1, 13, 0, 0, FALSE, 0), SLOT_DROP);
    map(&f, 1, 14, 0, 500, FALSE, 0);
    ck_assert_uint_eq(f.sequence, FIRST + 4);
    ck_assert_int_eq(map(&f, 1, 11, 0, 500, FALSE, 0), SLOT_FORWARD);
    ck_assert_uint_eq(f.sequence, FIRST + 2);
    map(&f, 1, 16, 0, 500, FALSE, 0);
    ck_assert_uint_eq(f.sequence, FIRST + 6);
    ck_assert_int_eq(map(&f, 1, 15, 0, 0, FALSE, 0), SLOT_FORWARD); /* late padding fills the hole it left */
    ck_assert_uint_eq(f.sequence, FIRST + 5);
}
END_TEST

START_TEST(audio_starts_with_any_packet)
{
    SlotRewriter slot;
    RtpHeader header = { .ssrc = 1, .sequence = 7, .timestamp = 960, .payload_length = 80 };
    guint16 sequence;
    guint32 timestamp;

    slot_rewriter_init(&slot, 48000, FALSE, FIRST, 0, NULL);
    ck_assert_int_eq(slot_rewriter_map(&slot, &header, FALSE, 0, &sequence, &timestamp), SLOT_FORWARD);
    ck_assert_uint_eq(sequence, FIRST + 1);
    ck_assert(!slot_rewriter_lookup(&slot, sequence, 0, 0, &sequence)); /* nothing is logged */
}
END_TEST

START_TEST(remembers_what_it_sent)
{
    Fixture f;
    guint16 source;

    video_slot(&f);
    map(&f, 1, 10, 0, 500, TRUE, 0);
    map(&f, 1, 11, 0, 0, FALSE, 0);
    map(&f, 1, 12, 0, 500, FALSE, 0); /* 5002 */
    ck_assert(slot_rewriter_lookup(&f.slot, FIRST + 2, 100 * MS, 50 * MS, &source));
    ck_assert_uint_eq(source, 12);
    ck_assert(!slot_rewriter_lookup(&f.slot, FIRST + 2, 140 * MS, 50 * MS, &source)); /* on its way already */
    ck_assert(slot_rewriter_lookup(&f.slot, FIRST + 2, 150 * MS, 50 * MS, &source));
    ck_assert(!slot_rewriter_lookup(&f.slot, FIRST + 3, 200 * MS, 50 * MS, &source)); /* never sent */
    ck_assert(!slot_rewriter_lookup(&f.slot, FIRST + 2 + SLOT_SENT_LOG, 200 * MS, 0, &source));
    map(&f, 2, 500, 0, 500, TRUE, 300 * MS);
    ck_assert(!slot_rewriter_lookup(&f.slot, FIRST + 2, 400 * MS, 0, &source)); /* of the former publisher */
    ck_assert(slot_rewriter_lookup(&f.slot, FIRST + 3, 400 * MS, 0, &source));
    ck_assert_uint_eq(source, 500);
}
END_TEST

START_TEST(a_packet_is_resent_a_bounded_number_of_times)
{
    Fixture f;
    guint16 source;
    guint resent = 0;

    /* Asked for every millisecond, by somebody whose round trip is not known. */
    video_slot(&f);
    map(&f, 1, 10, 0, 500, TRUE, 0);
    map(&f, 1, 11, 0, 500, FALSE, 0);
    for (gint64 now = 1; now <= 2000; now++)
        if (slot_rewriter_lookup(&f.slot, FIRST + 1, now * MS, 0, &source)) {
            ck_assert_int_eq(now, 1 + resent * SLOT_RESEND_MIN_MS);
            resent++;
        }
    ck_assert_uint_eq(resent, SLOT_RESENDS_MAX);
    ck_assert(slot_rewriter_lookup(&f.slot, FIRST + 2, 2000 * MS, 0, &source)); /* the others are not charged for it */

    /* Far away: once in a round trip, so less often within the same time. */
    resent = 0;
    map(&f, 1, 12, 0, 500, FALSE, 2000 * MS);
    for (gint64 now = 2001; now <= 3000; now++)
        resent += slot_rewriter_lookup(&f.slot, FIRST + 3, now * MS, 300 * MS, &source);
    ck_assert_uint_eq(resent, 4);
}
END_TEST

START_TEST(the_clock_of_resending_may_come_round)
{
    const gint64 wrap = (1 << 28) * MS;
    Fixture f;
    guint16 source;

    video_slot(&f);
    map(&f, 1, 10, 0, 500, TRUE, wrap - 100 * MS);
    ck_assert(slot_rewriter_lookup(&f.slot, FIRST + 1, wrap - 20 * MS, 50 * MS, &source));
    ck_assert(!slot_rewriter_lookup(&f.slot, FIRST + 1, wrap + 20 * MS, 50 * MS, &source));
    ck_assert(slot_rewriter_lookup(&f.slot, FIRST + 1, wrap + 40 * MS, 50 * MS, &source));
}
END_TEST

/* --- SlotSender --- */

static void
h264_sender(SlotSender *sender)
{
    SlotConfig config = { .ssrc = 0x100, .rtx_ssrc = 0x101, .clock_rate = 90000, .video = TRUE, .mid = "1", .mid_extension = 4,
                          .transport_cc_extension = 3, .cname = "slot-1", .seed = 0x12345678 };

    for (guint i = 0; i < G_N_ELEMENTS(config.payloads); i++)
        config.payloads[i] = (SlotPayload){ -1, -1 };
    config.payloads[MEDIA_CODEC_H264] = (SlotPayload){ 102, 103 };
    slot_sender_init(sender, &config);
}

static gsize
source_packet(guint8 *packet, guint32 ssrc, guint16 sequence, guint32 timestamp, guint8 nal)
{
    memset(packet, 0, RTP_FIXED_HEADER);
    packet[0] = 0x80;
    packet[1] = 0x80 | 96;
    rtp_write16(packet + 2, sequence);
    rtp_write32(packet + 4, timestamp);
    rtp_write32(packet + 8, ssrc);
    packet[12] = nal;
    packet[13] = (guint8) sequence;
    return 14;
}

static gsize
forward(SlotSender *sender, guint16 sequence, guint8 nal, guint16 *counter, guint8 *out)
{
    guint8 packet[32];
    gsize length = source_packet(packet, 1, sequence, sequence * 3000u, nal);
    const guint8 *payload;
    RtpHeader header;
    SlotVerdict verdict;

    ck_assert(rtp_header_parse(packet, length, &header));
    payload = packet + header.header_length;
    length = slot_sender_forward(sender, &header,
                                 key_frame_starts(MEDIA_CODEC_H264, payload, header.payload_length), 1000,
                                 counter, out, &verdict);
    if (!length)
        return 0;
    memcpy(out + length, payload, header.payload_length);
    return length + header.payload_length;
}

START_TEST(writes_the_subscribers_packet)
{
    SlotSender sender;
    guint8 out[SLOT_PACKET_MAX];
    guint16 counter = 9;
    RtpHeader header;
    gsize length, size;

    h264_sender(&sender);
    ck_assert(slot_sender_takes(&sender, MEDIA_CODEC_H264));
    ck_assert(!slot_sender_takes(&sender, MEDIA_CODEC_VP8));
    ck_assert(!slot_sender_takes(&sender, MEDIA_CODEC_NONE));
    ck_assert_uint_eq(forward(&sender, 7, 0x65, &counter, out), 0); /* no source yet */
    slot_sender_set_codec(&sender, MEDIA_CODEC_H264);
    ck_assert_uint_eq(forward(&sender, 7, 0x41, &counter, out), 0);
    ck_assert_uint_eq(counter, 9);
    length = forward(&sender, 8, 0x65, &counter, out);
    ck_assert(rtp_header_parse(out, length, &header));
    ck_assert_uint_eq(header.ssrc, 0x100);
    ck_assert_uint_eq(header.payload_type, 102);
    ck_assert(header.marker);
    ck_assert_uint_eq(header.payload_length, 2);
    ck_assert_int_eq(out[header.header_length + 1], 8);
    ck_assert_uint_eq(rtp_read16(rtp_header_extension(&header, out, 3, &size)), 9);
    ck_assert_int_eq(*rtp_header_extension(&header, out, 4, &size), '1');
    ck_assert_uint_eq(counter, 10);
    slot_sender_clear(&sender);
}
END_TEST

START_TEST(retransmits_from_the_history)
{
    SlotSender sender;
    g_autoptr(PacketHistory) history = packet_history_new(10000, 64);
    guint8 out[SLOT_PACKET_MAX], packet[32];
    guint16 counter = 0, number;
    RtpHeader sent, again;
    gsize length, payload;

    h264_sender(&sender);
    slot_sender_set_codec(&sender, MEDIA_CODEC_H264);
    packet_history_store(history, 8, packet, source_packet(packet, 1, 8, 8 * 3000, 0x65));
    length = forward(&sender, 8, 0x65, &counter, out);
    ck_assert(rtp_header_parse(out, length, &sent));
    number = sent.sequence;
    length = slot_sender_retransmit(&sender, number, history, 50 * MS, &counter, out, &payload);
    ck_assert(rtp_header_parse(out, length + payload, &again));
    ck_assert_uint_eq(again.header_length, length);
    ck_assert_uint_eq(again.ssrc, 0x101);
    ck_assert_uint_eq(again.payload_type, 103);
    ck_assert_uint_eq(again.timestamp, sent.timestamp);
    ck_assert_uint_eq(rtp_read16(out + again.header_length), number);
    ck_assert_int_eq(out[again.header_length + 2], 0x65);
    ck_assert_uint_eq(again.payload_length, 4);
    ck_assert_uint_eq(slot_sender_retransmit(&sender, (guint16) (number + 1), history, 50 * MS, &counter, out, &payload), 0);
    packet_history_clear(history);
    ck_assert_uint_eq(slot_sender_retransmit(&sender, number, history, 90 * MS, &counter, out, &payload), 0);
    ck_assert_uint_eq(sender.unavailable, 1);
    slot_sender_clear(&sender);
}
END_TEST

START_TEST(maps_sender_reports_and_measures_the_round_trip)
{
    SlotSender sender;
    RtcpSenderReport report = { 1, G_GUINT64_CONSTANT(0xe601020380000000), 8 * 3000 + 450, 99, 99 };
    guint8 out[SLOT_PACKET_MAX], bytes[128];
    RtcpWriter writer = { bytes, sizeof bytes, 0 };
    RtcpReportBlock block = { .ssrc = 0x100, .fraction_lost = 12, .last_sender_report = 0x02038000, .delay_since_last_sender_report = 6554 };
    guint16 counter = 0;
    RtpHeader header;
    RtcpReader reader;
    RtcpItem item;
    gsize length;

    h264_sender(&sender);
    slot_sender_set_codec(&sender, MEDIA_CODEC_H264);
    slot_sender_source_report(&sender, &report);
    ck_assert(!slot_sender_write_report(&sender, 0, &writer)); /* nothing to map to yet */
    length = forward(&sender, 8, 0x65, &counter, out);
    ck_assert(rtp_header_parse(out, length, &header));
    ck_assert(slot_sender_write_report(&sender, 1000 * MS, &writer));
    ck_assert(!slot_sender_write_report(&sender, 1000 * MS, &writer));
    rtcp_reader_init(&reader, bytes, writer.length);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_uint_eq(item.sender_report.ssrc, 0x100);
    ck_assert_uint_eq(item.sender_report.ntp, report.ntp);
    ck_assert_uint_eq(item.sender_report.rtp_timestamp, header.timestamp + 450);
    ck_assert_uint_eq(item.sender_report.packets, 1);
    ck_assert_uint_eq(item.sender_report.bytes, 2);
    ck_assert(rtcp_reader_next(&reader, &item));
    ck_assert_int_eq(item.type, RTCP_ITEM_CNAME);
    slot_sender_report_block(&sender, &block, 1250 * MS); /* of which the subscriber held it for 100 ms */
    ck_assert_int_ge(sender.rtt_us, 149 * MS);
    ck_assert_int_le(sender.rtt_us, 151 * MS);
    ck_assert_uint_eq(sender.fraction_lost, 12);
    slot_sender_clear(&sender);
}
END_TEST

START_TEST(a_report_of_another_source_is_not_mapped)
{
    SlotSender sender;
    RtcpSenderReport report = { 2, 1, 0, 0, 0 };
    guint8 out[SLOT_PACKET_MAX], bytes[128];
    RtcpWriter writer = { bytes, sizeof bytes, 0 };
    guint16 counter = 0;

    h264_sender(&sender);
    slot_sender_set_codec(&sender, MEDIA_CODEC_H264);
    forward(&sender, 8, 0x65, &counter, out);
    slot_sender_source_report(&sender, &report);
    ck_assert(!slot_sender_write_report(&sender, 0, &writer));
    ck_assert_uint_eq(writer.length, 0);
    slot_sender_clear(&sender);
}
END_TEST

/* A voice with DTX (RFC 7587, section 3.1.3): 20 ms packets, then one of one or two bytes every 400 ms, then a talkspurt with its marker. What is
 * in the packets, in-band FEC of the packet before among it, is never looked at. */
START_TEST(opus_with_dtx_and_fec_passes_as_it_came)
{
    static const struct {
        guint16 sequence;
        guint32 timestamp;
        gsize payload;
        gboolean marker;
    } voice[] = {
        { 65534, 4294960000u, 90, TRUE }, { 65535, 4294960960u, 84, FALSE }, { 0, 4294961920u, 2, FALSE },
        { 1, 4294961920u + 19200, 1, FALSE }, { 2, 4294961920u + 2 * 19200, 1, FALSE }, { 3, 4294961920u + 2 * 19200 + 960, 95, TRUE },
    };
    SlotConfig config = { .ssrc = 0x200, .clock_rate = 48000, .mid = "0", .mid_extension = 4, .cname = "voice", .seed = 0x1234 };
    NackGenerator nack = { 0 };
    SlotSender sender;
    guint16 counter = 0, first_sequence = 0;
    guint32 first_timestamp = 0;

    for (guint i = 0; i < G_N_ELEMENTS(config.payloads); i++)
        config.payloads[i] = (SlotPayload){ -1, -1 };
    config.payloads[MEDIA_CODEC_OPUS] = (SlotPayload){ 111, -1 };
    slot_sender_init(&sender, &config);
    slot_sender_set_codec(&sender, MEDIA_CODEC_OPUS);
    for (guint i = 0; i < G_N_ELEMENTS(voice); i++) {
        RtpHeader header = { .ssrc = 9, .sequence = voice[i].sequence, .timestamp = voice[i].timestamp, .marker = voice[i].marker,
                             .payload_length = (guint16) voice[i].payload }, out_header;
        gint64 now_us = (gint64) (guint32) (voice[i].timestamp - voice[0].timestamp) * 1000 / 48;
        guint8 payload[100] = { 0x78 }, out[SLOT_PACKET_MAX];
        SlotVerdict verdict;
        gsize length = slot_sender_forward(&sender, &header, TRUE, now_us, &counter, out, &verdict);

        ck_assert_int_eq(verdict, SLOT_FORWARD);
        ck_assert(!slot_sender_alters(&sender, payload, voice[i].payload));
        memcpy(out + length, payload, voice[i].payload);
        ck_assert(rtp_header_parse(out, length + voice[i].payload, &out_header));
        if (i == 0) {
            first_sequence = out_header.sequence;
            first_timestamp = out_header.timestamp;
        }
        ck_assert_uint_eq(out_header.sequence, (guint16) (first_sequence + i));
        ck_assert_uint_eq(out_header.timestamp - first_timestamp, (guint32) (voice[i].timestamp - voice[0].timestamp));
        ck_assert_int_eq(out_header.marker, voice[i].marker);
        ck_assert_uint_eq(out_header.payload_length, voice[i].payload);
        nack_generator_received(&nack, header.sequence, now_us);
    }
    ck_assert_int_eq(nack_generator_next_timeout(&nack, 0), G_MAXINT64); /* silence is nothing that was lost */
    slot_sender_clear(&sender);
}
END_TEST

SUITE_MAIN("slot", starts_at_a_key_frame, goes_on_when_the_publisher_changes, timestamps_never_stand_still_over_a_change,
           leaves_out_padding_without_holes, late_packets_keep_their_place_beside_padding, audio_starts_with_any_packet,
           remembers_what_it_sent, a_packet_is_resent_a_bounded_number_of_times, the_clock_of_resending_may_come_round,
           writes_the_subscribers_packet, retransmits_from_the_history,
           maps_sender_reports_and_measures_the_round_trip, a_report_of_another_source_is_not_mapped,
           opus_with_dtx_and_fec_passes_as_it_came)
