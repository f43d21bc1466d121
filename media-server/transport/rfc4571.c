#include "rfc4571.h"

#include <string.h>

static gsize
frame_length(const Rfc4571Reader *reader)
{
    return (gsize)reader->bytes[0] << 8 | reader->bytes[1];
}

/* How many bytes are wanted until the next step: the header, then the frame. */
static gsize
wanted(const Rfc4571Reader *reader)
{
    return reader->used < RFC4571_HEADER ? RFC4571_HEADER : RFC4571_HEADER + frame_length(reader);
}

gboolean
rfc4571_push(Rfc4571Reader *reader, const guint8 *data, gsize length, Rfc4571Func func, gpointer user)
{
    while (length) {
        gsize n = MIN(length, wanted(reader) - reader->used);

        memcpy(reader->bytes + reader->used, data, n);
        reader->used += n;
        data += n;
        length -= n;
        if (reader->used < RFC4571_HEADER)
            continue;
        if (frame_length(reader) > RFC4571_FRAME_MAX)
            return FALSE;
        if (reader->used < wanted(reader))
            continue;
        reader->used = 0;
        if (frame_length(reader) && !func(user, reader->bytes + RFC4571_HEADER, frame_length(reader)))
            return FALSE;
    }
    return TRUE;
}

void
rfc4571_header(guint8 header[RFC4571_HEADER], gsize length)
{
    header[0] = (guint8)(length >> 8);
    header[1] = (guint8)length;
}
