/**
 * IndexTracks — for each track, whether it was being written when the recorder broke off without a word, and from when on it is missing.
 *
 * A crash leaves no line of its own: only the next start's `resume` tells of it. What was being written then is told by the lines before, by
 * their `mono`: the wall clock may have been set in between. Part of RecordingIndex; one thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct IndexTracks IndexTracks;

IndexTracks *index_tracks_new(void);
void index_tracks_free(IndexTracks *tracks);

/** Takes in a ledger line, in order. */
void index_tracks_add(IndexTracks *tracks, json_t *line);
/** Wall time from which on the track is missing because of the last crash, -1 if it is not, or if a gap has been declared since. */
gint64 index_tracks_interrupted_at(const IndexTracks *tracks, const char *track);
