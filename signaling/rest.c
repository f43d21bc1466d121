#include "rest.h"

#include <string.h>

#include "access.h"
#include "bounded-json.h"
#include "courier.h"
#include "uuid7.h"

static void
reply_json(HttpRequest *request, int status, const char *content_type, json_t *json)
{
    g_autofree char *text = bounded_json_dump(json);

    http_request_add_header(request, "Cache-Control", "no-store");
    http_request_add_header(request, "X-Content-Type-Options", "nosniff");
    http_request_reply_text(request, status, content_type, text);
}

void
rest_reply(HttpRequest *request, int status, json_t *json)
{
    reply_json(request, status, "application/json", json);
}

void
rest_reply_error(HttpRequest *request, const GError *error)
{
    g_autoptr(json_t) problem = problem_to_http(error);

    reply_json(request, problem_entry(problem_of(error))->status, "application/problem+json", problem);
}

void
rest_reply_problem(HttpRequest *request, Problem problem, const char *detail)
{
    g_autoptr(GError) error = g_error_new_literal(PROBLEM, problem, detail ? detail : "");

    rest_reply_error(request, error);
}

static gboolean
content_type_is_json(const HttpRequest *request)
{
    const char *type = http_request_header(request, "content-type");
    gsize length = strlen("application/json");

    return type && g_ascii_strncasecmp(type, "application/json", length) == 0 && (!type[length] || strchr("; \t", type[length]));
}

char *
rest_origin(const HttpRequest *request)
{
    const char *host = http_request_header(request, "host");

    return host ? g_strconcat("https://", host, NULL) : NULL;
}

json_t *
rest_body(HttpRequest *request, const FieldRule *rules)
{
    return rest_body_up_to(request, rules, REST_BODY_MAX);
}

json_t *
rest_body_up_to(HttpRequest *request, const FieldRule *rules, gsize length_max)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) body = NULL;

    if (!access_require_same_origin(request))
        return NULL;
    /* A form of another site cannot have this type without asking first (CORS), and it is never allowed. */
    if (!content_type_is_json(request)) {
        rest_reply_problem(request, PROBLEM_REQUEST_CONTENT_TYPE, "application/json");
        return NULL;
    }
    body = bounded_json_parse_bytes(http_request_body(request), length_max, &error);
    if (!body || !field_rules_check(rules, body, &error)) {
        rest_reply_error(request, error);
        return NULL;
    }
    return g_steal_pointer(&body);
}

typedef struct {
    Server *server;
    HttpRequest *request;
    int status;
    RestThen then;
} RestCall;

static void
call_done(json_t *output, const GError *error, gpointer user)
{
    g_autofree RestCall *call = user;
    Server *server = call->server;
    /* Known before it is answered: then the request may be gone. */
    gboolean changes = !g_str_equal(http_request_method(call->request), "GET");

    if (error)
        rest_reply_error(call->request, error);
    else if (call->then)
        call->then(call->server, call->request, output);
    else
        rest_reply(call->request, call->status, output);
    if (changes && !error)
        courier_kick(server->courier);
}

static void
run(Server *server, HttpRequest *request, int status, StoreWork work, json_t *input, RestThen then)
{
    RestCall *call = g_new(RestCall, 1);

    *call = (RestCall){ server, request, status, then };
    server_store(server, work, input, call_done, call);
}

void
rest_run(Server *server, HttpRequest *request, int status, StoreWork work, json_t *input)
{
    run(server, request, status, work, input, NULL);
}

void
rest_run_then(Server *server, HttpRequest *request, StoreWork work, json_t *input, RestThen then)
{
    run(server, request, 0, work, input, then);
}

gboolean
rest_query_integer(HttpRequest *request, const char *name, gint64 low, gint64 high, gint64 fallback, gint64 *ret_value)
{
    const char *text = http_request_query(request, name);
    g_autoptr(GError) error = NULL;

    *ret_value = fallback;
    if (!text || g_ascii_string_to_signed(text, 10, low, high, ret_value, NULL))
        return TRUE;
    problem_set(&error, PROBLEM_FIELD_INVALID, "%s: must be an integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, name, low, high);
    rest_reply_error(request, error);
    return FALSE;
}

const char *
rest_path_id(HttpRequest *request, const char *name, Problem problem)
{
    const char *id = http_request_param(request, name);

    if (uuid7_is_valid(id))
        return id;
    rest_reply_problem(request, problem, NULL);
    return NULL;
}
