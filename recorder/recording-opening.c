#include <errno.h>
#include <sys/statvfs.h>

#include "log.h"
#include "recording-writer-private.h"
#include "recovery.h"

/* Resuming writes lines of its own: on a disk that is all but full it would only tear once more. */
#define RESUME_FREE_MIN (4 * 1024 * 1024)

#define SITE_PARTICIPANT_ENTRY "site-participant"

/** Media that was posted up to here is of no use any more: every track begins a new part. */
static void
throw_away(RecordingWriter *writer)
{
    writer->epoch = (guint) g_atomic_int_add(&writer->recording->epoch, 1) + 1;
}

static void
fail(RecordingWriter *writer, const GError *error)
{
    const char *alarm = g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_NO_SPACE) ? "disk-full"
                        : g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_KEY)    ? "key"
                        : g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_FORMAT) ? "damaged"
                                                                                        : "io-error";

    if (!writer->alarm) {
        log_error("recorder", "recording stopped recording=%s alarm=%s: %s", writer->recording->id, alarm, error->message);
        writer->alarm_since = writer_now_mono(writer);
    }
    writer->alarm = alarm;
    /* A disk may take bytes again at any moment; a damaged ledger or a foreign key waits for a person. */
    writer->retry_at = writer_now_mono(writer) + (g_str_equal(alarm, "damaged") || g_str_equal(alarm, "key") ? 60 * RECORDING_TICK_US : 0);
    throw_away(writer);
    writer_interrupt_tracks(writer, alarm);
    g_clear_pointer(&writer->ledger, ledger_writer_free);
    writer_tell_state(writer);
}

gboolean
writer_check(RecordingWriter *writer, gboolean ok, GError **error)
{
    if (ok)
        return TRUE;
    if (g_error_matches(*error, EVIDENCE_ERROR, EVIDENCE_ERROR_LIMIT) && !ledger_writer_failed(writer->ledger)) {
        log_warning("recorder", "refused recording=%s: %s", writer->recording->id, (*error)->message);
        return FALSE;
    }
    fail(writer, *error);
    return FALSE;
}

static void
learn_tracks(RecordingWriter *writer, RecordingIndex *index)
{
    guint count;
    const IndexFragment *fragments = recording_index_fragments(index, &count);
    g_autofree const char **names = recording_index_tracks(index);
    g_autoptr(GHashTable) ends = g_hash_table_new(g_str_hash, g_str_equal);
    GHashTableIter iter;
    gpointer name, last;

    for (const char **one = names; *one; one++) {
        writer_track(writer, *one);
        g_hash_table_replace(writer->next_parts, g_strdup(*one), GUINT_TO_POINTER(recording_index_next_part(index, *one)));
    }
    for (guint i = 0; i < count; i++)
        g_hash_table_replace(ends, (gpointer) fragments[i].track, (gpointer) &fragments[i]);
    g_hash_table_iter_init(&iter, ends);
    while (g_hash_table_iter_next(&iter, &name, &last)) {
        WriterTrack *track = writer_track(writer, name);
        const IndexFragment *fragment = last;

        /* A fragment whose line failed to be written, but stands all the same, is no gap. */
        track->last_end = MAX(track->last_end, fragment->captured + fragment->duration);
        if (track->gap_from >= 0 && !track->gap_written)
            track->gap_from = track->last_end;
    }

    const IndexGap *gaps = recording_index_gaps(index, &count);

    for (guint i = 0; i < count; i++) {
        WriterTrack *track = writer_track(writer, gaps[i].track);

        if (gaps[i].to >= 0)
            continue;
        writer_gap_note(track, gaps[i].from, gaps[i].reason);
        track->gap_written = TRUE;
    }
}

static void
learn_ids(RecordingWriter *writer, RecordingIndex *index)
{
    guint count;
    const IndexEntry *entries = recording_index_entries(index, &count);

    for (guint i = 0; i < count; i++) {
        writer_remember(writer, entries[i].id, entries[i].seq, NULL);
        if (g_str_equal(entries[i].type, SITE_PARTICIPANT_ENTRY) && entries[i].data)
            writer_set_site_participant(writer->recording, json_string_value(json_object_get(entries[i].data, "participant")));
    }

    const IndexStill *stills = recording_index_stills(index, &count);

    for (guint i = 0; i < count; i++)
        writer_remember(writer, stills[i].id, stills[i].seq, stills[i].digest);
}

static void
on_line(json_t *line, gpointer user)
{
    RecordingWriter *writer = user;
    const RecordingEnvironment *environment = &writer->recording->environment;

    environment->line(writer->recording, json_deep_copy(line), environment->user);
}

static LedgerConfig
ledger_config(RecordingWriter *writer)
{
    const RecordingEnvironment *environment = &writer->recording->environment;

    return (LedgerConfig){
        .folder = writer->recording->folder,
        .files = environment->files,
        .clock = environment->clock,
        .signer = environment->signer,
        .line = on_line,
        .user = writer,
    };
}

static gboolean
enter_site_participant(RecordingWriter *writer, GError **error)
{
    Recording *recording = writer->recording;
    const char *id = recording->id; /* there is one such entry: the recording's own id serves */
    json_t *data = json_pack("{s:s}", "participant", recording->opening.site_participant);
    LedgerEntry entry = { .id = id, .type = SITE_PARTICIPANT_ENTRY, .occurred = writer_now_wall(writer), .data = data };
    guint64 seq;
    gboolean ok = ledger_writer_entry(writer->ledger, &entry, &seq, error);

    json_decref(data);
    if (!ok)
        return FALSE;
    writer_remember(writer, id, seq, NULL);
    writer_set_site_participant(recording, recording->opening.site_participant);
    return TRUE;
}

/** A new recording: the index begins empty and gets its lines one by one. */
static gboolean
create(RecordingWriter *writer, GError **error)
{
    Recording *recording = writer->recording;
    const RecordingEnvironment *environment = &recording->environment;
    LedgerConfig config = ledger_config(writer);
    LedgerOpening opening = {
        .recording = recording->id,
        .visit = recording->opening.visit,
        .case_number = recording->opening.case_number,
        .item = recording->opening.item,
        .item_version = recording->opening.item_version,
        .title = recording->opening.title,
    };

    environment->opened(recording, recording_index_new(), environment->user);
    writer->ledger = ledger_writer_create(&config, &opening, error);
    return writer->ledger && enter_site_participant(writer, error);
}

static gboolean
resume(RecordingWriter *writer, GError **error)
{
    Recording *recording = writer->recording;
    const RecordingEnvironment *environment = &recording->environment;
    LedgerConfig config = ledger_config(writer);
    RecoveryReport report;
    RecordingIndex *index;

    /* The resume line is told before the index that holds it; whoever has no index yet ignores it. */
    if (!recovery_resume(&config, &writer->ledger, &index, &report, error))
        return FALSE;
    log_notice("recorder", "resumed recording=%s torn_ranges=%u torn_bytes=%" G_GUINT64_FORMAT, recording->id, report.torn_ranges,
               report.torn_bytes);
    learn_ids(writer, index);
    learn_tracks(writer, index);
    if (!writer->ever_opened)
        writer_note_killed(writer, index);
    environment->opened(recording, index, environment->user);
    writer->over = report.ended;
    return TRUE;
}

static gboolean
folder_has_ledger(RecordingWriter *writer)
{
    g_autofree char *path = g_build_filename(writer->recording->folder, LEDGER_FILE, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static gboolean
disk_has_room(RecordingWriter *writer, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(writer->recording->folder);
    struct statvfs disk;

    if (g_mkdir_with_parents(parent, 0700) != 0 || statvfs(parent, &disk) != 0) {
        int reason = errno;

        g_set_error(error, EVIDENCE_ERROR, reason == ENOSPC ? EVIDENCE_ERROR_NO_SPACE : EVIDENCE_ERROR_IO, "%s", g_strerror(reason));
        return FALSE;
    }
    if ((guint64) disk.f_bavail * disk.f_frsize < RESUME_FREE_MIN) {
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_NO_SPACE, "less than %d MiB free", RESUME_FREE_MIN >> 20);
        return FALSE;
    }
    return TRUE;
}

static void
tell_opened(RecordingWriter *writer)
{
    Recording *recording = writer->recording;

    g_mutex_lock(&recording->lock);
    recording->opened = TRUE;
    g_cond_broadcast(&recording->opened_changed);
    g_mutex_unlock(&recording->lock);
}

void
writer_open_or_recover(RecordingWriter *writer)
{
    g_autoptr(GError) error = NULL;
    Recording *recording = writer->recording;
    gboolean fresh = recording->opening.visit && !folder_has_ledger(writer);

    g_clear_pointer(&writer->ledger, ledger_writer_free);
    if (!disk_has_room(writer, &error) || (fresh ? !create(writer, &error) : !resume(writer, &error))) {
        fail(writer, error);
    } else if (writer->ledger && ((!fresh && !recording->site_participant && recording->opening.site_participant &&
                                   !enter_site_participant(writer, &error)) ||
                                  !writer_write_open_gaps(writer, &error))) {
        fail(writer, error);
    } else {
        if (writer->alarm) {
            throw_away(writer); /* parts that began in vain during the alarm begin again */
            log_notice("recorder", "recording goes on recording=%s after_ms=%" G_GINT64_FORMAT, recording->id,
                       (writer_now_mono(writer) - writer->alarm_since) / 1000);
        }
        writer->alarm = NULL;
        writer->ever_opened = TRUE;
    }
    writer_tell_state(writer);
    tell_opened(writer);
}
