#include "still-writer.h"

#include <string.h>

#include "digest.h"
#include "ledger-line.h"
#include "ledger-writer-private.h"

/* A crash between a still's bytes and its line happens once in a while, not a hundred times for the same still. */
#define NAME_ATTEMPTS_MAX 100

static gboolean
check_still(const Still *still, GError **error)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(still->jpeg, &length);

    /* ISO/IEC 10918-1, annex B: a JPEG starts with SOI (FF D8) and another marker. */
    if (ledger_name_is_valid(still->id) && length >= 4 && length <= STILL_MAX && data[0] == 0xff && data[1] == 0xd8 && data[2] == 0xff)
        return TRUE;
    g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_LIMIT, "not a still: an id of [A-Za-z0-9-] and a JPEG of at most %d bytes", STILL_MAX);
    return FALSE;
}

static AppendFile *
open_free_name(LedgerWriter *ledger, const char *id, char **ret_name, GError **error)
{
    const LedgerConfig *config = ledger_writer_config(ledger);

    for (guint attempt = 1; attempt <= NAME_ATTEMPTS_MAX; attempt++) {
        g_autofree char *name =
            attempt == 1 ? g_strdup_printf("stills/%s.jpg", id) : g_strdup_printf("stills/%s-%u.jpg", id, attempt);
        g_autofree char *path = g_build_filename(config->folder, name, NULL);
        g_autoptr(GError) reason = NULL;
        AppendFile *file = append_file_open(config->files, path, APPEND_FILE_NEW, &reason);

        if (file) {
            *ret_name = g_steal_pointer(&name);
            return file;
        }
        if (!g_error_matches(reason, EVIDENCE_ERROR, EVIDENCE_ERROR_EXISTS)) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return NULL;
        }
    }
    g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_EXISTS, "still %s: %d names are taken", id, NAME_ATTEMPTS_MAX);
    return NULL;
}

static gboolean
write_file(LedgerWriter *ledger, const Still *still, char **ret_name, GError **error)
{
    g_autoptr(AppendFile) file = open_free_name(ledger, still->id, ret_name, error);
    gsize length;
    const void *data = g_bytes_get_data(still->jpeg, &length);

    return file && append_file_append(file, data, length, error) && append_file_sync(file, error);
}

gboolean
still_write(LedgerWriter *ledger, const Still *still, guint64 *ret_seq, char ret_digest[65], GError **error)
{
    g_autofree char *name = NULL;
    char digest[DIGEST_HEX_SIZE];
    gsize length;
    const void *data = g_bytes_get_data(still->jpeg, &length);

    if (!check_still(still, error) || !ledger_writer_check(ledger, error))
        return FALSE;
    digest_hex(signer_hash(ledger_writer_config(ledger)->signer), data, length, digest);

    LedgerStill line = { still->id, NULL, length, digest, still->checkpoint, still->participant, still->occurred };

    if (!write_file(ledger, still, &name, error)) {
        ledger_writer_fail(ledger); /* bytes may stand without a line */
        return FALSE;
    }
    line.file = name;
    if (!ledger_writer_still(ledger, &line, ret_seq, error)) {
        ledger_writer_fail(ledger);
        return FALSE;
    }
    memcpy(ret_digest, digest, sizeof digest);
    return TRUE;
}
