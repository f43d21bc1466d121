/* RTP packets, key frames, history and RTX: RFC 3550, RFC 8285, RFC 6184, RFC 7741, RFC 4588. */
#include <string.h>

#include "key-frame.h"
#include "packet-history.h"
#include "rtp-packet.h"
#include "rtx.h"
#include "sequence.h"
#include "suite-main.h"

/* V=2, padding, extension, 1 CSRC; marker, PT 96; one-byte extension with elements 3 (2 bytes) and 4 (1 byte); payload 5, padding 3. */
static const guint8 full_packet[] = {
    0xb1, 0xe0, 0x12, 0x34, 0x01, 0x02, 0x03, 0x04, 0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 9, /* fixed header, CSRC */
    0xbe, 0xde, 0, 2,       0x31, 0xab, 0xcd, 0x40, '0', 0, 0, 0,                       /* extension */
    1,    2,    3, 4,       5,    0,    0,    3,
};

START_TEST(parses_every_field)
{
    RtpHeader header;
    gsize length;
    const guint8 *element;

    ck_assert(rtp_header_parse(full_packet, sizeof full_packet, &header));
    ck_assert_uint_eq(header.payload_type, 96);
    ck_assert(header.marker);
    ck_assert_uint_eq(header.sequence, 0x1234);
    ck_assert_uint_eq(header.timestamp, 0x01020304);
    ck_assert_uint_eq(header.ssrc, 0xcafebabe);
    ck_assert_uint_eq(header.header_length, 28);
    ck_assert_uint_eq(header.payload_length, 5);
    ck_assert_uint_eq(header.padding_length, 3);
    element = rtp_header_extension(&header, full_packet, 3, &length);
    ck_assert_uint_eq(length, 2);
    ck_assert_uint_eq(rtp_read16(element), 0xabcd);
    element = rtp_header_extension(&header, full_packet, 4, &length);
    ck_assert_uint_eq(length, 1);
    ck_assert_int_eq(*element, '0');
    ck_assert_ptr_null(rtp_header_extension(&header, full_packet, 5, &length));
}
END_TEST

/* Every shorter piece is either refused or parsed within its bounds; ASan sees the rest. */
START_TEST(survives_truncation_at_every_byte)
{
    for (gsize n = 0; n < sizeof full_packet; n++) {
        g_autofree guint8 *cut = g_memdup2(full_packet, n);
        RtpHeader header;
        gsize length;

        if (!rtp_header_parse(cut, n, &header))
            continue;
        ck_assert_uint_le(header.header_length + header.payload_length + header.padding_length, n);
        rtp_header_extension(&header, cut, 9, &length);
    }
}
END_TEST

START_TEST(refuses_what_is_no_rtp)
{
    guint8 packet[RTP_PACKET_MAX + 1];
    RtpHeader header;

    memcpy(packet, full_packet, sizeof full_packet);
    packet[0] = 0x31; /* version 0 */
    ck_assert(!rtp_header_parse(packet, sizeof full_packet, &header));
    memcpy(packet, full_packet, sizeof full_packet);
    packet[sizeof full_packet - 1] = 9; /* more padding than payload */
    ck_assert(!rtp_header_parse(packet, sizeof full_packet, &header));
    packet[sizeof full_packet - 1] = 0; /* padding of nothing */
    ck_assert(!rtp_header_parse(packet, sizeof full_packet, &header));
    rtp_write16(packet + 18, 0xffff); /* extension longer than any packet */
    ck_assert(!rtp_header_parse(packet, sizeof full_packet, &header));
    memset(packet, 0, sizeof packet);
    packet[0] = 0x80;
    ck_assert(rtp_header_parse(packet, RTP_PACKET_MAX, &header));
    ck_assert(!rtp_header_parse(packet, RTP_PACKET_MAX + 1, &header));
}
END_TEST

START_TEST(reads_two_byte_extensions)
{
    guint8 packet[] = { 0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x10, 0, 0, 2, 20, 0, 21, 3, 7, 8, 9, 0 };
    RtpHeader header;
    gsize length = 99;

    ck_assert(rtp_header_parse(packet, sizeof packet, &header));
    ck_assert_ptr_nonnull(rtp_header_extension(&header, packet, 20, &length));
    ck_assert_uint_eq(length, 0);
    ck_assert_ptr_nonnull(rtp_header_extension(&header, packet, 21, &length));
    ck_assert_uint_eq(length, 3);
    packet[19] = 5; /* longer than the block */
    ck_assert_ptr_null(rtp_header_extension(&header, packet, 21, &length));
}
END_TEST

static void
check_template(const char *mid, guint8 mid_id, guint8 sequence_id, const char *expected_mid)
{
    RtpHeaderTemplate template;
    guint8 packet[sizeof template.bytes + 3] = { 0 };
    RtpHeader header;
    gsize length, size;
    const guint8 *element;

    rtp_header_template_init(&template, 0x11223344, mid, mid_id, sequence_id);
    size = rtp_header_template_write(&template, packet, 102, TRUE, 65535, 0x80000000, 777);
    ck_assert_uint_eq(size % 4, 0);
    ck_assert(rtp_header_parse(packet, size + 3, &header));
    ck_assert_uint_eq(header.payload_length, 3);
    ck_assert_uint_eq(header.payload_type, 102);
    ck_assert(header.marker);
    ck_assert_uint_eq(header.sequence, 65535);
    ck_assert_uint_eq(header.timestamp, 0x80000000);
    ck_assert_uint_eq(header.ssrc, 0x11223344);
    element = mid_id ? rtp_header_extension(&header, packet, mid_id, &length) : NULL;
    if (expected_mid) {
        ck_assert_uint_eq(length, strlen(expected_mid));
        ck_assert_mem_eq(element, expected_mid, length);
    } else {
        ck_assert_ptr_null(element);
    }
    if (sequence_id) {
        element = rtp_header_extension(&header, packet, sequence_id, &length);
        ck_assert_uint_eq(length, 2);
        ck_assert_uint_eq(rtp_read16(element), 777);
    }
}

START_TEST(writes_headers_with_the_negotiated_extensions)
{
    check_template("0", 4, 3, "0");
    check_template("audio-track-0016", 14, 1, "audio-track-0016");
    check_template("video", 4, 0, "video");
    check_template("video", 0, 5, NULL);
    check_template("video", 0, 0, NULL);
    check_template("video", 200, 3, "video"); /* two-byte form */
    check_template("seventeen-bytes-x", 4, 3, NULL);
}
END_TEST

START_TEST(extends_sequence_numbers_over_the_wrap)
{
    SequenceExtender extender = { 0 };
    gint64 first = sequence_extend(&extender, 65534);

    ck_assert_int_eq(sequence_extend(&extender, 1) - first, 3);
    ck_assert_int_eq(sequence_extend(&extender, 65535) - first, 1);
    ck_assert_int_eq(sequence_extend(&extender, 2) - first, 4);
}
END_TEST

typedef struct {
    MediaCodec codec;
    gboolean key;
    gsize length;
    guint8 payload[12];
} KeyFrameVector;

START_TEST(finds_key_frames)
{
    static const KeyFrameVector vectors[] = {
        { MEDIA_CODEC_H264, TRUE, 2, { 0x67, 0x42 } },                                  /* SPS */
        { MEDIA_CODEC_H264, TRUE, 2, { 0x65, 0x88 } },                                  /* IDR slice */
        { MEDIA_CODEC_H264, FALSE, 2, { 0x68, 0xce } },                                 /* PPS */
        { MEDIA_CODEC_H264, FALSE, 2, { 0x41, 0x9a } },                                 /* slice */
        { MEDIA_CODEC_H264, TRUE, 9, { 0x78, 0, 2, 0x68, 0xce, 0, 2, 0x67, 0x42 } },    /* STAP-A of PPS, SPS */
        { MEDIA_CODEC_H264, FALSE, 9, { 0x78, 0, 2, 0x68, 0xce, 0, 2, 0x41, 0x42 } },   /* STAP-A of PPS, slice */
        { MEDIA_CODEC_H264, FALSE, 5, { 0x78, 0xff, 0xff, 0x68, 0xce } },               /* STAP-A past its end */
        { MEDIA_CODEC_H264, TRUE, 3, { 0x7c, 0x85, 0x88 } },                            /* FU-A, start, IDR */
        { MEDIA_CODEC_H264, FALSE, 3, { 0x7c, 0x05, 0x88 } },                           /* FU-A, middle, IDR */
        { MEDIA_CODEC_H264, FALSE, 3, { 0x7c, 0x81, 0x88 } },                           /* FU-A, start, slice */
        { MEDIA_CODEC_H264, FALSE, 1, { 0x7c } },
        { MEDIA_CODEC_H264, FALSE, 0, { 0 } },
        { MEDIA_CODEC_VP8, TRUE, 2, { 0x10, 0x00 } },
        { MEDIA_CODEC_VP8, FALSE, 2, { 0x10, 0x01 } },                                  /* delta frame */
        { MEDIA_CODEC_VP8, FALSE, 2, { 0x00, 0x00 } },                                  /* not the start of a partition */
        { MEDIA_CODEC_VP8, FALSE, 2, { 0x11, 0x00 } },                                  /* partition 1 */
        { MEDIA_CODEC_VP8, TRUE, 4, { 0x90, 0x80, 0x12, 0x00 } },                       /* 7-bit picture id */
        { MEDIA_CODEC_VP8, TRUE, 7, { 0x90, 0xe0, 0x92, 0x34, 0x01, 0x20, 0x00 } },     /* 15 bits, TL0PICIDX, TID */
        { MEDIA_CODEC_VP8, FALSE, 6, { 0x90, 0xe0, 0x92, 0x34, 0x01, 0x20 } },          /* cut off */
        { MEDIA_CODEC_VP8, FALSE, 2, { 0x90, 0x80 } },
        { MEDIA_CODEC_VP8, FALSE, 1, { 0x10 } },
        { MEDIA_CODEC_OPUS, TRUE, 1, { 0x78 } },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(vectors); i++) {
        g_autofree guint8 *payload = g_memdup2(vectors[i].payload, vectors[i].length); /* so that ASan sees the bound */

        ck_assert_msg(key_frame_starts(vectors[i].codec, payload, vectors[i].length) == vectors[i].key, "vector %zu", i);
    }
}
END_TEST

START_TEST(names_codecs)
{
    ck_assert_int_eq(media_codec_from_name("OPUS"), MEDIA_CODEC_OPUS);
    ck_assert_int_eq(media_codec_from_name("h264"), MEDIA_CODEC_H264);
    ck_assert_int_eq(media_codec_from_name("AV1"), MEDIA_CODEC_NONE);
    ck_assert_str_eq(media_codec_name(MEDIA_CODEC_VP8), "VP8");
}
END_TEST

START_TEST(keeps_the_last_packets_within_its_bounds)
{
    g_autoptr(PacketHistory) history = packet_history_new(1000, 8);
    guint8 packet[300];
    gsize length;

    for (guint i = 0; i < 100; i++) {
        memset(packet, (int) i, sizeof packet);
        packet_history_store(history, (guint16) (65500 + i), packet, 90 + i % 50);
        for (guint back = 0; back <= i; back++) { /* what is found is what was stored, whole */
            guint16 sequence = (guint16) (65500 + i - back);
            const guint8 *found = packet_history_find(history, sequence, &length);

            if (back < 6)
                ck_assert_ptr_nonnull(found);
            if (back >= 10)
                ck_assert_ptr_null(found);
            if (found) {
                ck_assert_uint_eq(length, 90 + (i - back) % 50);
                ck_assert_int_eq(found[0], (guint8) (i - back));
                ck_assert_int_eq(found[length - 1], (guint8) (i - back));
            }
        }
    }
    packet_history_clear(history);
    ck_assert_ptr_null(packet_history_find(history, (guint16) (65500 + 99), &length));
    g_autofree guint8 *long_packet = g_malloc0(1001);
    packet_history_store(history, 7, long_packet, 1001);
    ck_assert_ptr_null(packet_history_find(history, 7, &length));
}
END_TEST

START_TEST(restores_a_retransmitted_packet)
{
    guint8 packet[] = { 0x90, 0x80 | 97, 0, 5, 0, 0, 0, 7, 0, 0, 0, 2, 0xbe, 0xde, 0, 1, 0x40, '1', 0, 0, 0x12, 0x34, 0xaa, 0xbb };
    gsize length = sizeof packet;
    RtpHeader header;

    ck_assert(rtp_header_parse(packet, length, &header));
    ck_assert(rtx_unwrap(packet, &length, &header, 96, 0x99));
    ck_assert_uint_eq(length, sizeof packet - 2);
    ck_assert(rtp_header_parse(packet + 2, length, &header));
    ck_assert_uint_eq(header.sequence, 0x1234);
    ck_assert_uint_eq(header.payload_type, 96);
    ck_assert(header.marker);
    ck_assert_uint_eq(header.ssrc, 0x99);
    ck_assert_uint_eq(header.timestamp, 7);
    ck_assert_uint_eq(header.payload_length, 2);
    ck_assert_int_eq(packet[2 + header.header_length], 0xaa);
}
END_TEST

START_TEST(knows_a_probe_from_a_retransmission)
{
    guint8 probe[] = { 0xa0, 97, 0, 5, 0, 0, 0, 7, 0, 0, 0, 2, 0x12, 0x34, 0, 0, 0, 4 };
    gsize length = sizeof probe;
    RtpHeader header;

    ck_assert(rtp_header_parse(probe, length, &header));
    ck_assert_uint_eq(header.payload_length, 2); /* the number alone */
    ck_assert(!rtx_unwrap(probe, &length, &header, 96, 0x99));
}
END_TEST

SUITE_MAIN("rtp", parses_every_field, survives_truncation_at_every_byte, refuses_what_is_no_rtp, reads_two_byte_extensions,
           writes_headers_with_the_negotiated_extensions, extends_sequence_numbers_over_the_wrap, finds_key_frames, names_codecs,
           keeps_the_last_packets_within_its_bounds, restores_a_retransmitted_packet, knows_a_probe_from_a_retransmission)
