#include "api.h"

#include "../access.h"
#include "../forms.h"
#include "../model/model.h"
#include "../model/model-submissions.h"
#include "../rest.h"
#include "../submission/submission-maker.h"
#include "../tokens.h"
#include "bounded-json.h"

/* Forms are public: who thinks of applying may look at them. */
void
api_form_list(HttpRequest *request, gpointer data)
{
    Server *server = data;

    rest_reply(request, 200, forms_summary(server->forms));
}

void
api_form_get(HttpRequest *request, gpointer data)
{
    Server *server = data;
    gint64 version;
    FormSchema *schema;

    if (!rest_query_integer(request, "version", 1, G_MAXINT32, 0, &version))
        return;
    schema = forms_schema(server->forms, http_request_param(request, "form"), version);
    if (schema)
        rest_reply(request, 200, form_schema_json(schema));
    else
        rest_reply_problem(request, PROBLEM_FORM_UNKNOWN, NULL);
}

void
api_case_forms(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *id = user ? rest_path_id(request, "case", PROBLEM_CASE_NOT_FOUND) : NULL;

    if (id)
        rest_run(server, request, 200, model_forms_of_case, json_pack("{s:s, s:s?}", "case", id, "user", access_filter(user)));
}

/* A helper's view of a document stays masked after the visit as well. */
static void
form_found(Server *server, HttpRequest *request, json_t *output)
{
    FormSchema *schema = forms_schema(server->forms, field_string(output, "code"), field_integer(output, "version"));
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDocument) document = schema ? form_document_from_json(schema, json_object_get(output, "document"), &error) : NULL;

    if (!schema) {
        rest_reply_problem(request, PROBLEM_FORM_UNKNOWN, NULL);
    } else if (!document) {
        rest_reply_error(request, error);
    } else {
        g_autofree char *cookie = http_request_cookie(request, ACCESS_COOKIE);
        const StaffUser *user = access_user(server, cookie);
        gboolean all = user && (user->role & (ROLE_OBSERVER | ROLE_ADMIN | ROLE_INSPECTOR)) && form_document_is_submitted(document);

        json_object_set_new(output, "document", form_document_view(document, all));
        if (all)
            json_object_set_new(output, "instance", form_document_instance(document));
        rest_reply(request, 200, output);
    }
}

void
api_form_document(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *id = user ? rest_path_id(request, "document", PROBLEM_FORM_UNKNOWN) : NULL;

    if (id)
        rest_run_then(server, request, model_form_get, json_pack("{s:s, s:s?}", "form", id, "user", access_filter(user)), form_found);
}

/* The submitted form as a file: for staff who read more than a helper may, and for the applicant. */
static void
send_paper(Server *server, HttpRequest *request, json_t *output)
{
    const char *kind = http_request_param(request, "kind");
    g_autofree char *path = submission_file(server, field_string(output, "form"), kind);

    http_request_add_header(request, "Cache-Control", "private, no-store");
    http_request_add_header(request, "X-Content-Type-Options", "nosniff");
    http_request_reply_file(request, path, g_str_equal(kind, "pdf") ? "application/pdf" : "application/json");
}

void
api_form_paper(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *id = rest_path_id(request, "document", PROBLEM_FORM_UNKNOWN);
    const char *kind = http_request_param(request, "kind");
    const char *bearer = access_bearer(request);
    g_autoptr(GError) error = NULL;
    g_autofree char *participant = id && bearer ? tokens_check(server, TOKEN_RESUME, bearer, &error) : NULL;
    const StaffUser *user;

    if (!id)
        return;
    if (!g_str_equal(kind, "pdf") && !g_str_equal(kind, "json")) {
        rest_reply_problem(request, PROBLEM_REQUEST_NOT_FOUND, NULL);
    } else if (bearer && !participant) {
        rest_reply_error(request, error);
    } else {
        user = bearer ? NULL : access_require(server, request, ROLE_INSPECTOR | ROLE_OBSERVER | ROLE_ADMIN);
        if (participant || user)
            rest_run_then(server, request, model_submission_check,
                          json_pack("{s:s, s:s?, s:s?}", "form", id, "participant", participant, "user", user ? access_filter(user) : NULL), send_paper);
    }
}
