#include "worker.h"

typedef struct {
    void (*work)(gpointer data); /* NULL ends the thread */
    void (*done)(gpointer data);
    gpointer data;
} WorkerJob;

struct Worker {
    HttpLoop *loop;
    GThread *thread;
    GAsyncQueue *waiting;
    GAsyncQueue *finished;
};

static void
deliver_finished(gpointer data)
{
    Worker *worker = data;
    WorkerJob *job;

    while ((job = g_async_queue_try_pop(worker->finished))) {
        job->done(job->data);
        g_free(job);
    }
}

static gpointer
worker_thread(gpointer data)
{
    Worker *worker = data;

    for (;;) {
        WorkerJob *job = g_async_queue_pop(worker->waiting);

        if (!job->work) {
            g_free(job);
            return NULL;
        }
        job->work(job->data);
        g_async_queue_push(worker->finished, job);
        http_loop_post(worker->loop, deliver_finished, worker);
    }
}

Worker *
worker_new(HttpLoop *loop, const char *name)
{
    Worker *worker = g_new0(Worker, 1);

    worker->loop = loop;
    worker->waiting = g_async_queue_new();
    worker->finished = g_async_queue_new();
    worker->thread = g_thread_new(name, worker_thread, worker);
    return worker;
}

void
worker_stop(Worker *worker)
{
    if (!worker || !worker->thread)
        return;
    g_async_queue_push(worker->waiting, g_new0(WorkerJob, 1));
    g_thread_join(worker->thread);
    worker->thread = NULL;
    deliver_finished(worker);
}

void
worker_free(Worker *worker)
{
    if (!worker)
        return;
    worker_stop(worker);
    g_async_queue_unref(worker->waiting);
    g_async_queue_unref(worker->finished);
    g_free(worker);
}

gboolean
worker_run(Worker *worker, void (*work)(gpointer data), void (*done)(gpointer data), gpointer data)
{
    if (!worker->thread || g_async_queue_length(worker->waiting) >= WORKER_QUEUE_MAX)
        return FALSE;

    WorkerJob *job = g_new(WorkerJob, 1);

    *job = (WorkerJob){ work, done, data };
    g_async_queue_push(worker->waiting, job);
    return TRUE;
}
