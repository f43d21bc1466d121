/**
 * Timestamper — fetches time-stamps (RFC 3161) for seals from an authority, in a thread of its own: recording never waits for it.
 *
 * Of every recording it keeps the newest seal that waits, since a later one covers the earlier. An authority out of reach is tried again
 * after 1 s, 2 s, … at most 5 min. A running recording gets its token by `deliver`; the last seal of an ended one is stamped in its folder,
 * and a mark in DATA/evidence/unstamped keeps it in mind through restarts. Any thread unless said otherwise.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "append-file.h"
#include "clock.h"
#include "signer.h"

typedef struct Timestamper Timestamper;

typedef struct {
    const char *url; /* http: or https: */
    const char *data;
    guint interval_s; /* between the stamps of a running recording */
    const AppendFiles *files;
    const Clock *clock;
    const Signer *signer;
    /** A token for a running recording. The timestamper's thread. */
    void (*deliver)(const char *recording, guint64 of, GBytes *token, gpointer user);
    /** A token was entered into the folder of an ended recording. The timestamper's thread. */
    void (*entered)(const char *recording, gpointer user);
    /** The folder of a recording, for marks of an earlier run; free it. The timestamper's thread. */
    char *(*folder_of)(const char *recording, gpointer user);
    gpointer user;
} TimestamperConfig;

Timestamper *timestamper_new(const TimestamperConfig *config);
/** Gives up what is under way; at most a second. */
void timestamper_free(Timestamper *timestamper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Timestamper, timestamper_free)

/** A recording has a new seal; `ended`: its last one, and nobody else writes into its folder any more. */
void timestamper_offer(Timestamper *timestamper, const char *recording, const char *folder, guint64 seq, const char *digest, gboolean ended);
/** {state: "off" (no authority, NULL), "idle" (none fetched yet), "good", "unreachable", last_at, pending}; a new reference. */
json_t *timestamper_status(Timestamper *timestamper);
