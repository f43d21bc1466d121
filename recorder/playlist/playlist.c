#include "playlist.h"

#include <string.h>

/* RFC 8216, section 4.3.3.1: constant while live. Key frames come every two seconds or so, segments are two to four seconds long. */
#define TARGET_DURATION_S 4
/* So many segments before the open one are told in parts, for a reader who is behind by that much. */
#define PARTS_SEGMENTS 3
/* A fragment is cut after half a second, or a quarter late. */
#define PART_TARGET "1.0"
/* Media times of successive fragments join exactly; rounding to the track's time scale is below a millisecond. More is a hole. */
#define JUMP_US (250 * 1000)

typedef struct {
    const IndexPart *part;
    gint64 duration, captured;
    guint64 offset, length;
    gboolean discontinuity, new_map;
    guint first, last; /* of the index's fragments; those of other tracks lie between */
} Segment;

typedef struct {
    GArray *done; /* of Segment */
    Segment open;
    const IndexFragment *last; /* NULL before the first */
} Grouping;

static void
close_segment(Grouping *grouping)
{
    if (grouping->open.part)
        g_array_append_val(grouping->done, grouping->open);
    grouping->open = (Segment){ NULL };
}

static gboolean
jumps(const IndexFragment *last, const IndexFragment *next)
{
    return ABS(next->t - (last->t + last->duration)) > JUMP_US;
}

static void
add_fragment(Grouping *grouping, const IndexFragment *fragments, guint number, const IndexPart *parts)
{
    const IndexFragment *fragment = &fragments[number];
    const IndexFragment *last = grouping->last;
    const IndexPart *part = &parts[fragment->part_index];
    gboolean new_map = !last || last->part_index != fragment->part_index;
    gboolean discontinuity = last && (new_map || jumps(last, fragment));
    gboolean joins = last && !new_map && last->offset + last->length == fragment->offset;

    if (discontinuity || !joins || (fragment->key && grouping->open.duration >= PLAYLIST_SEGMENT_US))
        close_segment(grouping);
    if (!grouping->open.part)
        grouping->open = (Segment){ .part = part,
                                    .captured = fragment->captured,
                                    .offset = fragment->offset,
                                    .discontinuity = discontinuity,
                                    .new_map = new_map,
                                    .first = number };
    grouping->open.duration += fragment->duration;
    grouping->open.length += fragment->length;
    grouping->open.last = number;
    grouping->last = fragment;
}

/* The last segment of a running recording may still grow, so it is shown when the next one has begun; until then it is `ret_open`, if wanted. */
static GArray *
segments_of(const RecordingIndex *index, const char *track, Segment *ret_open)
{
    Grouping grouping = { .done = g_array_new(FALSE, FALSE, sizeof(Segment)) };
    guint count, part_count;
    const IndexFragment *fragments = recording_index_fragments(index, &count);
    const IndexPart *parts = recording_index_parts(index, &part_count);

    for (guint i = 0; i < count; i++)
        if (g_str_equal(fragments[i].track, track))
            add_fragment(&grouping, fragments, i, parts);
    if (recording_index_ended_at(index) >= 0)
        close_segment(&grouping);
    if (ret_open)
        *ret_open = grouping.open;
    return grouping.done;
}

static void
add_date_time(GString *text, gint64 wall)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(wall / G_USEC_PER_SEC);
    g_autofree char *seconds = time ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%S") : NULL;

    if (seconds)
        g_string_append_printf(text, "#EXT-X-PROGRAM-DATE-TIME:%s.%03dZ\n", seconds, (int) (wall % G_USEC_PER_SEC / 1000));
}

static void
begin_segment(GString *text, const Segment *segment)
{
    if (segment->discontinuity)
        g_string_append(text, "#EXT-X-DISCONTINUITY\n");
    if (segment->new_map)
        g_string_append_printf(text, "#EXT-X-MAP:URI=\"../files/%s\",BYTERANGE=\"%" G_GUINT64_FORMAT "@0\"\n", segment->part->file,
                               segment->part->length);
    add_date_time(text, segment->captured);
}

/* Its fragments; EXT-X-PART of RFC 8216bis, section 4.4.4.9. */
static void
add_parts(GString *text, const RecordingIndex *index, const Segment *segment)
{
    guint count;
    const IndexFragment *fragments = recording_index_fragments(index, &count);

    for (guint i = segment->first; i <= segment->last; i++) {
        const IndexFragment *f = &fragments[i];

        if (f->track == fragments[segment->first].track)
            g_string_append_printf(text,
                                   "#EXT-X-PART:DURATION=%d.%06d,URI=\"../files/%s\",BYTERANGE=\"%u@%" G_GUINT64_FORMAT "\"%s\n",
                                   (int) (f->duration / G_USEC_PER_SEC), (int) (f->duration % G_USEC_PER_SEC), segment->part->file, f->length, f->offset,
                                   f->key ? ",INDEPENDENT=YES" : "");
    }
}

static void
end_segment(GString *text, const Segment *segment)
{
    g_string_append_printf(text,
                           "#EXTINF:%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT ",\n"
                           "#EXT-X-BYTERANGE:%" G_GUINT64_FORMAT "@%" G_GUINT64_FORMAT "\n../files/%s\n",
                           segment->duration / G_USEC_PER_SEC, segment->duration % G_USEC_PER_SEC, segment->length,
                           segment->offset, segment->part->file);
}

/* RFC 8216, section 4.3.2.7. What is still open has no end and no duration. */
static void
add_range(GString *text, const char *class, guint64 seq, gint64 from, gint64 to, const char *reason)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(from / G_USEC_PER_SEC);
    g_autofree char *seconds = time ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%S") : NULL;

    if (!seconds)
        return;
    g_string_append_printf(text, "#EXT-X-DATERANGE:ID=\"%s-%" G_GUINT64_FORMAT "\",CLASS=\"cn.yuntakan.%s\",START-DATE=\"%s.%03dZ\"", class,
                           seq, class, seconds, (int) (from % G_USEC_PER_SEC / 1000));
    if (to >= from)
        g_string_append_printf(text, ",DURATION=%" G_GINT64_FORMAT ".%06d", (to - from) / G_USEC_PER_SEC, (int) ((to - from) % G_USEC_PER_SEC));
    g_string_append_printf(text, ",X-REASON=\"%s\"\n", reason);
}

static gboolean
is_quotable(const char *text)
{
    return !strpbrk(text, "\"\r\n");
}

static void
add_ranges(GString *text, const RecordingIndex *index, const char *track)
{
    guint count;
    const IndexGap *gaps = recording_index_gaps(index, &count);

    for (guint i = 0; i < count; i++)
        if (g_str_equal(gaps[i].track, track) && is_quotable(gaps[i].reason))
            add_range(text, "gap", gaps[i].seq, gaps[i].from, gaps[i].to, gaps[i].reason);

    const IndexDamage *damages = recording_index_damages(index, &count);

    for (guint i = 0; i < count; i++)
        if (g_str_equal(damages[i].track, track))
            add_range(text, "damage", damages[i].seq, damages[i].from, damages[i].to, "packets-lost");
}

static gint64
target_duration(const GArray *segments)
{
    gint64 target = TARGET_DURATION_S;

    for (guint i = 0; i < segments->len; i++)
        target = MAX(target, (g_array_index(segments, Segment, i).duration + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC);
    return target;
}

static void
add_head(GString *text, const GArray *segments, gboolean parts)
{
    g_string_append_printf(text,
                           "#EXTM3U\n#EXT-X-VERSION:7\n"
                           "#EXT-X-TARGETDURATION:%" G_GINT64_FORMAT "\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:EVENT\n"
                           "#EXT-X-INDEPENDENT-SEGMENTS\n",
                           target_duration(segments));
    if (parts)
        g_string_append(text, "#EXT-X-PART-INF:PART-TARGET=" PART_TARGET "\n");
}

static char *
media_playlist(const RecordingIndex *index, const char *track, gboolean parts)
{
    gboolean ended = recording_index_ended_at(index) >= 0;
    Segment open;
    g_autoptr(GArray) segments = segments_of(index, track, &open);

    parts = parts && !ended;
    if (segments->len == 0 && !(parts && open.part))
        return NULL;

    GString *text = g_string_new(NULL);

    add_head(text, segments, parts);
    for (guint i = 0; i < segments->len; i++) {
        const Segment *segment = &g_array_index(segments, Segment, i);

        begin_segment(text, segment);
        if (parts && i + PARTS_SEGMENTS >= segments->len)
            add_parts(text, index, segment);
        end_segment(text, segment);
    }
    if (parts && open.part) {
        begin_segment(text, &open);
        add_parts(text, index, &open);
    }
    add_ranges(text, index, track);
    if (ended)
        g_string_append(text, "#EXT-X-ENDLIST\n");
    return g_string_free(text, FALSE);
}

char *
playlist_media(const RecordingIndex *index, const char *track)
{
    return media_playlist(index, track, FALSE);
}

char *
playlist_parts(const RecordingIndex *index, const char *track)
{
    return media_playlist(index, track, TRUE);
}

/* The largest picture decides: a player that can show it can show the others. */
static const IndexPart *
leading_part(const RecordingIndex *index)
{
    guint count;
    const IndexPart *parts = recording_index_parts(index, &count);
    const IndexPart *leading = NULL;

    for (guint i = 0; i < count; i++)
        if (g_str_equal(parts[i].track, RECORDING_TRACK_SITE) &&
            (!leading || (guint64) parts[i].width * parts[i].height > (guint64) leading->width * leading->height))
            leading = &parts[i];
    return leading;
}

static guint64
bits_per_second(guint64 bytes, gint64 duration)
{
    return duration > 0 ? (guint64) ((double) bytes * 8 * G_USEC_PER_SEC / (double) duration) : 0;
}

/* RFC 8216, section 4.3.4.2: the peak over segments, and the average. A player uses them to judge the line, not the file. */
static void
add_bandwidth(GString *text, const RecordingIndex *index)
{
    g_autoptr(GArray) segments = segments_of(index, RECORDING_TRACK_SITE, NULL);
    guint64 bytes = 0, peak = 1;
    gint64 duration = 0;

    for (guint i = 0; i < segments->len; i++) {
        const Segment *segment = &g_array_index(segments, Segment, i);

        bytes += segment->length;
        duration += segment->duration;
        peak = MAX(peak, bits_per_second(segment->length, segment->duration));
    }
    g_string_append_printf(text, "BANDWIDTH=%" G_GUINT64_FORMAT ",AVERAGE-BANDWIDTH=%" G_GUINT64_FORMAT, peak,
                           MAX(bits_per_second(bytes, duration), 1));
}

gint64
playlist_duration(const RecordingIndex *index)
{
    g_autoptr(GArray) segments = segments_of(index, RECORDING_TRACK_SITE, NULL);
    gint64 duration = 0;

    for (guint i = 0; i < segments->len; i++)
        duration += g_array_index(segments, Segment, i).duration;
    return duration;
}

char *
playlist_main(const RecordingIndex *index)
{
    const IndexPart *part = leading_part(index);

    if (!part || playlist_duration(index) == 0)
        return NULL;

    GString *text = g_string_new("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-STREAM-INF:");

    add_bandwidth(text, index);
    g_string_append_printf(text, ",CODECS=\"%s\"", part->codecs);
    if (part->width && part->height)
        g_string_append_printf(text, ",RESOLUTION=%ux%u", part->width, part->height);
    g_string_append(text, "\n" RECORDING_TRACK_SITE ".m3u8\n");
    return g_string_free(text, FALSE);
}
