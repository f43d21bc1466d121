#include "evidence-range.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger-line.h"

/* Big enough that the digest, not the system call, is the cost; below the size at which malloc maps fresh pages every time. */
#define READ_SIZE (64 * 1024)

static gboolean
range_of(json_t *object, const char *hash, EvidenceRangeKind kind, EvidenceRange *ret_range)
{
    EvidenceRange range = { .kind = kind, .file = ledger_line_text(object, "file"), .digest = ledger_line_text(object, hash) };

    /* A still fills its file: its line has no offset. */
    if (kind != RANGE_STILL && !ledger_line_size(object, "offset", &range.offset))
        return FALSE;
    if (!ledger_line_size(object, "length", &range.length) || !ledger_path_is_valid(range.file) ||
        !ledger_hex_is_valid(range.digest) || range.length > G_MAXINT64 - range.offset)
        return FALSE;
    *ret_range = range;
    return TRUE;
}

static gboolean
torn_ranges(json_t *line, const char *hash, EvidenceRangeFunc func, gpointer user)
{
    json_t *torn = json_object_get(line, "torn");
    json_t *object;
    EvidenceRange range;
    size_t i;

    if (!json_is_array(torn))
        return FALSE;
    json_array_foreach(torn, i, object)
    {
        if (!range_of(object, hash, RANGE_TORN, &range))
            return FALSE;
        func(&range, object, user);
    }
    return TRUE;
}

gboolean
evidence_ranges_of_line(json_t *line, const char *hash, EvidenceRangeFunc func, gpointer user)
{
    static const struct {
        const char *type;
        EvidenceRangeKind kind;
    } rules[] = { { "fragment", RANGE_FRAGMENT }, { "part", RANGE_INIT }, { "still", RANGE_STILL } };
    const char *type = ledger_line_type(line);
    EvidenceRange range;

    if (g_str_equal(type, "resume"))
        return torn_ranges(line, hash, func, user);
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
        if (g_str_equal(type, rules[i].type)) {
            if (!range_of(line, hash, rules[i].kind, &range))
                return FALSE;
            func(&range, line, user);
        }
    return TRUE;
}

static gint
compare_files(gconstpointer a, gconstpointer b)
{
    return strcmp(((const EvidenceFile *) a)->name, ((const EvidenceFile *) b)->name);
}

static void
clear_file(gpointer file)
{
    g_free(((EvidenceFile *) file)->name);
}

static gboolean
list_folder(GArray *files, int parent, const char *name, const char *prefix, GError **error);

static gboolean
list_name(GArray *files, int folder, const char *prefix, const char *name, GError **error)
{
    g_autofree char *path = prefix[0] ? g_strconcat(prefix, "/", name, NULL) : g_strdup(name);
    struct stat status;

    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return TRUE; /* gone since */
    if (S_ISDIR(status.st_mode) && !prefix[0])
        return list_folder(files, folder, name, path, error);
    if (files->len >= EVIDENCE_FILES_MAX) {
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_LIMIT, "more than %d files", EVIDENCE_FILES_MAX);
        return FALSE;
    }

    EvidenceFile file = { g_steal_pointer(&path), (guint64) status.st_size, S_ISREG(status.st_mode) };

    g_array_append_val(files, file);
    return TRUE;
}

static gboolean
list_folder(GArray *files, int parent, const char *name, const char *prefix, GError **error)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *found;
    gboolean good = TRUE;

    if (!folder) {
        int code = errno;

        if (fd >= 0)
            close(fd);
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_IO, "%s: cannot be read: %s", name, g_strerror(code));
        return FALSE;
    }
    while (good && (found = readdir(folder)))
        if (!g_str_equal(found->d_name, ".") && !g_str_equal(found->d_name, ".."))
            good = list_name(files, fd, prefix, found->d_name, error);
    closedir(folder);
    return good;
}

GArray *
evidence_files_list(const char *folder, GError **error)
{
    g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(EvidenceFile));

    g_array_set_clear_func(files, clear_file);
    if (!list_folder(files, AT_FDCWD, folder, "", error))
        return NULL;
    g_array_sort(files, compare_files);
    return g_steal_pointer(&files);
}

gboolean
evidence_digest_range(int fd, guint64 offset, guint64 length, Digest *digest, char ret_hex[DIGEST_HEX_SIZE])
{
    g_autofree guint8 *buffer = g_malloc(READ_SIZE);
    gboolean whole = TRUE;

    while (length > 0 && whole) {
        gssize got = pread(fd, buffer, MIN(length, READ_SIZE), (off_t) offset);

        if (got < 0 && errno == EINTR)
            continue;
        whole = got > 0;
        if (whole) {
            digest_update(digest, buffer, (gsize) got);
            offset += (guint64) got;
            length -= (guint64) got;
        }
    }
    digest_finish(digest, ret_hex);
    return whole;
}
