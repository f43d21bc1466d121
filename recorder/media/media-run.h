/**
 * What goes into a part, whatever its container: one video and one Opus track, either of them optional, and their samples. fmp4.h writes
 * H.264 as MP4, webm.h writes VP8 as WebM: each is what browsers play of that codec (docs/decisions/031-vp8-in-webm.md).
 */
#pragma once

#include <glib.h>

#define MEDIA_VIDEO_TIMESCALE 90000 /* RTP's clock for video (RFC 6184, section 5.1; RFC 7741, section 4.1): no frame time is rounded */
#define MEDIA_AUDIO_TIMESCALE 48000 /* Opus's only clock (RFC 7587, section 4.1) */

typedef enum { MEDIA_VIDEO = 1, MEDIA_AUDIO = 2 } MediaKind; /* the values are the track numbers in the file */

typedef enum { VIDEO_NONE, VIDEO_H264, VIDEO_VP8 } VideoCodec;

typedef struct {
    VideoCodec video;
    GBytes *avcc;         /* VIDEO_H264: AVCDecoderConfigurationRecord */
    guint width, height;  /* of the picture, 1–65535 */
    guint audio_channels; /* 1 or 2; 0 = no audio */
    gint64 created_wall_us;
} MediaTracks;

typedef struct {
    GBytes *bytes;    /* H.264: an access unit, NAL units with 4-byte lengths; VP8: a frame; audio: an Opus packet. Borrowed */
    guint32 duration; /* in the track's timescale */
    gboolean key;
} MediaSample;

/** The samples of one track in one fragment: consecutive, from `decode_time` on the part's timeline. */
typedef struct {
    MediaKind track;
    guint64 decode_time;
    const MediaSample *samples;
    guint count;
} MediaRun;
