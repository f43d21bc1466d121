#include "video-allocator.h"

/* Seconds of missing capacity that are borne by a better layer: half a second when nothing gets through, 3 s when 15 % are missing. */
#define DEFICIT_MAX       0.45
#define DEFICIT_RELIEF    0.5 /* per second without one */
/* To see nothing is worse than to see badly: longer, and only for what is clearly missing. */
#define PAUSE_DEFICIT_MAX 1.0
#define PAUSE_SLACK       0.2
#define STEP_S_MAX        1.0
/* Going up needs this much more than it costs, this long. */
#define MARGIN_PERCENT    115
#define ROOM_S            1.0
/* What has to come down this soon after it went up was raised too early. */
#define REGRET_US         (8 * G_TIME_SPAN_SECOND)
#define PATIENCE_MIN_US   (2 * G_TIME_SPAN_SECOND)
#define PATIENCE_MAX_US   (60 * G_TIME_SPAN_SECOND)

gint
video_allocator_best(const AllocatorSlot *slot)
{
    for (gint layer = (gint)slot->n_layers; layer-- > 0;)
        if (slot->bps[layer])
            return layer;
    return 0;
}

static gint
lowest(const AllocatorSlot *slot)
{
    for (guint layer = 0; layer < slot->n_layers; layer++)
        if (slot->bps[layer])
            return (gint)layer;
    return 0;
}

static guint64
cost(const AllocatorSlot *slot, gint layer)
{
    return layer == ALLOCATOR_PAUSED ? 0 : slot->bps[layer];
}

/* The best choice within the budget. */
static void
fit(const AllocatorSlot *slots, guint n_slots, guint64 budget, gint *ret_choice)
{
    for (guint i = 0; i < n_slots; i++) {
        ret_choice[i] = ALLOCATOR_PAUSED;
        if (!slots[i].n_layers || cost(&slots[i], lowest(&slots[i])) > budget)
            continue;
        ret_choice[i] = lowest(&slots[i]);
        budget -= cost(&slots[i], ret_choice[i]);
    }
    for (guint i = 0; i < n_slots; i++) {
        if (ret_choice[i] == ALLOCATOR_PAUSED)
            continue;
        for (gint layer = video_allocator_best(&slots[i]); layer > ret_choice[i]; layer--) {
            guint64 more = cost(&slots[i], layer) - MIN(cost(&slots[i], layer), cost(&slots[i], ret_choice[i]));

            if (!slots[i].bps[layer] || more > budget)
                continue;
            budget -= more;
            ret_choice[i] = layer;
        }
    }
}

/* What is chosen but no longer sent: the publisher stopped that layer, and the next one below it goes on. */
static gboolean
follow_publishers(AllocatorSlot *slots, guint n_slots)
{
    gboolean changed = FALSE;

    for (guint i = 0; i < n_slots; i++) {
        AllocatorSlot *slot = &slots[i];
        gint chosen = slot->chosen;

        if (!slot->n_layers || chosen == ALLOCATOR_PAUSED || slot->bps[chosen])
            continue;
        while (chosen > 0 && !slot->bps[chosen])
            chosen--;
        if (!slot->bps[chosen])
            chosen = lowest(slot);
        changed |= chosen != slot->chosen;
        slot->chosen = chosen;
    }
    return changed;
}

/* The next thing that would be better: the first slot that is not at its best; and what all would need then. */
static gint
next_raise(const AllocatorSlot *slots, guint n_slots, gint *ret_layer, guint64 *ret_need)
{
    guint64 need = 0;
    gint found = -1;

    for (guint pass = 0; pass < 2 && found < 0; pass++) /* first those who see nothing */
        for (guint i = 0; i < n_slots && found < 0; i++) {
            const AllocatorSlot *slot = &slots[i];
            gint best = slot->n_layers ? video_allocator_best(slot) : 0;

            if (!slot->n_layers || !slot->bps[best])
                continue;
            if (pass == 0 && slot->chosen == ALLOCATOR_PAUSED) {
                *ret_layer = lowest(slot);
                found = (gint)i;
            } else if (pass == 1 && slot->chosen != ALLOCATOR_PAUSED && slot->chosen < best) {
                for (*ret_layer = slot->chosen + 1; !slot->bps[*ret_layer]; (*ret_layer)++)
                    ;
                found = (gint)i;
            }
        }
    for (guint i = 0; i < n_slots; i++)
        if (slots[i].n_layers)
            need += cost(&slots[i], (gint)i == found ? *ret_layer : slots[i].chosen);
    *ret_need = need;
    return found;
}

static gboolean
apply(AllocatorSlot *slots, guint n_slots, const gint *choice)
{
    gboolean changed = FALSE;

    for (guint i = 0; i < n_slots; i++) {
        if (!slots[i].n_layers)
            continue;
        changed |= slots[i].chosen != choice[i];
        slots[i].chosen = choice[i];
    }
    return changed;
}

/* Never more than now: there is a lack. */
static gboolean
go_down(VideoAllocator *allocator, AllocatorSlot *slots, guint n_slots, guint64 budget, gint64 now_us)
{
    gint choice[ALLOCATOR_SLOTS_MAX];

    fit(slots, n_slots, budget, choice);
    for (guint i = 0; i < n_slots; i++) {
        choice[i] = MIN(choice[i], slots[i].chosen);
        if (slots[i].n_layers && choice[i] == ALLOCATOR_PAUSED && slots[i].chosen > lowest(&slots[i]))
            choice[i] = lowest(&slots[i]); /* first that; it may be enough once the queue has drained */
    }
    if (allocator->raised_us && now_us - allocator->raised_us < REGRET_US)
        allocator->patience_us = MIN(2 * allocator->patience_us, PATIENCE_MAX_US);
    allocator->raise_after_us = now_us + allocator->patience_us;
    allocator->deficit = 0;
    allocator->room_s = 0;
    allocator->raised_us = 0;
    return apply(slots, n_slots, choice);
}

static gboolean
decide_with_nothing_known(AllocatorSlot *slots, guint n_slots)
{
    gboolean changed = FALSE;

    for (guint i = 0; i < n_slots; i++) {
        gint best = slots[i].n_layers ? video_allocator_best(&slots[i]) : ALLOCATOR_PAUSED;

        changed |= slots[i].n_layers && slots[i].chosen != best;
        slots[i].chosen = best;
    }
    return changed;
}

static gboolean
can_only_pause(const AllocatorSlot *slots, guint n_slots)
{
    for (guint i = 0; i < n_slots; i++)
        if (slots[i].n_layers && slots[i].chosen != ALLOCATOR_PAUSED && slots[i].chosen > lowest(&slots[i]))
            return FALSE;
    return TRUE;
}

gboolean
video_allocator_decide(VideoAllocator *allocator, AllocatorSlot *slots, guint n_slots, const AllocatorPath *path, gint64 now_us,
                       guint64 *ret_wanted_bps)
{
    double passed_s = allocator->decided_us ? MIN(STEP_S_MAX, (double)(now_us - allocator->decided_us) / G_USEC_PER_SEC) : 0;
    guint64 budget = path->estimate_bps - MIN(path->estimate_bps, path->audio_bps);
    guint64 need = 0, next_need;
    gint layer = 0, slot;
    gboolean changed, last_resort;
    double missing;

    *ret_wanted_bps = 0;
    allocator->decided_us = now_us;
    if (!allocator->patience_us)
        allocator->patience_us = PATIENCE_MIN_US;
    if (path->estimate_bps == G_MAXUINT64)
        return decide_with_nothing_known(slots, n_slots);
    changed = follow_publishers(slots, n_slots);
    for (guint i = 0; i < n_slots; i++)
        if (slots[i].n_layers)
            need += cost(&slots[i], slots[i].chosen);

    last_resort = can_only_pause(slots, n_slots);
    /* Of everything that goes: a thin picture beside a voice must not be weighed as if it were alone. */
    missing = need > budget ? (double)(need - budget) / (double)(need + path->audio_bps) - (last_resort ? PAUSE_SLACK : 0) : 0;
    if (missing > 0)
        allocator->deficit += passed_s * missing;
    else
        allocator->deficit = MAX(0.0, allocator->deficit - DEFICIT_RELIEF * passed_s);
    if (allocator->deficit > (last_resort ? PAUSE_DEFICIT_MAX : DEFICIT_MAX))
        return go_down(allocator, slots, n_slots, budget, now_us) || changed;

    if (allocator->raised_us && now_us - allocator->raised_us > 2 * REGRET_US)
        allocator->patience_us = PATIENCE_MIN_US; /* it held */
    slot = next_raise(slots, n_slots, &layer, &next_need);
    if (slot < 0)
        return changed;
    *ret_wanted_bps = next_need * MARGIN_PERCENT / 100 + path->audio_bps;
    allocator->room_s = *ret_wanted_bps <= path->estimate_bps ? allocator->room_s + passed_s : 0;
    if (allocator->room_s < ROOM_S || now_us < allocator->raise_after_us)
        return changed;
    slots[slot].chosen = layer;
    allocator->room_s = 0;
    allocator->raised_us = now_us;
    return TRUE;
}
