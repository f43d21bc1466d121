/**
 * EvidenceRange — the bytes of a file that a ledger line speaks of; and the files that a recording's folder holds.
 *
 * docs/evidence-format.md, sections 2, 4 and 5. What recovery and verification share.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "digest.h"
#include "evidence-error.h"

typedef enum { RANGE_INIT, RANGE_FRAGMENT, RANGE_STILL, RANGE_TORN } EvidenceRangeKind;

typedef struct {
    EvidenceRangeKind kind;
    const char *file; /* relative, checked by ledger_path_is_valid() */
    guint64 offset, length;
    const char *digest;
} EvidenceRange;

/** Called with `range` and its strings borrowed from the line; `object` is the line, or the element of `torn`. */
typedef void (*EvidenceRangeFunc)(const EvidenceRange *range, json_t *object, gpointer user);

/** Every range of one line, in its order. `hash`, the ledger's, is also the name of the member that holds the digest.
 *  FALSE when a line of a kind that names bytes does not name them properly. */
gboolean evidence_ranges_of_line(json_t *line, const char *hash, EvidenceRangeFunc func, gpointer user);

typedef struct {
    char *name; /* relative to the folder, "site/part-0001.mp4" */
    guint64 size;
    gboolean regular; /* FALSE: a link, a device, a folder too deep; nothing of a recording */
} EvidenceFile;

/* Two files per participant and part and one per still; a bound for the memory of a reader. */
#define EVIDENCE_FILES_MAX 100000

/** All files of the folder and of the folders in it, sorted by name: (element-type EvidenceFile). */
GArray *evidence_files_list(const char *folder, GError **error);

/** Digest of bytes [offset, offset+length) of an open file; FALSE when they end before that or cannot be read. */
gboolean evidence_digest_range(int fd, guint64 offset, guint64 length, Digest *digest, char ret_hex[DIGEST_HEX_SIZE]);
