#include "track-fan.h"

/* About 2 s at 2 Mbit/s: longer than anybody asks again (NackGenerator gives up after 1 s). */
#define HISTORY_BYTES   (512 * 1024)
#define HISTORY_PACKETS 1024
/* A camera that was taken by a call, or covered, goes on with a picture that nobody can decode. */
#define RESUMED_US (1 * G_TIME_SPAN_SECOND)

void
track_fan_init(TrackFan *fan, gboolean video, const gint64 *now_us, void (*want_key_frame)(gpointer user),
               gpointer user)
{
    *fan = (TrackFan){.now_us = now_us, .want_key_frame = want_key_frame, .user = user};
    fan->slots = g_ptr_array_new();
    fan->awaiting = g_ptr_array_new();
    fan->history = video ? packet_history_new(HISTORY_BYTES, HISTORY_PACKETS) : NULL;
}

void
track_fan_clear(TrackFan *fan)
{
    for (guint i = 0; fan->awaiting && i < fan->awaiting->len; i++)
        ((RtcSlot *)g_ptr_array_index(fan->awaiting, i))->next_fan = NULL;
    g_clear_pointer(&fan->awaiting, g_ptr_array_unref);
    g_clear_pointer(&fan->slots, g_ptr_array_unref);
    packet_history_free(fan->history);
}

void
track_fan_want_key_frame(TrackFan *fan)
{
    fan->want_key_frame(fan->user);
}

static void
forget_packets(TrackFan *fan)
{
    if (fan->history)
        packet_history_clear(fan->history);
    key_frame_cache_clear(&fan->cache);
    for (guint i = 0; i < fan->slots->len; i++)
        ((RtcSlot *)g_ptr_array_index(fan->slots, i))->catch_up = CATCH_UP_NONE;
}

static void
begin_slot(const TrackFan *fan, RtcSlot *slot)
{
    slot_sender_set_codec(&slot->sender, fan->codec);
    if (fan->report.ntp)
        slot_sender_source_report(&slot->sender, &fan->report);
}

void
track_fan_set_codec(TrackFan *fan, MediaCodec codec)
{
    fan->codec = codec;
    fan->report = (RtcpSenderReport){0};
    forget_packets(fan);
    for (guint i = 0; i < fan->slots->len; i++)
        begin_slot(fan, g_ptr_array_index(fan->slots, i));
}

void
track_fan_source_gone(TrackFan *fan)
{
    fan->report = (RtcpSenderReport){0};
    forget_packets(fan);
}

static void
keep(TrackFan *fan, const guint8 *packet, gsize length, const RtpHeader *header, gboolean starts_key_frame)
{
    if (header->ssrc != fan->ssrc) {
        fan->ssrc = header->ssrc;
        forget_packets(fan);
    }
    packet_history_store(fan->history, header->sequence, packet, length);
    key_frame_cache_note(&fan->cache, header, starts_key_frame, *fan->now_us);
}

/* A stage each for what is found by what the stage before has fetched. */
#define AHEAD 3

static void
fetch_ahead(const TrackFan *fan, gint at)
{
    RtcSlot *const *slots = (RtcSlot *const *)fan->slots->pdata;
    gint n = (gint)fan->slots->len;
    gint slot = at + 3 * AHEAD, link = at + 2 * AHEAD, touches = at + AHEAD;

    if (slot < n)
        rtc_prefetch(slots[slot], RTC_SLOT_TOUCHED);
    if (link >= 0 && link < n)
        rtc_prefetch(slots[link]->link, RTC_LINK_TOUCHED);
    for (guint i = 0; touches >= 0 && touches < n && i < RTC_LINK_TOUCHES; i++)
        rtc_prefetch(slots[touches]->link->touches[i], 2 * RTC_CACHE_LINE);
}

static void
move_here(TrackFan *fan, RtcSlot *slot)
{
    TrackFan *former = slot->fan;

    g_ptr_array_remove(former->slots, slot);
    slot_sender_switch_layer(&slot->sender, &former->report, &fan->report);
    slot->catch_up = CATCH_UP_NONE;
    slot->next_fan = NULL;
    slot->fan = fan;
    g_ptr_array_add(fan->slots, slot);
}

/* A key frame begins: who waited for it comes over, before it is sent. */
static void
welcome(TrackFan *fan)
{
    for (guint i = 0; i < fan->awaiting->len; i++)
        move_here(fan, g_ptr_array_index(fan->awaiting, i));
    g_ptr_array_set_size(fan->awaiting, 0);
    if (fan->key_frame_awaited && fan->key_frame) {
        fan->key_frame_awaited = FALSE;
        fan->key_frame(fan->key_frame_user);
    }
}

void
track_fan_packet(TrackFan *fan, const guint8 *packet, gsize length)
{
    RtpHeader header;
    const guint8 *payload;
    gboolean starts_key_frame;

    if (G_UNLIKELY(fan->history && fan->last_packet_us && *fan->now_us - fan->last_packet_us > RESUMED_US))
        track_fan_want_key_frame(fan);
    fan->last_packet_us = *fan->now_us;
    fan->bytes += length;
    if (!rtp_header_parse(packet, length, &header))
        return;
    payload = packet + header.header_length;
    starts_key_frame = key_frame_starts(fan->codec, payload, header.payload_length);
    if (G_UNLIKELY(starts_key_frame) && fan->history)
        welcome(fan);
    if (fan->history)
        keep(fan, packet, length, &header, starts_key_frame);
    for (gint i = -3 * AHEAD; i < (gint)fan->slots->len; i++) {
        fetch_ahead(fan, i);
        if (i >= 0)
            rtc_slot_forward(g_ptr_array_index(fan->slots, i), &header, payload, starts_key_frame);
    }
}

void
track_fan_sender_report(TrackFan *fan, const RtcpSenderReport *report)
{
    fan->report = *report;
    for (guint i = 0; i < fan->slots->len; i++) {
        RtcSlot *slot = g_ptr_array_index(fan->slots, i);

        slot_sender_source_report(&slot->sender, report);
        slot->link->wake(slot->link);
    }
}

void
track_fan_add(TrackFan *fan, RtcSlot *slot)
{
    KeyFrameOffer offer;

    slot->fan = fan;
    slot->next_fan = NULL;
    slot->wished_us = G_MININT64 / 2;
    slot->catch_up = CATCH_UP_NONE;
    begin_slot(fan, slot);
    g_ptr_array_add(fan->slots, slot);
    if (!fan->history)
        return;
    offer = key_frame_cache_offer(&fan->cache, fan->history, *fan->now_us);
    rtc_slot_catch_up(slot, &offer);
}

void
track_fan_remove(TrackFan *fan, RtcSlot *slot)
{
    track_fan_unawait(slot);
    g_ptr_array_remove(fan->slots, slot); /* in order: nobody's packets come behind another's for that */
    slot_sender_set_codec(&slot->sender, MEDIA_CODEC_NONE);
    slot->catch_up = CATCH_UP_NONE;
    slot->fan = NULL;
}

void
track_fan_await(TrackFan *fan, RtcSlot *slot)
{
    if (slot->next_fan != fan) {
        track_fan_unawait(slot);
        slot->next_fan = fan;
        g_ptr_array_add(fan->awaiting, slot);
    }
    track_fan_want_key_frame(fan);
}

void
track_fan_unawait(RtcSlot *slot)
{
    if (slot->next_fan)
        g_ptr_array_remove_fast(slot->next_fan->awaiting, slot);
    slot->next_fan = NULL;
}
