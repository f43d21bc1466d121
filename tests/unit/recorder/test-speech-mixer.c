#include "speech-mixer.h"

#include <math.h>
#include <opus.h>

#include "suite-main.h"

#define RATE   48000
#define FRAME  960
#define SECOND G_GINT64_CONSTANT(1000000)
#define START  G_GINT64_CONSTANT(5000000)

/** A mixer, and what comes out of it, decoded. */
typedef struct {
    SpeechMixer *mixer;
    OpusDecoder *decoder;
    GArray *pcm; /* of gint16, from START */
    guint packets, silent;
    gint64 next_pos;
} Bench;

static void
on_packet(GBytes *packet, gint64 pos, gboolean silent, gpointer user)
{
    Bench *bench = user;
    gint16 pcm[FRAME];
    gsize length;
    const guint8 *data = g_bytes_get_data(packet, &length);

    if (bench->packets)
        ck_assert_int_le(ABS(pos - bench->next_pos), 1);
    bench->next_pos = pos + 20000;
    bench->packets++;
    bench->silent += silent;
    ck_assert_int_eq(opus_decode(bench->decoder, data, (opus_int32) length, pcm, FRAME, 0), FRAME);
    g_array_append_vals(bench->pcm, pcm, FRAME);
}

static Bench *
bench_new(void)
{
    Bench *bench = g_new0(Bench, 1);

    bench->mixer = speech_mixer_new(&(SpeechMixerEvents){ on_packet, bench });
    bench->decoder = opus_decoder_create(RATE, 1, NULL);
    bench->pcm = g_array_new(FALSE, FALSE, sizeof(gint16));
    speech_mixer_advance(bench->mixer, START);
    return bench;
}

static void
bench_free(Bench *bench)
{
    speech_mixer_free(bench->mixer);
    opus_decoder_destroy(bench->decoder);
    g_array_unref(bench->pcm);
    g_free(bench);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bench, bench_free)

/** A voice: a tone in the first 100 ms of every second from `from` on. */
typedef struct {
    OpusEncoder *encoder;
    SpeechInput *input;
    double hertz;
    gint64 sample;
} Voice;

static void
voice_init(Voice *voice, Bench *bench, double hertz)
{
    *voice = (Voice){ opus_encoder_create(RATE, 1, OPUS_APPLICATION_VOIP, NULL), speech_mixer_add(bench->mixer), hertz, 0 };
}

static gsize
voice_encode(Voice *voice, gboolean loud, guint8 packet[1275])
{
    gint16 pcm[FRAME];

    for (guint i = 0; i < FRAME; i++, voice->sample++)
        pcm[i] = loud ? (gint16) (8000 * sin(2 * G_PI * voice->hertz * (double) voice->sample / RATE)) : 0;
    return (gsize) opus_encode(voice->encoder, pcm, FRAME, packet, 1275);
}

/** Loudness of 10 ms from `at` on. */
static double
loudness(const Bench *bench, gint64 at)
{
    double sum = 0;

    for (gint64 i = at * RATE / SECOND; i < (at + 10000) * RATE / SECOND && i < bench->pcm->len; i++)
        sum += (double) g_array_index(bench->pcm, gint16, i) * g_array_index(bench->pcm, gint16, i);
    return sqrt(sum / (RATE / 100));
}

START_TEST(two_voices_are_heard_where_they_spoke)
{
    g_autoptr(Bench) bench = bench_new();
    Voice a, b;
    guint8 packet[1275];

    voice_init(&a, bench, 440);
    voice_init(&b, bench, 1100);
    for (gint64 at = 0; at < 4 * SECOND; at += 20000) {
        gsize length = voice_encode(&a, at % SECOND < 100000, packet);

        speech_mixer_push(bench->mixer, a.input, packet, length, START + at);
        length = voice_encode(&b, (at + SECOND / 2) % SECOND < 100000, packet);
        if (at >= 1040000) /* the second one joins later */
            speech_mixer_push(bench->mixer, b.input, packet, length, START + at + 3000);
        speech_mixer_advance(bench->mixer, START + at);
    }
    for (gint64 second = 1; second < 3; second++) {
        ck_assert_double_gt(loudness(bench, second * SECOND + 50000), 2000);
        ck_assert_double_lt(loudness(bench, second * SECOND + 300000), 200);
        ck_assert_double_gt(loudness(bench, second * SECOND + 550000), 2000);
        ck_assert_double_lt(loudness(bench, second * SECOND - 40000), 200); /* not before its time */
    }
    ck_assert_double_lt(loudness(bench, 550000), 200);
    opus_encoder_destroy(a.encoder);
    opus_encoder_destroy(b.encoder);
}
END_TEST

START_TEST(nobody_costs_three_bytes_and_is_told)
{
    g_autoptr(Bench) bench = bench_new();
    Voice a;
    guint8 packet[1275];

    voice_init(&a, bench, 440);
    speech_mixer_advance(bench->mixer, START + 2 * SECOND);
    ck_assert_uint_eq(bench->packets, 100);
    ck_assert_uint_eq(bench->silent, 100);
    for (gint64 at = 2 * SECOND; at < 3 * SECOND; at += 20000)
        speech_mixer_push(bench->mixer, a.input, packet, voice_encode(&a, TRUE, packet), START + at);
    speech_mixer_advance(bench->mixer, START + 4 * SECOND);
    ck_assert_uint_eq(bench->packets, 200);
    ck_assert_uint_eq(bench->silent, 150);
    ck_assert_double_gt(loudness(bench, 2 * SECOND + 500000), 2000);
    opus_encoder_destroy(a.encoder);
}
END_TEST

START_TEST(a_lost_packet_is_concealed_and_a_long_hole_is_silent)
{
    g_autoptr(Bench) bench = bench_new();
    Voice a;
    guint8 packet[1275];

    voice_init(&a, bench, 440);
    for (gint64 at = 0; at < 4 * SECOND; at += 20000) {
        gsize length = voice_encode(&a, TRUE, packet);
        gboolean lost = at == SECOND || (at >= 2 * SECOND && at < 2 * SECOND + 500000);

        if (!lost)
            speech_mixer_push(bench->mixer, a.input, packet, length, START + at);
        speech_mixer_advance(bench->mixer, START + at - 300000);
    }
    ck_assert_double_gt(loudness(bench, SECOND + 10000), 1000);
    ck_assert_double_lt(loudness(bench, 2 * SECOND + 250000), 200);
    ck_assert_double_gt(loudness(bench, 2 * SECOND + 600000), 2000); /* and back in its place */
    opus_encoder_destroy(a.encoder);
}
END_TEST

START_TEST(loud_voices_are_turned_down_not_cut_off)
{
    g_autoptr(Bench) bench = bench_new();
    Voice voices[6];
    guint8 packet[1275];
    guint clipped = 0;

    for (guint i = 0; i < G_N_ELEMENTS(voices); i++)
        voice_init(&voices[i], bench, 440);
    for (gint64 at = 0; at < 2 * SECOND; at += 20000)
        for (guint i = 0; i < G_N_ELEMENTS(voices); i++)
            speech_mixer_push(bench->mixer, voices[i].input, packet, voice_encode(&voices[i], TRUE, packet), START + at);
    speech_mixer_advance(bench->mixer, START + 2 * SECOND);
    for (guint i = RATE / 2; i < bench->pcm->len; i++)
        clipped += ABS((int) g_array_index(bench->pcm, gint16, i)) >= 32760;
    ck_assert_uint_lt(clipped, bench->pcm->len / 100);
    ck_assert_double_gt(loudness(bench, SECOND), 8000);
    for (guint i = 0; i < G_N_ELEMENTS(voices); i++)
        opus_encoder_destroy(voices[i].encoder);
}
END_TEST

START_TEST(nonsense_does_no_harm)
{
    g_autoptr(Bench) bench = bench_new();
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    SpeechInput *input = speech_mixer_add(bench->mixer);

    for (guint round = 0; round < 3000; round++) {
        guint8 packet[60];

        for (guint i = 0; i < sizeof packet; i++)
            packet[i] = (guint8) g_rand_int(random);
        speech_mixer_push(bench->mixer, input, packet, (gsize) g_rand_int_range(random, 0, sizeof packet),
                          START + round * 20000 + g_rand_int_range(random, -5000000, 5000000));
        speech_mixer_advance(bench->mixer, START + round * 20000);
    }
    ck_assert_uint_ge(bench->packets, 2990);
    speech_mixer_remove(bench->mixer, input);
    speech_mixer_advance(bench->mixer, START + 3600 * SECOND); /* a jump is no hour of packets */
    ck_assert_uint_lt(bench->packets, 3100);
}
END_TEST

SUITE_MAIN("speech-mixer", two_voices_are_heard_where_they_spoke, nobody_costs_three_bytes_and_is_told,
           a_lost_packet_is_concealed_and_a_long_hole_is_silent, loud_voices_are_turned_down_not_cut_off, nonsense_does_no_harm)
