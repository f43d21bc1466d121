/**
 * ExportPackage — what one recording's part of an export holds: the evidence byte for byte, and beside it the page that replays, plain copies, chapters,
 * the record, report and metadata. Makes a list of files; export.c packs them. Blocks for disk and verification: on a worker thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "recording-index.h"

typedef struct {
    char *name; /* in the ZIP */
    char *path; /* on the disk, or NULL: */
    char *text;
    guint64 size;
    char *sha256; /* once it is written */
} ExportFile;

/** (element-type ExportFile) with its strings. */
GArray *export_files_new(void);
/** `text` is taken over, as is `json`. */
void export_files_add_text(GArray *files, const char *root, const char *name, char *text);
void export_files_add_json(GArray *files, const char *root, const char *name, json_t *json);

/** Digits and Latin letters of the text with a hyphen behind: a name that every file system and every HTTP header can carry. */
char *export_plain_name(const char *text);

typedef struct ExportPackage ExportPackage;

typedef struct {
    const char *folder;    /* the recording's */
    const char *beside;    /* what belongs to it and is no evidence: record.json, documents.json; also room for the plain copies. NULL: nothing */
    const json_t *record, *known_documents; /* instead of the two files, or NULL */
    const char *documents; /* the folder of the files that documents.json names; NULL: none */
    const char *derive;    /* yuntakan-derive; NULL: no plain copies */
} ExportPackageSource;

/** Verifies the recording and appends its files. `root`: its folder in the ZIP; NULL: "CASE-RECORDING". Fails when there is no readable ledger. */
ExportPackage *export_package_open(const ExportPackageSource *source, const char *root, GArray *files, GError **error);
/** Appends metadata.json, when all others of its files are written. */
void export_package_close(ExportPackage *package, GArray *files);
/** Removes the plain copies: not before the last file is packed. */
void export_package_free(ExportPackage *package);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExportPackage, export_package_free)

const char *export_package_root(const ExportPackage *package);
const RecordingIndex *export_package_index(const ExportPackage *package);
const json_t *export_package_record(const ExportPackage *package); /* or NULL */
const json_t *export_package_verification(const ExportPackage *package);
