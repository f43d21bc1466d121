#include "api-steps.h"

#include "../access.h"
#include "../model/model-steps.h"
#include "../rest.h"
#include "bounded-json.h"

static const FieldRule credential_rules[] = {
    { "number", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL },
    { "title", FIELD_STRING, 0, 0, 64, NULL, NULL, NULL },
    { "department", FIELD_STRING, 0, 0, 200, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule place_rules[] = {
    { "lat", FIELD_NUMBER, 0, -90, 90, NULL, NULL, NULL },
    { "lon", FIELD_NUMBER, 0, -180, 180, NULL, NULL, NULL },
    { "credit_code", FIELD_STRING, FIELD_OPTIONAL | FIELD_NULLABLE, 15, 18, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

void
api_credential_get(HttpRequest *request, gpointer server)
{
    const char *id = access_require(server, request, ROLE_STAFF) ? rest_path_id(request, "user", PROBLEM_USER_NOT_FOUND) : NULL;

    if (id)
        rest_run(server, request, 200, model_credential_get, json_pack("{s:s}", "user", id));
}

void
api_credential_put(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *id = access_require(server, request, ROLE_ADMIN) ? rest_path_id(request, "user", PROBLEM_USER_NOT_FOUND) : NULL;
    g_autoptr(json_t) body = id ? rest_body(request, credential_rules) : NULL;

    if (!body)
        return;
    json_object_set_new(body, "user", json_string(id));
    json_object_set_new(body, "now", json_integer(server_now(server)));
    rest_run(server, request, 200, model_credential_set, g_steal_pointer(&body));
}

void
api_case_place(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *id = access_require(server, request, ROLE_INSPECTOR | ROLE_HELPER | ROLE_ADMIN) ? rest_path_id(request, "case", PROBLEM_CASE_NOT_FOUND) : NULL;
    g_autoptr(json_t) body = id ? rest_body(request, place_rules) : NULL;

    if (!body)
        return;
    json_object_set_new(body, "case", json_string(id));
    rest_run(server, request, 200, model_case_place, g_steal_pointer(&body));
}
