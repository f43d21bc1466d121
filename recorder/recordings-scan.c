#include "recordings-scan.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ledger-writer.h"
#include "recording-place.h"
#include "uuid7.h"

/* The last lines of a ledger: `end` and its seal, and perhaps its time-stamp with another. */
#define TAIL_MAX (128 * 1024)

/** By its form: sequence number, 64 digits, type. What a mark's data says is no type. */
static gboolean
line_is(const char *line, const char *type)
{
    g_autofree char *form = g_strdup_printf("^\\{\"seq\":[0-9]+,\"prev\":\"[0-9a-f]{64}\",\"type\":\"%s\"", type);

    return g_regex_match_simple(form, line, 0, 0);
}

/** The ledger ends with a seal behind `end`. Anything else is for recovery to look at. */
static gboolean
has_ended(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, LEDGER_FILE, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    g_autofree char *tail = g_malloc(TAIL_MAX + 1);

    if (fd < 0)
        return FALSE;

    off_t size = lseek(fd, 0, SEEK_END);
    ssize_t got = pread(fd, tail, TAIL_MAX, MAX(0, size - TAIL_MAX));

    close(fd);
    if (got <= 0 || tail[got - 1] != '\n')
        return FALSE;
    tail[got - 1] = '\0';

    char *last = strrchr(tail, '\n');
    gboolean sealed = line_is(last ? last + 1 : tail, "seal"), ended = FALSE;

    for (char *line = tail; sealed && line && !ended; line = strchr(line, '\n')) {
        line += *line == '\n';
        ended = line_is(line, "end");
    }
    return sealed && ended;
}

static void
scan(const char *root, const char *folder, int depth, RecordingsScanFunc found, gpointer user)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        if (depth < 2) {
            if (strspn(name, "0123456789") == strlen(name))
                scan(root, path, depth + 1, found, user);
            continue;
        }

        g_autofree char *expected = uuid7_is_valid(name) ? recording_place(root, name) : NULL;

        if (g_strcmp0(expected, path) == 0 && !has_ended(path))
            found(name, path, user);
    }
}

void
recordings_scan(const char *root, RecordingsScanFunc found, gpointer user)
{
    scan(root, root, 0, found, user);
}
