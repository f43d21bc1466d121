#include "csv.h"

#include <string.h>

#include "problem.h"

typedef struct {
    const char *at;
    const char *end;
    GPtrArray *rows;
} Reader;

static gboolean
fail(const Reader *reader, const char *what, GError **error)
{
    return problem_set(error, PROBLEM_FIELD_INVALID, "row %u: %s", reader->rows->len + 1, what);
}

/* From behind the opening quote to behind the closing one. */
static gboolean
read_quoted(Reader *reader, GString *field, GError **error)
{
    while (reader->at < reader->end) {
        if (*reader->at != '"') {
            g_string_append_c(field, *reader->at++);
            continue;
        }
        reader->at++;
        if (reader->at == reader->end || *reader->at != '"')
            return TRUE;
        g_string_append_c(field, *reader->at++);
    }
    return fail(reader, "a quote is not closed", error);
}

static gboolean
read_field(Reader *reader, GString *field, GError **error)
{
    if (reader->at < reader->end && *reader->at == '"') {
        reader->at++;
        if (!read_quoted(reader, field, error))
            return FALSE;
        return reader->at == reader->end || strchr(",\r\n", *reader->at) || fail(reader, "text follows a quote", error);
    }
    while (reader->at < reader->end && !strchr(",\r\n", *reader->at))
        g_string_append_c(field, *reader->at++);
    return TRUE;
}

static gboolean
read_row(Reader *reader, GPtrArray *row, GError **error)
{
    for (;;) {
        g_autoptr(GString) field = g_string_new(NULL);

        if (!read_field(reader, field, error))
            return FALSE;
        if (row->len == CSV_COLUMNS_MAX)
            return fail(reader, "too many columns", error);
        g_ptr_array_add(row, g_strstrip(g_string_free(g_steal_pointer(&field), FALSE)));
        if (reader->at == reader->end || *reader->at != ',')
            break;
        reader->at++;
    }
    if (reader->at < reader->end && *reader->at == '\r')
        reader->at++;
    if (reader->at < reader->end && *reader->at == '\n')
        reader->at++;
    return TRUE;
}

GPtrArray *
csv_parse(const char *text, gsize length, GError **error)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify) g_ptr_array_unref);
    gboolean mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
    Reader reader = { text + (mark ? 3 : 0), text + length, rows };

    /* strchr() finds the end of a string in every set: a NUL must not be there. */
    if (memchr(text, '\0', length) || !g_utf8_validate(text, (gssize) length, NULL)) {
        fail(&reader, "the text is not UTF-8", error);
        return NULL;
    }
    while (reader.at < reader.end) {
        g_autoptr(GPtrArray) row = g_ptr_array_new_with_free_func(g_free);

        if (!read_row(&reader, row, error))
            return NULL;
        if (row->len == 1 && !*(const char *) row->pdata[0])
            continue;
        if (rows->len == CSV_ROWS_MAX) {
            fail(&reader, "too many rows", error);
            return NULL;
        }
        g_ptr_array_add(rows, g_steal_pointer(&row));
    }
    return g_steal_pointer(&rows);
}

void
csv_append(GString *text, const char *const *cells, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        const char *cell = cells[i] ? cells[i] : "";
        gboolean quoted = strpbrk(cell, ",\"\r\n") != NULL;

        if (i)
            g_string_append_c(text, ',');
        if (quoted)
            g_string_append_c(text, '"');
        for (; *cell; cell++) {
            if (*cell == '"')
                g_string_append_c(text, '"');
            g_string_append_c(text, *cell);
        }
        if (quoted)
            g_string_append_c(text, '"');
    }
    g_string_append(text, "\r\n");
}

char *
csv_plain(const char *text)
{
    return text && *text && strchr("=+-@\t\r", *text) ? g_strconcat("'", text, NULL) : g_strdup(text ? text : "");
}
