#include "rtp-packet.h"

#include <string.h>

#define RTCP_SENDER_REPORT     200
#define RTCP_PAYLOAD_FEEDBACK  206
#define RTCP_PLI_FORMAT        1
#define RTP_HEADER_LENGTH      12
#define SENDER_REPORT_LENGTH   28 /* header, SSRC and sender info */

static guint16
get16(const guint8 *data)
{
    return (guint16) (data[0] << 8 | data[1]);
}

static guint32
get32(const guint8 *data)
{
    return (guint32) get16(data) << 16 | get16(data + 2);
}

gboolean
rtp_is_rtcp(const guint8 *data, gsize length)
{
    return length >= 2 && data[1] >= 192 && data[1] <= 223;
}

gboolean
rtp_header_parse(const guint8 *data, gsize length, RtpHeader *ret_header)
{
    if (length < RTP_HEADER_LENGTH || data[0] >> 6 != 2)
        return FALSE;

    gsize header = RTP_HEADER_LENGTH + 4 * (gsize) (data[0] & 0x0f);

    if (data[0] & 0x10) {
        if (length < header + 4)
            return FALSE;
        header += 4 + 4 * (gsize) get16(data + header + 2);
    }
    if (length < header)
        return FALSE;

    gsize padding = data[0] & 0x20 ? data[length - 1] : 0;

    if (padding > length - header)
        return FALSE;
    *ret_header = (RtpHeader){ data[1] & 0x7f, get16(data + 2), get32(data + 4), get32(data + 8), (data[1] & 0x80) != 0, header,
                               length - header - padding };
    return TRUE;
}

gboolean
rtcp_find_sender_report(const guint8 *data, gsize length, SenderReport *ret_report)
{
    while (length >= 4) {
        gsize packet = 4 * ((gsize) get16(data + 2) + 1);

        if (data[0] >> 6 != 2 || packet > length)
            return FALSE;
        if (data[1] == RTCP_SENDER_REPORT && packet >= SENDER_REPORT_LENGTH) {
            guint64 fraction = (guint64) get32(data + 12) * G_USEC_PER_SEC >> 32;

            *ret_report = (SenderReport){ get32(data + 4), (gint64) (get32(data + 8) * (guint64) G_USEC_PER_SEC + fraction),
                                          get32(data + 16) };
            return TRUE;
        }
        data += packet;
        length -= packet;
    }
    return FALSE;
}

void
rtcp_write_pli(guint32 media_ssrc, guint8 out[RTCP_PLI_LENGTH])
{
    guint32 big = GUINT32_TO_BE(media_ssrc);

    memset(out, 0, RTCP_PLI_LENGTH);
    out[0] = 0x80 | RTCP_PLI_FORMAT;
    out[1] = RTCP_PAYLOAD_FEEDBACK;
    out[3] = 2; /* three words less one; the sender's own SSRC stays 0 */
    memcpy(out + 8, &big, sizeof big);
}
