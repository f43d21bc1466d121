/* The time side of RecordingIndex: spans of check points, and the JSON that shows them. */
#include "recording-index.h"

#include <string.h>

/* Half a frame at 25 a second: nobody sees it, and a run lasts. */
#define CLOCK_TOLERANCE_US (20 * 1000)

static void
start_span(const RecordingIndex *index, GArray *spans, const IndexEntry *entry)
{
    IndexSpan span = { entry->checkpoint, entry->occurred, -1, recording_index_position_at(index, entry->occurred), -1 };

    g_array_append_val(spans, span);
}

static void
end_span(const RecordingIndex *index, GArray *spans, const IndexEntry *entry)
{
    for (guint i = spans->len; i-- > 0;) {
        IndexSpan *span = &g_array_index(spans, IndexSpan, i);

        if (span->to < 0 && g_str_equal(span->checkpoint, entry->checkpoint)) {
            span->to = entry->occurred;
            span->to_position = recording_index_position_at(index, entry->occurred);
            return;
        }
    }
}

GArray *
recording_index_spans(const RecordingIndex *index, const char *checkpoint)
{
    GArray *spans = g_array_new(FALSE, FALSE, sizeof(IndexSpan));
    guint count;
    const IndexEntry *entries = recording_index_entries(index, &count);

    for (guint i = 0; i < count; i++) {
        const IndexEntry *entry = &entries[i];

        if (!g_str_equal(entry->type, "mark") || !entry->kind || !entry->checkpoint || (checkpoint && !g_str_equal(checkpoint, entry->checkpoint)))
            continue;
        if (g_str_equal(entry->kind, "checkpoint-start"))
            start_span(index, spans, entry);
        else if (g_str_equal(entry->kind, "checkpoint-end"))
            end_span(index, spans, entry);
    }
    for (guint i = 0; i < spans->len; i++) {
        IndexSpan *span = &g_array_index(spans, IndexSpan, i);

        if (span->to < 0)
            span->to_position = recording_index_duration(index);
    }
    return spans;
}

static json_int_t
ms(gint64 us)
{
    return us / 1000;
}

static json_t *
parts_to_json(const RecordingIndex *index)
{
    json_t *array = json_array();
    guint count;
    const IndexPart *parts = recording_index_parts(index, &count);

    for (guint i = 0; i < count; i++)
        json_array_append_new(array, json_pack("{s:s, s:I, s:s, s:I, s:s, s:I, s:I}", "track", parts[i].track, "part",
                                               (json_int_t) parts[i].part, "file", parts[i].file, "init_length",
                                               (json_int_t) parts[i].length, "codecs", parts[i].codecs, "width",
                                               (json_int_t) parts[i].width, "height", (json_int_t) parts[i].height));
    return array;
}

static json_t *
fragments_to_json(const RecordingIndex *index)
{
    json_t *array = json_array();
    guint count, part_count;
    const IndexFragment *fragments = recording_index_fragments(index, &count);
    const IndexPart *parts = recording_index_parts(index, &part_count);

    for (guint i = 0; i < count; i++) {
        const IndexFragment *f = &fragments[i];

        json_array_append_new(array, json_pack("{s:s, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:I}", "track", f->track, "part",
                                               (json_int_t) parts[f->part_index].part, "t_ms", ms(f->position), "duration_ms",
                                               ms(f->duration), "at", (json_int_t) f->captured, "key", f->key != FALSE, "offset",
                                               (json_int_t) f->offset, "length", (json_int_t) f->length, "seq",
                                               (json_int_t) f->seq));
    }
    return array;
}

/** Runs of the site's fragments in which position and wall clock go alike: what a page needs to tell the time of a position. */
static json_t *
clock_to_json(const RecordingIndex *index)
{
    json_t *array = json_array();
    guint count;
    const IndexFragment *fragments = recording_index_fragments(index, &count);
    const IndexFragment *first = NULL;
    gint64 length = 0;

    for (guint i = 0; i < count; i++) {
        const IndexFragment *f = &fragments[i];

        if (!g_str_equal(f->track, RECORDING_TRACK_SITE))
            continue;
        if (first && ABS(f->captured - (first->captured + length)) > CLOCK_TOLERANCE_US) {
            json_array_append_new(array, json_pack("{s:I, s:I, s:I}", "t_ms", ms(first->position), "duration_ms", ms(length), "at", (json_int_t) first->captured));
            first = NULL;
        }
        if (!first) {
            first = f;
            length = 0;
        }
        length += f->duration;
    }
    if (first)
        json_array_append_new(array, json_pack("{s:I, s:I, s:I}", "t_ms", ms(first->position), "duration_ms", ms(length), "at", (json_int_t) first->captured));
    return array;
}

static json_t *
gaps_to_json(const RecordingIndex *index)
{
    json_t *array = json_array();
    guint count;
    const IndexGap *gaps = recording_index_gaps(index, &count);

    for (guint i = 0; i < count; i++) {
        const IndexGap *gap = &gaps[i];
        json_t *to_ms = gap->to < 0 ? json_null() : json_integer(ms(recording_index_position_at(index, gap->to)));

        json_array_append_new(array, json_pack("{s:s, s:I, s:o, s:I, s:o, s:s, s:I}", "track", gap->track, "from_ms",
                                               ms(recording_index_position_at(index, gap->from)), "to_ms", to_ms, "from",
                                               (json_int_t) gap->from, "to", gap->to < 0 ? json_null() : json_integer(gap->to),
                                               "reason", gap->reason, "seq", (json_int_t) gap->seq));
    }
    return array;
}

static json_t *
damages_to_json(const RecordingIndex *index)
{
    json_t *array = json_array();
    guint count;
    const IndexDamage *damages = recording_index_damages(index, &count);

    for (guint i = 0; i < count; i++) {
        const IndexDamage *d = &damages[i];
        json_t *to_ms = d->to < 0 ? json_null() : json_integer(ms(recording_index_position_at(index, d->to)));

        json_array_append_new(array, json_pack("{s:s, s:s, s:I, s:o, s:I, s:o, s:I, s:I}", "track", d->track, "media", d->media,
                                               "from_ms", ms(recording_index_position_at(index, d->from)), "to_ms", to_ms, "from",
                                               (json_int_t) d->from, "to", d->to < 0 ? json_null() : json_integer(d->to), "packets",
                                               (json_int_t) d->packets, "seq", (json_int_t) d->seq));
    }
    return array;
}

/** The site's own camera first, then the others: their playlists share the wall clock. */
static json_t *
cameras_to_json(const RecordingIndex *index)
{
    g_autofree const char **tracks = recording_index_tracks(index);
    json_t *array = json_array();

    for (const char **track = tracks; *track; track++) {
        gboolean site = g_str_equal(*track, RECORDING_TRACK_SITE);

        if (site)
            json_array_insert_new(array, 0, json_pack("{s:s}", "track", *track));
        else if (g_str_has_prefix(*track, RECORDING_TRACK_CAMERA_PREFIX))
            json_array_append_new(array, json_pack("{s:s, s:s}", "track", *track, "participant",
                                                   *track + strlen(RECORDING_TRACK_CAMERA_PREFIX)));
    }
    return array;
}

static json_t *
entries_to_json(const RecordingIndex *index)
{
    json_t *array = json_array();
    guint count;
    const IndexEntry *entries = recording_index_entries(index, &count);

    for (guint i = 0; i < count; i++)
        json_array_append_new(array, json_pack("{s:s, s:s, s:I, s:I, s:I, s:O?}", "id", entries[i].id, "type", entries[i].type,
                                               "at", (json_int_t) entries[i].occurred, "t_ms",
                                               ms(recording_index_position_at(index, entries[i].occurred)), "seq",
                                               (json_int_t) entries[i].seq, "data", entries[i].data));
    return array;
}

static json_t *
stills_to_json(const RecordingIndex *index)
{
    json_t *array = json_array();
    guint count;
    const IndexStill *stills = recording_index_stills(index, &count);

    for (guint i = 0; i < count; i++) {
        const IndexStill *s = &stills[i];

        json_array_append_new(array, json_pack("{s:s, s:s, s:I, s:s, s:s?, s:s?, s:I, s:I, s:I}", "id", s->id, "file", s->file,
                                               "bytes", (json_int_t) s->length, s->hash, s->digest, "checkpoint", s->checkpoint,
                                               "participant", s->participant, "at", (json_int_t) s->occurred, "t_ms",
                                               ms(recording_index_position_at(index, s->occurred)), "seq", (json_int_t) s->seq));
    }
    return array;
}

static json_t *
checkpoints_to_json(const RecordingIndex *index)
{
    g_autoptr(GArray) spans = recording_index_spans(index, NULL);
    json_t *array = json_array();

    for (guint i = 0; i < spans->len; i++) {
        const IndexSpan *span = &g_array_index(spans, IndexSpan, i);

        json_array_append_new(array, json_pack("{s:s, s:I, s:o, s:I, s:I}", "checkpoint", span->checkpoint, "from",
                                               (json_int_t) span->from, "to", span->to < 0 ? json_null() : json_integer(span->to),
                                               "from_ms", ms(span->from_position), "to_ms", ms(span->to_position)));
    }
    return array;
}

json_t *
recording_index_outline(const RecordingIndex *index)
{
    gint64 disposed_at = recording_index_disposed_at(index);

    return json_pack("{s:s?, s:s?, s:s?, s:s?, s:s?, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "recording",
                     recording_index_recording(index), "visit", recording_index_visit(index), "case_number",
                     recording_index_case_number(index), "item", recording_index_item(index), "title", recording_index_title(index),
                     "disposed_at", disposed_at < 0 ? json_null() : json_integer(disposed_at), "started_at",
                     (json_int_t) recording_index_started_at(index), "duration_ms", ms(recording_index_duration(index)), "parts",
                     parts_to_json(index), "clock", clock_to_json(index), "gaps", gaps_to_json(index), "damages", damages_to_json(index),
                     "cameras", cameras_to_json(index), "checkpoints", checkpoints_to_json(index), "entries", entries_to_json(index), "stills",
                     stills_to_json(index));
}

json_t *
recording_index_to_json(const RecordingIndex *index)
{
    json_t *json = recording_index_outline(index);

    json_object_set_new(json, "fragments", fragments_to_json(index));
    return json;
}
