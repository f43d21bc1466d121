/**
 * Export — one recording, or all of a case (一案一档), as a ZIP (APPNOTE 6.3.9, ZIP64), made while it is read, in bounded memory.
 *
 * One recording: RECORDING/ as it is on the disk, and beside it README.txt (how to verify), index.html, which replays from the disk with the check list beside the video
 * (its data in data.js), media/ with plain MP4 copies for any player, chapters as WebVTT, the record (record.json, and the documents that documents.json names),
 * metadata.json (GB/T 42727-2023), verification.json, verification.txt and index.json; and last, digests of all of it in manifest-sha256.txt.
 * A case: one such folder for each recording (without a manifest of its own), and over them index.html with case.js, case.json, metadata.json, README.txt and the
 * manifest of everything.
 * Entries are stored, not compressed: media does not shrink. A growing recording is exported as it stood when its turn came.
 * One thread at a time, not bound to any; both verify every byte of a recording before its turn and block for the disk: run them on a worker thread for anything long.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct Export Export;

typedef struct {
    const char *folder;    /* the recording's */
    const char *beside;    /* what belongs to it and is no evidence: record.json, documents.json; also room for the plain copies while they are needed. NULL: nothing */
    const char *derive;    /* yuntakan-derive; NULL: no plain copies, and the page plays the parts themselves */
    const char *documents; /* the folder of the files that documents.json names; NULL: none */
    const json_t *record, *known_documents; /* instead of the two files beside, or NULL */
} ExportSource;

typedef struct {
    const char *folder, *beside; /* as above */
    gint64 started_at;           /* names its folder */
    const json_t *record, *known_documents;
} ExportRecording;

typedef struct {
    const ExportRecording *recordings;
    guint count; /* at least 1 */
    const char *derive, *documents;
    const json_t *sheet; /* {case (id), case_number, item_code, item (of the catalogue), applicant, premises, retention, visits: [{id, state, started_at, recording, …}]} */
} ExportCase;

/** Fails when there is no readable ledger. */
Export *export_new(const ExportSource *source, GError **error);
Export *export_new_case(const ExportCase *source, GError **error);
void export_free(Export *export);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Export, export_free)

/** "CASE-RECORDING.zip", "CASE-ID.zip", safe as a file name. */
const char *export_file_name(const Export *export);
/** Up to `size` bytes into `buffer`: how many, 0 at the end, -1 on error (the stream must then be broken off, not ended). */
gssize export_read(Export *export, void *buffer, gsize size, GError **error);
