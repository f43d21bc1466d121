#include "static.h"

#include <string.h>

#include "../rest.h"
#include "../server.h"

/* Longer paths than the client has. */
#define PATH_LENGTH_MAX 200

static const struct {
    const char *extension, *type;
} types[] = {
    {"html", "text/html; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"svg", "image/svg+xml"},
    {"json", "application/json"},
    {"webmanifest", "application/manifest+json"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"ico", "image/x-icon"},
    {"woff2", "font/woff2"},
    {"txt", "text/plain; charset=utf-8"},
    {"bin", "application/octet-stream"},
};

/* Addresses that are not the name of their page. */
static const struct {
    const char *path, *file;
} pages[] = {
    {"/", "index.html"},
};

/*
 * No script and no style from anywhere else, none inline, no frame around us. blob: is the video that hls.js
 * feeds to the browser (Media Source Extensions) and a picture that was just taken.
 */
static const char content_security_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' "
    "blob:; "
    "font-src 'self'; connect-src 'self' wss:; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

static const struct {
    const char *name, *value;
} safety[] = {
    {"Content-Security-Policy", content_security_policy},
    {"Strict-Transport-Security", "max-age=31536000"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Permissions-Policy",
     "camera=(self), microphone=(self), geolocation=(self), screen-wake-lock=(self), fullscreen=(self), "
     "autoplay=(self), display-capture=(), payment=(), usb=(), midi=()"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

const char *
static_content_type(const char *file)
{
    const char *dot = strrchr(file, '.');

    for (gsize i = 0; dot && i < G_N_ELEMENTS(types); i++)
        if (g_str_equal(dot + 1, types[i].extension))
            return types[i].type;
    return NULL;
}

/* Segments of letters, digits, '-', '_' and '.', none of which begins with a dot: so no "..", no hidden file,
 * no second slash. */
static gboolean
path_is_plain(const char *path)
{
    if (path[0] != '/' || strlen(path) > PATH_LENGTH_MAX)
        return FALSE;
    for (const char *at = path; *at; at++) {
        if (*at == '/' && (at[1] == '.' || at[1] == '/' || at[1] == '\0'))
            return FALSE;
        if (!g_ascii_isalnum(*at) && !strchr("-_./", *at))
            return FALSE;
    }
    return TRUE;
}

char *
static_file_of(const char *path)
{
    for (gsize i = 0; i < G_N_ELEMENTS(pages); i++)
        if (g_str_equal(path, pages[i].path))
            return g_strdup(pages[i].file);
    if (!path_is_plain(path))
        return NULL;
    /* "/staff" is a page; pages are not in folders. */
    if (!strchr(path, '.'))
        return strchr(path + 1, '/') ? NULL : g_strconcat(path + 1, ".html", NULL);
    return g_strdup(path + 1);
}

/* Compressed when the client was built, best first. */
static const struct {
    const char *coding, *suffix;
} codings[] = {
    {"br", ".br"},
    {"gzip", ".gz"},
};

gboolean
static_accepts(const char *accept_encoding, const char *coding)
{
    g_auto(GStrv) parts = g_strsplit(accept_encoding ? accept_encoding : "", ",", 32);

    for (int i = 0; parts[i]; i++) {
        char *weight = strchr(parts[i], ';');

        if (weight)
            *weight++ = '\0';
        if (g_ascii_strcasecmp(g_strstrip(parts[i]), coding) != 0)
            continue;
        weight = weight ? strchr(weight, '=') : NULL;
        return !weight || g_ascii_strtod(weight + 1, NULL) > 0;
    }
    return FALSE;
}

/* The file itself, or a compressed one beside it that this client reads (RFC 9110, section 12.5.3). */
static void
reply_best(HttpRequest *request, const char *full, const char *type)
{
    const char *accepted = http_request_header(request, "accept-encoding");

    http_request_add_header(request, "Vary", "Accept-Encoding");
    for (gsize i = 0; i < G_N_ELEMENTS(codings); i++) {
        g_autofree char *compressed = g_strconcat(full, codings[i].suffix, NULL);

        if (static_accepts(accepted, codings[i].coding) && g_file_test(compressed, G_FILE_TEST_IS_REGULAR)) {
            http_request_add_header(request, "Content-Encoding", codings[i].coding);
            http_request_reply_file(request, compressed, type);
            return;
        }
    }
    http_request_reply_file(request, full, type);
}

static void
reply_not_found(HttpRequest *request)
{
    http_request_reply_text(request, 404, "text/plain; charset=utf-8",
                            "没有这个地址。 There is nothing at this address.\n");
}

void
static_serve(HttpRequest *request, const char *root, const char *path)
{
    g_autofree char *file = static_file_of(path);
    const char *type = file ? static_content_type(file) : NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(safety); i++)
        http_request_add_header(request, safety[i].name, safety[i].value);
    if (!type) {
        reply_not_found(request);
        return;
    }
    g_autofree char *full = g_build_filename(root, file, NULL);

    if (!g_file_test(full, G_FILE_TEST_IS_REGULAR)) {
        reply_not_found(request);
        return;
    }
    http_request_add_header(request, "Cache-Control", "no-cache");
    reply_best(request, full, type);
}

void
static_get(HttpRequest *request, gpointer data)
{
    const Server *server = data;

    if (g_str_has_prefix(http_request_path(request), "/api/")) {
        rest_reply_problem(request, PROBLEM_REQUEST_NOT_FOUND, NULL);
        return;
    }
    static_serve(request, server->config->web, http_request_path(request));
}
