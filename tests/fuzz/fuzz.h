/**
 * One entry per target, in the form that libFuzzer wants: any bytes, never a failure. A target is a file fuzz-NAME.c with this function.
 *
 * `./dev fuzz NAME SECONDS` links it with libFuzzer; the tests link it with replay.c, which gives it the files of corpus/NAME once each.
 * The buffer has exactly `size` bytes, so that the sanitizer sees every byte read too many. State that outlives a call must not change with it.
 */
#pragma once

#include <glib.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/** A broken promise of the code under test: reported as a crash. */
#define FUZZ_CHECK(condition) \
    do { \
        if (!(condition)) { \
            g_printerr("%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
            abort(); \
        } \
    } while (0)
