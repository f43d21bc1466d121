/**
 * HLS playlists (RFC 8216) over the files of a recording, byte ranges into its parts. Pure: the segments of a track in, text out.
 *
 * Version 7, fragmented MP4; what a player needs that wants to be close behind a running recording is of draft-pantos-hls-rfc8216bis, version 10:
 * the newest segments in the fragments that they are made of (EXT-X-PART), delta updates (EXT-X-SKIP) and blocking reload. URIs are relative to
 * `/recordings/{recording}/hls/`.
 */
#pragma once

#include <glib.h>

#include "playlist-track.h"

/** `main.m3u8`, of the site's track. NULL while that has no segment. Free with g_free(). */
char *playlist_main(const PlaylistTrack *site);
/** `TRACK.m3u8`, type EVENT (RFC 8216, section 6.2.1: only ever appended to), closed by ENDLIST when the recording has ended. NULL if there is no
 *  segment yet. */
char *playlist_media(const PlaylistTrack *track);
/** The same, `TRACK.parts.m3u8`; while the recording runs the newest segments are told with the fragments they are made of, the last one as far as
 *  it has come. `newest`: without what has been told long ago, where the player knows it already (RFC 8216bis, section 6.2.5.1). NULL without a
 *  fragment. */
char *playlist_parts(const PlaylistTrack *track, gboolean newest);
