#include "load-target.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

gboolean
load_fail(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_propagate_error(error, g_error_new_valist(G_IO_ERROR, G_IO_ERROR_FAILED, format, arguments));
    va_end(arguments);
    return FALSE;
}

int
load_unix_connect(const char *path, int type, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path || fd < 0 ||
        connect(fd, (struct sockaddr *)&address, sizeof address)) {
        load_fail(error, "%s: %s", path, g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}
