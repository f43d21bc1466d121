/**
 * fMP4 — fragmented MP4 in bytes: one H.264 and one Opus track, either of them optional.
 *
 * ISO/IEC 14496-12 (boxes), ISO/IEC 14496-15 section 5.4 (avc1), "Encapsulation of Opus in ISO Base Media File Format" (Opus, dOps).
 * Pure: what goes in decides what comes out. Why not mp4mux: docs/decisions/002-own-fragment-writer.md.
 */
#pragma once

#include <glib.h>

#define FMP4_VIDEO_TIMESCALE 90000 /* RTP's clock for video (RFC 6184, section 5.1): no frame time is rounded */
#define FMP4_AUDIO_TIMESCALE 48000 /* Opus's only clock (RFC 7587, section 4.1) */

typedef enum { FMP4_TRACK_VIDEO = 1, FMP4_TRACK_AUDIO = 2 } Fmp4Track; /* the values are the track IDs */

typedef struct {
    GBytes *avcc;          /* AVCDecoderConfigurationRecord; NULL = no video */
    guint width, height;   /* of the picture, 1–65535 */
    guint audio_channels;  /* 1 or 2; 0 = no audio */
    gint64 created_wall_us; /* goes into mvhd, tkhd and mdhd */
} Fmp4Tracks;

/** ftyp and moov. The caller owns the bytes. */
GBytes *fmp4_init_segment(const Fmp4Tracks *tracks);

/** RFC 6381 codecs parameter, "avc1.42e01f,opus". The caller frees it. */
char *fmp4_codecs(const Fmp4Tracks *tracks);

typedef struct {
    GBytes *bytes;    /* video: an access unit, NAL units with 4-byte lengths; audio: an Opus packet. Borrowed */
    guint32 duration; /* in the track's timescale */
    gboolean key;
} Fmp4Sample;

/** The samples of one track in one fragment: consecutive, from `decode_time` on the part's timeline. */
typedef struct {
    Fmp4Track track;
    guint64 decode_time;
    const Fmp4Sample *samples;
    guint count;
} Fmp4Run;

/** moof and mdat. `sequence` counts from 1 within the part. Empty runs are left out. The caller owns the bytes. */
GBytes *fmp4_fragment(guint32 sequence, const Fmp4Run *runs, guint run_count);
