/**
 * Export — one recording as a ZIP (APPNOTE 6.3.9, ZIP64), made while it is read, in bounded memory.
 *
 * Holds RECORDING/ as it is on the disk, and beside it README.txt (how to verify), index.html, which replays from the disk with the check list beside the video
 * (its data in data.js), media/ with plain MP4 copies for any player, chapters as WebVTT, the record (record.json and record.pdf as far as they are there),
 * metadata.json (GB/T 42727-2023), verification.json, verification.txt and index.json; and last, digests of all of it in manifest-sha256.txt.
 * Entries are stored, not compressed: media does not shrink. A growing recording is exported as it stood at export_new().
 * One thread at a time, not bound to any; export_read() blocks for the disk, export_new() verifies every byte first: run both on a
 * worker thread for anything long.
 */
#pragma once

#include <glib.h>

typedef struct Export Export;

typedef struct {
    const char *folder; /* the recording's */
    const char *beside; /* what belongs to it and is no evidence: record.json, record.pdf; also room for the plain copies while they are needed. NULL: nothing */
    const char *derive; /* yuntakan-derive; NULL: no plain copies, and the page plays the parts themselves */
} ExportSource;

/** Fails when there is no readable ledger. */
Export *export_new(const ExportSource *source, GError **error);
void export_free(Export *export);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Export, export_free)

/** "CASE-RECORDING.zip", safe as a file name. */
const char *export_file_name(const Export *export);
/** Up to `size` bytes into `buffer`: how many, 0 at the end, -1 on error (the stream must then be broken off, not ended). */
gssize export_read(Export *export, void *buffer, gsize size, GError **error);
