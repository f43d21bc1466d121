#include "derive.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "recording-index.h"
#include "speech-spans.h"

#define TRACK_PREFIX "audio-"
#define RATE         48000
#define STEP_SAMPLES (RATE / 1000 * (SPEECH_STEP_US / 1000))
/* A part that stands still is a bad one; the rest of it is left out. */
#define SAMPLE_WAIT (10 * GST_SECOND)

/** The samples of a part on their way into steps. */
typedef struct {
    const IndexFragment *fragments; /* of the index */
    guint count, part_index, at;    /* at: the fragment that held the last position */
    SpeechSpans *spans;
    double sum;
    guint samples;
    gint64 begins; /* of the step, media time */
} Listening;

/** Wall time of a media time of the part; -1 behind its fragments. */
static gint64
wall_of(Listening *listening, gint64 t)
{
    for (guint i = listening->at; i < listening->count; i++) {
        const IndexFragment *fragment = &listening->fragments[i];

        if (fragment->part_index != listening->part_index || t >= fragment->t + fragment->duration)
            continue;
        listening->at = i;
        return fragment->captured + MAX(0, t - fragment->t);
    }
    return -1;
}

static void
listen(Listening *listening, const gint16 *samples, gsize count, gint64 t)
{
    for (gsize i = 0; i < count; i++) {
        double value = samples[i] / 32768.0;

        if (listening->samples == 0)
            listening->begins = t + (gint64) i * G_USEC_PER_SEC / RATE;
        listening->sum += value * value;
        if (++listening->samples < STEP_SAMPLES)
            continue;

        gint64 wall = wall_of(listening, listening->begins);

        if (wall >= 0)
            speech_spans_add(listening->spans, wall, listening->sum / STEP_SAMPLES);
        listening->sum = 0;
        listening->samples = 0;
    }
}

static void
listen_to_sample(Listening *listening, GstSample *sample)
{
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    GstMapInfo map;

    if (!GST_BUFFER_PTS_IS_VALID(buffer) || !gst_buffer_map(buffer, &map, GST_MAP_READ))
        return;
    listen(listening, (const gint16 *) map.data, map.size / sizeof(gint16), (gint64) (GST_BUFFER_PTS(buffer) / 1000));
    gst_buffer_unmap(buffer, &map);
}

static gboolean
listen_to_part(Listening *listening, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) pipeline =
        gst_parse_launch("filesrc name=in ! qtdemux ! opusdec ! audioconvert ! audioresample ! "
                         "audio/x-raw,format=S16LE,rate=48000,channels=1 ! appsink name=out sync=false max-buffers=16",
                         &error);

    if (!pipeline || error)
        return FALSE;

    g_autoptr(GstElement) in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
    g_autoptr(GstElement) out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
    GstSample *sample;

    g_object_set(in, "location", path, NULL);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    while ((sample = gst_app_sink_try_pull_sample(GST_APP_SINK(out), SAMPLE_WAIT))) {
        listen_to_sample(listening, sample);
        gst_sample_unref(sample);
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
    return TRUE;
}

static void
tell_progress(guint *done, guint of)
{
    printf("PROGRESS %u/%u\n", ++*done, of);
    fflush(stdout);
}

/** [[from_ms, to_ms], …] in the site playlist. */
static json_t *
spans_json(const RecordingIndex *index, SpeechSpans *spans)
{
    g_autoptr(GArray) said = speech_spans_end(spans);
    json_t *array = json_array();

    for (guint i = 0; i < said->len; i++) {
        const SpeechSpan *span = &g_array_index(said, SpeechSpan, i);
        gint64 from = recording_index_position_at(index, span->from), to = recording_index_position_at(index, span->to);

        if (to > from)
            json_array_append_new(array, json_pack("[I, I]", (json_int_t) (from / 1000), (json_int_t) (to / 1000)));
    }
    return array;
}

static json_t *
one_voice(const char *recording, const RecordingIndex *index, const char *track, guint *done)
{
    g_autoptr(SpeechSpans) spans = speech_spans_new();
    guint count, part_count;
    const IndexPart *parts = recording_index_parts(index, &part_count);
    const IndexFragment *fragments = recording_index_fragments(index, &count);

    for (guint i = 0; i < part_count; i++) {
        if (!g_str_equal(parts[i].track, track))
            continue;

        g_autofree char *path = g_build_filename(recording, parts[i].file, NULL);
        Listening listening = { .fragments = fragments, .count = count, .part_index = i, .spans = spans };

        listen_to_part(&listening, path);
        tell_progress(done, part_count);
    }
    return json_pack("{s:s, s:o}", "participant", track + strlen(TRACK_PREFIX), "spans", spans_json(index, spans));
}

gboolean
derive_speech(const char *recording, const char *out, GError **error)
{
    g_autoptr(RecordingIndex) index = recording_index_load(recording, error);
    g_autofree char *path = g_build_filename(out, "speech.json", NULL);
    json_t *voices = json_array();
    guint done = 0;

    if (index) {
        g_autofree const char **tracks = recording_index_tracks(index);

        for (const char **track = tracks; *track; track++)
            if (g_str_has_prefix(*track, TRACK_PREFIX))
                json_array_append_new(voices, one_voice(recording, index, *track, &done));
    }

    json_t *speech = json_pack("{s:o}", "voices", voices);
    char *text = json_dumps(speech, JSON_COMPACT);
    gboolean written = index && g_file_set_contents(path, text, -1, error);

    free(text);
    json_decref(speech);
    return written;
}
