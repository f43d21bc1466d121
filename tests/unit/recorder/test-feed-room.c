/* What a phone sends, through a network and the whole media path, is measured in the bytes of the files: flashes against beeps, by content. */
#include "feed-room.h"

#include <math.h>
#include <opus.h>
#include <string.h>

#include "media-run.h"
#include "opus-packet.h"
#include "suite-main.h"

#define MS             G_GINT64_CONSTANT(1000)
#define SECOND         G_GINT64_CONSTANT(1000000)
#define EVERY          (2 * SECOND) /* a flash and a beep */
#define BEEP_PACKETS   5
#define SITE           "018bcfe5-6800-7000-8000-00000000aaaa"
#define VIDEO_SSRC     1u
#define AUDIO_SSRC     2u
#define FLASH          0x55
#define OFFSET_MAX     (40 * MS)

/* --- what was written --- */

typedef struct {
    gint64 at; /* when it reaches the recorder */
    guint order;
    guint8 *data;
    gsize length;
} Packet;

typedef struct {
    FakeClock clock;
    FeedRoom *room;
    GSequence *wire; /* of Packet */
    GRand *random;
    guint sent;

    /* the sender */
    double skew;
    guint fps, frame_us, width, height;
    VideoCodec codec;
    guint32 video_ssrc;
    guint16 sequence[4];
    gboolean key_wanted, camera_off, microphone_off, dtx;
    gint64 video_delay, loss_percent, next_video, next_audio, next_report, next_poll;
    GBytes *beep[BEEP_PACKETS];
    guint pictures_sent, lost_once;

    /* the files: of the site track */
    VideoCodec part_codec;
    gint64 part_begins; /* wall */
    guint parts, pictures, plis, damages, gaps;
    gint64 covered, gap_total, last_gap_from;
    GArray *flashes, *beeps; /* of gint64, wall */
    OpusDecoder *decoder;
    gint64 quiet_until;
    guint voice_damages;
} Bench;

static gboolean
accepts(gpointer user)
{
    return TRUE;
}

static guint
epoch(gpointer user)
{
    return 1;
}

static void
begin_part(const RecordingPart *part, gpointer user)
{
    Bench *bench = user;

    if (strcmp(part->track, "site"))
        return;
    bench->parts++;
    bench->part_begins = part->captured;
    bench->part_codec = g_str_equal(part->extension, "webm") ? VIDEO_VP8 : VIDEO_H264;
    opus_decoder_ctl(bench->decoder, OPUS_RESET_STATE);
}

static void
see_picture(Bench *bench, const guint8 *data, gsize length, gint64 wall)
{
    bench->pictures++;
    if (length > 12 && data[length - 1] == FLASH)
        g_array_append_val(bench->flashes, wall);
}

/** A beep begins where 2.5 ms are loud after 200 ms that were not. */
static void
hear(Bench *bench, const guint8 *data, gsize length, gint64 wall)
{
    gint16 pcm[OPUS_DURATION_MAX];
    int samples = opus_decode(bench->decoder, data, (opus_int32) length, pcm, OPUS_DURATION_MAX, 0);

    for (int at = 0; at + 120 <= samples; at += 120) {
        double sum = 0;
        gint64 now = wall + at * SECOND / OPUS_RATE;

        for (int i = at; i < at + 120; i++)
            sum += (double) pcm[i] * pcm[i];
        if (sqrt(sum / 120) < 1000)
            continue;
        if (now >= bench->quiet_until)
            g_array_append_val(bench->beeps, now);
        bench->quiet_until = now + 200 * MS;
    }
}

static guint32
get32(const guint8 *data)
{
    return (guint32) data[0] << 24 | (guint32) data[1] << 16 | (guint32) data[2] << 8 | data[3];
}

static void
read_moof(Bench *bench, const guint8 *data, gsize length)
{
    gsize moof = get32(data);

    for (gsize at = 8; at + 8 <= moof;) {
        gsize size = get32(data + at);

        if (!memcmp(data + at + 4, "traf", 4)) {
            const guint8 *traf = data + at + 8; /* tfhd of 16 bytes, tfdt of 20, trun */
            gboolean video = get32(traf + 12) == MEDIA_VIDEO;
            guint64 rate = video ? MEDIA_VIDEO_TIMESCALE : MEDIA_AUDIO_TIMESCALE;
            guint64 time = (guint64) get32(traf + 28) << 32 | get32(traf + 32);
            const guint8 *trun = traf + 36;
            guint32 count = get32(trun + 12), stride = video ? 12 : 8;
            const guint8 *bytes = data + get32(trun + 16);

            for (guint32 i = 0; i < count; i++) {
                const guint8 *row = trun + 20 + i * stride;
                gint64 wall = bench->part_begins + (gint64) (time * SECOND / rate);

                if (video)
                    see_picture(bench, bytes, get32(row + 4), wall);
                else
                    hear(bench, bytes, get32(row + 4), wall);
                bytes += get32(row + 4);
                time += get32(row);
            }
        }
        at += size;
    }
}

static void
read_block(Bench *bench, const guint8 *block, gsize length, gint64 cluster_ms)
{
    gint64 wall = bench->part_begins + (cluster_ms + (gint16) (block[1] << 8 | block[2])) * MS;

    if ((block[0] & 0x7f) == MEDIA_VIDEO)
        see_picture(bench, block + 4, length - 4, wall);
    else
        hear(bench, block + 4, length - 4, wall);
}

static void
read_cluster(Bench *bench, const guint8 *data, gsize length)
{
    gint64 cluster_ms = 0;

    for (gsize at = 8; at + 5 < length;) {
        guint8 id = data[at];
        gsize size = get32(data + at + 1) & 0x0fffffff;
        const guint8 *content = data + at + 5;

        if (id == 0xe7)
            for (gsize i = 0; i < size; i++)
                cluster_ms = cluster_ms << 8 | content[i];
        else if (id == 0xa3)
            read_block(bench, content, size, cluster_ms);
        else if (id == 0xa0)
            read_block(bench, content + 5, get32(content + 1) & 0x0fffffff, cluster_ms);
        at += 5 + size;
    }
}

static void
add_fragment(const RecordingFragment *fragment, gpointer user)
{
    Bench *bench = user;
    gsize length;
    const guint8 *data = g_bytes_get_data(fragment->bytes, &length);

    if (strcmp(fragment->track, "site"))
        return;
    bench->covered += fragment->duration;
    if (bench->part_codec == VIDEO_VP8)
        read_cluster(bench, data, length);
    else
        read_moof(bench, data, length);
}

static void
end_part(const char *track, gpointer user)
{
}

static void
gap(const char *track, gint64 from, gint64 to, const char *reason, gpointer user)
{
    Bench *bench = user;

    if (strcmp(track, "site"))
        return;
    bench->gaps += to < 0;
    if (to >= 0)
        bench->gap_total += to - from;
    bench->last_gap_from = to < 0 ? from : -1;
}

static void
damage(const RecordingDamage *what, gpointer user)
{
    Bench *bench = user;

    if (strcmp(what->track, "site"))
        bench->voice_damages++;
    else
        bench->damages += what->to < 0;
}

static void
warn(const char *alarm, gpointer user)
{
    ck_assert_ptr_null(alarm);
}

static void
on_send(const guint8 *packet, gsize length, gpointer user)
{
    Bench *bench = user;

    bench->plis++;
    bench->key_wanted = TRUE;
}

/* --- the phone --- */

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

/** The network: 20 to 50 ms, and what is lost comes again 150 ms later, unless it is lost again; after a second nobody asks any more. */
static void
transmit(Bench *bench, const guint8 *data, gsize length, gint64 now)
{
    gint64 at = now + 20 * MS + g_rand_int_range(bench->random, 0, 30000);

    if (g_rand_int_range(bench->random, 0, 100) < bench->loss_percent)
        bench->lost_once++;
    for (guint again = 0; g_rand_int_range(bench->random, 0, 100) < bench->loss_percent; again++) {
        if (again == 5)
            return;
        at += 150 * MS;
    }

    Packet *packet = g_new0(Packet, 1);

    *packet = (Packet){ at, bench->sent++, g_memdup2(data, length), length };
    g_sequence_insert_sorted(bench->wire, packet, earlier, NULL);
}

static void
send_rtp(Bench *bench, guint32 ssrc, guint8 payload_type, guint32 rate, gint64 sender, gboolean marker, const guint8 *payload, gsize length,
         gint64 now)
{
    guint8 packet[1500] = { 0x80, (guint8) (payload_type | (marker ? 0x80 : 0)) };
    guint16 sequence = GUINT16_TO_BE(bench->sequence[ssrc & 3]);
    guint32 time = GUINT32_TO_BE((guint32) (sender * rate / SECOND + 12345 * ssrc)), id = GUINT32_TO_BE(ssrc);

    bench->sequence[ssrc & 3]++;
    memcpy(packet + 2, &sequence, 2);
    memcpy(packet + 4, &time, 4);
    memcpy(packet + 8, &id, 4);
    memcpy(packet + 12, payload, length);
    transmit(bench, packet, 12 + length, now);
}

static void
send_report(Bench *bench, guint32 ssrc, guint32 rate, gint64 sender, gint64 now)
{
    guint64 ntp = (guint64) (sender / SECOND) << 32 | (guint64) (((sender % SECOND) << 32) / SECOND);
    const guint32 words[] = { GUINT32_TO_BE(0x80c80006u), GUINT32_TO_BE(ssrc), GUINT32_TO_BE((guint32) (ntp >> 32)), GUINT32_TO_BE((guint32) ntp),
                              GUINT32_TO_BE((guint32) (sender * rate / SECOND + 12345 * ssrc)), 0, 0 };

    transmit(bench, (const guint8 *) words, sizeof words, now);
}

/** Several packets, as a picture of 1.5 Mbit/s has. */
static void
send_picture(Bench *bench, gint64 sender, gint64 now)
{
    static const guint8 pps[] = { 0x68, 0xce, 0x3c, 0x80 };
    gboolean flash = sender % EVERY < (gint64) bench->frame_us, key = bench->key_wanted;
    guint8 payload[64], sps[32];

    bench->key_wanted = FALSE;
    bench->pictures_sent++;
    if (bench->codec == VIDEO_VP8) {
        const guint8 head[] = { 0x10, key ? 0 : 1, 0, 0, 0x9d, 0x01, 0x2a, (guint8) bench->width, (guint8) (bench->width >> 8),
                                (guint8) bench->height, (guint8) (bench->height >> 8), 1, 2, flash ? FLASH : 1 };

        send_rtp(bench, bench->video_ssrc, 96, MEDIA_VIDEO_TIMESCALE, sender, TRUE, head, sizeof head, now);
        return;
    }
    if (key) {
        gsize length = write_sps(sps, bench->width, bench->height);

        send_rtp(bench, bench->video_ssrc, 102, MEDIA_VIDEO_TIMESCALE, sender, FALSE, sps, length, now);
        send_rtp(bench, bench->video_ssrc, 102, MEDIA_VIDEO_TIMESCALE, sender, FALSE, pps, sizeof pps, now);
    }
    for (guint i = 0; i < 5; i++) {
        const guint8 part[] = { 0x7c, (guint8) ((i == 0 ? 0x80 : i == 4 ? 0x40 : 0) | (key ? 5 : 1)), key ? 0x88 : 0x9a, 0x84, flash ? FLASH : 1 };

        memcpy(payload, part, sizeof part);
        send_rtp(bench, bench->video_ssrc, 102, MEDIA_VIDEO_TIMESCALE, sender, i == 4, payload, sizeof part, now);
    }
}

static void
send_speech(Bench *bench, gint64 sender, gint64 now)
{
    gint64 into = sender % EVERY / (20 * MS);
    guint duration;
    g_autoptr(GBytes) silence = opus_silence(960, &duration);
    GBytes *packet = into < BEEP_PACKETS ? bench->beep[into] : silence;

    if (bench->dtx && into > BEEP_PACKETS + 10 && into % 20)
        return;
    send_rtp(bench, AUDIO_SSRC, 111, MEDIA_AUDIO_TIMESCALE, sender, FALSE, g_bytes_get_data(packet, NULL), g_bytes_get_size(packet), now);
}

static void
announce(Bench *bench, guint32 ssrc, const char *participant, FeedKind kind)
{
    FeedMessage message = { .type = FEED_TRACK, .ssrc = ssrc, .kind = kind, .clock_rate = kind == FEED_VIDEO ? 90000 : 48000 };

    g_strlcpy(message.participant, participant, sizeof message.participant);
    g_strlcpy(message.codec, kind == FEED_AUDIO ? "opus" : bench->codec == VIDEO_VP8 ? "VP8" : "H264", sizeof message.codec);
    feed_room_message(bench->room, &message);
}

static Bench *
bench_new(guint fps)
{
    static const FeedSink sink = { accepts, epoch, begin_part, add_fragment, end_part, gap, damage, warn };
    Bench *bench = g_new0(Bench, 1);
    OpusEncoder *encoder = opus_encoder_create(OPUS_RATE, 1, OPUS_APPLICATION_AUDIO, NULL);

    fake_clock_init(&bench->clock, G_GINT64_CONSTANT(1700000000000000));
    fake_clock_advance(&bench->clock, 100 * SECOND);
    bench->random = g_rand_new_with_seed(11);
    bench->wire = g_sequence_new(packet_free);
    bench->flashes = g_array_new(FALSE, FALSE, sizeof(gint64));
    bench->beeps = g_array_new(FALSE, FALSE, sizeof(gint64));
    bench->decoder = opus_decoder_create(OPUS_RATE, 1, NULL);
    bench->fps = fps;
    bench->frame_us = (guint) SECOND / fps;
    bench->width = 1280, bench->height = 720;
    bench->codec = VIDEO_H264;
    bench->video_ssrc = VIDEO_SSRC;
    bench->video_delay = 80 * MS; /* a camera and its encoder are slower than a microphone */
    bench->key_wanted = TRUE;
    bench->next_poll = bench->clock.mono_us;
    for (guint i = 0; i < BEEP_PACKETS; i++) {
        gint16 pcm[960];
        guint8 packet[1275];

        for (guint n = 0; n < 960; n++)
            pcm[n] = (gint16) (12000 * sin(2 * G_PI * 1000 * (i * 960 + n) / OPUS_RATE));
        bench->beep[i] = g_bytes_new(packet, (gsize) opus_encode(encoder, pcm, 960, packet, sizeof packet));
    }
    opus_encoder_destroy(encoder);
    bench->room = feed_room_new(&(FeedRoomConfig){ &bench->clock.base, &sink, bench, "test", SITE, on_send, bench });
    announce(bench, VIDEO_SSRC, SITE, FEED_VIDEO);
    announce(bench, AUDIO_SSRC, SITE, FEED_AUDIO);
    return bench;
}

static void
bench_free(Bench *bench)
{
    if (bench->room)
        feed_room_free(bench->room, NULL);
    g_sequence_free(bench->wire);
    g_array_unref(bench->flashes);
    g_array_unref(bench->beeps);
    opus_decoder_destroy(bench->decoder);
    for (guint i = 0; i < BEEP_PACKETS; i++)
        g_bytes_unref(bench->beep[i]);
    g_rand_free(bench->random);
    g_free(bench);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bench, bench_free)

static void
deliver(Bench *bench)
{
    while (!g_sequence_is_empty(bench->wire)) {
        GSequenceIter *first = g_sequence_get_begin_iter(bench->wire);
        const Packet *packet = g_sequence_get(first);

        if (packet->at > bench->clock.mono_us)
            return;
        feed_room_packet(bench->room, packet->data, packet->length);
        g_sequence_remove(first);
    }
}

/** On a grid that has a picture at every flash: at 24 and 30 per second they are not whole microseconds apart. */
static gint64
frame_after(const Bench *bench, gint64 at)
{
    gint64 second = at / SECOND * SECOND, n = (at - second + bench->frame_us / 2) * bench->fps / SECOND + 1;

    return second + n * SECOND / bench->fps;
}

/** Lets the phone run for `us` of true time, in steps of 5 ms. */
static void
run(Bench *bench, gint64 us)
{
    for (gint64 end = bench->clock.mono_us + us; bench->clock.mono_us < end;) {
        gint64 now = bench->clock.mono_us, sender = (gint64) ((double) now * (1 + bench->skew));

        while (bench->next_video + bench->video_delay <= sender) {
            if (!bench->camera_off && bench->next_video)
                send_picture(bench, bench->next_video, now);
            if (!bench->next_video)
                bench->next_video = sender / SECOND * SECOND;
            bench->next_video = frame_after(bench, bench->next_video);
        }
        while (bench->next_audio + 20 * MS <= sender) {
            if (!bench->microphone_off && bench->next_audio)
                send_speech(bench, bench->next_audio, now);
            bench->next_audio = bench->next_audio ? bench->next_audio + 20 * MS : sender / SECOND * SECOND;
        }
        if (sender >= bench->next_report) {
            bench->next_report = sender + SECOND;
            send_report(bench, bench->video_ssrc, MEDIA_VIDEO_TIMESCALE, sender, now);
            send_report(bench, AUDIO_SSRC, MEDIA_AUDIO_TIMESCALE, sender, now);
        }
        deliver(bench);
        if (now >= bench->next_poll) {
            bench->next_poll += 100 * MS;
            feed_room_poll(bench->room);
        }
        fake_clock_advance(&bench->clock, 5 * MS);
    }
}

/** The network delivers what is under way, or comes again. */
static void
drain(Bench *bench)
{
    while (!g_sequence_is_empty(bench->wire)) {
        fake_clock_advance(&bench->clock, 5 * MS);
        deliver(bench);
    }
}

/** Ends the recording. Every flash that has a beep nearby has it within 40 ms, and at least `pairs` have one. */
static void
judge(Bench *bench, const char *scenario, guint pairs)
{
    gint64 worst = 0;
    guint found = 0;

    drain(bench);
    feed_room_free(g_steal_pointer(&bench->room), NULL);
    for (guint i = 0, beep = 0; i < bench->flashes->len; i++) {
        gint64 flash = g_array_index(bench->flashes, gint64, i), offset;

        while (beep < bench->beeps->len && g_array_index(bench->beeps, gint64, beep) < flash - EVERY / 4)
            beep++;
        if (beep == bench->beeps->len || g_array_index(bench->beeps, gint64, beep) > flash + EVERY / 4)
            continue;
        offset = g_array_index(bench->beeps, gint64, beep) - flash;
        if (ABS(offset) > ABS(worst))
            worst = offset;
        found++;
    }
    printf("%s: %u flashes with a beep, at most %+.1f ms apart; %u parts, %u pictures\n", scenario, found, (double) worst / 1000, bench->parts,
           bench->pictures);
    ck_assert_uint_ge(found, pairs);
    ck_assert_int_le(ABS(worst), OFFSET_MAX);
}

START_TEST(a_flash_and_its_beep_stay_together)
{
    g_autoptr(Bench) bench = bench_new(30);

    run(bench, 60 * SECOND);
    judge(bench, "steady", 28);
    ck_assert_uint_eq(bench->parts, 1);
    ck_assert_uint_eq(bench->damages + bench->gaps + bench->voice_damages, 0);
    ck_assert_uint_ge(bench->pictures, bench->pictures_sent - 5);
    ck_assert_int_ge(bench->covered, 60 * SECOND - 300 * MS);
    ck_assert_int_le(bench->covered, 60 * SECOND);
}
END_TEST

START_TEST(with_a_tenth_of_the_packets_lost_99_of_100_pictures_are_in_the_file)
{
    g_autoptr(Bench) bench = bench_new(30);

    bench->loss_percent = 10;
    run(bench, 120 * SECOND);
    judge(bench, "10 % loss", 58);
    ck_assert_uint_gt(bench->lost_once, 1000);
    ck_assert_uint_ge(bench->pictures, bench->pictures_sent * 99 / 100);
}
END_TEST

START_TEST(what_is_lost_for_good_is_damage_and_the_rest_stays_together)
{
    g_autoptr(Bench) bench = bench_new(30);

    run(bench, 10 * SECOND);
    bench->loss_percent = 60;
    run(bench, 10 * SECOND);
    bench->loss_percent = 0;
    run(bench, 20 * SECOND);
    judge(bench, "60 % loss for 10 s", 12);
    ck_assert_uint_gt(bench->damages, 0);
    ck_assert_uint_gt(bench->voice_damages, 0);
    ck_assert_int_ge(bench->covered + bench->gap_total, 40 * SECOND - 500 * MS);
    ck_assert_int_le(bench->covered + bench->gap_total, 40 * SECOND);
}
END_TEST

START_TEST(another_camera_and_another_codec)
{
    g_autoptr(Bench) bench = bench_new(30);
    FeedMessage ended = { .type = FEED_TRACK_ENDED, .ssrc = VIDEO_SSRC };

    run(bench, 9 * SECOND);
    /* the other camera: a new stream, half a second later */
    bench->camera_off = TRUE;
    run(bench, 500 * MS);
    feed_room_message(bench->room, &ended);
    bench->video_ssrc = 5;
    announce(bench, 5, SITE, FEED_VIDEO);
    bench->camera_off = FALSE;
    bench->key_wanted = TRUE;
    run(bench, 11 * SECOND);
    ended.ssrc = 5;
    feed_room_message(bench->room, &ended);
    bench->codec = VIDEO_VP8;
    bench->video_ssrc = 9;
    announce(bench, 9, SITE, FEED_VIDEO);
    run(bench, 15 * SECOND);
    judge(bench, "camera flip, then VP8", 14);
    ck_assert_uint_eq(bench->parts, 2);
    ck_assert_uint_eq(bench->gaps, 0);
    ck_assert_int_ge(bench->covered, 35 * SECOND);
}
END_TEST

START_TEST(a_phone_call_in_the_middle)
{
    g_autoptr(Bench) bench = bench_new(30);

    run(bench, 11 * SECOND);
    bench->camera_off = bench->microphone_off = TRUE;
    run(bench, 25 * SECOND);
    bench->camera_off = bench->microphone_off = FALSE;
    run(bench, 20 * SECOND);
    judge(bench, "phone call of 25 s", 13);
    ck_assert_uint_eq(bench->parts, 2);
    ck_assert_uint_eq(bench->gaps, 1);
    ck_assert_int_ge(bench->gap_total, 21 * SECOND);
    ck_assert_int_ge(bench->covered + bench->gap_total, 56 * SECOND - 500 * MS);
    ck_assert_int_le(bench->covered + bench->gap_total, 56 * SECOND);
}
END_TEST

START_TEST(rotation_and_downscaling)
{
    static const guint sizes[][2] = { { 720, 1280 }, { 1280, 720 }, { 640, 352 }, { 320, 176 }, { 1280, 720 } };
    g_autoptr(Bench) bench = bench_new(24);

    run(bench, 9 * SECOND);
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        bench->width = sizes[i][0], bench->height = sizes[i][1];
        bench->key_wanted = TRUE;
        run(bench, 7 * SECOND + (gint64) i * 13 * MS);
    }
    judge(bench, "rotation and downscaling", 20);
    ck_assert_uint_eq(bench->parts, 1 + G_N_ELEMENTS(sizes));
    ck_assert_uint_eq(bench->gaps + bench->damages, 0);
    ck_assert_int_ge(bench->covered, 44 * SECOND - 300 * MS);
    ck_assert_int_le(bench->covered, 44 * SECOND + 150 * MS);
}
END_TEST

START_TEST(discontinuous_speech_and_a_mute)
{
    g_autoptr(Bench) bench = bench_new(30);

    bench->dtx = TRUE;
    run(bench, 21 * SECOND);
    bench->microphone_off = TRUE;
    run(bench, 15 * SECOND);
    bench->microphone_off = FALSE;
    run(bench, 21 * SECOND);
    judge(bench, "DTX with a mute of 15 s", 19);
    ck_assert_uint_eq(bench->parts, 1);
    ck_assert_uint_eq(bench->gaps + bench->damages, 0);
}
END_TEST

START_TEST(an_hour_with_a_clock_that_is_200_ppm_fast)
{
    g_autoptr(Bench) bench = bench_new(10);

    bench->skew = 200e-6; /* four times what quartz does: 720 ms in this hour */
    bench->codec = VIDEO_VP8;
    announce(bench, VIDEO_SSRC, SITE, FEED_VIDEO);
    run(bench, 3600 * SECOND);
    judge(bench, "an hour at +200 ppm", 1790);
    ck_assert_uint_eq(bench->parts, 1);
    ck_assert_uint_eq(bench->gaps + bench->damages, 0);
    ck_assert_int_ge(bench->covered, 3600 * SECOND - 3600 * MS);
    ck_assert_int_le(bench->covered, 3600 * SECOND + 3600 * MS);
}
END_TEST

SUITE_MAIN("feed-room", a_flash_and_its_beep_stay_together, with_a_tenth_of_the_packets_lost_99_of_100_pictures_are_in_the_file,
           what_is_lost_for_good_is_damage_and_the_rest_stays_together, another_camera_and_another_codec, a_phone_call_in_the_middle,
           rotation_and_downscaling, discontinuous_speech_and_a_mute, an_hour_with_a_clock_that_is_200_ppm_fast)
