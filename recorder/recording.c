#include "recording.h"

#include "recording-writer.h"

void
job_free(Job *job)
{
    if (!job)
        return;
    g_free(job->track);
    g_clear_pointer(&job->bytes, g_bytes_unref);
    g_free(job->codecs);
    g_free(job->id);
    g_free(job->name);
    g_free(job->checkpoint);
    g_free(job->participant);
    json_decref(job->data);
    g_free(job);
}

Recording *
recording_new(const RecordingEnvironment *environment, const char *id, const char *folder, const RecordingOpening *opening)
{
    Recording *recording = g_new0(Recording, 1);

    recording->references = 1;
    recording->environment = *environment;
    recording->id = g_strdup(id);
    recording->folder = g_strdup(folder);
    if (opening)
        recording->opening = (RecordingOpening){
            .visit = g_strdup(opening->visit),
            .case_number = g_strdup(opening->case_number),
            .item = g_strdup(opening->item),
            .item_version = g_strdup(opening->item_version),
            .title = g_strdup(opening->title),
            .site_participant = g_strdup(opening->site_participant),
        };
    recording->mailbox = g_async_queue_new_full((GDestroyNotify) job_free);
    g_mutex_init(&recording->lock);
    g_cond_init(&recording->opened_changed);
    return recording;
}

/** FALSE when the recording is to stop. */
static gboolean
do_next(RecordingWriter *writer, Recording *recording, gint64 wait_us)
{
    g_autoptr(Job) job = wait_us > 0 ? g_async_queue_timeout_pop(recording->mailbox, (guint64) wait_us)
                                     : g_async_queue_try_pop(recording->mailbox);
    gboolean stop = job && job->type == JOB_STOP;

    if (job && !stop)
        recording_writer_do(writer, job);
    if (job)
        g_atomic_int_add(&recording->waiting_bytes, -(gint) job->weight);
    return !stop;
}

static gpointer
run(gpointer data)
{
    g_autoptr(Recording) recording = data;
    const Clock *clock = recording->environment.clock;
    RecordingWriter *writer = recording_writer_new(recording);
    gint64 next_tick = clock_mono_us(clock) + RECORDING_TICK_US;

    while (do_next(writer, recording, next_tick - clock_mono_us(clock)))
        if (clock_mono_us(clock) >= next_tick) {
            next_tick = clock_mono_us(clock) + RECORDING_TICK_US;
            recording_writer_tick(writer);
        }
    recording_writer_free(writer);
    return NULL;
}

Recording *
recording_start(const RecordingEnvironment *environment, const char *id, const char *folder, const RecordingOpening *opening)
{
    Recording *recording = recording_new(environment, id, folder, opening);

    recording->thread = g_thread_new("recording", run, recording_ref(recording));
    return recording;
}

Recording *
recording_ref(Recording *recording)
{
    g_atomic_int_inc(&recording->references);
    return recording;
}

void
recording_unref(Recording *recording)
{
    if (!recording || !g_atomic_int_dec_and_test(&recording->references))
        return;
    g_async_queue_unref(recording->mailbox);
    g_mutex_clear(&recording->lock);
    g_cond_clear(&recording->opened_changed);
    g_free(recording->site_participant);
    g_free((char *) recording->opening.visit);
    g_free((char *) recording->opening.case_number);
    g_free((char *) recording->opening.item);
    g_free((char *) recording->opening.item_version);
    g_free((char *) recording->opening.title);
    g_free((char *) recording->opening.site_participant);
    g_free(recording->id);
    g_free(recording->folder);
    g_free(recording);
}

gboolean
recording_wait_opened(Recording *recording, guint timeout_ms)
{
    gint64 deadline = g_get_monotonic_time() + (gint64) timeout_ms * 1000;

    g_mutex_lock(&recording->lock);
    while (!recording->opened)
        if (!g_cond_wait_until(&recording->opened_changed, &recording->lock, deadline))
            break;

    gboolean opened = recording->opened;

    g_mutex_unlock(&recording->lock);
    return opened;
}

static void
post(Recording *recording, Job *job)
{
    g_atomic_int_add(&recording->waiting_bytes, (gint) job->weight);
    g_async_queue_push(recording->mailbox, job);
}

void
recording_stop(Recording *recording)
{
    Job *job = g_new0(Job, 1);

    job->type = JOB_STOP;
    post(recording, job);
    g_thread_join(g_steal_pointer(&recording->thread));
}

const char *
recording_id(const Recording *recording)
{
    return recording->id;
}

const char *
recording_folder(const Recording *recording)
{
    return recording->folder;
}

const char *
recording_site_participant(Recording *recording)
{
    g_mutex_lock(&recording->lock);

    const char *participant = recording->site_participant; /* set once */

    if (!participant) /* the disk has not taken it yet */
        participant = recording->opening.site_participant;

    g_mutex_unlock(&recording->lock);
    return participant;
}

gboolean
recording_accepts(Recording *recording)
{
    return !g_atomic_int_get(&recording->shut) && g_atomic_int_get(&recording->waiting_bytes) < RECORDING_MAILBOX_MAX / 2;
}

guint
recording_epoch(Recording *recording)
{
    return (guint) g_atomic_int_get(&recording->epoch);
}

void
recording_begin_part(Recording *recording, const RecordingPart *part)
{
    Job *job = g_new0(Job, 1);

    job->type = JOB_PART;
    job->epoch = part->epoch;
    job->track = g_strdup(part->track);
    job->bytes = g_bytes_ref(part->init_segment);
    job->codecs = g_strdup(part->codecs);
    job->label = part->extension;
    job->width = part->width;
    job->height = part->height;
    job->captured = part->captured;
    job->weight = g_bytes_get_size(part->init_segment);
    post(recording, job);
}

void
recording_add_fragment(Recording *recording, const RecordingFragment *fragment)
{
    if (fragment->epoch != recording_epoch(recording))
        return;

    Job *job = g_new0(Job, 1);

    job->weight = g_bytes_get_size(fragment->bytes);
    if ((gsize) g_atomic_int_get(&recording->waiting_bytes) + job->weight > RECORDING_MAILBOX_MAX) {
        /* What waits is still written: only what comes from here on is missing. */
        job->epoch = (guint) g_atomic_int_add(&recording->epoch, 1) + 1;
        job->type = JOB_OVERFLOW;
        job->weight = 0;
        post(recording, job);
        return;
    }
    job->type = JOB_FRAGMENT;
    job->epoch = fragment->epoch;
    job->track = g_strdup(fragment->track);
    job->bytes = g_bytes_ref(fragment->bytes);
    job->t = fragment->t;
    job->duration = fragment->duration;
    job->captured = fragment->captured;
    job->filled = fragment->filled;
    job->key = fragment->key;
    post(recording, job);
}

void
recording_end_part(Recording *recording, const char *track)
{
    Job *job = g_new0(Job, 1);

    job->type = JOB_PART_ENDED;
    job->track = g_strdup(track);
    post(recording, job);
}

void
recording_gap(Recording *recording, const char *track, gint64 from, gint64 to, const char *reason)
{
    Job *job = g_new0(Job, 1);

    job->type = JOB_GAP;
    job->track = g_strdup(track);
    job->from = from;
    job->to = to;
    job->name = g_strdup(reason);
    post(recording, job);
}

void
recording_damage(Recording *recording, const RecordingDamage *damage)
{
    Job *job = g_new0(Job, 1);

    job->type = JOB_DAMAGE;
    job->epoch = damage->epoch;
    job->track = g_strdup(damage->track);
    job->label = damage->media;
    job->from = damage->from;
    job->to = damage->to;
    job->packets = damage->packets;
    post(recording, job);
}

void
recording_warn(Recording *recording, const char *alarm)
{
    Job *job = g_new0(Job, 1);

    job->type = JOB_WARN;
    job->alarm = alarm;
    post(recording, job);
}

void
recording_enter(Recording *recording, const char *id, const char *type, gint64 occurred, json_t *data, RecordingDoneFunc done,
                gpointer user)
{
    Job *job = g_new0(Job, 1);

    job->type = JOB_ENTRY;
    job->id = g_strdup(id);
    job->name = g_strdup(type);
    job->from = occurred;
    job->data = json_deep_copy(data);
    job->done = done;
    job->done_user = user;
    post(recording, job);
}

void
recording_add_still(Recording *recording, const char *id, const char *checkpoint, const char *participant, gint64 occurred, GBytes *jpeg,
                    RecordingDoneFunc done, gpointer user)
{
    Job *job = g_new0(Job, 1);

    job->type = JOB_STILL;
    job->id = g_strdup(id);
    job->checkpoint = g_strdup(checkpoint);
    job->participant = g_strdup(participant);
    job->from = occurred;
    job->bytes = g_bytes_ref(jpeg);
    job->done = done;
    job->done_user = user;
    post(recording, job);
}

void
recording_timestamp(Recording *recording, guint64 of, GBytes *token)
{
    Job *job = g_new0(Job, 1);

    job->type = JOB_TIMESTAMP;
    job->from = (gint64) of;
    job->bytes = g_bytes_ref(token);
    post(recording, job);
}

void
recording_end(Recording *recording, const char *reason, RecordingDoneFunc done, gpointer user)
{
    Job *job = g_new0(Job, 1);

    job->type = JOB_END;
    job->name = g_strdup(reason);
    job->done = done;
    job->done_user = user;
    post(recording, job);
}
