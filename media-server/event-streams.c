#include "event-streams.h"

#include <string.h>

/* A reader that is this far behind is stuck; it is let go, comes back, and asks for the state as after any
 * break. */
#define QUEUED_MAX (1024 * 1024)

typedef struct {
    EventStreams *streams;
    HttpRequest *request;
    gboolean ending;
} Reader;

struct EventStreams {
    char *instance;
    GPtrArray *readers; /* each freed by its closed() */
};

EventStreams *
event_streams_new(const char *instance)
{
    EventStreams *streams = g_new0(EventStreams, 1);

    streams->instance = g_strdup(instance);
    streams->readers = g_ptr_array_new();
    return streams;
}

void
event_streams_free(EventStreams *streams)
{
    if (!streams)
        return;
    g_ptr_array_foreach(streams->readers, (GFunc)(void (*)(void))g_free,
                        NULL); /* the loop ended before their connections did */
    g_ptr_array_unref(streams->readers);
    g_free(streams->instance);
    g_free(streams);
}

static void
reader_closed(gpointer user)
{
    Reader *reader = user;

    g_ptr_array_remove(reader->streams->readers, reader);
    g_free(reader);
}

static const HttpStreamRules stream_rules = {NULL, reader_closed};

static void
write_line(Reader *reader, const char *line)
{
    g_autofree char *text = g_strconcat(line, "\n", NULL);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    http_request_stream_write(reader->request, bytes);
}

void
event_streams_add(EventStreams *streams, HttpRequest *request)
{
    Reader *reader = g_new0(Reader, 1);
    g_autofree char *hello = g_strdup_printf("{\"type\":\"hello\",\"instance\":\"%s\"}", streams->instance);

    reader->streams = streams;
    reader->request = request;
    g_ptr_array_add(streams->readers, reader);
    http_request_stream(request, 200, "application/x-ndjson", &stream_rules, reader);
    write_line(reader, hello);
}

void
event_streams_send(EventStreams *streams, const char *line)
{
    for (guint i = streams->readers->len; i-- > 0;) {
        Reader *reader = g_ptr_array_index(streams->readers, i);

        if (reader->ending)
            continue;
        if (http_request_stream_queued(reader->request) < QUEUED_MAX) {
            write_line(reader, line);
        } else {
            reader->ending = TRUE;
            http_request_stream_write(reader->request, NULL);
        }
    }
}
