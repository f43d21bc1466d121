/**
 * What yuntakan-derive makes from a recording. Everything is written beside the recording, never into it, and proves nothing by itself.
 */
#pragma once

#include <glib.h>

#define DERIVE_ERROR derive_error_quark()
GQuark derive_error_quark(void);

/** One part as a plain MP4 that any player takes: the video as it is, the sound as AAC, the index in front. Fails when `in` has neither. */
gboolean derive_plain_copy(const char *in, const char *out, GError **error);

/** Thumbnails of the site track, 160 pixels wide, `out`/t-NNNN.jpg, at most THUMBNAILS_MAX of them, and `out`/strip.json: {interval_ms, count,
 *  thumbnails: [{n, t_ms}]}. Decodes one key frame for each, so an hour costs what a minute does. Prints "PROGRESS done/total" lines. */
#define THUMBNAILS_MAX 120
gboolean derive_strip(const char *recording, const char *out, GError **error);

/** When each participant spoke, from how loud its own track is: `out`/speech.json, {voices: [{participant, spans: [[from_ms, to_ms], …]}]}, positions in
 *  the site playlist. Decodes all speech, an hour of one voice in some seconds. Prints "PROGRESS done/total" lines. */
gboolean derive_speech(const char *recording, const char *out, GError **error);
