#include "recovery.h"

#include <fcntl.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "evidence-range.h"
#include "ledger-line.h"
#include "ledger-reader.h"
#include "ledger-writer-private.h"

/* A range is about 200 bytes of JSON; with 200 a resume line stays well under LEDGER_LINE_MAX. More ranges take more lines. */
#define TORN_PER_LINE 200

typedef struct {
    guint64 offset, end;
} Span;

typedef struct {
    const LedgerConfig *config;
    RecordingIndex *index;
    GHashTable *covered; /* file -> GArray of Span, in the order of the lines */
    LedgerChain chain;
    gboolean tail_is_whole; /* the last line lacks its newline and nothing else */
    gboolean junk_is_open;  /* the junk at the end does not end with a newline */
    gint64 last_at;
    json_t *torn;
    RecoveryReport report;
} Recovery;

static void
cover(const EvidenceRange *range, json_t *object, gpointer user)
{
    Recovery *recovery = user;
    GArray *spans = g_hash_table_lookup(recovery->covered, range->file);
    Span span = { range->offset, range->offset + range->length };

    if (!spans) {
        spans = g_array_new(FALSE, FALSE, sizeof(Span));
        g_hash_table_insert(recovery->covered, g_strdup(range->file), spans);
    }
    /* A part is appended to, so its ranges join: one span per file, however long the recording. */
    if (spans->len > 0 && g_array_index(spans, Span, spans->len - 1).end == span.offset)
        g_array_index(spans, Span, spans->len - 1).end = span.end;
    else
        g_array_append_val(spans, span);
}

static void
take_line(Recovery *recovery, json_t *line)
{
    recording_index_add(recovery->index, line);
    evidence_ranges_of_line(line, signer_hash(recovery->config->signer), cover, recovery);
    recovery->last_at = ledger_line_at(line);
}

static gboolean
check_open(const Recovery *recovery, json_t *line, GError **error)
{
    json_t *key = json_object_get(line, "key");

    if (!g_str_equal(ledger_line_type(line), "open") || g_strcmp0(ledger_line_text(line, "format"), LEDGER_FORMAT) != 0 ||
        !ledger_name_is_valid(ledger_line_text(line, "recording"))) {
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_FORMAT, "%s: no open line of %s", recovery->config->folder, LEDGER_FORMAT);
        return FALSE;
    }
    if (g_strcmp0(ledger_line_text(key, "sha256"), signer_key_digest(recovery->config->signer)) != 0) {
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_KEY, "%s: opened with another key", recovery->config->folder);
        return FALSE;
    }
    return TRUE;
}

/* The crash came between a line's last byte and its newline: the line says what was durable before it, so it stands. */
static gboolean
is_whole_tail(const Recovery *recovery, const LedgerRecord *record)
{
    LedgerChain chain = recovery->chain;
    LedgerRecord completed = *record;

    completed.terminated = TRUE;
    return record->line && !record->terminated && ledger_chain_step(&chain, &completed) == CHAIN_GOOD;
}

static gboolean
take_record(Recovery *recovery, const LedgerRecord *record, GError **error)
{
    gboolean first = recovery->chain.next_seq == 0;

    recovery->tail_is_whole = is_whole_tail(recovery, record);
    if (recovery->tail_is_whole) {
        ledger_chain_accept(&recovery->chain, record);
    } else {
        ChainStep step = ledger_chain_step(&recovery->chain, record);

        if (step == CHAIN_BROKEN || recovery->chain.next_seq > LEDGER_LINES_MAX) {
            g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_FORMAT,
                        "%s: the chain is broken at byte %" G_GUINT64_FORMAT " of the ledger; left untouched",
                        recovery->config->folder, record->offset);
            return FALSE;
        }
        recovery->junk_is_open = step == CHAIN_JUNK && !record->terminated;
        if (step == CHAIN_JUNK)
            return TRUE;
    }
    if (first && !check_open(recovery, record->line, error))
        return FALSE;
    take_line(recovery, record->line);
    return TRUE;
}

static gboolean
read_ledger(Recovery *recovery, GError **error)
{
    g_autofree char *path = g_build_filename(recovery->config->folder, LEDGER_FILE, NULL);
    g_autoptr(LedgerReader) reader = ledger_reader_open(path, error);
    g_autoptr(GError) reason = NULL;
    LedgerRecord record;

    if (!reader)
        return FALSE;
    while (ledger_reader_next(reader, &record, &reason))
        if (!take_record(recovery, &record, error))
            return FALSE;
    if (reason) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    if (recovery->chain.next_seq == 0) {
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_FORMAT, "%s: no open line", path);
        return FALSE;
    }
    return TRUE;
}

static gboolean
declare(Recovery *recovery, int fd, const char *file, guint64 offset, guint64 length, GError **error)
{
    g_autoptr(Digest) digest = digest_new(signer_hash(recovery->config->signer));
    char hex[DIGEST_HEX_SIZE];

    if (!evidence_digest_range(fd, offset, length, digest, hex)) {
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_IO, "%s/%s: cannot be read", recovery->config->folder, file);
        return FALSE;
    }
    json_array_append_new(recovery->torn, json_pack("{s:s, s:I, s:I, s:s}", "file", file, "offset", (json_int_t) offset, "length",
                                                    (json_int_t) length, signer_hash(recovery->config->signer), hex));
    recovery->report.torn_ranges++;
    recovery->report.torn_bytes += length;
    return TRUE;
}

static gint
compare_spans(gconstpointer a, gconstpointer b)
{
    guint64 x = ((const Span *) a)->offset, y = ((const Span *) b)->offset;

    return x < y ? -1 : x > y;
}

/* Declares every byte of an open file that no span covers; a file that no line names at all is declared even when it is empty. */
static gboolean
declare_uncovered(Recovery *recovery, int fd, const EvidenceFile *file, GError **error)
{
    GArray *spans = g_hash_table_lookup(recovery->covered, file->name);
    guint64 at = 0;

    if (!spans)
        return declare(recovery, fd, file->name, 0, file->size, error);
    g_array_sort(spans, compare_spans);
    for (guint i = 0; i < spans->len; i++) {
        const Span *span = &g_array_index(spans, Span, i);

        if (span->offset > at && at < file->size &&
            !declare(recovery, fd, file->name, at, MIN(span->offset, file->size) - at, error))
            return FALSE;
        at = MAX(at, span->end);
    }
    return at >= file->size || declare(recovery, fd, file->name, at, file->size - at, error);
}

static gboolean
declare_file(Recovery *recovery, const EvidenceFile *file, GError **error)
{
    g_autofree char *path = g_build_filename(recovery->config->folder, file->name, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0) {
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_IO, "%s: cannot be opened", path);
        return FALSE;
    }

    gboolean good = declare_uncovered(recovery, fd, file, error);

    close(fd);
    return good;
}

/* What somebody else put into the folder (a link, a name no recorder uses) is not ours to declare: the verifier will name it. */
static gboolean
find_torn_media(Recovery *recovery, GError **error)
{
    g_autoptr(GArray) files = evidence_files_list(recovery->config->folder, error);

    if (!files)
        return FALSE;
    for (guint i = 0; i < files->len; i++) {
        const EvidenceFile *file = &g_array_index(files, EvidenceFile, i);

        if (file->regular && ledger_path_is_valid(file->name) && !g_str_equal(file->name, LEDGER_FILE) &&
            !g_str_equal(file->name, LEDGER_CERTIFICATE) && !declare_file(recovery, file, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
find_torn_ledger(Recovery *recovery, GError **error)
{
    const LedgerChain *chain = &recovery->chain;
    g_autofree char *path = g_build_filename(recovery->config->folder, LEDGER_FILE, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0) {
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_IO, "%s: cannot be opened", path);
        return FALSE;
    }

    gboolean good = declare(recovery, fd, LEDGER_FILE, chain->junk_offset, chain->junk_end - chain->junk_offset, error);

    close(fd);
    return good;
}

static gboolean
write_resume(LedgerWriter *writer, json_t *torn, GError **error)
{
    gsize count = json_array_size(torn);
    gsize next = 0;
    gboolean good;

    do {
        json_t *some = json_array();

        for (; next < count && json_array_size(some) < TORN_PER_LINE; next++)
            json_array_append(some, json_array_get(torn, next));
        good = ledger_writer_resume(writer, some, error);
        json_decref(some);
    } while (good && next < count);
    return good;
}

static LedgerWriter *
reopen(const Recovery *recovery, GError **error)
{
    LedgerConfig config = *recovery->config;
    LedgerPosition position = {
        .recording = recording_index_recording(recovery->index),
        .prev = recovery->chain.prev,
        .next_seq = recovery->chain.next_seq,
        .sealed_seq = recording_index_sealed_seq(recovery->index),
        .sealed_at = recording_index_sealed_at(recovery->index),
        .ended = recovery->report.ended,
    };

    config.line = (LedgerLineFunc) NULL;
    return ledger_writer_reopen(&config, &position, error);
}

static void
index_line(json_t *line, gpointer user)
{
    recording_index_add(user, line);
}

static LedgerWriter *
go_on(Recovery *recovery, GError **error)
{
    g_autoptr(LedgerWriter) writer = reopen(recovery, error);
    gboolean unended = recovery->tail_is_whole || recovery->junk_is_open;

    if (!writer)
        return NULL;
    ledger_writer_observe(writer, index_line, recovery->index);
    if (unended && !ledger_writer_break_line(writer, error))
        return NULL;
    recovery->chain.junk_end += recovery->junk_is_open ? 1 : 0;
    /* The ledger's own junk goes first: the first resume line is the one that must declare it. */
    if ((recovery->chain.has_junk && !find_torn_ledger(recovery, error)) || !find_torn_media(recovery, error) ||
        !write_resume(writer, recovery->torn, error) || !ledger_writer_seal(writer, error))
        return NULL;
    ledger_writer_observe(writer, recovery->config->line, recovery->config->user);
    return g_steal_pointer(&writer);
}

/* An ended recording is touched only if something is missing from it. */
static gboolean
needs_nothing(Recovery *recovery, GError **error)
{
    const RecordingIndex *index = recovery->index;

    return recovery->report.ended && !recovery->tail_is_whole && !recovery->chain.has_junk &&
           recording_index_sealed_seq(index) + 1 == (gint64) recovery->chain.next_seq && find_torn_media(recovery, error) &&
           recovery->report.torn_ranges == 0;
}

static gboolean
resume(Recovery *recovery, LedgerWriter **ret_writer, GError **error)
{
    g_autoptr(GError) reason = NULL;

    if (!read_ledger(recovery, error))
        return FALSE;
    recovery->report.last_at = recovery->last_at;
    recovery->report.ended = recording_index_ended_at(recovery->index) >= 0;
    *ret_writer = NULL;
    if (needs_nothing(recovery, &reason))
        return TRUE;
    if (reason) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    json_array_clear(recovery->torn); /* found again below, in the order of the line */
    recovery->report.torn_ranges = 0;
    recovery->report.torn_bytes = 0;

    g_autoptr(LedgerWriter) writer = go_on(recovery, error);

    if (!writer)
        return FALSE;
    if (!recovery->report.ended)
        *ret_writer = g_steal_pointer(&writer);
    return TRUE;
}

gboolean
recovery_resume(const LedgerConfig *config, LedgerWriter **ret_writer, RecordingIndex **ret_index, RecoveryReport *ret_report,
                GError **error)
{
    Recovery recovery = { .config = config, .index = recording_index_new(), .torn = json_array() };
    LedgerWriter *writer = NULL;
    gboolean good;

    recovery.covered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
    ledger_chain_init(&recovery.chain);
    good = resume(&recovery, &writer, error);
    if (good) {
        *ret_writer = writer;
        *ret_index = g_steal_pointer(&recovery.index);
        *ret_report = recovery.report;
    }
    recording_index_free(recovery.index);
    g_hash_table_unref(recovery.covered);
    json_decref(recovery.torn);
    return good;
}

/* Reads an ended, wholly sealed ledger; FALSE for any other. */
static gboolean
read_ended(Recovery *recovery, const LedgerConfig *config, GError **error)
{
    *recovery = (Recovery){ .config = config, .index = recording_index_new(), .torn = json_array() };
    recovery->covered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
    ledger_chain_init(&recovery->chain);
    if (!read_ledger(recovery, error))
        return FALSE;
    recovery->report.ended = recording_index_ended_at(recovery->index) >= 0;
    if (recovery->report.ended && !recovery->tail_is_whole && !recovery->chain.has_junk &&
        recording_index_sealed_seq(recovery->index) + 1 == (gint64) recovery->chain.next_seq)
        return TRUE;
    g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_STATE, "%s: not ended and sealed", config->folder);
    return FALSE;
}

static void
recovery_clear(Recovery *recovery)
{
    recording_index_free(recovery->index);
    g_hash_table_unref(recovery->covered);
    json_decref(recovery->torn);
}

gboolean
recovery_last_seal(const LedgerConfig *config, guint64 *ret_seq, char ret_digest[65], GError **error)
{
    Recovery recovery;
    gboolean good = read_ended(&recovery, config, error);

    if (good) {
        *ret_seq = recovery.chain.next_seq - 1;
        memcpy(ret_digest, recovery.chain.prev, sizeof recovery.chain.prev);
    }
    recovery_clear(&recovery);
    return good;
}

/* Only one at a time appends to an ended recording: stamping and disposing happen on different threads. -1 with `error`; close() ends it. */
static int
lock_folder(const char *folder, GError **error)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0 && flock(fd, LOCK_EX) == 0)
        return fd;
    g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_IO, "%s: cannot be locked: %s", folder, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static gboolean
stamp(const LedgerConfig *config, guint64 of, GBytes *token, GError **error)
{
    Recovery recovery;
    LedgerWriter *writer = read_ended(&recovery, config, error) ? reopen(&recovery, error) : NULL;
    gboolean good = writer && ledger_writer_timestamp(writer, of, token, error) && ledger_writer_seal(writer, error);

    ledger_writer_free(writer);
    recovery_clear(&recovery);
    return good;
}

gboolean
recovery_stamp(const LedgerConfig *config, guint64 of, GBytes *token, GError **error)
{
    int lock = lock_folder(config->folder, error);
    gboolean good = lock >= 0 && stamp(config, of, token, error);

    if (lock >= 0)
        close(lock);
    return good;
}

/* A removal that a power cut takes back would be found undone after it was reported. */
static void
sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

static gboolean
remove_media(const char *folder, GError **error)
{
    g_autoptr(GArray) files = evidence_files_list(folder, error);

    for (guint i = 0; files && i < files->len; i++) {
        const EvidenceFile *file = &g_array_index(files, EvidenceFile, i);
        g_autofree char *path = g_build_filename(folder, file->name, NULL);

        if (g_str_equal(file->name, LEDGER_FILE) || g_str_equal(file->name, LEDGER_CERTIFICATE))
            continue;
        if (g_unlink(path) != 0 && errno != ENOENT) {
            g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_IO, "%s: %s", file->name, g_strerror(errno));
            return FALSE;
        }

        g_autofree char *parent = g_path_get_dirname(path);

        /* The folder goes with its last file; until then it is not empty. */
        if (!g_str_equal(parent, folder) && g_rmdir(parent) != 0)
            sync_folder(parent);
    }
    sync_folder(folder);
    return files != NULL;
}

/* An earlier attempt that a full disk cut off has left a torn line behind the end: that is declared first. */
static gboolean
read_ended_or_mend(Recovery *recovery, const LedgerConfig *config, GError **error)
{
    g_autoptr(GError) failed = NULL;
    g_autoptr(RecordingIndex) index = NULL;
    LedgerWriter *writer = NULL;
    RecoveryReport report;

    if (read_ended(recovery, config, &failed))
        return TRUE;
    if (!recovery->report.ended) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return FALSE;
    }
    if (!recovery_resume(config, &writer, &index, &report, error)) /* of an ended one there is no writer */
        return FALSE;
    recovery_clear(recovery);
    return read_ended(recovery, config, error);
}

static gboolean
dispose(const LedgerConfig *config, const json_t *data, GError **error)
{
    Recovery recovery;
    gboolean good = read_ended_or_mend(&recovery, config, error);

    if (good && recording_index_disposed_at(recovery.index) < 0) {
        LedgerWriter *writer = reopen(&recovery, error);

        good = writer && ledger_writer_disposal(writer, data, error) && ledger_writer_seal(writer, error);
        ledger_writer_free(writer);
    }
    recovery_clear(&recovery);
    return good && remove_media(config->folder, error);
}

gboolean
recovery_dispose(const LedgerConfig *config, const json_t *data, GError **error)
{
    int lock = lock_folder(config->folder, error);
    gboolean good = lock >= 0 && dispose(config, data, error);

    if (lock >= 0)
        close(lock);
    return good;
}
