#include "delivery.h"

/* Headers of RTP, UDP and IP and the tag of SRTP on 50 packets a second: as much as the voice in them. */
#define AUDIO_OVERHEAD_BPS 28000
#define AUDIO_MIN_BPS      40000
/* The same on packets of 1200 bytes. */
#define VIDEO_PERCENT 105

void
delivery_init(Delivery *delivery, RtcSubscriber *subscriber)
{
    *delivery = (Delivery){.subscriber = subscriber, .n_slots = subscriber ? rtc_subscriber_slot_count(subscriber) : 0};
}

/* What fits the path as it was last known. */
static guint
first_layer(const Delivery *delivery, const RoomTrack *track)
{
    guint64 estimate_bps = rtc_subscriber_estimate_bps(delivery->subscriber);

    for (guint i = track->n_layers; i-- > 1;)
        if (track->layers[i].bps > 0 && track->layers[i].bps * 1.3 < (double)estimate_bps)
            return i;
    return 0;
}

void
delivery_begin(Delivery *delivery, guint slot, RoomTrack *track)
{
    guint layer = track->video ? first_layer(delivery, track) : 0;

    delivery->tracks[slot] = track;
    delivery->chosen[slot] = (gint)layer;
    track_fan_add(track->layers[layer].out, rtc_subscriber_slot(delivery->subscriber, slot));
}

void
delivery_end(Delivery *delivery, guint slot)
{
    RtcSlot *leaving = rtc_subscriber_slot(delivery->subscriber, slot);

    if (leaving->fan)
        track_fan_remove(leaving->fan, leaving);
    delivery->tracks[slot] = NULL;
    delivery->chosen[slot] = 0;
}

static guint64
audio_bps(const Delivery *delivery)
{
    guint64 bps = 0;

    for (guint i = 0; i < delivery->n_slots; i++)
        if (delivery->tracks[i] && !delivery->tracks[i]->video)
            bps += MAX((guint64)delivery->tracks[i]->layers[0].bps, AUDIO_MIN_BPS) + AUDIO_OVERHEAD_BPS;
    return bps;
}

static guint
gather(const Delivery *delivery, AllocatorSlot *slots, guint *places)
{
    guint n = 0;

    for (guint i = 0; i < delivery->n_slots; i++) {
        if (!delivery->tracks[i] || !delivery->tracks[i]->video)
            continue;
        slots[n] = (AllocatorSlot){.chosen = delivery->chosen[i]};
        room_track_offer(delivery->tracks[i], &slots[n]);
        for (guint k = 0; k < slots[n].n_layers; k++)
            slots[n].bps[k] = slots[n].bps[k] * VIDEO_PERCENT / 100;
        places[n++] = i;
    }
    return n;
}

/* Brings a slot to what was chosen for it: at once where it had nothing, else at the layer's next key frame. */
static void
apply(Delivery *delivery, guint place)
{
    RtcSlot *slot = rtc_subscriber_slot(delivery->subscriber, place);
    TrackFan *wanted = delivery->chosen[place] == ALLOCATOR_PAUSED
                           ? NULL
                           : delivery->tracks[place]->layers[delivery->chosen[place]].out;

    if (slot->fan == wanted) {
        track_fan_unawait(slot);
    } else if (!wanted) {
        track_fan_remove(slot->fan, slot);
    } else if (!slot->fan) {
        track_fan_add(wanted, slot);
    } else {
        track_fan_await(wanted, slot); /* asks again while it has not come */
    }
}

gboolean
delivery_tick(Delivery *delivery, gint64 now_us)
{
    AllocatorSlot slots[SDP_LINES_MAX];
    guint places[SDP_LINES_MAX];
    AllocatorPath path;
    guint64 wanted_bps;
    gboolean changed = FALSE;
    guint n = gather(delivery, slots, places);

    if (!n)
        return FALSE;
    rtc_subscriber_tick(delivery->subscriber);
    path = (AllocatorPath){rtc_subscriber_estimate_bps(delivery->subscriber), audio_bps(delivery)};
    video_allocator_decide(&delivery->allocator, slots, n, &path, now_us, &wanted_bps);
    for (guint i = 0; i < n; i++) {
        gint former = delivery->chosen[places[i]];

        delivery->chosen[places[i]] = slots[i].chosen;
        changed |= (former == ALLOCATOR_PAUSED) != (slots[i].chosen == ALLOCATOR_PAUSED);
        apply(delivery, places[i]);
    }
    if (wanted_bps > path.estimate_bps)
        rtc_subscriber_want_bps(delivery->subscriber, wanted_bps + wanted_bps / 10);
    return changed;
}

guint64
delivery_room_for(const Delivery *delivery, const RoomTrack *track)
{
    AllocatorSlot slots[SDP_LINES_MAX];
    guint places[SDP_LINES_MAX];
    guint n = gather(delivery, slots, places);
    guint64 estimate_bps, others = audio_bps(delivery);
    gboolean found = FALSE;

    for (guint i = 0; i < n; i++) {
        if (delivery->tracks[places[i]] == track)
            found = TRUE;
        else if (slots[i].chosen != ALLOCATOR_PAUSED)
            others += slots[i].bps[slots[i].chosen];
    }
    if (!found)
        return 0;
    estimate_bps = rtc_subscriber_estimate_bps(delivery->subscriber);
    if (estimate_bps == G_MAXUINT64)
        return G_MAXUINT64;
    return MAX(1, estimate_bps - MIN(estimate_bps, others));
}
