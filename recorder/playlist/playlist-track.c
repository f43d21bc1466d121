#include "playlist-track.h"

#include <string.h>

/* Media times of successive fragments join exactly; rounding to the track's time scale is below a millisecond. More is a hole. */
#define JUMP_US (250 * 1000)

struct PlaylistTrack {
    const RecordingIndex *index;
    char *name;
    GArray *done; /* of PlaylistSegment */
    PlaylistSegment open;
    gboolean is_open;
    guint seen; /* of the index's fragments */
    gint64 last; /* the newest one of this track, -1 before the first */
    gint64 duration;
};

PlaylistTrack *
playlist_track_new(const RecordingIndex *index, const char *name)
{
    PlaylistTrack *track = g_new0(PlaylistTrack, 1);

    track->index = index;
    track->name = g_strdup(name);
    track->done = g_array_new(FALSE, FALSE, sizeof(PlaylistSegment));
    track->last = -1;
    playlist_track_follow(track);
    return track;
}

void
playlist_track_free(PlaylistTrack *track)
{
    if (!track)
        return;
    g_array_unref(track->done);
    g_free(track->name);
    g_free(track);
}

static void
close_segment(PlaylistTrack *track)
{
    if (!track->is_open)
        return;
    g_array_append_val(track->done, track->open);
    track->duration += track->open.duration;
    track->is_open = FALSE;
}

static gboolean
jumps(const IndexFragment *last, const IndexFragment *next)
{
    return ABS(next->t - (last->t + last->duration)) > JUMP_US;
}

static void
add_fragment(PlaylistTrack *track, const IndexFragment *fragments, guint number)
{
    const IndexFragment *fragment = &fragments[number];
    const IndexFragment *last = track->last < 0 ? NULL : &fragments[track->last];
    gboolean new_map = !last || last->part_index != fragment->part_index;
    gboolean discontinuity = last && (new_map || jumps(last, fragment));
    gboolean joins = last && !new_map && last->offset + last->length == fragment->offset;

    if (discontinuity || !joins || (fragment->key && track->open.duration >= PLAYLIST_SEGMENT_US))
        close_segment(track);
    if (!track->is_open) {
        track->open = (PlaylistSegment){ .part_index = fragment->part_index,
                                         .captured = fragment->captured,
                                         .offset = fragment->offset,
                                         .discontinuity = discontinuity,
                                         .new_map = new_map,
                                         .first = number };
        track->is_open = TRUE;
    }
    track->open.duration += fragment->duration;
    track->open.length += fragment->length;
    track->open.last = number;
    track->open.count++;
    track->last = number;
}

void
playlist_track_follow(PlaylistTrack *track)
{
    guint count;
    const IndexFragment *fragments = recording_index_fragments(track->index, &count);
    const char *own = track->last < 0 ? NULL : fragments[track->last].track;

    for (; track->seen < count; track->seen++) {
        const char *name = fragments[track->seen].track;

        if (own ? name != own : !g_str_equal(name, track->name))
            continue;
        own = name; /* the index has each name once */
        add_fragment(track, fragments, track->seen);
    }
    if (recording_index_ended_at(track->index) >= 0)
        close_segment(track);
}

const RecordingIndex *
playlist_track_index(const PlaylistTrack *track)
{
    return track->index;
}

const char *
playlist_track_name(const PlaylistTrack *track)
{
    return track->name;
}

const PlaylistSegment *
playlist_track_segments(const PlaylistTrack *track, guint *ret_count)
{
    *ret_count = track->done->len;
    return (const PlaylistSegment *) track->done->data;
}

const PlaylistSegment *
playlist_track_open(const PlaylistTrack *track)
{
    return track->is_open ? &track->open : NULL;
}

gint64
playlist_track_duration(const PlaylistTrack *track)
{
    return track->duration;
}

gboolean
playlist_track_has(const PlaylistTrack *track, guint segment, gint part)
{
    if (segment < track->done->len)
        return TRUE;
    return part >= 0 && segment == track->done->len && track->is_open && (guint) part < track->open.count;
}
