#include "storage.h"

#include <string.h>

#define HOUR_US (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)

struct Storage {
    StorageConfig config;
    char *data;
    S3Place *place;
    Archiver *archiver;
    StorageWatch *watch;
};

static gboolean
is_busy(const char *recording, gpointer user)
{
    Storage *storage = user;

    return storage->config.busy && storage->config.busy(recording, storage->config.user);
}

static void
on_archived(const char *recording, const json_t *list, gpointer user)
{
    Storage *storage = user;

    if (storage->config.archived)
        storage->config.archived(recording, storage->config.user);
}

static gboolean
open_archive(Storage *storage, GError **error)
{
    const StorageConfig *config = &storage->config;
    g_autofree char *credentials = NULL;

    if (!config->archive_url)
        return TRUE;
    if (!config->archive_credentials) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--archive-credentials is missing");
        return FALSE;
    }
    if (!g_file_get_contents(config->archive_credentials, &credentials, NULL, error))
        return FALSE;
    storage->place = s3_place_new(config->archive_url, config->archive_region, credentials, error);
    memset(credentials, 0, strlen(credentials));
    return storage->place != NULL;
}

Storage *
storage_new(const StorageConfig *config, GError **error)
{
    Storage *storage = g_new0(Storage, 1);

    storage->config = *config;
    storage->data = g_strdup(config->data);
    if (!open_archive(storage, error)) {
        storage_free(storage);
        return NULL;
    }
    storage->watch = storage_watch_new(storage->data, config->quota, config->warn_percent);
    if (storage->place)
        storage->archiver = archiver_new(&(ArchiverConfig){ .data = storage->data, .place = storage->place, .after_us = (gint64) (config->archive_after_hours * (double) HOUR_US),
                                                            .clock = config->clock, .busy = is_busy, .archived = on_archived, .user = storage });
    return storage;
}

void
storage_free(Storage *storage)
{
    if (!storage)
        return;
    archiver_free(storage->archiver);
    storage_watch_free(storage->watch);
    s3_place_free(storage->place);
    g_free(storage->data);
    g_free(storage);
}

void
storage_ended(Storage *storage)
{
    if (storage)
        archiver_kick(storage->archiver);
}

const S3Place *
storage_place(const Storage *storage)
{
    return storage ? storage->place : NULL;
}

StorageWatch *
storage_watch(const Storage *storage)
{
    return storage ? storage->watch : NULL;
}

json_t *
storage_status(Storage *storage)
{
    return json_pack("{s:o, s:o}", "storage", storage_watch_status(storage_watch(storage)), "archive", archiver_status(storage ? storage->archiver : NULL));
}
