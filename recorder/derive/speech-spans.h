/**
 * SpeechSpans — when somebody speaks, from how loud it is. Pure: levels in, spans out.
 *
 * A step counts as speech when it stands out of the room's own noise, which is followed slowly; short pauses belong to what was said around them, a
 * click does not. Times are µs.
 */
#pragma once

#include <glib.h>

/* How long a step is for which a level is given. */
#define SPEECH_STEP_US (100 * 1000)

typedef struct SpeechSpans SpeechSpans;

typedef struct {
    gint64 from, to;
} SpeechSpan;

SpeechSpans *speech_spans_new(void);
void speech_spans_free(SpeechSpans *spans);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpeechSpans, speech_spans_free)

/** The level of the step at `at`, as the mean of squares of samples from -1 to 1. Steps come in order; one may follow much later. */
void speech_spans_add(SpeechSpans *spans, gint64 at, double mean_square);
/** What was said so far, joined: (element-type SpeechSpan). Nothing may be added afterwards. */
GArray *speech_spans_end(SpeechSpans *spans);
