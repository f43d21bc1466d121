/**
 * DurableFile — a file that is on the disk when the call returns: written, synced, and its name in the folder synced too. Any thread.
 */
#pragma once

#include <glib.h>

/** Mode 0600, replaces what is there. FALSE: nothing is left under that name. */
gboolean durable_file_write(const char *path, GBytes *bytes);
