#include "api.h"

#include "../access.h"
#include "../catalogue.h"
#include "../model/model.h"
#include "../rest.h"
#include "bounded-json.h"

static const FieldRule case_rules[] = {
    { "case_number", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL },
    { "item_code", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL },
    { "applicant", FIELD_STRING, 0, 1, 200, NULL, NULL, NULL },
    { "premises", FIELD_STRING, FIELD_OPTIONAL, 0, 200, NULL, NULL, NULL },
    { "phone", FIELD_STRING, FIELD_OPTIONAL | FIELD_NULLABLE, 0, 40, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

static void
reply_new(HttpRequest *request, json_t *body)
{
    g_autoptr(json_t) owned = body;

    rest_reply(request, 200, owned);
}

void
api_item_list(HttpRequest *request, gpointer data)
{
    Server *server = data;

    if (access_require(server, request, ROLE_STAFF))
        reply_new(request, catalogue_summary(server->catalogue, server_now(server)));
}

void
api_item_get(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *code = http_request_param(request, "item");
    gint64 version;
    json_t *item;

    if (!access_require(server, request, ROLE_STAFF) || !rest_query_integer(request, "version", 1, G_MAXINT32, 0, &version))
        return;
    item = version ? catalogue_version(server->catalogue, code, version) : catalogue_item(server->catalogue, code, server_now(server));
    if (item)
        rest_reply(request, 200, item);
    else
        rest_reply_problem(request, PROBLEM_ITEM_NOT_FOUND, NULL);
}

static void
case_opened(Server *server, HttpRequest *request, json_t *output)
{
    rest_reply(request, field_boolean(output, "created") ? 201 : 200, json_object_get(output, "case"));
}

void
api_case_open(HttpRequest *request, gpointer data)
{
    Server *server = data;
    g_autoptr(json_t) body = NULL;

    if (!access_require(server, request, ROLE_INSPECTOR | ROLE_HELPER | ROLE_ADMIN) || !(body = rest_body(request, case_rules)))
        return;

    json_t *item = catalogue_item(server->catalogue, field_string(body, "item_code"), server_now(server));

    if (!item) {
        rest_reply_problem(request, PROBLEM_ITEM_NOT_FOUND, NULL);
        return;
    }
    json_object_set(body, "item_version", json_object_get(item, "version"));
    if (!json_object_get(body, "premises"))
        json_object_set_new(body, "premises", json_string(""));
    json_object_set_new(body, "now", json_integer(server_now(server)));
    rest_run_then(server, request, model_case_open, g_steal_pointer(&body), case_opened);
}

void
api_case_search(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *q = http_request_query(request, "q");
    const char *from_text = http_request_query(request, "from");
    const char *to_text = http_request_query(request, "to");
    gint64 from, to, limit;

    if (!user || !rest_query_integer(request, "from", 0, G_MAXINT64, 0, &from) ||
        !rest_query_integer(request, "to", 0, G_MAXINT64, G_MAXINT64, &to) ||
        !rest_query_integer(request, "limit", 1, 200, 50, &limit))
        return;

    g_autofree char *items = q && *q ? catalogue_codes_matching(server->catalogue, q) : NULL;

    rest_run(server, request, 200, model_case_search,
             json_pack("{s:s?, s:s?, s:s?, s:s?, s:s?, s:b, s:I, s:I, s:s?, s:s?, s:I}", "q", q, "items", items, "case_number",
                       http_request_query(request, "case_number"), "applicant", http_request_query(request, "applicant"), "item",
                       http_request_query(request, "item"), "dated", from_text || to_text, "from", (json_int_t) from, "to", (json_int_t) to,
                       "before", http_request_query(request, "before"), "user", access_filter(user), "limit", (json_int_t) limit));
}

void
api_case_get(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *id = user ? rest_path_id(request, "case", PROBLEM_CASE_NOT_FOUND) : NULL;

    if (id)
        rest_run(server, request, 200, model_case_get, json_pack("{s:s, s:s?}", "case", id, "user", access_filter(user)));
}
