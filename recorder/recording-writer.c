#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#include "digest.h"
#include "ledger-writer.h"
#include "log.h"
#include "part-writer.h"
#include "recording-private.h"
#include "recovery.h"
#include "still-writer.h"

/* Seals, retries and the like are looked after this often. */
#define TICK_US (1 * G_USEC_PER_SEC)
/* Resuming writes lines of its own: on a disk that is all but full it would only tear once more. */
#define RESUME_FREE_MIN (4 * 1024 * 1024)
/* A track that was silent for longer when the recorder was killed was not interrupted by it. */
#define KILLED_RECENT_US (15 * G_USEC_PER_SEC)

#define SITE_PARTICIPANT_ENTRY "site-participant"

typedef struct {
    char *name;
    PartWriter *part; /* NULL between parts */
    gint64 last_end;  /* wall end of its last durable fragment, -1 */
    gint64 gap_from;  /* -1: no gap lasts */
    char *gap_reason;
    gboolean gap_written; /* the line that says it lasts is in the ledger */
    gboolean gap_expected; /* RECORDING_FEED_ENDED: written only if the track goes on, for usually the recording ends here */
} Track;

typedef struct {
    guint64 seq;
    char digest[DIGEST_HEX_SIZE]; /* of a still, in the ledger's hash, else empty */
} KnownId;

typedef struct {
    Recording *recording;
    LedgerWriter *ledger; /* NULL: in alarm, or over */
    GHashTable *tracks;   /* name → Track */
    GHashTable *known;    /* id → KnownId: what makes entries and stills idempotent */
    GHashTable *next_parts; /* track name → number of its next part, if not 1 */
    const char *alarm;    /* static, NULL if all is well */
    const char *warning;  /* static; something is not recorded, the rest is */
    gint64 alarm_since, retry_at;
    gboolean ever_opened, over;
    gint64 offered_seq; /* the newest seal that was offered for stamping */
    gint64 stamp_seq;   /* the newest `timestamp` line: the seal behind it alone is not worth another, -1 */
    RecordingState told_state;
    const char *told_alarm;
} Writer;

static gint64
now_mono(Writer *writer)
{
    return clock_mono_us(writer->recording->environment.clock);
}

static gint64
now_wall(Writer *writer)
{
    return clock_wall_us(writer->recording->environment.clock);
}

static void
track_free(gpointer data)
{
    Track *track = data;

    part_writer_free(track->part);
    g_free(track->name);
    g_free(track->gap_reason);
    g_free(track);
}

static Track *
get_track(Writer *writer, const char *name)
{
    Track *track = g_hash_table_lookup(writer->tracks, name);

    if (!track) {
        track = g_new0(Track, 1);
        track->name = g_strdup(name);
        track->last_end = track->gap_from = -1;
        g_hash_table_insert(writer->tracks, track->name, track);
    }
    return track;
}

/* --- telling others --- */

static void
on_line(json_t *line, gpointer user)
{
    Writer *writer = user;
    const RecordingEnvironment *environment = &writer->recording->environment;

    environment->line(writer->recording, json_deep_copy(line), environment->user);
}

static void
tell_state(Writer *writer)
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
        if (((Track *) track)->part)
            state = RECORDING_RUNNING;
    g_atomic_int_set(&writer->recording->shut, writer->alarm || writer->over);
    if (state == writer->told_state && alarm == writer->told_alarm)
        return;
    writer->told_state = state;
    writer->told_alarm = alarm;
    environment->state(writer->recording, state, alarm, environment->user);
}

static void
tell_opened(Writer *writer)
{
    Recording *recording = writer->recording;

    g_mutex_lock(&recording->lock);
    recording->opened = TRUE;
    g_cond_broadcast(&recording->opened_changed);
    g_mutex_unlock(&recording->lock);
}

static void
set_site_participant(Recording *recording, const char *participant)
{
    g_mutex_lock(&recording->lock);
    if (!recording->site_participant)
        recording->site_participant = g_strdup(participant);
    g_mutex_unlock(&recording->lock);
}

/* --- gaps --- */

static gboolean
gap_write(Writer *writer, Track *track, gint64 to, GError **error)
{
    return ledger_writer_gap(writer->ledger, track->name, track->gap_from, to, track->gap_reason, error);
}

/** Notes that a gap lasts, and writes it if the ledger takes it. */
static gboolean
gap_open(Writer *writer, Track *track, gint64 from, const char *reason, GError **error)
{
    if (track->gap_from < 0) {
        track->gap_from = from;
        g_free(track->gap_reason);
        track->gap_reason = g_strdup(reason);
        track->gap_written = FALSE;
        track->gap_expected = g_str_equal(reason, RECORDING_FEED_ENDED);
    }
    if (!writer->ledger || track->gap_written || track->gap_expected)
        return TRUE;
    track->gap_written = gap_write(writer, track, -1, error);
    return track->gap_written;
}

static gboolean
gap_close(Writer *writer, Track *track, gint64 to, GError **error)
{
    if (track->gap_from < 0 || !writer->ledger)
        return TRUE;
    if (!gap_write(writer, track, MAX(to, track->gap_from), error))
        return FALSE;
    track->gap_from = -1;
    track->gap_expected = FALSE;
    return TRUE;
}

/** Every track that was being written breaks off here. */
static void
interrupt_tracks(Writer *writer, const char *reason)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, writer->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Track *track = value;

        if (!track->part)
            continue;
        g_clear_pointer(&track->part, part_writer_free);
        if (track->gap_from < 0) {
            track->gap_from = track->last_end >= 0 ? track->last_end : now_wall(writer);
            g_free(track->gap_reason);
            track->gap_reason = g_strdup(reason);
            track->gap_written = FALSE;
        }
    }
}

static gboolean
write_open_gaps(Writer *writer, GError **error)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, writer->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Track *track = value;

        if (track->gap_from >= 0 && !gap_open(writer, track, track->gap_from, track->gap_reason, error))
            return FALSE;
    }
    return TRUE;
}

/* --- opening, failing, recovering --- */

static void
fail(Writer *writer, const GError *error)
{
    const char *alarm = g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_NO_SPACE) ? "disk-full"
                        : g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_KEY)    ? "key"
                        : g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_FORMAT) ? "damaged"
                                                                                        : "io-error";

    if (!writer->alarm) {
        log_error("recorder", "recording stopped recording=%s alarm=%s: %s", writer->recording->id, alarm, error->message);
        writer->alarm_since = now_mono(writer);
    }
    writer->alarm = alarm;
    /* A disk may take bytes again at any moment; a damaged ledger or a foreign key waits for a person. */
    writer->retry_at = now_mono(writer) + (g_str_equal(alarm, "damaged") || g_str_equal(alarm, "key") ? 60 * TICK_US : 0);
    g_atomic_int_inc(&writer->recording->epoch);
    interrupt_tracks(writer, alarm);
    g_clear_pointer(&writer->ledger, ledger_writer_free);
    tell_state(writer);
}

/** FALSE and in alarm if `ok` is FALSE; then `error` says why (a pointer to it, since arguments have no order). A writer whose disk is well does not fail for what it was given. */
static gboolean
check(Writer *writer, gboolean ok, GError **error)
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
remember(Writer *writer, const char *id, guint64 seq, const char *digest)
{
    KnownId *known = g_new0(KnownId, 1);

    known->seq = seq;
    g_strlcpy(known->digest, digest ? digest : "", sizeof known->digest);
    g_hash_table_replace(writer->known, g_strdup(id), known);
}

static void
learn_tracks(Writer *writer, RecordingIndex *index)
{
    guint count;
    const IndexFragment *fragments = recording_index_fragments(index, &count);

    for (guint i = 0; i < count; i++)
        get_track(writer, fragments[i].track)->last_end = fragments[i].captured + fragments[i].duration;

    g_autofree const char **names = recording_index_tracks(index);

    for (const char **name = names; *name; name++)
        g_hash_table_replace(writer->next_parts, g_strdup(*name), GUINT_TO_POINTER(recording_index_next_part(index, *name)));

    const IndexGap *gaps = recording_index_gaps(index, &count);

    for (guint i = 0; i < count; i++) {
        Track *track = get_track(writer, gaps[i].track);

        if (gaps[i].to >= 0)
            continue;
        track->gap_from = gaps[i].from;
        g_free(track->gap_reason);
        track->gap_reason = g_strdup(gaps[i].reason);
        track->gap_written = TRUE;
    }
}

static void
learn_ids(Writer *writer, RecordingIndex *index)
{
    guint count;
    const IndexEntry *entries = recording_index_entries(index, &count);

    for (guint i = 0; i < count; i++) {
        remember(writer, entries[i].id, entries[i].seq, NULL);
        if (g_str_equal(entries[i].type, SITE_PARTICIPANT_ENTRY) && entries[i].data)
            set_site_participant(writer->recording, json_string_value(json_object_get(entries[i].data, "participant")));
    }

    const IndexStill *stills = recording_index_stills(index, &count);

    for (guint i = 0; i < count; i++)
        remember(writer, stills[i].id, stills[i].seq, stills[i].digest);
}

/** After a crash: the tracks that were being written then were interrupted by it. */
static void
declare_killed(Writer *writer, gint64 last_at)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, writer->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Track *track = value;

        if (track->gap_from >= 0 || track->last_end < 0 || track->last_end < last_at - KILLED_RECENT_US)
            continue;
        track->gap_from = track->last_end;
        g_free(track->gap_reason);
        track->gap_reason = g_strdup("recorder-killed");
        track->gap_written = FALSE;
    }
}

static LedgerConfig
ledger_config(Writer *writer)
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
enter_site_participant(Writer *writer, GError **error)
{
    Recording *recording = writer->recording;
    g_autofree char *id = g_strdup(recording->id); /* there is one such entry: the recording's own id serves */
    json_t *data = json_pack("{s:s}", "participant", recording->opening.site_participant);
    LedgerEntry entry = { .id = id, .type = SITE_PARTICIPANT_ENTRY, .occurred = now_wall(writer), .data = data };
    guint64 seq;
    gboolean ok = ledger_writer_entry(writer->ledger, &entry, &seq, error);

    json_decref(data);
    if (!ok)
        return FALSE;
    remember(writer, id, seq, NULL);
    set_site_participant(recording, recording->opening.site_participant);
    return TRUE;
}

/** A new recording: the index begins empty and gets its lines one by one. */
static gboolean
create(Writer *writer, GError **error)
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
resume(Writer *writer, GError **error)
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
    if (!writer->ever_opened) {
        learn_tracks(writer, index);
        declare_killed(writer, report.last_at);
    } else {
        learn_tracks(writer, index);
    }
    environment->opened(recording, index, environment->user);
    writer->over = report.ended;
    return TRUE;
}

static gboolean
folder_has_ledger(Writer *writer)
{
    g_autofree char *path = g_build_filename(writer->recording->folder, LEDGER_FILE, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static gboolean
disk_has_room(Writer *writer, GError **error)
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
open_or_recover(Writer *writer)
{
    g_autoptr(GError) error = NULL;
    Recording *recording = writer->recording;
    gboolean fresh = recording->opening.visit && !folder_has_ledger(writer);

    g_clear_pointer(&writer->ledger, ledger_writer_free);
    if (!disk_has_room(writer, &error) || (fresh ? !create(writer, &error) : !resume(writer, &error))) {
        fail(writer, error);
    } else if (writer->ledger && ((!fresh && !recording_site_participant(recording) && recording->opening.site_participant &&
                                   !enter_site_participant(writer, &error)) ||
                                  !write_open_gaps(writer, &error))) {
        fail(writer, error);
    } else {
        if (writer->alarm) {
            g_atomic_int_inc(&recording->epoch); /* parts that began in vain during the alarm begin again */
            log_notice("recorder", "recording goes on recording=%s after_ms=%" G_GINT64_FORMAT, recording->id,
                       (now_mono(writer) - writer->alarm_since) / 1000);
        }
        writer->alarm = NULL;
        writer->ever_opened = TRUE;
    }
    tell_state(writer);
    tell_opened(writer);
}

/* --- jobs --- */

static void
answer(Job *job, const RecordingAnswer *result)
{
    if (job->done)
        job->done(result, job->done_user);
    job->done = NULL;
}

static void
do_part(Writer *writer, Job *job)
{
    g_autoptr(GError) error = NULL;
    Track *track = get_track(writer, job->track);
    guint number = MAX(1, GPOINTER_TO_UINT(g_hash_table_lookup(writer->next_parts, job->track)));

    g_clear_pointer(&track->part, part_writer_free);
    track->part = part_writer_new(writer->ledger, job->track, number, job->label, job->bytes, job->codecs, job->width, job->height, &error);
    if (!check(writer, track->part != NULL, &error))
        return;
    g_hash_table_replace(writer->next_parts, g_strdup(job->track), GUINT_TO_POINTER(number + 1));
    check(writer, gap_close(writer, track, job->captured, &error), &error);
    tell_state(writer);
}

static void
do_fragment(Writer *writer, Job *job)
{
    g_autoptr(GError) error = NULL;
    Track *track = get_track(writer, job->track);
    PartFragment fragment = { .t = job->t, .duration = job->duration, .key = job->key, .captured = job->captured,
                              .filled = job->filled };

    if (track->part && check(writer, part_writer_append(track->part, &fragment, job->bytes, &error), &error))
        track->last_end = job->captured + job->duration;
}

static void
do_gap(Writer *writer, Job *job)
{
    g_autoptr(GError) error = NULL;
    Track *track = get_track(writer, job->track);
    gboolean same = track->gap_from == job->from && track->gap_reason && g_str_equal(track->gap_reason, job->name);

    if (job->to < 0) {
        /* Another reason from here on: the first one ends where the second begins. */
        if (track->gap_from >= 0 && !g_str_equal(track->gap_reason, job->name) &&
            !check(writer, gap_close(writer, track, job->from, &error), &error))
            return;
        check(writer, gap_open(writer, track, job->from, job->name, &error), &error);
    } else if (same) {
        check(writer, gap_close(writer, track, job->to, &error), &error);
    } else if (track->gap_from < 0 && writer->ledger && job->to > job->from && !track->gap_written) {
        check(writer, ledger_writer_gap(writer->ledger, track->name, job->from, job->to, job->name, &error), &error);
    }
}

static void
do_damage(Writer *writer, Job *job)
{
    g_autoptr(GError) error = NULL;
    LedgerDamage damage = { job->track, job->label, job->from, job->to, job->packets };

    check(writer, ledger_writer_damage(writer->ledger, &damage, &error), &error);
}

static void
do_overflow(Writer *writer)
{
    g_autoptr(GError) error = NULL;

    interrupt_tracks(writer, "overflow");
    check(writer, write_open_gaps(writer, &error), &error);
    tell_state(writer);
}

static void
do_entry(Writer *writer, Job *job)
{
    g_autoptr(GError) error = NULL;
    KnownId *known = g_hash_table_lookup(writer->known, job->id);
    LedgerEntry entry = { .id = job->id, .type = job->name, .occurred = job->from, .data = job->data };
    RecordingAnswer result = { .outcome = RECORDING_REPEATED, .seq = known ? known->seq : 0 };

    if (!known) {
        if (check(writer, ledger_writer_entry(writer->ledger, &entry, &result.seq, &error), &error)) {
            result.outcome = RECORDING_DONE;
            remember(writer, job->id, result.seq, NULL);
        } else {
            result.outcome = writer->ledger ? RECORDING_REFUSED : RECORDING_UNAVAILABLE;
        }
    }
    answer(job, &result);
}

/** What the caller is told of a still whose id is known: its bytes are the same, or it is another still. */
static RecordingAnswer
known_still(Writer *writer, const KnownId *known, GBytes *jpeg)
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
do_still(Writer *writer, Job *job)
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
    } else if (check(writer, still_write(writer->ledger, &still, &result.seq, digest, &error), &error)) {
        remember(writer, job->id, result.seq, digest);
    } else {
        result.outcome = writer->ledger ? RECORDING_REFUSED : RECORDING_UNAVAILABLE;
    }
    answer(job, &result);
}

static gboolean
close_all_gaps(Writer *writer, gint64 to, GError **error)
{
    GHashTableIter iter;
    gpointer track;

    g_hash_table_iter_init(&iter, writer->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &track)) {
        g_clear_pointer(&((Track *) track)->part, part_writer_free);
        if (((Track *) track)->gap_expected)
            ((Track *) track)->gap_from = -1;
        if (!gap_close(writer, track, to, error))
            return FALSE;
    }
    return TRUE;
}

static void
offer_seal(Writer *writer)
{
    Recording *recording = writer->recording;
    gint64 seq = ledger_writer_sealed_seq(writer->ledger);
    const char *digest = ledger_writer_sealed_digest(writer->ledger);

    if (!recording->environment.sealed || !*digest || seq <= writer->offered_seq || seq == writer->stamp_seq + 1)
        return;
    writer->offered_seq = seq;
    recording->environment.sealed(recording, (guint64) seq, digest, FALSE, recording->environment.user);
}

static void
do_timestamp(Writer *writer, Job *job)
{
    g_autoptr(GError) error = NULL;

    if (check(writer, ledger_writer_timestamp(writer->ledger, (guint64) job->from, job->bytes, &error), &error))
        writer->stamp_seq = (gint64) ledger_writer_next_seq(writer->ledger) - 1;
}

/** Closed first: whoever is offered the last seal writes into the folder next. */
static void
close_ended(Writer *writer)
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
do_end(Writer *writer, Job *job)
{
    g_autoptr(GError) error = NULL;
    RecordingAnswer result = { .outcome = RECORDING_DONE };

    if (check(writer, close_all_gaps(writer, now_wall(writer), &error) && ledger_writer_end(writer->ledger, job->name, &error), &error)) {
        writer->over = TRUE;
        result.seq = ledger_writer_next_seq(writer->ledger) - 1;
        close_ended(writer);
        log_notice("recorder", "recording ended recording=%s", writer->recording->id);
    } else {
        result.outcome = RECORDING_UNAVAILABLE;
    }
    tell_state(writer);
    answer(job, &result);
}

static void
do_stop(Writer *writer)
{
    g_autoptr(GError) error = NULL;

    interrupt_tracks(writer, "recorder-stopped");
    if (writer->ledger)
        check(writer, write_open_gaps(writer, &error) && ledger_writer_seal(writer->ledger, &error), &error);
}

/** In alarm, or over: media is thrown away, callers hear of it, gaps are kept in mind. */
static void
do_nothing(Writer *writer, Job *job)
{
    RecordingAnswer result = { .outcome = writer->over ? RECORDING_OVER : RECORDING_UNAVAILABLE };
    KnownId *known = job->id ? g_hash_table_lookup(writer->known, job->id) : NULL;

    if (known && job->type == JOB_ENTRY) {
        result = (RecordingAnswer){ .outcome = RECORDING_REPEATED, .seq = known->seq };
    } else if (known && job->type == JOB_STILL) {
        result = known_still(writer, known, job->bytes);
    } else if (job->type == JOB_END && writer->over) {
        result.outcome = RECORDING_REPEATED;
    } else if (job->type == JOB_GAP && !writer->over && job->to < 0) {
        gap_open(writer, get_track(writer, job->track), job->from, job->name, NULL);
    }
    answer(job, &result);
}

static void
do_job(Writer *writer, Job *job)
{
    guint epoch = recording_epoch(writer->recording);

    if (job->type == JOB_WARN) {
        writer->warning = job->alarm;
        tell_state(writer);
        return;
    }
    if (!writer->ledger) {
        do_nothing(writer, job);
        return;
    }
    switch (job->type) {
    case JOB_PART:
        if (job->epoch == epoch)
            do_part(writer, job);
        break;
    case JOB_FRAGMENT:
        if (job->epoch == epoch)
            do_fragment(writer, job);
        break;
    case JOB_PART_ENDED:
        g_clear_pointer(&get_track(writer, job->track)->part, part_writer_free);
        tell_state(writer);
        break;
    case JOB_OVERFLOW:
        do_overflow(writer);
        break;
    case JOB_GAP:
        do_gap(writer, job);
        break;
    case JOB_DAMAGE:
        if (job->epoch == epoch)
            do_damage(writer, job);
        break;
    case JOB_ENTRY:
        do_entry(writer, job);
        break;
    case JOB_STILL:
        do_still(writer, job);
        break;
    case JOB_TIMESTAMP:
        do_timestamp(writer, job);
        break;
    case JOB_END:
        do_end(writer, job);
        break;
    case JOB_WARN:
    case JOB_STOP:
        break; /* not here */
    }
}

/* --- the thread --- */

static void
tick(Writer *writer)
{
    g_autoptr(GError) error = NULL;

    if (writer->ledger) {
        if (check(writer, ledger_writer_seal_if_due(writer->ledger, &error), &error))
            offer_seal(writer);
    } else if (!writer->over && now_mono(writer) >= writer->retry_at)
        open_or_recover(writer);
}

static void
run(Writer *writer)
{
    Recording *recording = writer->recording;
    gint64 next_tick = now_mono(writer) + TICK_US;

    for (;;) {
        gint64 wait = next_tick - now_mono(writer);
        g_autoptr(Job) job = wait > 0 ? g_async_queue_timeout_pop(recording->mailbox, (guint64) wait)
                                      : g_async_queue_try_pop(recording->mailbox);

        if (job) {
            gboolean stop = job->type == JOB_STOP;

            if (!stop)
                do_job(writer, job);
            g_atomic_int_add(&recording->waiting_bytes, -(gint) job->weight);
            if (stop)
                break;
        }
        if (now_mono(writer) >= next_tick) {
            next_tick = now_mono(writer) + TICK_US;
            tick(writer);
        }
    }
    do_stop(writer);
}

gpointer
recording_writer_run(gpointer data)
{
    g_autoptr(Recording) recording = data;
    Writer writer = {
        .recording = recording,
        .tracks = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, track_free),
        .known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        .next_parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .offered_seq = -1,
        .stamp_seq = -1,
        .told_state = RECORDING_OPENING,
    };

    open_or_recover(&writer);
    run(&writer);
    g_hash_table_unref(writer.tracks);
    g_clear_pointer(&writer.ledger, ledger_writer_free);
    g_hash_table_unref(writer.known);
    g_hash_table_unref(writer.next_parts);
    return NULL;
}
