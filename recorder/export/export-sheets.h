/**
 * export-sheets — what an export carries beside the evidence for people and for other programs: the page that replays offline with its data, the chapters, the
 * archive's metadata. Pure: index, report and record in, text out; the caller frees it.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "recording-index.h"

/** A file of the export, for the metadata and the page. */
typedef struct {
    const char *name;
    guint64 size;
    const char *sha256;
} SheetFile;

/** A part of the site track as the page plays it. */
typedef struct {
    const char *file;
    gint64 from_ms;
} SheetPart;

/** index.html; constant. */
const char *export_page(void);
/** data.js: what index.html shows, because a page from a disk may read no other file. `record` may be NULL. */
char *export_page_data(json_t *index, const json_t *record, json_t *verification, const SheetPart *parts, guint count);
/** WebVTT chapters of the check points (W3C WebVTT, section 4.7.3), titled in "zh" or "en" as far as the record knows titles. */
char *export_chapters(const RecordingIndex *index, const json_t *record, const char *language);
/** metadata.json: identification, content, structure and management as in GB/T 42727-2023. */
char *export_metadata(const RecordingIndex *index, const json_t *record, const json_t *verification, const SheetFile *files, guint count);
