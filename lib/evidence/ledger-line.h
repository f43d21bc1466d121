/**
 * LedgerLine — one line of a ledger as bytes and as JSON: the common members, the seal's text, and what a well-formed line is.
 *
 * docs/evidence-format.md, sections 1 to 3. Pure; any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "digest.h"
#include "ledger-writer.h"

#define LEDGER_FORMAT     "yuntakan-evidence/1"
#define LEDGER_ZERO_PREV  "0000000000000000000000000000000000000000000000000000000000000000"
/* Deeper than any entry, far below what would exhaust a stack. */
#define LEDGER_DEPTH_MAX 32

/** Parses one line (without newline) and checks its common members, size and depth. NULL if it is not a ledger line. */
json_t *ledger_line_parse(const char *text, gsize length);

/** The members that every line has; valid for an object from ledger_line_parse(). */
guint64 ledger_line_seq(json_t *line);
const char *ledger_line_prev(json_t *line);
const char *ledger_line_type(json_t *line);
gint64 ledger_line_at(json_t *line);

/** Members of any line: NULL, `otherwise` where absent or of another type. */
const char *ledger_line_text(json_t *line, const char *name);
gint64 ledger_line_integer(json_t *line, const char *name, gint64 otherwise);
/** An integer that is not negative; FALSE where absent. */
gboolean ledger_line_size(json_t *line, const char *name, guint64 *ret_value);

/** The text that a seal signs. Free with g_free(). */
char *ledger_seal_text(const char *recording, guint64 seq, const char *prev, gint64 at, gint64 mono);
/** The one form in which a seal line is written; a reader compares bytes, so that nothing in a seal is outside its signature. */
char *ledger_seal_line(guint64 seq, const char *prev, gint64 at, gint64 mono, const char *signature);

/** The digest that an `open` line chooses for chain and bytes, static text; NULL if it is none of ours. */
const char *ledger_line_hash(json_t *line);
/** 64 lower-case hexadecimal digits. */
gboolean ledger_hex_is_valid(const char *hex);
/** [A-Za-z0-9-], 1 to 64: ids of recordings and stills, names of tracks. What passes is safe in a path, a URI and a text. */
gboolean ledger_name_is_valid(const char *name);
/** A relative path of one or two names [A-Za-z0-9._-], none of which starts with a dot. */
gboolean ledger_path_is_valid(const char *path);
