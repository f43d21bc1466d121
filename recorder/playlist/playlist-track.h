/**
 * PlaylistTrack — the segments of one track (RFC 8216), followed as its index grows, so that a viewer's look costs nothing for what has been.
 *
 * Segments run from key frame to key frame and last at least PLAYLIST_SEGMENT_US, so that every one can be decoded by itself; a new part or a gap
 * of the track is a discontinuity. Pure; one thread. It must be followed on with the index that it began with.
 */
#pragma once

#include <glib.h>

#include "recording-index.h"

#define PLAYLIST_SEGMENT_US (2 * G_USEC_PER_SEC)

typedef struct {
    guint part_index; /* into the index's parts */
    gint64 duration, captured;
    guint64 offset, length;
    gboolean discontinuity, new_map;
    guint first, last; /* of the index's fragments; those of other tracks lie between */
    guint count;       /* of its own fragments */
} PlaylistSegment;

typedef struct PlaylistTrack PlaylistTrack;

PlaylistTrack *playlist_track_new(const RecordingIndex *index, const char *track);
void playlist_track_free(PlaylistTrack *track);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PlaylistTrack, playlist_track_free)

/** Takes in what the index has got since. */
void playlist_track_follow(PlaylistTrack *track);

const RecordingIndex *playlist_track_index(const PlaylistTrack *track);
const char *playlist_track_name(const PlaylistTrack *track);
/** Those that grow no more. The last one of a running recording may, so it is among them when the next one has begun. */
const PlaylistSegment *playlist_track_segments(const PlaylistTrack *track, guint *ret_count);
/** The one that still grows, or NULL. */
const PlaylistSegment *playlist_track_open(const PlaylistTrack *track);
/** Length of the segments, µs; 0 while there is none. Less than the recording's while that runs. */
gint64 playlist_track_duration(const PlaylistTrack *track);
/** Whether it has fragment `part` of segment `segment`, both from 0; `part` < 0: the whole segment. */
gboolean playlist_track_has(const PlaylistTrack *track, guint segment, gint part);
