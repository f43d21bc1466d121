/**
 * Recordings — all recordings of an installation: finds, starts and resumes them, and keeps what is known about each.
 *
 * Belongs to the loop's thread, except recordings_running(). A recording's place is DATA/recordings/YYYY/MM/ID, from the time in its id
 * (UUID version 7), so no table of places is needed.
 */
#pragma once

#include <glib.h>

#include "clock.h"
#include "http-loop.h"
#include "recording-index.h"
#include "recording.h"
#include "signer.h"

typedef struct Recordings Recordings;

/** What is known of one recording. Loop thread; valid until the loop runs on. */
typedef struct {
    char *id, *folder;
    Recording *recording;  /* NULL once it has ended */
    RecordingIndex *index; /* NULL until it has been opened */
    GHashTable *playlists; /* the API's, of this index: track → PlaylistTrack; or NULL */
    RecordingState state;
    const char *alarm; /* static, or NULL */
    json_t *archived;  /* which of its files lie in the object store (archive-list.h), or NULL */
    /* The verifier's report, and the state of the ledger it is about. */
    GBytes *verdict;
    gint64 verdict_seq;
    gint64 last_seq; /* of the ledger, -1 */
    gint64 used_at;  /* monotonic, for making room */
} RecordingView;

typedef struct {
    HttpLoop *loop;
    const char *data; /* the data directory */
    const AppendFiles *files;
    const Clock *clock;
    const Signer *signer;
    const char *timestamp_url; /* of the authority that stamps seals, or NULL */
    guint timestamp_interval_s;
    /** A state, part, gap or seal has changed. Loop thread. */
    void (*changed)(RecordingView *view, gpointer user);
    /** It has a line more, or another state. Loop thread. */
    void (*grown)(RecordingView *view, gpointer user);
    gpointer user;
} RecordingsConfig;

/** Resumes every recording that has not ended, and waits (at most 10 s) until they are open. */
Recordings *recordings_new(const RecordingsConfig *config);
/** Seals and stops all; they stay resumable. Before http_loop_free(), which delivers what they still had to tell. */
void recordings_stop(Recordings *recordings);
/** After recordings_stop() and http_loop_free(). */
void recordings_free(Recordings *recordings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recordings, recordings_free)

/** NULL if there is no such recording, or the id is not one. An ended one is read from the disk. */
RecordingView *recordings_find(Recordings *recordings, const char *id);
/** Begins a recording that recordings_find() did not find. */
RecordingView *recordings_start(Recordings *recordings, const char *id, const RecordingOpening *opening);

/** How the stamping of seals fares, as in docs/architecture.md; a new reference. Any thread. */
json_t *recordings_timestamp_status(Recordings *recordings);
/** Any thread: a reference to the running recording that takes a feed, or NULL. */
Recording *recordings_running(Recordings *recordings, const char *id);
/** A recording that is about to end takes no feed any more; one that could not be ended yet does again. */
void recordings_take_feed(Recordings *recordings, RecordingView *view, gboolean take);

/** The data directory. */
const char *recordings_data(const Recordings *recordings);
/** Any thread, blocks for the disk: enters the disposal `data` into the ended recording in `folder` and removes its media, recovery_dispose(). */
gboolean recordings_dispose(const Recordings *recordings, const char *folder, const json_t *data, GError **error);
/** What is known of an ended recording is read from the disk anew when somebody asks. */
void recordings_forget(Recordings *recordings, const char *id);

/** Any thread: the same, when the loop comes to it. */
void recordings_read_anew(Recordings *recordings, const char *id);

/** Calls `func` for each recording that has not ended. */
void recordings_each(Recordings *recordings, void (*func)(RecordingView *view, gpointer user), gpointer user);
