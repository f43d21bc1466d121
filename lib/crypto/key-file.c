#include "key-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signer.h"

static gboolean
fail(const char *path, const char *what, GError **error)
{
    int code = errno;

    g_set_error(error, SIGNER_ERROR, SIGNER_ERROR_IO, "%s: %s: %s", path, what, g_strerror(code));
    return FALSE;
}

gboolean
key_file_read(const char *path, gsize max, char **ret_text, gsize *ret_length, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return fail(path, "cannot be opened", error);

    g_autofree char *text = g_malloc(max + 1);
    gsize length = 0;
    gssize got;

    do {
        got = read(fd, text + length, max + 1 - length);
        if (got > 0)
            length += (gsize) got;
    } while ((got > 0 && length <= max) || (got < 0 && errno == EINTR));
    if (got < 0) {
        fail(path, "cannot be read", error);
        close(fd);
        return FALSE;
    }
    close(fd);
    if (length > max) {
        g_set_error(error, SIGNER_ERROR, SIGNER_ERROR_FORMAT, "%s: longer than %" G_GSIZE_FORMAT " bytes", path, max);
        return FALSE;
    }
    text[length] = '\0';
    *ret_text = g_steal_pointer(&text);
    *ret_length = length;
    return TRUE;
}

static gboolean
sync_folder_of(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return fail(folder, "cannot be opened", error);
    gboolean good = fsync(fd) == 0 || fail(folder, "cannot be made durable", error);
    close(fd);
    return good;
}

static gboolean
write_and_sync(int fd, const char *path, const char *data, gsize length, int mode, GError **error)
{
    /* mkostemp gives 0600; the wanted mode is set before there is any content. */
    if (fchmod(fd, (mode_t) mode) != 0)
        return fail(path, "mode cannot be set", error);
    while (length > 0) {
        gssize done = write(fd, data, length);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return fail(path, "cannot be written", error);
        data += done;
        length -= (gsize) done;
    }
    return fsync(fd) == 0 || fail(path, "cannot be made durable", error);
}

gboolean
key_file_create(const char *path, const void *data, gsize length, int mode, GError **error)
{
    g_autofree char *temporary = g_strdup_printf("%s.XXXXXX", path);
    int fd = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, 0600);

    if (fd < 0)
        return fail(temporary, "cannot be made", error);

    gboolean good = write_and_sync(fd, temporary, data, length, mode, error);

    close(fd);
    /* link() and not rename(): rename would silently replace a key that somebody else has just made. */
    if (good && link(temporary, path) != 0)
        good = fail(path, "cannot be made", error);
    unlink(temporary);
    return good && sync_folder_of(path, error);
}
