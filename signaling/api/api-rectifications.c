#include "api-rectifications.h"

#include "../access.h"
#include "../case-files.h"
#include "../model/model-rectifications.h"
#include "../rest.h"
#include "bounded-json.h"

static const char *const decisions[] = { "accept", "again", "revisit", NULL };
static const char *const states[] = { "open", "answered", "accepted", "revisit", NULL };
static const FieldRule decide_rules[] = {
    { "revision", FIELD_INTEGER, 0, 1, G_MAXINT32, NULL, NULL, NULL },
    { "decision", FIELD_ENUM, 0, 0, 0, decisions, NULL, NULL },
    { "words", FIELD_STRING, FIELD_OPTIONAL, 0, 1000, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

void
api_rectification_list(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *state = http_request_query(request, "state");
    gint64 limit;

    if (!user || !rest_query_integer(request, "limit", 1, 200, 100, &limit))
        return;
    if (state && !g_strv_contains(states, state)) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "state: must be open, answered, accepted or revisit");
        return;
    }
    rest_run(server, request, 200, model_rectification_list,
             json_pack("{s:s?, s:s?, s:s?, s:I}", "state", state, "case", http_request_query(request, "case"), "user", access_filter(user), "limit", (json_int_t) limit));
}

void
api_rectification_get(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *id = user ? rest_path_id(request, "rectification", PROBLEM_RECTIFICATION_NOT_FOUND) : NULL;

    if (id)
        rest_run(server, request, 200, model_rectification_get, json_pack("{s:s, s:s?}", "rectification", id, "user", access_filter(user)));
}

void
api_rectification_decide(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, ROLE_INSPECTOR);
    const char *id = user ? rest_path_id(request, "rectification", PROBLEM_RECTIFICATION_NOT_FOUND) : NULL;
    g_autoptr(json_t) body = id ? rest_body(request, decide_rules) : NULL;

    if (!body)
        return;
    /* Whoever asks for more says what. */
    if (!g_str_equal(field_string(body, "decision"), "accept") && (!field_string(body, "words") || !*field_string(body, "words"))) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "words: say what is missing");
        return;
    }
    json_object_set_new(body, "rectification", json_string(id));
    json_object_set_new(body, "checkpoint", json_string(http_request_param(request, "checkpoint")));
    json_object_set_new(body, "user", json_string(user->id));
    json_object_set_new(body, "now", json_integer(server_now(server)));
    rest_run(server, request, 200, model_rectification_decide, g_steal_pointer(&body));
}

static void
picture_found(Server *server, HttpRequest *request, json_t *output)
{
    case_file_reply(server, request, http_request_param(request, "picture"), field_string(output, "sha256"), "image/jpeg");
}

void
api_rectification_picture(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *picture = user ? rest_path_id(request, "picture", PROBLEM_STILL_NOT_FOUND) : NULL;

    if (picture)
        rest_run_then(server, request, model_rectification_picture, json_pack("{s:s, s:s?}", "picture", picture, "user", access_filter(user)), picture_found);
}
