#include "timestamper.h"

#include <curl/curl.h>
#include <glib/gstdio.h>
#include <string.h>

#include "digest.h"
#include "log.h"
#include "recovery.h"
#include "timestamp.h"
#include "uuid7.h"

#define RETRY_MAX_US     (300 * G_USEC_PER_SEC)
#define CALL_TIMEOUT_MS  20000L
#define ANSWER_MAX       (2 * TIMESTAMP_TOKEN_MAX)

typedef struct {
    char *recording, *folder;
    guint64 seq;
    char digest[DIGEST_HEX_SIZE];
    gboolean ended, fresh; /* fresh: not stamped yet */
    gint64 due;            /* mono */
} Waiting;

struct Timestamper {
    TimestamperConfig config;
    char *url, *unstamped;
    GThread *thread;
    GMutex lock; /* of all below */
    GCond changed;
    GHashTable *waiting; /* recording -> Waiting */
    gboolean stopping;
    gint64 last_at, retry_us, retry_at;
};

static void
waiting_free(gpointer data)
{
    Waiting *waiting = data;

    g_free(waiting->recording);
    g_free(waiting->folder);
    g_free(waiting);
}

static char *
mark_path(const Timestamper *timestamper, const char *recording)
{
    return g_build_filename(timestamper->unstamped, recording, NULL);
}

void
timestamper_offer(Timestamper *timestamper, const char *recording, const char *folder, guint64 seq, const char *digest, gboolean ended)
{
    if (!timestamper)
        return;
    g_mutex_lock(&timestamper->lock);

    Waiting *waiting = g_hash_table_lookup(timestamper->waiting, recording);

    if (!waiting) {
        waiting = g_new0(Waiting, 1);
        waiting->recording = g_strdup(recording);
        waiting->folder = g_strdup(folder);
        g_hash_table_insert(timestamper->waiting, waiting->recording, waiting);
    }
    waiting->seq = seq;
    g_strlcpy(waiting->digest, digest, sizeof waiting->digest);
    waiting->fresh = TRUE;
    waiting->ended = ended;
    if (ended) {
        g_autofree char *mark = mark_path(timestamper, recording);

        waiting->due = 0;
        g_file_set_contents(mark, "", 0, NULL);
    }
    g_cond_signal(&timestamper->changed);
    g_mutex_unlock(&timestamper->lock);
}

json_t *
timestamper_status(Timestamper *timestamper)
{
    GHashTableIter iter;
    gpointer waiting;
    int pending = 0;
    json_t *status;

    if (!timestamper)
        return json_pack("{s:s, s:n, s:i}", "state", "off", "last_at", "pending", 0);
    g_mutex_lock(&timestamper->lock);
    g_hash_table_iter_init(&iter, timestamper->waiting);
    while (g_hash_table_iter_next(&iter, NULL, &waiting))
        pending += ((Waiting *) waiting)->fresh;
    status = json_pack("{s:s, s:o, s:i}", "state",
                       timestamper->retry_us ? "unreachable" : timestamper->last_at < 0 ? "idle" : "good", "last_at",
                       timestamper->last_at < 0 ? json_null() : json_integer(timestamper->last_at), "pending", pending);
    g_mutex_unlock(&timestamper->lock);
    return status;
}

/* --- the thread --- */

static size_t
take_bytes(char *bytes, size_t size, size_t count, void *user)
{
    GByteArray *answer = user;

    if (answer->len + size * count > ANSWER_MAX)
        return 0; /* ends the call */
    g_byte_array_append(answer, (guint8 *) bytes, (guint) (size * count));
    return size * count;
}

static int
shall_stop(void *user, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
    Timestamper *timestamper = user;

    g_mutex_lock(&timestamper->lock);
    gboolean stopping = timestamper->stopping;
    g_mutex_unlock(&timestamper->lock);
    return stopping;
}

static gboolean
call(Timestamper *timestamper, GBytes *query, GByteArray *answer, char reason[CURL_ERROR_SIZE])
{
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/timestamp-query");
    long status = 0;
    CURLcode code;

    curl_easy_setopt(curl, CURLOPT_URL, timestamper->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long) g_bytes_get_size(query));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, g_bytes_get_data(query, NULL));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, CALL_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, shall_stop);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, timestamper);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    reason[0] = '\0';
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK && !reason[0])
        g_strlcpy(reason, curl_easy_strerror(code), CURL_ERROR_SIZE);
    else if (code == CURLE_OK && status != 200)
        g_snprintf(reason, CURL_ERROR_SIZE, "status %ld", status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return code == CURLE_OK && status == 200;
}

static GBytes *
fetch(Timestamper *timestamper, const Waiting *waiting)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) answer = g_byte_array_new();
    g_autoptr(TimestampQuery) query = timestamp_query_new(signer_hash(timestamper->config.signer), waiting->digest, &error);
    g_autoptr(GBytes) bytes = query ? timestamp_query_bytes(query) : NULL;
    char reason[CURL_ERROR_SIZE] = "";
    GBytes *token = NULL;

    if (bytes && call(timestamper, bytes, answer, reason))
        token = timestamp_query_take(query, answer->data, answer->len, &error);
    if (!token && timestamper->retry_us == 0) /* once, until it is in reach again */
        log_warning("recorder", "no time-stamp recording=%s: %s", waiting->recording, error ? error->message : reason);
    return token;
}

static void
enter(Timestamper *timestamper, const Waiting *waiting, GBytes *token)
{
    const TimestamperConfig *config = &timestamper->config;
    g_autoptr(GError) error = NULL;

    if (!waiting->ended) {
        config->deliver(waiting->recording, waiting->seq, token, config->user);
        return;
    }

    LedgerConfig ledger = { .folder = waiting->folder, .files = config->files, .clock = config->clock, .signer = config->signer };
    g_autofree char *mark = mark_path(timestamper, waiting->recording);

    /* Not tried again: what hinders it (a disk, a foreign key) is no matter of the authority, and the mark brings it back at the next start. */
    if (recovery_stamp(&ledger, waiting->seq, token, &error)) {
        g_unlink(mark);
        config->entered(waiting->recording, config->user);
    } else {
        log_error("recorder", "time-stamp not entered recording=%s: %s", waiting->recording, error->message);
    }
}

/** The one that has waited, copied; NULL: none is due. `ret_due`: when to look again. Locked. */
static Waiting *
next_due(Timestamper *timestamper, gint64 now, gint64 *ret_due)
{
    GHashTableIter iter;
    gpointer value;

    *ret_due = now + RETRY_MAX_US;
    g_hash_table_iter_init(&iter, timestamper->waiting);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Waiting *waiting = value;
        gint64 due = MAX(waiting->due, timestamper->retry_at);

        if (!waiting->fresh)
            continue;
        if (due <= now) {
            Waiting *copy = g_memdup2(waiting, sizeof *waiting);

            copy->recording = g_strdup(waiting->recording);
            copy->folder = g_strdup(waiting->folder);
            return copy;
        }
        *ret_due = MIN(*ret_due, due);
    }
    return NULL;
}

/** Locked. A newer seal may have come meanwhile: then it waits for the next interval. */
static void
settle(Timestamper *timestamper, const Waiting *done, gboolean good)
{
    gint64 now = g_get_monotonic_time();
    Waiting *waiting = g_hash_table_lookup(timestamper->waiting, done->recording);

    if (!good) {
        timestamper->retry_us = CLAMP(timestamper->retry_us * 2, G_USEC_PER_SEC, RETRY_MAX_US);
        timestamper->retry_at = now + timestamper->retry_us;
        return;
    }
    timestamper->retry_us = timestamper->retry_at = 0;
    timestamper->last_at = clock_wall_us(timestamper->config.clock);
    if (waiting->seq == done->seq)
        waiting->fresh = FALSE;
    if (done->ended)
        g_hash_table_remove(timestamper->waiting, done->recording);
    else if (!waiting->ended)
        waiting->due = now + (gint64) timestamper->config.interval_s * G_USEC_PER_SEC;
}

static void
recall_unstamped(Timestamper *timestamper)
{
    g_autoptr(GDir) folder = g_dir_open(timestamper->unstamped, 0, NULL);
    const char *name;

    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *place = uuid7_is_valid(name) ? timestamper->config.folder_of(name, timestamper->config.user) : NULL;
        LedgerConfig ledger = { .folder = place, .files = timestamper->config.files, .clock = timestamper->config.clock,
                                .signer = timestamper->config.signer };
        char digest[DIGEST_HEX_SIZE];
        guint64 seq;

        if (place && recovery_last_seal(&ledger, &seq, digest, NULL))
            timestamper_offer(timestamper, name, place, seq, digest, TRUE);
    }
}

static gpointer
run(gpointer data)
{
    Timestamper *timestamper = data;

    recall_unstamped(timestamper);
    g_mutex_lock(&timestamper->lock);
    while (!timestamper->stopping) {
        gint64 due;
        Waiting *waiting = next_due(timestamper, g_get_monotonic_time(), &due);

        if (!waiting) {
            g_cond_wait_until(&timestamper->changed, &timestamper->lock, due);
            continue;
        }
        g_mutex_unlock(&timestamper->lock);

        g_autoptr(GBytes) token = fetch(timestamper, waiting);

        if (token)
            enter(timestamper, waiting, token);
        g_mutex_lock(&timestamper->lock);
        settle(timestamper, waiting, token != NULL);
        waiting_free(waiting);
    }
    g_mutex_unlock(&timestamper->lock);
    return NULL;
}

Timestamper *
timestamper_new(const TimestamperConfig *config)
{
    Timestamper *timestamper = g_new0(Timestamper, 1);

    timestamper->config = *config;
    timestamper->url = g_strdup(config->url);
    timestamper->unstamped = g_build_filename(config->data, "evidence", "unstamped", NULL);
    g_mkdir_with_parents(timestamper->unstamped, 0700);
    timestamper->last_at = -1;
    timestamper->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, waiting_free);
    g_mutex_init(&timestamper->lock);
    g_cond_init(&timestamper->changed);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    timestamper->thread = g_thread_new("timestamper", run, timestamper);
    return timestamper;
}

void
timestamper_free(Timestamper *timestamper)
{
    if (!timestamper)
        return;
    g_mutex_lock(&timestamper->lock);
    timestamper->stopping = TRUE;
    g_cond_signal(&timestamper->changed);
    g_mutex_unlock(&timestamper->lock);
    g_thread_join(timestamper->thread);
    curl_global_cleanup();
    g_hash_table_unref(timestamper->waiting);
    g_mutex_clear(&timestamper->lock);
    g_cond_clear(&timestamper->changed);
    g_free(timestamper->url);
    g_free(timestamper->unstamped);
    g_free(timestamper);
}
