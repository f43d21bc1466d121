/**
 * static — the pages of the web client, from the folder `--web`, with the headers that keep them safe in a browser. Loop thread.
 *
 * Nothing outside the folder and nothing whose name begins with a dot is ever opened. The client is not bundled and its files carry no version in
 * their names, so they are revalidated by ETag at every use: after an upgrade no page runs half old, half new. Where NAME.br or NAME.gz lies beside a
 * file (web-client/build.mjs puts them there), a client that reads it gets that.
 */
#pragma once

#include "http-server.h"

/** `GET /` and `GET /{path*}`; the last of the routes. Handler with the Server as user. */
void static_get(HttpRequest *request, gpointer server);

/** The same without a Server. `path` as the request has it ("/staff"). */
void static_serve(HttpRequest *request, const char *root, const char *path);

/** The file under the root that a path names ("/" → "index.html", "/staff" → "staff.html"); NULL for a path that names none. Pure; the caller frees. */
char *static_file_of(const char *path);
/** Does an Accept-Encoding allow this coding? NULL allows none. Pure. */
gboolean static_accepts(const char *accept_encoding, const char *coding);
/** By the file's extension; NULL for one that we do not serve. Pure. */
const char *static_content_type(const char *file);
