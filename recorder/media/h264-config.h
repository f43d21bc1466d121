/**
 * H264Config — the parameter sets of one H.264 stream, and the decoder configuration made of them.
 *
 * ISO/IEC 14496-10, sections 7.3.2.1 and 7.3.2.2 (parameter sets), ISO/IEC 14496-15, section 5.3.3.1 (AVCDecoderConfigurationRecord).
 * Pure; one thread.
 */
#pragma once

#include <glib.h>

/* ISO/IEC 14496-10, sections 7.4.2.1.1 and 7.4.2.2: the range of the ids. A picture parameter set may have 256; browsers use a few. */
#define H264_SPS_MAX 32
#define H264_PPS_MAX 64
/* A parameter set without scaling lists takes some 30 bytes, with all of them less than 700. */
#define H264_PARAMETER_SET_MAX 1024

enum { H264_NAL_SLICE = 1, H264_NAL_IDR = 5, H264_NAL_SPS = 7, H264_NAL_PPS = 8, H264_NAL_DELIMITER = 9, H264_NAL_FILLER = 12 };

typedef struct {
    guint id;
    guint8 profile, compatibility, level;
    guint chroma_format, bit_depth_luma, bit_depth_chroma;
    guint width, height; /* of the cropped picture */
} H264Sps;

/** A sequence parameter set, its NAL header included. FALSE if it is broken or out of bounds. */
gboolean h264_sps_parse(const guint8 *nal, gsize length, H264Sps *ret_sps);

typedef struct H264Config H264Config;

H264Config *h264_config_new(void);
void h264_config_free(H264Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(H264Config, h264_config_free)

/** Takes a parameter set; anything broken is ignored. */
void h264_config_take(H264Config *config, const guint8 *nal, gsize length);
/** The configuration that a slice refers to: an AVCDecoderConfigurationRecord, valid until the next call, and the picture's size.
 *  NULL if its parameter sets have not come. */
GBytes *h264_config_for_slice(H264Config *config, const guint8 *nal, gsize length, guint *ret_width, guint *ret_height);
