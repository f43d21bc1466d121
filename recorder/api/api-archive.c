#include <string.h>

#include "api-private.h"
#include "archive-list.h"
#include "log.h"
#include "s3-client.h"

/* One range asked of the store at a time: a segment of three seconds fits in one. */
#define CHUNK (1024 * 1024)

/* --- bytes of a file that lies in the object store: range after range by presigned addresses, as the reader takes them --- */

typedef struct {
    RecorderApi *api;
    HttpRequest *request; /* NULL once its reader is gone */
    char *key, *type;
    guint64 at, left;
    int status;
    GBytes *chunk;
    GError *error;
    gboolean streaming, reading;
} ArchiveRead;

static void
archive_read_free(ArchiveRead *job)
{
    g_clear_pointer(&job->chunk, g_bytes_unref);
    g_clear_error(&job->error);
    g_free(job->key);
    g_free(job->type);
    g_free(job);
}

static void
leave(gpointer data)
{
}

static void deliver_range(RecorderApi *api, gpointer data);

static void
work_range(RecorderApi *api, gpointer data)
{
    ArchiveRead *job = data;
    const S3Place *place = storage_place(api->storage);

    if (g_atomic_int_get(&api->closed) || !place)
        g_set_error(&job->error, S3_ERROR, S3_ERROR_UNREACHABLE, "stopping, or no store is configured");
    else
        job->chunk = s3_get_range(place, job->key, job->at, (gsize) MIN(job->left, CHUNK), &job->error);
    api_deliver(api, (Answer){ deliver_range, leave, job });
}

static void
read_more(ArchiveRead *job)
{
    if (job->reading || job->left == 0 || g_atomic_int_get(&job->api->closed))
        return;
    job->reading = TRUE;
    api_work(job->api, (ApiWork){ work_range, job });
}

static void
on_writable(HttpRequest *request, gpointer user)
{
    read_more(user);
}

static void
on_closed(gpointer user)
{
    ArchiveRead *job = user;

    job->request = NULL;
    if (!job->reading)
        archive_read_free(job);
}

static void
on_gone(gpointer user)
{
    ((ArchiveRead *) user)->request = NULL;
}

static void
deliver_range(RecorderApi *api, gpointer data)
{
    static const HttpStreamRules rules = { .writable = on_writable, .closed = on_closed };
    ArchiveRead *job = data;

    job->reading = FALSE;
    if (!job->request) {
        archive_read_free(job);
        return;
    }
    if (job->error) {
        log_error("recorder", "the object store gives nothing: %s", job->error->message);
        if (job->streaming) {
            http_request_stream_break(job->request);
            return;
        }
        api_reply_problem(job->request, PROBLEM_RECORDING_AWAY);
        archive_read_free(job);
        return;
    }
    if (!job->streaming) {
        job->streaming = TRUE;
        http_request_stream(job->request, job->status, job->type, &rules, job);
    }

    g_autoptr(GBytes) chunk = g_steal_pointer(&job->chunk);

    job->at += g_bytes_get_size(chunk);
    job->left -= g_bytes_get_size(chunk);
    http_request_stream_write(job->request, chunk);
    if (job->left == 0)
        http_request_stream_write(job->request, NULL);
}

void
api_reply_archived(RecorderApi *api, HttpRequest *request, const json_t *entry, const char *type)
{
    guint64 size = (guint64) field_integer(entry, "bytes"), first = 0, length = size;
    HttpRangeResult range = http_range_parse(http_request_header(request, "range"), size, &first, &length);
    g_autofree char *content_range = range == HTTP_RANGE_UNSATISFIABLE ? g_strdup_printf("bytes */%" G_GUINT64_FORMAT, size)
                                                                       : g_strdup_printf("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, first, first + length - 1, size);
    ArchiveRead *job;

    http_request_add_header(request, "Accept-Ranges", "bytes");
    if (range != HTTP_RANGE_NONE)
        http_request_add_header(request, "Content-Range", content_range);
    if (range == HTTP_RANGE_UNSATISFIABLE || length == 0 || g_str_equal(http_request_method(request), "HEAD")) {
        http_request_reply(request, range == HTTP_RANGE_UNSATISFIABLE ? 416 : 200, type, NULL);
        return;
    }
    job = g_new0(ArchiveRead, 1);
    job->api = api;
    job->request = request;
    job->key = g_strdup(field_string(entry, "key"));
    job->type = g_strdup(type);
    job->at = first;
    job->left = length;
    job->status = range == HTTP_RANGE_ONE ? 206 : 200;
    http_request_on_gone(request, on_gone, job);
    read_more(job);
}
