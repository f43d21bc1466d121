#include "record-maker.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "../model/model-records.h"
#include "../outbox.h"
#include "../rest.h"
#include "../room.h"
#include "bounded-json.h"
#include "digest.h"
#include "field-rules.h"
#include "log.h"
#include "record-pdf.h"

#define RETRY_MS 3000
/* As large as a still may be. */
#define STILL_ANSWER_MAX (17 * 1024 * 1024)
#define STILL_TIMEOUT_MS 30000
#define SIGN_TIMEOUT_MS  30000
/* The bureau's seal as JPEG. */
#define SEAL_NAME "seal.jpg"
#define SEAL_SIDE 400

struct RecordMaker {
    Server *server;
    Worker *worker;
    char *origin;
    gboolean busy;  /* a file is being made; one after another */
    gboolean again; /* kicked meanwhile */
    guint64 timer;
};

/* One record on its way. */
typedef struct {
    RecordMaker *maker;
    HttpRequest *request; /* a draft for this request; NULL: the file itself */
    char *visit;
    gint64 version;
    char *replay;
    json_t *record;
    GHashTable *pictures;
    Picture *seal;
    gsize next;   /* still that is looked at */
    GBytes *raw;  /* its bytes, on the way to a picture */
    char *file;   /* or where they are */
    GBytes *pdf;
    GBytes *signature;
    char *certificate; /* digest of its PEM text */
    gboolean written;
} Making;

static void gather(Making *making);

static void
making_free(Making *making)
{
    g_free(making->visit);
    g_free(making->replay);
    json_decref(making->record);
    g_hash_table_unref(making->pictures);
    picture_free(making->seal);
    g_clear_pointer(&making->raw, g_bytes_unref);
    g_free(making->file);
    g_clear_pointer(&making->pdf, g_bytes_unref);
    g_clear_pointer(&making->signature, g_bytes_unref);
    g_free(making->certificate);
    g_free(making);
}

RecordMaker *
record_maker_new(Server *server)
{
    RecordMaker *maker = g_new0(RecordMaker, 1);

    maker->server = server;
    maker->worker = worker_new(server->loop, "documents");
    return maker;
}

void
record_maker_stop(RecordMaker *maker)
{
    if (maker)
        worker_stop(maker->worker);
}

void
record_maker_free(RecordMaker *maker)
{
    if (!maker)
        return;
    worker_free(maker->worker);
    g_free(maker->origin);
    g_free(maker);
}

Worker *
record_maker_worker(RecordMaker *maker)
{
    return maker->worker;
}

char *
record_maker_path(const Server *server, const char *visit, gint64 version, const char *suffix)
{
    g_autofree char *name = g_strdup_printf("%s-v%d.%s", visit, (int) version, suffix);

    return g_build_filename(server->config->data, "documents", name, NULL);
}

/* --- the end --- */

static void
retry(gpointer data)
{
    RecordMaker *maker = data;

    maker->timer = 0;
    record_maker_kick(maker, NULL);
}

static void
finish(Making *making, gboolean good)
{
    RecordMaker *maker = making->maker;
    gboolean file = making->request == NULL;

    making_free(making);
    if (!file)
        return;
    maker->busy = FALSE;
    if (maker->server->stopping)
        return;
    if (!good && maker->timer == 0)
        maker->timer = http_loop_after(maker->server->loop, RETRY_MS, retry, maker);
    else if (good || maker->again)
        record_maker_kick(maker, NULL);
}

static void
fail(Making *making, const char *what)
{
    log_warning("record", "not made, will be repeated visit=%s version=%d: %s", making->visit, (int) making->version, what);
    if (making->request)
        rest_reply_problem(making->request, PROBLEM_BUSY, NULL);
    finish(making, FALSE);
}

static void
noted(json_t *output, const GError *error, gpointer user)
{
    Making *making = user;
    Server *server = making->maker->server;

    if (error) {
        fail(making, problem_entry(problem_of(error))->code);
        return;
    }
    rooms_update_state(server->rooms, making->visit, json_object_get(output, "room"));
    outbox_kick(server->outbox, making->visit);
    log_info("record", "made visit=%s version=%d bytes=%" G_GSIZE_FORMAT, making->visit, (int) making->version, g_bytes_get_size(making->pdf));
    finish(making, TRUE);
}

static char *
digest_of(GBytes *bytes)
{
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);
    char *hex = g_malloc(DIGEST_HEX_SIZE);

    digest_sha256_hex(data, length, hex);
    return hex;
}

static void
files_written(gpointer data)
{
    Making *making = data;
    Server *server = making->maker->server;
    g_autofree char *pdf = digest_of(making->pdf);
    g_autofree char *signature = digest_of(making->signature);

    if (!making->written) {
        fail(making, "the disk");
        return;
    }
    server_store(server, model_record_made,
                 json_pack("{s:s, s:I, s:s, s:I, s:s, s:s, s:I}", "visit", making->visit, "version", (json_int_t) making->version, "pdf_sha256", pdf, "pdf_bytes",
                           (json_int_t) g_bytes_get_size(making->pdf), "signature_sha256", signature, "certificate", making->certificate, "now",
                           (json_int_t) server_now(server)),
                 noted, making);
}

/* Under its own name only when it is whole and on the disk. */
static gboolean
write_durably(const char *path, GBytes *bytes)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);

    return g_file_set_contents_full(path, data, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, NULL);
}

static void
write_files(gpointer data)
{
    Making *making = data;
    Server *server = making->maker->server;
    g_autofree char *folder = g_build_filename(server->config->data, "documents", NULL);
    g_autofree char *pdf = record_maker_path(server, making->visit, making->version, "pdf");
    g_autofree char *signature = record_maker_path(server, making->visit, making->version, "p7s");

    making->written = g_mkdir_with_parents(folder, 0700) == 0 && write_durably(pdf, making->pdf) && write_durably(signature, making->signature);
}

static void
certificate_known(const HttpAnswer *answer, gpointer user)
{
    Making *making = user;

    if (answer->status != 200 || !answer->body) {
        fail(making, "no certificate");
        return;
    }
    making->certificate = digest_of(answer->body);
    if (!worker_run(making->maker->worker, write_files, files_written, making))
        fail(making, "busy");
}

static void
document_signed(const HttpAnswer *answer, gpointer user)
{
    Making *making = user;
    HttpCallRequest call = { "GET", "/document-certificate", NULL, NULL, 0, 0 };

    if (answer->status != 200 || !answer->body) {
        fail(making, "no signature");
        return;
    }
    making->signature = g_bytes_ref(answer->body);
    http_client_call(making->maker->server->recorder_client, &call, certificate_known, making);
}

/* --- drawing --- */

static void
drawn(gpointer data)
{
    Making *making = data;
    HttpCallRequest call = { "POST", "/document-signatures", "application/pdf", making->pdf, SIGN_TIMEOUT_MS, 0 };

    if (!making->pdf) {
        fail(making, "not drawn");
    } else if (making->request) {
        http_request_add_header(making->request, "Cache-Control", "no-store");
        http_request_add_header(making->request, "X-Content-Type-Options", "nosniff");
        http_request_reply(making->request, 200, "application/pdf", making->pdf);
        finish(making, TRUE);
    } else {
        http_client_call(making->maker->server->recorder_client, &call, document_signed, making);
    }
}

static void
draw(gpointer data)
{
    Making *making = data;
    RecordPdf what = { making->record, making->pictures, making->replay, making->seal, making->request != NULL };
    g_autoptr(GError) error = NULL;
    g_autofree char *seal = g_build_filename(making->maker->server->config->data, SEAL_NAME, NULL);
    char *bytes = NULL;
    gsize length = 0;

    if (g_file_get_contents(seal, &bytes, &length, NULL)) {
        g_autoptr(GBytes) jpeg = g_bytes_new_take(bytes, length);

        making->seal = picture_from_jpeg(jpeg, SEAL_SIDE);
        what.seal = making->seal;
    }
    making->pdf = record_pdf(&what, &error);
    if (error)
        log_error("record", "not drawn: %s", error->message);
}

/* --- the stills, one after another: an original of 16 MiB is in memory only while it is made small --- */

static json_t *
current_still(const Making *making)
{
    return json_array_get(json_object_get(json_object_get(making->record, "content"), "stills"), making->next);
}

static void
picture_made(gpointer data)
{
    Making *making = data;

    g_clear_pointer(&making->raw, g_bytes_unref);
    g_clear_pointer(&making->file, g_free);
    making->next++;
    gather(making);
}

static void
make_picture(gpointer data)
{
    Making *making = data;
    char *bytes = NULL;
    gsize length = 0;

    if (!making->raw && g_file_get_contents(making->file, &bytes, &length, NULL))
        making->raw = g_bytes_new_take(bytes, length);

    Picture *picture = making->raw ? picture_from_jpeg(making->raw, RECORD_PICTURE_SIDE) : NULL;

    if (picture)
        g_hash_table_insert(making->pictures, g_strdup(field_string(current_still(making), "id")), picture);
}

static void
take_picture(Making *making)
{
    if (!worker_run(making->maker->worker, make_picture, picture_made, making))
        fail(making, "busy");
}

static void
still_fetched(const HttpAnswer *answer, gpointer user)
{
    Making *making = user;

    if (making->maker->server->stopping) {
        finish(making, FALSE);
        return;
    }
    /* The recorder is away: the file can wait for it, a draft goes without the picture. */
    if (answer->status == 0 && !making->request) {
        fail(making, "the recorder does not answer");
        return;
    }
    if (answer->status == 200 && answer->body) {
        making->raw = g_bytes_ref(answer->body);
        take_picture(making);
    } else {
        making->next++;
        gather(making);
    }
}

static void
gather(Making *making)
{
    Server *server = making->maker->server;
    json_t *still = making->next < RECORD_PICTURES_MAX ? current_still(making) : NULL;

    if (!still) {
        if (!worker_run(making->maker->worker, draw, drawn, making))
            fail(making, "busy");
        return;
    }

    const char *id = field_string(still, "id"), *sha256 = field_string(still, "sha256");
    g_autofree char *pending = outbox_still_file(server, id, sha256 ? sha256 : "");

    if (g_file_test(pending, G_FILE_TEST_EXISTS)) {
        making->file = g_steal_pointer(&pending);
        take_picture(making);
    } else {
        g_autofree char *path = g_strdup_printf("/recordings/%s/files/stills/%s.jpg", field_string(making->record, "recording"), id);
        HttpCallRequest call = { "GET", path, NULL, NULL, STILL_TIMEOUT_MS, STILL_ANSWER_MAX };

        http_client_call(server->recorder_client, &call, still_fetched, making);
    }
}

/* --- the beginning --- */

static Making *
making_new(RecordMaker *maker, const char *visit, gint64 version, const char *origin)
{
    Making *making = g_new0(Making, 1);

    making->maker = maker;
    making->visit = g_strdup(visit);
    making->version = version;
    making->replay = origin ? g_strdup_printf("%s/review?visit=%s", origin, visit) : NULL;
    making->pictures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) picture_free);
    return making;
}

void
record_maker_reply(RecordMaker *maker, HttpRequest *request, json_t *record, const char *origin)
{
    const char *visit = field_string(record, "visit");
    g_autofree char *path = record_maker_path(maker->server, visit, field_integer(record, "version"), "pdf");

    if (field_string(record, "pdf_sha256")) {
        http_request_add_header(request, "Cache-Control", "no-store");
        http_request_reply_file(request, path, "application/pdf");
        return;
    }

    Making *making = making_new(maker, visit, field_integer(record, "version"), origin);

    making->request = request;
    making->record = json_incref(record);
    gather(making);
}

static void
record_read(json_t *output, const GError *error, gpointer user)
{
    Making *making = user;

    if (error) {
        fail(making, problem_entry(problem_of(error))->code);
        return;
    }
    making->record = json_incref(output);
    gather(making);
}

static void
unmade_listed(json_t *output, const GError *error, gpointer user)
{
    RecordMaker *maker = user;
    json_t *first = json_array_get(json_object_get(output, "records"), 0);

    if (error || !first) {
        maker->busy = FALSE;
        if (maker->again)
            record_maker_kick(maker, NULL);
        return;
    }

    Making *making = making_new(maker, field_string(first, "visit"), field_integer(first, "version"), maker->origin);

    server_store(maker->server, model_record_get,
                 json_pack("{s:s, s:I, s:n}", "visit", making->visit, "version", (json_int_t) making->version, "user"), record_read, making);
}

void
record_maker_kick(RecordMaker *maker, const char *origin)
{
    if (origin) {
        g_free(maker->origin);
        maker->origin = g_strdup(origin);
    }
    maker->again = maker->busy;
    if (maker->busy)
        return;
    maker->busy = TRUE;
    server_store(maker->server, model_records_unmade, NULL, unmade_listed, maker);
}
