/**
 * SrtpReplayWindow — which of the latest 128 packet indices were used (RFC 3711 section 3.3.2). A plain value, zero-initialised = nothing used.
 */
#pragma once

#include <glib.h>

typedef struct {
    gboolean started;
    guint64 highest;
    guint64 seen[2]; /* bit i (counting from seen[0]'s lowest): highest - i */
} SrtpReplayWindow;

/** TRUE when `index` is new: ahead of everything, or in the window and not yet used. */
static inline gboolean
srtp_replay_window_allows(const SrtpReplayWindow *window, guint64 index)
{
    if (!window->started || index > window->highest)
        return TRUE;

    guint64 behind = window->highest - index;

    return behind < 128 && !(window->seen[behind >> 6] >> (behind & 63) & 1);
}

/** Enters an index that was allowed. */
static inline void
srtp_replay_window_enter(SrtpReplayWindow *window, guint64 index)
{
    if (window->started && index <= window->highest) {
        guint64 behind = window->highest - index;

        window->seen[behind >> 6] |= (guint64) 1 << (behind & 63);
        return;
    }

    guint64 step = window->started ? index - window->highest : 128;

    if (step >= 128) {
        window->seen[0] = window->seen[1] = 0;
    } else if (step >= 64) {
        window->seen[1] = window->seen[0] << (step - 64);
        window->seen[0] = 0;
    } else {
        window->seen[1] = window->seen[1] << step | window->seen[0] >> (64 - step);
        window->seen[0] <<= step;
    }
    window->seen[0] |= 1;
    window->highest = index;
    window->started = TRUE;
}
