/**
 * Stills: a JPEG file of its own, durable before its ledger line. docs/evidence-format.md, sections 2 and 4.
 */
#pragma once

#include "ledger-writer.h"

/* A 50-megapixel phone JPEG is about 15 MB. */
#define STILL_MAX (32 * 1024 * 1024)

typedef struct {
    const char *id;          /* [A-Za-z0-9-], at most 64; becomes the file's name */
    const char *checkpoint;  /* or NULL */
    const char *participant; /* or NULL */
    gint64 occurred;
    GBytes *jpeg;
} Still;

/**
 * Writes `stills/ID.jpg` (`ID-2.jpg` … if a crash left torn bytes under that name: nothing is rewritten) and its line.
 * `ret_digest` is in the signer's hash. Bytes that are not JPEG, or too many, are refused with EVIDENCE_ERROR_LIMIT before anything is written and do not fail the ledger.
 */
gboolean still_write(LedgerWriter *ledger, const Still *still, guint64 *ret_seq, char ret_digest[65], GError **error);
