#include "rtx.h"

#include <string.h>

gboolean
rtx_unwrap(guint8 *data, gsize *length, const RtpHeader *header, guint8 payload_type, guint32 ssrc)
{
    if (header->payload_length < 3)
        return FALSE;
    guint16 original = rtp_read16(data + header->header_length);

    memmove(data + 2, data, header->header_length);
    data += 2;
    data[1] = (guint8)((data[1] & 0x80) | payload_type);
    rtp_write16(data + 2, original);
    rtp_write32(data + 8, ssrc);
    *length -= 2;
    return TRUE;
}
