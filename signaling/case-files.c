#include "case-files.h"

#include <glib/gstdio.h>
#include <string.h>

#include "bounded-json.h"
#include "digest.h"
#include "log.h"

static const struct {
    CaseFileType type;
    const char *content_type;
    const char *head;
    gsize head_length;
    const char *tail;
    gsize tail_length;
    gsize tail_within; /* bytes at the end in which the tail must be */
} types[] = {
    { CASE_FILE_JPEG, "image/jpeg", "\xff\xd8\xff", 3, "\xff\xd9", 2, 2 },
    { CASE_FILE_PNG, "image/png", "\x89PNG\r\n\x1a\n", 8, "IEND\xae\x42\x60\x82", 8, 8 },
    /* ISO 32000-1, annex H: the end mark is within the last 1024 bytes. */
    { CASE_FILE_PDF, "application/pdf", "%PDF-", 5, "%%EOF", 5, 1024 },
};

CaseFileType
case_file_type(GBytes *bytes)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);

    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        gsize within = MIN(types[i].tail_within, length);

        if (length >= types[i].head_length + types[i].tail_length && memcmp(data, types[i].head, types[i].head_length) == 0 &&
            memmem(data + length - within, within, types[i].tail, types[i].tail_length))
            return types[i].type;
    }
    return 0;
}

const char *
case_file_content_type(CaseFileType type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].type == type)
            return types[i].content_type;
    return "application/octet-stream";
}

typedef struct {
    Server *server;
    HttpRequest *request;
    StoreWork work;
    json_t *input;
    GBytes *bytes;
    char *id;
    char *path;
    char sha256[DIGEST_HEX_SIZE];
    gboolean there; /* from an earlier upload of the same */
    gboolean written;
} Receiving;

static void
receiving_free(Receiving *receiving)
{
    g_bytes_unref(receiving->bytes);
    g_free(receiving->id);
    g_free(receiving->path);
    g_free(receiving);
}

static char *
path_of(const Server *server, const char *id, const char *sha256)
{
    g_autofree char *name = g_strdup_printf("%s-%s", id, sha256);

    return g_build_filename(server->config->data, "case-files", name, NULL);
}

static void
write_file(gpointer data)
{
    Receiving *receiving = data;
    gsize length;
    const char *bytes = g_bytes_get_data(receiving->bytes, &length);
    g_autofree char *folder = g_build_filename(receiving->server->config->data, "case-files", NULL);

    digest_sha256_hex(bytes, length, receiving->sha256);
    receiving->path = path_of(receiving->server, receiving->id, receiving->sha256);
    receiving->there = g_file_test(receiving->path, G_FILE_TEST_EXISTS);
    receiving->written = g_mkdir_with_parents(folder, 0700) == 0 &&
                         g_file_set_contents_full(receiving->path, bytes, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, NULL);
}

static void
entered(json_t *output, const GError *error, gpointer user)
{
    Receiving *receiving = user;

    if (error) {
        /* Not when the store failed: its commit may have reached the disk. */
        if (problem_of(error) != PROBLEM_STORE && !receiving->there)
            g_unlink(receiving->path);
        rest_reply_error(receiving->request, error);
    } else {
        rest_reply(receiving->request, 201, output);
    }
    receiving_free(receiving);
}

static void
file_written(gpointer data)
{
    Receiving *receiving = data;
    json_t *input = receiving->input;

    if (!receiving->written) {
        log_error("case-file", "cannot be written id=%s", receiving->id);
        rest_reply_problem(receiving->request, PROBLEM_STORE, NULL);
        json_decref(input);
        receiving_free(receiving);
        return;
    }
    json_object_set_new(input, "file", json_string(receiving->id));
    json_object_set_new(input, "sha256", json_string(receiving->sha256));
    json_object_set_new(input, "bytes", json_integer((json_int_t) g_bytes_get_size(receiving->bytes)));
    json_object_set_new(input, "type", json_string(case_file_content_type(case_file_type(receiving->bytes))));
    json_object_set_new(input, "now", json_integer(server_now(receiving->server)));
    server_store(receiving->server, receiving->work, input, entered, receiving);
}

void
case_file_receive(Server *server, HttpRequest *request, const char *id, unsigned allowed, Problem refusal, StoreWork work, json_t *input)
{
    CaseFileType type = case_file_type(http_request_body(request));
    const char *claimed = http_request_header(request, "content-type");
    Receiving *receiving;

    if (!(type & allowed) || g_strcmp0(claimed, case_file_content_type(type)) != 0) {
        rest_reply_problem(request, refusal, NULL);
        json_decref(input);
        return;
    }
    receiving = g_new0(Receiving, 1);
    receiving->server = server;
    receiving->request = request;
    receiving->work = work;
    receiving->input = input;
    receiving->bytes = g_bytes_ref(http_request_body(request));
    receiving->id = g_strdup(id);
    if (!worker_run(server->files, write_file, file_written, receiving)) {
        rest_reply_problem(request, PROBLEM_BUSY, NULL);
        json_decref(input);
        receiving_free(receiving);
    }
}

void
case_file_reply(Server *server, HttpRequest *request, const char *id, const char *sha256, const char *content_type)
{
    g_autofree char *path = path_of(server, id, sha256);

    http_request_add_header(request, "Cache-Control", "no-store");
    http_request_add_header(request, "X-Content-Type-Options", "nosniff");
    http_request_add_header(request, "Content-Security-Policy", "default-src 'none'; sandbox");
    http_request_reply_file(request, path, content_type);
}
