/**
 * Opus packets (RFC 6716): how long they last, and packets of silence to put where none came.
 * Pure.
 */
#pragma once

#include <glib.h>

#define OPUS_RATE 48000
/* RFC 6716, section 3.4 [R5]: no packet is longer than 120 ms. */
#define OPUS_DURATION_MAX 5760
/* The shortest packet of silence, 2.5 ms. */
#define OPUS_SILENCE_STEP 120

/** Samples at 48 kHz that the packet lasts; 0 if it is not a valid packet (empty, or longer than 120 ms). */
guint opus_packet_duration(const guint8 *data, gsize length);

/** The longest packet of silence that is not longer than `samples`: a reference for the caller, and
 *  *ret_duration. NULL if samples < 120. */
GBytes *opus_silence(guint samples, guint *ret_duration);
