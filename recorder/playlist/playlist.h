/**
 * HLS playlists (RFC 8216) over the files of a recording, byte ranges into its parts. Pure: index in, text out.
 *
 * Version 7, fragmented MP4. Segments run from key frame to key frame and last at least PLAYLIST_SEGMENT_US, so that every one can be decoded by
 * itself; a new part or a gap of the track is a discontinuity. URIs are relative to `/recordings/{recording}/hls/`.
 */
#pragma once

#include <glib.h>

#include "recording-index.h"

#define PLAYLIST_SEGMENT_US (2 * G_USEC_PER_SEC)

/** Length of what `main.m3u8` plays now, µs; 0 while it has no segment. Less than the recording's while that runs. */
gint64 playlist_duration(const RecordingIndex *index);

/** `main.m3u8`: the site track. NULL while it has no segment. Free with g_free(). */
char *playlist_main(const RecordingIndex *index);
/** `TRACK.m3u8`, type EVENT (RFC 8216, section 6.2.1: only ever appended to), closed by ENDLIST when the
 *  recording has ended. NULL if there is no such track or no segment yet. */
char *playlist_media(const RecordingIndex *index, const char *track);
/** The same, `TRACK.parts.m3u8`; while the recording runs the newest segments are told with the fragments they are made of (EXT-X-PART of
 *  RFC 8216bis), the last one as far as it has come: for a player that wants to be close behind. NULL without a fragment. */
char *playlist_parts(const RecordingIndex *index, const char *track);
