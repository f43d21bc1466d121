#include <string.h>

#include "api-private.h"

/* A reader that has this much waiting misses events: each holds the whole state, so the next one makes it good. */
#define READER_QUEUE_MAX (256 * 1024)

typedef struct {
    RecorderApi *api;
    HttpRequest *request;
} EventReader;

void
api_reader_free(gpointer reader)
{
    g_free(reader);
}

static void
write_line(HttpRequest *request, json_t *json)
{
    g_autofree char *text = bounded_json_dump(json);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    g_autoptr(GBytes) bytes = g_bytes_new(line, strlen(line));

    json_decref(json);
    http_request_stream_write(request, bytes);
}

static void
on_closed(gpointer user)
{
    EventReader *reader = user;

    g_ptr_array_remove_fast(reader->api->readers, reader);
    api_reader_free(reader);
}

static json_t *
recording_event(RecordingView *view)
{
    json_t *event = api_recording_json(view);

    json_object_set_new(event, "type", json_string("recording"));
    return event;
}

static void
write_recording(RecordingView *view, gpointer user)
{
    write_line(user, recording_event(view));
}

void
api_get_events(HttpRequest *request, gpointer user)
{
    static const HttpStreamRules rules = { .closed = on_closed };
    RecorderApi *api = user;
    EventReader *reader = g_new0(EventReader, 1);

    reader->api = api;
    reader->request = request;
    g_ptr_array_add(api->readers, reader);
    http_request_stream(request, 200, "application/x-ndjson", &rules, reader);
    write_line(request, json_pack("{s:s, s:s}", "type", "hello", "instance", api->instance));
    /* The present state of what runs: a reader need not ask for it besides. */
    recordings_each(api->recordings, write_recording, request);
}

void
recorder_api_recording_changed(RecordingView *view, gpointer user)
{
    RecorderApi *api = user;

    if (view->state == RECORDING_ENDED)
        storage_ended(api->storage);
    for (guint i = 0; i < api->readers->len; i++) {
        EventReader *reader = api->readers->pdata[i];

        if (http_request_stream_queued(reader->request) < READER_QUEUE_MAX)
            write_line(reader->request, recording_event(view));
    }
    if (view->state == RECORDING_ENDED && !g_atomic_int_get(&api->closed))
        api_derived_begin(api, view);
}

void
api_get_health(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;

    json_t *health = json_pack("{s:s, s:s, s:o}", "status", "ok", "instance", api->instance, "timestamp", recordings_timestamp_status(api->recordings));

    json_object_update_new(health, storage_status(api->storage));
    api_reply_json(request, 200, health);
}

void
api_get_storage(HttpRequest *request, gpointer user)
{
    api_reply_json(request, 200, storage_status(((RecorderApi *) user)->storage));
}

typedef struct {
    guint states[RECORDING_ENDED + 1];
    guint64 bytes;
} Totals;

static void
count_recording(RecordingView *view, gpointer user)
{
    Totals *totals = user;

    totals->states[view->state]++;
    if (view->index)
        totals->bytes += recording_index_bytes(view->index);
}

void
api_get_metrics(HttpRequest *request, gpointer user)
{
    Totals totals = { 0 };

    recordings_each(((RecorderApi *) user)->recordings, count_recording, &totals);

    g_autofree char *text = g_strdup_printf("# TYPE yuntakan_recorder_recordings gauge\n"
                                            "yuntakan_recorder_recordings{state=\"waiting\"} %u\n"
                                            "yuntakan_recorder_recordings{state=\"recording\"} %u\n"
                                            "yuntakan_recorder_recordings{state=\"alarm\"} %u\n"
                                            "# TYPE yuntakan_recorder_running_bytes gauge\n"
                                            "yuntakan_recorder_running_bytes %" G_GUINT64_FORMAT "\n",
                                            totals.states[RECORDING_OPENING] + totals.states[RECORDING_WAITING],
                                            totals.states[RECORDING_RUNNING], totals.states[RECORDING_ALARM], totals.bytes);

    http_request_reply_text(request, 200, "text/plain; version=0.0.4", text);
}
