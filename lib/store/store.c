#include "store.h"

#include <fcntl.h>
#include <unistd.h>

#include "bounded-json.h"
#include "log.h"
#include "problem.h"

typedef struct {
    StoreWork work; /* NULL ends the thread */
    json_t *input;
    StoreDone done;
    gpointer user;
    json_t *output;
    GError *error;
} StoreJob;

struct Store {
    StoreConnection *connection; /* of the thread, once it runs */
    GThread *thread;
    GAsyncQueue *waiting;
    GAsyncQueue *finished;
    StorePost post;
    gpointer owner;
    gboolean stopped;
};

static void
run_job(StoreConnection *connection, StoreJob *job)
{
    if (!store_begin(connection, &job->error))
        return;
    job->output = job->work(connection, job->input, &job->error);
    if (job->output && store_commit(connection, &job->error))
        return;
    g_clear_pointer(&job->output, json_decref);
    store_rollback(connection);
}

/* What the engine says is for the log; the client learns that the store failed. */
static void
translate_error(StoreJob *job)
{
    if (!job->error || job->error->domain != STORE_ERROR)
        return;
    log_error("store", "job failed: %s", job->error->message);
    g_clear_error(&job->error);
    problem_set(&job->error, PROBLEM_STORE, NULL);
}

static void
deliver_finished(gpointer data)
{
    Store *store = data;
    StoreJob *job;

    while ((job = g_async_queue_try_pop(store->finished))) {
        job->done(job->output, job->error, job->user);
        json_decref(job->input);
        json_decref(job->output);
        g_clear_error(&job->error);
        g_free(job);
    }
}

static gpointer
store_thread(gpointer data)
{
    Store *store = data;

    for (;;) {
        StoreJob *job = g_async_queue_pop(store->waiting);

        if (!job->work) {
            g_free(job);
            return NULL;
        }
        run_job(store->connection, job);
        translate_error(job);
        g_async_queue_push(store->finished, job);
        store->post(store->owner, deliver_finished, store);
    }
}

Store *
store_open(const StoreConfig *config, GError **error)
{
    g_autoptr(StoreConnection) connection = NULL;

    if (!g_str_equal(config->path, ":memory:")) {
        /* SQLite would make the file with the umask's mode. */
        int fd = open(config->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        if (fd < 0) {
            int saved = errno;

            g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(saved), "%s: %s", config->path, g_strerror(saved));
            return NULL;
        }
        close(fd);
    }
    connection = store_connection_open_sqlite(config->path, error);
    if (!connection || !migrations_apply(connection, config->migrations, config->clock, error))
        return NULL;

    Store *store = g_new0(Store, 1);

    store->connection = g_steal_pointer(&connection);
    store->waiting = g_async_queue_new();
    store->finished = g_async_queue_new();
    store->post = config->post;
    store->owner = config->owner;
    store->thread = g_thread_new("store", store_thread, store);
    return store;
}

void
store_run(Store *store, StoreWork work, json_t *input, StoreDone done, gpointer user)
{
    StoreJob *job = g_new0(StoreJob, 1);

    job->work = work;
    job->input = input;
    job->done = done;
    job->user = user;
    if (!store->stopped && g_async_queue_length(store->waiting) < STORE_QUEUE_MAX) {
        g_async_queue_push(store->waiting, job);
        return;
    }
    problem_set(&job->error, store->stopped ? PROBLEM_STORE : PROBLEM_BUSY, NULL);
    g_async_queue_push(store->finished, job);
    if (!store->stopped)
        store->post(store->owner, deliver_finished, store);
}

void
store_stop(Store *store)
{
    if (!store)
        return;
    if (store->stopped) {
        deliver_finished(store);
        return;
    }
    /* A job's `done` may submit another; the last round finds the queue empty. */
    do {
        g_async_queue_push(store->waiting, g_new0(StoreJob, 1));
        g_thread_join(store->thread);
        store->thread = NULL;
        deliver_finished(store);
        if (g_async_queue_length(store->waiting) > 0)
            store->thread = g_thread_new("store", store_thread, store);
    } while (store->thread);
    store->stopped = TRUE;
}

void
store_free(Store *store)
{
    if (!store)
        return;
    store_stop(store);
    store_connection_close(store->connection);
    g_async_queue_unref(store->waiting);
    g_async_queue_unref(store->finished);
    g_free(store);
}
