#include "api-form-pages.h"

#include <string.h>

#include "../access.h"
#include "../durable-file.h"
#include "../forms.h"
#include "../model/model-form-pages.h"
#include "../outbox.h"
#include "../rest.h"
#include "../room.h"
#include "../tokens.h"
#include "bounded-json.h"
#include "digest.h"
#include "field-rules.h"
#include "legibility.h"
#include "log.h"

typedef struct {
    Server *server;
    HttpRequest *request;
    char *visit;
    char *page;
    char *participant;
    GBytes *image;
    char sha256[DIGEST_HEX_SIZE];
    Legibility legibility;
    gboolean written;
} Upload;

static void
upload_free(Upload *upload)
{
    g_free(upload->visit);
    g_free(upload->page);
    g_free(upload->participant);
    g_bytes_unref(upload->image);
    g_free(upload);
}

char *
form_page_file(const char *data, const char *page, const char *sha256)
{
    g_autofree char *name = g_strdup_printf("%s-%s.jpg", page, sha256);

    return g_build_filename(data, "form-pages", name, NULL);
}

static void
look_and_write(gpointer data)
{
    Upload *upload = data;
    gsize length;
    const guint8 *bytes = g_bytes_get_data(upload->image, &length);
    g_autofree char *path = NULL;

    upload->legibility = legibility_of_jpeg(upload->image);
    if (upload->legibility.verdict == LEGIBILITY_NONE)
        return;
    digest_sha256_hex(bytes, length, upload->sha256);
    path = form_page_file(upload->server->config->data, upload->page, upload->sha256);
    upload->written = durable_file_write(path, upload->image);
}

static void
stored(json_t *output, const GError *error, gpointer user)
{
    Upload *upload = user;

    if (error) {
        rest_reply_error(upload->request, error);
    } else {
        outbox_kick(upload->server->outbox, upload->visit);
        json_object_del(output, "case");
        rest_reply(upload->request, 201, output);
    }
    upload_free(upload);
}

static void
written(gpointer data)
{
    Upload *upload = data;

    if (upload->written) {
        server_store(upload->server, model_form_page_add,
                     json_pack("{s:s, s:s, s:s, s:s, s:I, s:i, s:i, s:s, s:I}", "visit", upload->visit, "page", upload->page, "participant",
                               upload->participant, "sha256", upload->sha256, "bytes", (json_int_t) g_bytes_get_size(upload->image), "width",
                               upload->legibility.width, "height", upload->legibility.height, "verdict", legibility_word(upload->legibility.verdict), "now",
                               (json_int_t) server_now(upload->server)),
                     stored, upload);
        return;
    }
    if (upload->legibility.verdict == LEGIBILITY_NONE) {
        rest_reply_problem(upload->request, PROBLEM_STILL_NOT_JPEG, NULL);
    } else {
        log_error("form-page", "cannot be written visit=%s page=%s", upload->visit, upload->page);
        rest_reply_problem(upload->request, PROBLEM_STORE, NULL);
    }
    upload_free(upload);
}

/* By the resume token of a participant; NULL and answered when there is a bad one. `*ret_given`: there was one at all. */
static char *
participant_of(Server *server, HttpRequest *request, gboolean *ret_given)
{
    const char *token = access_bearer(request);
    g_autoptr(GError) error = NULL;
    char *participant;

    *ret_given = token != NULL;
    if (!token)
        return NULL;
    participant = tokens_check(server, TOKEN_RESUME, token, &error);
    if (!participant)
        rest_reply_error(request, error);
    return participant;
}

void
api_form_page_put(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *visit = rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND);
    const char *page = visit ? rest_path_id(request, "page", PROBLEM_STILL_NOT_FOUND) : NULL;
    gboolean given = FALSE;
    g_autofree char *participant = page && access_require_same_origin(request) ? participant_of(server, request, &given) : NULL;
    Upload *upload;

    if (!participant) {
        if (page && !given)
            rest_reply_problem(request, PROBLEM_RESUME_INVALID, NULL);
        return;
    }
    if (g_strcmp0(http_request_header(request, "content-type"), "image/jpeg") != 0) {
        rest_reply_problem(request, PROBLEM_REQUEST_CONTENT_TYPE, "image/jpeg");
        return;
    }
    upload = g_new0(Upload, 1);
    upload->server = server;
    upload->request = request;
    upload->visit = g_strdup(visit);
    upload->page = g_strdup(page);
    upload->participant = g_steal_pointer(&participant);
    upload->image = g_bytes_ref(http_request_body(request));
    if (!worker_run(server->files, look_and_write, written, upload)) {
        rest_reply_problem(request, PROBLEM_BUSY, NULL);
        upload_free(upload);
    }
}

/* Pages of a field that the applicant has not shown are not for those who help. */
static gboolean
is_hidden(const Server *server, const char *visit, const char *page)
{
    const FormDocument *document = forms_document(server->forms, visit);

    return document && form_document_hides_file(document, page);
}

static void
found(Server *server, HttpRequest *request, json_t *output)
{
    const char *visit = http_request_param(request, "visit");
    const char *bearer = access_bearer(request);
    g_autofree char *cookie = http_request_cookie(request, ACCESS_COOKIE);
    const StaffUser *user = bearer ? NULL : access_user(server, cookie);
    g_autofree char *participant = bearer ? tokens_check(server, TOKEN_RESUME, bearer, NULL) : NULL;
    const Room *room = rooms_get(server->rooms, visit);
    gboolean helps = user ? user->role == ROLE_HELPER : !room || !participant || room_role(room, participant) != ROLE_APPLICANT;
    g_autofree char *path = form_page_file(server->config->data, field_string(output, "page"), field_string(output, "sha256"));

    if (helps && is_hidden(server, visit, field_string(output, "page"))) {
        rest_reply_problem(request, PROBLEM_FORM_FIELD_HIDDEN, NULL);
        return;
    }
    http_request_add_header(request, "Cache-Control", "private, no-store");
    http_request_add_header(request, "X-Content-Type-Options", "nosniff");
    http_request_reply_file(request, path, "image/jpeg");
}

void
api_form_page_get(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *visit = rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND);
    const char *page = visit ? rest_path_id(request, "page", PROBLEM_STILL_NOT_FOUND) : NULL;
    gboolean given = FALSE;
    g_autofree char *participant = page ? participant_of(server, request, &given) : NULL;
    const StaffUser *user = page && !given ? access_require(server, request, ROLE_STAFF) : NULL;

    if (participant || user)
        rest_run_then(server, request, model_form_page_get,
                      json_pack("{s:s, s:s, s:s?, s:s?}", "visit", visit, "page", page, "participant", participant, "user",
                                user ? access_filter(user) : NULL),
                      found);
}
