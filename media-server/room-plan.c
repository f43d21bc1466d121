/* Who is in which slot of a room's subscribers: applies what SlotPlan decides. */
#include "room-private.h"

#include "slot-plan.h"

void
room_empty_slot(Peer *peer, guint slot)
{
    if (!peer->delivery.tracks[slot])
        return;
    delivery_end(&peer->delivery, slot);
    peer->slots_changed = TRUE;
}

static void
fill_slot(Peer *peer, guint slot, RoomTrack *track)
{
    delivery_begin(&peer->delivery, slot, track);
    peer->slots_changed = TRUE;
}

/* Tracks and what the plan knows of them, in the plan's order. */
static GArray *
plan_tracks(const Room *room, GPtrArray *ret_tracks)
{
    GArray *plan = g_array_new(FALSE, FALSE, sizeof(PlanTrack));

    for (guint i = 0; i < room->tracks->len; i++) {
        const RoomTrack *track = g_ptr_array_index(room->tracks, i);
        PlanTrack entry = {track->participant, track->video,     track->codec,
                           track->order,       track->joined_us, track->ordinal,
                           room->private && track->inner && !track->video};
        guint at = 0;

        while (at < plan->len && plan_track_compare(&g_array_index(plan, PlanTrack, at), &entry) <= 0)
            at++;
        g_array_insert_val(plan, at, entry);
        g_ptr_array_insert(ret_tracks, (gint)at, (gpointer)track);
    }
    return plan;
}

static PlanSlot
plan_slot(const Peer *peer, guint slot)
{
    const SlotSender *sender = &rtc_subscriber_slot(connection_subscriber(peer->connection), slot)->sender;
    PlanSlot entry = {.video = connection_slot_is_video(peer->connection, slot)};

    for (guint codec = 0; codec <= MEDIA_CODEC_VP8; codec++)
        if (slot_sender_takes(sender, codec))
            entry.codecs |= 1u << codec;
    return entry;
}

/* Moves what has to move. */
static void
plan_peer(Peer *peer, const GArray *plan, const GPtrArray *tracks)
{
    PlanSlot slots[SDP_LINES_MAX];
    gint wanted[SDP_LINES_MAX];

    for (guint i = 0; i < peer->n_slots; i++)
        slots[i] = plan_slot(peer, i);
    slot_plan((const PlanTrack *)plan->data, plan->len, connection_participant(peer->connection), connection_is_inner(peer->connection), slots,
              peer->n_slots, wanted);
    for (guint i = 0; i < peer->n_slots; i++) {
        RoomTrack *track = wanted[i] == PLAN_EMPTY ? NULL : g_ptr_array_index(tracks, wanted[i]);

        if (peer->delivery.tracks[i] == track)
            continue;
        room_empty_slot(peer, i);
        if (track)
            fill_slot(peer, i, track);
    }
}

void
room_plan(Room *room, const Connection *joined)
{
    g_autoptr(GPtrArray) tracks = g_ptr_array_new();
    g_autoptr(GArray) plan = plan_tracks(room, tracks);

    for (guint i = 0; i < room->peers->len; i++) {
        Peer *peer = g_ptr_array_index(room->peers, i);

        if (!peer->n_slots || !room_is_live(peer->connection))
            continue;
        plan_peer(peer, plan, tracks);
        if (peer->slots_changed || peer->connection == joined)
            room_tell_slots(peer);
    }
}
