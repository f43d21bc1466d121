#include "part-writer.h"

#include "digest.h"
#include "ledger-line.h"
#include "ledger-writer-private.h"

/* Each crash in the moment in which a part begins may take a name; nobody crashes a hundred times there. */
#define NAME_ATTEMPTS_MAX 100

struct PartWriter {
    LedgerWriter *ledger;
    AppendFile *file;
    char *track;
    char *name; /* relative to the folder */
    guint number;
    guint64 fragments;
};

/* A file whose append or sync failed holds bytes that no line covers: that is for recovery to find. */
static gboolean
append_durably(PartWriter *part, GBytes *bytes, char ret_digest[DIGEST_HEX_SIZE], GError **error)
{
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);

    if (!append_file_append(part->file, data, length, error) || !append_file_sync(part->file, error)) {
        ledger_writer_fail(part->ledger);
        return FALSE;
    }
    digest_hex(signer_hash(ledger_writer_config(part->ledger)->signer), data, length, ret_digest);
    return TRUE;
}

static gboolean
check_length(GBytes *bytes, GError **error)
{
    gsize length = g_bytes_get_size(bytes);

    if (length >= 1 && length <= PART_FRAGMENT_MAX)
        return TRUE;
    g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_LIMIT, "a segment of %" G_GSIZE_FORMAT " bytes; 1 to %d are allowed", length,
                PART_FRAGMENT_MAX);
    return FALSE;
}

/** Opens a new file. A number whose file is there without a line, left by a crash and declared as torn, is passed over. */
static gboolean
open_free_name(PartWriter *part, const char *extension, GError **error)
{
    const LedgerConfig *config = ledger_writer_config(part->ledger);

    for (guint attempt = 0; attempt < NAME_ATTEMPTS_MAX; attempt++, part->number++) {
        g_autofree char *name = g_strdup_printf("%s/part-%04u.%s", part->track, part->number, extension);
        g_autofree char *path = g_build_filename(config->folder, name, NULL);
        g_autoptr(GError) reason = NULL;

        if (!ledger_path_is_valid(name)) {
            g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_LIMIT, "\"%s\" cannot be a part of a recording", name);
            return FALSE;
        }
        part->file = append_file_open(config->files, path, APPEND_FILE_NEW, &reason);
        if (part->file) {
            part->name = g_steal_pointer(&name);
            return TRUE;
        }
        if (!g_error_matches(reason, EVIDENCE_ERROR, EVIDENCE_ERROR_EXISTS)) {
            ledger_writer_fail(part->ledger); /* the name may stand in the folder without a line */
            g_propagate_error(error, g_steal_pointer(&reason));
            return FALSE;
        }
    }
    g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_LIMIT, "%s: %d names are taken", part->track, NAME_ATTEMPTS_MAX);
    return FALSE;
}

static gboolean
part_writer_begin(PartWriter *part, GBytes *init_segment, const char *codecs, guint width, guint height, GError **error)
{
    char digest[DIGEST_HEX_SIZE];

    return append_durably(part, init_segment, digest, error) &&
           ledger_writer_part(part->ledger,
                              &(LedgerPart){ part->track, part->number, part->name, append_file_size(part->file), digest, codecs,
                                             width, height },
                              error);
}

PartWriter *
part_writer_new(LedgerWriter *ledger, const char *track, guint number, const char *extension, GBytes *init_segment,
                const char *codecs, guint width, guint height, GError **error)
{
    g_autoptr(PartWriter) part = g_new0(PartWriter, 1);

    part->ledger = ledger;
    part->track = g_strdup(track);
    part->number = number;
    if (!ledger_name_is_valid(track)) {
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_LIMIT, "\"%s\" cannot be a track of a recording", track);
        return NULL;
    }
    if (!ledger_writer_check(ledger, error) || !check_length(init_segment, error) || !open_free_name(part, extension, error) ||
        !part_writer_begin(part, init_segment, codecs, width, height, error))
        return NULL;
    return g_steal_pointer(&part);
}

void
part_writer_free(PartWriter *part)
{
    if (!part)
        return;
    append_file_close(part->file);
    g_free(part->track);
    g_free(part->name);
    g_free(part);
}

gboolean
part_writer_append(PartWriter *part, const PartFragment *fragment, GBytes *bytes, GError **error)
{
    guint64 offset = append_file_size(part->file);
    char digest[DIGEST_HEX_SIZE];

    if (!ledger_writer_check(part->ledger, error) || !check_length(bytes, error) || !append_durably(part, bytes, digest, error))
        return FALSE;

    LedgerFragment line = { part->track,  part->number, part->name,         offset,        g_bytes_get_size(bytes), digest,
                            part->fragments, fragment->t,  fragment->duration, fragment->key, fragment->captured,
                            fragment->filled };

    if (!ledger_writer_fragment(part->ledger, &line, error)) {
        ledger_writer_fail(part->ledger); /* the bytes stand without a line, whatever the reason */
        return FALSE;
    }
    part->fragments++;
    return TRUE;
}

guint
part_writer_number(const PartWriter *part)
{
    return part->number;
}

guint64
part_writer_size(const PartWriter *part)
{
    return append_file_size(part->file);
}
