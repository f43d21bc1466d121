#include "api.h"

#include "api-private.h"
#include "log.h"
#include "still-writer.h"
#include "uuid7.h"

/* A recording's description and an entry; entries become ledger lines of at most 64 KiB. */
#define DESCRIPTION_MAX (16 * 1024)
#define ENTRY_MAX       (64 * 1024)
/* A record with fifty pictures of 200 KiB. */
#define DOCUMENT_MAX    (32 * 1024 * 1024)
/* Hashing a long recording keeps one core busy; the other is the feed's. */
#define WORKERS 2

static const HttpRoute routes[] = {
    { "PUT", "/recordings/{recording}", api_put_recording, DESCRIPTION_MAX, NULL },
    { "GET", "/recordings/{recording}", api_get_recording, 0, NULL },
    { "POST", "/recordings/{recording}/end", api_end_recording, DESCRIPTION_MAX, NULL },
    { "POST", "/recordings/{recording}/entries", api_post_entry, ENTRY_MAX, NULL },
    { "PUT", "/recordings/{recording}/stills/{id}", api_put_still, STILL_MAX, NULL },
    { "GET", "/recordings/{recording}/index", api_get_index, 0, NULL },
    { "GET", "/recordings/{recording}/hls/{playlist}", api_get_playlist, 0, NULL },
    { "GET", "/recordings/{recording}/files/{path*}", api_get_file, 0, NULL },
    { "GET", "/recordings/{recording}/verdict", api_get_verdict, 0, NULL },
    { "GET", "/recordings/{recording}/export", api_get_export, 0, NULL },
    { "POST", "/exports", api_post_export, EXPORT_ORDER_MAX, NULL },
    { "GET", "/exports/{export}", api_get_ordered_export, 0, NULL },
    { "POST", "/recordings/{recording}/disposal", api_post_disposal, DESCRIPTION_MAX, NULL },
    { "GET", "/recordings/{recording}/derived", api_get_derived, 0, NULL },
    { "GET", "/recordings/{recording}/derived/{file}", api_get_derived_file, 0, NULL },
    { "POST", "/document-signatures", api_post_document_signature, DOCUMENT_MAX, NULL },
    { "GET", "/document-certificate", api_get_document_certificate, 0, NULL },
    { "GET", "/events", api_get_events, 0, NULL },
    { "GET", "/health", api_get_health, 0, NULL },
    { "GET", "/storage", api_get_storage, 0, NULL },
    { "GET", "/metrics", api_get_metrics, 0, NULL },
};

/* --- answers from other threads --- */

static void
answer_free(gpointer data)
{
    Answer *answer = data;

    answer->free(answer->data);
    g_free(answer);
}

static void
drain(gpointer user)
{
    RecorderApi *api = user;
    Answer *answer;

    while ((answer = g_async_queue_try_pop(api->answers))) {
        if (api->server)
            answer->deliver(api, answer->data);
        answer_free(answer);
    }
}

void
api_deliver(RecorderApi *api, Answer answer)
{
    g_async_queue_push(api->answers, g_memdup2(&answer, sizeof answer));
    if (!g_atomic_int_get(&api->closed))
        http_loop_post(api->loop, drain, api);
}

static void
do_work(gpointer data, gpointer user)
{
    g_autofree ApiWork *work = data;

    work->work(user, work->data);
}

void
api_work(RecorderApi *api, ApiWork work)
{
    g_thread_pool_push(api->workers, g_memdup2(&work, sizeof work), NULL);
}

/* --- answering --- */

void
api_reply_json(HttpRequest *request, int status, json_t *json)
{
    g_autofree char *text = bounded_json_dump(json);

    json_decref(json);
    http_request_reply_text(request, status, "application/json", text);
}

void
api_reply_error(HttpRequest *request, const GError *error)
{
    json_t *json = problem_to_http(error);
    g_autofree char *text = bounded_json_dump(json);
    int status = (int) json_integer_value(json_object_get(json, "status"));

    json_decref(json);
    http_request_reply_text(request, status, "application/problem+json", text);
}

void
api_reply_problem(HttpRequest *request, Problem problem)
{
    g_autoptr(GError) error = NULL;

    problem_set(&error, problem, NULL);
    api_reply_error(request, error);
}

RecordingView *
api_find(RecorderApi *api, HttpRequest *request)
{
    RecordingView *view = recordings_find(api->recordings, http_request_param(request, "recording"));

    if (!view)
        api_reply_problem(request, PROBLEM_RECORDING_NOT_FOUND);
    else if (!view->index)
        api_reply_problem(request, PROBLEM_RECORDING_STOPPED);
    return view && view->index ? view : NULL;
}

/* --- what is made beside recordings --- */

char *
api_beside(const RecordingView *view)
{
    /* DATA/recordings/YYYY/MM/RECORDING */
    g_autofree char *month = g_path_get_dirname(view->folder);
    g_autofree char *year = g_path_get_dirname(month);
    g_autofree char *recordings = g_path_get_dirname(year);
    g_autofree char *data = g_path_get_dirname(recordings);

    return g_build_filename(data, "derived", view->id, NULL);
}

/* Beside our own program: installed, or in the build's folder of it. */
static char *
find_derive(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
    g_autofree char *installed = folder ? g_build_filename(folder, "yuntakan-derive", NULL) : NULL;
    g_autofree char *built = folder ? g_build_filename(folder, "derive", "yuntakan-derive", NULL) : NULL;

    if (installed && g_file_test(installed, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&installed);
    return built && g_file_test(built, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer(&built) : NULL;
}

/* --- the API --- */

RecorderApi *
recorder_api_new(HttpLoop *loop)
{
    RecorderApi *api = g_new0(RecorderApi, 1);

    api->loop = loop;
    api->instance = uuid7_new(clock_system());
    api->derive = find_derive();
    api->answers = g_async_queue_new_full(answer_free);
    api->readers = g_ptr_array_new();
    api_held_open(api);
    api->orders = g_queue_new();
    api->disposing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    api->workers = g_thread_pool_new(do_work, api, WORKERS, FALSE, NULL);
    api_derived_open(api);
    return api;
}

gboolean
recorder_api_listen(RecorderApi *api, const char *socket_path, Recordings *recordings, FeedServer *feed, const Signer *documents,
                    Storage *storage, GError **error)
{
    HttpListen listen = { .unix_path = socket_path };

    api->recordings = recordings;
    api->feed = feed;
    api->documents = documents;
    api->storage = storage;
    api->server = http_server_new(api->loop, &listen, routes, G_N_ELEMENTS(routes), api, error);
    return api->server != NULL;
}

void
recorder_api_close(RecorderApi *api)
{
    /* Workers answer requests of the server: they end first, work not begun is refused. */
    g_atomic_int_set(&api->closed, 1);
    api_derived_close(api);
    g_thread_pool_free(g_steal_pointer(&api->workers), FALSE, TRUE);
    drain(api);
    api_held_close(api);
    g_clear_pointer(&api->server, http_server_free);
}

static void
free_order(gpointer order)
{
    json_decref(order);
}

void
recorder_api_free(RecorderApi *api)
{
    if (!api)
        return;
    if (api->workers)
        g_thread_pool_free(api->workers, TRUE, TRUE);
    api_derived_close(api);
    http_server_free(api->server);
    g_async_queue_unref(api->answers);
    g_hash_table_unref(api->derived);
    g_ptr_array_unref(api->ended);
    g_ptr_array_unref(api->readers);
    g_ptr_array_unref(api->held);
    g_hash_table_unref(api->disposing);
    g_queue_free_full(api->orders, free_order);
    g_free(api->instance);
    g_free(api->derive);
    g_free(api);
}
