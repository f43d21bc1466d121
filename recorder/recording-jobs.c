#include "log.h"
#include "recording-writer-private.h"
#include "still-writer.h"

static void
answer(Job *job, const RecordingAnswer *result)
{
    if (job->done)
        job->done(result, job->done_user);
    job->done = NULL;
}

static void
do_part(RecordingWriter *writer, Job *job)
{
    g_autoptr(GError) error = NULL;
    WriterTrack *track = writer_track(writer, job->track);
    guint number = MAX(1, GPOINTER_TO_UINT(g_hash_table_lookup(writer->next_parts, job->track)));

    g_clear_pointer(&track->part, part_writer_free);
    track->part = part_writer_new(writer->ledger, job->track, number, job->label, job->bytes, job->codecs, job->width, job->height, &error);
    if (!writer_check(writer, track->part != NULL, &error)) {
        /* It was in no part when the disk failed, so nobody else says that it is missing. */
        if (writer->alarm && track->gap_from < 0)
            writer_gap_note(track, track->last_end >= 0 ? track->last_end : job->captured, writer->alarm);
        return;
    }
    g_hash_table_replace(writer->next_parts, g_strdup(job->track), GUINT_TO_POINTER(part_writer_number(track->part) + 1));
    if (writer_check(writer, writer_gap_close(writer, track, job->captured, &error), &error))
        track->last_end = job->captured;
    writer_tell_state(writer);
}

static void
do_part_ended(RecordingWriter *writer, Job *job)
{
    g_clear_pointer(&writer_track(writer, job->track)->part, part_writer_free);
    writer_tell_state(writer);
}

static void
do_fragment(RecordingWriter *writer, Job *job)
{
    g_autoptr(GError) error = NULL;
    WriterTrack *track = writer_track(writer, job->track);
    PartFragment fragment = { .t = job->t, .duration = job->duration, .key = job->key, .captured = job->captured,
                              .filled = job->filled };

    if (track->part && writer_check(writer, part_writer_append(track->part, &fragment, job->bytes, &error), &error))
        track->last_end = job->captured + job->duration;
}

static void
do_gap(RecordingWriter *writer, Job *job)
{
    g_autoptr(GError) error = NULL;
    WriterTrack *track = writer_track(writer, job->track);
    gboolean same = track->gap_from == job->from && track->gap_reason && g_str_equal(track->gap_reason, job->name);

    if (job->to < 0) {
        /* Another reason from here on: the first one ends where the second begins. */
        if (track->gap_from >= 0 && !g_str_equal(track->gap_reason, job->name) &&
            !writer_check(writer, writer_gap_close(writer, track, job->from, &error), &error))
            return;
        writer_check(writer, writer_gap_open(writer, track, job->from, job->name, &error), &error);
    } else if (same) {
        writer_check(writer, writer_gap_close(writer, track, job->to, &error), &error);
    } else if (track->gap_from < 0 && writer->ledger && job->to > job->from && !track->gap_written) {
        writer_check(writer, ledger_writer_gap(writer->ledger, track->name, job->from, job->to, job->name, &error), &error);
    }
}

static void
do_damage(RecordingWriter *writer, Job *job)
{
    g_autoptr(GError) error = NULL;
    LedgerDamage damage = { job->track, job->label, job->from, job->to, job->packets };

    writer_check(writer, ledger_writer_damage(writer->ledger, &damage, &error), &error);
}

static void
do_overflow(RecordingWriter *writer, Job *job)
{
    g_autoptr(GError) error = NULL;

    writer->epoch = MAX(writer->epoch, job->epoch);
    writer_interrupt_tracks(writer, "overflow");
    writer_check(writer, writer_write_open_gaps(writer, &error), &error);
    writer_tell_state(writer);
}

static void
do_warn(RecordingWriter *writer, Job *job)
{
    writer->warning = job->alarm;
    writer_tell_state(writer);
}

static void
do_entry(RecordingWriter *writer, Job *job)
{
    g_autoptr(GError) error = NULL;
    KnownId *known = g_hash_table_lookup(writer->known, job->id);
    LedgerEntry entry = { .id = job->id, .type = job->name, .occurred = job->from, .data = job->data };
    RecordingAnswer result = { .outcome = RECORDING_REPEATED, .seq = known ? known->seq : 0 };

    if (!known) {
        if (writer_check(writer, ledger_writer_entry(writer->ledger, &entry, &result.seq, &error), &error)) {
            result.outcome = RECORDING_DONE;
            writer_remember(writer, job->id, result.seq, NULL);
        } else {
            result.outcome = writer->ledger ? RECORDING_REFUSED : RECORDING_UNAVAILABLE;
        }
    }
    answer(job, &result);
}

/** What the caller is told of a still whose id is known: its bytes are the same, or it is another still. */
static RecordingAnswer
known_still(RecordingWriter *writer, const KnownId *known, GBytes *jpeg)
{
    RecordingAnswer result = { .outcome = RECORDING_REPEATED, .seq = known->seq };
    char digest[DIGEST_HEX_SIZE];
    gsize length;
    const void *data = g_bytes_get_data(jpeg, &length);

    digest_hex(signer_hash(writer->recording->environment.signer), data, length, digest);
    digest_sha256_hex(data, length, result.sha256); /* the interface speaks SHA-256, whatever the ledger's hash */
    result.bytes = length;
    if (!g_str_equal(known->digest, digest))
        result.outcome = RECORDING_CONFLICT;
    return result;
}

static void
do_still(RecordingWriter *writer, Job *job)
{
    g_autoptr(GError) error = NULL;
    KnownId *known = g_hash_table_lookup(writer->known, job->id);
    gsize length;
    const void *data = g_bytes_get_data(job->bytes, &length);
    RecordingAnswer result = { .outcome = RECORDING_DONE, .bytes = length };
    Still still = { job->id, job->checkpoint, job->participant, job->from, job->bytes };
    char digest[DIGEST_HEX_SIZE];

    digest_sha256_hex(data, length, result.sha256);
    if (known) {
        result = known_still(writer, known, job->bytes);
    } else if (writer_check(writer, still_write(writer->ledger, &still, &result.seq, digest, &error), &error)) {
        writer_remember(writer, job->id, result.seq, digest);
    } else {
        result.outcome = writer->ledger ? RECORDING_REFUSED : RECORDING_UNAVAILABLE;
    }
    answer(job, &result);
}

static void
do_timestamp(RecordingWriter *writer, Job *job)
{
    g_autoptr(GError) error = NULL;

    if (writer_check(writer, ledger_writer_timestamp(writer->ledger, (guint64) job->from, job->bytes, &error), &error))
        writer->stamp_seq = (gint64) ledger_writer_next_seq(writer->ledger) - 1;
}

/** Closed first: whoever is offered the last seal writes into the folder next. */
static void
close_ended(RecordingWriter *writer)
{
    Recording *recording = writer->recording;
    guint64 seq = (guint64) ledger_writer_sealed_seq(writer->ledger);
    char digest[DIGEST_HEX_SIZE];

    g_strlcpy(digest, ledger_writer_sealed_digest(writer->ledger), sizeof digest);
    g_clear_pointer(&writer->ledger, ledger_writer_free);
    if (recording->environment.sealed)
        recording->environment.sealed(recording, seq, digest, TRUE, recording->environment.user);
}

static void
do_end(RecordingWriter *writer, Job *job)
{
    g_autoptr(GError) error = NULL;
    RecordingAnswer result = { .outcome = RECORDING_DONE };

    if (writer_check(writer, writer_close_all_gaps(writer, writer_now_wall(writer), &error) && ledger_writer_end(writer->ledger, job->name, &error), &error)) {
        writer->over = TRUE;
        result.seq = ledger_writer_next_seq(writer->ledger) - 1;
        close_ended(writer);
        log_notice("recorder", "recording ended recording=%s", writer->recording->id);
    } else {
        result.outcome = RECORDING_UNAVAILABLE;
    }
    writer_tell_state(writer);
    answer(job, &result);
}

/** In alarm, or over: media is thrown away, callers hear of it, gaps are kept in mind. */
static void
do_nothing(RecordingWriter *writer, Job *job)
{
    RecordingAnswer result = { .outcome = writer->over ? RECORDING_OVER : RECORDING_UNAVAILABLE };
    KnownId *known = job->id ? g_hash_table_lookup(writer->known, job->id) : NULL;

    if (known && job->type == JOB_ENTRY) {
        result = (RecordingAnswer){ .outcome = RECORDING_REPEATED, .seq = known->seq };
    } else if (known && job->type == JOB_STILL) {
        result = known_still(writer, known, job->bytes);
    } else if (job->type == JOB_END && writer->over) {
        result.outcome = RECORDING_REPEATED;
    } else if (job->type == JOB_OVERFLOW) {
        writer->epoch = MAX(writer->epoch, job->epoch);
    } else if (job->type == JOB_GAP && !writer->over && job->to < 0) {
        writer_gap_open(writer, writer_track(writer, job->track), job->from, job->name, NULL);
    }
    answer(job, &result);
}

typedef struct {
    void (*run)(RecordingWriter *writer, Job *job);
    gboolean media; /* thrown away if the disk has failed since it was posted */
} JobRule;

void
recording_writer_do(RecordingWriter *writer, Job *job)
{
    static const JobRule rules[] = {
        [JOB_PART] = { do_part, TRUE },
        [JOB_FRAGMENT] = { do_fragment, TRUE },
        [JOB_PART_ENDED] = { do_part_ended },
        [JOB_GAP] = { do_gap },
        [JOB_DAMAGE] = { do_damage, TRUE },
        [JOB_OVERFLOW] = { do_overflow },
        [JOB_WARN] = { do_warn },
        [JOB_ENTRY] = { do_entry },
        [JOB_STILL] = { do_still },
        [JOB_TIMESTAMP] = { do_timestamp },
        [JOB_END] = { do_end },
    };
    const JobRule *rule = &rules[job->type];

    if (!writer->ledger && job->type != JOB_WARN)
        do_nothing(writer, job);
    else if (!rule->media || job->epoch == writer->epoch)
        rule->run(writer, job);
}
