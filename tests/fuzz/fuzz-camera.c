/* A fixed camera's address as it was typed: what is taken names one host, has a port, and is the same address without its password when read again. */
#include <string.h>

#include "camera-url.h"
#include "fuzz.h"

static void
check_taken(const char *text, const CameraUrl *url)
{
    g_auto(CameraUrl) again = {0};
    const char *path = strchr(url->location + (url->tls ? 8 : 7), '/');

    FUZZ_CHECK(*url->host && !strpbrk(url->host, "@/?[] ") && url->port);
    FUZZ_CHECK(!url->user == !url->password && (!url->user || *url->user));
    FUZZ_CHECK(strlen(url->location) <= strlen(text) + strlen(":65535/") && path);
    /* The password stands before the path alone, and what is shown ends there. */
    FUZZ_CHECK(!memchr(url->location, '@', (gsize)(path - url->location)));
    FUZZ_CHECK(!strncmp(url->shown, url->location, (gsize)(path + 1 - url->location)));
    FUZZ_CHECK(g_str_equal(url->shown + (path + 1 - url->location), path[1] ? "…" : ""));
    if (strlen(url->location) > CAMERA_URL_MAX)
        return;
    FUZZ_CHECK(camera_url_parse(url->location, &again) && !again.user);
    FUZZ_CHECK(again.tls == url->tls && again.port == url->port && g_str_equal(again.host, url->host));
    FUZZ_CHECK(g_str_equal(again.location, url->location) && g_str_equal(again.shown, url->shown));
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(CameraUrl) url = {0};

    if (camera_url_parse(text, &url))
        check_taken(text, &url);
    else
        FUZZ_CHECK(!url.host && !url.user && !url.password && !url.location && !url.shown);
    return 0;
}
