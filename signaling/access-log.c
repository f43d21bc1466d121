#include "access-log.h"

#include "log.h"
#include "model/model.h"
#include "problem.h"

#define AGAIN_US (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)
/* People times recordings within an hour; beyond it some are noted twice. */
#define NOTED_MAX 20000

struct AccessLog {
    Server *server;
    GHashTable *noted; /* "USER RECORDING KIND" → when, monotonic */
};

AccessLog *
access_log_new(Server *server)
{
    AccessLog *log = g_new0(AccessLog, 1);

    log->server = server;
    log->noted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return log;
}

void
access_log_free(AccessLog *log)
{
    if (!log)
        return;
    g_hash_table_unref(log->noted);
    g_free(log);
}

static void
noted(json_t *output, const GError *error, gpointer user)
{
    if (error)
        log_error("access", "an access could not be noted: %s", problem_entry(problem_of(error))->code);
}

void
access_log_note(AccessLog *log, const StaffUser *user, const char *recording, const char *kind)
{
    g_autofree char *key = g_strjoin(" ", user->id, recording, kind, NULL);
    const gint64 *before = g_hash_table_lookup(log->noted, key);
    gint64 now = clock_mono_us(log->server->clock);

    if (before && now - *before < AGAIN_US)
        return;
    if (g_hash_table_size(log->noted) >= NOTED_MAX)
        g_hash_table_remove_all(log->noted);
    g_hash_table_replace(log->noted, g_steal_pointer(&key), g_memdup2(&now, sizeof now));
    server_store(log->server, model_access_add,
                 json_pack("{s:s, s:s, s:s, s:n, s:I}", "recording", recording, "user", user->id, "kind", kind, "reason", "now",
                           (json_int_t) server_now(log->server)),
                 noted, NULL);
}
