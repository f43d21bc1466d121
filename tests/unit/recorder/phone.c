#include "phone.h"

#include <math.h>
#include <opus.h>
#include <string.h>

#include "opus-packet.h"

#define VP8_TYPE  96
#define H264_TYPE 102
#define OPUS_TYPE 111

typedef struct {
    gint64 at; /* when it reaches the recorder */
    guint order;
    guint8 *data;
    gsize length;
} Packet;

/** 7.3.2.1, baseline: written bit by bit. */
static gsize
write_sps(guint8 out[32], guint width, guint height)
{
    static const guint8 head[] = { 0x67, 0x42, 0xc0, 0x1f };
    const guint32 codes[] = { 0, 0, 2, 1 }, sizes[] = { width / 16 - 1, height / 16 - 1 };
    guint bit = 8 * sizeof head;

    memset(out, 0, 32);
    memcpy(out, head, sizeof head);
#define PUT(value, count)                                                                                              \
    for (guint n_ = (count); n_-- > 0; bit++)                                                                          \
        out[bit / 8] |= (guint8) (((value) >> n_ & 1) << (7 - bit % 8))
#define PUT_UE(value)                                                                                                  \
    {                                                                                                                  \
        guint length_ = g_bit_storage((value) + 1);                                                                    \
        PUT(0u, length_ - 1);                                                                                          \
        PUT((value) + 1, length_);                                                                                     \
    }
    for (guint i = 0; i < 4; i++)
        PUT_UE(codes[i]);
    PUT(0u, 1);
    PUT_UE(sizes[0]);
    PUT_UE(sizes[1]);
    PUT(0x19u, 5); /* frames only, direct 8x8, no cropping, no VUI, stop bit */
#undef PUT
#undef PUT_UE
    return (bit + 7) / 8;
}

static gint
earlier(gconstpointer a, gconstpointer b, gpointer user)
{
    const Packet *left = a, *right = b;

    return left->at != right->at ? (left->at < right->at ? -1 : 1) : (left->order < right->order ? -1 : 1);
}

static void
packet_free(gpointer data)
{
    g_free(((Packet *) data)->data);
    g_free(data);
}

static void
encode_beep(Phone *phone)
{
    OpusEncoder *encoder = opus_encoder_create(OPUS_RATE, 1, OPUS_APPLICATION_AUDIO, NULL);

    for (guint i = 0; i < PHONE_BEEP_PACKETS; i++) {
        gint16 pcm[960];
        guint8 packet[1275];

        for (guint n = 0; n < 960; n++)
            pcm[n] = (gint16) (12000 * sin(2 * G_PI * 1000 * (i * 960 + n) / OPUS_RATE));
        phone->beep[i] = g_bytes_new(packet, (gsize) opus_encode(encoder, pcm, 960, packet, sizeof packet));
    }
    opus_encoder_destroy(encoder);
}

void
phone_init(Phone *phone, FakeClock *clock, guint fps)
{
    *phone = (Phone){
        .clock = clock,
        .step_us = 5 * MS,
        .wire = g_sequence_new(packet_free),
        .random = g_rand_new_with_seed(11),
        .fps = fps,
        .frame_us = (guint) SECOND / fps,
        .width = 1280,
        .height = 720,
        .codec = VIDEO_H264,
        .video_ssrc = PHONE_VIDEO,
        .video_delay = 80 * MS, /* a camera and its encoder are slower than a microphone */
        .key_wanted = TRUE,
        .next_poll = clock->mono_us,
    };
    encode_beep(phone);
}

void
phone_clear(Phone *phone)
{
    g_sequence_free(phone->wire);
    for (guint i = 0; i < PHONE_BEEP_PACKETS; i++)
        g_bytes_unref(phone->beep[i]);
    g_rand_free(phone->random);
}

/** The network: 20 to 50 ms, and what is lost comes again 150 ms later, unless it is lost again; after a second nobody asks any more. */
static void
transmit(Phone *phone, const guint8 *data, gsize length, gint64 now)
{
    gint64 at = now + 20 * MS + g_rand_int_range(phone->random, 0, 30000);

    if (g_rand_int_range(phone->random, 0, 100) < phone->loss_percent)
        phone->lost_once++;
    for (guint again = 0; g_rand_int_range(phone->random, 0, 100) < phone->loss_percent; again++) {
        if (again == 5)
            return;
        at += 150 * MS;
    }

    Packet *packet = g_new0(Packet, 1);

    *packet = (Packet){ at, phone->sent++, g_memdup2(data, length), length };
    g_sequence_insert_sorted(phone->wire, packet, earlier, NULL);
}

static void
send_rtp(Phone *phone, guint32 ssrc, guint8 payload_type, guint32 rate, gint64 sender, gboolean marker, const guint8 *payload, gsize length,
         gint64 now)
{
    guint8 packet[1500] = { 0x80, (guint8) (payload_type | (marker ? 0x80 : 0)) };
    guint16 sequence = GUINT16_TO_BE(phone->sequence[ssrc & 3]);
    guint32 time = GUINT32_TO_BE((guint32) (sender * rate / SECOND + 12345 * ssrc)), id = GUINT32_TO_BE(ssrc);

    phone->sequence[ssrc & 3]++;
    memcpy(packet + 2, &sequence, 2);
    memcpy(packet + 4, &time, 4);
    memcpy(packet + 8, &id, 4);
    memcpy(packet + 12, payload, length);
    transmit(phone, packet, 12 + length, now);
}

static void
send_report(Phone *phone, guint32 ssrc, guint32 rate, gint64 sender, gint64 now)
{
    guint64 ntp = (guint64) (sender / SECOND) << 32 | (guint64) (((sender % SECOND) << 32) / SECOND);
    const guint32 words[] = { GUINT32_TO_BE(0x80c80006u), GUINT32_TO_BE(ssrc), GUINT32_TO_BE((guint32) (ntp >> 32)), GUINT32_TO_BE((guint32) ntp),
                              GUINT32_TO_BE((guint32) (sender * rate / SECOND + 12345 * ssrc)), 0, 0 };

    transmit(phone, (const guint8 *) words, sizeof words, now);
}

/** Several packets, as a picture of 1.5 Mbit/s has. */
static void
send_picture(Phone *phone, gint64 sender, gint64 now)
{
    static const guint8 pps[] = { 0x68, 0xce, 0x3c, 0x80 };
    gboolean flash = sender % PHONE_EVERY < (gint64) phone->frame_us, key = phone->key_wanted;
    guint8 payload[64], sps[32];

    phone->key_wanted = FALSE;
    phone->pictures_sent++;
    if (phone->codec == VIDEO_VP8) {
        const guint8 head[] = { 0x10, key ? 0 : 1, 0, 0, 0x9d, 0x01, 0x2a, (guint8) phone->width, (guint8) (phone->width >> 8),
                                (guint8) phone->height, (guint8) (phone->height >> 8), 1, 2, flash ? PHONE_FLASH : 1 };

        send_rtp(phone, phone->video_ssrc, VP8_TYPE, MEDIA_VIDEO_TIMESCALE, sender, TRUE, head, sizeof head, now);
        return;
    }
    if (key) {
        gsize length = write_sps(sps, phone->width, phone->height);

        send_rtp(phone, phone->video_ssrc, H264_TYPE, MEDIA_VIDEO_TIMESCALE, sender, FALSE, sps, length, now);
        send_rtp(phone, phone->video_ssrc, H264_TYPE, MEDIA_VIDEO_TIMESCALE, sender, FALSE, pps, sizeof pps, now);
    }
    for (guint i = 0; i < 5; i++) {
        const guint8 part[] = { 0x7c, (guint8) ((i == 0 ? 0x80 : i == 4 ? 0x40 : 0) | (key ? 5 : 1)), key ? 0x88 : 0x9a, 0x84, flash ? PHONE_FLASH : 1 };

        memcpy(payload, part, sizeof part);
        send_rtp(phone, phone->video_ssrc, H264_TYPE, MEDIA_VIDEO_TIMESCALE, sender, i == 4, payload, sizeof part, now);
    }
}

static void
send_speech(Phone *phone, gint64 sender, gint64 now)
{
    gint64 into = sender % PHONE_EVERY / (20 * MS);
    guint duration;
    g_autoptr(GBytes) silence = opus_silence(960, &duration);
    GBytes *packet = into < PHONE_BEEP_PACKETS ? phone->beep[into] : silence;

    if (phone->dtx && into > PHONE_BEEP_PACKETS + 10 && into % 20)
        return;
    send_rtp(phone, PHONE_AUDIO, OPUS_TYPE, MEDIA_AUDIO_TIMESCALE, sender, FALSE, g_bytes_get_data(packet, NULL), g_bytes_get_size(packet), now);
}

void
phone_announce(Phone *phone, guint32 ssrc, FeedKind kind)
{
    gboolean video = kind == FEED_VIDEO, vp8 = phone->codec == VIDEO_VP8;
    FeedMessage message = { .type = FEED_TRACK,
                            .ssrc = ssrc,
                            .kind = kind,
                            .clock_rate = video ? MEDIA_VIDEO_TIMESCALE : MEDIA_AUDIO_TIMESCALE,
                            .payload_type = !video ? OPUS_TYPE : vp8 ? VP8_TYPE : H264_TYPE };

    g_strlcpy(message.participant, PHONE_SITE, sizeof message.participant);
    g_strlcpy(message.codec, !video ? "opus" : vp8 ? "VP8" : "H264", sizeof message.codec);
    feed_room_message(phone->room, &message);
}

void
phone_on_send(const guint8 *packet, gsize length, gpointer user)
{
    Phone *phone = user;

    phone->plis++;
    phone->key_wanted = TRUE;
}

static void
deliver(Phone *phone)
{
    while (!g_sequence_is_empty(phone->wire)) {
        GSequenceIter *first = g_sequence_get_begin_iter(phone->wire);
        const Packet *packet = g_sequence_get(first);

        if (packet->at > phone->clock->mono_us)
            return;
        if (phone->room)
            feed_room_packet(phone->room, packet->data, packet->length);
        g_sequence_remove(first);
    }
}

/** On a grid that has a picture at every flash: at 24 and 30 per second they are not whole microseconds apart. */
static gint64
frame_after(const Phone *phone, gint64 at)
{
    gint64 second = at / SECOND * SECOND, n = (at - second + phone->frame_us / 2) * phone->fps / SECOND + 1;

    return second + n * SECOND / phone->fps;
}

void
phone_run(Phone *phone, gint64 us)
{
    for (gint64 end = phone->clock->mono_us + us; phone->clock->mono_us < end;) {
        gint64 now = phone->clock->mono_us, sender = (gint64) ((double) now * (1 + phone->skew));

        while (phone->next_video + phone->video_delay <= sender) {
            if (!phone->camera_off && phone->next_video)
                send_picture(phone, phone->next_video, now);
            if (!phone->next_video)
                phone->next_video = sender / SECOND * SECOND;
            phone->next_video = frame_after(phone, phone->next_video);
        }
        while (phone->next_audio + 20 * MS <= sender) {
            if (!phone->microphone_off && phone->next_audio)
                send_speech(phone, phone->next_audio, now);
            phone->next_audio = phone->next_audio ? phone->next_audio + 20 * MS : sender / SECOND * SECOND;
        }
        if (sender >= phone->next_report) {
            phone->next_report = sender + SECOND;
            send_report(phone, phone->video_ssrc, MEDIA_VIDEO_TIMESCALE, sender, now);
            send_report(phone, PHONE_AUDIO, MEDIA_AUDIO_TIMESCALE, sender, now);
        }
        deliver(phone);
        if (now >= phone->next_poll) {
            phone->next_poll += 100 * MS;
            if (phone->room)
                feed_room_poll(phone->room);
        }
        if (phone->step)
            phone->step(phone->user);
        fake_clock_advance(phone->clock, phone->step_us);
    }
}

void
phone_drain(Phone *phone)
{
    while (!g_sequence_is_empty(phone->wire)) {
        fake_clock_advance(phone->clock, 5 * MS);
        deliver(phone);
    }
}
