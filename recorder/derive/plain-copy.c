#include "derive.h"

#include <gst/gst.h>
#include <stdio.h>
#include <string.h>

/* Twice what Opus takes: no ear hears the second encoding. */
#define AAC_BIT_RATE "96000"
/* moov stands within it: an initialization segment is below 2 KiB. */
#define HEAD_BYTES 65536
/* Video waits in it while the sound is encoded. */
#define QUEUE "queue max-size-time=0 max-size-buffers=0 max-size-bytes=33554432"

/* Which of the two a part has, by its sample entries (ISO/IEC 14496-12, section 8.5.2): a muxer waits for ever for one that never comes. */
static gboolean
look_into(const char *path, gboolean *ret_video, gboolean *ret_audio, GError **error)
{
    g_autofree char *head = g_malloc(HEAD_BYTES);
    FILE *file = fopen(path, "rb");
    gsize got = file ? fread(head, 1, HEAD_BYTES, file) : 0;

    if (file)
        fclose(file);
    *ret_video = got && memmem(head, got, "avc1", 4);
    *ret_audio = got && memmem(head, got, "Opus", 4);
    if (*ret_video || *ret_audio)
        return TRUE;
    g_set_error_literal(error, DERIVE_ERROR, 0, "neither video nor sound that a plain MP4 can hold");
    return FALSE;
}

static gboolean
run(GstElement *pipeline, GError **error)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    g_autoptr(GstMessage) message = NULL;

    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    message = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR); /* main() bounds the time */
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
        return TRUE;
    gst_message_parse_error(message, error, NULL);
    return FALSE;
}

gboolean
derive_plain_copy(const char *in, const char *out, GError **error)
{
    gboolean video, audio, done;

    if (!look_into(in, &video, &audio, error))
        return FALSE;

    g_autofree char *description = g_strconcat(
        "filesrc name=in ! qtdemux name=demux  mp4mux name=mux faststart=true ! filesink name=out ",
        video ? " demux.video_0 ! " QUEUE " ! h264parse ! mux." : "",
        audio ? " demux.audio_0 ! " QUEUE " ! opusdec ! audioconvert ! audioresample ! voaacenc bitrate=" AAC_BIT_RATE " ! aacparse ! mux." : "", NULL);
    GError *failed = NULL;
    GstElement *pipeline = gst_parse_launch(description, &failed);

    if (failed) { /* an element is missing: a pipeline may be there all the same */
        g_propagate_error(error, failed);
        g_clear_object(&pipeline);
        return FALSE;
    }

    g_autoptr(GstElement) source = gst_bin_get_by_name(GST_BIN(pipeline), "in");
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "out");

    g_object_set(source, "location", in, NULL);
    g_object_set(sink, "location", out, NULL);
    done = run(pipeline, error);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    return done;
}
