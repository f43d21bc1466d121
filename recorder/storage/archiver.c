#include "archiver.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "archive-list.h"
#include "bounded-json.h"
#include "evidence-range.h"
#include "ledger-writer.h"
#include "log.h"
#include "recording-index.h"
#include "s3-client.h"
#include "uuid7.h"
#include "verification.h"

#define SCAN_US      (60 * G_USEC_PER_SEC)
#define RETRY_MIN_US (1 * G_USEC_PER_SEC)
#define RETRY_MAX_US (300 * G_USEC_PER_SEC)

struct Archiver {
    ArchiverConfig config;
    char *root;
    GThread *thread;
    gint stop;        /* atomic */
    GHashTable *left; /* ids that cannot go (altered, not ours): not tried again before a restart. The thread's own */
    GMutex lock;      /* of all below */
    GCond changed;
    gboolean kicked;
    const char *state;
    char *problem;
    guint archived;
    gint64 last_at, retry_us;
};

static void
set_state(Archiver *archiver, const char *state, const char *problem)
{
    g_mutex_lock(&archiver->lock);
    archiver->state = state;
    g_free(archiver->problem);
    archiver->problem = g_strdup(problem);
    g_mutex_unlock(&archiver->lock);
}

/* --- one recording --- */

static gboolean
is_media(const EvidenceFile *file)
{
    return !g_str_equal(file->name, LEDGER_FILE) && !g_str_equal(file->name, LEDGER_CERTIFICATE);
}

static gboolean
digest_file(const char *path, char ret_hex[65], guint64 *ret_length)
{
    g_autofree char *block = g_malloc(1024 * 1024);
    GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    gssize got = fd < 0 ? -1 : 0;

    *ret_length = 0;
    while (fd >= 0 && (got = read(fd, block, 1024 * 1024)) > 0) {
        g_checksum_update(checksum, (const guchar *) block, got);
        *ret_length += (guint64) got;
    }
    g_strlcpy(ret_hex, g_checksum_get_string(checksum), 65);
    g_checksum_free(checksum);
    if (fd >= 0)
        close(fd);
    return got == 0;
}

/* Up, and back down again: what the store gives is what will be relied on. NULL with `error`. */
static json_t *
archive_file(Archiver *archiver, const char *recording, const char *folder, const char *name, GError **error)
{
    const S3Place *place = archiver->config.place;
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *key = g_strconcat(recording, "/", name, NULL);
    char local[65], remote[65];
    guint64 length, remote_length;

    if (!digest_file(path, local, &length)) {
        g_set_error(error, S3_ERROR, S3_ERROR_REFUSED, "%s: cannot be read", name);
        return NULL;
    }
    /* An upload that a crash cut off from its list is still there. */
    if (!s3_digest(place, key, &archiver->stop, remote, &remote_length, NULL) || !g_str_equal(remote, local)) {
        if (!s3_put_file(place, key, path, &archiver->stop, error) || !s3_digest(place, key, &archiver->stop, remote, &remote_length, error))
            return NULL;
    }
    if (!g_str_equal(remote, local) || remote_length != length) {
        g_set_error(error, S3_ERROR, S3_ERROR_UNREACHABLE, "%s: the store gives other bytes back", name);
        return NULL;
    }
    return json_pack("{s:s, s:I, s:s, s:s}", "file", name, "bytes", (json_int_t) length, "sha256", local, "key", key);
}

static json_t *
upload(Archiver *archiver, const char *recording, const char *folder, const GArray *files, GError **error)
{
    g_autoptr(json_t) entries = json_array();

    for (guint i = 0; i < files->len; i++) {
        const EvidenceFile *file = &g_array_index(files, EvidenceFile, i);
        json_t *entry;

        if (!is_media(file))
            continue;
        entry = archive_file(archiver, recording, folder, file->name, error);
        if (!entry)
            return NULL;
        json_array_append_new(entries, entry);
    }
    return json_pack("{s:s, s:s, s:I, s:O}", "format", "yuntakan-archived/1", "recording", recording, "at", (json_int_t) clock_wall_us(archiver->config.clock), "files", entries);
}

static void
remove_local(const char *folder, const json_t *list)
{
    gsize i;
    json_t *entry;

    json_array_foreach(json_object_get(list, "files"), i, entry) {
        g_autofree char *path = g_build_filename(folder, json_string_value(json_object_get(entry, "file")), NULL);
        g_autofree char *parent = g_path_get_dirname(path);

        g_unlink(path);
        if (!g_str_equal(parent, folder))
            g_rmdir(parent); /* while it holds others this fails, as it should */
    }
}

/* Only a recording that proves itself leaves the disk: what is wrong with it is looked into here. */
static gboolean
is_sound(const char *recording, const char *folder)
{
    VerificationRules rules = { .recording = recording };
    g_autoptr(Verification) verification = verification_run(folder, &rules);

    return verification_verdict(verification) == VERDICT_INTACT;
}

static gboolean
note_pending(Archiver *archiver, const char *recording, const GArray *files, GError **error)
{
    g_autoptr(json_t) keys = json_array();
    g_autoptr(json_t) pending = json_pack("{s:O}", "keys", keys);

    for (guint i = 0; i < files->len; i++)
        if (is_media(&g_array_index(files, EvidenceFile, i)))
            json_array_append_new(keys, json_sprintf("%s/%s", recording, g_array_index(files, EvidenceFile, i).name));
    return archive_pending_store(archiver->config.data, recording, pending, error);
}

static gboolean
was_disposed(const char *folder)
{
    g_autoptr(RecordingIndex) index = recording_index_load(folder, NULL);

    return !index || recording_index_disposed_at(index) >= 0;
}

/* A disposal holds the same lock while it writes its tombstone (recovery_dispose()): it comes either before, and nothing is kept, or after, and finds the list. */
static gboolean
settle(Archiver *archiver, const char *recording, const char *folder, json_t *list, GError **error)
{
    const ArchiverConfig *config = &archiver->config;
    int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean good = lock >= 0 && flock(lock, LOCK_EX) == 0;

    if (!good)
        g_set_error(error, S3_ERROR, S3_ERROR_REFUSED, "%s", g_strerror(errno));
    else if (was_disposed(folder))
        good = archiver_forget(config->place, config->data, recording, error);
    else if ((good = archive_list_store(config->data, recording, list, error))) {
        archive_pending_remove(config->data, recording);
        remove_local(folder, list);
    }
    if (lock >= 0)
        close(lock);
    return good;
}

static gboolean
archive(Archiver *archiver, const char *recording, const char *folder, GError **error)
{
    const ArchiverConfig *config = &archiver->config;
    g_autoptr(GArray) files = evidence_files_list(folder, error);
    g_autoptr(json_t) list = files && note_pending(archiver, recording, files, error) ? upload(archiver, recording, folder, files, error) : NULL;

    if (!list || !settle(archiver, recording, folder, list, error))
        return FALSE;
    config->archived(recording, list, config->user);
    log_notice("recorder", "archived recording=%s files=%" G_GSIZE_FORMAT, recording, json_array_size(json_object_get(list, "files")));
    return TRUE;
}

/* --- which --- */

typedef enum { NOT_NOW, NEVER, GOES } Readiness;

static Readiness
readiness(Archiver *archiver, const char *recording, const char *folder)
{
    const ArchiverConfig *config = &archiver->config;
    g_autoptr(json_t) list = archive_list_load(config->data, recording);
    g_autoptr(RecordingIndex) index = NULL;
    gint64 ended_at;

    if (list) { /* a crash came between the list and the removal */
        remove_local(folder, list);
        return NEVER;
    }
    if (config->busy(recording, config->user))
        return NOT_NOW;
    index = recording_index_load(folder, NULL);
    ended_at = index ? recording_index_ended_at(index) : -1;
    if (!index || recording_index_disposed_at(index) >= 0)
        return NEVER;
    if (ended_at < 0 || clock_wall_us(config->clock) - ended_at < config->after_us)
        return NOT_NOW;
    if (is_sound(recording, folder))
        return GOES;
    log_error("recorder", "not archived, does not verify recording=%s", recording);
    return NEVER;
}

static gboolean
consider(Archiver *archiver, const char *recording, const char *folder)
{
    g_autoptr(GError) error = NULL;
    Readiness ready = g_hash_table_contains(archiver->left, recording) ? NOT_NOW : readiness(archiver, recording, folder);

    if (ready == NEVER)
        g_hash_table_add(archiver->left, g_strdup(recording));
    if (ready != GOES)
        return TRUE;
    set_state(archiver, "busy", NULL);
    if (archive(archiver, recording, folder, &error)) {
        g_mutex_lock(&archiver->lock);
        archiver->archived++;
        archiver->last_at = clock_wall_us(archiver->config.clock);
        archiver->retry_us = 0;
        g_mutex_unlock(&archiver->lock);
        g_hash_table_add(archiver->left, g_strdup(recording));
        set_state(archiver, "idle", NULL);
        return TRUE;
    }
    if (g_atomic_int_get(&archiver->stop))
        return FALSE;
    if (archiver->retry_us == 0)
        log_warning("recorder", "not archived, will be tried again recording=%s: %s", recording, error->message);
    set_state(archiver, "unreachable", error->message);
    return FALSE;
}

/* Depth first through YYYY/MM; FALSE: something failed, the rest waits. */
static gboolean
scan(Archiver *archiver, const char *folder, int depth)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    gboolean good = TRUE;
    const char *name;

    while (good && dir && !g_atomic_int_get(&archiver->stop) && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        if (depth == 2)
            good = !uuid7_is_valid(name) || consider(archiver, name, path);
        else if (strspn(name, "0123456789") == strlen(name))
            good = scan(archiver, path, depth + 1);
    }
    return good;
}

static gpointer
run(gpointer data)
{
    Archiver *archiver = data;

    while (!g_atomic_int_get(&archiver->stop)) {
        gboolean good = scan(archiver, archiver->root, 0);
        gint64 until;

        g_mutex_lock(&archiver->lock);
        archiver->retry_us = good ? 0 : CLAMP(archiver->retry_us * 2, RETRY_MIN_US, RETRY_MAX_US);
        until = g_get_monotonic_time() + (good ? SCAN_US : archiver->retry_us);
        while (!archiver->kicked && !g_atomic_int_get(&archiver->stop))
            if (!g_cond_wait_until(&archiver->changed, &archiver->lock, until))
                break;
        archiver->kicked = FALSE;
        g_mutex_unlock(&archiver->lock);
    }
    return NULL;
}

Archiver *
archiver_new(const ArchiverConfig *config)
{
    Archiver *archiver = g_new0(Archiver, 1);

    archiver->config = *config;
    archiver->root = g_build_filename(config->data, "recordings", NULL);
    archiver->left = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    archiver->state = "idle";
    archiver->last_at = -1;
    g_mutex_init(&archiver->lock);
    g_cond_init(&archiver->changed);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    archiver->thread = g_thread_new("archiver", run, archiver);
    return archiver;
}

void
archiver_free(Archiver *archiver)
{
    if (!archiver)
        return;
    g_atomic_int_set(&archiver->stop, 1);
    g_mutex_lock(&archiver->lock);
    g_cond_signal(&archiver->changed);
    g_mutex_unlock(&archiver->lock);
    g_thread_join(archiver->thread);
    curl_global_cleanup();
    g_hash_table_unref(archiver->left);
    g_mutex_clear(&archiver->lock);
    g_cond_clear(&archiver->changed);
    g_free(archiver->problem);
    g_free(archiver->root);
    g_free(archiver);
}

void
archiver_kick(Archiver *archiver)
{
    if (!archiver)
        return;
    g_mutex_lock(&archiver->lock);
    archiver->kicked = TRUE;
    g_cond_signal(&archiver->changed);
    g_mutex_unlock(&archiver->lock);
}

json_t *
archiver_status(Archiver *archiver)
{
    json_t *status;

    if (!archiver)
        return json_pack("{s:s, s:i, s:n, s:n}", "state", "off", "archived", 0, "last_at", "problem");
    g_mutex_lock(&archiver->lock);
    status = json_pack("{s:s, s:i, s:o, s:s?}", "state", archiver->state, "archived", (int) archiver->archived, "last_at",
                       archiver->last_at < 0 ? json_null() : json_integer(archiver->last_at), "problem", archiver->problem);
    g_mutex_unlock(&archiver->lock);
    return status;
}

/* --- back --- */

static gboolean
copy_small(const char *folder, const char *recalled, const char *name, GError **error)
{
    g_autofree char *from = g_build_filename(folder, name, NULL);
    g_autofree char *to = g_build_filename(recalled, name, NULL);
    g_autofree char *text = NULL;
    gsize length;

    return link(from, to) == 0 || (g_file_get_contents(from, &text, &length, error) && g_file_set_contents(to, text, (gssize) length, error));
}

static gboolean
recall_file(const S3Place *place, const char *recalled, const json_t *entry, GError **error)
{
    const char *name = json_string_value(json_object_get(entry, "file"));
    g_autofree char *path = g_build_filename(recalled, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    char hex[65];
    guint64 length;

    g_mkdir_with_parents(parent, 0700);
    /* Compared by the verifier, not here: an altered object shall be named as what it is. */
    return s3_get_file(place, json_string_value(json_object_get(entry, "key")), path, NULL, hex, &length, error);
}

char *
archiver_recall(const S3Place *place, const char *data, const char *folder, const json_t *list, GError **error)
{
    g_autofree char *parent = g_build_filename(data, "derived", "recalled-XXXXXX", NULL);
    g_autofree char *id = g_path_get_basename(folder);
    g_autofree char *above = g_path_get_dirname(parent);
    char *recalled;
    gsize i;
    json_t *entry;

    g_mkdir_with_parents(above, 0700);
    if (!g_mkdtemp_full(parent, 0700)) {
        g_set_error(error, S3_ERROR, S3_ERROR_REFUSED, "%s: %s", parent, g_strerror(errno));
        return NULL;
    }
    recalled = g_build_filename(parent, id, NULL);
    g_mkdir_with_parents(recalled, 0700);
    if (!copy_small(folder, recalled, LEDGER_FILE, error) || !copy_small(folder, recalled, LEDGER_CERTIFICATE, error)) {
        archiver_drop(recalled);
        return NULL;
    }
    json_array_foreach(json_object_get(list, "files"), i, entry) {
        g_autoptr(GError) failed = NULL;

        /* One that is missing is for the verifier to name; a store that is away is for another attempt. */
        if (recall_file(place, recalled, entry, &failed) || g_error_matches(failed, S3_ERROR, S3_ERROR_MISSING))
            continue;
        g_propagate_error(error, g_steal_pointer(&failed));
        archiver_drop(recalled);
        return NULL;
    }
    return recalled;
}

void
archiver_drop(char *recalled)
{
    g_autofree char *parent = recalled ? g_path_get_dirname(recalled) : NULL;
    g_autoptr(GArray) files = recalled ? evidence_files_list(recalled, NULL) : NULL;

    for (guint i = 0; files && i < files->len; i++) {
        g_autofree char *path = g_build_filename(recalled, g_array_index(files, EvidenceFile, i).name, NULL);
        g_autofree char *folder = g_path_get_dirname(path);

        g_unlink(path);
        if (!g_str_equal(folder, recalled))
            g_rmdir(folder);
    }
    if (recalled) {
        g_rmdir(recalled);
        g_rmdir(parent);
    }
    g_free(recalled);
}

static gboolean
delete_keys(const S3Place *place, const json_t *list, const json_t *pending, GError **error)
{
    gsize i;
    json_t *entry;

    json_array_foreach(json_object_get(list, "files"), i, entry)
        if (!s3_delete(place, json_string_value(json_object_get(entry, "key")), error))
            return FALSE;
    json_array_foreach(json_object_get(pending, "keys"), i, entry)
        if (!s3_delete(place, json_string_value(entry), error))
            return FALSE;
    return TRUE;
}

gboolean
archiver_forget(const S3Place *place, const char *data, const char *recording, GError **error)
{
    g_autoptr(json_t) list = archive_list_load(data, recording);
    g_autoptr(json_t) pending = archive_pending_load(data, recording);

    if (!list && !pending)
        return TRUE;
    if (!place) {
        g_set_error(error, S3_ERROR, S3_ERROR_UNREACHABLE, "its media lie in a store that is not configured");
        return FALSE;
    }
    if (!delete_keys(place, list, pending, error))
        return FALSE;
    archive_list_remove(data, recording);
    return TRUE;
}
