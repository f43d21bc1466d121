/* Playlists as they are asked for: once, or held back until the recording has more (blocking reload, RFC 8216bis, section 6.2.5.2). */
#include <string.h>

#include "api-private.h"
#include "playlist.h"

#define PARTS_ENDING ".parts.m3u8"
#define ENDING       ".m3u8"
/* Fragments come twice a second; whoever waits through a gap is told that nothing has come, and asks again. */
#define HOLD_MS 4000
/* A bureau has a handful of viewers of one visit. More than this are answered at once, as if they had not asked to wait. */
#define HELD_MAX 200
/* RFC 8216bis, section 6.2.5.2: who asks for something farther away has made a mistake. */
#define AHEAD_MAX 2

typedef struct {
    char *name; /* of the track */
    gboolean main, parts, newest;
    gint64 segment; /* wanted, -1: whatever there is */
    gint part;      /* of it, -1: all of it */
} Wanted;

typedef struct {
    RecorderApi *api;
    HttpRequest *request;
    char *recording;
    Wanted wanted;
    guint64 timer;
} Held;

PlaylistTrack *
api_playlist(RecordingView *view, const char *name)
{
    PlaylistTrack *track = view->playlists ? g_hash_table_lookup(view->playlists, name) : NULL;

    if (track) {
        playlist_track_follow(track);
        return track;
    }

    /* The names of tracks are the recording's: others are not kept. */
    g_autofree const char **names = recording_index_tracks(view->index);

    if (!g_strv_contains((const char *const *) names, name))
        return NULL;
    if (!view->playlists)
        view->playlists = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) playlist_track_free);
    track = playlist_track_new(view->index, name);
    g_hash_table_insert(view->playlists, g_strdup(name), track);
    return track;
}

static void
answer(HttpRequest *request, RecordingView *view, const Wanted *wanted)
{
    const PlaylistTrack *track = api_playlist(view, wanted->name);
    g_autofree char *text = !track          ? NULL
                            : wanted->main  ? playlist_main(track)
                            : wanted->parts ? playlist_parts(track, wanted->newest)
                                            : playlist_media(track);

    if (!text) {
        api_reply_problem(request, PROBLEM_REQUEST_NOT_FOUND);
        return;
    }
    http_request_add_header(request, "Cache-Control", view->recording ? "no-store" : "private, max-age=60");
    http_request_reply_text(request, 200, "application/vnd.apple.mpegurl", text);
}

/* --- held back --- */

static void
held_free(gpointer data)
{
    Held *held = data;

    http_loop_cancel(held->api->loop, held->timer);
    g_free(held->wanted.name);
    g_free(held->recording);
    g_free(held);
}

static void
on_gone(gpointer user)
{
    Held *held = user;

    g_ptr_array_remove_fast(held->api->held, held);
}

static void
on_timeout(gpointer user)
{
    Held *held = user;
    RecordingView *view = recordings_find(held->api->recordings, held->recording);

    /* Finding may have brought what it waited for. */
    if (!g_ptr_array_find(held->api->held, held, NULL))
        return;
    held->timer = 0;
    if (view && view->index)
        answer(held->request, view, &held->wanted);
    else
        api_reply_problem(held->request, PROBLEM_RECORDING_NOT_FOUND);
    g_ptr_array_remove_fast(held->api->held, held);
}

static gboolean
has_come(RecordingView *view, const Wanted *wanted)
{
    const PlaylistTrack *track = view->recording && view->state != RECORDING_ENDED ? api_playlist(view, wanted->name) : NULL;

    return !track || playlist_track_has(track, (guint) wanted->segment, wanted->part);
}

void
recorder_api_recording_grown(RecordingView *view, gpointer user)
{
    RecorderApi *api = user;

    for (guint i = api->held->len; view->index && i-- > 0;) {
        Held *held = api->held->pdata[i];

        if (!g_str_equal(held->recording, view->id) || !has_come(view, &held->wanted))
            continue;
        answer(held->request, view, &held->wanted);
        g_ptr_array_remove_index_fast(api->held, i);
    }
}

static void
hold(RecorderApi *api, HttpRequest *request, const RecordingView *view, const Wanted *wanted)
{
    Held *held = g_new0(Held, 1);

    *held = (Held){ .api = api, .request = request, .recording = g_strdup(view->id), .wanted = *wanted };
    held->wanted.name = g_strdup(wanted->name);
    held->timer = http_loop_after(api->loop, HOLD_MS, on_timeout, held);
    g_ptr_array_add(api->held, held);
    http_request_on_gone(request, on_gone, held);
}

void
api_held_open(RecorderApi *api)
{
    api->held = g_ptr_array_new_with_free_func(held_free);
}

void
api_held_close(RecorderApi *api)
{
    for (guint i = 0; i < api->held->len; i++)
        api_reply_problem(((Held *) api->held->pdata[i])->request, PROBLEM_RECORDING_STOPPED);
    g_ptr_array_set_size(api->held, 0);
}

/* --- what is asked for --- */

/* A number of at most nine digits; -1 if there is none, FALSE if it is none. */
static gboolean
number_of(const HttpRequest *request, const char *name, gint64 *ret_number)
{
    const char *text = http_request_query(request, name);

    *ret_number = -1;
    if (!text)
        return TRUE;
    if (!*text || strlen(text) > 9 || strspn(text, "0123456789") != strlen(text))
        return FALSE;
    *ret_number = g_ascii_strtoll(text, NULL, 10);
    return TRUE;
}

static gboolean
read_directives(const HttpRequest *request, Wanted *wanted)
{
    const char *skip = http_request_query(request, "_HLS_skip");
    gint64 part;

    if (!number_of(request, "_HLS_msn", &wanted->segment) || !number_of(request, "_HLS_part", &part) || (part >= 0 && wanted->segment < 0))
        return FALSE;
    wanted->part = (gint) part;
    /* What is left out with "YES" is left out with "v2" too; we have one form of it. */
    wanted->newest = skip != NULL;
    return !skip || g_str_equal(skip, "v2") || g_str_equal(skip, "YES");
}

void
api_get_playlist(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;
    RecordingView *view = api_find(api, request);
    const char *name = http_request_param(request, "playlist");
    Wanted wanted = { .parts = g_str_has_suffix(name, PARTS_ENDING), .segment = -1, .part = -1 };

    if (!view)
        return;
    if (recording_index_disposed_at(view->index) >= 0) {
        api_reply_problem(request, PROBLEM_RECORDING_DISPOSED);
        return;
    }

    gsize ending = strlen(wanted.parts ? PARTS_ENDING : ENDING);
    g_autofree char *track_name = g_str_has_suffix(name, ENDING) ? g_strndup(name, strlen(name) - ending) : g_strdup("");

    wanted.main = !wanted.parts && g_str_equal(track_name, "main");
    wanted.name = wanted.main ? (char *) RECORDING_TRACK_SITE : track_name;

    PlaylistTrack *track = api_playlist(view, wanted.name);
    guint count = 0;

    if (track)
        playlist_track_segments(track, &count);
    if (wanted.parts && (!read_directives(request, &wanted) || wanted.segment > count + AHEAD_MAX)) {
        g_autoptr(GError) error = NULL;

        problem_set(&error, PROBLEM_FIELD_INVALID, "_HLS_msn, _HLS_part, _HLS_skip: RFC 8216bis, section 6.2.5");
        api_reply_error(request, error);
    } else if (track && wanted.segment >= 0 && !has_come(view, &wanted) && api->held->len < HELD_MAX) {
        hold(api, request, view, &wanted);
    } else {
        answer(request, view, &wanted);
    }
}
