/**
 * TextOp — an edit of a text that can be moved past another edit made at the same time.
 *
 * docs/co-form.md, section 2. On the wire an array, read from the start of the text: a positive number keeps so many characters, a negative one
 * deletes so many, a string is inserted; what follows the last component is kept. Characters are Unicode code points. The same functions exist in
 * web-client/src/coform/text-op.js and both are held to tests/vectors/text-op.json.
 *
 * For all texts and edits a, b of it:  apply(b', apply(a)) = apply(a', apply(b))  with  a' = transform(a, b, first), b' = transform(b, a, !first):
 * whoever gets the edits in whatever order ends with the same text, and no inserted character is lost. Pure functions, any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/* More components than a person makes between two answers of the server; a paste is one. */
#define TEXT_OP_COMPONENTS_MAX 200

/** Is it an edit of a text of `length` characters that ends with at most `length_max`? Errors: PROBLEM_FORM_VALUE, PROBLEM_FORM_TOO_LONG. */
gboolean text_op_check(const json_t *op, glong length, glong length_max, GError **error);

/** The edited text; `op` has passed text_op_check() for it. The caller frees it. */
char *text_op_apply(const json_t *op, const char *text);

/** `op` as it must read after `other` has been applied. `first`: at the same place, what `op` inserts comes before what `other` inserts. */
json_t *text_op_transform(const json_t *op, const json_t *other, gboolean first);

/** One edit that does what `op` and after it `next` do. */
json_t *text_op_compose(const json_t *op, const json_t *next);
