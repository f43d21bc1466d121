#include "track-pipeline.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <string.h>

G_DEFINE_QUARK(track-pipeline-error-quark, track_pipeline_error)

/* Retransmissions over a bad uplink take one to three round trips; more would break the 2 s bound of what a crash may lose. */
#define JITTER_LATENCY_MS 500
#define FMTP_FIELDS_MAX   32

struct TrackPipeline {
    TrackPipelineConfig config;
    GstElement *pipeline;
    GstElement *jitter_buffer;
    GstPad *feed;
    /* The pipeline's thread only, after construction. */
    gboolean sequence_known;
    guint16 next_sequence;
    GstCaps *caps;
    GBytes *avcc;
    int width, height;
};

/** Stands where packets leave the jitter buffer: sees what is missing, and puts the position back into the timestamp. */
static GstPadProbeReturn
on_packet(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    TrackPipeline *pipeline = user;
    GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    guint8 sequence_bytes[2];

    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = GST_BUFFER_OFFSET(buffer);
    if (gst_buffer_extract(buffer, 2, sequence_bytes, 2) != 2)
        return GST_PAD_PROBE_DROP;

    guint16 sequence = (guint16) (sequence_bytes[0] << 8 | sequence_bytes[1]);

    if (pipeline->sequence_known && sequence != pipeline->next_sequence) {
        TrackOutput lost = { .type = TRACK_OUTPUT_LOST, .pos = (gint64) (GST_BUFFER_PTS(buffer) / 1000) };

        pipeline->config.output(&lost, pipeline->config.user);
    }
    pipeline->sequence_known = TRUE;
    pipeline->next_sequence = (guint16) (sequence + 1);
    return GST_PAD_PROBE_OK;
}

static void
take_caps(TrackPipeline *pipeline, GstCaps *caps)
{
    const GstStructure *structure = gst_caps_get_structure(caps, 0);
    const GValue *value = gst_structure_get_value(structure, "codec_data");
    GstBuffer *codec_data = value ? gst_value_get_buffer(value) : NULL;

    gst_caps_replace(&pipeline->caps, caps);
    gst_structure_get_int(structure, "width", &pipeline->width);
    gst_structure_get_int(structure, "height", &pipeline->height);
    g_clear_pointer(&pipeline->avcc, g_bytes_unref);
    if (codec_data) {
        gpointer data;
        gsize length;

        gst_buffer_extract_dup(codec_data, 0, gst_buffer_get_size(codec_data), &data, &length);
        pipeline->avcc = g_bytes_new_take(data, length);
    }
}

static GstFlowReturn
on_sample(GstAppSink *sink, gpointer user)
{
    TrackPipeline *pipeline = user;
    GstSample *sample = gst_app_sink_pull_sample(sink);

    if (!sample)
        return GST_FLOW_EOS;

    GstBuffer *buffer = gst_sample_get_buffer(sample);

    if (pipeline->config.codec == TRACK_H264 && gst_sample_get_caps(sample) != pipeline->caps)
        take_caps(pipeline, gst_sample_get_caps(sample));
    if (GST_BUFFER_PTS_IS_VALID(buffer) && (pipeline->config.codec == TRACK_OPUS || pipeline->avcc)) {
        gpointer data;
        gsize length;

        gst_buffer_extract_dup(buffer, 0, gst_buffer_get_size(buffer), &data, &length);

        g_autoptr(GBytes) bytes = g_bytes_new_take(data, length);
        TrackOutput unit = {
            .type = TRACK_OUTPUT_UNIT,
            .pos = (gint64) ((GST_BUFFER_PTS(buffer) + 500) / 1000),
            .bytes = bytes,
            .key = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT),
            .avcc = pipeline->avcc,
            .width = (guint) pipeline->width,
            .height = (guint) pipeline->height,
        };

        pipeline->config.output(&unit, pipeline->config.user);
    }
    gst_sample_unref(sample);
    return GST_FLOW_OK;
}

static GstCaps *
rtp_caps(const TrackPipelineConfig *config)
{
    gboolean video = config->codec == TRACK_H264;
    GstCaps *caps = gst_caps_new_simple("application/x-rtp", "media", G_TYPE_STRING, video ? "video" : "audio", "clock-rate",
                                        G_TYPE_INT, (int) config->clock_rate, "encoding-name", G_TYPE_STRING,
                                        video ? "H264" : "OPUS", "payload", G_TYPE_INT, (int) config->payload_type, NULL);
    g_auto(GStrv) fields = g_strsplit(config->fmtp ? config->fmtp : "", ";", FMTP_FIELDS_MAX);

    for (char **field = fields; *field; field++) {
        char *value = strchr(g_strstrip(*field), '=');

        if (!value)
            continue;
        *value++ = '\0';
        /* The two that rtph264depay reads; anything else from outside stays outside. */
        if ((g_str_equal(*field, "packetization-mode") || g_str_equal(*field, "sprop-parameter-sets")) && g_utf8_validate(value, -1, NULL))
            gst_caps_set_simple(caps, *field, G_TYPE_STRING, value, NULL);
    }
    return caps;
}

static GstElement *
add_element(TrackPipeline *pipeline, const char *factory, GError **error)
{
    GstElement *element = gst_element_factory_make(factory, NULL);

    if (!element) {
        g_set_error(error, TRACK_PIPELINE_ERROR, TRACK_PIPELINE_ERROR_ELEMENT, "GStreamer has no element %s", factory);
        return NULL;
    }
    gst_bin_add(GST_BIN(pipeline->pipeline), element);
    return element;
}

static GstElement *
add_sink(TrackPipeline *pipeline, GError **error)
{
    GstElement *sink = add_element(pipeline, "appsink", error);

    if (!sink)
        return NULL;
    /* No preroll, no clock: what arrives is handed on at once. */
    g_object_set(sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
    if (pipeline->config.codec == TRACK_H264) {
        GstCaps *caps = gst_caps_from_string("video/x-h264,stream-format=avc,alignment=au");

        gst_app_sink_set_caps(GST_APP_SINK(sink), caps);
        gst_caps_unref(caps);
    }

    GstAppSinkCallbacks callbacks = { .new_sample = on_sample };

    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, pipeline, NULL);
    return sink;
}

static gboolean
build(TrackPipeline *pipeline, GError **error)
{
    gboolean video = pipeline->config.codec == TRACK_H264;
    GstElement *depay, *parse = NULL, *sink;

    if (!(pipeline->jitter_buffer = add_element(pipeline, "rtpjitterbuffer", error)) ||
        !(depay = add_element(pipeline, video ? "rtph264depay" : "rtpopusdepay", error)) ||
        (video && !(parse = add_element(pipeline, "h264parse", error))) || !(sink = add_sink(pipeline, error)))
        return FALSE;
    g_object_set(pipeline->jitter_buffer, "latency", JITTER_LATENCY_MS, "faststart-min-packets", 1, NULL);

    gboolean linked = video ? gst_element_link_many(pipeline->jitter_buffer, depay, parse, sink, NULL)
                            : gst_element_link_many(pipeline->jitter_buffer, depay, sink, NULL);
    GstPad *depay_in = gst_element_get_static_pad(depay, "sink");

    gst_pad_add_probe(depay_in, GST_PAD_PROBE_TYPE_BUFFER, on_packet, pipeline, NULL);
    gst_object_unref(depay_in);
    if (!linked) {
        g_set_error(error, TRACK_PIPELINE_ERROR, TRACK_PIPELINE_ERROR_ELEMENT, "the track's elements do not fit together");
        return FALSE;
    }
    return TRUE;
}

static void
open_feed_pad(TrackPipeline *pipeline)
{
    GstPad *sink = gst_element_get_static_pad(pipeline->jitter_buffer, "sink");
    GstCaps *caps = rtp_caps(&pipeline->config);
    GstSegment segment;

    pipeline->feed = gst_pad_new("feed", GST_PAD_SRC);
    gst_pad_set_active(pipeline->feed, TRUE);
    gst_pad_link(pipeline->feed, sink);
    gst_pad_push_event(pipeline->feed, gst_event_new_stream_start("feed"));
    gst_pad_push_event(pipeline->feed, gst_event_new_caps(caps));
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(pipeline->feed, gst_event_new_segment(&segment));
    gst_caps_unref(caps);
    gst_object_unref(sink);
}

TrackPipeline *
track_pipeline_new(const TrackPipelineConfig *config, GError **error)
{
    g_autoptr(TrackPipeline) pipeline = g_new0(TrackPipeline, 1);

    pipeline->config = *config;
    pipeline->config.fmtp = NULL; /* borrowed: used below only */
    pipeline->pipeline = gst_pipeline_new(NULL);
    if (!build(pipeline, error))
        return NULL;
    gst_element_set_state(pipeline->pipeline, GST_STATE_PLAYING);
    pipeline->config.fmtp = config->fmtp;
    open_feed_pad(pipeline);
    pipeline->config.fmtp = NULL;
    return g_steal_pointer(&pipeline);
}

void
track_pipeline_free(TrackPipeline *pipeline)
{
    if (!pipeline)
        return;
    if (pipeline->feed)
        gst_pad_set_active(pipeline->feed, FALSE);
    gst_element_set_state(pipeline->pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline->pipeline);
    if (pipeline->feed)
        gst_object_unref(pipeline->feed);
    gst_caps_replace(&pipeline->caps, NULL);
    g_clear_pointer(&pipeline->avcc, g_bytes_unref);
    g_free(pipeline);
}

void
track_pipeline_push(TrackPipeline *pipeline, const guint8 *packet, gsize length, gint64 pos)
{
    GstBuffer *buffer = gst_buffer_new_memdup(packet, length);
    GstClock *clock = gst_element_get_clock(pipeline->pipeline);

    if (clock) {
        GST_BUFFER_DTS(buffer) = gst_clock_get_time(clock) - gst_element_get_base_time(pipeline->pipeline);
        gst_object_unref(clock);
    }
    /* The offset field travels untouched through the jitter buffer, whose own idea of time we do not want. */
    GST_BUFFER_OFFSET(buffer) = (guint64) pos * 1000;
    gst_pad_push(pipeline->feed, buffer); /* a refused packet is a lost one, and seen as such */
}
