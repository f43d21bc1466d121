/**
 * Arithmetic on 16-bit RTP sequence numbers and 32-bit timestamps, which wrap (RFC 3550, section 5.1).
 * Plain values; no failure.
 */
#pragma once

#include <glib.h>

/** Distance from b to a, −32768…32767; positive when a is newer. */
static inline gint16
sequence_distance(guint16 a, guint16 b)
{
    return (gint16)(guint16)(a - b);
}

/** Turns wrapped sequence numbers into ones that only grow (RFC 3550, appendix A.1). Zero-initialise. */
typedef struct {
    gboolean started;
    gint64 highest;
} SequenceExtender;

/** The extended number of `sequence`, the one nearest to the highest seen so far; that one is moved forward.
 */
static inline gint64
sequence_extend(SequenceExtender *extender, guint16 sequence)
{
    if (!extender->started) {
        extender->started = TRUE;
        extender->highest = 65536 + sequence; /* so that a reordered earlier one stays positive */
        return extender->highest;
    }
    gint64 extended = extender->highest + sequence_distance(sequence, (guint16)extender->highest);

    if (extended > extender->highest)
        extender->highest = extended;
    return extended;
}
