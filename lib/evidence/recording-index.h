/**
 * RecordingIndex — what a recording holds and where, from its ledger lines, incrementally.
 *
 * docs/evidence-format.md, section 2. Times are µs; `position` is the place in the site playlist: the sum of the durations of the site
 * fragments before it (a gap has no width there). One thread; strings are owned by the index and live as long as it does.
 * Lines must come in order; what is wrong with them is the reader's business, the index skips what it does not understand.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#define RECORDING_TRACK_SITE "site"
/* Further site cameras: "camera-PARTICIPANT". */
#define RECORDING_TRACK_CAMERA_PREFIX "camera-"

typedef struct {
    const char *track; /* interned in the index: compare by pointer or text */
    guint part;
    const char *file;
    guint64 length; /* of the initialization segment */
    const char *codecs;
    guint width, height;
    guint first_fragment; /* index into fragments of the first one of this part; G_MAXUINT while it has none */
} IndexPart;

/** There are four of these for each second of a visit: 56 bytes. */
typedef struct {
    const char *track;
    guint64 offset;
    gint64 t, captured;
    gint64 position;
    guint32 length;    /* of a segment: 16 MiB at most */
    gint32 duration;   /* µs; half an hour at most, a fragment is half a second */
    guint32 seq;       /* LEDGER_LINES_MAX */
    guint part_index : 31; /* into parts */
    guint key : 1;
} IndexFragment;

typedef struct {
    const char *track;
    gint64 from, to; /* wall; to < 0 while it lasts */
    const char *reason;
    guint64 seq;
} IndexGap;

/** What was lost on the way: the picture stood, or sound is silence; unlike a gap it has its width in the playlist. */
typedef struct {
    const char *track, *media; /* "video" or "audio" */
    gint64 from, to;           /* wall; to < 0 while it lasts */
    guint packets;             /* 0 if nobody knows how many */
    guint64 seq;
} IndexDamage;

typedef struct {
    const char *id, *type;
    const char *checkpoint; /* data.checkpoint or NULL */
    const char *kind;       /* data.kind or NULL; of a mark: "checkpoint-start", "checkpoint-end", … */
    gint64 occurred;
    json_t *data; /* borrowed, may be NULL */
    guint64 seq;
} IndexEntry;

typedef struct {
    const char *id, *file;
    const char *hash, *digest; /* "sha256" or "sm3", and its text */
    const char *checkpoint, *participant; /* or NULL */
    guint64 length;
    gint64 occurred;
    guint64 seq;
} IndexStill;

typedef struct RecordingIndex RecordingIndex;

RecordingIndex *recording_index_new(void);
void recording_index_free(RecordingIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordingIndex, recording_index_free)

/** Takes in one ledger line; has the form of LedgerLineFunc, so that it can be a writer's observer. */
void recording_index_add(RecordingIndex *index, json_t *line);
/** Reads the ledger of a folder as far as its chain is good. NULL with EVIDENCE_ERROR_FORMAT or _IO. */
RecordingIndex *recording_index_load(const char *folder, GError **error);

/* From the open line; NULL before it has come. */
const char *recording_index_recording(const RecordingIndex *index);
const char *recording_index_visit(const RecordingIndex *index);
const char *recording_index_case_number(const RecordingIndex *index);
const char *recording_index_item(const RecordingIndex *index);
const char *recording_index_title(const RecordingIndex *index);

gint64 recording_index_started_at(const RecordingIndex *index); /* wall, -1 before the open line */
gint64 recording_index_ended_at(const RecordingIndex *index);   /* wall, -1 unless ended */
gint64 recording_index_disposed_at(const RecordingIndex *index); /* wall, -1: media have not been disposed of */
gint64 recording_index_sealed_at(const RecordingIndex *index);  /* wall, -1: no seal yet */
gint64 recording_index_sealed_seq(const RecordingIndex *index); /* -1: no seal yet */
/** Length of the site playlist, µs. */
gint64 recording_index_duration(const RecordingIndex *index);
/** Media and stills, bytes. */
guint64 recording_index_bytes(const RecordingIndex *index);

const IndexPart *recording_index_parts(const RecordingIndex *index, guint *ret_count);
const IndexFragment *recording_index_fragments(const RecordingIndex *index, guint *ret_count);
const IndexGap *recording_index_gaps(const RecordingIndex *index, guint *ret_count);
const IndexDamage *recording_index_damages(const RecordingIndex *index, guint *ret_count);
const IndexEntry *recording_index_entries(const RecordingIndex *index, guint *ret_count);
const IndexStill *recording_index_stills(const RecordingIndex *index, guint *ret_count);

/** The tracks that have a part, NULL-terminated; free the array with g_free() only. */
const char **recording_index_tracks(const RecordingIndex *index);
/** 1 for a track without a part. */
guint recording_index_next_part(const RecordingIndex *index, const char *track);
/** Wall time from which on the track is missing because the recorder broke off without a word (it was killed, the power went); -1 if it is not,
 *  or if a gap says so already. */
gint64 recording_index_interrupted_at(const RecordingIndex *index, const char *track);
/** An entry or still with this id is in the ledger: its seq, or -1. */
gint64 recording_index_seq_of_id(const RecordingIndex *index, const char *id);
/** Position in the site playlist of a wall time; a time in a gap gives the place where the picture goes on. */
gint64 recording_index_position_at(const RecordingIndex *index, gint64 wall);

typedef struct {
    const char *checkpoint;
    gint64 from, to;                   /* wall; to < 0 while it lasts */
    gint64 from_position, to_position; /* to_position: end of the recording while it lasts */
} IndexSpan;

/** Where check points were shown, in order of starting: (element-type IndexSpan). `checkpoint` NULL: all of them. */
GArray *recording_index_spans(const RecordingIndex *index, const char *checkpoint);

/** The answer of `GET /recordings/{recording}/index`, docs/architecture.md. */
json_t *recording_index_to_json(const RecordingIndex *index);
/** The same without its fragments, which are nearly all of it: an hour with two voices has 20,000 of them. */
json_t *recording_index_outline(const RecordingIndex *index);
