#include "derive.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <stdio.h>
#include <string.h>

#include "recording-index.h"

#define WIDTH       160
#define INTERVAL_US (G_GINT64_CONSTANT(5) * G_USEC_PER_SEC)
/* One frame of one fragment; a bad one is left out. */
#define FRAME_WAIT (10 * GST_SECOND)
/* docs/evidence-format.md, section 6. */
#define SEGMENT_MAX (16u * 1024 * 1024)

static gboolean
read_into(FILE *file, guint64 offset, guint64 length, GByteArray *bytes)
{
    guint before = bytes->len;

    if (length > SEGMENT_MAX || fseeko(file, (off_t) offset, SEEK_SET) != 0)
        return FALSE;
    g_byte_array_set_size(bytes, before + (guint) length);
    return fread(bytes->data + before, 1, length, file) == length;
}

/* Initialization segment and fragment: a file of one fragment. */
static GBytes *
one_fragment(const char *recording, const IndexPart *part, const IndexFragment *fragment)
{
    g_autofree char *path = g_build_filename(recording, part->file, NULL);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    FILE *file = fopen(path, "rb");
    gboolean read = file && read_into(file, 0, part->length, bytes) && read_into(file, fragment->offset, fragment->length, bytes);

    if (file)
        fclose(file);
    return read ? g_bytes_new(bytes->data, bytes->len) : NULL;
}

static GstSample *
first_picture(GBytes *bytes, const char *codecs, GError **error)
{
    gboolean webm = strstr(codecs, "vp8") || strstr(codecs, "vp08");
    g_autofree char *description =
        g_strdup_printf("appsrc name=in format=bytes ! %s ! queue ! %s ! videoconvertscale ! video/x-raw,format=I420,width=%d,pixel-aspect-ratio=1/1 ! "
                        "jpegenc quality=70 ! appsink name=out sync=false max-buffers=1 drop=false",
                        webm ? "matroskademux" : "qtdemux", webm ? "vp8dec" : "h264parse ! openh264dec", WIDTH);
    g_autoptr(GstElement) pipeline = gst_parse_launch(description, error);
    GstSample *sample = NULL;

    if (!pipeline)
        return NULL;

    g_autoptr(GstElement) in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
    g_autoptr(GstElement) out = gst_bin_get_by_name(GST_BIN(pipeline), "out");

    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    gst_app_src_push_buffer(GST_APP_SRC(in), gst_buffer_new_wrapped_bytes(bytes));
    gst_app_src_end_of_stream(GST_APP_SRC(in));
    sample = gst_app_sink_try_pull_sample(GST_APP_SINK(out), FRAME_WAIT);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    return sample;
}

static gboolean
write_picture(GstSample *sample, const char *path, GError **error)
{
    GstMapInfo map;
    gboolean written = FALSE;

    if (gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ)) {
        written = g_file_set_contents(path, (const char *) map.data, (gssize) map.size, error);
        gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    }
    return written;
}

static json_t *
one_thumbnail(const char *recording, const RecordingIndex *index, const IndexFragment *fragment, const char *out, guint n)
{
    guint count;
    const IndexPart *part = &recording_index_parts(index, &count)[fragment->part_index];
    g_autoptr(GBytes) bytes = one_fragment(recording, part, fragment);
    g_autoptr(GstSample) sample = bytes ? first_picture(bytes, part->codecs, NULL) : NULL;
    g_autofree char *name = g_strdup_printf("t-%04u.jpg", n);
    g_autofree char *path = g_build_filename(out, name, NULL);

    if (!sample || !write_picture(sample, path, NULL))
        return NULL;
    return json_pack("{s:i, s:I}", "n", (int) n, "t_ms", (json_int_t) (fragment->position / 1000));
}

/* The first key frame of each interval. */
static GPtrArray *
choose(const RecordingIndex *index, gint64 interval)
{
    GPtrArray *chosen = g_ptr_array_new();
    guint count, part_count;
    const IndexFragment *fragments = recording_index_fragments(index, &count);
    const IndexPart *parts = recording_index_parts(index, &part_count);
    gint64 next = 0;

    for (guint i = 0; i < count && chosen->len < THUMBNAILS_MAX; i++)
        if (fragments[i].key && parts[fragments[i].part_index].width > 0 && g_str_equal(fragments[i].track, RECORDING_TRACK_SITE) &&
            fragments[i].position >= next) {
            g_ptr_array_add(chosen, (gpointer) &fragments[i]);
            next = (fragments[i].position / interval + 1) * interval;
        }
    return chosen;
}

gboolean
derive_strip(const char *recording, const char *out, GError **error)
{
    g_autoptr(RecordingIndex) index = recording_index_load(recording, error);
    json_t *thumbnails = json_array();
    gint64 interval = index ? MAX(INTERVAL_US, recording_index_duration(index) / THUMBNAILS_MAX + 1) : 0;
    g_autoptr(GPtrArray) chosen = index ? choose(index, interval) : NULL;
    g_autofree char *path = g_build_filename(out, "strip.json", NULL);

    for (guint i = 0; chosen && i < chosen->len; i++) {
        json_t *one = one_thumbnail(recording, index, g_ptr_array_index(chosen, i), out, i);

        if (one)
            json_array_append_new(thumbnails, one);
        printf("PROGRESS %u/%u\n", i + 1, chosen->len);
        fflush(stdout);
    }

    json_t *strip = json_pack("{s:I, s:I, s:o}", "interval_ms", (json_int_t) (interval / 1000), "count", (json_int_t) json_array_size(thumbnails), "thumbnails",
                              thumbnails);
    char *text = json_dumps(strip, JSON_COMPACT);
    gboolean written = index && g_file_set_contents(path, text, -1, error);

    free(text);
    json_decref(strip);
    return written;
}
