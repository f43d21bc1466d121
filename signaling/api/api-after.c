#include "api-after.h"

#include <string.h>

#include "../access.h"
#include "../case-files.h"
#include "../model/model-after.h"
#include "../rest.h"
#include "api-my.h"
#include "bounded-json.h"

#define NAME_MAX_CHARS 120
#define ALLOWED        (CASE_FILE_JPEG | CASE_FILE_PNG | CASE_FILE_PDF)

static const char *const results[] = { "agrees", "differs", NULL };
static const FieldRule evaluate_rules[] = {
    { "visit", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
    { "score", FIELD_INTEGER, 0, 1, 5, NULL, NULL, NULL },
    { "words", FIELD_STRING, 0, 0, 1000, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule audit_rules[] = {
    { "result", FIELD_ENUM, 0, 0, 0, results, NULL, NULL },
    { "words", FIELD_STRING, 0, 1, 2000, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

void
api_my_evaluate(HttpRequest *request, gpointer server)
{
    json_t *input = my_input(server, request);
    json_t *body = input ? rest_body(request, evaluate_rules) : NULL;

    if (body) {
        json_object_update(body, input);
        rest_run(server, request, 201, model_my_evaluate, body);
    }
    json_decref(input);
}

/* --- attachments --- */

/* `name` of the query: what people call it. NULL and answered. */
static const char *
attachment_name(HttpRequest *request)
{
    const char *name = http_request_query(request, "name");
    glong length = name && g_utf8_validate(name, -1, NULL) ? g_utf8_strlen(name, -1) : 0;

    if (length > 0 && length <= NAME_MAX_CHARS && !strpbrk(name, "\r\n\t\"\\/"))
        return name;
    rest_reply_problem(request, PROBLEM_FIELD_INVALID, "name: 1 to 120 characters, none of \" \\ /");
    return NULL;
}

void
api_attachment_put(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_INSPECTOR | ROLE_HELPER | ROLE_ADMIN);
    const char *id = user && access_require_same_origin(request) ? rest_path_id(request, "case", PROBLEM_CASE_NOT_FOUND) : NULL;
    const char *attachment = id ? rest_path_id(request, "attachment", PROBLEM_ATTACHMENT_NOT_FOUND) : NULL;
    const char *name = attachment ? attachment_name(request) : NULL;

    if (name)
        case_file_receive(server, request, attachment, ALLOWED, PROBLEM_ATTACHMENT_TYPE, model_attachment_add,
                          json_pack("{s:s, s:s?, s:s, s:s}", "case", id, "user", access_filter(user), "uploader", user->id, "name", name));
}

void
api_my_attachment_put(HttpRequest *request, gpointer server)
{
    json_t *input = access_require_same_origin(request) ? my_input(server, request) : NULL;
    const char *attachment = input ? rest_path_id(request, "attachment", PROBLEM_ATTACHMENT_NOT_FOUND) : NULL;
    const char *name = attachment ? attachment_name(request) : NULL;

    if (!name) {
        json_decref(input);
        return;
    }
    json_object_set_new(input, "name", json_string(name));
    case_file_receive(server, request, attachment, ALLOWED, PROBLEM_ATTACHMENT_TYPE, model_attachment_add, input);
}

static void
attachment_found(Server *server, HttpRequest *request, json_t *output)
{
    g_autofree char *name = g_uri_escape_string(field_string(output, "name"), NULL, FALSE);
    g_autofree char *disposition = g_strdup_printf("inline; filename*=UTF-8''%s", name);

    http_request_add_header(request, "Content-Disposition", disposition);
    case_file_reply(server, request, field_string(output, "id"), field_string(output, "sha256"), field_string(output, "type"));
}

void
api_attachment_get(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *attachment = user ? rest_path_id(request, "attachment", PROBLEM_ATTACHMENT_NOT_FOUND) : NULL;

    if (attachment)
        rest_run_then(server, request, model_attachment_get, json_pack("{s:s, s:s?}", "attachment", attachment, "user", access_filter(user)), attachment_found);
}

void
api_case_after(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *id = user ? rest_path_id(request, "case", PROBLEM_CASE_NOT_FOUND) : NULL;

    if (id)
        rest_run(server, request, 200, model_case_after, json_pack("{s:s, s:s?}", "case", id, "user", access_filter(user)));
}

/* --- audits --- */

void
api_audit_list(HttpRequest *request, gpointer server)
{
    gint64 limit;

    if (access_require(server, request, ROLE_INSPECTOR | ROLE_OBSERVER | ROLE_ADMIN) && rest_query_integer(request, "limit", 1, 200, 100, &limit))
        rest_run(server, request, 200, model_audit_list, json_pack("{s:b, s:I}", "open", g_strcmp0(http_request_query(request, "open"), "1") == 0, "limit", (json_int_t) limit));
}

void
api_audit_done(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, ROLE_INSPECTOR | ROLE_OBSERVER | ROLE_ADMIN);
    const char *audit = user ? rest_path_id(request, "audit", PROBLEM_AUDIT_NOT_FOUND) : NULL;
    g_autoptr(json_t) body = audit ? rest_body(request, audit_rules) : NULL;

    if (!body)
        return;
    json_object_set_new(body, "audit", json_string(audit));
    json_object_set_new(body, "user", json_string(user->id));
    json_object_set_new(body, "now", json_integer(server_now(server)));
    rest_run(server, request, 200, model_audit_done, g_steal_pointer(&body));
}
