#include "index-tracks.h"

#include "ledger-line.h"
#include "recording-index.h"

/* A track that had been silent for longer than this was not interrupted by the crash: its participant had left. */
#define RECENT_US (15 * G_USEC_PER_SEC)

typedef struct {
    gint64 end;    /* wall: of its last fragment; of a part without one, when it began */
    gint64 mono;   /* of that line */
    gboolean live; /* since the recorder opened the recording: more was to come */
    gint64 interrupted_at;
} Track;

struct IndexTracks {
    GHashTable *tracks; /* name → Track */
    gint64 mono;        /* of the last line */
};

IndexTracks *
index_tracks_new(void)
{
    IndexTracks *tracks = g_new0(IndexTracks, 1);

    tracks->tracks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return tracks;
}

void
index_tracks_free(IndexTracks *tracks)
{
    if (!tracks)
        return;
    g_hash_table_unref(tracks->tracks);
    g_free(tracks);
}

static Track *
get_track(IndexTracks *tracks, const char *name)
{
    Track *track = g_hash_table_lookup(tracks->tracks, name);

    if (!track) {
        track = g_new0(Track, 1);
        track->interrupted_at = -1;
        g_hash_table_insert(tracks->tracks, g_strdup(name), track);
    }
    return track;
}

static void
interrupt(IndexTracks *tracks)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, tracks->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Track *track = value;

        if (track->live && tracks->mono - track->mono <= RECENT_US)
            track->interrupted_at = track->end;
        track->live = FALSE;
    }
}

void
index_tracks_add(IndexTracks *tracks, json_t *line)
{
    const char *type = ledger_line_type(line), *name = ledger_line_text(line, "track");
    gint64 mono = ledger_line_integer(line, "mono", 0);

    if (g_str_equal(type, "resume")) {
        interrupt(tracks);
    } else if (name && (g_str_equal(type, "part") || g_str_equal(type, "fragment"))) {
        gint64 captured = ledger_line_integer(line, "captured", ledger_line_at(line));

        *get_track(tracks, name) = (Track){ captured + MAX(ledger_line_integer(line, "duration", 0), 0), mono, TRUE, -1 };
    } else if (name && g_str_equal(type, "gap") && ledger_line_integer(line, "to", -1) < 0) {
        Track *track = get_track(tracks, name);

        track->live = FALSE;
        track->interrupted_at = -1;
    }
    tracks->mono = mono;
}

gint64
index_tracks_interrupted_at(const IndexTracks *tracks, const char *track)
{
    const Track *known = g_hash_table_lookup(tracks->tracks, track);

    return known ? known->interrupted_at : -1;
}

const char **
recording_index_tracks(const RecordingIndex *index)
{
    g_autoptr(GPtrArray) tracks = g_ptr_array_new();
    guint count;
    const IndexPart *parts = recording_index_parts(index, &count);

    for (guint i = 0; i < count; i++)
        if (!g_ptr_array_find(tracks, parts[i].track, NULL)) /* names are interned */
            g_ptr_array_add(tracks, (gpointer) parts[i].track);
    g_ptr_array_add(tracks, NULL);
    return (const char **) g_ptr_array_steal(tracks, NULL);
}

guint
recording_index_next_part(const RecordingIndex *index, const char *track)
{
    guint last = 0, count;
    const IndexPart *parts = recording_index_parts(index, &count);

    for (guint i = 0; i < count; i++)
        if (g_str_equal(parts[i].track, track))
            last = MAX(last, parts[i].part);
    return last + 1;
}
