/* A compound packet, read item by item, and taken by a slot as a subscriber's word. */
#include <string.h>

#include "fuzz.h"
#include "rtcp.h"
#include "slot-sender.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    SlotConfig config = { .ssrc = 11, .rtx_ssrc = 12, .clock_rate = 90000, .mid = "1", .cname = "slot", .seed = 1 };
    SlotSender slot;
    RtcpReader reader;
    RtcpItem item;
    guint8 out[1200];
    RtcpWriter writer = { out, sizeof out, 0 };
    gsize items = 0, text = 0;

    slot_sender_init(&slot, &config);
    rtcp_reader_init(&reader, data, size);
    while (rtcp_reader_next(&reader, &item)) {
        FUZZ_CHECK(++items <= size); /* an item takes bytes, so there is an end */
        switch (item.type) {
        case RTCP_ITEM_SENDER_REPORT:
            slot_sender_source_report(&slot, &item.sender_report);
            slot_sender_write_report(&slot, (gint64) items * 1000, &writer);
            break;
        case RTCP_ITEM_REPORT_BLOCK:
            slot_sender_report_block(&slot, &item.report, (gint64) items * 1000);
            break;
        case RTCP_ITEM_CNAME:
            for (guint i = 0; i < item.cname.length; i++)
                text += item.cname.text[i];
            break;
        default:
            text += item.ssrc;
            break;
        }
    }
    FUZZ_CHECK(writer.length <= sizeof out);
    slot_sender_clear(&slot);
    return text == G_MAXSIZE;
}
