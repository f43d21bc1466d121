/**
 * What the parts of RecordingWriter share; see recording-writer.h.
 */
#pragma once

#include "digest.h"
#include "ledger-writer.h"
#include "part-writer.h"
#include "recording-writer.h"

typedef struct {
    char *name;
    PartWriter *part; /* NULL between parts */
    gint64 last_end;  /* wall end of its last durable fragment, or where its part began after it; -1 */
    gint64 gap_from;  /* -1: no gap lasts */
    char *gap_reason;
    gboolean gap_written; /* the line that says it lasts is in the ledger */
    gboolean gap_expected; /* RECORDING_FEED_ENDED: written only if the track goes on, for usually the recording ends here */
} WriterTrack;

typedef struct {
    guint64 seq;
    char digest[]; /* of a still, in the ledger's hash, else empty */
} KnownId;

struct RecordingWriter {
    Recording *recording;
    LedgerWriter *ledger; /* NULL: in alarm, or over */
    GHashTable *tracks;   /* name → WriterTrack */
    GHashTable *known;    /* id → KnownId: what makes entries and stills idempotent */
    GHashTable *next_parts; /* track name → number of its next part, if not 1 */
    const char *alarm;    /* static, NULL if all is well */
    const char *warning;  /* static; something is not recorded, the rest is */
    gint64 alarm_since, retry_at;
    gboolean ever_opened, over;
    guint epoch;        /* of the media that is taken: what was posted before an alarm is thrown away */
    gint64 clock_offset; /* wall - mono, to see when the clock is set */
    gint64 offered_seq; /* the newest seal that was offered for stamping */
    gint64 stamp_seq;   /* the newest `timestamp` line: the seal behind it alone is not worth another, -1 */
    RecordingState told_state;
    const char *told_alarm;
};

/* --- recording-writer.c --- */

gint64 writer_now_mono(RecordingWriter *writer);
gint64 writer_now_wall(RecordingWriter *writer);
/** Tells whoever wants to know, if state or alarm is another than before. */
void writer_tell_state(RecordingWriter *writer);
void writer_set_site_participant(Recording *recording, const char *participant);
/** `digest` is a still's, else NULL. */
void writer_remember(RecordingWriter *writer, const char *id, guint64 seq, const char *digest);

/* --- recording-gaps.c --- */

void writer_track_free(gpointer track);
WriterTrack *writer_track(RecordingWriter *writer, const char *name);
/** Keeps the gap in mind, without a line in the ledger yet. */
void writer_gap_note(WriterTrack *track, gint64 from, const char *reason);
/** Notes that a gap lasts, and writes it if the ledger takes it. */
gboolean writer_gap_open(RecordingWriter *writer, WriterTrack *track, gint64 from, const char *reason, GError **error);
gboolean writer_gap_close(RecordingWriter *writer, WriterTrack *track, gint64 to, GError **error);
/** Every track that was being written breaks off here. */
void writer_interrupt_tracks(RecordingWriter *writer, const char *reason);
/** The recorder begins anew: the tracks that the one before it was writing when it was killed are missing since. */
void writer_note_killed(RecordingWriter *writer, const RecordingIndex *index);
gboolean writer_write_open_gaps(RecordingWriter *writer, GError **error);
/** The recording ends at `to`. */
gboolean writer_close_all_gaps(RecordingWriter *writer, gint64 to, GError **error);

/* --- recording-opening.c --- */

/** Makes the recording, or goes on with what stands; in alarm afterwards if neither was possible. */
void writer_open_or_recover(RecordingWriter *writer);
/** FALSE and in alarm if `ok` is FALSE; then `error` says why (a pointer to it, since arguments have no order). A writer whose disk is well
 *  does not fail for what it was given. */
gboolean writer_check(RecordingWriter *writer, gboolean ok, GError **error);
