#include "api.h"

#include "../access.h"
#include "../lobby.h"
#include "../model/model.h"
#include "../rest.h"
#include "../room.h"
#include "../tokens.h"
#include "bounded-json.h"

/* The year 10000, in µs. */
#define TIME_MAX G_GINT64_CONSTANT(253402300800000000)

static const char *const kinds[] = { "inspection", "assistance", NULL };
static const char *const states[] = { "scheduled", "waiting", "live", "ended", NULL };
static const char *const allows[] = { "publish", "subscribe", NULL };
static const FieldRule account_element = { "account", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL };
static const FieldRule visit_rules[] = {
    { "case", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
    { "kind", FIELD_ENUM, FIELD_OPTIONAL, 0, 0, kinds, NULL, NULL },
    { "scheduled_at", FIELD_INTEGER, 0, 0, TIME_MAX, NULL, NULL, NULL },
    { "observation", FIELD_BOOLEAN, FIELD_OPTIONAL, 0, 0, NULL, NULL, NULL },
    { "staff", FIELD_ARRAY, 0, 1, MODEL_PARTICIPANTS_MAX - 1, NULL, NULL, &account_element },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule change_rules[] = {
    { "revision", FIELD_INTEGER, 0, 1, G_MAXINT64, NULL, NULL, NULL },
    { "scheduled_at", FIELD_INTEGER, FIELD_OPTIONAL, 0, TIME_MAX, NULL, NULL, NULL },
    { "staff", FIELD_ARRAY, FIELD_OPTIONAL, 1, MODEL_PARTICIPANTS_MAX - 1, NULL, NULL, &account_element },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule stream_rules[] = {
    { "allow", FIELD_ENUM, 0, 0, 0, allows, NULL, NULL },
    { "name", FIELD_STRING, FIELD_OPTIONAL, 1, 200, NULL, NULL, NULL },
    { "expires_in_s", FIELD_INTEGER, FIELD_OPTIONAL, 60, 86400, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

static void
visit_scheduled(Server *server, HttpRequest *request, json_t *output)
{
    lobby_changed(server->lobby);
    rest_reply(request, 201, output);
}

void
api_visit_schedule(HttpRequest *request, gpointer data)
{
    Server *server = data;
    g_autoptr(json_t) body = NULL;

    if (!access_require(server, request, ROLE_INSPECTOR | ROLE_HELPER | ROLE_ADMIN) || !(body = rest_body(request, visit_rules)))
        return;
    if (!json_object_get(body, "kind"))
        json_object_set_new(body, "kind", json_string("inspection"));
    json_object_set_new(body, "now", json_integer(server_now(server)));
    rest_run_then(server, request, model_visit_schedule, g_steal_pointer(&body), visit_scheduled);
}

static gboolean
state_is_known(const char *state)
{
    return !state || g_strv_contains(states, state);
}

void
api_visit_list(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *state = http_request_query(request, "state");
    gint64 from, to, limit;

    if (!user || !rest_query_integer(request, "from", 0, G_MAXINT64, 0, &from) ||
        !rest_query_integer(request, "to", 0, G_MAXINT64, G_MAXINT64, &to) ||
        !rest_query_integer(request, "limit", 1, 200, 50, &limit))
        return;
    if (!state_is_known(state)) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "state: must be one of scheduled, waiting, live, ended");
        return;
    }
    rest_run(server, request, 200, model_visit_list,
             json_pack("{s:I, s:I, s:s?, s:I, s:s?}", "from", (json_int_t) from, "to", (json_int_t) to, "state", state, "limit",
                       (json_int_t) limit, "user", access_filter(user)));
}

void
api_visit_get(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *id = user ? rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND) : NULL;

    if (id)
        rest_run(server, request, 200, model_visit_get, json_pack("{s:s, s:s?}", "visit", id, "user", access_filter(user)));
}

static void
visit_changed(Server *server, HttpRequest *request, json_t *output)
{
    lobby_changed(server->lobby);
    rooms_refresh(server->rooms, field_string(output, "id"));
    rest_reply(request, 200, output);
}

void
api_visit_change(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_INSPECTOR | ROLE_HELPER | ROLE_ADMIN);
    const char *id = user ? rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND) : NULL;
    g_autoptr(json_t) body = id ? rest_body(request, change_rules) : NULL;

    if (!body)
        return;
    json_object_set_new(body, "visit", json_string(id));
    json_object_set_new(body, "user", access_filter(user) ? json_string(user->id) : json_null());
    rest_run_then(server, request, model_visit_change, g_steal_pointer(&body), visit_changed);
}

typedef struct {
    Server *server;
    HttpRequest *request;
    TokenPurpose purpose;
    gint64 expires_at;
} StreamToken;

static void
stream_entered(json_t *output, const GError *error, gpointer user)
{
    g_autofree StreamToken *stream = user;

    if (error) {
        rest_reply_error(stream->request, error);
        return;
    }

    const char *participant = field_string(json_object_get(output, "participant"), "id");
    const char *visit = field_string(json_object_get(output, "participant"), "visit");
    g_autofree char *id = g_strconcat(visit, ".", participant, NULL);
    g_autofree char *token = tokens_issue(stream->server, stream->purpose, id, stream->expires_at);
    g_autofree char *path = g_strconcat(stream->purpose == TOKEN_PUBLISH ? "/whip/" : "/whep/", visit, NULL);
    g_autoptr(json_t) body = json_pack("{s:s, s:s, s:s, s:I}", "token", token, "path", path, "participant", participant, "expires_at",
                                       (json_int_t) stream->expires_at);

    rooms_update_state(stream->server->rooms, visit, json_object_get(output, "room"));
    rest_reply(stream->request, 201, body);
}

void
api_stream_token_add(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, ROLE_INSPECTOR | ROLE_ADMIN);
    const char *id = user ? rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND) : NULL;
    g_autoptr(json_t) body = id ? rest_body(request, stream_rules) : NULL;

    if (!body)
        return;

    gboolean publish = g_str_equal(field_string(body, "allow"), "publish");
    const char *name = field_string(body, "name");
    gint64 seconds = json_object_get(body, "expires_in_s") ? field_integer(body, "expires_in_s") : 4 * 3600;
    StreamToken *stream = g_new(StreamToken, 1);

    *stream = (StreamToken){ server, request, publish ? TOKEN_PUBLISH : TOKEN_SUBSCRIBE, server_now(server) + seconds * G_USEC_PER_SEC };
    server_store(server, model_enter_stream,
                 json_pack("{s:s, s:s?, s:s, s:I}", "visit", id, "user", access_filter(user), "name", name ? name : publish ? "WHIP" : "WHEP",
                           "now", (json_int_t) server_now(server)),
                 stream_entered, stream);
}
