#include "api.h"

#include "../access.h"
#include "../model/model.h"
#include "../rest.h"
#include "bounded-json.h"
#include "field-rules.h"
#include "uuid7.h"

static const FieldRule reason_rules[] = {
    { "reason", FIELD_STRING, 0, 1, 200, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

static void
add_access(Server *server, HttpRequest *request, const char *visit, const char *recording)
{
    g_autofree char *cookie = http_request_cookie(request, ACCESS_COOKIE);
    const StaffUser *user = access_user(server, cookie);
    g_autoptr(json_t) body = user ? rest_body(request, reason_rules) : NULL;

    if (!user)
        rest_reply_problem(request, PROBLEM_ACCESS_REQUIRED, NULL);
    if (!body)
        return;
    rest_run(server, request, 201, model_access_add,
             json_pack("{s:s, s:s, s:s, s:O, s:I}", "recording", recording, "user", user->id, "kind", "review", "reason", json_object_get(body, "reason"),
                       "now", (json_int_t) server_now(server)));
}

void
api_access_add(HttpRequest *request, gpointer server)
{
    const char *recording = rest_path_id(request, "recording", PROBLEM_RECORDING_NOT_FOUND);

    if (recording)
        access_require_recording(server, request, recording, add_access);
}

void
api_access_list(HttpRequest *request, gpointer server)
{
    const char *recording = http_request_query(request, "recording");
    const char *before = http_request_query(request, "before");
    gint64 from, to, limit;

    if (!access_require(server, request, ROLE_ADMIN) || !rest_query_integer(request, "from", 0, G_MAXINT64, 0, &from) ||
        !rest_query_integer(request, "to", 0, G_MAXINT64, G_MAXINT64, &to) || !rest_query_integer(request, "limit", 1, 500, 100, &limit))
        return;
    rest_run(server, request, 200, model_access_list,
             json_pack("{s:s?, s:s?, s:s?, s:I, s:I, s:I}", "recording", recording, "account", http_request_query(request, "account"), "before", before, "from",
                       (json_int_t) from, "to", (json_int_t) to, "limit", (json_int_t) limit));
}
