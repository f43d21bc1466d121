#include "submission-maker.h"

#include <string.h>

#include "../api/api-form-pages.h"
#include "../courier.h"
#include "../durable-file.h"
#include "../forms.h"
#include "../model/model-submissions.h"
#include "../outbox.h"
#include "bounded-json.h"
#include "digest.h"
#include "field-rules.h"
#include "log.h"
#include "submission-pdf.h"

#define RETRY_MS 5000

struct SubmissionMaker {
    Server *server;
    Worker *worker;
    gboolean busy;
    gboolean again; /* kicked meanwhile */
    guint64 timer;
};

typedef struct {
    SubmissionMaker *maker;
    json_t *row;
    FormDocument *document;
    char pdf_sha256[DIGEST_HEX_SIZE];
    gboolean written;
} Making;

SubmissionMaker *
submission_maker_new(Server *server)
{
    SubmissionMaker *maker = g_new0(SubmissionMaker, 1);

    maker->server = server;
    maker->worker = worker_new(server->loop, "submissions");
    return maker;
}

void
submission_maker_stop(SubmissionMaker *maker)
{
    if (maker)
        worker_stop(maker->worker);
}

void
submission_maker_free(SubmissionMaker *maker)
{
    if (!maker)
        return;
    worker_free(maker->worker);
    g_free(maker);
}

char *
submission_file(const Server *server, const char *form, const char *suffix)
{
    g_autofree char *name = g_strdup_printf("%s.%s", form, suffix);

    return g_build_filename(server->config->data, "documents", name, NULL);
}

static void
making_free(Making *making)
{
    form_document_free(making->document);
    json_decref(making->row);
    g_free(making);
}

/* --- on the worker --- */

static GHashTable *
pictures_of(const Making *making)
{
    GHashTable *pictures = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify) picture_free);
    gsize i;
    json_t *page;

    json_array_foreach(json_object_get(making->row, "pages"), i, page) {
        g_autofree char *path = form_page_file(making->maker->server->config->data, field_string(page, "page"), field_string(page, "sha256"));
        char *data;
        gsize length;
        Picture *picture;

        if (!g_file_get_contents(path, &data, &length, NULL))
            continue;
        g_autoptr(GBytes) jpeg = g_bytes_new_take(data, length);
        picture = picture_from_jpeg(jpeg, SUBMISSION_PICTURE_SIDE);
        if (picture)
            g_hash_table_insert(pictures, (gpointer) field_string(page, "page"), picture);
    }
    return pictures;
}

static gboolean
write_json(const Making *making)
{
    g_autoptr(json_t) instance = form_document_instance(making->document);
    char *text = json_dumps(instance, JSON_COMPACT | JSON_SORT_KEYS);
    g_autoptr(GBytes) bytes = g_bytes_new_with_free_func(text, strlen(text), free, text);
    g_autofree char *path = submission_file(making->maker->server, form_document_id(making->document), "json");

    return durable_file_write(path, bytes);
}

static void
make(gpointer data)
{
    Making *making = data;
    g_autoptr(GHashTable) pictures = pictures_of(making);
    SubmissionPdf what = { making->document, field_string(making->row, "case_number"), field_string(making->row, "sha256"), pictures };
    g_autofree char *path = submission_file(making->maker->server, form_document_id(making->document), "pdf");
    g_autoptr(GBytes) pdf = submission_pdf(&what, NULL);
    gsize length;
    const void *bytes;

    if (!pdf)
        return;
    bytes = g_bytes_get_data(pdf, &length);
    digest_sha256_hex(bytes, length, making->pdf_sha256);
    making->written = durable_file_write(path, pdf) && write_json(making);
}

/* --- on the loop --- */

static void
try_again(gpointer data)
{
    SubmissionMaker *maker = data;

    maker->timer = 0;
    submission_maker_kick(maker);
}

static void
finish(Making *making, gboolean good)
{
    SubmissionMaker *maker = making->maker;

    maker->busy = FALSE;
    if (!good)
        log_error("submission", "not made form=%s", making->document ? form_document_id(making->document) : "-");
    making_free(making);
    if (!good && !maker->timer && !maker->server->stopping)
        maker->timer = http_loop_after(maker->server->loop, RETRY_MS, try_again, maker);
    else if (good)
        submission_maker_kick(maker);
}

static void
noted(json_t *output, const GError *error, gpointer user)
{
    Making *making = user;

    if (!error) {
        courier_kick(making->maker->server->courier);
        outbox_kick(making->maker->server->outbox, field_string(making->row, "visit"));
        log_info("submission", "made form=%s", form_document_id(making->document));
    }
    finish(making, error == NULL);
}

static void
made(gpointer data)
{
    Making *making = data;
    Server *server = making->maker->server;

    if (!making->written) {
        finish(making, FALSE);
        return;
    }
    server_store(server, model_submission_made,
                 json_pack("{s:s, s:O, s:O, s:O, s:O, s:s, s:I}", "form", form_document_id(making->document), "code", json_object_get(making->row, "code"), "case",
                           json_object_get(making->row, "case"), "visit", json_object_get(making->row, "visit"), "sha256",
                           json_object_get(making->row, "sha256"), "pdf_sha256", making->pdf_sha256, "now", (json_int_t) server_now(server)),
                 noted, making);
}

static void
found(json_t *output, const GError *error, gpointer user)
{
    SubmissionMaker *maker = user;
    FormSchema *schema;
    Making *making;

    if (error || !json_is_object(output)) {
        gboolean again = maker->again;

        maker->busy = maker->again = FALSE;
        if (again)
            submission_maker_kick(maker);
        return;
    }
    making = g_new0(Making, 1);
    making->maker = maker;
    making->row = json_incref(output);
    schema = forms_schema(maker->server->forms, field_string(output, "code"), field_integer(output, "version"));
    making->document = schema ? form_document_from_json(schema, json_object_get(output, "document"), NULL) : NULL;
    if (!making->document || !worker_run(maker->worker, make, made, making))
        finish(making, FALSE);
}

void
submission_maker_kick(SubmissionMaker *maker)
{
    if (maker->busy) {
        maker->again = TRUE;
        return;
    }
    if (maker->server->stopping)
        return;
    maker->busy = TRUE;
    server_store(maker->server, model_submission_next, NULL, found, maker);
}
