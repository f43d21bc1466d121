/**
 * VideoAllocator — what of each publisher's video a subscriber gets, so that it fits through: which simulcast layer, or none.
 *
 * Audio comes first and is never weighed. Slots are in the order of importance (the site camera first): each gets its lowest
 * layer while there is room, then each in turn its best. Going down needs a lasting deficit, going up lasting room, and
 * going up again after it failed waits longer each time, so that a picture does not flicker. Pure; plain value; one per
 * subscriber.
 */
#pragma once

#include <glib.h>

#define ALLOCATOR_LAYERS_MAX 3
#define ALLOCATOR_SLOTS_MAX  32
#define ALLOCATOR_PAUSED     (-1)

typedef struct {
    guint n_layers;                       /* 0 = no video is in this slot */
    guint64 bps[ALLOCATOR_LAYERS_MAX];    /* what each is being sent at, the lowest first; 0 = is not being sent */
    gint chosen;                          /* what it gets now, or ALLOCATOR_PAUSED */
} AllocatorSlot;

typedef struct {
    gint64 decided_us;  /* 0 = never */
    double deficit;     /* of what is needed, integrated over seconds */
    double room_s;      /* how long there has been room for more */
    gint64 raised_us;   /* when something was last raised; 0 = never */
    gint64 patience_us; /* before the next raise */
    gint64 raise_after_us;
} VideoAllocator;

typedef struct {
    guint64 estimate_bps; /* of the whole path; G_MAXUINT64 = nothing is known of it: everything fits */
    guint64 audio_bps;    /* what audio and the rest need of it */
} AllocatorPath;

/**
 * Sets `chosen` of each slot; returns TRUE if one has changed. To be called a few times a second. `*ret_wanted_bps`: what the
 * path would have to carry for the next better choice; 0 = everything is at its best.
 */
gboolean video_allocator_decide(VideoAllocator *allocator, AllocatorSlot *slots, guint n_slots, const AllocatorPath *path,
                                gint64 now_us, guint64 *ret_wanted_bps);

/** The best layer that is being sent, the lowest if none is; for who need not save (the recorder). */
gint video_allocator_best(const AllocatorSlot *slot);
