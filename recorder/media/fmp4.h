/**
 * fMP4 — fragmented MP4 in bytes: one H.264 and one Opus track, either of them optional.
 *
 * ISO/IEC 14496-12 (boxes), ISO/IEC 14496-15 section 5.4 (avc1), "Encapsulation of Opus in ISO Base Media File Format" (Opus, dOps).
 * Pure: what goes in decides what comes out. Why not mp4mux: docs/decisions/002-own-fragment-writer.md.
 */
#pragma once

#include "media-run.h"

/** ftyp and moov. `tracks->video` is VIDEO_H264 or VIDEO_NONE. The caller owns the bytes. */
GBytes *fmp4_init_segment(const MediaTracks *tracks);

/** RFC 6381 codecs parameter, "avc1.42e01f,opus". The caller frees it. */
char *fmp4_codecs(const MediaTracks *tracks);

/** moof and mdat. `sequence` counts from 1 within the part. Empty runs are left out. The caller owns the bytes. */
GBytes *fmp4_fragment(guint32 sequence, const MediaRun *runs, guint run_count);
