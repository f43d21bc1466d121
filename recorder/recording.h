/**
 * Recording — one recording on the disk, and the thread that alone writes it.
 *
 * Everything else posts jobs into its bounded mailbox, so that a slow disk holds up nobody: not the feed, not the API. A job is done when
 * its bytes are durable. A write that fails (disk full, I/O error) raises the alarm, is declared as a gap, and is retried every second
 * through recovery until the disk takes bytes again.
 *
 * Reference-counted; every function may be called from any thread unless said otherwise. Times are µs, wall.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "append-file.h"
#include "clock.h"
#include "recording-index.h"
#include "signer.h"

/* NTP turns a clock by 0.5 ms in a second; one that is off by more than this from the monotonic one has been set. */
#define CLOCK_STEP_US (250 * 1000)

typedef struct Recording Recording;

typedef enum { RECORDING_OPENING, RECORDING_WAITING, RECORDING_RUNNING, RECORDING_ALARM, RECORDING_ENDED } RecordingState;

typedef struct {
    const AppendFiles *files; /* NULL = the disk */
    const Clock *clock;
    const Signer *signer;
    /* All called on the recording's thread: post, do not work. */
    /** What stands when the recording has been opened or recovered; the receiver owns the index. */
    void (*opened)(Recording *recording, RecordingIndex *index, gpointer user);
    /** A line has become durable; the receiver owns it. */
    void (*line)(Recording *recording, json_t *line, gpointer user);
    /** May be NULL. A new seal stands; `ended`: the last one, and the folder is no longer written. */
    void (*sealed)(Recording *recording, guint64 seq, const char *digest, gboolean ended, gpointer user);
    /** `alarm`: "disk-full", "io-error", "key", "damaged", one of recording_warn(), or NULL; static. */
    void (*state)(Recording *recording, RecordingState state, const char *alarm, gpointer user);
    gpointer user;
} RecordingEnvironment;

typedef struct {
    const char *visit, *case_number, *item, *item_version, *title;
    const char *site_participant; /* whose video and audio make the site track */
} RecordingOpening;

/** Starts the thread. `opening` NULL: goes on with what is in `folder`. `environment` and what it names outlive the recording's thread. */
Recording *recording_start(const RecordingEnvironment *environment, const char *id, const char *folder, const RecordingOpening *opening);
Recording *recording_ref(Recording *recording);
void recording_unref(Recording *recording);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recording, recording_unref)

/** Waits until the first attempt to open it has succeeded or failed, at most `timeout_ms`. */
gboolean recording_wait_opened(Recording *recording, guint timeout_ms);
/** Declares the tracks' interruption, seals, ends the thread and waits for it. The recording stays resumable. Owner only, once. */
void recording_stop(Recording *recording);

const char *recording_id(const Recording *recording);
const char *recording_folder(const Recording *recording);
/** NULL until a recording that goes on has been opened; valid as long as the recording. */
const char *recording_site_participant(Recording *recording);

/* --- media, from the feed's thread --- */

/** FALSE while media would be thrown away: in alarm, ended, or more than half the mailbox is full. */
gboolean recording_accepts(Recording *recording);
/** Changes whenever media was thrown away: then every track must begin a new part, with the new epoch. */
guint recording_epoch(Recording *recording);

typedef struct {
    guint epoch; /* read before the part began */
    const char *track;
    GBytes *init_segment;
    const char *extension; /* of the file, static: "mp4" or "webm" */
    const char *codecs;
    guint width, height;
    gint64 captured;
} RecordingPart;

typedef struct {
    guint epoch; /* its part's */
    const char *track;
    GBytes *bytes;
    gint64 t, duration, captured, filled;
    gboolean key;
} RecordingFragment;

typedef struct {
    guint epoch; /* its part's */
    const char *track;
    const char *media; /* static: "video" or "audio" */
    gint64 from, to;   /* `to` < 0: it lasts */
    guint packets;
} RecordingDamage;

void recording_begin_part(Recording *recording, const RecordingPart *part);
void recording_add_fragment(Recording *recording, const RecordingFragment *fragment);
void recording_end_part(Recording *recording, const char *track);
/** The feed was closed in order: nothing is missing if the recording ends next, a gap if the track goes on. */
#define RECORDING_FEED_ENDED "feed-ended"

/** `to` < 0: lasts until the track's next part, or a call with `to`. `reason` is static. */
void recording_gap(Recording *recording, const char *track, gint64 from, gint64 to, const char *reason);

/** What was lost on the way and stayed missing. */
void recording_damage(Recording *recording, const RecordingDamage *damage);

/** Raises (or with NULL takes back) an alarm that does not stop the recording: "video-codec", "pipeline". Static text. */
void recording_warn(Recording *recording, const char *alarm);

/* --- entries, from the API's thread --- */

typedef enum {
    RECORDING_DONE,
    RECORDING_REPEATED,    /* the id was there already: its first answer again */
    RECORDING_CONFLICT,    /* a still with this id and other bytes */
    RECORDING_REFUSED,     /* too long, or not JPEG */
    RECORDING_UNAVAILABLE, /* in alarm, or stopping: try again */
    RECORDING_OVER,        /* the recording has ended */
} RecordingOutcome;

typedef struct {
    RecordingOutcome outcome;
    guint64 seq;
    char sha256[65];
    guint64 bytes;
} RecordingAnswer;

/** On the recording's thread, exactly once. */
typedef void (*RecordingDoneFunc)(const RecordingAnswer *answer, gpointer user);

void recording_enter(Recording *recording, const char *id, const char *type, gint64 occurred, json_t *data, RecordingDoneFunc done,
                     gpointer user);
void recording_add_still(Recording *recording, const char *id, const char *checkpoint, const char *participant, gint64 occurred,
                         GBytes *jpeg, RecordingDoneFunc done, gpointer user);
/** The authority's time-stamp of the seal in line `of`. */
void recording_timestamp(Recording *recording, guint64 of, GBytes *token);
/** The `end` line and the last seal; media that was posted before is written first. */
void recording_end(Recording *recording, const char *reason, RecordingDoneFunc done, gpointer user);
