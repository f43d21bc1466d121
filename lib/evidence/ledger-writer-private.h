/**
 * Inside lib/evidence only: the doors of LedgerWriter for recovery and for the writers of parts and stills.
 */
#pragma once

#include "ledger-writer.h"

typedef struct {
    const char *recording;
    const char *prev; /* digest of the last line that stands */
    guint64 next_seq;
    gint64 sealed_seq, sealed_at; /* -1 */
    gboolean ended;               /* only resume and seal may follow */
} LedgerPosition;

LedgerWriter *ledger_writer_reopen(const LedgerConfig *config, const LedgerPosition *position, GError **error);
/** Ends a torn line, so that the next one starts a line of its own. Appends and syncs a newline. */
gboolean ledger_writer_break_line(LedgerWriter *writer, GError **error);
/** A `resume` line; `torn` is an array of {file, offset, length, sha256}, borrowed. */
gboolean ledger_writer_resume(LedgerWriter *writer, json_t *torn, GError **error);
/** A media file failed: its bytes on the disk are unknown, so nothing may follow before recovery has looked. */
void ledger_writer_fail(LedgerWriter *writer);
/** FALSE with EVIDENCE_ERROR_STATE when the writer has failed or ended: ask before touching a media file. */
gboolean ledger_writer_check(const LedgerWriter *writer, GError **error);
/** Replaces the observer of config->line. */
void ledger_writer_observe(LedgerWriter *writer, LedgerLineFunc line, gpointer user);
