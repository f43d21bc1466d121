/**
 * Storage — what happens to recordings beside being recorded: watched space and the move to an object store. One object for main.c and the API.
 *
 * Everything is off unless configured, but for the watching. Functions from any thread unless said otherwise; NULL is accepted.
 */
#pragma once

#include "archiver.h"
#include "storage-watch.h"

typedef struct {
    const char *data;
    const Clock *clock;
    const char *archive_url;         /* NULL: recordings stay on the disk */
    const char *archive_region;      /* NULL: us-east-1 */
    const char *archive_credentials; /* file: access key and secret key, a line each */
    double archive_after_hours;
    guint64 quota;                   /* bytes, 0: none */
    guint warn_percent;
    /** See ArchiverConfig; on the archiver's thread. */
    gboolean (*busy)(const char *recording, gpointer user);
    void (*archived)(const char *recording, gpointer user);
    gpointer user;
} StorageConfig;

typedef struct Storage Storage;

/** Strings are copied. `error`: an address or a file that cannot be used. */
Storage *storage_new(const StorageConfig *config, GError **error);
void storage_free(Storage *storage);

/** A recording has ended: it may go to the store when its time comes. */
void storage_ended(Storage *storage);

/** NULL: no store is configured. */
const S3Place *storage_place(const Storage *storage);
StorageWatch *storage_watch(const Storage *storage);
/** {storage, archive} as their status functions say; a new reference. */
json_t *storage_status(Storage *storage);
