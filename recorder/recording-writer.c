#include "recording-writer-private.h"

#include <string.h>

#include "uuid7.h"

gint64
writer_now_mono(RecordingWriter *writer)
{
    return clock_mono_us(writer->recording->environment.clock);
}

gint64
writer_now_wall(RecordingWriter *writer)
{
    return clock_wall_us(writer->recording->environment.clock);
}

void
writer_tell_state(RecordingWriter *writer)
{
    const RecordingEnvironment *environment = &writer->recording->environment;
    const char *alarm = writer->alarm ? writer->alarm : writer->warning;
    RecordingState state = RECORDING_WAITING;
    GHashTableIter iter;
    gpointer track;

    if (writer->over)
        state = RECORDING_ENDED;
    else if (alarm)
        state = RECORDING_ALARM;
    g_hash_table_iter_init(&iter, writer->tracks);
    while (state == RECORDING_WAITING && g_hash_table_iter_next(&iter, NULL, &track))
        if (((WriterTrack *) track)->part)
            state = RECORDING_RUNNING;
    g_atomic_int_set(&writer->recording->shut, writer->alarm || writer->over);
    if (state == writer->told_state && alarm == writer->told_alarm)
        return;
    writer->told_state = state;
    writer->told_alarm = alarm;
    environment->state(writer->recording, state, alarm, environment->user);
}

void
writer_set_site_participant(Recording *recording, const char *participant)
{
    g_mutex_lock(&recording->lock);
    if (!recording->site_participant)
        recording->site_participant = g_strdup(participant);
    g_mutex_unlock(&recording->lock);
}

void
writer_remember(RecordingWriter *writer, const char *id, guint64 seq, const char *digest)
{
    gsize length = digest ? strlen(digest) : 0;
    KnownId *known = g_malloc0(sizeof *known + length + 1);

    known->seq = seq;
    if (digest)
        memcpy(known->digest, digest, length);
    g_hash_table_replace(writer->known, g_strdup(id), known);
}

static void
offer_seal(RecordingWriter *writer)
{
    Recording *recording = writer->recording;
    gint64 seq = ledger_writer_sealed_seq(writer->ledger);
    const char *digest = ledger_writer_sealed_digest(writer->ledger);

    if (!recording->environment.sealed || !*digest || seq <= writer->offered_seq || seq == writer->stamp_seq + 1)
        return;
    writer->offered_seq = seq;
    recording->environment.sealed(recording, (guint64) seq, digest, FALSE, recording->environment.user);
}

/** The machine's clock was set: times of day before and after it do not compare, and whoever reads the ledger shall know it. */
static gboolean
enter_clock_step(RecordingWriter *writer, GError **error)
{
    gint64 wall = writer_now_wall(writer), offset = wall - writer_now_mono(writer), step = offset - writer->clock_offset;

    if (ABS(step) < CLOCK_STEP_US)
        return TRUE;

    g_autofree char *id = uuid7_new(writer->recording->environment.clock);
    json_t *data = json_pack("{s:I}", "by", (json_int_t) step);
    LedgerEntry entry = { .id = id, .type = "clock-step", .occurred = wall, .data = data };
    gboolean good = ledger_writer_entry(writer->ledger, &entry, NULL, error);

    json_decref(data);
    if (good)
        writer->clock_offset = offset;
    return good;
}

void
recording_writer_tick(RecordingWriter *writer)
{
    g_autoptr(GError) error = NULL;

    if (writer->ledger) {
        if (writer_check(writer, enter_clock_step(writer, &error) && ledger_writer_seal_if_due(writer->ledger, &error), &error))
            offer_seal(writer);
    } else if (!writer->over && writer_now_mono(writer) >= writer->retry_at) {
        writer_open_or_recover(writer);
    }
}

/* --- beginning and end --- */

RecordingWriter *
recording_writer_new(Recording *recording)
{
    RecordingWriter *writer = g_new0(RecordingWriter, 1);

    writer->recording = recording;
    writer->tracks = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, writer_track_free);
    writer->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    writer->next_parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    writer->offered_seq = writer->stamp_seq = -1;
    writer->told_state = RECORDING_OPENING;
    writer->clock_offset = writer_now_wall(writer) - writer_now_mono(writer);
    writer->epoch = recording_epoch(recording);
    writer_open_or_recover(writer);
    return writer;
}

void
recording_writer_abandon(RecordingWriter *writer)
{
    g_hash_table_unref(writer->tracks);
    g_clear_pointer(&writer->ledger, ledger_writer_free);
    g_hash_table_unref(writer->known);
    g_hash_table_unref(writer->next_parts);
    g_free(writer);
}

void
recording_writer_free(RecordingWriter *writer)
{
    g_autoptr(GError) error = NULL;

    writer_interrupt_tracks(writer, "recorder-stopped");
    if (writer->ledger)
        writer_check(writer, writer_write_open_gaps(writer, &error) && ledger_writer_seal(writer->ledger, &error), &error);
    recording_writer_abandon(writer);
}
