#include "rtp-reorder.h"

#include <string.h>

typedef struct {
    guint8 *packet; /* NULL: empty */
    gsize length;
    gint64 pos, arrived;
} Slot;

struct RtpReorder {
    RtpReorderEvents events;
    Slot *slots; /* by sequence number, modulo; made when the first packet has to wait */
    guint waiting;
    gboolean started;
    guint16 next;    /* the sequence number that comes next */
};

RtpReorder *
rtp_reorder_new(const RtpReorderEvents *events)
{
    RtpReorder *reorder = g_new0(RtpReorder, 1);

    reorder->events = *events;
    return reorder;
}

void
rtp_reorder_free(RtpReorder *reorder)
{
    if (!reorder)
        return;
    for (guint i = 0; reorder->slots && i < RTP_REORDER_SLOTS; i++)
        g_free(reorder->slots[i].packet);
    g_free(reorder->slots);
    g_free(reorder);
}

gboolean
rtp_reorder_waits(const RtpReorder *reorder)
{
    return reorder->waiting > 0;
}

static Slot *
slot_of(RtpReorder *reorder, guint16 sequence)
{
    return &reorder->slots[sequence % RTP_REORDER_SLOTS];
}

static void
pass_waiting(RtpReorder *reorder)
{
    while (reorder->waiting) {
        Slot *slot = slot_of(reorder, reorder->next);

        if (!slot->packet)
            return;
        reorder->events.packet(slot->packet, slot->length, slot->pos, reorder->events.user);
        g_clear_pointer(&slot->packet, g_free);
        reorder->waiting--;
        reorder->next++;
    }
}

/** The hole before the first packet that waits is given up. */
static void
give_up(RtpReorder *reorder)
{
    guint count = 0;

    while (!slot_of(reorder, reorder->next)->packet) {
        reorder->next++;
        count++;
    }
    reorder->events.lost(count, slot_of(reorder, reorder->next)->pos, reorder->events.user);
    pass_waiting(reorder);
}

void
rtp_reorder_flush(RtpReorder *reorder)
{
    while (reorder->waiting)
        give_up(reorder);
}

void
rtp_reorder_poll(RtpReorder *reorder, gint64 now)
{
    while (reorder->waiting) {
        guint16 sequence = reorder->next;

        while (!slot_of(reorder, sequence)->packet)
            sequence++;
        if (now - slot_of(reorder, sequence)->arrived < RTP_REORDER_WAIT_US)
            return;
        give_up(reorder);
    }
}

static void
keep(RtpReorder *reorder, const guint8 *packet, gsize length, guint16 sequence, gint64 pos, gint64 now)
{
    if (!reorder->slots)
        reorder->slots = g_new0(Slot, RTP_REORDER_SLOTS);

    Slot *slot = slot_of(reorder, sequence);

    if (slot->packet)
        return; /* repeated */
    *slot = (Slot){ g_memdup2(packet, length), length, pos, now };
    reorder->waiting++;
}

void
rtp_reorder_push(RtpReorder *reorder, const guint8 *packet, gsize length, guint16 sequence, gint64 pos, gint64 now)
{
    if (!reorder->started) {
        reorder->started = TRUE;
        reorder->next = sequence;
    }

    gint16 ahead = (gint16) (sequence - reorder->next);

    if (ahead >= RTP_REORDER_SLOTS || ahead <= -RTP_REORDER_SLOTS) {
        rtp_reorder_flush(reorder);
        reorder->events.lost(0, pos, reorder->events.user);
        reorder->next = sequence;
        ahead = 0;
    }
    if (ahead < 0)
        return; /* late: given up already, or repeated */
    if (ahead == 0) {
        reorder->next++;
        reorder->events.packet(packet, length, pos, reorder->events.user);
        pass_waiting(reorder);
    } else {
        keep(reorder, packet, length, sequence, pos, now);
    }
    rtp_reorder_poll(reorder, now);
}
