#include "text-op.h"

#include <string.h>

#include "bounded-json.h"
#include "problem.h"

#define WITHOUT_END G_MAXLONG

/* --- making an edit: neighbours melt together, insertions stand before deletions, kept text at the end is not said --- */

static json_t *
last_of(json_t *op)
{
    return json_array_get(op, json_array_size(op) - 1);
}

static void
append_number(json_t *op, glong count)
{
    json_t *last = last_of(op);

    if (count == 0)
        return;
    if (json_is_integer(last) && (json_integer_value(last) > 0) == (count > 0))
        json_integer_set(last, json_integer_value(last) + count);
    else
        json_array_append_new(op, json_integer(count));
}

static void
append_text(json_t *op, const char *text, gsize bytes)
{
    gsize size = json_array_size(op);
    gboolean behind_deletion = json_is_integer(last_of(op)) && json_integer_value(last_of(op)) < 0;
    gsize place = behind_deletion ? size - 1 : size;
    json_t *before = place > 0 ? json_array_get(op, place - 1) : NULL;

    if (bytes == 0)
        return;
    if (json_is_string(before)) {
        g_autoptr(GString) whole = g_string_new(json_string_value(before));

        g_string_append_len(whole, text, (gssize) bytes);
        json_string_setn(before, whole->str, whole->len);
    } else {
        json_array_insert_new(op, place, json_stringn(text, bytes));
    }
}

static json_t *
finished(json_t *op)
{
    while (json_is_integer(last_of(op)) && json_integer_value(last_of(op)) > 0)
        json_array_remove(op, json_array_size(op) - 1);
    return op;
}

/* --- reading an edit in pieces --- */

typedef enum { PIECE_KEEP, PIECE_DELETE, PIECE_INSERT } PieceKind;

typedef struct {
    PieceKind kind;
    glong length;
    const char *text; /* of an insertion */
    gsize bytes;
} Piece;

typedef struct {
    const json_t *op;
    gsize index;
    glong used; /* characters of the component at `index` */
} Reader;

static PieceKind
kind_of(const json_t *component)
{
    if (json_is_string(component))
        return PIECE_INSERT;
    return json_integer_value(component) < 0 ? PIECE_DELETE : PIECE_KEEP;
}

static glong
length_of(const json_t *component)
{
    if (json_is_string(component))
        return g_utf8_strlen(json_string_value(component), -1);
    return labs((long) json_integer_value(component));
}

static gboolean
at_end(const Reader *reader)
{
    return reader->index >= json_array_size(reader->op);
}

static gboolean
next_is_insertion(const Reader *reader)
{
    return !at_end(reader) && kind_of(json_array_get(reader->op, reader->index)) == PIECE_INSERT;
}

/* At most `limit` characters of the next component, all of it when it is of the kind `whole`; behind the end the text is kept. */
static Piece
take(Reader *reader, glong limit, PieceKind whole)
{
    const json_t *component = json_array_get(reader->op, reader->index);
    Piece piece = { .kind = PIECE_KEEP, .length = limit };

    if (!component)
        return piece;
    piece.kind = kind_of(component);
    piece.length = length_of(component) - reader->used;
    if (piece.kind != whole)
        piece.length = MIN(piece.length, limit);
    if (piece.kind == PIECE_INSERT) {
        piece.text = g_utf8_offset_to_pointer(json_string_value(component), reader->used);
        piece.bytes = (gsize) (g_utf8_offset_to_pointer(piece.text, piece.length) - piece.text);
    }
    reader->used += piece.length;
    if (reader->used == length_of(component)) {
        reader->index++;
        reader->used = 0;
    }
    return piece;
}

static void
append_piece(json_t *op, const Piece *piece)
{
    if (piece->kind == PIECE_INSERT)
        append_text(op, piece->text, piece->bytes);
    else
        append_number(op, piece->kind == PIECE_DELETE ? -piece->length : piece->length);
}

static void
append_rest(json_t *op, Reader *reader)
{
    while (!at_end(reader)) {
        Piece piece = take(reader, WITHOUT_END, PIECE_INSERT);

        append_piece(op, &piece);
    }
}

/* --- the four functions --- */

gboolean
text_op_check(const json_t *op, glong length, glong length_max, GError **error)
{
    gint64 rest = length, result = length;
    gsize i;
    json_t *component;

    if (!json_is_array(op) || json_array_size(op) > TEXT_OP_COMPONENTS_MAX)
        return problem_set(error, PROBLEM_FORM_VALUE, "text: at most %d components", TEXT_OP_COMPONENTS_MAX);
    json_array_foreach(op, i, component) {
        if (json_is_string(component)) {
            result += g_utf8_strlen(json_string_value(component), -1);
        } else if (json_is_integer(component) && json_integer_value(component) != 0) {
            gint64 count = json_integer_value(component);

            if (count > rest || count < -rest)
                return problem_set(error, PROBLEM_FORM_VALUE, "text: beyond the end");
            rest -= ABS(count);
            result += MIN(count, 0);
        } else {
            return problem_set(error, PROBLEM_FORM_VALUE, "text: numbers and strings");
        }
    }
    return result <= length_max || problem_set(error, PROBLEM_FORM_TOO_LONG, "at most %ld characters", length_max);
}

char *
text_op_apply(const json_t *op, const char *text)
{
    GString *result = g_string_sized_new(strlen(text) + 16);
    gsize i;
    json_t *component;

    json_array_foreach(op, i, component) {
        if (json_is_string(component)) {
            g_string_append(result, json_string_value(component));
        } else {
            const char *end = g_utf8_offset_to_pointer(text, length_of(component));

            if (json_integer_value(component) > 0)
                g_string_append_len(result, text, end - text);
            text = end;
        }
    }
    g_string_append(result, text);
    return g_string_free(result, FALSE);
}

/* Past what `other` keeps or deletes: of `op` only insertions do not use up its characters. */
static void
pass_over(json_t *moved, Reader *reader, glong count, gboolean deleted)
{
    while (count > 0) {
        Piece piece = take(reader, count, PIECE_INSERT);

        if (piece.kind == PIECE_INSERT || !deleted)
            append_piece(moved, &piece);
        if (piece.kind != PIECE_INSERT)
            count -= piece.length;
    }
}

json_t *
text_op_transform(const json_t *op, const json_t *other, gboolean first)
{
    json_t *moved = json_array();
    Reader reader = { .op = op };
    gsize i;
    json_t *component;

    json_array_foreach(other, i, component) {
        if (kind_of(component) == PIECE_INSERT) {
            if (first && next_is_insertion(&reader)) {
                Piece piece = take(&reader, WITHOUT_END, PIECE_INSERT);

                append_piece(moved, &piece);
            }
            append_number(moved, length_of(component));
        } else {
            pass_over(moved, &reader, length_of(component), kind_of(component) == PIECE_DELETE);
        }
    }
    append_rest(moved, &reader);
    return finished(moved);
}

static void
compose_over(json_t *both, Reader *reader, glong count, gboolean deletes)
{
    while (count > 0) {
        Piece piece = take(reader, count, PIECE_DELETE);

        if (piece.kind == PIECE_DELETE) {
            append_piece(both, &piece);
            continue;
        }
        if (!deletes)
            append_piece(both, &piece);
        else if (piece.kind == PIECE_KEEP)
            append_number(both, -piece.length);
        count -= piece.length;
    }
}

json_t *
text_op_compose(const json_t *op, const json_t *next)
{
    json_t *both = json_array();
    Reader reader = { .op = op };
    gsize i;
    json_t *component;

    json_array_foreach(next, i, component) {
        if (kind_of(component) == PIECE_INSERT)
            append_text(both, json_string_value(component), json_string_length(component));
        else
            compose_over(both, &reader, length_of(component), kind_of(component) == PIECE_DELETE);
    }
    append_rest(both, &reader);
    return finished(both);
}
