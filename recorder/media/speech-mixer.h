/**
 * SpeechMixer — everybody's Opus in, one Opus track out: mono, 48 kHz, packets of 20 ms without a hole, on the recorder's timeline.
 *
 * Each input is decoded where its position says (packets that join within 10 ms of where they are due join exactly); short losses are
 * concealed by the decoder, and by the forward error correction of the packet that follows. What is not there when its time is up is silent.
 * A frame in which nobody was heard costs neither an encoder nor bytes: it is the 3-byte packet of silence. libopus does the codec's work.
 *
 * Pure but for memory; one thread. Times are µs.
 */
#pragma once

#include <glib.h>

typedef struct SpeechMixer SpeechMixer;
typedef struct SpeechInput SpeechInput;

/* How far input may be ahead of what has been mixed: a second's wait for retransmissions, and the burst that ends it. */
#define SPEECH_AHEAD_US G_GINT64_CONSTANT(2000000)

typedef struct {
    /** 20 ms; `silent`: nobody was heard. */
    void (*packet)(GBytes *packet, gint64 pos, gboolean silent, gpointer user);
    gpointer user;
} SpeechMixerEvents;

SpeechMixer *speech_mixer_new(const SpeechMixerEvents *events);
/** Frees the inputs, too. */
void speech_mixer_free(SpeechMixer *mixer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpeechMixer, speech_mixer_free)

/** Owned by the mixer. */
SpeechInput *speech_mixer_add(SpeechMixer *mixer);
void speech_mixer_remove(SpeechMixer *mixer, SpeechInput *input);

/** A packet of this input. Anything that is not Opus is ignored, and so is what comes after its time was mixed, or too early. */
void speech_mixer_push(SpeechMixer *mixer, SpeechInput *input, const guint8 *packet, gsize length, gint64 pos);
/** Where what has been decoded of this input ends; G_MININT64 if nothing has come yet. */
gint64 speech_input_end(const SpeechMixer *mixer, const SpeechInput *input);

/** Mixes all whole frames up to `pos`. The first call only says where the timeline begins. A jump of more than 10 s begins anew. */
void speech_mixer_advance(SpeechMixer *mixer, gint64 pos);
/** Where the mix ends, G_MININT64 before the first advance. */
gint64 speech_mixer_position(const SpeechMixer *mixer);
