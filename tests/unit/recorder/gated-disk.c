#include "gated-disk.h"

#include <check.h>

#include "evidence-error.h"

typedef struct {
    AppendFile file;
    AppendFile *real;
    GatedDisk *disk;
} DiskFile;

static gboolean
disk_append(AppendFile *file, const void *data, gsize length, GError **error)
{
    DiskFile *self = (DiskFile *) file;

    if (g_atomic_int_get(&self->disk->waits)) {
        g_atomic_int_inc(&self->disk->arrived);
        g_mutex_lock(&self->disk->gate);
        g_mutex_unlock(&self->disk->gate);
    }
    if (g_atomic_int_add(&self->disk->appends, -1) == 1) {
        g_atomic_int_set(&self->disk->failed, 1);
        append_file_append(self->real, data, length / 2, NULL); /* torn */
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_IO, "the test says so");
        return FALSE;
    }
    return append_file_append(self->real, data, length, error);
}

static gboolean
disk_sync(AppendFile *file, GError **error)
{
    return append_file_sync(((DiskFile *) file)->real, error);
}

static guint64
disk_size(AppendFile *file)
{
    return append_file_size(((DiskFile *) file)->real);
}

static void
disk_close(AppendFile *file)
{
    append_file_close(((DiskFile *) file)->real);
    g_free(file);
}

static AppendFile *
disk_open(const AppendFiles *files, const char *path, AppendFileMode mode, GError **error)
{
    AppendFile *real = append_file_open(append_files_posix(), path, mode, error);

    if (!real)
        return NULL;

    DiskFile *file = g_new0(DiskFile, 1);

    file->file = (AppendFile){ disk_append, disk_sync, disk_size, disk_close };
    file->real = real;
    file->disk = (GatedDisk *) files;
    return &file->file;
}

void
gated_disk_init(GatedDisk *disk)
{
    *disk = (GatedDisk){ .files = { disk_open } };
    g_mutex_init(&disk->gate);
}

void
gated_disk_clear(GatedDisk *disk)
{
    g_mutex_clear(&disk->gate);
}

void
gated_disk_stall(GatedDisk *disk)
{
    g_mutex_lock(&disk->gate);
    g_atomic_int_set(&disk->arrived, 0);
    g_atomic_int_set(&disk->waits, 1);
}

void
gated_disk_go_on(GatedDisk *disk)
{
    g_atomic_int_set(&disk->waits, 0);
    g_mutex_unlock(&disk->gate);
}

void
gated_disk_wait_for_arrival(GatedDisk *disk)
{
    gint64 deadline = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;

    while (!g_atomic_int_get(&disk->arrived)) {
        ck_assert_int_lt(g_get_monotonic_time(), deadline);
        g_usleep(1000);
    }
}
