#include "speech-spans.h"

#include <math.h>

/* Speech into a phone's microphone lies between -35 and -10 dB of full scale, a quiet room below -60. */
#define QUIET_DB      (-70.0)
#define LEAST_DB      (-50.0)
#define NOISE_MAX_DB  (-40.0)
#define ABOVE_DB      10.0
/* The noise is what is least; it may rise by this much a second, as when a fan starts. */
#define NOISE_RISE_DB 1.0
/* A breath belongs to what is said; a click is none. */
#define PAUSE_US (700 * 1000)
#define LEAST_US (200 * 1000)

struct SpeechSpans {
    GArray *done;
    SpeechSpan open; /* to == 0: nobody speaks */
    double noise;
    gint64 last;
};

SpeechSpans *
speech_spans_new(void)
{
    SpeechSpans *spans = g_new0(SpeechSpans, 1);

    spans->done = g_array_new(FALSE, FALSE, sizeof(SpeechSpan));
    spans->noise = QUIET_DB;
    return spans;
}

void
speech_spans_free(SpeechSpans *spans)
{
    if (!spans)
        return;
    g_array_unref(spans->done);
    g_free(spans);
}

static void
close_open(SpeechSpans *spans)
{
    if (spans->open.to - spans->open.from >= LEAST_US)
        g_array_append_val(spans->done, spans->open);
    spans->open = (SpeechSpan){ 0 };
}

void
speech_spans_add(SpeechSpans *spans, gint64 at, double mean_square)
{
    double level = mean_square > 0 ? MAX(10 * log10(mean_square), QUIET_DB) : QUIET_DB;
    double apart = spans->last ? (double) (at - spans->last) / G_USEC_PER_SEC : 0;

    spans->noise = MIN(level, MIN(spans->noise + NOISE_RISE_DB * apart, NOISE_MAX_DB));
    spans->last = at;
    if (spans->open.to && at - spans->open.to > PAUSE_US)
        close_open(spans);
    if (level < MAX(LEAST_DB, spans->noise + ABOVE_DB))
        return;
    if (!spans->open.to)
        spans->open.from = at;
    spans->open.to = at + SPEECH_STEP_US;
}

GArray *
speech_spans_end(SpeechSpans *spans)
{
    if (spans->open.to)
        close_open(spans);
    return g_array_ref(spans->done);
}
