#include "part-writer.h"

#include "digest.h"
#include "ledger-line.h"
#include "ledger-writer-private.h"

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

static gboolean
part_writer_begin(PartWriter *part, GBytes *init_segment, const char *codecs, guint width, guint height, GError **error)
{
    g_autofree char *path = g_build_filename(ledger_writer_config(part->ledger)->folder, part->name, NULL);
    char digest[DIGEST_HEX_SIZE];

    part->file = append_file_open(ledger_writer_config(part->ledger)->files, path, APPEND_FILE_NEW, error);
    if (!part->file) {
        ledger_writer_fail(part->ledger); /* the name may stand in the folder without a line */
        return FALSE;
    }
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
    part->name = g_strdup_printf("%s/part-%04u.%s", track, number, extension);
    if (!ledger_name_is_valid(track) || !ledger_path_is_valid(part->name)) {
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_LIMIT, "\"%s\" cannot be a part of a recording", part->name);
        return NULL;
    }
    if (!ledger_writer_check(ledger, error) || !check_length(init_segment, error) ||
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

guint64
part_writer_size(const PartWriter *part)
{
    return append_file_size(part->file);
}
