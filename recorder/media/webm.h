/**
 * WebM in bytes: one VP8 and one Opus track, either of them optional. RFC 8794 (EBML), RFC 9559 (Matroska), the WebM container guidelines.
 *
 * Append-only: the segment and its clusters come one after the other, the segment's size is unknown (RFC 8794, section 6.2), there is no
 * cue and no seek head to go back for. A fragment is one cluster. Pure: what goes in decides what comes out.
 */
#pragma once

#include "media-run.h"

/** EBML header, Segment, Info, Tracks. `tracks->video` is VIDEO_VP8 or VIDEO_NONE. The caller owns the bytes. */
GBytes *webm_init_segment(const MediaTracks *tracks);

/** RFC 6381 codecs parameter, "vp8,opus". The caller frees it. */
char *webm_codecs(const MediaTracks *tracks);

/** A cluster: both tracks interleaved by time, in milliseconds from the part's beginning. Empty runs are left out. A cluster spans at most
 *  32 s (block times are 16 bits); what is later is left out. The caller owns the bytes. */
GBytes *webm_fragment(const MediaRun *runs, guint run_count);
