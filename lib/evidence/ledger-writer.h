/**
 * LedgerWriter — writes the ledger of one recording: hash chain, seals, durability.
 *
 * docs/evidence-format.md, sections 1, 2 and 4. Every call returns after its line is durable (fdatasync), or fails. After a failure the
 * writer is failed for good: every later call gives EVIDENCE_ERROR_STATE, since nobody knows what stands on the disk. Free it and come
 * back through recovery_resume() (recovery.h), which reads what stands, declares what is torn and goes on. Disk full included.
 *
 * One thread at a time. Calls block for the disk. Times are µs: wall time since 1970 unless said otherwise.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "append-file.h"
#include "clock.h"
#include "signer.h"

#define LEDGER_FILE        "ledger.jsonl"
#define LEDGER_CERTIFICATE "cert.pem"
/* Ten minutes of marks fit into a line many times over; a reader needs one such buffer. The newline is not counted. */
#define LEDGER_LINE_MAX 65536
/* docs/evidence-format.md, section 4: at least every 10 s. We seal at half of it, so that a late timer keeps the promise. */
#define LEDGER_SEAL_INTERVAL_US (5 * G_USEC_PER_SEC)

typedef struct LedgerWriter LedgerWriter;

/** A line that has become durable: the parsed object is borrowed. For feeding a RecordingIndex and for telling others. */
typedef void (*LedgerLineFunc)(json_t *line, gpointer user);

typedef struct {
    const char *folder;       /* the recording's folder; made by ledger_writer_create() */
    const AppendFiles *files; /* NULL = the disk */
    const Clock *clock;       /* outlives the writer, as does the signer */
    const Signer *signer;
    LedgerLineFunc line; /* may be NULL */
    gpointer user;
} LedgerConfig;

typedef struct {
    const char *recording; /* UUID */
    const char *visit;
    const char *case_number;
    const char *item;
    const char *item_version;
    const char *title;
} LedgerOpening;

/** Makes folder, cert.pem and ledger, writes the `open` line. Fails with EVIDENCE_ERROR_EXISTS if there is a ledger. */
LedgerWriter *ledger_writer_create(const LedgerConfig *config, const LedgerOpening *opening, GError **error);
/** Closes without a word; for a proper end see ledger_writer_end(). */
void ledger_writer_free(LedgerWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LedgerWriter, ledger_writer_free)

typedef struct {
    const char *track;  /* "site", "audio-PARTICIPANT": [a-z0-9-], at most 64 */
    guint part;         /* from 1 */
    const char *file;   /* relative, "site/part-0001.mp4" */
    guint64 length;     /* of the initialization segment */
    const char *digest; /* in the signer's hash, as are those below */
    const char *codecs; /* RFC 6381, "avc1.42e01f,opus" */
    guint width, height; /* 0 for audio */
} LedgerPart;

typedef struct {
    const char *track;
    guint part;
    const char *file;
    guint64 offset, length;
    const char *digest;
    guint64 n;       /* within the part, from 0 */
    gint64 t;        /* media time within the part, µs */
    gint64 duration; /* µs */
    gboolean key;
    gint64 captured;
    gint64 filled; /* µs of audio silence put in for what did not come; 0: no such member */
} LedgerFragment;

typedef struct {
    const char *id;   /* the origin's; idempotence is the caller's business (recording_index_seq_of_id()) */
    const char *type; /* "mark", "join", "leave", "consent", … */
    gint64 occurred;
    json_t *data; /* borrowed object, or NULL */
} LedgerEntry;

typedef struct {
    const char *id;
    const char *file;
    guint64 length;
    const char *digest;
    const char *checkpoint;  /* or NULL */
    const char *participant; /* or NULL */
    gint64 occurred;
} LedgerStill;

/* Part, fragment and still lines speak of bytes that are durable already: part-writer.h and still-writer.h keep that order. */
gboolean ledger_writer_part(LedgerWriter *writer, const LedgerPart *part, GError **error);
gboolean ledger_writer_fragment(LedgerWriter *writer, const LedgerFragment *fragment, GError **error);
/** `ret_seq` may be NULL. A refused entry (too long) gives EVIDENCE_ERROR_LIMIT and does not fail the writer. */
gboolean ledger_writer_entry(LedgerWriter *writer, const LedgerEntry *entry, guint64 *ret_seq, GError **error);
gboolean ledger_writer_still(LedgerWriter *writer, const LedgerStill *still, guint64 *ret_seq, GError **error);
/** `to` < 0: it lasts. A lasting gap is closed by a second line with the same track, `from` and reason, and its `to`. */
gboolean ledger_writer_gap(LedgerWriter *writer, const char *track, gint64 from, gint64 to, const char *reason, GError **error);

typedef struct {
    const char *track;
    const char *media;  /* "video" or "audio" */
    gint64 from, to;    /* wall; `to` < 0: it lasts, and is closed by a second line with the same track and `from` */
    guint packets;      /* that did not come, 0 if nobody knows how many */
} LedgerDamage;

gboolean ledger_writer_damage(LedgerWriter *writer, const LedgerDamage *damage, GError **error);

/** Seals if lines wait and the oldest of them has waited LEDGER_SEAL_INTERVAL_US; call it once a second. */
gboolean ledger_writer_seal_if_due(LedgerWriter *writer, GError **error);
/** Seals now if lines wait. */
gboolean ledger_writer_seal(LedgerWriter *writer, GError **error);
/** The `end` line and the last seal. Afterwards every call gives EVIDENCE_ERROR_STATE. */
gboolean ledger_writer_end(LedgerWriter *writer, const char *reason, GError **error);

/** The authority's time-stamp (RFC 3161, DER) of the seal in line `of`; sealed like any line. May follow the end. */
gboolean ledger_writer_timestamp(LedgerWriter *writer, guint64 of, GBytes *token, GError **error);

/** A tombstone after the end: media and stills are about to be removed. `data` (borrowed): members of the line besides, see docs/evidence-format.md. */
gboolean ledger_writer_disposal(LedgerWriter *writer, const json_t *data, GError **error);

/** Digest of the newest seal's line, which a time-stamp stamps; "" before the first one and after a reopening. */
const char *ledger_writer_sealed_digest(const LedgerWriter *writer);
/** Facts for a status: the next sequence number, the last sealed one and when (-1: none yet), bytes of the ledger. */
guint64 ledger_writer_next_seq(const LedgerWriter *writer);
gint64 ledger_writer_sealed_seq(const LedgerWriter *writer);
gint64 ledger_writer_sealed_at(const LedgerWriter *writer);
guint64 ledger_writer_size(const LedgerWriter *writer);
gboolean ledger_writer_failed(const LedgerWriter *writer);
const LedgerConfig *ledger_writer_config(const LedgerWriter *writer);
