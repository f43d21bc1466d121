/**
 * RecordContent — what the record of an inspection says, and whether it may be made: pure functions over what the store knows.
 *
 * The template is the law's: who was there, what was told them, what was looked at and found, what was interrupted, what follows from it.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/* A finding of 2000 characters on each of 64 check points and 500 stills come to 600 KiB. */
#define RECORD_CONTENT_MAX (2 * 1024 * 1024)

/** How many inspectors must be there and sign; two where the item says nothing. */
gint64 record_inspectors_min(const json_t *item);

/**
 * Whether the inspection can be concluded: enough inspectors present, every required check point judged, a reason where one is due, and a decision
 * that fits. `input` is that of model_conclude(), `detail` what model_visit_get() returns. FALSE with the problem; its detail names what is missing.
 */
gboolean record_check(const json_t *input, const json_t *detail, GError **error);

/** The content as an object; a new reference. */
json_t *record_content(const json_t *input, const json_t *detail, gint64 version);
