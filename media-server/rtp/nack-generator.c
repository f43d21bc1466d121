#include "nack-generator.h"

#include <string.h>

#define GIVE_UP_US    G_TIME_SPAN_SECOND
#define GIVE_UP_ASKS  10
#define REPEAT_MIN_US (20 * G_TIME_SPAN_MILLISECOND)

static gint64
repeat_us(gint64 rtt_us)
{
    return MAX(REPEAT_MIN_US, rtt_us + rtt_us / 2);
}

static NackVerdict
received_late(NackGenerator *nack, gint64 sequence)
{
    for (guint i = 0; i < nack->n_missing; i++) {
        if (nack->missing[i].sequence != sequence)
            continue;
        nack->n_missing--;
        memmove(nack->missing + i, nack->missing + i + 1, (nack->n_missing - i) * sizeof *nack->missing);
        return NACK_RECOVERED;
    }
    return NACK_DUPLICATE;
}

NackVerdict
nack_generator_received(NackGenerator *nack, guint16 sequence, gint64 now_us)
{
    gboolean first = !nack->extender.started;
    gint64 expected = nack->extender.highest + 1;
    gint64 extended = sequence_extend(&nack->extender, sequence);

    if (first)
        return NACK_NEW;
    if (extended < expected)
        return received_late(nack, extended);
    if (extended - expected > (gint64)(NACK_MISSING_MAX - nack->n_missing)) {
        nack->given_up += nack->n_missing + (guint64)(extended - expected);
        nack->n_missing = 0;
        return NACK_OVERRUN;
    }
    for (gint64 i = expected; i < extended; i++)
        nack->missing[nack->n_missing++] = (NackMissing){.sequence = i, .missed_us = now_us};
    return NACK_NEW;
}

guint
nack_generator_due(NackGenerator *nack, gint64 now_us, gint64 rtt_us, guint16 *ret_sequences, guint max,
                   gboolean *ret_given_up)
{
    guint kept = 0, due = 0;

    for (guint i = 0; i < nack->n_missing; i++) {
        NackMissing entry = nack->missing[i];
        gboolean again = !entry.asked || now_us - entry.asked_us >= repeat_us(rtt_us);

        if (now_us - entry.missed_us >= GIVE_UP_US || (again && entry.asked >= GIVE_UP_ASKS)) {
            nack->given_up++;
            *ret_given_up = TRUE;
            continue;
        }
        if (again && due < max) {
            ret_sequences[due++] = (guint16)entry.sequence;
            entry.asked++;
            entry.asked_us = now_us;
        }
        nack->missing[kept++] = entry;
    }
    nack->n_missing = kept;
    return due;
}

gint64
nack_generator_next_timeout(const NackGenerator *nack, gint64 rtt_us)
{
    gint64 next = G_MAXINT64;

    for (guint i = 0; i < nack->n_missing; i++) {
        const NackMissing *entry = &nack->missing[i];

        next = MIN(next, entry->asked ? entry->asked_us + repeat_us(rtt_us) : entry->missed_us);
    }
    return next;
}
