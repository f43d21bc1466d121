/**
 * Where a decoder can start: key frames in H.264 (RFC 6184) and VP8 (RFC 7741) payloads.
 * Reads an RTP payload, at most a few bytes of it; malformed payloads are no key frames.
 */
#pragma once

#include <glib.h>

typedef enum { MEDIA_CODEC_NONE, MEDIA_CODEC_OPUS, MEDIA_CODEC_H264, MEDIA_CODEC_VP8 } MediaCodec;

/** "opus", "H264", "VP8": the names of the RTP payload formats; NULL for NONE. */
const char *media_codec_name(MediaCodec codec);
/** Case-insensitive; MEDIA_CODEC_NONE for any other name. */
MediaCodec media_codec_from_name(const char *name);

/**
 * TRUE if this packet begins a key frame: for H.264 an SPS or the start of an IDR slice (single, STAP-A,
 * FU-A), for VP8 the first packet of the first partition of a key frame. Every packet of an audio codec
 * qualifies.
 */
gboolean key_frame_starts(MediaCodec codec, const guint8 *payload, gsize length);
