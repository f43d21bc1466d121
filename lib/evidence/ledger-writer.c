#include "ledger-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledger-line.h"
#include "ledger-writer-private.h"

struct LedgerWriter {
    LedgerConfig config;
    char *folder;
    char *recording;
    AppendFile *file;
    char prev[DIGEST_HEX_SIZE], sealed_digest[DIGEST_HEX_SIZE];
    guint64 next_seq;
    gint64 opened_mono;
    gint64 unsealed_since; /* mono of the first line after the last seal; -1: everything is sealed */
    gint64 sealed_seq, sealed_at;
    gboolean ended, failed;
};

static LedgerWriter *
ledger_writer_new(const LedgerConfig *config, const char *recording)
{
    LedgerWriter *writer = g_new0(LedgerWriter, 1);

    writer->folder = g_strdup(config->folder);
    writer->recording = g_strdup(recording);
    writer->config = *config;
    writer->config.folder = writer->folder;
    if (!writer->config.files)
        writer->config.files = append_files_posix();
    writer->opened_mono = clock_mono_us(config->clock);
    writer->unsealed_since = writer->sealed_seq = writer->sealed_at = -1;
    g_strlcpy(writer->prev, LEDGER_ZERO_PREV, sizeof writer->prev);
    return writer;
}

void
ledger_writer_free(LedgerWriter *writer)
{
    if (!writer)
        return;
    append_file_close(writer->file);
    g_free(writer->folder);
    g_free(writer->recording);
    g_free(writer);
}

/* One line of text: durable when this returns TRUE, and the writer failed for good when it returns FALSE. */
static gboolean
write_line(LedgerWriter *writer, char *text, json_t *line, GError **error)
{
    gsize length = strlen(text);

    text[length] = '\n'; /* in the place of the NUL: one buffer, one write */
    if (!append_file_append(writer->file, text, length + 1, error) || !append_file_sync(writer->file, error)) {
        writer->failed = TRUE;
        return FALSE;
    }
    digest_hex(signer_hash(writer->config.signer), text, length, writer->prev);
    writer->next_seq++;
    if (writer->config.line)
        writer->config.line(line, writer->config.user);
    return TRUE;
}

static gboolean
check_usable(const LedgerWriter *writer, gboolean after_end, GError **error)
{
    if (!writer->failed && (!writer->ended || after_end))
        return TRUE;
    g_set_error_literal(error, EVIDENCE_ERROR, EVIDENCE_ERROR_STATE,
                        writer->failed ? "the ledger has failed before" : "the recording has ended");
    return FALSE;
}

/* A line that starts with the common members; the rest is added in the order of the document. */
static json_t *
line_new(const LedgerWriter *writer, const char *type)
{
    return json_pack("{s:I, s:s, s:s, s:I, s:I}", "seq", (json_int_t) writer->next_seq, "prev", writer->prev, "type", type, "at",
                     (json_int_t) clock_wall_us(writer->config.clock), "mono",
                     (json_int_t) (clock_mono_us(writer->config.clock) - writer->opened_mono));
}

/* Takes `line` over; NULL stands for a member that was not UTF-8. Refuses what a reader would refuse, before anything is written. */
static gboolean
append_line(LedgerWriter *writer, json_t *line, GError **error)
{
    char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    json_t *read_back = text ? ledger_line_parse(text, strlen(text)) : NULL;
    gboolean good = FALSE;

    if (read_back) {
        gint64 mono = clock_mono_us(writer->config.clock);

        good = write_line(writer, text, line, error);
        if (good && writer->unsealed_since < 0)
            writer->unsealed_since = mono;
    } else {
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_LIMIT, "not a ledger line: not UTF-8, nested deeper than %d or longer than %d bytes",
                    LEDGER_DEPTH_MAX, LEDGER_LINE_MAX);
    }
    json_decref(read_back);
    json_decref(line);
    free(text);
    return good;
}

/* Adds `members` (taken over) to a new line and appends it. */
static gboolean
append_members(LedgerWriter *writer, const char *type, json_t *members, GError **error)
{
    json_t *line = NULL;

    if (!check_usable(writer, FALSE, error)) {
        json_decref(members);
        return FALSE;
    }
    if (members) {
        line = line_new(writer, type);
        json_object_update_missing(line, members);
        json_decref(members);
    }
    return append_line(writer, line, error);
}

static gboolean
append_open(LedgerWriter *writer, const LedgerOpening *opening, const char *certificate_digest, GError **error)
{
    const Signer *signer = writer->config.signer;

    return append_members(writer, "open",
                          json_pack("{s:s, s:s, s:{s:s, s:s, s:s}, s:s, s:s, s:s, s:s, s:s, s:s}", "format", LEDGER_FORMAT, "hash",
                                    signer_hash(signer), "key", "algorithm", signer_algorithm(signer), "sha256", signer_key_digest(signer),
                                    "certificate", certificate_digest, "recording", opening->recording, "visit", opening->visit,
                                    "case_number", opening->case_number, "item", opening->item, "item_version",
                                    opening->item_version, "title", opening->title),
                          error);
}

static gboolean
write_certificate(const LedgerWriter *writer, const char *folder, char ret_digest[DIGEST_HEX_SIZE], GError **error)
{
    const char *pem = signer_certificate_pem(writer->config.signer);
    g_autofree char *path = g_build_filename(folder, LEDGER_CERTIFICATE, NULL);
    g_autoptr(AppendFile) file = append_file_open(writer->config.files, path, APPEND_FILE_NEW, error);

    digest_hex(signer_hash(writer->config.signer), pem, strlen(pem), ret_digest);
    return file && append_file_append(file, pem, strlen(pem), error) && append_file_sync(file, error);
}

/* What an earlier start left in the nursery never was a recording: no open line has been durable under its own name. */
static void
clear_nursery(const char *nursery)
{
    g_autofree char *ledger = g_build_filename(nursery, LEDGER_FILE, NULL);
    g_autofree char *certificate = g_build_filename(nursery, LEDGER_CERTIFICATE, NULL);

    unlink(ledger);
    unlink(certificate);
    rmdir(nursery);
}

static gboolean
rename_durably(const char *from, const char *to, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(to);
    int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* rename(2) replaces an empty folder, which is welcome, and refuses one that holds anything. */
    gboolean good = fd >= 0 && rename(from, to) == 0 && fsync(fd) == 0;

    if (!good) {
        int code = errno;
        int kind = code == EEXIST || code == ENOTEMPTY ? EVIDENCE_ERROR_EXISTS : EVIDENCE_ERROR_IO;

        g_set_error(error, EVIDENCE_ERROR, kind, "%s: cannot be made: %s", to, g_strerror(code));
    }
    if (fd >= 0)
        close(fd);
    return good;
}

/* Born beside its place and renamed into it, so that a folder with a recording's name always begins with a whole open line. */
LedgerWriter *
ledger_writer_create(const LedgerConfig *config, const LedgerOpening *opening, GError **error)
{
    g_autofree char *nursery = g_strconcat(config->folder, ".new", NULL);
    g_autofree char *path = g_build_filename(nursery, LEDGER_FILE, NULL);
    g_autofree char *there = g_build_filename(config->folder, LEDGER_FILE, NULL);
    char certificate_digest[DIGEST_HEX_SIZE];

    if (!ledger_name_is_valid(opening->recording)) {
        g_set_error_literal(error, EVIDENCE_ERROR, EVIDENCE_ERROR_LIMIT, "a recording's id is 1 to 64 of [A-Za-z0-9-]");
        return NULL;
    }
    if (g_file_test(there, G_FILE_TEST_EXISTS)) {
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_EXISTS, "%s: there already", there);
        return NULL;
    }

    g_autoptr(LedgerWriter) writer = ledger_writer_new(config, opening->recording);

    clear_nursery(nursery);
    if (!write_certificate(writer, nursery, certificate_digest, error))
        return NULL;
    writer->file = append_file_open(writer->config.files, path, APPEND_FILE_NEW, error);
    if (!writer->file || !append_open(writer, opening, certificate_digest, error) ||
        !rename_durably(nursery, config->folder, error))
        return NULL;
    return g_steal_pointer(&writer);
}

LedgerWriter *
ledger_writer_reopen(const LedgerConfig *config, const LedgerPosition *position, GError **error)
{
    g_autoptr(LedgerWriter) writer = ledger_writer_new(config, position->recording);
    g_autofree char *path = g_build_filename(config->folder, LEDGER_FILE, NULL);

    writer->file = append_file_open(writer->config.files, path, APPEND_FILE_EXISTING, error);
    if (!writer->file)
        return NULL;
    g_strlcpy(writer->prev, position->prev, sizeof writer->prev);
    writer->next_seq = position->next_seq;
    writer->sealed_seq = position->sealed_seq;
    writer->sealed_at = position->sealed_at;
    writer->ended = position->ended;
    if (position->sealed_seq + 1 < (gint64) position->next_seq)
        writer->unsealed_since = writer->opened_mono;
    return g_steal_pointer(&writer);
}

void
ledger_writer_fail(LedgerWriter *writer)
{
    writer->failed = TRUE;
}

void
ledger_writer_observe(LedgerWriter *writer, LedgerLineFunc line, gpointer user)
{
    writer->config.line = line;
    writer->config.user = user;
}

gboolean
ledger_writer_check(const LedgerWriter *writer, GError **error)
{
    return check_usable(writer, FALSE, error);
}

gboolean
ledger_writer_break_line(LedgerWriter *writer, GError **error)
{
    writer->failed = !append_file_append(writer->file, "\n", 1, error) || !append_file_sync(writer->file, error);
    return !writer->failed;
}

gboolean
ledger_writer_resume(LedgerWriter *writer, json_t *torn, GError **error)
{
    json_t *line = line_new(writer, "resume");

    json_object_set(line, "torn", torn);
    return append_line(writer, line, error);
}

gboolean
ledger_writer_part(LedgerWriter *writer, const LedgerPart *part, GError **error)
{
    return append_members(writer, "part",
                          json_pack("{s:s, s:I, s:s, s:I, s:I, s:s, s:s, s:I, s:I}", "track", part->track, "part",
                                    (json_int_t) part->part, "file", part->file, "offset", (json_int_t) 0, "length",
                                    (json_int_t) part->length, signer_hash(writer->config.signer), part->digest, "codecs", part->codecs, "width",
                                    (json_int_t) part->width, "height", (json_int_t) part->height),
                          error);
}

gboolean
ledger_writer_fragment(LedgerWriter *writer, const LedgerFragment *fragment, GError **error)
{
    json_t *members = json_pack("{s:s, s:I, s:s, s:I, s:I, s:s, s:I, s:I, s:I, s:b, s:I}", "track", fragment->track, "part",
                                (json_int_t) fragment->part, "file", fragment->file, "offset", (json_int_t) fragment->offset,
                                "length", (json_int_t) fragment->length, signer_hash(writer->config.signer), fragment->digest, "n", (json_int_t) fragment->n,
                                "t", (json_int_t) fragment->t, "duration", (json_int_t) fragment->duration, "key",
                                fragment->key != FALSE, "captured", (json_int_t) fragment->captured);

    if (members && fragment->filled > 0)
        json_object_set_new(members, "filled", json_integer(fragment->filled));
    return append_members(writer, "fragment", members, error);
}

static gboolean
give_seq(LedgerWriter *writer, gboolean good, guint64 *ret_seq)
{
    if (good && ret_seq)
        *ret_seq = writer->next_seq - 1;
    return good;
}

gboolean
ledger_writer_entry(LedgerWriter *writer, const LedgerEntry *entry, guint64 *ret_seq, GError **error)
{
    json_t *members = json_pack("{s:s, s:s, s:I, s:O*}", "id", entry->id, "entry", entry->type, "occurred",
                                (json_int_t) entry->occurred, "data", entry->data);

    return give_seq(writer, append_members(writer, "entry", members, error), ret_seq);
}

gboolean
ledger_writer_still(LedgerWriter *writer, const LedgerStill *still, guint64 *ret_seq, GError **error)
{
    json_t *members = json_pack("{s:s, s:s, s:I, s:s, s:s?, s:s?, s:I}", "id", still->id, "file", still->file, "length",
                                (json_int_t) still->length, signer_hash(writer->config.signer), still->digest, "checkpoint", still->checkpoint,
                                "participant", still->participant, "occurred", (json_int_t) still->occurred);

    return give_seq(writer, append_members(writer, "still", members, error), ret_seq);
}

gboolean
ledger_writer_gap(LedgerWriter *writer, const char *track, gint64 from, gint64 to, const char *reason, GError **error)
{
    json_t *members = json_pack("{s:s, s:I, s:o, s:s}", "track", track, "from", (json_int_t) from, "to",
                                to < 0 ? json_null() : json_integer(to), "reason", reason);

    return append_members(writer, "gap", members, error);
}

gboolean
ledger_writer_damage(LedgerWriter *writer, const LedgerDamage *damage, GError **error)
{
    json_t *members = json_pack("{s:s, s:s, s:I, s:o, s:I}", "track", damage->track, "media", damage->media, "from",
                                (json_int_t) damage->from, "to", damage->to < 0 ? json_null() : json_integer(damage->to), "packets",
                                (json_int_t) damage->packets);

    return append_members(writer, "damage", members, error);
}

static char *
sign_seal(LedgerWriter *writer, gint64 at, gint64 mono, GError **error)
{
    g_autofree char *text = ledger_seal_text(writer->recording, writer->next_seq, writer->prev, at, mono);
    g_autoptr(GBytes) signature = signer_sign(writer->config.signer, text, strlen(text), error);

    return signature ? g_base64_encode(g_bytes_get_data(signature, NULL), g_bytes_get_size(signature)) : NULL;
}

gboolean
ledger_writer_seal(LedgerWriter *writer, GError **error)
{
    if (!check_usable(writer, TRUE, error))
        return FALSE;
    if (writer->unsealed_since < 0)
        return TRUE;

    gint64 at = clock_wall_us(writer->config.clock);
    gint64 mono = clock_mono_us(writer->config.clock) - writer->opened_mono;
    g_autofree char *signature = sign_seal(writer, at, mono, error);

    if (!signature) {
        g_prefix_error(error, "sealing: ");
        return FALSE; /* nothing was written: the next attempt may succeed */
    }

    g_autofree char *text = ledger_seal_line(writer->next_seq, writer->prev, at, mono, signature);
    json_t *line = ledger_line_parse(text, strlen(text));
    gboolean good = write_line(writer, text, line, error);

    json_decref(line);
    if (good) {
        writer->unsealed_since = -1;
        writer->sealed_seq = (gint64) writer->next_seq - 1;
        writer->sealed_at = at;
        g_strlcpy(writer->sealed_digest, writer->prev, sizeof writer->sealed_digest);
    }
    return good;
}

gboolean
ledger_writer_seal_if_due(LedgerWriter *writer, GError **error)
{
    gint64 since = writer->unsealed_since;

    if (since >= 0 && clock_mono_us(writer->config.clock) - since < LEDGER_SEAL_INTERVAL_US)
        return check_usable(writer, TRUE, error);
    return ledger_writer_seal(writer, error);
}

gboolean
ledger_writer_end(LedgerWriter *writer, const char *reason, GError **error)
{
    if (!append_members(writer, "end", json_pack("{s:s}", "reason", reason), error))
        return FALSE;
    writer->ended = TRUE;
    return ledger_writer_seal(writer, error);
}

gboolean
ledger_writer_timestamp(LedgerWriter *writer, guint64 of, GBytes *token, GError **error)
{
    gsize length;
    const guint8 *bytes = g_bytes_get_data(token, &length);
    g_autofree char *base64 = g_base64_encode(bytes, length);
    json_t *line;

    if (!check_usable(writer, TRUE, error))
        return FALSE;
    line = line_new(writer, "timestamp");
    json_object_set_new(line, "of", json_integer((json_int_t) of));
    json_object_set_new(line, "token", json_string(base64));
    return append_line(writer, line, error);
}

gboolean
ledger_writer_disposal(LedgerWriter *writer, const json_t *data, GError **error)
{
    json_t *line;

    if (!check_usable(writer, TRUE, error))
        return FALSE;
    line = line_new(writer, "disposal");
    json_object_update_missing(line, (json_t *) data);
    return append_line(writer, line, error);
}

const char *
ledger_writer_sealed_digest(const LedgerWriter *writer)
{
    return writer->sealed_digest;
}

guint64
ledger_writer_next_seq(const LedgerWriter *writer)
{
    return writer->next_seq;
}

gint64
ledger_writer_sealed_seq(const LedgerWriter *writer)
{
    return writer->sealed_seq;
}

gint64
ledger_writer_sealed_at(const LedgerWriter *writer)
{
    return writer->sealed_at;
}

guint64
ledger_writer_size(const LedgerWriter *writer)
{
    return append_file_size(writer->file);
}

gboolean
ledger_writer_failed(const LedgerWriter *writer)
{
    return writer->failed;
}

const LedgerConfig *
ledger_writer_config(const LedgerWriter *writer)
{
    return &writer->config;
}
