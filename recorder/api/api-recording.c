#include <string.h>

#include "api-private.h"
#include "archive-list.h"
#include "log.h"
#include "uuid7.h"

/* A recording is answered for when its first line is durable; a disk that takes longer is an alarm. */
#define OPEN_WAIT_MS 5000

static const char *
state_name(RecordingState state)
{
    static const char *const names[] = { "waiting", "waiting", "recording", "alarm", "ended" };

    return names[state];
}

static json_t *
time_or_null(gint64 time)
{
    return time < 0 ? json_null() : json_integer(time);
}

static json_t *
tracks_json(const RecordingIndex *index)
{
    g_autofree const char **names = recording_index_tracks(index);
    json_t *tracks = json_array();

    for (const char **name = names; *name; name++)
        json_array_append_new(tracks, json_string(*name));
    return tracks;
}

json_t *
api_recording_json(RecordingView *view)
{
    const RecordingIndex *index = view->index;
    const PlaylistTrack *site = index ? api_playlist(view, RECORDING_TRACK_SITE) : NULL;
    guint fragments = 0, gaps = 0;

    if (!index)
        return json_pack("{s:s, s:s, s:s?}", "recording", view->id, "state", state_name(view->state), "alarm", view->alarm);
    recording_index_fragments(index, &fragments);
    recording_index_gaps(index, &gaps);
    return json_pack("{s:s, s:s?, s:s, s:s?, s:o, s:o, s:I, s:I, s:I, s:i, s:i, s:o, s:o, s:o, s:o, s:o}", "recording", view->id, "visit",
                     recording_index_visit(index), "state", state_name(view->state), "alarm", view->alarm, "started_at",
                     time_or_null(recording_index_started_at(index)), "ended_at", time_or_null(recording_index_ended_at(index)),
                     "duration_ms", (json_int_t) (recording_index_duration(index) / 1000), "playable_ms",
                     (json_int_t) (site ? playlist_track_duration(site) / 1000 : 0), "bytes",
                     (json_int_t) recording_index_bytes(index), "fragments", (int) fragments, "gaps", (int) gaps, "sealed_at",
                     time_or_null(recording_index_sealed_at(index)), "sealed_seq", time_or_null(recording_index_sealed_seq(index)),
                     "disposed_at", time_or_null(recording_index_disposed_at(index)), "archived_at", time_or_null(archive_list_at(view->archived)), "tracks", tracks_json(index));
}

/* --- fields --- */

static const char *
text_field(const json_t *body, const char *name, gsize max, GError **error)
{
    const char *text = json_string_value(json_object_get(body, name));

    if (text && *text && strlen(text) <= max)
        return text;
    problem_set(error, PROBLEM_FIELD_INVALID, "%s: a text of 1 to %zu bytes", name, max);
    return NULL;
}

static const char *
id_field(const json_t *body, const char *name, GError **error)
{
    const char *id = json_string_value(json_object_get(body, name));

    if (uuid7_is_valid(id))
        return id;
    problem_set(error, PROBLEM_FIELD_INVALID, "%s: an id (UUID version 7)", name);
    return NULL;
}

/** The catalogue counts versions; the ledger has texts. `buffer` lives as long as the result. */
static const char *
version_field(const json_t *body, const char *name, char *buffer, gsize size, GError **error)
{
    const json_t *version = json_object_get(body, name);

    if (!json_is_integer(version))
        return text_field(body, name, 100, error);
    g_snprintf(buffer, size, "%" JSON_INTEGER_FORMAT, json_integer_value(version));
    return buffer;
}

/** Time in µs since 1970, up to the year 9999. */
static gboolean
time_value(const char *text, gint64 *ret)
{
    return text && g_ascii_string_to_signed(text, 10, 0, G_GINT64_CONSTANT(253402300799999999), ret, NULL);
}

/* --- PUT and GET --- */

static gboolean
read_opening(const json_t *body, RecordingOpening *ret, char *version, gsize version_size, GError **error)
{
    return (ret->visit = id_field(body, "visit", error)) && (ret->case_number = text_field(body, "case_number", 200, error)) &&
           (ret->item = text_field(body, "item", 200, error)) && (ret->item_version = version_field(body, "item_version", version, version_size, error)) &&
           (ret->title = text_field(body, "title", 1000, error)) && (ret->site_participant = id_field(body, "site_participant", error));
}

void
api_put_recording(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;
    const char *id = http_request_param(request, "recording");
    RecordingView *view = recordings_find(api->recordings, id);
    g_autoptr(GError) error = NULL;
    RecordingOpening opening;
    char version[24];
    gboolean known = view != NULL;

    g_autoptr(json_t) body = bounded_json_parse_bytes(http_request_body(request), 16 * 1024, &error);

    if (body && !uuid7_is_valid(id))
        problem_set(&error, PROBLEM_FIELD_INVALID, "recording: an id (UUID version 7)");
    if (error || !read_opening(body, &opening, version, sizeof version, &error)) {
        api_reply_error(request, error);
        return;
    }
    if (!view && storage_watch_is_full(storage_watch(api->storage))) {
        api_reply_problem(request, PROBLEM_STORAGE_FULL);
        return;
    }
    if (!view)
        view = recordings_start(api->recordings, id, &opening);
    if (view->recording && !known)
        recording_wait_opened(view->recording, OPEN_WAIT_MS);
    view = recordings_find(api->recordings, id);
    /* Not an error when it could not be opened: the recorder goes on trying, and the alarm says so. */
    api_reply_json(request, known ? 200 : 201, api_recording_json(view));
}

void
api_get_recording(HttpRequest *request, gpointer user)
{
    RecordingView *view = recordings_find(((RecorderApi *) user)->recordings, http_request_param(request, "recording"));

    if (!view)
        api_reply_problem(request, PROBLEM_RECORDING_NOT_FOUND);
    else
        api_reply_json(request, 200, api_recording_json(view));
}

/* --- what the recording's thread answers --- */

typedef struct {
    RecorderApi *api;
    HttpRequest *request;
    RecordingAnswer answer;
    gboolean still;
    gboolean end;
    char *recording;
} Pending;

static void
pending_free(gpointer data)
{
    Pending *pending = data;

    g_free(pending->recording);
    g_free(pending);
}

static void
reply_done(RecorderApi *api, Pending *pending)
{
    const RecordingAnswer *answer = &pending->answer;
    RecordingView *view = pending->end ? recordings_find(api->recordings, pending->recording) : NULL;

    if (view)
        api_reply_json(pending->request, 200, api_recording_json(view));
    else if (pending->still)
        api_reply_json(pending->request, answer->outcome == RECORDING_DONE ? 201 : 200,
                       json_pack("{s:I, s:s, s:I}", "seq", (json_int_t) answer->seq, "sha256", answer->sha256, "bytes",
                                 (json_int_t) answer->bytes));
    else
        api_reply_json(pending->request, 200, json_pack("{s:I}", "seq", (json_int_t) answer->seq));
}

static void
deliver_pending(RecorderApi *api, gpointer data)
{
    Pending *pending = data;
    RecordingView *view = pending->end ? recordings_find(api->recordings, pending->recording) : NULL;

    if (view && view->recording && pending->answer.outcome == RECORDING_UNAVAILABLE)
        recordings_take_feed(api->recordings, view, TRUE);
    switch (pending->answer.outcome) {
    case RECORDING_DONE:
    case RECORDING_REPEATED:
        reply_done(api, pending);
        break;
    case RECORDING_CONFLICT:
        api_reply_problem(pending->request, PROBLEM_STILL_CONFLICT);
        break;
    case RECORDING_REFUSED:
        api_reply_problem(pending->request, pending->still ? PROBLEM_STILL_NOT_JPEG : PROBLEM_JSON_TOO_LARGE);
        break;
    case RECORDING_UNAVAILABLE:
        api_reply_problem(pending->request, PROBLEM_RECORDING_STOPPED);
        break;
    case RECORDING_OVER:
        api_reply_problem(pending->request, PROBLEM_RECORDING_ENDED);
        break;
    }
}

/** The recording's thread. */
static void
on_done(const RecordingAnswer *answer, gpointer user)
{
    Pending *pending = user;

    pending->answer = *answer;
    api_deliver(pending->api, (Answer){ deliver_pending, pending_free, pending });
}

static Pending *
pending_new(RecorderApi *api, HttpRequest *request, const RecordingView *view)
{
    Pending *pending = g_new0(Pending, 1);

    pending->api = api;
    pending->request = request;
    pending->recording = g_strdup(view->id);
    return pending;
}

void
api_end_recording(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;
    RecordingView *view = api_find(api, request);

    if (!view)
        return;
    if (!view->recording) {
        api_reply_json(request, 200, api_recording_json(view));
        return;
    }
    recordings_take_feed(api->recordings, view, FALSE);
    feed_server_close_recording(api->feed, view->id);

    Pending *pending = pending_new(api, request, view);

    pending->end = TRUE;
    recording_end(view->recording, "visit-ended", on_done, pending);
}

void
api_post_entry(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;
    RecordingView *view = api_find(api, request);
    g_autoptr(GError) error = NULL;

    if (!view)
        return;

    g_autoptr(json_t) body = bounded_json_parse_bytes(http_request_body(request), 64 * 1024, &error);
    const char *id = body ? id_field(body, "id", &error) : NULL;
    const char *type = id ? text_field(body, "type", 64, &error) : NULL;
    const json_t *at = json_object_get(body, "at");
    json_t *data = json_object_get(body, "data");

    if (type && (!json_is_integer(at) || json_integer_value(at) < 0))
        problem_set(&error, PROBLEM_FIELD_INVALID, "at: microseconds since 1970");
    else if (type && data && !json_is_object(data))
        problem_set(&error, PROBLEM_FIELD_INVALID, "data: an object");
    if (error)
        api_reply_error(request, error);
    else if (!view->recording)
        api_reply_problem(request, PROBLEM_RECORDING_ENDED);
    else
        recording_enter(view->recording, id, type, json_integer_value(at), data, on_done, pending_new(api, request, view));
}

void
api_put_still(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;
    RecordingView *view = api_find(api, request);
    const char *checkpoint = http_request_query(request, "checkpoint"), *participant = http_request_query(request, "participant");
    g_autoptr(GError) error = NULL;
    gint64 at = 0;

    if (!view)
        return;
    if (!uuid7_is_valid(http_request_param(request, "id")))
        problem_set(&error, PROBLEM_FIELD_INVALID, "id: a UUID version 7");
    else if (!time_value(http_request_query(request, "at"), &at))
        problem_set(&error, PROBLEM_FIELD_INVALID, "at: microseconds since 1970");
    else if ((checkpoint && strlen(checkpoint) > 64) || (participant && !uuid7_is_valid(participant)))
        problem_set(&error, PROBLEM_FIELD_INVALID, "checkpoint: at most 64 bytes; participant: an id");
    if (error) {
        api_reply_error(request, error);
        return;
    }
    if (!view->recording) {
        api_reply_problem(request, PROBLEM_RECORDING_ENDED);
        return;
    }

    Pending *pending = pending_new(api, request, view);

    pending->still = TRUE;
    recording_add_still(view->recording, http_request_param(request, "id"), checkpoint, participant, at, http_request_body(request),
                        on_done, pending);
}
