/**
 * PartWriter — one part of one track on the disk: initialization segment and fragments, each durable before its ledger line.
 *
 * docs/evidence-format.md, section 4. A failure of a PartWriter fails its ledger too (see ledger-writer.h). One thread at a time, the
 * ledger's. Free the parts before their ledger.
 */
#pragma once

#include "ledger-writer.h"
#include "recording-index.h"

/* A fragment is about one second; at 20 Mbit/s that is 2.5 MB. Sixteen bounds a reader's buffer and a broken muxer. */
#define PART_FRAGMENT_MAX (16 * 1024 * 1024)

typedef struct PartWriter PartWriter;

/**
 * Makes `TRACK/part-NNNN.mp4` (`part` from 1, `extension` "mp4"), appends the initialization segment and enters it.
 * `recording_index_next_part()` gives the next number. One whose file is there already, torn by a crash before it had a line, is passed over.
 */
PartWriter *part_writer_new(LedgerWriter *ledger, const char *track, guint part, const char *extension, GBytes *init_segment,
                            const char *codecs, guint width, guint height, GError **error);
void part_writer_free(PartWriter *part);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PartWriter, part_writer_free)

typedef struct {
    gint64 t;        /* media time within the part, µs */
    gint64 duration; /* µs */
    gboolean key;    /* starts with a key frame */
    gint64 captured; /* wall time of its first sample, µs */
    gint64 filled;   /* audio silence put in for what did not come, µs */
} PartFragment;

gboolean part_writer_append(PartWriter *part, const PartFragment *fragment, GBytes *bytes, GError **error);

guint part_writer_number(const PartWriter *part);
/** Bytes written so far. */
guint64 part_writer_size(const PartWriter *part);
