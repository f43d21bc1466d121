#include "playlist.h"

#include <string.h>

/* RFC 8216, section 4.3.3.1: constant while live. Key frames come every two seconds or so, segments are two to four seconds long. */
#define TARGET_DURATION_S 4
/* So many segments before the open one are told in parts, for a reader who is behind by that much. */
#define PARTS_SEGMENTS 3
/* A fragment is cut after half a second, or a quarter late. */
#define PART_TARGET "1.0"
/* RFC 8216bis, section 4.4.3.8: three part targets. Our own player has a look of its own at it (live-edge.js). */
#define PART_HOLD_BACK "3.0"
/* RFC 8216bis, section 4.4.3.8: at least six target durations. */
#define SKIP_UNTIL_TARGETS 6

static void
add_date_time(GString *text, gint64 wall)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(wall / G_USEC_PER_SEC);
    g_autofree char *seconds = time ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%S") : NULL;

    if (seconds)
        g_string_append_printf(text, "#EXT-X-PROGRAM-DATE-TIME:%s.%03dZ\n", seconds, (int) (wall % G_USEC_PER_SEC / 1000));
}

static const IndexPart *
part_of(const PlaylistTrack *track, const PlaylistSegment *segment)
{
    guint count;

    return &recording_index_parts(playlist_track_index(track), &count)[segment->part_index];
}

static void
begin_segment(GString *text, const PlaylistTrack *track, const PlaylistSegment *segment)
{
    const IndexPart *part = part_of(track, segment);

    if (segment->discontinuity)
        g_string_append(text, "#EXT-X-DISCONTINUITY\n");
    if (segment->new_map)
        g_string_append_printf(text, "#EXT-X-MAP:URI=\"../files/%s\",BYTERANGE=\"%" G_GUINT64_FORMAT "@0\"\n", part->file, part->length);
    add_date_time(text, segment->captured);
}

/* Its fragments; EXT-X-PART of RFC 8216bis, section 4.4.4.9. */
static void
add_parts(GString *text, const PlaylistTrack *track, const PlaylistSegment *segment)
{
    guint count;
    const IndexFragment *fragments = recording_index_fragments(playlist_track_index(track), &count);
    const char *file = part_of(track, segment)->file;

    for (guint i = segment->first; i <= segment->last; i++) {
        const IndexFragment *f = &fragments[i];

        if (f->track == fragments[segment->first].track)
            g_string_append_printf(text,
                                   "#EXT-X-PART:DURATION=%d.%06d,URI=\"../files/%s\",BYTERANGE=\"%u@%" G_GUINT64_FORMAT "\"%s\n",
                                   (int) (f->duration / G_USEC_PER_SEC), (int) (f->duration % G_USEC_PER_SEC), file, f->length, f->offset,
                                   f->key ? ",INDEPENDENT=YES" : "");
    }
}

static void
end_segment(GString *text, const PlaylistTrack *track, const PlaylistSegment *segment)
{
    g_string_append_printf(text,
                           "#EXTINF:%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT ",\n"
                           "#EXT-X-BYTERANGE:%" G_GUINT64_FORMAT "@%" G_GUINT64_FORMAT "\n../files/%s\n",
                           segment->duration / G_USEC_PER_SEC, segment->duration % G_USEC_PER_SEC, segment->length,
                           segment->offset, part_of(track, segment)->file);
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

/* Those that matter from `since` on, by the wall clock. */
static void
add_ranges(GString *text, const PlaylistTrack *track, gint64 since)
{
    const RecordingIndex *index = playlist_track_index(track);
    const char *name = playlist_track_name(track);
    guint count;
    const IndexGap *gaps = recording_index_gaps(index, &count);

    for (guint i = 0; i < count; i++)
        if ((gaps[i].to < 0 || gaps[i].to >= since) && g_str_equal(gaps[i].track, name) && is_quotable(gaps[i].reason))
            add_range(text, "gap", gaps[i].seq, gaps[i].from, gaps[i].to, gaps[i].reason);

    const IndexDamage *damages = recording_index_damages(index, &count);

    for (guint i = 0; i < count; i++)
        if ((damages[i].to < 0 || damages[i].to >= since) && g_str_equal(damages[i].track, name))
            add_range(text, "damage", damages[i].seq, damages[i].from, damages[i].to, "packets-lost");
}

static gint64
target_duration(const PlaylistSegment *segments, guint count)
{
    gint64 target = TARGET_DURATION_S;

    for (guint i = 0; i < count; i++)
        target = MAX(target, (segments[i].duration + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC);
    return target;
}

static void
add_head(GString *text, gint64 target, gboolean parts)
{
    g_string_append_printf(text,
                           "#EXTM3U\n#EXT-X-VERSION:%d\n"
                           "#EXT-X-TARGETDURATION:%" G_GINT64_FORMAT "\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:EVENT\n"
                           "#EXT-X-INDEPENDENT-SEGMENTS\n",
                           parts ? 10 : 7, target);
    if (parts)
        g_string_append_printf(text,
                               "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=%" G_GINT64_FORMAT
                               ".0,CAN-SKIP-DATERANGES=YES,PART-HOLD-BACK=" PART_HOLD_BACK "\n#EXT-X-PART-INF:PART-TARGET=" PART_TARGET "\n",
                               target * SKIP_UNTIL_TARGETS);
}

/* How many of the first segments are farther from the end than a delta update reaches back. */
static guint
told_long_ago(const PlaylistSegment *segments, guint count, gint64 reach)
{
    gint64 from_end = 0;

    while (count > 0 && from_end <= reach)
        from_end += segments[--count].duration;
    return count;
}

static char *
media_playlist(const PlaylistTrack *track, gboolean parts, gboolean newest)
{
    gboolean ended = recording_index_ended_at(playlist_track_index(track)) >= 0;
    const PlaylistSegment *open = parts && !ended ? playlist_track_open(track) : NULL;
    guint count;
    const PlaylistSegment *segments = playlist_track_segments(track, &count);

    parts = parts && !ended;
    if (count == 0 && !open)
        return NULL;

    GString *text = g_string_new(NULL);
    gint64 target = target_duration(segments, count);
    guint skipped = parts && newest ? told_long_ago(segments, count, target * SKIP_UNTIL_TARGETS * G_USEC_PER_SEC) : 0;

    add_head(text, target, parts);
    if (skipped > 0)
        g_string_append_printf(text, "#EXT-X-SKIP:SKIPPED-SEGMENTS=%u\n", skipped);
    for (guint i = skipped; i < count; i++) {
        begin_segment(text, track, &segments[i]);
        if (parts && i + PARTS_SEGMENTS >= count)
            add_parts(text, track, &segments[i]);
        end_segment(text, track, &segments[i]);
    }
    if (open) {
        begin_segment(text, track, open);
        add_parts(text, track, open);
    }
    add_ranges(text, track, skipped > 0 ? segments[skipped].captured : 0);
    if (ended)
        g_string_append(text, "#EXT-X-ENDLIST\n");
    return g_string_free(text, FALSE);
}

char *
playlist_media(const PlaylistTrack *track)
{
    return media_playlist(track, FALSE, FALSE);
}

char *
playlist_parts(const PlaylistTrack *track, gboolean newest)
{
    return media_playlist(track, TRUE, newest);
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
add_bandwidth(GString *text, const PlaylistTrack *track)
{
    guint64 bytes = 0, peak = 1;
    guint count;
    const PlaylistSegment *segments = playlist_track_segments(track, &count);
    gint64 duration = playlist_track_duration(track);

    for (guint i = 0; i < count; i++) {
        bytes += segments[i].length;
        peak = MAX(peak, bits_per_second(segments[i].length, segments[i].duration));
    }
    g_string_append_printf(text, "BANDWIDTH=%" G_GUINT64_FORMAT ",AVERAGE-BANDWIDTH=%" G_GUINT64_FORMAT, peak,
                           MAX(bits_per_second(bytes, duration), 1));
}

char *
playlist_main(const PlaylistTrack *site)
{
    const IndexPart *part = leading_part(playlist_track_index(site));

    if (!part || playlist_track_duration(site) == 0)
        return NULL;

    GString *text = g_string_new("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-STREAM-INF:");

    add_bandwidth(text, site);
    g_string_append_printf(text, ",CODECS=\"%s\"", part->codecs);
    if (part->width && part->height)
        g_string_append_printf(text, ",RESOLUTION=%ux%u", part->width, part->height);
    g_string_append(text, "\n" RECORDING_TRACK_SITE ".m3u8\n");
    return g_string_free(text, FALSE);
}
