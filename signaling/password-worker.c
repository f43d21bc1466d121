#include "password-worker.h"

#include <string.h>

#include "password.h"

typedef struct {
    char *password; /* NULL ends the thread */
    char *hash;     /* NULL: make one */
    PasswordDone done;
    gpointer user;
    gboolean matches;
    char *made;
    GError *error;
} PasswordJob;

struct PasswordWorker {
    Server *server;
    GThread *thread;
    GAsyncQueue *waiting;
    GAsyncQueue *finished;
};

static void
job_free(PasswordJob *job)
{
    if (job->password)
        memset(job->password, 0, strlen(job->password));
    g_free(job->password);
    g_free(job->hash);
    g_free(job->made);
    g_clear_error(&job->error);
    g_free(job);
}

static void
deliver_finished(gpointer data)
{
    PasswordWorker *worker = data;
    PasswordJob *job;

    while ((job = g_async_queue_try_pop(worker->finished))) {
        job->done(job->matches, job->made, job->error, job->user);
        job_free(job);
    }
}

static gpointer
password_thread(gpointer data)
{
    PasswordWorker *worker = data;

    for (;;) {
        PasswordJob *job = g_async_queue_pop(worker->waiting);

        if (!job->password) {
            job_free(job);
            return NULL;
        }
        if (job->hash)
            job->matches = password_verify(job->password, job->hash);
        else
            job->made = password_hash(job->password, &job->error);
        g_async_queue_push(worker->finished, job);
        http_loop_post(worker->server->loop, deliver_finished, worker);
    }
}

PasswordWorker *
password_worker_new(Server *server)
{
    PasswordWorker *worker = g_new0(PasswordWorker, 1);

    worker->server = server;
    worker->waiting = g_async_queue_new();
    worker->finished = g_async_queue_new();
    worker->thread = g_thread_new("password", password_thread, worker);
    return worker;
}

void
password_worker_free(PasswordWorker *worker)
{
    if (!worker)
        return;
    g_async_queue_push(worker->waiting, g_new0(PasswordJob, 1));
    g_thread_join(worker->thread);
    deliver_finished(worker);
    g_async_queue_unref(worker->waiting);
    g_async_queue_unref(worker->finished);
    g_free(worker);
}

static void
submit(PasswordWorker *worker, const char *password, const char *hash, PasswordDone done, gpointer user)
{
    PasswordJob *job = g_new0(PasswordJob, 1);

    job->password = g_strdup(password);
    job->hash = g_strdup(hash);
    job->done = done;
    job->user = user;
    if (g_async_queue_length(worker->waiting) < PASSWORD_QUEUE_MAX) {
        g_async_queue_push(worker->waiting, job);
        return;
    }
    problem_set(&job->error, PROBLEM_BUSY, NULL);
    g_async_queue_push(worker->finished, job);
    http_loop_post(worker->server->loop, deliver_finished, worker);
}

void
password_worker_check(PasswordWorker *worker, const char *password, const char *hash, PasswordDone done, gpointer user)
{
    submit(worker, password, hash, done, user);
}

void
password_worker_hash(PasswordWorker *worker, const char *password, PasswordDone done, gpointer user)
{
    submit(worker, password, NULL, done, user);
}
