/**
 * Bounded JSON — text from outside becomes an object, or an error that says what is wrong with it.
 *
 * RFC 8259, and stricter: the root is an object, no key occurs twice, nesting and length are bounded, no NUL. Errors are of the
 * domain PROBLEM. Any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

/* Our deepest message, `welcome`, nests 5 deep; 16 leaves room and keeps the parser's recursion small. */
#define BOUNDED_JSON_DEPTH_MAX 16

/** A new reference. Longer than `length_max` is refused before it is looked at. */
json_t *bounded_json_parse(const char *text, gsize length, gsize length_max, GError **error);
/** The same over the bytes of a request or a message. */
json_t *bounded_json_parse_bytes(GBytes *bytes, gsize length_max, GError **error);

/** Compact text; the caller frees it with g_free(). */
char *bounded_json_dump(const json_t *json);
