#include <fcntl.h>
#include <string.h>

#include "api-private.h"
#include "archive-list.h"
#include "ledger-writer.h"

void
api_get_index(HttpRequest *request, gpointer user)
{
    RecordingView *view = api_find(user, request);

    if (!view)
        return;

    gboolean outline = g_strcmp0(http_request_query(request, "fragments"), "none") == 0;

    api_reply_json(request, 200, outline ? recording_index_outline(view->index) : recording_index_to_json(view->index));
}

/** How many bytes of a media file the ledger speaks of; -1 if it knows no such file. */
static gint64
covered_length(const RecordingIndex *index, const char *file)
{
    guint part_count, fragment_count;
    const IndexPart *parts = recording_index_parts(index, &part_count);
    const IndexFragment *fragments = recording_index_fragments(index, &fragment_count);

    for (guint i = part_count; i-- > 0;) {
        if (strcmp(parts[i].file, file))
            continue;
        for (guint n = fragment_count; n-- > 0;)
            if (fragments[n].part_index == i)
                return (gint64) (fragments[n].offset + fragments[n].length);
        return (gint64) parts[i].length;
    }
    return -1;
}

static const IndexStill *
find_still(const RecordingIndex *index, const char *file)
{
    guint count;
    const IndexStill *stills = recording_index_stills(index, &count);

    for (guint i = 0; i < count; i++)
        if (g_str_equal(stills[i].file, file))
            return &stills[i];
    return NULL;
}

/** Only what the ledger names is served, and only as far as it does: no path from outside reaches the disk. */
void
api_get_file(HttpRequest *request, gpointer user)
{
    RecordingView *view = api_find(user, request);
    const char *file = http_request_param(request, "path");
    const char *type = NULL;

    if (!view)
        return;

    gint64 length = covered_length(view->index, file);
    const IndexStill *still = length < 0 ? find_still(view->index, file) : NULL;

    if (length >= 0)
        type = g_str_has_suffix(file, ".webm") ? "video/webm" : g_str_has_prefix(file, "audio-") ? "audio/mp4" : "video/mp4";
    else if (still)
        type = "image/jpeg", length = (gint64) still->length;
    else if (g_str_equal(file, LEDGER_FILE))
        type = "application/x-ndjson";
    else if (g_str_equal(file, LEDGER_CERTIFICATE))
        type = "application/x-pem-file";

    g_autofree char *path = type ? g_build_filename(view->folder, file, NULL) : NULL;
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    const json_t *away = fd < 0 && path ? archive_list_find(view->archived, file) : NULL;

    if (away && recording_index_disposed_at(view->index) < 0)
        api_reply_archived(user, request, away, type);
    else if (fd < 0)
        api_reply_problem(request, path && recording_index_disposed_at(view->index) >= 0 ? PROBLEM_RECORDING_DISPOSED : PROBLEM_REQUEST_NOT_FOUND);
    else
        http_request_reply_fd(request, fd, length, type);
}
