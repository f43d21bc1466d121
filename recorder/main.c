#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "api.h"
#include "feed-server.h"
#include "http-loop.h"
#include "log.h"
#include "recordings.h"
#include "signer.h"
#include "storage.h"

#define CERTIFICATE_NAME "Yuntakan evidence"
#define DOCUMENT_NAME    "Yuntakan records"

typedef struct {
    char *data;
    char *algorithm;
    char *key;
    char *timestamp_url;
    int timestamp_interval;
    char *archive_url, *archive_region, *archive_credentials;
    double archive_after;
    double quota_gib;
    int storage_warn;
} Options;

static gboolean
parse_options(int *argc, char ***argv, Options *options, GError **error)
{
    const GOptionEntry entries[] = {
        { "data", 0, 0, G_OPTION_ARG_FILENAME, &options->data, "Data directory of the installation", "DIR" },
        { "evidence-algorithm", 0, 0, G_OPTION_ARG_STRING, &options->algorithm,
          "What the evidence key must be, and is made as: ed25519 (default), ecdsa-p256, or sm2 (with SM3)", "NAME" },
        { "evidence-key", 0, 0, G_OPTION_ARG_STRING, &options->key,
          "The evidence key by OpenSSL store URI (file:, pkcs11: with its provider) instead of DIR/evidence/key.pem", "URI" },
        { "timestamp-url", 0, 0, G_OPTION_ARG_STRING, &options->timestamp_url,
          "The authority (RFC 3161, http: or https:) that stamps seals", "URL" },
        { "timestamp-interval", 0, 0, G_OPTION_ARG_INT, &options->timestamp_interval,
          "Seconds between the stamps of a running recording (60)", "S" },
        { "archive-url", 0, 0, G_OPTION_ARG_STRING, &options->archive_url,
          "Where finished recordings move to: https://HOST[:PORT]/BUCKET[/PREFIX] of an S3-compatible store", "URL" },
        { "archive-region", 0, 0, G_OPTION_ARG_STRING, &options->archive_region, "Its region (us-east-1)", "NAME" },
        { "archive-credentials", 0, 0, G_OPTION_ARG_FILENAME, &options->archive_credentials, "File with access key and secret key, a line each", "FILE" },
        { "archive-after", 0, 0, G_OPTION_ARG_DOUBLE, &options->archive_after, "Hours after its end (24)", "H" },
        { "storage-quota", 0, 0, G_OPTION_ARG_DOUBLE, &options->quota_gib, "GiB that recordings may take; over it none begins (no quota)", "GIB" },
        { "storage-warn", 0, 0, G_OPTION_ARG_INT, &options->storage_warn, "Percent of quota or disk from which on it is said (80)", "PERCENT" },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- records visits as evidence");

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (!options->data) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--data is missing");
        return FALSE;
    }
    return TRUE;
}

static Signer *
load_signer(const Options *options, GError **error)
{
    g_autofree char *folder = g_build_filename(options->data, "evidence", NULL);
    g_autofree char *key = g_build_filename(folder, "key.pem", NULL);
    g_autofree char *certificate = g_build_filename(folder, "cert.pem", NULL);

    g_mkdir_with_parents(folder, 0700);

    g_autoptr(Signer) signer =
        options->key ? signer_load_uri(options->key, certificate, CERTIFICATE_NAME, error)
                     : signer_load_or_create(key, certificate, options->algorithm ? options->algorithm : "ed25519", CERTIFICATE_NAME, error);

    /* Sealing with something else than was asked for would be found out years later. */
    if (signer && options->algorithm && !g_str_equal(signer_algorithm(signer), options->algorithm)) {
        g_set_error(error, SIGNER_ERROR, SIGNER_ERROR_ALGORITHM, "the evidence key is %s, not %s: move key and certificate away to have new ones made",
                    signer_algorithm(signer), options->algorithm);
        return NULL;
    }
    return g_steal_pointer(&signer);
}

/* Records of inspections are signed with a key of their own, because CMS with the evidence key's Ed25519 is not checked everywhere yet
 * (docs/decisions/0301-record-signature.md). The ledger, which the evidence key seals, names what it has signed. */
static Signer *
load_document_signer(const Options *options, GError **error)
{
    g_autofree char *key = g_build_filename(options->data, "evidence", "document-key.pem", NULL);
    g_autofree char *certificate = g_build_filename(options->data, "evidence", "document-cert.pem", NULL);

    return signer_load_or_create(key, certificate, "ecdsa-p256", DOCUMENT_NAME, error);
}

static Recording *
find_running(const char *recording, gpointer user)
{
    return recordings_running(user, recording);
}

typedef struct {
    Signer *signer;
    Signer *documents;
    HttpLoop *loop;
    RecorderApi *api;
    Recordings *recordings;
    Storage *storage;
    FeedServer *feed;
} Daemon;

/** Requests end first, then the feed, whose last fragments the recordings still take, then the recordings, then the loop, which delivers what
 *  they had to tell. */
static void
daemon_close(Daemon *daemon)
{
    if (daemon->api)
        recorder_api_close(daemon->api);
    feed_server_free(daemon->feed);
    storage_free(daemon->storage); /* its thread asks the recordings */
    recordings_stop(daemon->recordings);
    http_loop_free(daemon->loop);
    recordings_free(daemon->recordings);
    recorder_api_free(daemon->api);
    signer_free(daemon->signer);
    signer_free(daemon->documents);
}

static gboolean
is_running(const char *recording, gpointer user)
{
    g_autoptr(Recording) running = recordings_running(user, recording);

    return running != NULL;
}

static void
archived(const char *recording, gpointer user)
{
    recordings_read_anew(user, recording);
}

static Storage *
open_storage(const Options *options, Recordings *recordings, GError **error)
{
    StorageConfig config = {
        .data = options->data,
        .clock = clock_system(),
        .archive_url = options->archive_url,
        .archive_region = options->archive_region,
        .archive_credentials = options->archive_credentials,
        .archive_after_hours = options->archive_after,
        .quota = options->quota_gib > 0 ? (guint64) (options->quota_gib * 1024 * 1024 * 1024) : 0,
        .warn_percent = options->storage_warn > 0 ? (guint) options->storage_warn : 80,
        .busy = is_running,
        .archived = archived,
        .user = recordings,
    };

    return storage_new(&config, error);
}

static gboolean
daemon_open(Daemon *daemon, const Options *options, const char *feed_path, const char *http_path, GError **error)
{
    if (!(daemon->signer = load_signer(options, error)) || !(daemon->documents = load_document_signer(options, error)) || !(daemon->loop = http_loop_new(error)))
        return FALSE;
    http_loop_stop_on_signals(daemon->loop);
    daemon->api = recorder_api_new(daemon->loop);

    RecordingsConfig config = {
        .loop = daemon->loop,
        .data = options->data,
        .clock = clock_system(),
        .signer = daemon->signer,
        .timestamp_url = options->timestamp_url,
        .timestamp_interval_s = options->timestamp_interval > 0 ? (guint) options->timestamp_interval : 60,
        .changed = recorder_api_recording_changed,
        .grown = recorder_api_recording_grown,
        .user = daemon->api,
    };

    daemon->recordings = recordings_new(&config);
    daemon->storage = open_storage(options, daemon->recordings, error);
    if (!daemon->storage)
        return FALSE;

    FeedServerConfig feed_config = { feed_path, clock_system(), find_running, daemon->recordings };

    daemon->feed = feed_server_new(&feed_config, error);
    return daemon->feed && recorder_api_listen(daemon->api, http_path, daemon->recordings, daemon->feed, daemon->documents, daemon->storage, error);
}

static gboolean
serve(const Options *options, GError **error)
{
    g_autofree char *sockets = g_build_filename(options->data, "sockets", NULL);
    g_autofree char *feed_path = g_build_filename(sockets, "feed.sock", NULL);
    g_autofree char *http_path = g_build_filename(sockets, "recorder.sock", NULL);
    Daemon daemon = { 0 };

    g_mkdir_with_parents(sockets, 0700);

    gboolean open = daemon_open(&daemon, options, feed_path, http_path, error);

    if (open) {
        printf("yuntakan-recorder ready unix:%s\n", http_path);
        fflush(stdout);
        http_loop_run(daemon.loop);
        log_notice("recorder", "stopping");
    }
    daemon_close(&daemon);
    return open;
}

int
main(int argc, char **argv)
{
    Options options = { .archive_after = 24 };
    g_autoptr(GError) error = NULL;

    setlocale(LC_ALL, "");
    umask(0077); /* evidence is nobody else's business */
    if (!parse_options(&argc, &argv, &options, &error) || !serve(&options, &error))
        fprintf(stderr, "yuntakan-recorder: %s\n", error ? error->message : "failed");
    g_free(options.data);
    g_free(options.algorithm);
    g_free(options.key);
    g_free(options.timestamp_url);
    g_free(options.archive_url);
    g_free(options.archive_region);
    g_free(options.archive_credentials);
    return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
