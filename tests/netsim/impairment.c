#include "impairment.h"

#include <string.h>

void
impairment_init(Impairment *impairment, guint64 seed)
{
    memset(impairment, 0, sizeof *impairment);
    impairment->random = seed;
    impairment->newest_due_us = G_MININT64;
}

void
impairment_set(Impairment *impairment, const ImpairmentSettings *settings)
{
    impairment->settings = *settings;
    impairment->bad = FALSE;
}

/* SplitMix64: small, seeded, the same everywhere. */
static double
chance(Impairment *impairment)
{
    guint64 z = (impairment->random += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15));

    z = (z ^ z >> 30) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

/* Every packet draws the same number of chances whatever the settings are, so that one setting does not shift another's luck. */
typedef struct {
    double loss, spell, burst, jitter, reorder, duplicate;
} Luck;

static Luck
draw(Impairment *impairment)
{
    Luck luck;

    luck.loss = chance(impairment);
    luck.spell = chance(impairment);
    luck.burst = chance(impairment);
    luck.jitter = chance(impairment);
    luck.reorder = chance(impairment);
    luck.duplicate = chance(impairment);
    return luck;
}

static gboolean
is_lost(Impairment *impairment, const Luck *luck)
{
    const ImpairmentSettings *settings = &impairment->settings;

    if (luck->spell < (impairment->bad ? settings->burst_leave : settings->burst_enter))
        impairment->bad = !impairment->bad;
    return luck->loss < settings->loss || (impairment->bad && luck->burst < settings->burst_loss);
}

static gboolean
is_queue_full(const Impairment *impairment, gint64 now_us)
{
    guint32 queue_ms = impairment->settings.queue_ms ? impairment->settings.queue_ms : IMPAIRMENT_QUEUE_MS;

    return impairment->settings.rate_kbit && impairment->link_free_us - now_us > queue_ms * G_TIME_SPAN_MILLISECOND;
}

/* When the link has sent it and it has travelled. */
static gint64
travel(Impairment *impairment, gint64 now_us, gsize bytes, const Luck *luck)
{
    const ImpairmentSettings *settings = &impairment->settings;
    gint64 sent_us = now_us;

    if (settings->rate_kbit) {
        impairment->link_free_us = MAX(impairment->link_free_us, now_us) + (gint64)(bytes * 8 * 1000 / settings->rate_kbit);
        sent_us = impairment->link_free_us;
    }
    return sent_us + settings->delay_us + (gint64)(luck->jitter * (double)settings->jitter_us);
}

guint
impairment_packet(Impairment *impairment, gint64 now_us, gsize bytes, gint64 ret_due_us[IMPAIRMENT_COPIES_MAX])
{
    const ImpairmentSettings *settings = &impairment->settings;
    ImpairmentStatistics *statistics = &impairment->statistics;
    Luck luck = draw(impairment);
    gint64 due_us;

    statistics->packets++;
    statistics->bytes += bytes;
    if (settings->blackout) {
        statistics->blacked_out++;
        return 0;
    }
    if (is_lost(impairment, &luck)) {
        statistics->lost++;
        return 0;
    }
    if (is_queue_full(impairment, now_us)) {
        statistics->dropped++;
        return 0;
    }
    due_us = travel(impairment, now_us, bytes, &luck);
    if (luck.reorder < settings->reorder) {
        statistics->reordered++;
        due_us += settings->reorder_us;
    } else {
        due_us = MAX(due_us, impairment->newest_due_us);
        impairment->newest_due_us = due_us;
    }
    ret_due_us[0] = ret_due_us[1] = due_us;
    if (luck.duplicate >= settings->duplicate)
        return 1;
    statistics->duplicated++;
    return 2;
}

gint64
impairment_piece(Impairment *impairment, gint64 now_us, gsize bytes)
{
    Luck luck = draw(impairment);
    gint64 due_us;

    impairment->statistics.packets++;
    impairment->statistics.bytes += bytes;
    due_us = travel(impairment, now_us, bytes, &luck);
    if (is_lost(impairment, &luck)) {
        impairment->statistics.lost++;
        due_us += MAX(IMPAIRMENT_RETRANSMIT_US, 2 * impairment->settings.delay_us);
    }
    impairment->newest_due_us = MAX(due_us, impairment->newest_due_us);
    return impairment->newest_due_us;
}
