#include "durable-file.h"

#include <fcntl.h>
#include <unistd.h>

#include "write-all.h"

static gboolean
sync_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean synced = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return synced;
}

gboolean
durable_file_write(const char *path, GBytes *bytes)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    gboolean written;

    if (fd < 0)
        return FALSE;
    written = write_all(fd, data, length) && fsync(fd) == 0;
    written = close(fd) == 0 && written && sync_folder(path);
    if (!written)
        unlink(path);
    return written;
}
