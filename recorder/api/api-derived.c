/* What a review shows beside the evidence, made once when a recording has ended: thumbnails, and when who spoke. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api-private.h"
#include "log.h"

#define STRIP_FILE  "strip.json"
#define SPEECH_FILE "speech.json"
/* When a visit has ended its people sign and look at what they have: that comes first. Who opens the review sooner does not wait for it. */
#define AFTER_END_MS 10000

typedef enum { DERIVED_MAKING, DERIVED_READY, DERIVED_FAILED } DerivedState;

/** One recording's. Belongs to the loop; while it is made the worker reads `folder` and `out`, and writes what is atomic. */
struct DerivedJob {
    RecorderApi *api;
    char *recording, *folder, *out;
    DerivedState state; /* loop */
    gint done, total;   /* atomic: of the step under way */
    gint step;          /* atomic: 0 thumbnails, 1 speech */
    gboolean good;      /* the worker's, read once it has delivered */
};

static const char *const steps[] = { "strip", "speech" };

static void
derived_job_free(gpointer data)
{
    DerivedJob *job = data;

    g_free(job->recording);
    g_free(job->folder);
    g_free(job->out);
    g_free(job);
}

static char *
derived_folder(const RecordingView *view)
{
    g_autofree char *beside = api_beside(view);

    return g_build_filename(beside, "review", NULL);
}

static gboolean
is_made(const char *folder)
{
    g_autofree char *strip = g_build_filename(folder, STRIP_FILE, NULL), *speech = g_build_filename(folder, SPEECH_FILE, NULL);

    return g_file_test(strip, G_FILE_TEST_EXISTS) && g_file_test(speech, G_FILE_TEST_EXISTS);
}

/* --- the worker: one process after the other --- */

static void
read_progress(DerivedJob *job, int fd)
{
    FILE *output = fdopen(fd, "r");
    char line[128];
    guint done, total;

    while (output && fgets(line, sizeof line, output))
        if (sscanf(line, "PROGRESS %u/%u", &done, &total) == 2 && total > 0) {
            g_atomic_int_set(&job->total, (gint) MIN(total, G_MAXINT));
            g_atomic_int_set(&job->done, (gint) MIN(done, total));
        }
    if (output)
        fclose(output);
    else
        close(fd);
}

/* Of its own group, so that what it has started ends with it; and never without us. Between fork and exec. */
static void
set_apart(gpointer user)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void
end_group(pid_t pid)
{
    if (kill(-pid, SIGKILL) != 0)
        kill(pid, SIGKILL); /* not yet in its group */
}

static gboolean
run_step(DerivedJob *job, const char *step, GError **error)
{
    char *arguments[] = { job->api->derive, (char *) step, job->folder, job->out, NULL };
    int output, status;
    GPid pid;

    if (!g_spawn_async_with_pipes(NULL, arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, set_apart, NULL, &pid, NULL, &output, NULL, error))
        return FALSE;
    g_atomic_int_set(&job->api->deriving, pid);
    if (g_atomic_int_get(&job->api->closed)) /* it was asked to stop before there was something to stop */
        end_group(pid);
    read_progress(job, output);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    g_atomic_int_set(&job->api->deriving, 0);
    return g_spawn_check_wait_status(status, error);
}

static void
deliver_derived(RecorderApi *api, gpointer data)
{
    DerivedJob *job = data;

    job->state = job->good ? DERIVED_READY : DERIVED_FAILED;
    log_info("recorder", "derived recording=%s %s", job->recording, job->good ? "thumbnails and speech" : "failed");
}

static void
keep_derived(gpointer data)
{
}

static void
make_derived(gpointer data, gpointer user)
{
    DerivedJob *job = data;
    RecorderApi *api = user;
    g_autoptr(GError) error = NULL;

    g_mkdir_with_parents(job->out, 0700);
    job->good = TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(steps) && job->good && !g_atomic_int_get(&api->closed); i++) {
        g_atomic_int_set(&job->done, 0);
        g_atomic_int_set(&job->step, (gint) i);
        job->good = run_step(job, steps[i], &error);
    }
    if (!job->good && !g_atomic_int_get(&api->closed))
        log_warning("recorder", "derived recording=%s: %s", job->recording, error ? error->message : "?");
    api_deliver(api, (Answer){ deliver_derived, keep_derived, job });
}

void
api_derived_open(RecorderApi *api)
{
    api->derived = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, derived_job_free);
    api->ended = g_ptr_array_new_with_free_func(g_free);
    /* One at a time, as the processes are: calls and recordings come first. */
    api->derivers = g_thread_pool_new(make_derived, api, 1, FALSE, NULL);
}

void
api_derived_close(RecorderApi *api)
{
    pid_t pid = g_atomic_int_get(&api->deriving);

    if (api->ended_timer)
        http_loop_cancel(api->loop, api->ended_timer);
    api->ended_timer = 0;

    if (pid > 0)
        end_group(pid);
    if (api->derivers)
        g_thread_pool_free(g_steal_pointer(&api->derivers), TRUE, TRUE);
}

/** What is known of it, begun if there is something to do; NULL: nothing is made of a recording that runs, or there is no program for it. */
static DerivedJob *
job_of(RecorderApi *api, const RecordingView *view)
{
    DerivedJob *job = g_hash_table_lookup(api->derived, view->id);

    if (view->index && recording_index_disposed_at(view->index) >= 0)
        return NULL;
    if (job || view->state != RECORDING_ENDED || !view->index)
        return job;
    job = g_new0(DerivedJob, 1);
    job->api = api;
    job->recording = g_strdup(view->id);
    job->folder = g_strdup(view->folder);
    job->out = derived_folder(view);
    job->state = is_made(job->out) ? DERIVED_READY : api->derive && api->derivers ? DERIVED_MAKING : DERIVED_FAILED;
    g_hash_table_insert(api->derived, job->recording, job);
    if (job->state == DERIVED_MAKING)
        g_thread_pool_push(api->derivers, job, NULL);
    return job;
}

static void
begin_ended(gpointer user)
{
    RecorderApi *api = user;

    api->ended_timer = 0;
    for (guint i = 0; i < api->ended->len; i++) {
        const RecordingView *view = recordings_find(api->recordings, api->ended->pdata[i]);

        if (view)
            job_of(api, view);
    }
    g_ptr_array_set_size(api->ended, 0);
}

void
api_derived_begin(RecorderApi *api, const RecordingView *view)
{
    g_ptr_array_add(api->ended, g_strdup(view->id));
    if (!api->ended_timer)
        api->ended_timer = http_loop_after(api->loop, AFTER_END_MS, begin_ended, api);
}

/* --- answers --- */

void
api_get_derived(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;
    RecordingView *view = api_find(api, request);
    static const char *const names[] = { "making", "ready", "failed" };

    if (!view)
        return;

    const DerivedJob *job = job_of(api, view);
    gint total = job ? MAX(1, g_atomic_int_get(&job->total)) : 1;
    gint percent = !job || job->state != DERIVED_MAKING ? 0
                                                        : (100 * g_atomic_int_get(&job->step) + 100 * g_atomic_int_get(&job->done) / total) /
                                                              (gint) G_N_ELEMENTS(steps);

    http_request_add_header(request, "Cache-Control", "no-store");
    api_reply_json(request, 200, json_pack("{s:s, s:i}", "state", job ? names[job->state] : "none", "percent", MIN(percent, 100)));
}

/** "strip.json", "speech.json", "t-0000.jpg": nothing else leaves the folder. */
static const char *
type_of(const char *file)
{
    if (g_str_equal(file, STRIP_FILE) || g_str_equal(file, SPEECH_FILE))
        return "application/json";
    return g_regex_match_simple("^t-[0-9]{4}\\.jpg$", file, G_REGEX_DOLLAR_ENDONLY, 0) ? "image/jpeg" : NULL;
}

/* The strip's picture next to a moment; NULL while there is no strip. */
static char *
picture_next_to(const RecordingView *view, const char *folder, gint64 wall)
{
    g_autofree char *path = g_build_filename(folder, STRIP_FILE, NULL);
    json_t *strip = json_load_file(path, 0, NULL), *one;
    gint64 wanted = recording_index_position_at(view->index, wall) / 1000, best = -1, best_apart = G_MAXINT64;
    gsize i;

    json_array_foreach(json_object_get(strip, "thumbnails"), i, one) {
        gint64 apart = ABS(json_integer_value(json_object_get(one, "t_ms")) - wanted);

        if (apart < best_apart) {
            best_apart = apart;
            best = json_integer_value(json_object_get(one, "n"));
        }
    }
    json_decref(strip);
    return best < 0 ? NULL : g_strdup_printf("t-%04u.jpg", (guint) CLAMP(best, 0, 9999));
}

void
api_get_derived_file(HttpRequest *request, gpointer user)
{
    RecordingView *view = api_find(user, request);
    const char *asked = http_request_param(request, "file");
    gboolean by_moment = g_regex_match_simple("^at-[0-9]{1,17}\\.jpg$", asked, G_REGEX_DOLLAR_ENDONLY, 0);

    if (!view)
        return;

    g_autofree char *folder = derived_folder(view);
    g_autofree char *file = by_moment ? picture_next_to(view, folder, g_ascii_strtoll(asked + strlen("at-"), NULL, 10)) : g_strdup(asked);

    /* It is asked for before it is made: a list of what was found shows a sign in its place. */
    if (!file) {
        http_request_add_header(request, "Cache-Control", "no-store");
        http_request_reply(request, 204, NULL, NULL);
        return;
    }

    const char *type = type_of(file);
    g_autofree char *path = g_build_filename(folder, file, NULL);
    int fd = type && recording_index_disposed_at(view->index) < 0 ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;

    if (fd < 0) {
        api_reply_problem(request, PROBLEM_REQUEST_NOT_FOUND);
        return;
    }
    http_request_add_header(request, "Cache-Control", "private, max-age=3600");
    http_request_reply_fd(request, fd, lseek(fd, 0, SEEK_END), type);
}
