#include "api-deliveries.h"

#include <string.h>

#include "../access.h"
#include "../model/model-deliveries.h"
#include "../rest.h"
#include "bounded-json.h"
#include "outside.h"
#include "webhook-signature.h"

static const char *const purposes[] = { "event", "message", NULL };
static const FieldRule kind_element = { "kind", FIELD_STRING, 0, 1, 40, NULL, NULL, NULL };
static const FieldRule hook_rules[] = {
    { "name", FIELD_STRING, 0, 1, 100, NULL, NULL, NULL },
    { "purpose", FIELD_ENUM, 0, 0, 0, purposes, NULL, NULL },
    { "url", FIELD_STRING, 0, 8, 500, NULL, NULL, NULL },
    { "kinds", FIELD_ARRAY, FIELD_OPTIONAL, 0, 40, NULL, NULL, &kind_element },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule repeat_rules[] = {
    { "from", FIELD_INTEGER, 0, 0, G_MAXINT64, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule no_rules[] = { { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL } };

void
api_delivery_list(HttpRequest *request, gpointer server)
{
    gint64 limit, before;

    if (!access_require(server, request, ROLE_ADMIN | ROLE_OBSERVER) || !rest_query_integer(request, "limit", 1, 200, 50, &limit) ||
        !rest_query_integer(request, "before", 0, G_MAXINT64, 0, &before))
        return;
    rest_run(server, request, 200, model_delivery_list,
             json_pack("{s:s?, s:s?, s:s?, s:I, s:I}", "case", http_request_query(request, "case"), "state", http_request_query(request, "state"), "channel",
                       http_request_query(request, "channel"), "before", (json_int_t) before, "limit", (json_int_t) limit));
}

void
api_delivery_repeat(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *id = access_require(server, request, ROLE_ADMIN) ? rest_path_id(request, "delivery", PROBLEM_DELIVERY_NOT_FOUND) : NULL;
    g_autoptr(json_t) body = id ? rest_body(request, no_rules) : NULL;

    if (body)
        rest_run(server, request, 200, model_delivery_repeat, json_pack("{s:s, s:I}", "delivery", id, "now", (json_int_t) server_now(server)));
}

void
api_hook_list(HttpRequest *request, gpointer server)
{
    if (access_require(server, request, ROLE_ADMIN | ROLE_OBSERVER))
        rest_run(server, request, 200, model_hook_list, NULL);
}

/* ",a,b,", empty for all; NULL when one of them cannot be a kind. */
static char *
kinds_text(const json_t *kinds)
{
    GString *text = g_string_new(NULL);
    gsize i;
    json_t *kind;

    json_array_foreach((json_t *) kinds, i, kind) {
        if (!g_regex_match_simple("^[a-z]+(?:[.-][a-z]+)*$", json_string_value(kind), G_REGEX_DOLLAR_ENDONLY, 0)) {
            g_string_free(text, TRUE);
            return NULL;
        }
        g_string_append_printf(text, "%s%s,", text->len ? "" : ",", json_string_value(kind));
    }
    return g_string_free(text, FALSE);
}

void
api_hook_add(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, ROLE_ADMIN);
    g_autoptr(json_t) body = user ? rest_body(request, hook_rules) : NULL;
    g_autofree char *kinds = body ? kinds_text(json_object_get(body, "kinds")) : NULL;
    g_autofree char *secret = webhook_secret_new();

    if (!body)
        return;
    if (!outside_url_is_allowed(field_string(body, "url"))) {
        rest_reply_problem(request, PROBLEM_HOOK_URL, NULL);
        return;
    }
    if (!kinds) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "kinds: must look like record.signed");
        return;
    }
    json_object_set_new(body, "kinds", json_string(kinds));
    json_object_set_new(body, "secret", json_string(secret));
    json_object_set_new(body, "user", json_string(user->id));
    json_object_set_new(body, "now", json_integer(server_now(server)));
    rest_run(server, request, 201, model_hook_add, g_steal_pointer(&body));
}

void
api_hook_remove(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *hook = access_require(server, request, ROLE_ADMIN) && access_require_same_origin(request) ? rest_path_id(request, "hook", PROBLEM_HOOK_NOT_FOUND) : NULL;

    if (hook)
        rest_run(server, request, 200, model_hook_remove, json_pack("{s:s, s:I}", "hook", hook, "now", (json_int_t) server_now(server)));
}

void
api_hook_repeat(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *hook = access_require(server, request, ROLE_ADMIN) ? rest_path_id(request, "hook", PROBLEM_HOOK_NOT_FOUND) : NULL;
    g_autoptr(json_t) body = hook ? rest_body(request, repeat_rules) : NULL;

    if (body)
        rest_run(server, request, 200, model_hook_repeat,
                      json_pack("{s:s, s:O, s:I}", "hook", hook, "from", json_object_get(body, "from"), "now", (json_int_t) server_now(server)));
}
