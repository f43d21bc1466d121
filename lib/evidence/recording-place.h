/**
 * Where a recording lies: ROOT/YYYY/MM/RECORDING, from the time in its id (UUID version 7, RFC 9562 section 5.7), so that no table of places is needed.
 */
#pragma once

#include <glib.h>

/** `id` is a UUID version 7. Free with g_free(). */
char *recording_place(const char *root, const char *id);
