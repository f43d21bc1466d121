#include "playback.h"

#include <string.h>

#include "../access.h"
#include "../access-log.h"
#include "../rest.h"
#include "../room.h"
#include "../watchers.h"

#define PATH_LENGTH_MAX 200
/* The small pictures in a list of what was found, as the stills there are, are no look at the recording. */
#define PICTURE_BY_MOMENT "derived/at-"

/* Folders end with '/'; the rest are single resources. */
static const char *const known[] = {"index", "verdict", "derived", "hls/", "files/", "derived/"};

/* Letters, digits, '-', '_', '.', and no segment that begins with a dot: what the recorder names its files.
 */
static gboolean
path_is_plain(const char *path)
{
    if (strlen(path) > PATH_LENGTH_MAX || path[0] == '.' || path[0] == '/')
        return FALSE;
    for (const char *at = path; *at; at++) {
        if (*at == '/' && (at[1] == '.' || at[1] == '/' || at[1] == '\0'))
            return FALSE;
        if (!g_ascii_isalnum(*at) && !strchr("-_./", *at))
            return FALSE;
    }
    return TRUE;
}

gboolean
playback_path_is_known(const char *path)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        gboolean folder = g_str_has_suffix(known[i], "/");

        if (folder ? g_str_has_prefix(path, known[i]) && path[strlen(known[i])] : g_str_equal(path, known[i]))
            return path_is_plain(path);
    }
    return FALSE;
}

/* What a player may ask of a playlist (RFC 8216bis, section 6.2.5), and how much of an index is wanted; anything else stays here. */
static const char *const directives[] = { "_HLS_msn", "_HLS_part", "_HLS_skip", "fragments" };

static void
add_query(GString *upstream, const HttpRequest *request)
{
    for (gsize i = 0; i < G_N_ELEMENTS(directives); i++) {
        const char *value = http_request_query(request, directives[i]);

        if (!value || strlen(value) > 9)
            continue;

        g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);

        g_string_append_printf(upstream, "%c%s=%s", strchr(upstream->str, '?') ? '&' : '?', directives[i], escaped);
    }
}

static void
pass_on(Server *server, HttpRequest *request, const char *visit, const char *recording)
{
    const char *path = http_request_param(request, "path");
    g_autofree char *cookie = http_request_cookie(request, ACCESS_COOKIE);
    const StaffUser *user = access_user(server, cookie);
    gboolean plays = path && (g_str_has_prefix(path, "hls/") || g_str_has_prefix(path, "files/") ||
                              (g_str_has_prefix(path, "derived/") && !g_str_has_prefix(path, PICTURE_BY_MOMENT)));
    gboolean newest = path && g_str_has_suffix(path, ".m3u8"), sees_all = user && !access_filter(user);
    Room *room = newest && sees_all ? rooms_by_recording(server->rooms, recording) : NULL;
    gboolean waits = newest && http_request_query(request, "_HLS_msn");
    g_autoptr(GString) upstream = g_string_new("/recordings/");

    g_string_append_printf(upstream, "%s%s%s", recording, path ? "/" : "", path ? path : "");
    if (newest || (path && g_str_equal(path, "index")))
        add_query(upstream, request);

    if (user && plays)
        access_log_note(server->access_log, user, recording, "play");
    if (room && room_visit_state(room) == VISIT_LIVE)
        watchers_note(server->watchers, visit, user);
    /* Bytes of a recording belong to nobody's shared cache; the recorder's ETag lets a browser keep what it
     * has played. */
    http_request_add_header(request, "X-Content-Type-Options", "nosniff");
    http_client_proxy(waits ? server->viewers : server->recorder_client, request, upstream->str);
}

void
playback_status(HttpRequest *request, gpointer data)
{
    const char *recording = rest_path_id(request, "recording", PROBLEM_RECORDING_NOT_FOUND);

    if (recording)
        access_require_recording(data, request, recording, pass_on);
}

void
playback_get(HttpRequest *request, gpointer data)
{
    const char *recording = rest_path_id(request, "recording", PROBLEM_RECORDING_NOT_FOUND);

    if (!recording)
        return;
    if (!playback_path_is_known(http_request_param(request, "path"))) {
        rest_reply_problem(request, PROBLEM_REQUEST_NOT_FOUND, NULL);
        return;
    }
    access_require_recording(data, request, recording, pass_on);
}
