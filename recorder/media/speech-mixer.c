#include "speech-mixer.h"

#include <opus.h>
#include <string.h>

#include "opus-packet.h"

#define FRAME_SAMPLES 960 /* 20 ms */
#define RING_SAMPLES  (1 << 17) /* SPEECH_AHEAD_US and the longest packet, a power of two */
/* Less is heard by nobody, and moving is heard. */
#define TOLERANCE_SAMPLES (OPUS_RATE / 100)
/* Longer holes are silence: a decoder's invention of more would be no evidence of anything. */
#define CONCEAL_SAMPLES (3 * FRAME_SAMPLES)
#define RESTART_US      (10 * G_USEC_PER_SEC)
/* Speech of several voices in mono: transparent at twice the rate that one phone sends. */
#define BIT_RATE   40000
#define COMPLEXITY 5
#define PACKET_MAX 1275
/* The limiter lets go within half a second. */
#define RELEASE (1.0f / 25)
/* A voice that has ended rings on in the codec: so many frames are encoded although they are silent. */
#define TAIL_FRAMES 3

struct SpeechInput {
    OpusDecoder *decoder;
    gint16 *ring;   /* decoded, by sample number modulo RING_SAMPLES; zero where nothing came */
    gint64 end;     /* sample number after the last one decoded */
    gboolean heard; /* something has been decoded */
};

struct SpeechMixer {
    SpeechMixerEvents events;
    GPtrArray *inputs; /* of SpeechInput */
    OpusEncoder *encoder;
    gint32 lookahead; /* samples by which the encoder delays */
    gboolean started;
    gint64 origin; /* position of sample 0 */
    gint64 next;   /* the sample to be mixed next */
    float gain;
    guint silent_frames;
};

static void
input_free(gpointer data)
{
    SpeechInput *input = data;

    opus_decoder_destroy(input->decoder);
    g_free(input->ring);
    g_free(input);
}

SpeechMixer *
speech_mixer_new(const SpeechMixerEvents *events)
{
    SpeechMixer *mixer = g_new0(SpeechMixer, 1);
    int error;

    mixer->events = *events;
    mixer->inputs = g_ptr_array_new_with_free_func(input_free);
    mixer->gain = 1;
    mixer->silent_frames = TAIL_FRAMES;
    mixer->encoder = opus_encoder_create(OPUS_RATE, 1, OPUS_APPLICATION_VOIP, &error);
    if (!mixer->encoder)
        g_error("libopus: %s", opus_strerror(error)); /* out of memory: nothing else is possible with these arguments */
    opus_encoder_ctl(mixer->encoder, OPUS_SET_BITRATE(BIT_RATE));
    opus_encoder_ctl(mixer->encoder, OPUS_SET_COMPLEXITY(COMPLEXITY));
    opus_encoder_ctl(mixer->encoder, OPUS_GET_LOOKAHEAD(&mixer->lookahead));
    return mixer;
}

void
speech_mixer_free(SpeechMixer *mixer)
{
    if (!mixer)
        return;
    g_ptr_array_unref(mixer->inputs);
    opus_encoder_destroy(mixer->encoder);
    g_free(mixer);
}

SpeechInput *
speech_mixer_add(SpeechMixer *mixer)
{
    SpeechInput *input = g_new0(SpeechInput, 1);
    int error;

    input->decoder = opus_decoder_create(OPUS_RATE, 1, &error);
    if (!input->decoder)
        g_error("libopus: %s", opus_strerror(error));
    g_ptr_array_add(mixer->inputs, input);
    return input;
}

void
speech_mixer_remove(SpeechMixer *mixer, SpeechInput *input)
{
    g_ptr_array_remove_fast(mixer->inputs, input);
}

static gint64
sample_at(const SpeechMixer *mixer, gint64 pos)
{
    return (pos - mixer->origin) * OPUS_RATE / G_USEC_PER_SEC;
}

static gint64
position_of(const SpeechMixer *mixer, gint64 sample)
{
    return mixer->origin + sample * G_USEC_PER_SEC / OPUS_RATE;
}

gint64
speech_input_end(const SpeechMixer *mixer, const SpeechInput *input)
{
    return input->heard && mixer->started ? position_of(mixer, input->end) : G_MININT64;
}

gint64
speech_mixer_position(const SpeechMixer *mixer)
{
    return mixer->started ? position_of(mixer, mixer->next) : G_MININT64;
}

/* --- in --- */

/** Puts samples at the input's end; what lies before the mix is past its time. */
static void
put(const SpeechMixer *mixer, SpeechInput *input, const gint16 *samples, gint64 count)
{
    for (gint64 i = MAX(0, mixer->next - input->end); i < count; i++)
        input->ring[(input->end + i) & (RING_SAMPLES - 1)] = samples ? samples[i] : 0;
    input->end += count;
}

static void
conceal(const SpeechMixer *mixer, SpeechInput *input, const guint8 *next, gsize length, gint64 missing)
{
    gint16 pcm[FRAME_SAMPLES];

    while (missing >= FRAME_SAMPLES) {
        gboolean last = missing < 2 * FRAME_SAMPLES;
        int got = opus_decode(input->decoder, last ? next : NULL, last ? (opus_int32) length : 0, pcm, FRAME_SAMPLES, last);

        if (got != FRAME_SAMPLES)
            return;
        put(mixer, input, pcm, got);
        missing -= got;
    }
}

/** Brings the input's end to where the packet begins. FALSE: the packet's place is taken. */
static gboolean
make_room(const SpeechMixer *mixer, SpeechInput *input, const guint8 *packet, gsize length, gint64 at)
{
    if (!input->heard || at > input->end + RING_SAMPLES || input->end < mixer->next - RING_SAMPLES) {
        input->end = at;
        return TRUE;
    }

    gint64 missing = at - input->end;

    if (missing < -TOLERANCE_SAMPLES)
        return FALSE;
    if (missing > TOLERANCE_SAMPLES && missing <= CONCEAL_SAMPLES + TOLERANCE_SAMPLES)
        conceal(mixer, input, packet, length, missing);
    if (at - input->end > TOLERANCE_SAMPLES)
        put(mixer, input, NULL, at - input->end);
    return TRUE;
}

void
speech_mixer_push(SpeechMixer *mixer, SpeechInput *input, const guint8 *packet, gsize length, gint64 pos)
{
    gint16 pcm[OPUS_DURATION_MAX];
    guint duration = opus_packet_duration(packet, length);

    if (!mixer->started || !duration)
        return;

    gint64 at = sample_at(mixer, pos);

    if (at + duration <= mixer->next || at > mixer->next + SPEECH_AHEAD_US * OPUS_RATE / G_USEC_PER_SEC)
        return;
    if (!input->ring)
        input->ring = g_new0(gint16, RING_SAMPLES);
    if (!make_room(mixer, input, packet, length, at))
        return;

    int got = opus_decode(input->decoder, packet, (opus_int32) length, pcm, OPUS_DURATION_MAX, 0);

    if (got <= 0)
        return;
    put(mixer, input, pcm, got);
    input->heard = TRUE;
}

/* --- out --- */

/** Adds a frame of the input and wipes it from the ring. FALSE if there is not a sample of it. */
static gboolean
add_frame(const SpeechMixer *mixer, SpeechInput *input, gint32 sum[FRAME_SAMPLES])
{
    if (!input->ring || input->end <= mixer->next)
        return FALSE;
    for (guint i = 0; i < FRAME_SAMPLES; i++) {
        gint16 *sample = &input->ring[(mixer->next + i) & (RING_SAMPLES - 1)];

        sum[i] += *sample;
        *sample = 0;
    }
    return TRUE;
}

/** Several loud voices at once are turned down, not cut off. */
static gboolean
limit(SpeechMixer *mixer, const gint32 sum[FRAME_SAMPLES], gint16 pcm[FRAME_SAMPLES])
{
    gint32 peak = 0;
    float before = mixer->gain, wanted;

    for (guint i = 0; i < FRAME_SAMPLES; i++)
        peak = MAX(peak, ABS(sum[i]));
    wanted = peak > G_MAXINT16 ? (float) G_MAXINT16 / (float) peak : 1;
    mixer->gain = wanted < before ? wanted : MIN(wanted, before + RELEASE);
    for (guint i = 0; i < FRAME_SAMPLES; i++) {
        float gain = before + (mixer->gain - before) * (float) i / FRAME_SAMPLES;

        pcm[i] = (gint16) CLAMP((float) sum[i] * gain, G_MININT16, G_MAXINT16);
    }
    return peak > 0;
}

static GBytes *
encode(SpeechMixer *mixer, const gint16 pcm[FRAME_SAMPLES])
{
    guint8 packet[PACKET_MAX];
    int length = opus_encode(mixer->encoder, pcm, FRAME_SAMPLES, packet, sizeof packet);

    return length > 0 ? g_bytes_new(packet, (gsize) length) : NULL;
}

/** Most of a visit nobody speaks, or one does: a frame to which nobody has a sample costs next to nothing. */
static gboolean
is_quiet(const SpeechMixer *mixer)
{
    if (mixer->silent_frames < TAIL_FRAMES || mixer->gain < 1)
        return FALSE;
    for (guint i = 0; i < mixer->inputs->len; i++) {
        const SpeechInput *input = mixer->inputs->pdata[i];

        if (input->ring && input->end > mixer->next)
            return FALSE;
    }
    return TRUE;
}

/** The mixed packet, NULL if it is silence. */
static GBytes *
mix_voices(SpeechMixer *mixer, gboolean *ret_anybody)
{
    gint32 sum[FRAME_SAMPLES] = { 0 };
    gint16 pcm[FRAME_SAMPLES];

    for (guint i = 0; i < mixer->inputs->len; i++)
        *ret_anybody |= add_frame(mixer, mixer->inputs->pdata[i], sum);
    if (limit(mixer, sum, pcm)) {
        if (mixer->silent_frames > TAIL_FRAMES)
            opus_encoder_ctl(mixer->encoder, OPUS_RESET_STATE);
        mixer->silent_frames = 0;
    } else {
        mixer->silent_frames++;
    }
    return mixer->silent_frames <= TAIL_FRAMES ? encode(mixer, pcm) : NULL;
}

static void
mix_frame(SpeechMixer *mixer)
{
    gint64 pos = position_of(mixer, mixer->next - mixer->lookahead);
    gboolean anybody = FALSE;
    guint duration;
    g_autoptr(GBytes) packet = NULL;

    if (is_quiet(mixer))
        mixer->silent_frames++;
    else
        packet = mix_voices(mixer, &anybody);
    mixer->next += FRAME_SAMPLES;
    if (!packet)
        packet = opus_silence(FRAME_SAMPLES, &duration);
    mixer->events.packet(packet, pos, !anybody, mixer->events.user);
}

void
speech_mixer_advance(SpeechMixer *mixer, gint64 pos)
{
    if (!mixer->started || pos - speech_mixer_position(mixer) > RESTART_US) {
        mixer->started = TRUE;
        mixer->origin = pos;
        mixer->next = 0;
        for (guint i = 0; i < mixer->inputs->len; i++) {
            SpeechInput *input = mixer->inputs->pdata[i];

            input->heard = FALSE;
            if (input->ring)
                memset(input->ring, 0, RING_SAMPLES * sizeof *input->ring);
        }
        return;
    }
    while (position_of(mixer, mixer->next + FRAME_SAMPLES) <= pos)
        mix_frame(mixer);
}
