#include "api-turns.h"

#include "../access.h"
#include "../catalogue.h"
#include "../model/model-turns.h"
#include "../rest.h"
#include "bounded-json.h"

#define ZONE_US (G_GINT64_CONSTANT(8) * 3600 * G_USEC_PER_SEC)
#define DAY_US  (G_GINT64_CONSTANT(24) * 3600 * G_USEC_PER_SEC)
#define WORKERS (ROLE_INSPECTOR | ROLE_HELPER | ROLE_ADMIN)

static const char *const acts[] = { "recall", "skip", "begin", "done", "back", NULL };
static const FieldRule add_rules[] = {
    { "name", FIELD_STRING, 0, 1, 100, NULL, NULL, NULL },
    { "item_code", FIELD_STRING, FIELD_OPTIONAL | FIELD_NULLABLE, 1, 16, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule next_rules[] = {
    { "counter", FIELD_STRING, 0, 1, 20, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule act_rules[] = {
    { "act", FIELD_ENUM, 0, 0, 0, acts, NULL, NULL },
    { "counter", FIELD_STRING, 0, 1, 20, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

static gint64
today(const Server *server)
{
    return (server_now(server) + ZONE_US) / DAY_US;
}

void
api_turn_list(HttpRequest *request, gpointer server)
{
    if (access_require(server, request, ROLE_STAFF))
        rest_run(server, request, 200, model_turn_list, json_pack("{s:I}", "day", (json_int_t) today(server)));
}

/* The staff's request with {day, user, now}; NULL and answered. */
static json_t *
staff_input(Server *server, HttpRequest *request, const FieldRule *rules)
{
    const StaffUser *user = access_require(server, request, WORKERS);
    json_t *body = user ? rest_body(request, rules) : NULL;

    if (!body)
        return NULL;
    json_object_set_new(body, "day", json_integer(today(server)));
    json_object_set_new(body, "user", json_string(user->id));
    json_object_set_new(body, "now", json_integer(server_now(server)));
    return body;
}

void
api_turn_add(HttpRequest *request, gpointer data)
{
    Server *server = data;
    json_t *input = staff_input(server, request, add_rules);
    const char *item = field_string(input, "item_code");

    if (!input)
        return;
    if (item && !catalogue_item(server->catalogue, item, server_now(server))) {
        rest_reply_problem(request, PROBLEM_ITEM_NOT_FOUND, NULL);
        json_decref(input);
        return;
    }
    rest_run(server, request, 201, model_turn_add, input);
}

void
api_turn_next(HttpRequest *request, gpointer server)
{
    json_t *input = staff_input(server, request, next_rules);

    if (input)
        rest_run(server, request, 200, model_turn_next, input);
}

void
api_turn_act(HttpRequest *request, gpointer server)
{
    const char *turn = rest_path_id(request, "turn", PROBLEM_TURN_NOT_FOUND);
    json_t *input = turn ? staff_input(server, request, act_rules) : NULL;

    if (!input)
        return;
    json_object_set_new(input, "turn", json_string(turn));
    rest_run(server, request, 200, model_turn_act, input);
}

void
api_turn_display(HttpRequest *request, gpointer server)
{
    gint64 number;

    if (rest_query_integer(request, "number", 0, TURNS_PER_DAY_MAX, 0, &number))
        rest_run(server, request, 200, model_turn_display, json_pack("{s:I, s:I}", "day", (json_int_t) today(server), "number", (json_int_t) number));
}
