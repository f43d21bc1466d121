/**
 * ArchiveList — which files of a recording lie in the object store instead of on the disk: DATA/archived/RECORDING.json.
 *
 * {"format":"yuntakan-archived/1", "recording", "at" (µs), "files":[{"file", "bytes", "sha256", "key"}]}. Written durably after every file has been read back from the store
 * and before any local one is removed; so a file that is absent locally is in the list, or is missing. Any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** A new reference; NULL: everything is on the disk. */
json_t *archive_list_load(const char *data, const char *recording);
gboolean archive_list_store(const char *data, const char *recording, json_t *list, GError **error);
/** After its objects have gone: this list and that of an upload under way. */
void archive_list_remove(const char *data, const char *recording);
/** What an upload is about to put into the store: {"keys": […]}, durable before the first, so that a disposal knows what to take out again. NULL: no upload was begun. */
gboolean archive_pending_store(const char *data, const char *recording, json_t *pending, GError **error);
json_t *archive_pending_load(const char *data, const char *recording);
void archive_pending_remove(const char *data, const char *recording);
/** The entry of a file, or NULL; borrowed. */
const json_t *archive_list_find(const json_t *list, const char *file);
/** µs, -1 for NULL. */
gint64 archive_list_at(const json_t *list);
