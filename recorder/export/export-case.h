/**
 * export-case — what lies over the recordings in an export of a whole case: the page that leads to each of them, the archive's metadata, how to verify.
 * Pure: sheet, indexes and reports in, text out; the caller frees it.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "recording-index.h"

typedef struct {
    const char *folder; /* within the case's */
    const RecordingIndex *index;
    const json_t *record; /* or NULL */
    const json_t *verification;
} SheetPackage;

/** index.html; constant. */
const char *export_case_page(void);
/** case.js: what index.html shows. */
char *export_case_page_data(const json_t *sheet, const SheetPackage *packages, guint count);
/** metadata.json of the case as a whole: identification, content, structure, management as in GB/T 42727-2023. */
char *export_case_metadata(const json_t *sheet, const SheetPackage *packages, guint count);
char *export_case_readme(const json_t *sheet);
