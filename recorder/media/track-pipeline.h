/**
 * TrackPipeline — one track's RTP in, access units or Opus packets out, by GStreamer:
 *
 *     feed pad ! rtpjitterbuffer ! rtph264depay ! h264parse (avc, au) ! appsink
 *     feed pad ! rtpjitterbuffer ! rtpopusdepay                       ! appsink
 *
 * The jitter buffer orders packets and waits 500 ms for retransmissions; a packet in order passes at once. Positions come with the packets
 * and are carried through, so the pipeline's own clock decides nothing. Two threads per pipeline, both the jitter buffer's; packets are
 * pushed straight into it, without the thread that an appsrc would add.
 *
 * Created, fed and freed by one thread. `output` is called from the pipeline's own thread and must not block.
 */
#pragma once

#include <glib.h>

typedef enum { TRACK_H264, TRACK_OPUS } TrackCodec;
typedef enum { TRACK_OUTPUT_UNIT, TRACK_OUTPUT_LOST } TrackOutputType;

/** LOST: packets before the one at `pos` did not come. */
typedef struct {
    TrackOutputType type;
    gint64 pos;
    GBytes *bytes; /* borrowed; H.264: NAL units with 4-byte lengths */
    gboolean key;
    GBytes *avcc; /* H.264: AVCDecoderConfigurationRecord; borrowed */
    guint width, height;
} TrackOutput;

typedef struct {
    TrackCodec codec;
    guint8 payload_type;
    guint32 clock_rate;
    const char *fmtp; /* "name=value;name=value" */
    void (*output)(const TrackOutput *output, gpointer user);
    gpointer user;
} TrackPipelineConfig;

typedef struct TrackPipeline TrackPipeline;

typedef enum { TRACK_PIPELINE_ERROR_ELEMENT } TrackPipelineError;
#define TRACK_PIPELINE_ERROR (track_pipeline_error_quark())
GQuark track_pipeline_error_quark(void);

/** gst_init() has run. Fails with _ELEMENT when a GStreamer plug-in is missing. */
TrackPipeline *track_pipeline_new(const TrackPipelineConfig *config, GError **error);
/** After it `output` is not called any more. */
void track_pipeline_free(TrackPipeline *pipeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrackPipeline, track_pipeline_free)

/** One RTP packet whose position is `pos` (µs, not negative). */
void track_pipeline_push(TrackPipeline *pipeline, const guint8 *packet, gsize length, gint64 pos);
