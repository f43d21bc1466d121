/**
 * VideoDepay — from RTP payloads, in order, to whole pictures: H.264 (RFC 6184, single NAL units, STAP-A, FU-A) and VP8 (RFC 7741).
 *
 * A picture that lacks a packet is left out: a decoder would invent the rest of it. Pictures are untouched otherwise; of H.264, parameter
 * sets go into the configuration instead, delimiters and filler are dropped. Pure; one thread.
 */
#pragma once

#include "media-run.h"

/* A picture of 4 MiB is a key frame of 8K; more is an attack, and is left out. */
#define VIDEO_PICTURE_MAX (4 * 1024 * 1024)

typedef struct {
    VideoCodec codec;
    GBytes *bytes; /* borrowed; H.264: NAL units with 4-byte lengths; VP8: the frame */
    GBytes *avcc;  /* borrowed; H.264: the configuration that the picture refers to */
    guint width, height;
    gboolean key;
    gint64 pos;
} VideoPicture;

typedef void (*VideoPictureFunc)(const VideoPicture *picture, gpointer user);

typedef struct VideoDepay VideoDepay;

VideoDepay *video_depay_new(VideoCodec codec, VideoPictureFunc picture, gpointer user);
void video_depay_free(VideoDepay *depay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VideoDepay, video_depay_free)

/** One packet's payload. `timestamp` and `marker` are its RTP header's; `pos` its position. */
void video_depay_push(VideoDepay *depay, const guint8 *payload, gsize length, guint32 timestamp, gboolean marker, gint64 pos);
/** Packets are missing before the next one. */
void video_depay_lost(VideoDepay *depay);
/** Pictures left out so far because they were not whole. */
guint video_depay_left_out(const VideoDepay *depay);
