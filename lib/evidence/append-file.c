#include "append-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

G_DEFINE_QUARK(evidence-error-quark, evidence_error)

AppendFile *
append_file_open(const AppendFiles *files, const char *path, AppendFileMode mode, GError **error)
{
    return files->open(files, path, mode, error);
}

gboolean
append_file_append(AppendFile *file, const void *data, gsize length, GError **error)
{
    return file->append(file, data, length, error);
}

gboolean
append_file_sync(AppendFile *file, GError **error)
{
    return file->sync(file, error);
}

guint64
append_file_size(AppendFile *file)
{
    return file->size(file);
}

void
append_file_close(AppendFile *file)
{
    if (file)
        file->close(file);
}

typedef struct {
    AppendFile base;
    char *path;
    int fd;
    guint64 size;
} PosixFile;

static gboolean
fail(const char *path, const char *what, GError **error)
{
    int code = errno;
    int kind = code == ENOSPC || code == EDQUOT ? EVIDENCE_ERROR_NO_SPACE
               : code == EEXIST                 ? EVIDENCE_ERROR_EXISTS
                                                : EVIDENCE_ERROR_IO;

    g_set_error(error, EVIDENCE_ERROR, kind, "%s: %s: %s", path, what, g_strerror(code));
    return FALSE;
}

static gboolean
posix_append(AppendFile *base, const void *data, gsize length, GError **error)
{
    PosixFile *file = (PosixFile *) base;
    gssize done;

    do
        done = write(file->fd, data, length);
    while (done < 0 && errno == EINTR);
    if (done > 0)
        file->size += (guint64) done;
    if (done < 0)
        return fail(file->path, "cannot be written", error);
    if ((gsize) done < length) {
        /* On a regular file a short write means that the rest does not fit: disk, quota or file size limit. */
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_NO_SPACE, "%s: %" G_GSSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes written",
                    file->path, done, length);
        return FALSE;
    }
    return TRUE;
}

static gboolean
posix_sync(AppendFile *base, GError **error)
{
    PosixFile *file = (PosixFile *) base;

    return fdatasync(file->fd) == 0 || fail(file->path, "cannot be made durable", error);
}

static guint64
posix_size(AppendFile *base)
{
    return ((PosixFile *) base)->size;
}

static void
posix_close(AppendFile *base)
{
    PosixFile *file = (PosixFile *) base;

    if (file->fd >= 0)
        close(file->fd);
    g_free(file->path);
    g_free(file);
}

static gboolean
sync_folder(const char *folder, GError **error)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return fail(folder, "cannot be opened", error);

    gboolean good = fsync(fd) == 0 || fail(folder, "cannot be made durable", error);

    close(fd);
    return good;
}

/* Makes the folder and the missing ones above it, each durable in its parent, or a power cut takes a synced file along with its folder. */
static gboolean
make_folder(const char *folder, GError **error)
{
    g_autofree char *parent = NULL;

    if (mkdir(folder, 0750) == 0) {
        parent = g_path_get_dirname(folder);
        return sync_folder(parent, error);
    }
    if (errno == EEXIST)
        return TRUE;
    if (errno != ENOENT)
        return fail(folder, "cannot be made", error);
    parent = g_path_get_dirname(folder);
    return !g_str_equal(parent, folder) && make_folder(parent, error) && make_folder(folder, error);
}

static gboolean
posix_open_new(PosixFile *file, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(file->path);

    if (!make_folder(folder, error))
        return FALSE;
    file->fd = open(file->path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (file->fd < 0)
        return fail(file->path, "cannot be made", error);
    return sync_folder(folder, error);
}

static gboolean
posix_open_existing(PosixFile *file, GError **error)
{
    struct stat status;

    file->fd = open(file->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    if (file->fd < 0 || fstat(file->fd, &status) != 0)
        return fail(file->path, "cannot be opened", error);
    file->size = (guint64) status.st_size;
    return TRUE;
}

static AppendFile *
posix_open(const AppendFiles *files, const char *path, AppendFileMode mode, GError **error)
{
    PosixFile *file = g_new0(PosixFile, 1);

    file->base = (AppendFile){ posix_append, posix_sync, posix_size, posix_close };
    file->path = g_strdup(path);
    file->fd = -1;
    if (mode == APPEND_FILE_NEW ? posix_open_new(file, error) : posix_open_existing(file, error))
        return &file->base;
    posix_close(&file->base);
    return NULL;
}

const AppendFiles *
append_files_posix(void)
{
    static const AppendFiles files = { posix_open };

    return &files;
}
