#include <string.h>

#include "api-private.h"
#include "export.h"
#include "ledger-line.h"
#include "log.h"
#include "uuid7.h"

#define EXPORT_CHUNK (128 * 1024)
/* Orders that nobody has come for yet: each waits for a GET that follows at once. */
#define ORDERS_MAX 16
#define ORDER_RECORDINGS_MAX 64
/* Check list, findings and record of a visit come to about 1 MiB at most. */
#define ORDER_JSON_MAX EXPORT_ORDER_MAX

/* --- export: verified, then packed chunk by chunk as the reader takes it --- */

typedef struct {
    RecorderApi *api;
    HttpRequest *request; /* NULL once its reader is gone */
    char *folder, *beside;  /* of the one recording, or: */
    json_t *order;          /* {sheet, recordings: [{folder, beside, started_at, record, documents}]} */
    char *documents;
    GPtrArray *recalled; /* folders that were fetched from the object store for it */
    json_t *archived;    /* of the one recording */
    Export *export;
    GBytes *chunk; /* NULL: the end */
    GError *error;
    gboolean streaming, reading, ended;
} ExportJob;

static void
export_job_free(ExportJob *job)
{
    export_free(job->export);
    for (guint i = 0; job->recalled && i < job->recalled->len; i++)
        archiver_drop(job->recalled->pdata[i]);
    g_clear_pointer(&job->recalled, g_ptr_array_unref);
    json_decref(job->archived);
    g_clear_pointer(&job->chunk, g_bytes_unref);
    g_clear_error(&job->error);
    json_decref(job->order);
    g_free(job->documents);
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

/* The folder itself, or one with everything that was fetched; NULL with `error`. */
static const char *
whole_folder(ExportJob *job, const char *folder, const json_t *archived, GError **error)
{
    char *recalled;

    if (!json_is_object(archived))
        return folder;
    recalled = archiver_recall(storage_place(job->api->storage), recordings_data(job->api->recordings), folder, archived, error);
    if (!recalled)
        return NULL;
    if (!job->recalled)
        job->recalled = g_ptr_array_new();
    g_ptr_array_add(job->recalled, recalled);
    return recalled;
}

static Export *
open_ordered(ExportJob *job, GError **error)
{
    const json_t *sheet = json_object_get(job->order, "sheet"), *list = json_object_get(job->order, "recordings");
    g_autofree ExportRecording *recordings = g_new0(ExportRecording, json_array_size(list));
    ExportCase source = { recordings, (guint) json_array_size(list), job->api->derive, job->documents, sheet };
    gsize i;
    json_t *entry;

    json_array_foreach(list, i, entry) {
        const char *folder = whole_folder(job, field_string(entry, "folder"), json_object_get(entry, "archived"), error);

        if (!folder)
            return NULL;
        recordings[i] = (ExportRecording){ folder, field_string(entry, "beside"), field_integer(entry, "started_at"), json_object_get(entry, "record"),
                                           json_object_get(entry, "documents") };
    }
    if (json_is_object(sheet))
        return export_new_case(&source, error);
    return export_new(&(ExportSource){ recordings[0].folder, recordings[0].beside, job->api->derive, job->documents, recordings[0].record, recordings[0].known_documents }, error);
}

static Export *
open_export(ExportJob *job, GError **error)
{
    const char *folder = job->order ? NULL : whole_folder(job, job->folder, job->archived, error);

    if (job->order)
        return open_ordered(job, error);
    return folder ? export_new(&(ExportSource){ .folder = folder, .beside = job->beside, .derive = job->api->derive }, error) : NULL;
}

static void
work_chunk(RecorderApi *api, gpointer data)
{
    ExportJob *job = data;
    char *buffer = g_malloc(EXPORT_CHUNK);
    gssize got;

    if (!job->export && g_atomic_int_get(&api->closed))
        g_set_error(&job->error, PROBLEM, PROBLEM_BUSY, "stopping");
    else if (!job->export)
        job->export = open_export(job, &job->error);
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
    job->archived = recording_index_disposed_at(view->index) < 0 ? json_deep_copy(view->archived) : NULL;
    http_request_on_gone(request, on_gone, job);
    read_more(job);
}

/* --- exports that are ordered with what the recorder does not know: the case, its records and documents --- */

static gboolean
documents_are_plain(const json_t *documents)
{
    gsize i;
    json_t *document;

    json_array_foreach(documents, i, document) {
        const char *name = field_string(document, "name"), *file = field_string(document, "file");

        if (!ledger_path_is_valid(name) || !ledger_path_is_valid(file) || strchr(name, '/') || strchr(file, '/'))
            return FALSE;
    }
    return TRUE;
}

/* Where the recordings lie is looked up now: what is not there is refused before anything is streamed. FALSE and answered otherwise. */
static gboolean
resolve(RecorderApi *api, HttpRequest *request, json_t *order)
{
    json_t *list = json_object_get(order, "recordings"), *entry;
    gsize i;

    json_array_foreach(list, i, entry) {
        RecordingView *view = recordings_find(api->recordings, field_string(entry, "recording"));

        if (!view || !view->index) {
            api_reply_problem(request, view ? PROBLEM_RECORDING_STOPPED : PROBLEM_RECORDING_NOT_FOUND);
            return FALSE;
        }

        g_autofree char *beside = api_beside(view);

        json_object_set_new(entry, "folder", json_string(view->folder));
        json_object_set_new(entry, "beside", json_string(beside));
        json_object_set_new(entry, "started_at", json_integer(recording_index_started_at(view->index)));
        if (view->archived && recording_index_disposed_at(view->index) < 0)
            json_object_set_new(entry, "archived", json_deep_copy(view->archived));
        else
            json_object_del(entry, "archived");
    }
    return TRUE;
}

static json_t *
read_order(HttpRequest *request, GError **error)
{
    static const FieldRule document_rules[] = {
        { "name", FIELD_STRING, 0, 1, 100, NULL, NULL, NULL },
        { "file", FIELD_STRING, 0, 1, 100, NULL, NULL, NULL },
        { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
    };
    static const FieldRule document = { "document", FIELD_OBJECT, 0, 0, 0, NULL, document_rules, NULL };
    static const FieldRule no_rules[] = { { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL } };
    static const FieldRule recording_rules[] = {
        { "recording", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
        { "record", FIELD_OBJECT, FIELD_OPTIONAL, 0, 0, NULL, no_rules, NULL },
        { "documents", FIELD_ARRAY, FIELD_OPTIONAL, 0, 20, NULL, NULL, &document },
        { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
    };
    static const FieldRule recording = { "recording", FIELD_OBJECT, 0, 0, 0, NULL, recording_rules, NULL };
    static const FieldRule sheet_rules[] = {
        { "case", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
        { "case_number", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL },
        { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
    };
    static const FieldRule rules[] = {
        { "sheet", FIELD_OBJECT, FIELD_NULLABLE | FIELD_OPTIONAL, 0, 0, NULL, sheet_rules, NULL },
        { "recordings", FIELD_ARRAY, 0, 1, ORDER_RECORDINGS_MAX, NULL, NULL, &recording },
        { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
    };
    g_autoptr(json_t) order = bounded_json_parse_bytes(http_request_body(request), ORDER_JSON_MAX, error);
    gsize i;
    json_t *entry;

    if (!order || !field_rules_check(rules, order, error))
        return NULL;
    json_array_foreach(json_object_get(order, "recordings"), i, entry)
        if (!documents_are_plain(json_object_get(entry, "documents"))) {
            problem_set(error, PROBLEM_FIELD_INVALID, "documents: plain names");
            return NULL;
        }
    if (!json_is_object(json_object_get(order, "sheet")) && json_array_size(json_object_get(order, "recordings")) != 1) {
        problem_set(error, PROBLEM_FIELD_INVALID, "sheet: missing");
        return NULL;
    }
    return g_steal_pointer(&order);
}

void
api_post_export(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) order = read_order(request, &error);
    g_autofree char *id = uuid7_new(clock_system());

    if (!order) {
        api_reply_error(request, error);
        return;
    }
    if (!resolve(api, request, order))
        return;
    while (g_queue_get_length(api->orders) >= ORDERS_MAX)
        json_decref(g_queue_pop_head(api->orders));
    json_object_set_new(order, "export", json_string(id));
    g_queue_push_tail(api->orders, g_steal_pointer(&order));
    api_reply_json(request, 201, json_pack("{s:s}", "export", id));
}

/* An order is good once. */
static json_t *
take_order(RecorderApi *api, const char *id)
{
    for (GList *link = api->orders->head; link; link = link->next)
        if (g_strcmp0(field_string(link->data, "export"), id) == 0) {
            json_t *order = link->data;

            g_queue_delete_link(api->orders, link);
            return order;
        }
    return NULL;
}

static char *
documents_folder(RecorderApi *api)
{
    return g_build_filename(recordings_data(api->recordings), "documents", NULL);
}

void
api_get_ordered_export(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;
    json_t *order = take_order(api, http_request_param(request, "export"));

    if (!order) {
        api_reply_problem(request, PROBLEM_REQUEST_NOT_FOUND);
        return;
    }

    ExportJob *job = g_new0(ExportJob, 1);

    job->api = api;
    job->request = request;
    job->order = order;
    job->documents = documents_folder(api);
    http_request_on_gone(request, on_gone, job);
    read_more(job);
}
