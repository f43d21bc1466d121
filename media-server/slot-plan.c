#include "slot-plan.h"

gint
plan_track_compare(const PlanTrack *a, const PlanTrack *b)
{
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    if (a->joined_us != b->joined_us)
        return a->joined_us < b->joined_us ? -1 : 1;
    if (a->ordinal != b->ordinal)
        return a->ordinal < b->ordinal ? -1 : 1;
    return g_strcmp0(a->participant, b->participant);
}

void
slot_plan(const PlanTrack *tracks, guint n_tracks, const char *self, gboolean inner, const PlanSlot *slots, guint n_slots,
          gint *ret_tracks)
{
    for (guint s = 0; s < n_slots; s++)
        ret_tracks[s] = PLAN_EMPTY;
    for (guint t = 0; t < n_tracks; t++) {
        if (g_str_equal(tracks[t].participant, self) || (tracks[t].confidential && !inner))
            continue;
        for (guint s = 0; s < n_slots; s++) {
            if (ret_tracks[s] != PLAN_EMPTY || slots[s].video != tracks[t].video ||
                !(slots[s].codecs & (1u << tracks[t].codec)))
                continue;
            ret_tracks[s] = (gint)t;
            break;
        }
    }
}
