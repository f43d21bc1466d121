#include "rest.h"

#include <string.h>

#include "access.h"
#include "bounded-json.h"
#include "courier.h"
#include "model/model-keys.h"
#include "uuid7.h"

/* As long as the IETF draft's examples several times over. */
#define IDEMPOTENCY_KEY_MAX 255

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

/* Who asks, for keys of requests: two callers may choose the same. */
static char *
caller_of(HttpRequest *request)
{
    const char *authorization = http_request_header(request, "authorization"), *cookie = http_request_header(request, "cookie");
    g_autofree char *text = g_strconcat(authorization ? authorization : "", "\n", cookie ? cookie : "", NULL);

    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

static char *
digest_of_request(HttpRequest *request)
{
    gsize length;
    const guchar *body = g_bytes_get_data(http_request_body(request), &length);
    GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
    char *digest;

    g_checksum_update(checksum, (const guchar *) http_request_path(request), -1);
    g_checksum_update(checksum, (const guchar *) "\n", 1);
    g_checksum_update(checksum, body ? body : (const guchar *) "", (gssize) length);
    digest = g_strdup(g_checksum_get_string(checksum));
    g_checksum_free(checksum);
    return digest;
}

/* `Idempotency-Key` of a POST: the work is done once, in the transaction that remembers it. Takes `input` over. */
static json_t *
once(Server *server, HttpRequest *request, const char *key, StoreWork work, json_t *input)
{
    g_autofree char *caller = caller_of(request), *digest = digest_of_request(request);

    return json_pack("{s:I, s:o, s:s, s:s, s:s, s:I}", "work", (json_int_t) (gintptr) work, "input", input ? input : json_object(), "caller", caller, "key", key, "digest", digest, "now",
                     (json_int_t) server_now(server));
}

static const char *
idempotency_key(const HttpRequest *request)
{
    const char *key = http_request_header(request, "idempotency-key");

    return key && g_str_equal(http_request_method(request), "POST") && *key && strlen(key) <= IDEMPOTENCY_KEY_MAX && g_str_is_ascii(key) ? key : NULL;
}

static void
run(Server *server, HttpRequest *request, int status, StoreWork work, json_t *input, RestThen then)
{
    RestCall *call = g_new(RestCall, 1);
    const char *key = idempotency_key(request);

    if (key) {
        input = once(server, request, key, work, input);
        work = model_once;
    }

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
