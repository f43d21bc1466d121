/**
 * Throttle — how often a key has failed lately. A pure core: `now` comes in, nothing happens by itself.
 *
 * Monotonic µs. Memory is bounded: at THROTTLE_KEYS_MAX keys the one whose last failure is oldest is forgotten. One owner, one thread.
 */
#pragma once

#include <glib.h>

#define THROTTLE_WINDOW_US (G_GINT64_CONSTANT(15) * 60 * G_USEC_PER_SEC)
#define THROTTLE_KEYS_MAX  10000

typedef struct Throttle Throttle;

/** At most `limit` (1..64) failures of one key within the window. */
Throttle *throttle_new(guint limit);
void throttle_free(Throttle *throttle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Throttle, throttle_free)

/** 0 when another attempt is allowed, otherwise µs until one is. */
gint64 throttle_wait_us(Throttle *throttle, const char *key, gint64 now);
void throttle_failed(Throttle *throttle, const char *key, gint64 now);
/** A success clears the key. */
void throttle_forget(Throttle *throttle, const char *key);
