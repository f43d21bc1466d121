#include <glib/gstdio.h>
#include <string.h>

#include "api-private.h"
#include "evidence-error.h"
#include "log.h"
#include "uuid7.h"

/* Two must approve; more than a bureau has administrators would be a mistake. */
#define APPROVERS_MIN 2
#define APPROVERS_MAX 8

/* --- the end of a recording's term: tombstone, seal, then the media go; docs/evidence-format.md, section 2 --- */

typedef struct {
    HttpRequest *request;
    char *recording, *folder, *beside;
    json_t *data; /* members of the line */
    GError *error;
} DisposalJob;

static void
disposal_job_free(gpointer pointer)
{
    DisposalJob *job = pointer;

    json_decref(job->data);
    g_clear_error(&job->error);
    g_free(job->recording);
    g_free(job->folder);
    g_free(job->beside);
    g_free(job);
}

static Problem
problem_of_dispose(const GError *error)
{
    if (g_error_matches(error, PROBLEM, PROBLEM_BUSY))
        return PROBLEM_BUSY;
    if (g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_STATE) || g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_FORMAT) ||
        g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_KEY))
        return PROBLEM_RECORDING_UNSOUND;
    return PROBLEM_RECORDING_STOPPED; /* the disk; worth another attempt */
}

static void
deliver_disposal(RecorderApi *api, gpointer data)
{
    DisposalJob *job = data;
    RecordingView *view;

    g_hash_table_remove(api->disposing, job->recording);
    recordings_forget(api->recordings, job->recording);
    if (job->error) {
        log_error("recorder", "not disposed of recording=%s: %s", job->recording, job->error->message);
        api_reply_problem(job->request, problem_of_dispose(job->error));
        return;
    }
    view = recordings_find(api->recordings, job->recording);
    log_notice("recorder", "disposed of recording=%s", job->recording);
    if (view && view->index)
        api_reply_json(job->request, 200, api_recording_json(view));
    else
        api_reply_problem(job->request, PROBLEM_RECORDING_STOPPED);
}

/* Thumbnails and who spoke when: api-derived.c. */
static void
remove_review(const char *beside)
{
    g_autofree char *folder = g_build_filename(beside, "review", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        g_unlink(path);
    }
    g_rmdir(folder);
}

/* Pictures that were made from the media are media; what else lies there (the record) belongs to the case file. */
static void
remove_derived(const char *beside)
{
    g_autoptr(GDir) dir = g_dir_open(beside, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(beside, name, NULL);

        if (g_str_has_suffix(name, ".jpg") || g_str_has_suffix(name, ".mp4"))
            g_unlink(path);
    }
    remove_review(beside);
}

static void
work_disposal(RecorderApi *api, gpointer data)
{
    DisposalJob *job = data;

    if (g_atomic_int_get(&api->closed))
        problem_set(&job->error, PROBLEM_BUSY, "stopping");
    else if (recordings_dispose(api->recordings, job->folder, job->data, &job->error) &&
             archiver_forget(storage_place(api->storage), recordings_data(api->recordings), job->recording, &job->error))
        remove_derived(job->beside);
    api_deliver(api, (Answer){ deliver_disposal, disposal_job_free, job });
}

static gboolean
approvers_differ(const json_t *approved)
{
    gsize i, j;
    json_t *a, *b;

    json_array_foreach(approved, i, a)
        for (j = 0; j < i; j++) {
            b = json_array_get(approved, j);
            if (g_str_equal(field_string(a, "user"), field_string(b, "user")))
                return FALSE;
        }
    return TRUE;
}

static json_t *
disposal_data(HttpRequest *request, GError **error)
{
    static const char *const classes[] = { "permanent", "30-years", "10-years", NULL };
    static const FieldRule approver_rules[] = {
        { "user", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
        { "name", FIELD_STRING, 0, 1, 200, NULL, NULL, NULL },
        { "at", FIELD_INTEGER, 0, 0, G_MAXINT64, NULL, NULL, NULL },
        { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
    };
    static const FieldRule approver = { "approver", FIELD_OBJECT, 0, 0, 0, NULL, approver_rules, NULL };
    static const FieldRule rules[] = {
        { "disposal", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
        { "reason", FIELD_STRING, 0, 1, 400, NULL, NULL, NULL },
        { "class", FIELD_ENUM, 0, 0, 0, classes, NULL, NULL },
        { "approved", FIELD_ARRAY, 0, APPROVERS_MIN, APPROVERS_MAX, NULL, NULL, &approver },
        { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
    };
    static const char *const members[] = { "disposal", "reason", "approved", "class" };
    g_autoptr(json_t) body = bounded_json_parse_bytes(http_request_body(request), 16 * 1024, error);
    json_t *data;

    if (!body || !field_rules_check(rules, body, error))
        return NULL;
    if (!approvers_differ(json_object_get(body, "approved"))) {
        problem_set(error, PROBLEM_FIELD_INVALID, "approved: two different people");
        return NULL;
    }
    data = json_object();
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        json_object_set(data, members[i], json_object_get(body, members[i]));
    return data;
}

void
api_post_disposal(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;
    RecordingView *view = api_find(api, request);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) data = view ? disposal_data(request, &error) : NULL;

    if (!view)
        return;
    if (!data) {
        api_reply_error(request, error);
        return;
    }
    if (view->recording) {
        api_reply_problem(request, PROBLEM_RECORDING_RUNNING);
        return;
    }
    if (!g_hash_table_add(api->disposing, g_strdup(view->id))) {
        api_reply_problem(request, PROBLEM_BUSY);
        return;
    }

    DisposalJob *job = g_new0(DisposalJob, 1);

    job->request = request;
    job->recording = g_strdup(view->id);
    job->folder = g_strdup(view->folder);
    job->beside = api_beside(view);
    job->data = g_steal_pointer(&data);
    api_work(api, (ApiWork){ work_disposal, job });
}
