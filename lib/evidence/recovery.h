/**
 * Recovery — going on with a recording after a crash, a power cut or a full disk.
 *
 * docs/evidence-format.md, section 5. Reads the ledger as far as it stands, lists the bytes of every file that no line covers, and
 * writes a `resume` line that declares them. Nothing is rewritten or cut. Afterwards a new part must begin in every track.
 */
#pragma once

#include "ledger-writer.h"
#include "recording-index.h"

typedef struct {
    guint torn_ranges; /* how many the resume line declares */
    guint64 torn_bytes;
    gint64 last_at;    /* wall time of the last line that stood, for the `from` of the gap */
    gboolean ended;    /* the recording had ended; it has been sealed now and the writer is NULL */
} RecoveryReport;

/**
 * Fails with EVIDENCE_ERROR_FORMAT when there is no open line, or when damage is found that no crash of ours can leave (a broken chain
 * before the last line): such a recording is left untouched, for the verifier. EVIDENCE_ERROR_KEY: another key opened it.
 *
 * On success *ret_writer is the writer, or NULL if the recording had ended (then only what was missing, torn bytes and last seal, has
 * been written), and *ret_index its index including what was written here. config->line is called for the lines that follow only.
 * The gap itself is the caller's to write, when it knows that the picture goes on: from ret_report->last_at.
 * An ended and sealed recording without torn bytes is not touched at all.
 */
gboolean recovery_resume(const LedgerConfig *config, LedgerWriter **ret_writer, RecordingIndex **ret_index, RecoveryReport *ret_report,
                         GError **error);

/** The last seal of an ended recording in which nothing is missing: its line and digest, for an authority to stamp. */
gboolean recovery_last_seal(const LedgerConfig *config, guint64 *ret_seq, char ret_digest[65], GError **error);
/** Enters the disposal (ledger_writer_disposal()) into an ended recording and seals it, unless it has one already; then removes every file but the ledger and the
 *  certificate. Waits while another thread stamps or disposes. Can be repeated after a crash. */
gboolean recovery_dispose(const LedgerConfig *config, const json_t *data, GError **error);
/** Enters the time-stamp of the seal in line `of` into an ended recording, and seals that. Waits as recovery_dispose() does. */
gboolean recovery_stamp(const LedgerConfig *config, guint64 of, GBytes *token, GError **error);
