/**
 * yuntakan-derive — makes what is convenient from what is evidence: `plain IN.mp4 OUT.mp4`, `strip RECORDING OUT-FOLDER`,
 * `speech RECORDING OUT-FOLDER`.
 *
 * The recorder starts it at a low priority. It decodes bytes that strangers sent; so it is a process of its own, bounded in memory and time, and has
 * neither the evidence key nor a socket.
 */
#include <errno.h>
#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "derive.h"

/* Decoding 1080p takes a few hundred megabytes of address space with its threads; more is a bad stream. */
#define ADDRESS_SPACE_MAX (G_GUINT64_CONSTANT(4) << 30)
/* An hour of sound is encoded in about a minute. Somebody waits for an export: without the copy it plays the part itself. */
#define CPU_SECONDS_MAX 1800
#define WALL_SECONDS_MAX 120
/* Nobody waits for what is made at the end of a visit. */
#define WALL_SECONDS_PATIENT 1800
/* Behind every call and recording, but not behind everything: at the end of the line it would never be its turn. */
#define NICENESS 5

G_DEFINE_QUARK(yuntakan-derive-error, derive_error)

static void
bound(int resource, rlim_t most)
{
    struct rlimit limit = { most, most };

    setrlimit(resource, &limit);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    static const struct {
        const char *name;
        gboolean (*make)(const char *in, const char *out, GError **error);
        unsigned seconds;
    } products[] = {
        { "plain", derive_plain_copy, WALL_SECONDS_MAX },
        { "strip", derive_strip, WALL_SECONDS_PATIENT },
        { "speech", derive_speech, WALL_SECONDS_PATIENT },
    };
    gsize n = 0;

    while (n < G_N_ELEMENTS(products) && (argc != 4 || strcmp(argv[1], products[n].name)))
        n++;
    if (n == G_N_ELEMENTS(products)) {
        fprintf(stderr, "yuntakan-derive plain IN.mp4 OUT.mp4 | strip RECORDING FOLDER | speech RECORDING FOLDER\n");
        return 64;
    }
    umask(0077);
    if (nice(NICENESS) < 0 && errno)
        fprintf(stderr, "yuntakan-derive: nice: %s\n", strerror(errno));
    bound(RLIMIT_CPU, CPU_SECONDS_MAX);
    bound(RLIMIT_CORE, 0);
    alarm(products[n].seconds);
#ifndef __SANITIZE_ADDRESS__
    bound(RLIMIT_AS, ADDRESS_SPACE_MAX);
#endif
    if (!gst_init_check(NULL, NULL, &error) || !products[n].make(argv[2], argv[3], &error)) {
        fprintf(stderr, "yuntakan-derive: %s\n", error ? error->message : "failed");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
