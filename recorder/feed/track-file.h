/**
 * TrackFile — one track of the recording ("site", "camera-PARTICIPANT", "audio-PARTICIPANT"): an assembler whose events go to the sink,
 * and which begins anew whenever the sink has thrown media away. Feed thread.
 */
#pragma once

#include "feed-sink.h"
#include "part-assembler.h"

typedef struct {
    const FeedSink *sink;
    gpointer sink_user;
    gint64 wall_offset; /* wall = position + this; changes when the machine's clock is set */
} TrackFilePlace;

/** Something that lasts, and what it was said to begin at. */
typedef struct {
    gint64 pos, wall;
} TrackFileSpan;

typedef struct {
    const TrackFilePlace *place;
    char *name;
    gboolean has_video;
    PartAssembler *assembler; /* NULL while the sink throws media away */
    guint epoch;              /* of the assembler */
    TrackFileSpan gap, damage;
} TrackFile;

/** `place` outlives the file. */
TrackFile *track_file_new(const TrackFilePlace *place, const char *name, gboolean has_video);
/** Finishes what is open; `reason` (or NULL) is declared from there on. */
void track_file_free(TrackFile *file, const char *reason, gint64 now);
/** Time passes. */
void track_file_poll(TrackFile *file, gint64 now);
/** A lasting gap from `from` (position) on. */
void track_file_gap(TrackFile *file, gint64 from, const char *reason);
