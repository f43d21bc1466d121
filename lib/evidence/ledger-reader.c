#include "ledger-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ledger-line.h"
#include "ledger-writer.h"

/* Two lines of the greatest length, so that most refills find a whole line already there. */
#define BUFFER_SIZE (2 * (LEDGER_LINE_MAX + 1))

struct LedgerReader {
    char *path;
    int fd;
    Digest *digest;
    json_t *line;       /* of the last record */
    guint64 offset;     /* in the file, of buffer[start] */
    gsize start, end;
    gboolean at_end;
    char buffer[BUFFER_SIZE];
};

LedgerReader *
ledger_reader_open(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0) {
        int code = errno;

        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_IO, "%s: cannot be opened: %s", path, g_strerror(code));
        return NULL;
    }

    LedgerReader *reader = g_new0(LedgerReader, 1);

    reader->path = g_strdup(path);
    reader->fd = fd;
    reader->digest = digest_new("sha256");
    return reader;
}

void
ledger_reader_free(LedgerReader *reader)
{
    if (!reader)
        return;
    close(reader->fd);
    digest_free(reader->digest);
    json_decref(reader->line);
    g_free(reader->path);
    g_free(reader);
}

static gboolean
refill(LedgerReader *reader, GError **error)
{
    gssize got;

    memmove(reader->buffer, reader->buffer + reader->start, reader->end - reader->start);
    reader->end -= reader->start;
    reader->start = 0;
    do
        got = read(reader->fd, reader->buffer + reader->end, BUFFER_SIZE - reader->end);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        int code = errno;

        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_IO, "%s: cannot be read: %s", reader->path, g_strerror(code));
        return FALSE;
    }
    reader->at_end = got == 0;
    reader->end += (gsize) got;
    return TRUE;
}

static void
consume(LedgerReader *reader, gsize count)
{
    reader->start += count;
    reader->offset += count;
}

/* Swallows an endless line piece by piece: it is one record without a text. */
static gboolean
skip_long_line(LedgerReader *reader, LedgerRecord *record, GError **error)
{
    for (;;) {
        gsize there = reader->end - reader->start;
        const char *newline = memchr(reader->buffer + reader->start, '\n', there);

        if (newline) {
            gsize count = (gsize) (newline - (reader->buffer + reader->start));

            record->length += count;
            record->terminated = TRUE;
            consume(reader, count + 1);
            return TRUE;
        }
        record->length += there;
        consume(reader, there);
        if (reader->at_end)
            return TRUE;
        if (!refill(reader, error))
            return FALSE;
    }
}

/* The first line says how it and all others are chained. */
static void
choose_digest(LedgerReader *reader, const LedgerRecord *record)
{
    const char *hash = record->offset == 0 && record->line ? ledger_line_hash(record->line) : NULL;

    if (!hash)
        return;
    digest_free(reader->digest);
    reader->digest = digest_new(hash);
}

static void
take_line(LedgerReader *reader, LedgerRecord *record, gsize length, gboolean terminated)
{
    record->text = reader->buffer + reader->start;
    record->length = length;
    record->terminated = terminated;
    record->line = reader->line = ledger_line_parse(record->text, length);
    choose_digest(reader, record);
    digest_update(reader->digest, record->text, length);
    digest_finish(reader->digest, record->digest);
    consume(reader, length + (terminated ? 1 : 0));
}

gboolean
ledger_reader_next(LedgerReader *reader, LedgerRecord *ret_record, GError **error)
{
    LedgerRecord record = { .offset = reader->offset };

    g_clear_pointer(&reader->line, json_decref);
    for (;;) {
        gsize there = reader->end - reader->start;
        const char *text = reader->buffer + reader->start;
        const char *newline = memchr(text, '\n', there);
        gsize length = newline ? (gsize) (newline - text) : there;

        if (length > LEDGER_LINE_MAX) {
            if (!skip_long_line(reader, &record, error))
                return FALSE;
            break;
        }
        if (newline || (reader->at_end && there > 0)) {
            take_line(reader, &record, length, newline != NULL);
            break;
        }
        if (reader->at_end || !refill(reader, error))
            return FALSE;
    }
    *ret_record = record;
    return TRUE;
}

void
ledger_chain_init(LedgerChain *chain)
{
    *chain = (LedgerChain){ .next_seq = 0 };
    g_strlcpy(chain->prev, LEDGER_ZERO_PREV, sizeof chain->prev);
}

static gboolean
declares_junk(const LedgerChain *chain, const LedgerRecord *record)
{
    json_t *torn = json_object_get(record->line, "torn");
    json_t *range;
    size_t i;

    if (!g_str_equal(ledger_line_type(record->line), "resume") || chain->junk_end != record->offset)
        return FALSE;
    json_array_foreach(torn, i, range)
        if (g_strcmp0(ledger_line_text(range, "file"), LEDGER_FILE) == 0 &&
            ledger_line_integer(range, "offset", -1) == (gint64) chain->junk_offset &&
            ledger_line_integer(range, "length", -1) == (gint64) (chain->junk_end - chain->junk_offset))
            return TRUE;
    return FALSE;
}

ChainStep
ledger_chain_step(LedgerChain *chain, const LedgerRecord *record)
{
    if (!record->line || !record->terminated) {
        if (!chain->has_junk)
            chain->junk_offset = record->offset;
        chain->has_junk = TRUE;
        chain->junk_end = record->offset + record->length + (record->terminated ? 1 : 0);
        return CHAIN_JUNK;
    }
    if (ledger_line_seq(record->line) != chain->next_seq || !g_str_equal(ledger_line_prev(record->line), chain->prev) ||
        (chain->has_junk && !declares_junk(chain, record)))
        return CHAIN_BROKEN;
    ledger_chain_accept(chain, record);
    return CHAIN_GOOD;
}

void
ledger_chain_accept(LedgerChain *chain, const LedgerRecord *record)
{
    chain->has_junk = FALSE;
    chain->next_seq = ledger_line_seq(record->line) + 1;
    g_strlcpy(chain->prev, record->digest, sizeof chain->prev);
}
