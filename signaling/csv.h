/**
 * Csv — tables as text, RFC 4180: fields by commas, rows by line ends, quotes around what holds either, a quote doubled. UTF-8, a byte order mark
 * before it is skipped; spreadsheets write one. Pure; any thread.
 */
#pragma once

#include <glib.h>

/* A district's cases of a month; 64 columns are more than any export has. */
#define CSV_ROWS_MAX    2000
#define CSV_COLUMNS_MAX 64

/** Rows (GPtrArray of GPtrArray of char *), empty lines left out. PROBLEM_FIELD_INVALID with the row when it is none, or beyond the bounds. */
GPtrArray *csv_parse(const char *text, gsize length, GError **error);

/** Appends a row, quoted where it must be; `cells` may hold NULL for an empty one. */
void csv_append(GString *text, const char *const *cells, gsize count);
/** A cell that a spreadsheet would take for a formula gets an apostrophe before it; for what strangers wrote. The caller frees it. */
char *csv_plain(const char *text);
