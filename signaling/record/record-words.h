/**
 * Words and times of printed documents, in Chinese. Plain functions; any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** "2026年11月25日 14:03:21" in the bureau's zone (UTC+8); "—" for 0. The caller frees it. */
char *document_time(gint64 at);
char *document_day(gint64 at);
/** "03:12" of a span in µs. The caller frees it. */
char *document_span(gint64 us);

/* Each is "—" for NULL and the code itself for one that is not known. */
const char *document_decision(const char *code);
const char *document_result(const char *code);
const char *document_role(const char *code);
const char *document_mode(const char *code);
const char *document_evidence(const char *code);
const char *document_act(const char *code);
const char *document_gap(const char *code);
