#include "camera-url.h"

#include <string.h>

/* RFC 7826, section 4.2. */
#define RTSP_PORT  554
#define RTSPS_PORT 322

static gboolean
is_printable(const char *text)
{
    gsize length = 0;

    for (; text[length]; length++)
        if (length >= CAMERA_URL_MAX || text[length] <= ' ' || text[length] >= 127 || strchr("\"<>\\^`{|}#", text[length]))
            return FALSE;
    return length > 0;
}

/* "user:password", percent-encoded. A NUL or an invalid escape is refused. */
static gboolean
parse_user(const char *text, CameraUrl *url)
{
    const char *colon = strchr(text, ':');
    g_autofree char *user = colon ? g_strndup(text, (gsize) (colon - text)) : g_strdup(text);

    url->user = g_uri_unescape_string(user, NULL);
    url->password = g_uri_unescape_string(colon ? colon + 1 : "", NULL);
    return url->user && *url->user && url->password;
}

static gboolean
is_host(const char *host, gboolean bracketed)
{
    gsize length = strlen(host);

    if (!length || length > 253 || (!bracketed && (host[0] == '-' || host[0] == '.'))) /* RFC 1035, section 2.3.4 */
        return FALSE;
    if (bracketed && !strchr(host, ':')) /* brackets are for IPv6 alone */
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (bracketed ? !g_ascii_isxdigit(host[i]) && host[i] != ':' && host[i] != '.'
                      : !g_ascii_isalnum(host[i]) && host[i] != '-' && host[i] != '.')
            return FALSE;
    }
    return TRUE;
}

/* "host", "host:port", "[v6]", "[v6]:port" */
static gboolean
parse_host(const char *text, CameraUrl *url)
{
    gboolean bracketed = text[0] == '[';
    const char *end = bracketed ? strchr(text, ']') : strchr(text, ':');
    const char *rest = !end ? "" : bracketed ? end + 1 : end;
    guint64 port = url->tls ? RTSPS_PORT : RTSP_PORT;

    if (bracketed && !end)
        return FALSE;
    url->host = end ? g_strndup(text + bracketed, (gsize) (end - text) - bracketed) : g_strdup(text);
    if (*rest && (*rest != ':' || !g_ascii_string_to_unsigned(rest + 1, 10, 1, 65535, &port, NULL)))
        return FALSE;
    url->port = (guint16) port;
    return is_host(url->host, bracketed);
}

static gboolean
parse(const char *text, CameraUrl *url)
{
    const char *authority, *path, *at;
    g_autofree char *user = NULL, *host = NULL;
    const char *open, *close;

    url->tls = g_ascii_strncasecmp(text, "rtsps://", 8) == 0;
    if (!url->tls && g_ascii_strncasecmp(text, "rtsp://", 7))
        return FALSE;
    authority = text + (url->tls ? 8 : 7);
    path = authority + strcspn(authority, "/?");
    at = g_strrstr_len(authority, path - authority, "@");
    if (at) {
        user = g_strndup(authority, (gsize) (at - authority));
        if (strchr(user, '@') || !parse_user(user, url))
            return FALSE;
        authority = at + 1;
    }
    host = g_strndup(authority, (gsize) (path - authority));
    if (!parse_host(host, url))
        return FALSE;
    open = strchr(url->host, ':') ? "[" : "";
    close = *open ? "]" : "";
    url->location = g_strdup_printf("%s://%s%s%s:%u%s%s", url->tls ? "rtsps" : "rtsp", open, url->host, close, url->port, *path == '/' ? "" : "/", path);
    url->shown = g_strdup_printf("%s://%s%s%s:%u%s", url->tls ? "rtsps" : "rtsp", open, url->host, close, url->port, g_str_equal(path, "") || g_str_equal(path, "/") ? "/" : "/…");
    return TRUE;
}

gboolean
camera_url_parse(const char *text, CameraUrl *ret_url)
{
    *ret_url = (CameraUrl) { 0 };
    if (text && is_printable(text) && parse(text, ret_url))
        return TRUE;
    camera_url_clear(ret_url);
    return FALSE;
}

void
camera_url_clear(CameraUrl *url)
{
    g_free(url->host);
    g_free(url->user);
    if (url->password)
        memset(url->password, 0, strlen(url->password));
    g_free(url->password);
    g_free(url->location);
    g_free(url->shown);
    *url = (CameraUrl) { 0 };
}
