#include "storage-watch.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include "log.h"

#define MEASURE_US (60 * G_USEC_PER_SEC)
#define DEPTH_MAX  5

typedef enum { STORAGE_OK, STORAGE_WARNING, STORAGE_FULL } StorageState;

struct StorageWatch {
    char *root;
    guint64 quota;
    guint warn_percent;
    GThread *thread;
    GMutex lock; /* of all below */
    GCond changed;
    gboolean stopping;
    StorageState state;
    guint64 bytes, free, size;
    gint64 measured_at;
};

static const char *const state_names[] = { "ok", "warning", "full" };

static guint64
bytes_below(const char *folder, int depth)
{
    g_autoptr(GDir) dir = depth < DEPTH_MAX ? g_dir_open(folder, 0, NULL) : NULL;
    guint64 bytes = 0;
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        struct stat status;

        if (lstat(path, &status) != 0)
            continue;
        if (S_ISDIR(status.st_mode))
            bytes += bytes_below(path, depth + 1);
        else if (S_ISREG(status.st_mode))
            bytes += (guint64) status.st_size;
    }
    return bytes;
}

static gboolean
reaches(guint64 part, guint64 whole, guint percent)
{
    return whole > 0 && (double) part * 100 >= (double) whole * percent;
}

static StorageState
judge(const StorageWatch *watch, guint64 bytes, guint64 free, guint64 size)
{
    if (watch->quota > 0 && bytes >= watch->quota)
        return STORAGE_FULL;
    if ((watch->quota > 0 && reaches(bytes, watch->quota, watch->warn_percent)) || reaches(size - MIN(free, size), size, watch->warn_percent))
        return STORAGE_WARNING;
    return STORAGE_OK;
}

void
storage_watch_measure(StorageWatch *watch)
{
    struct statvfs disk;
    guint64 bytes, free = 0, size = 0;
    StorageState state, before;

    if (!watch)
        return;
    bytes = bytes_below(watch->root, 0);
    if (statvfs(watch->root, &disk) == 0) {
        free = (guint64) disk.f_bavail * disk.f_frsize;
        size = (guint64) disk.f_blocks * disk.f_frsize;
    }
    state = judge(watch, bytes, free, size);
    g_mutex_lock(&watch->lock);
    before = watch->state;
    watch->state = state;
    watch->bytes = bytes;
    watch->free = free;
    watch->size = size;
    watch->measured_at = g_get_real_time();
    g_mutex_unlock(&watch->lock);
    if (state != before && state != STORAGE_OK)
        log_warning("recorder", "storage %s bytes=%" G_GUINT64_FORMAT " quota=%" G_GUINT64_FORMAT " free=%" G_GUINT64_FORMAT, state_names[state], bytes, watch->quota, free);
}

static gpointer
run(gpointer data)
{
    StorageWatch *watch = data;

    g_mutex_lock(&watch->lock);
    while (!watch->stopping) {
        gint64 until = g_get_monotonic_time() + MEASURE_US;

        g_mutex_unlock(&watch->lock);
        storage_watch_measure(watch);
        g_mutex_lock(&watch->lock);
        while (!watch->stopping && g_cond_wait_until(&watch->changed, &watch->lock, until))
            ;
    }
    g_mutex_unlock(&watch->lock);
    return NULL;
}

StorageWatch *
storage_watch_new(const char *data, guint64 quota, guint warn_percent)
{
    StorageWatch *watch = g_new0(StorageWatch, 1);

    watch->root = g_build_filename(data, "recordings", NULL);
    watch->quota = quota;
    watch->warn_percent = CLAMP(warn_percent, 1, 100);
    g_mutex_init(&watch->lock);
    g_cond_init(&watch->changed);
    g_mkdir_with_parents(watch->root, 0700);
    watch->thread = g_thread_new("storage", run, watch);
    return watch;
}

void
storage_watch_free(StorageWatch *watch)
{
    if (!watch)
        return;
    g_mutex_lock(&watch->lock);
    watch->stopping = TRUE;
    g_cond_signal(&watch->changed);
    g_mutex_unlock(&watch->lock);
    g_thread_join(watch->thread);
    g_mutex_clear(&watch->lock);
    g_cond_clear(&watch->changed);
    g_free(watch->root);
    g_free(watch);
}

gboolean
storage_watch_is_full(StorageWatch *watch)
{
    gboolean full;

    if (!watch)
        return FALSE;
    g_mutex_lock(&watch->lock);
    full = watch->state == STORAGE_FULL;
    g_mutex_unlock(&watch->lock);
    return full;
}

json_t *
storage_watch_status(StorageWatch *watch)
{
    json_t *status;

    if (!watch)
        return json_null();
    g_mutex_lock(&watch->lock);
    status = json_pack("{s:s, s:I, s:o, s:I, s:I, s:i, s:I}", "state", state_names[watch->state], "bytes", (json_int_t) watch->bytes, "quota",
                       watch->quota ? json_integer((json_int_t) watch->quota) : json_null(), "free", (json_int_t) watch->free, "size", (json_int_t) watch->size, "warn_percent",
                       (int) watch->warn_percent, "measured_at", (json_int_t) watch->measured_at);
    g_mutex_unlock(&watch->lock);
    return status;
}
