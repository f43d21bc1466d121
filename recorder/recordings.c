#include "recordings.h"

#include <string.h>

#include "archive-list.h"
#include "ledger-writer.h"
#include "log.h"
#include "recording-place.h"
#include "recordings-scan.h"
#include "recovery.h"
#include "timestamper.h"
#include "uuid7.h"

/* Ended recordings whose index is kept in memory; an hour's index is about 1 MB. */
#define ENDED_KEPT_MAX 16
#define OPEN_WAIT_MS   10000

typedef enum { NOTICE_OPENED, NOTICE_LINE, NOTICE_STATE, NOTICE_STAMPED } NoticeType;

/** From a recording's thread to the loop's. */
typedef struct {
    NoticeType type;
    char *id;
    RecordingIndex *index;
    json_t *line;
    RecordingState state;
    const char *alarm;
} Notice;

struct Recordings {
    RecordingsConfig config;
    char *root;
    Timestamper *timestamper; /* NULL: no authority is configured */
    GHashTable *views; /* id → RecordingView */
    GAsyncQueue *notices;
    GMutex lock;         /* of `running`, which the feed's thread asks */
    GHashTable *running; /* id → Recording, a reference */
};

static void
notice_free(gpointer data)
{
    Notice *notice = data;

    g_free(notice->id);
    recording_index_free(notice->index);
    json_decref(notice->line);
    g_free(notice);
}

static void
view_free(gpointer data)
{
    RecordingView *view = data;

    recording_unref(view->recording);
    g_clear_pointer(&view->playlists, g_hash_table_unref);
    recording_index_free(view->index);
    json_decref(view->archived);
    g_clear_pointer(&view->verdict, g_bytes_unref);
    g_free(view->id);
    g_free(view->folder);
    g_free(view);
}

/* --- what recordings tell --- */

void
recordings_take_feed(Recordings *recordings, RecordingView *view, gboolean take)
{
    g_mutex_lock(&recordings->lock);
    if (take)
        g_hash_table_insert(recordings->running, g_strdup(view->id), recording_ref(view->recording));
    else
        g_hash_table_remove(recordings->running, view->id);
    g_mutex_unlock(&recordings->lock);
}

static void
stop_thread(Recordings *recordings, RecordingView *view)
{
    if (!view->recording)
        return;
    recordings_take_feed(recordings, view, FALSE);
    recording_stop(view->recording);
    g_clear_pointer(&view->recording, recording_unref);
}

static gboolean
line_matters(const json_t *line)
{
    static const char *const types[] = { "open", "part", "gap", "seal", "end", "resume" };
    const char *type = json_string_value(json_object_get(line, "type"));

    for (gsize i = 0; type && i < G_N_ELEMENTS(types); i++)
        if (g_str_equal(type, types[i]))
            return TRUE;
    return FALSE;
}

static gboolean
take_notice(Recordings *recordings, RecordingView *view, Notice *notice)
{
    switch (notice->type) {
    case NOTICE_OPENED:
        g_clear_pointer(&view->playlists, g_hash_table_unref);
        recording_index_free(view->index);
        view->index = g_steal_pointer(&notice->index);
        return FALSE;
    case NOTICE_LINE:
        if (!view->index)
            return FALSE;
        recording_index_add(view->index, notice->line);
        view->last_seq = json_integer_value(json_object_get(notice->line, "seq"));
        return line_matters(notice->line);
    case NOTICE_STAMPED:
        return FALSE;
    case NOTICE_STATE:
        view->state = notice->state;
        view->alarm = notice->alarm;
        return TRUE;
    }
    return FALSE;
}

static void
drain(gpointer user)
{
    Recordings *recordings = user;
    Notice *notice;

    while ((notice = g_async_queue_try_pop(recordings->notices))) {
        RecordingView *view = g_hash_table_lookup(recordings->views, notice->id);

        if (view && take_notice(recordings, view, notice) && recordings->config.changed)
            recordings->config.changed(view, recordings->config.user);
        if (view && notice->type != NOTICE_STAMPED && recordings->config.grown)
            recordings->config.grown(view, recordings->config.user);
        if (view && view->state == RECORDING_ENDED)
            stop_thread(recordings, view);
        /* Index and verdict are of the ledger before its stamp: read anew when somebody asks. */
        if (view && notice->type == NOTICE_STAMPED && !view->recording)
            g_hash_table_remove(recordings->views, notice->id);
        notice_free(notice);
    }
}

static void
post_for(Recordings *recordings, const char *id, Notice notice)
{
    Notice *copy = g_memdup2(&notice, sizeof notice);

    copy->id = g_strdup(id);
    g_async_queue_push(recordings->notices, copy);
    http_loop_post(recordings->config.loop, drain, recordings);
}

static void
post(Recordings *recordings, const Recording *recording, Notice notice)
{
    post_for(recordings, recording_id(recording), notice);
}

static void
on_opened(Recording *recording, RecordingIndex *index, gpointer user)
{
    post(user, recording, (Notice){ .type = NOTICE_OPENED, .index = index });
}

static void
on_line(Recording *recording, json_t *line, gpointer user)
{
    post(user, recording, (Notice){ .type = NOTICE_LINE, .line = line });
}

static void
on_state(Recording *recording, RecordingState state, const char *alarm, gpointer user)
{
    post(user, recording, (Notice){ .type = NOTICE_STATE, .state = state, .alarm = alarm });
}

static void
on_sealed(Recording *recording, guint64 seq, const char *digest, gboolean ended, gpointer user)
{
    timestamper_offer(((Recordings *) user)->timestamper, recording_id(recording), recording_folder(recording), seq, digest, ended);
}

/** The timestamper's thread. */
static void
deliver_stamp(const char *id, guint64 of, GBytes *token, gpointer user)
{
    g_autoptr(Recording) recording = recordings_running(user, id);

    if (recording) /* else it has ended meanwhile, and its last seal waits for a stamp of its own */
        recording_timestamp(recording, of, token);
}

/** The timestamper's thread. */
static void
on_stamped(const char *id, gpointer user)
{
    post_for(user, id, (Notice){ .type = NOTICE_STAMPED });
}

json_t *
recordings_timestamp_status(Recordings *recordings)
{
    return timestamper_status(recordings->timestamper);
}

/* --- finding and starting --- */

static char *
folder_of(Recordings *recordings, const char *id)
{
    return recording_place(recordings->root, id);
}

static RecordingView *
add_view(Recordings *recordings, const char *id, const char *folder)
{
    RecordingView *view = g_new0(RecordingView, 1);

    view->id = g_strdup(id);
    view->folder = g_strdup(folder);
    view->last_seq = view->verdict_seq = -1;
    view->used_at = clock_mono_us(recordings->config.clock);
    g_hash_table_insert(recordings->views, view->id, view);
    return view;
}

static RecordingView *
start(Recordings *recordings, const char *id, const char *folder, const RecordingOpening *opening)
{
    RecordingView *view = add_view(recordings, id, folder);
    RecordingEnvironment environment = {
        .files = recordings->config.files,
        .clock = recordings->config.clock,
        .signer = recordings->config.signer,
        .opened = on_opened,
        .line = on_line,
        .sealed = on_sealed,
        .state = on_state,
        .user = recordings,
    };

    view->recording = recording_start(&environment, id, folder, opening);
    recordings_take_feed(recordings, view, TRUE);
    return view;
}

static void
make_room(Recordings *recordings)
{
    GHashTableIter iter;
    gpointer value;
    RecordingView *oldest = NULL;
    guint ended = 0;

    g_hash_table_iter_init(&iter, recordings->views);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        RecordingView *view = value;

        if (view->recording)
            continue;
        ended++;
        if (!oldest || view->used_at < oldest->used_at)
            oldest = view;
    }
    if (ended >= ENDED_KEPT_MAX)
        g_hash_table_remove(recordings->views, oldest->id);
}

static RecordingView *
load_ended(Recordings *recordings, const char *id)
{
    g_autofree char *folder = folder_of(recordings, id);
    g_autofree char *ledger = g_build_filename(folder, LEDGER_FILE, NULL);
    g_autoptr(GError) error = NULL;

    if (!g_file_test(ledger, G_FILE_TEST_EXISTS))
        return NULL;

    RecordingIndex *index = recording_index_load(folder, &error);

    if (!index) {
        log_error("recorder", "unreadable recording=%s: %s", id, error->message);
        return NULL;
    }
    make_room(recordings);

    RecordingView *view = add_view(recordings, id, folder);

    view->index = index;
    view->archived = archive_list_load(recordings->config.data, id);
    view->state = RECORDING_ENDED;
    view->last_seq = 0;
    return view;
}

RecordingView *
recordings_find(Recordings *recordings, const char *id)
{
    if (!uuid7_is_valid(id))
        return NULL;
    drain(recordings);

    RecordingView *view = g_hash_table_lookup(recordings->views, id);

    if (!view)
        view = load_ended(recordings, id);
    if (view)
        view->used_at = clock_mono_us(recordings->config.clock);
    return view;
}

RecordingView *
recordings_start(Recordings *recordings, const char *id, const RecordingOpening *opening)
{
    g_autofree char *folder = folder_of(recordings, id);

    return start(recordings, id, folder, opening);
}

Recording *
recordings_running(Recordings *recordings, const char *id)
{
    g_mutex_lock(&recordings->lock);

    Recording *recording = g_hash_table_lookup(recordings->running, id);

    if (recording)
        recording_ref(recording);
    g_mutex_unlock(&recordings->lock);
    return recording;
}

const char *
recordings_data(const Recordings *recordings)
{
    return recordings->config.data;
}

gboolean
recordings_dispose(const Recordings *recordings, const char *folder, const json_t *data, GError **error)
{
    const RecordingsConfig *config = &recordings->config;
    LedgerConfig ledger = { .folder = folder, .files = config->files, .clock = config->clock, .signer = config->signer };

    return recovery_dispose(&ledger, data, error);
}

void
recordings_read_anew(Recordings *recordings, const char *id)
{
    post_for(recordings, id, (Notice){ .type = NOTICE_STAMPED });
}

void
recordings_forget(Recordings *recordings, const char *id)
{
    RecordingView *view = g_hash_table_lookup(recordings->views, id);

    if (view && !view->recording)
        g_hash_table_remove(recordings->views, id);
}

void
recordings_each(Recordings *recordings, void (*func)(RecordingView *view, gpointer user), gpointer user)
{
    GHashTableIter iter;
    gpointer view;

    g_hash_table_iter_init(&iter, recordings->views);
    while (g_hash_table_iter_next(&iter, NULL, &view))
        if (((RecordingView *) view)->recording)
            func(view, user);
}

/* --- resuming --- */

static void
resume(const char *id, const char *folder, gpointer user)
{
    start(user, id, folder, NULL);
}

static char *
folder_for_stamp(const char *id, gpointer user)
{
    return folder_of(user, id);
}

static void
start_timestamper(Recordings *recordings)
{
    const RecordingsConfig *config = &recordings->config;
    TimestamperConfig stamping = {
        .url = config->timestamp_url,
        .data = config->data,
        .interval_s = config->timestamp_interval_s,
        .files = config->files,
        .clock = config->clock,
        .signer = config->signer,
        .deliver = deliver_stamp,
        .entered = on_stamped,
        .folder_of = folder_for_stamp,
        .user = recordings,
    };

    if (config->timestamp_url)
        recordings->timestamper = timestamper_new(&stamping);
}

Recordings *
recordings_new(const RecordingsConfig *config)
{
    Recordings *recordings = g_new0(Recordings, 1);
    gint64 deadline = g_get_monotonic_time() + OPEN_WAIT_MS * 1000;
    GHashTableIter iter;
    gpointer view;

    recordings->config = *config;
    recordings->root = g_build_filename(config->data, "recordings", NULL);
    recordings->views = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, view_free);
    recordings->notices = g_async_queue_new_full(notice_free);
    recordings->running = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) recording_unref);
    g_mutex_init(&recordings->lock);
    start_timestamper(recordings);
    recordings_scan(recordings->root, resume, recordings);
    g_hash_table_iter_init(&iter, recordings->views);
    while (g_hash_table_iter_next(&iter, NULL, &view)) {
        gint64 left = MAX(0, deadline - g_get_monotonic_time());

        recording_wait_opened(((RecordingView *) view)->recording, (guint) (left / 1000));
    }
    return recordings;
}

void
recordings_stop(Recordings *recordings)
{
    GHashTableIter iter;
    gpointer value;

    if (!recordings)
        return;
    g_hash_table_iter_init(&iter, recordings->views);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        stop_thread(recordings, value);
    g_clear_pointer(&recordings->timestamper, timestamper_free);
}

void
recordings_free(Recordings *recordings)
{
    if (!recordings)
        return;
    g_hash_table_unref(recordings->running);
    g_hash_table_unref(recordings->views);
    g_async_queue_unref(recordings->notices);
    g_mutex_clear(&recordings->lock);
    g_free(recordings->root);
    g_free(recordings);
}
