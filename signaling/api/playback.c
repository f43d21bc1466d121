#include "playback.h"

#include <string.h>

#include "../access.h"
#include "../access-log.h"
#include "../rest.h"
#include "../room.h"
#include "../watchers.h"

#define PATH_LENGTH_MAX 200

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

static void
pass_on(Server *server, HttpRequest *request, const char *visit, const char *recording)
{
    const char *path = http_request_param(request, "path");
    g_autofree char *cookie = http_request_cookie(request, ACCESS_COOKIE);
    const StaffUser *user = access_user(server, cookie);
    gboolean plays = path && (g_str_has_prefix(path, "hls/") || g_str_has_prefix(path, "files/") || g_str_has_prefix(path, "derived/"));
    gboolean newest = path && g_str_has_suffix(path, ".m3u8"), sees_all = user && !access_filter(user);
    Room *room = newest && sees_all ? rooms_by_recording(server->rooms, recording) : NULL;
    g_autofree char *upstream = g_strconcat("/recordings/", recording, path ? "/" : NULL, path, NULL);

    if (user && plays)
        access_log_note(server->access_log, user, recording, "play");
    if (room && room_visit_state(room) == VISIT_LIVE)
        watchers_note(server->watchers, visit, user);
    /* Bytes of a recording belong to nobody's shared cache; the recorder's ETag lets a browser keep what it
     * has played. */
    http_request_add_header(request, "X-Content-Type-Options", "nosniff");
    http_client_proxy(server->recorder_client, request, upstream);
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
