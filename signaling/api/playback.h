/**
 * playback — what the recorder holds, passed on to those who may read the visit: `/api/recordings/{recording}/…`. Handlers with the Server as user.
 * Loop thread.
 */
#pragma once

#include "http-server.h"

/** `GET /api/recordings/{recording}` */
void playback_status(HttpRequest *request, gpointer server);
/** `GET /api/recordings/{recording}/{path*}`: index, hls/…, files/…, verdict. */
void playback_get(HttpRequest *request, gpointer server);

/** Is `path` one of those that the recorder serves to people? Pure. */
gboolean playback_path_is_known(const char *path);
