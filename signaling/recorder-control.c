#include "recorder-control.h"

#include "bounded-json.h"
#include "field-rules.h"
#include "log.h"
#include "outbox.h"
#include "room.h"

#define RECONNECT_MIN_MS 100
#define RECONNECT_MAX_MS 2000
#define EVENT_MAX        (64 * 1024)

struct RecorderControl {
    Server *server;
    gboolean connected;
    guint reconnect_ms;
};

RecorderControl *
recorder_control_new(Server *server)
{
    RecorderControl *recorder = g_new0(RecorderControl, 1);

    recorder->server = server;
    recorder->reconnect_ms = RECONNECT_MIN_MS;
    return recorder;
}

void
recorder_control_free(RecorderControl *recorder)
{
    g_free(recorder);
}

gboolean
recorder_control_is_connected(const RecorderControl *recorder)
{
    return recorder->connected;
}

static void
recording_says(Server *server, json_t *recording)
{
    Room *room = rooms_by_recording(server->rooms, field_string(recording, "recording"));

    if (room)
        room_set_recording(room, recording);
}

static void
recording_read(const HttpAnswer *answer, gpointer user)
{
    g_autoptr(json_t) body = answer->status == 200 ? bounded_json_parse_bytes(answer->body, EVENT_MAX, NULL) : NULL;

    if (body)
        recording_says(user, body);
}

/* Events tell changes; how things stand after a break is asked. */
static void
ask_recording(Room *room, gpointer user)
{
    Server *server = user;
    const char *recording = field_string(room_recording_json(room), "recording");

    if (recording && room_has_media(room)) {
        g_autofree char *path = g_strconcat("/recordings/", recording, NULL);
        HttpCallRequest request = { "GET", path, NULL, NULL, 0, 0 };

        http_client_call(server->recorder_client, &request, recording_read, server);
    }
    room_changed(room);
}

static void
room_has_changed(Room *room, gpointer user)
{
    room_changed(room);
}

static void
event_line(const char *text, gsize length, gpointer user)
{
    RecorderControl *recorder = user;
    g_autoptr(json_t) event = bounded_json_parse(text, length, EVENT_MAX, NULL);
    const char *type = field_string(event, "type");

    if (g_strcmp0(type, "hello") == 0) {
        log_info("recorder", "connected instance=%s", field_string(event, "instance"));
        recorder->connected = TRUE;
        recorder->reconnect_ms = RECONNECT_MIN_MS;
        rooms_each(recorder->server->rooms, ask_recording, recorder->server);
        outbox_kick_all(recorder->server->outbox);
    } else if (g_strcmp0(type, "recording") == 0) {
        recording_says(recorder->server, event);
    }
}

static void
reconnect(gpointer user)
{
    recorder_control_start(user);
}

static void
events_ended(gpointer user)
{
    RecorderControl *recorder = user;

    if (recorder->connected) {
        log_warning("recorder", "the recorder is gone");
        recorder->connected = FALSE;
        rooms_each(recorder->server->rooms, room_has_changed, NULL);
    }
    if (recorder->server->stopping)
        return;
    http_loop_after(recorder->server->loop, recorder->reconnect_ms, reconnect, recorder);
    recorder->reconnect_ms = MIN(recorder->reconnect_ms * 2, RECONNECT_MAX_MS);
}

void
recorder_control_start(RecorderControl *recorder)
{
    static const HttpLinesRules rules = { event_line, events_ended };

    http_client_lines(recorder->server->recorder_client, "/events", &rules, recorder);
}
