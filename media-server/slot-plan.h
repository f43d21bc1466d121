/**
 * SlotPlan — who is seen and heard in which slot of a subscriber (docs/architecture.md, Slots). Pure.
 */
#pragma once

#include <glib.h>

typedef struct {
    const char *participant;
    gboolean video;
    guint codec;      /* bit number in PlanSlot.codecs */
    guint order;      /* 0 = site camera first */
    gint64 joined_us; /* of the participant */
    guint ordinal;    /* first camera, second camera */
    gboolean confidential; /* for the inner circle alone */
} PlanTrack;

typedef struct {
    gboolean video;
    guint32 codecs; /* bit set */
} PlanSlot;

#define PLAN_EMPTY (-1)

/** Sorting order of the room's tracks, for qsort() and the like over PlanTrack. */
gint plan_track_compare(const PlanTrack *a, const PlanTrack *b);

/** `tracks` sorted. Sets ret_tracks[slot] to the index of a track or PLAN_EMPTY. Tracks of `self` are passed
 * over, and confidential ones unless it is of the `inner` circle. */
void slot_plan(const PlanTrack *tracks, guint n_tracks, const char *self, gboolean inner, const PlanSlot *slots,
               guint n_slots, gint *ret_tracks);
