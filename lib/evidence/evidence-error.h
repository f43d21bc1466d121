/**
 * Errors of lib/evidence.
 */
#pragma once

#include <glib.h>

#define EVIDENCE_ERROR (evidence_error_quark())
GQuark evidence_error_quark(void);

typedef enum {
    EVIDENCE_ERROR_IO,       /* a file could not be opened, written, made durable or read */
    EVIDENCE_ERROR_NO_SPACE, /* the disk (or the quota) is full */
    EVIDENCE_ERROR_EXISTS,   /* a file that must be new is there already */
    EVIDENCE_ERROR_LIMIT,    /* a bound of docs/evidence-format.md, section 6 is exceeded */
    EVIDENCE_ERROR_FORMAT,   /* not readable as evidence */
    EVIDENCE_ERROR_STATE,    /* not now: the recording has ended, the writer has failed before, no part is open */
    EVIDENCE_ERROR_KEY,      /* sealing failed, or the key is not the recording's */
} EvidenceError;
