#include "api-retention.h"

#include "../access.h"
#include "../catalogue.h"
#include "../disposal-runner.h"
#include "../model/model-retention.h"
#include "../reauthenticate.h"
#include "../rest.h"
#include "bounded-json.h"
#include "field-rules.h"

#define REASON(name) { name, FIELD_STRING, 0, 1, 400, NULL, NULL, NULL }
#define END          { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL }

static const FieldRule reason_rules[] = { REASON("reason"), END };
static const FieldRule recording_element = { "recording", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL };
static const FieldRule disposal_rules[] = {
    REASON("reason"),
    { "recordings", FIELD_ARRAY, 0, 1, DISPOSAL_RECORDINGS_MAX, NULL, NULL, &recording_element },
    END,
};
static const FieldRule approval_rules[] = { { "password", FIELD_STRING, 0, 1, 256, NULL, NULL, NULL }, END };

/* item code → class, for recordings of before classes were kept. */
static json_t *
classes(Server *server)
{
    g_autoptr(json_t) all = catalogue_all(server->catalogue);
    json_t *found = json_object(), *item;
    gsize i;

    json_array_foreach(all, i, item) /* by version: the newest word stands */
        if (json_object_get(item, "retention"))
            json_object_set(found, field_string(item, "code"), json_object_get(item, "retention"));
    return found;
}

void
api_retention_list(HttpRequest *request, gpointer data)
{
    static const char *const states[] = { "due", "held", "kept", "disposed", NULL };
    Server *server = data;
    const char *state = http_request_query(request, "state");
    gint64 limit;

    if (!access_require(server, request, ROLE_ADMIN) || !rest_query_integer(request, "limit", 1, DISPOSAL_RECORDINGS_MAX, 100, &limit))
        return;
    if (state && !g_strv_contains(states, state)) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "state: due, held, kept or disposed");
        return;
    }
    rest_run(server, request, 200, model_retention_list,
             json_pack("{s:o, s:s?, s:s?, s:I, s:I}", "classes", classes(server), "state", state, "before", http_request_query(request, "before"), "limit",
                       (json_int_t) limit, "now", (json_int_t) server_now(server)));
}

void
api_retention_acts(HttpRequest *request, gpointer server)
{
    gint64 limit;

    if (access_require(server, request, ROLE_ADMIN) && rest_query_integer(request, "limit", 1, 500, 100, &limit))
        rest_run(server, request, 200, model_retention_acts,
                 json_pack("{s:s?, s:I}", "before", http_request_query(request, "before"), "limit", (json_int_t) limit));
}

/* The body with who and when, or NULL and answered. */
static json_t *
admin_input(Server *server, HttpRequest *request, const FieldRule *rules, const StaffUser **ret_user)
{
    const StaffUser *user = access_require(server, request, ROLE_ADMIN);
    json_t *body = user ? rest_body(request, rules) : NULL;

    if (!body)
        return NULL;
    json_object_set_new(body, "user", json_string(user->id));
    json_object_set_new(body, "now", json_integer(server_now(server)));
    if (ret_user)
        *ret_user = user;
    return body;
}

/* The same about what the path names. */
static json_t *
admin_input_of(Server *server, HttpRequest *request, const char *name, Problem unknown, const FieldRule *rules, const StaffUser **ret_user)
{
    json_t *body = admin_input(server, request, rules, ret_user);
    const char *id = body ? rest_path_id(request, name, unknown) : NULL;

    if (id) {
        json_object_set_new(body, name, json_string(id));
        return body;
    }
    json_decref(body);
    return NULL;
}

/* How full the disk is, and how the move to the object store fares: the recorder knows. */
void
api_storage_get(HttpRequest *request, gpointer data)
{
    Server *server = data;

    if (access_require(server, request, ROLE_ADMIN))
        http_client_proxy(server->recorder_client, request, "/storage");
}

void
api_hold_list(HttpRequest *request, gpointer server)
{
    if (access_require(server, request, ROLE_ADMIN))
        rest_run(server, request, 200, model_hold_list, NULL);
}

void
api_hold_place(HttpRequest *request, gpointer server)
{
    json_t *input = admin_input_of(server, request, "case", PROBLEM_CASE_NOT_FOUND, reason_rules, NULL);

    if (input)
        rest_run(server, request, 201, model_hold_place, input);
}

void
api_hold_lift(HttpRequest *request, gpointer server)
{
    json_t *input = admin_input_of(server, request, "hold", PROBLEM_HOLD_NOT_FOUND, reason_rules, NULL);

    if (input)
        rest_run(server, request, 200, model_hold_lift, input);
}

void
api_disposal_list(HttpRequest *request, gpointer server)
{
    if (access_require(server, request, ROLE_ADMIN))
        rest_run(server, request, 200, model_disposal_list, NULL);
}

void
api_disposal_create(HttpRequest *request, gpointer server)
{
    json_t *input = admin_input(server, request, disposal_rules, NULL);

    if (!input)
        return;
    json_object_set_new(input, "classes", classes(server));
    rest_run(server, request, 201, model_disposal_create, input);
}

void
api_disposal_get(HttpRequest *request, gpointer server)
{
    const char *id = access_require(server, request, ROLE_ADMIN) ? rest_path_id(request, "disposal", PROBLEM_DISPOSAL_NOT_FOUND) : NULL;

    if (id)
        rest_run(server, request, 200, model_disposal_get, json_pack("{s:s}", "disposal", id));
}

static void
approved(Server *server, HttpRequest *request, json_t *output)
{
    if (g_str_equal(field_string(output, "state"), "approved"))
        disposal_runner_kick(server->disposals);
    rest_reply(request, 200, output);
}

static void
admin_proved(Server *server, HttpRequest *request, gpointer input)
{
    rest_run_then(server, request, model_disposal_approve, input, approved);
}

static void
forget(gpointer input)
{
    json_decref(input);
}

/* What cannot be undone is approved by password, not by whoever sits at a desk that was left open. */
void
api_disposal_approve(HttpRequest *request, gpointer server)
{
    const StaffUser *user = NULL;
    json_t *input = admin_input_of(server, request, "disposal", PROBLEM_DISPOSAL_NOT_FOUND, approval_rules, &user);

    if (!input)
        return;

    g_autofree char *password = g_strdup(field_string(input, "password"));

    json_object_del(input, "password");
    reauthenticate(server, request, user, password, admin_proved, forget, input);
}

void
api_disposal_withdraw(HttpRequest *request, gpointer server)
{
    json_t *input = admin_input_of(server, request, "disposal", PROBLEM_DISPOSAL_NOT_FOUND, reason_rules, NULL);

    if (input)
        rest_run(server, request, 200, model_disposal_withdraw, input);
}
