#include "still-parts.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "write-all.h"

char *
still_part_path(const char *data, const char *still)
{
    g_autofree char *name = g_strconcat(still, ".part", NULL);

    return g_build_filename(data, "pending-stills", name, NULL);
}

gint64
still_part_length(const char *path)
{
    GStatBuf status;

    return g_stat(path, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : 0;
}

/* A write that failed half way leaves what was there before. */
static gboolean
append(const char *path, gint64 offset, const void *data, gsize length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    gboolean written;

    if (fd < 0)
        return FALSE;
    written = write_all(fd, data, length);
    if (!written && ftruncate(fd, offset) != 0)
        unlink(path);
    return close(fd) == 0 && written;
}

static StillPartResult
whole(const char *path, const char *sha256, GBytes **ret_whole)
{
    char digest[DIGEST_HEX_SIZE];
    char *data;
    gsize length;

    if (!g_file_get_contents(path, &data, &length, NULL))
        return STILL_PART_FAILED;
    digest_sha256_hex(data, length, digest);
    if (!g_str_equal(digest, sha256)) {
        g_free(data);
        g_unlink(path);
        return STILL_PART_DIFFERS;
    }
    *ret_whole = g_bytes_new_take(data, length);
    return STILL_PART_WHOLE;
}

StillPartResult
still_part_append(const char *path, gint64 offset, gint64 total, const char *sha256, GBytes *bytes, gint64 *ret_received, GBytes **ret_whole)
{
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);
    gint64 there = still_part_length(path);
    StillPartResult result = STILL_PART_MORE;

    *ret_received = there;
    if (offset != there)
        return STILL_PART_OFFSET;
    if ((gint64) length > total - there)
        return STILL_PART_TOO_MUCH;
    if (length > 0 && !append(path, there, data, length))
        return STILL_PART_FAILED;
    *ret_received = there + (gint64) length;
    if (*ret_received == total)
        result = whole(path, sha256, ret_whole);
    if (result == STILL_PART_DIFFERS)
        *ret_received = 0;
    return result;
}
