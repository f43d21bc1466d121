/**
 * StorageWatch — how full the recordings' root is, measured every minute, and a warning before it is too full.
 *
 * The quota counts the bytes of DATA/recordings; without one the disk itself is the quota. Over it no recording is begun (those that run go on: evidence is not cut), until space is
 * made or the quota is raised. Own thread; functions from any thread. NULL is accepted where a StorageWatch is asked for.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct StorageWatch StorageWatch;

/** `quota` 0: none. `warn_percent`: of the quota, and of the disk. */
StorageWatch *storage_watch_new(const char *data, guint64 quota, guint warn_percent);
void storage_watch_free(StorageWatch *watch);
/** Measures anew. Blocks; for tests and after something was removed. */
void storage_watch_measure(StorageWatch *watch);
/** A new recording may not begin. */
gboolean storage_watch_is_full(StorageWatch *watch);
/** {state: ok | warning | full, bytes, quota (null: none), free, size, warn_percent, measured_at}; a new reference. */
json_t *storage_watch_status(StorageWatch *watch);
