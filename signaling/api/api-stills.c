#include "api.h"

#include <unistd.h>

#include "../access.h"
#include "../durable-file.h"
#include "../model/model-stills.h"
#include "../outbox.h"
#include "../rest.h"
#include "../room.h"
#include "../still-parts.h"
#include "../tokens.h"
#include "bounded-json.h"
#include "digest.h"
#include "log.h"

typedef struct {
    Server *server;
    HttpRequest *request;
    char *visit;
    char *still;
    char *participant;
    char *path; /* known once the digest is */
    GBytes *image;
    char sha256[DIGEST_HEX_SIZE];
    gboolean written;
} Upload;

static void
upload_free(Upload *upload)
{
    g_free(upload->visit);
    g_free(upload->still);
    g_free(upload->participant);
    g_free(upload->path);
    g_bytes_unref(upload->image);
    g_free(upload);
}

/* Durable before it is answered. Its name has its digest, so that two uploads of one id do not mix. */
static void
write_image(gpointer data)
{
    Upload *upload = data;
    gsize length;
    const guint8 *bytes = g_bytes_get_data(upload->image, &length);

    digest_sha256_hex(bytes, length, upload->sha256);

    upload->path = outbox_still_file(upload->server, upload->still, upload->sha256);

    upload->written = durable_file_write(upload->path, upload->image);
}

/* However much of it had come piece by piece. */
static void
forget_part(const Upload *upload)
{
    g_autofree char *part = still_part_path(upload->server->config->data, upload->still);

    unlink(part);
}

static void
still_stored(json_t *output, const GError *error, gpointer user)
{
    Upload *upload = user;

    if (error) {
        /* Not when the store failed: its commit may have reached the disk. */
        if (problem_of(error) != PROBLEM_STORE) {
            unlink(upload->path);
            forget_part(upload);
        }
        rest_reply_error(upload->request, error);
    } else {
        g_autoptr(json_t) body = json_pack("{s:s, s:s, s:I}", "still", upload->still, "sha256", upload->sha256, "bytes",
                                           (json_int_t) g_bytes_get_size(upload->image));

        /* Uploaded again after the recorder had it. */
        if (!field_boolean(output, "pending"))
            unlink(upload->path);
        forget_part(upload);
        rooms_update_state(upload->server->rooms, upload->visit, json_object_get(output, "room"));
        outbox_kick(upload->server->outbox, upload->visit);
        rest_reply(upload->request, 201, body);
    }
    upload_free(upload);
}

static void
image_written(gpointer data)
{
    Upload *upload = data;

    if (!upload->written) {
        log_error("still", "cannot be written visit=%s still=%s", upload->visit, upload->still);
        rest_reply_problem(upload->request, PROBLEM_STORE, NULL);
        upload_free(upload);
        return;
    }
    server_store(upload->server, model_still_store,
                 json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "visit", upload->visit, "still", upload->still, "participant", upload->participant,
                           "sha256", upload->sha256, "bytes", (json_int_t) g_bytes_get_size(upload->image), "now",
                           (json_int_t) server_now(upload->server)),
                 still_stored, upload);
}

/* ISO/IEC 10918-1: SOI, then a marker; and EOI at the end, so that half an image is not taken for one. */
static gboolean
is_jpeg(GBytes *image)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(image, &length);

    return length >= 4 && data[0] == 0xff && data[1] == 0xd8 && data[2] == 0xff && data[length - 2] == 0xff && data[length - 1] == 0xd9;
}

char *
api_still_uploader(Server *server, HttpRequest *request)
{
    const char *token = access_bearer(request);
    g_autoptr(GError) error = NULL;
    char *participant;

    if (!access_require_same_origin(request))
        return NULL;
    participant = tokens_check(server, TOKEN_RESUME, token ? token : "", &error);

    if (!participant) {
        http_request_add_header(request, "WWW-Authenticate", "Bearer");
        rest_reply_error(request, error);
    }
    return participant;
}

void
api_still_receive(Server *server, HttpRequest *request, const char *visit, const char *still, const char *participant, GBytes *image)
{
    Upload *upload;

    if (!is_jpeg(image)) {
        rest_reply_problem(request, PROBLEM_STILL_NOT_JPEG, NULL);
        return;
    }
    upload = g_new0(Upload, 1);
    upload->server = server;
    upload->request = request;
    upload->visit = g_strdup(visit);
    upload->still = g_strdup(still);
    upload->participant = g_strdup(participant);
    upload->image = g_bytes_ref(image);
    if (!worker_run(server->files, write_image, image_written, upload)) {
        rest_reply_problem(request, PROBLEM_BUSY, NULL);
        upload_free(upload);
    }
}

void
api_still_put(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *visit = rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND);
    const char *still = visit ? rest_path_id(request, "still", PROBLEM_STILL_NOT_FOUND) : NULL;
    g_autofree char *participant = still ? api_still_uploader(server, request) : NULL;

    if (!participant)
        return;
    if (g_strcmp0(http_request_header(request, "content-type"), "image/jpeg") != 0)
        rest_reply_problem(request, PROBLEM_REQUEST_CONTENT_TYPE, "image/jpeg");
    else
        api_still_receive(server, request, visit, still, participant, http_request_body(request));
}

static void
still_found(Server *server, HttpRequest *request, json_t *output)
{
    const char *still = http_request_param(request, "still");
    const char *sha256 = field_string(output, "sha256");
    g_autofree char *pending = sha256 ? outbox_still_file(server, still, sha256) : NULL;

    if (g_str_equal(field_string(output, "state"), "requested")) {
        rest_reply_problem(request, PROBLEM_STILL_NOT_FOUND, "it has not been uploaded yet");
    } else if (g_file_test(pending, G_FILE_TEST_EXISTS)) {
        http_request_reply_file(request, pending, "image/jpeg");
    } else {
        g_autofree char *path = g_strdup_printf("/recordings/%s/files/stills/%s.jpg", field_string(output, "recording"), still);

        http_client_proxy(server->recorder_client, request, path);
    }
}

void
api_still_get(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *visit = user ? rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND) : NULL;
    const char *still = visit ? rest_path_id(request, "still", PROBLEM_STILL_NOT_FOUND) : NULL;

    if (still)
        rest_run_then(server, request, model_still_get,
                      json_pack("{s:s, s:s, s:s?}", "visit", visit, "still", still, "user", access_filter(user)), still_found);
}
