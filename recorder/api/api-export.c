#include <string.h>

#include "api-private.h"
#include "export.h"
#include "log.h"

#define EXPORT_CHUNK (128 * 1024)

/* --- export: verified, then packed chunk by chunk as the reader takes it --- */

typedef struct {
    RecorderApi *api;
    HttpRequest *request; /* NULL once its reader is gone */
    char *folder, *beside;
    Export *export;
    GBytes *chunk; /* NULL: the end */
    GError *error;
    gboolean streaming, reading, ended;
} ExportJob;

static void
export_job_free(ExportJob *job)
{
    export_free(job->export);
    g_clear_pointer(&job->chunk, g_bytes_unref);
    g_clear_error(&job->error);
    g_free(job->folder);
    g_free(job->beside);
    g_free(job);
}

/** The job outlives its deliveries. */
static void
leave_export_job(gpointer data)
{
}

static void deliver_chunk(RecorderApi *api, gpointer data);

static void
work_chunk(RecorderApi *api, gpointer data)
{
    ExportJob *job = data;
    char *buffer = g_malloc(EXPORT_CHUNK);
    gssize got;

    if (!job->export && g_atomic_int_get(&api->closed))
        g_set_error(&job->error, PROBLEM, PROBLEM_BUSY, "stopping");
    else if (!job->export)
        job->export = export_new(&(ExportSource){ job->folder, job->beside, job->api->derive }, &job->error);
    got = job->export ? export_read(job->export, buffer, EXPORT_CHUNK, &job->error) : -1;
    job->chunk = got > 0 ? g_bytes_new_take(g_steal_pointer(&buffer), (gsize) got) : NULL;
    g_free(buffer);
    api_deliver(api, (Answer){ deliver_chunk, leave_export_job, job });
}

static void
read_more(ExportJob *job)
{
    if (job->reading || job->ended || g_atomic_int_get(&job->api->closed))
        return;
    job->reading = TRUE;
    api_work(job->api, (ApiWork){ work_chunk, job });
}

static void
on_writable(HttpRequest *request, gpointer user)
{
    read_more(user);
}

static void
on_closed(gpointer user)
{
    ExportJob *job = user;

    job->request = NULL;
    if (!job->reading)
        export_job_free(job);
}

static void
begin_stream(ExportJob *job)
{
    static const HttpStreamRules rules = { .writable = on_writable, .closed = on_closed };
    g_autofree char *disposition = g_strdup_printf("attachment; filename=\"%s\"", export_file_name(job->export));

    job->streaming = TRUE;
    http_request_add_header(job->request, "Content-Disposition", disposition);
    http_request_stream(job->request, 200, "application/zip", &rules, job);
}

static void
deliver_chunk(RecorderApi *api, gpointer data)
{
    ExportJob *job = data;

    job->reading = FALSE;
    if (!job->request) {
        export_job_free(job);
        return;
    }
    if (!job->streaming && job->error) {
        log_error("recorder", "export failed: %s", job->error->message);
        api_reply_problem(job->request, problem_of(job->error));
        export_job_free(job);
        return;
    }
    if (!job->streaming)
        begin_stream(job);
    job->ended = !job->chunk;
    if (job->error) {
        log_error("recorder", "export broken off: %s", job->error->message);
        http_request_stream_break(job->request);
        return;
    }

    g_autoptr(GBytes) chunk = g_steal_pointer(&job->chunk);

    http_request_stream_write(job->request, chunk);
}

static void
on_gone(gpointer user)
{
    ((ExportJob *) user)->request = NULL;
}

void
api_get_export(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;
    RecordingView *view = api_find(api, request);

    if (!view)
        return;

    ExportJob *job = g_new0(ExportJob, 1);

    job->api = api;
    job->request = request;
    job->folder = g_strdup(view->folder);
    job->beside = api_beside(view);
    http_request_on_gone(request, on_gone, job);
    read_more(job);
}
