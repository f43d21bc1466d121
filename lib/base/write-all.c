#include "write-all.h"

#include <errno.h>
#include <unistd.h>

gboolean
write_all(int fd, const void *data, gsize length)
{
    const guint8 *next = data;

    while (length > 0) {
        gssize done = write(fd, next, length);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return FALSE;
        next += done;
        length -= (gsize)done;
    }
    return TRUE;
}
