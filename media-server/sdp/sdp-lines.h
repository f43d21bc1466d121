/**
 * SdpLines — walks over the `x=value` lines of a session description or fragment (RFC 8866 section 5), tolerating bare line feeds.
 *
 * Works on a private, terminated copy and hands out pointers into it.
 */
#pragma once

#include <glib.h>

#include "sdp-error.h"

typedef struct {
    char *copy;
    char *next;
} SdpLines;

/** Checks the size and that the text is free of NUL and of other control characters than CR, LF and tab. Errors: TOO_LARGE, MALFORMED. */
gboolean sdp_lines_init(SdpLines *lines, const char *text, gsize length, gsize maximum, GError **error);
void sdp_lines_clear(SdpLines *lines);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SdpLines, sdp_lines_clear)

/** The next line: its type letter and its value. 1; 0 at the end; -1 for a line of another form. Empty lines are passed over. */
int sdp_lines_next(SdpLines *lines, char *ret_type, char **ret_value);

/** Cuts `a=name:value` at the colon: returns the name, `ret_value` the value ("" when there is none). */
char *sdp_attribute_split(char *attribute, char **ret_value);

/** The next space-separated word of `*cursor`, cut out in place; NULL at the end. */
char *sdp_next_word(char **cursor);

/** Decimal digits only, up to `maximum`, to the end of the text. */
gboolean sdp_parse_number(const char *text, guint64 maximum, guint64 *ret_number);

/** Copies when it fits, else leaves "" and answers FALSE. */
gboolean sdp_copy(char *to, gsize size, const char *from);
