/**
 * Unpacks a ZIP of recordings into a folder, for the verifier. Bounded: entries, names, and bytes against the ZIP's own size.
 */
#pragma once

#include <glib.h>

/** FALSE with a reason when `path` is no ZIP, is damaged (checksums included), or holds what an export never holds. */
gboolean archive_unpack(const char *path, const char *folder, GError **error);
/** Removes a folder and everything in it; follows no links. */
void archive_remove_folder(const char *folder);
