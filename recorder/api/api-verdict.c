#include <string.h>

#include "api-private.h"
#include "log.h"
#include "verification.h"

/* --- verdict: every byte is hashed, on a worker; kept until the ledger grows --- */

typedef struct {
    HttpRequest *request;
    char *recording, *folder;
    json_t *archived; /* its media lie in the object store; else NULL */
    gint64 seq;
    GBytes *report;
} VerdictJob;

static void
verdict_job_free(gpointer data)
{
    VerdictJob *job = data;

    g_clear_pointer(&job->report, g_bytes_unref);
    json_decref(job->archived);
    g_free(job->recording);
    g_free(job->folder);
    g_free(job);
}

static void
deliver_verdict(RecorderApi *api, gpointer data)
{
    VerdictJob *job = data;
    RecordingView *view = recordings_find(api->recordings, job->recording);

    if (!job->report) {
        api_reply_problem(job->request, job->archived ? PROBLEM_RECORDING_AWAY : PROBLEM_BUSY);
        return;
    }
    if (view) {
        g_clear_pointer(&view->verdict, g_bytes_unref);
        view->verdict = g_bytes_ref(job->report);
        view->verdict_seq = job->seq;
    }
    http_request_reply(job->request, 200, "application/json", job->report);
}

static void
verify(VerdictJob *job, const char *folder)
{
    VerificationRules rules = { .recording = job->recording };
    g_autoptr(Verification) verification = verification_run(folder, &rules);
    json_t *json = verification_to_json(verification);
    char *text = bounded_json_dump(json);

    json_decref(json);
    job->report = g_bytes_new_take(text, strlen(text));
}

/* What lies in the object store is fetched for it, every byte: a verdict is about bytes. */
static void
verify_archived(RecorderApi *api, VerdictJob *job)
{
    g_autoptr(GError) error = NULL;
    char *recalled = archiver_recall(storage_place(api->storage), recordings_data(api->recordings), job->folder, job->archived, &error);

    if (recalled)
        verify(job, recalled);
    else
        log_error("recorder", "no verdict, not fetched recording=%s: %s", job->recording, error->message);
    archiver_drop(recalled);
}

static void
work_verdict(RecorderApi *api, gpointer data)
{
    VerdictJob *job = data;

    if (g_atomic_int_get(&api->closed))
        ;
    else if (job->archived)
        verify_archived(api, job);
    else
        verify(job, job->folder);
    api_deliver(api, (Answer){ deliver_verdict, verdict_job_free, job });
}

void
api_get_verdict(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;
    RecordingView *view = api_find(api, request);

    if (!view)
        return;
    if (view->verdict && view->verdict_seq == view->last_seq) {
        http_request_reply(request, 200, "application/json", view->verdict);
        return;
    }

    VerdictJob *job = g_new0(VerdictJob, 1);

    job->request = request;
    job->recording = g_strdup(view->id);
    job->folder = g_strdup(view->folder);
    job->seq = view->last_seq;
    job->archived = recording_index_disposed_at(view->index) < 0 ? json_deep_copy(view->archived) : NULL;
    api_work(api, (ApiWork){ work_verdict, job });
}
