/* A recording of a given size for ./dev bench verify: make-recording FOLDER MEBIBYTES [ALGORITHM]. Noise in fragments of a quarter MiB, sealed as always. */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "ledger-writer.h"
#include "part-writer.h"
#include "signer.h"

#define FRAGMENT_BYTES (256 * 1024)
#define RECORDING_ID   "019aa000-0000-7000-8000-000000000001"

static GBytes *
noise(GRand *random, gsize length)
{
    guint32 *words = g_malloc(length);

    for (gsize i = 0; i < length / sizeof *words; i++)
        words[i] = g_rand_int(random);
    return g_bytes_new_take(words, length);
}

static gboolean
record(LedgerWriter *ledger, guint fragments, GError **error)
{
    GRand *random = g_rand_new_with_seed(1);
    g_autoptr(GBytes) init = noise(random, 1024);
    g_autoptr(PartWriter) part = part_writer_new(ledger, "site", 1, "mp4", init, "avc1.42e01f,opus", 1280, 720, error);
    gboolean good = part != NULL;

    for (guint i = 0; i < fragments && good; i++) {
        g_autoptr(GBytes) bytes = noise(random, FRAGMENT_BYTES);
        PartFragment fragment = { .t = (gint64) i * G_USEC_PER_SEC, .duration = G_USEC_PER_SEC, .key = TRUE, .captured = clock_wall_us(clock_system()) };

        good = part_writer_append(part, &fragment, bytes, error) && ledger_writer_seal_if_due(ledger, error);
    }
    g_rand_free(random);
    return good && ledger_writer_end(ledger, "bench", error);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Signer) signer = argc > 2 ? signer_generate(argc > 3 ? argv[3] : "ed25519", "bench", &error) : NULL;
    g_autofree char *folder = argc > 2 ? g_build_filename(argv[1], RECORDING_ID, NULL) : NULL;
    LedgerConfig config = { .folder = folder, .clock = clock_system(), .signer = signer };
    LedgerOpening opening = { RECORDING_ID, "v", "c", "i", "1", "t" };
    g_autoptr(LedgerWriter) ledger = signer ? ledger_writer_create(&config, &opening, &error) : NULL;

    if (ledger && record(ledger, (guint) atoi(argv[2]) * 4, &error))
        return 0;
    fprintf(stderr, "make-recording FOLDER MEBIBYTES [ALGORITHM]%s%s\n", error ? ": " : "", error ? error->message : "");
    return 1;
}
