/* A ledger file: read line by line along its chain, and judged by the verifier with no other file beside it. */
#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "fuzz.h"
#include "ledger-reader.h"
#include "ledger-writer.h"
#include "verification.h"

/* In memory where there is such a folder: a run writes it some thousand times a second. */
static char *
folder_new(void)
{
    char *memory = g_strdup("/dev/shm/yuntakan-fuzz-XXXXXX");

    if (g_mkdtemp(memory))
        return memory;
    g_free(memory);
    return g_dir_make_tmp("yuntakan-fuzz-XXXXXX", NULL);
}

static void
read_lines(const char *path, gsize size)
{
    g_autoptr(LedgerReader) reader = ledger_reader_open(path, NULL);
    LedgerChain chain;
    LedgerRecord record;
    gsize lines = 0;

    FUZZ_CHECK(reader);
    ledger_chain_init(&chain);
    while (ledger_reader_next(reader, &record, NULL)) {
        FUZZ_CHECK(++lines <= size);
        FUZZ_CHECK(record.offset + record.length <= size);
        if (ledger_chain_step(&chain, &record) == CHAIN_BROKEN && record.line)
            ledger_chain_accept(&chain, &record);
    }
}

static void
verify(const char *folder)
{
    g_autoptr(Verification) verification = verification_run(folder, NULL);
    json_t *report = verification_to_json(verification);
    g_autofree char *zh = verification_to_text(verification, "zh");
    g_autofree char *en = verification_to_text(verification, "en");

    FUZZ_CHECK(report && zh && en);
    json_decref(report);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *folder = folder_new();
    g_autofree char *path = g_build_filename(folder, LEDGER_FILE, NULL);
    FILE *file = g_fopen(path, "wb");

    FUZZ_CHECK(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
    read_lines(path, size);
    verify(folder);
    g_unlink(path);
    g_rmdir(folder);
    return 0;
}
