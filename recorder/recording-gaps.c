#include "recording-writer-private.h"

void
writer_track_free(gpointer data)
{
    WriterTrack *track = data;

    part_writer_free(track->part);
    g_free(track->name);
    g_free(track->gap_reason);
    g_free(track);
}

WriterTrack *
writer_track(RecordingWriter *writer, const char *name)
{
    WriterTrack *track = g_hash_table_lookup(writer->tracks, name);

    if (!track) {
        track = g_new0(WriterTrack, 1);
        track->name = g_strdup(name);
        track->last_end = track->gap_from = -1;
        g_hash_table_insert(writer->tracks, track->name, track);
    }
    return track;
}

static gboolean
gap_write(RecordingWriter *writer, WriterTrack *track, gint64 to, GError **error)
{
    return ledger_writer_gap(writer->ledger, track->name, track->gap_from, to, track->gap_reason, error);
}

void
writer_gap_note(WriterTrack *track, gint64 from, const char *reason)
{
    track->gap_from = from;
    g_free(track->gap_reason);
    track->gap_reason = g_strdup(reason);
    track->gap_written = FALSE;
    track->gap_expected = g_str_equal(reason, RECORDING_FEED_ENDED);
}

gboolean
writer_gap_open(RecordingWriter *writer, WriterTrack *track, gint64 from, const char *reason, GError **error)
{
    if (track->gap_from < 0)
        writer_gap_note(track, from, reason);
    if (!writer->ledger || track->gap_written || track->gap_expected)
        return TRUE;
    track->gap_written = gap_write(writer, track, -1, error);
    return track->gap_written;
}

gboolean
writer_gap_close(RecordingWriter *writer, WriterTrack *track, gint64 to, GError **error)
{
    if (track->gap_from < 0 || !writer->ledger)
        return TRUE;
    /* The clock was set back in between: how long it lasted is not known, but nobody shall take it for nothing. */
    if (to < track->gap_from)
        to = track->gap_from + 1;
    if (!gap_write(writer, track, to, error))
        return FALSE;
    track->gap_from = -1;
    track->gap_expected = FALSE;
    return TRUE;
}

void
writer_interrupt_tracks(RecordingWriter *writer, const char *reason)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, writer->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        WriterTrack *track = value;

        if (!track->part)
            continue;
        g_clear_pointer(&track->part, part_writer_free);
        if (track->gap_from < 0)
            writer_gap_note(track, track->last_end >= 0 ? track->last_end : writer_now_wall(writer), reason);
    }
}

gboolean
writer_write_open_gaps(RecordingWriter *writer, GError **error)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, writer->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        WriterTrack *track = value;

        if (track->gap_from >= 0 && !writer_gap_open(writer, track, track->gap_from, track->gap_reason, error))
            return FALSE;
    }
    return TRUE;
}

void
writer_note_killed(RecordingWriter *writer, const RecordingIndex *index)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, writer->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        WriterTrack *track = value;
        gint64 from = recording_index_interrupted_at(index, track->name);

        if (track->gap_from < 0 && from >= 0)
            writer_gap_note(track, from, "recorder-killed");
    }
}

gboolean
writer_close_all_gaps(RecordingWriter *writer, gint64 to, GError **error)
{
    GHashTableIter iter;
    gpointer track;

    g_hash_table_iter_init(&iter, writer->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &track)) {
        g_clear_pointer(&((WriterTrack *) track)->part, part_writer_free);
        if (((WriterTrack *) track)->gap_expected)
            ((WriterTrack *) track)->gap_from = -1;
        if (!writer_gap_close(writer, track, to, error))
            return FALSE;
    }
    return TRUE;
}
