#include "rtc-subscriber.h"

/* A report with our CNAME is 100 bytes. */
#define REPORT_MAX 1200
/* A browser's first transport-wide report comes with the first packets. */
#define FIRST_REPORT_US (4 * G_TIME_SPAN_SECOND)

struct RtcSubscriber {
    RtcLink *link;
    guint16 transport_sequence;
    CongestionController *congestion; /* NULL when no slot's packets are numbered */
    GPtrArray *slots;                 /* RtcSlot, owned */
};

/* A picture to begin with on most networks, and no flood on the others; at least what a voice needs; and more than any
 * phone sends. */
static const BandwidthLimits limits = {1200000, 60000, 20000000};

static void
slot_free(gpointer data)
{
    rtc_slot_clear(data);
    g_free(data);
}

RtcSubscriber *
rtc_subscriber_new(RtcLink *link)
{
    RtcSubscriber *subscriber = g_new0(RtcSubscriber, 1);

    subscriber->link = link;
    subscriber->slots = g_ptr_array_new_with_free_func(slot_free);
    return subscriber;
}

void
rtc_subscriber_free(RtcSubscriber *subscriber)
{
    if (!subscriber)
        return;
    g_ptr_array_unref(subscriber->slots);
    g_free(subscriber->congestion);
    g_free(subscriber);
}

guint
rtc_subscriber_add_slot(RtcSubscriber *subscriber, const SlotConfig *config)
{
    RtcSlot *slot = g_new(RtcSlot, 1);

    if (config->transport_cc_extension && !subscriber->congestion) {
        subscriber->congestion = g_new(CongestionController, 1);
        congestion_controller_init(subscriber->congestion, &limits);
    }
    rtc_slot_init(slot, config, subscriber->link, &subscriber->transport_sequence, subscriber->congestion);
    g_ptr_array_add(subscriber->slots, slot);
    return subscriber->slots->len - 1;
}

guint
rtc_subscriber_slot_count(const RtcSubscriber *subscriber)
{
    return subscriber->slots->len;
}

RtcSlot *
rtc_subscriber_slot(const RtcSubscriber *subscriber, guint index)
{
    return g_ptr_array_index(subscriber->slots, index);
}

static void
slot_feedback(RtcSlot *slot, const RtcpItem *item)
{
    switch (item->type) {
    case RTCP_ITEM_NACK:
        rtc_slot_retransmit(slot, item->nack.sequence);
        for (guint i = 0; i < 16; i++)
            if (item->nack.following & (1u << i))
                rtc_slot_retransmit(slot, (guint16)(item->nack.sequence + 1 + i));
        break;
    case RTCP_ITEM_KEY_FRAME_REQUEST:
        rtc_slot_want_key_frame(slot);
        break;
    case RTCP_ITEM_REPORT_BLOCK:
        slot_sender_report_block(&slot->sender, &item->report, *slot->link->now_us);
        break;
    default:
        break;
    }
}

void
rtc_subscriber_rtcp(RtcSubscriber *subscriber, const guint8 *packet, gsize length)
{
    RtcpReader reader;
    RtcpItem item;

    rtcp_reader_init(&reader, packet, length);
    while (rtcp_reader_next(&reader, &item)) {
        if (item.type == RTCP_ITEM_TRANSPORT_REPORT) {
            if (subscriber->congestion)
                congestion_controller_report(subscriber->congestion, item.transport_report.packet,
                                             item.transport_report.length, *subscriber->link->now_us,
                                             rtc_subscriber_rtt_us(subscriber));
            continue;
        }
        for (guint i = 0; i < subscriber->slots->len; i++) {
            RtcSlot *slot = rtc_subscriber_slot(subscriber, i);

            if (slot->sender.ssrc == item.ssrc)
                slot_feedback(slot, &item);
        }
    }
}

gint64
rtc_subscriber_next_timeout(const RtcSubscriber *subscriber)
{
    gint64 next =
        subscriber->congestion ? congestion_controller_next_timeout(subscriber->congestion) : G_MAXINT64;

    for (guint i = 0; i < subscriber->slots->len; i++)
        next = MIN(next, rtc_slot_next_timeout(rtc_subscriber_slot(subscriber, i)));
    return next;
}

static void
send_report(RtcSubscriber *subscriber, RtcSlot *slot)
{
    RtcLink *link = subscriber->link;
    RtcpWriter writer = {.data = link->reserve(link), .capacity = REPORT_MAX};

    if (writer.data && slot_sender_write_report(&slot->sender, *link->now_us, &writer))
        link->send_rtcp(link, writer.length);
}

/* On the first slot that has a retransmission stream. */
static void
probe(RtcSubscriber *subscriber)
{
    gsize bytes = congestion_controller_padding(subscriber->congestion, *subscriber->link->now_us);

    for (guint i = 0; bytes > 0 && i < subscriber->slots->len; i++)
        if (rtc_slot_probe(rtc_subscriber_slot(subscriber, i), bytes))
            return;
}

void
rtc_subscriber_poll(RtcSubscriber *subscriber)
{
    if (subscriber->congestion &&
        *subscriber->link->now_us >= congestion_controller_next_timeout(subscriber->congestion))
        probe(subscriber);
    for (guint i = 0; i < subscriber->slots->len; i++) {
        RtcSlot *slot = rtc_subscriber_slot(subscriber, i);

        if (*subscriber->link->now_us >= rtc_slot_next_timeout(slot))
            rtc_slot_pump(slot);
        if (slot->sender.report_pending)
            send_report(subscriber, slot);
    }
}

guint64
rtc_subscriber_estimate_bps(const RtcSubscriber *subscriber)
{
    const CongestionController *congestion = subscriber->congestion;

    if (!congestion)
        return G_MAXUINT64;
    /* It has negotiated reports and sends none. */
    if (!congestion_controller_is_informed(congestion) && congestion->unreported_us &&
        *subscriber->link->now_us - congestion->unreported_us > FIRST_REPORT_US)
        return G_MAXUINT64;
    return congestion_controller_bps(congestion);
}

void
rtc_subscriber_want_bps(RtcSubscriber *subscriber, guint64 bps)
{
    if (subscriber->congestion &&
        congestion_controller_want(subscriber->congestion, bps, *subscriber->link->now_us))
        subscriber->link->wake(subscriber->link);
}

void
rtc_subscriber_tick(RtcSubscriber *subscriber)
{
    if (subscriber->congestion)
        congestion_controller_tick(subscriber->congestion, *subscriber->link->now_us);
}

gint64
rtc_subscriber_rtt_us(const RtcSubscriber *subscriber)
{
    gint64 rtt_us = 0;

    for (guint i = 0; i < subscriber->slots->len; i++)
        rtt_us = MAX(rtt_us, rtc_subscriber_slot(subscriber, i)->sender.rtt_us);
    return rtt_us;
}
