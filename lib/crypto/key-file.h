/**
 * Small files of key material: bounded reading and atomic, durable creation. Any thread.
 */
#pragma once

#include <glib.h>

/** The file's text (NUL added, not counted), at most `max` bytes. */
gboolean key_file_read(const char *path, gsize max, char **ret_text, gsize *ret_length, GError **error);
/** Temporary file with `mode`, fsync, link(2) to the name, fsync of the folder. Fails if `path` exists: nothing is replaced. */
gboolean key_file_create(const char *path, const void *data, gsize length, int mode, GError **error);
