#include "archive-unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "write-all.h"

#define READ_BLOCK   (256 * 1024)
#define ENTRIES_MAX  100000
#define NAME_MAX_LEN 400
/* Our exports are stored; somebody may have packed them again. JSON shrinks to a tenth; a hundred is a bomb. */
#define GROWTH_MAX 100
#define SMALL_ZIP  (64 * 1024)

static gboolean
fail(GError **error, const char *name, const char *reason)
{
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: %s", name ? name : "?", reason ? reason : "?");
    return FALSE;
}

/* A relative path without "." and ".." and without an empty name: nothing leaves the folder. */
static gboolean
name_is_safe(const char *name)
{
    if (!name || strlen(name) > NAME_MAX_LEN || !g_utf8_validate(name, -1, NULL))
        return FALSE;

    g_auto(GStrv) parts = g_strsplit(name, "/", -1);

    for (guint i = 0; parts[i]; i++) {
        gboolean last_empty = !parts[i][0] && !parts[i + 1] && i > 0; /* "folder/" */

        if (g_str_equal(parts[i], ".") || g_str_equal(parts[i], "..") || (!parts[i][0] && !last_empty))
            return FALSE;
    }
    return TRUE;
}

static gboolean
unpack_bytes(struct archive *archive, int fd, const char *name, guint64 *budget, GError **error)
{
    g_autofree char *block = g_malloc(READ_BLOCK);
    la_ssize_t got;

    while ((got = archive_read_data(archive, block, READ_BLOCK)) > 0) {
        if ((guint64) got > *budget)
            return fail(error, name, "unpacks to far more than a recording can");
        *budget -= (guint64) got;
        if (!write_all(fd, block, (gsize) got))
            return fail(error, name, g_strerror(errno));
    }
    return got == 0 || fail(error, name, archive_error_string(archive));
}

static gboolean
unpack_file(struct archive *archive, const char *folder, const char *name, guint64 *budget, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    int fd = -1;

    if (g_mkdir_with_parents(parent, 0700) == 0)
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) /* EEXIST: two entries of one name, of which a reader may see either */
        return fail(error, name, g_strerror(errno));

    gboolean good = unpack_bytes(archive, fd, name, budget, error);

    close(fd);
    return good;
}

static gboolean
unpack_entries(struct archive *archive, const char *folder, guint64 budget, GError **error)
{
    struct archive_entry *entry;
    guint entries = 0;
    int status;

    while ((status = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname_utf8(entry);

        if (++entries > ENTRIES_MAX || !name_is_safe(name))
            return fail(error, name, "not a name that an export has");
        if (archive_entry_filetype(entry) == AE_IFDIR)
            continue;
        if (archive_entry_filetype(entry) != AE_IFREG)
            return fail(error, name, "neither a file nor a folder");
        if (!unpack_file(archive, folder, name, &budget, error))
            return FALSE;
    }
    return status == ARCHIVE_EOF || fail(error, "ZIP", archive_error_string(archive));
}

gboolean
archive_unpack(const char *path, const char *folder, GError **error)
{
    struct archive *archive = archive_read_new();
    struct stat status;
    gboolean good = FALSE;

    archive_read_support_format_zip(archive);
    if (stat(path, &status) != 0)
        fail(error, path, g_strerror(errno));
    else if (archive_read_open_filename(archive, path, READ_BLOCK) != ARCHIVE_OK)
        fail(error, path, archive_error_string(archive));
    else
        good = unpack_entries(archive, folder, MAX((guint64) status.st_size, SMALL_ZIP) * GROWTH_MAX, error);
    archive_read_free(archive);
    return good;
}

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
    return remove(path);
}

void
archive_remove_folder(const char *folder)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
