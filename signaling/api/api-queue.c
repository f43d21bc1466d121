/* Asking for help, being on duty, taking and handing over: docs/http-api.yaml, tag `queue`. */
#include "../queue-private.h"

#include "../access.h"
#include "../forms.h"
#include "../model/model.h"
#include "../rest.h"
#include "../tokens.h"
#include "bounded-json.h"
#include "field-rules.h"
#include "log.h"

/* A ticket's link is good for a week: a draft can be continued. */
#define INVITED_FOR_US (G_GINT64_CONSTANT(7) * 24 * 3600 * G_USEC_PER_SEC)
#define TICKETS_MAX 500

static const char *const languages[] = { "mandarin", "hakka", "gan", "sign", "en", NULL };
/* Either a draft that is to be continued, or who asks and what about. */
static const FieldRule draft_rules[] = {
    { "draft", FIELD_STRING, FIELD_OPTIONAL, 1, 1000, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule ticket_rules[] = {
    { "subject", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL },
    { "name", FIELD_STRING, 0, 1, 60, NULL, NULL, NULL },
    { "phone", FIELD_STRING, FIELD_OPTIONAL | FIELD_NULLABLE, 0, 20, NULL, NULL, NULL },
    { "language", FIELD_ENUM, 0, 0, 0, languages, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule word_element = { "word", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL };
static const FieldRule duty_rules[] = {
    { "on", FIELD_BOOLEAN, 0, 0, 0, NULL, NULL, NULL },
    { "subjects", FIELD_ARRAY, 0, 0, 50, NULL, NULL, &word_element },
    { "languages", FIELD_ARRAY, 0, 0, 10, NULL, NULL, &word_element },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule no_rules[] = { { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL } };
static const FieldRule return_rules[] = {
    { "note", FIELD_STRING, 0, 0, 500, NULL, NULL, NULL },
    { "user", FIELD_UUID, FIELD_OPTIONAL | FIELD_NULLABLE, 0, 0, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

static gint64
day_start(gint64 now)
{
    g_autoptr(GDateTime) moment = g_date_time_new_from_unix_local(now / G_USEC_PER_SEC);
    g_autoptr(GDateTime) start = g_date_time_new_local(g_date_time_get_year(moment), g_date_time_get_month(moment), g_date_time_get_day_of_month(moment), 0, 0, 0);

    return g_date_time_to_unix(start) * G_USEC_PER_SEC;
}

static void
ticket_added(Server *server, HttpRequest *request, json_t *output)
{
    gint64 now = server_now(server);
    g_autofree char *token = tokens_issue(server, TOKEN_INVITATION, field_string(output, "invitation"), now + INVITED_FOR_US);
    g_autoptr(json_t) answer = json_pack("{s:O, s:O, s:O, s:s}", "ticket", json_object_get(output, "ticket"), "number", json_object_get(output, "number"),
                                         "subject", json_object_get(output, "subject"), "token", token);

    /* Whose visit has not ended stands where it stood. */
    if (!field_boolean(output, "open")) {
        g_autoptr(json_t) row = json_copy(output);

        json_object_set_new(row, "notes", json_string(""));
        json_object_set_new(row, "since", json_integer(now));
        json_object_del(row, "invitation");
        queue_remember(server->queue, row, queue_now(server->queue));
        log_info("queue", "arrived ticket=%s visit=%s", field_string(output, "ticket"), field_string(output, "visit"));
    }
    rest_reply(request, 201, answer);
}

/* What the store needs of a ticket for a new case; NULL with a problem. */
static json_t *
new_case_input(const Server *server, const json_t *body, GError **error)
{
    FormSchema *schema;
    const char *item;

    if (!field_rules_check(ticket_rules, body, error))
        return NULL;
    schema = forms_schema(server->forms, field_string(body, "subject"), 0);
    if (!schema && !g_str_equal(field_string(body, "subject"), "other")) {
        problem_set(error, PROBLEM_FORM_UNKNOWN, NULL);
        return NULL;
    }
    item = schema ? json_string_value(json_array_get(json_object_get(form_schema_json(schema), "items"), 0)) : NULL;
    return json_pack("{s:O, s:O, s:O?, s:O, s:s}", "subject", json_object_get(body, "subject"), "name", json_object_get(body, "name"), "phone",
                     json_object_get(body, "phone"), "language", json_object_get(body, "language"), "item", item && *item != '*' ? item : "OTH-00");
}

void
api_ticket_add(HttpRequest *request, gpointer data)
{
    Server *server = data;
    Queue *queue = server->queue;
    g_autoptr(json_t) body = rest_body(request, draft_rules);
    g_autoptr(GError) error = NULL;
    json_t *input;
    gint64 now = server_now(server);

    if (!body)
        return;
    if (throttle_wait_us(queue->throttle, http_request_peer(request), queue_now(queue)) > 0) {
        rest_reply_problem(request, PROBLEM_REQUEST_LIMIT, NULL);
        return;
    }
    if (g_hash_table_size(queue->rows) >= TICKETS_MAX) {
        rest_reply_problem(request, PROBLEM_BUSY, NULL);
        return;
    }
    if (field_string(body, "draft")) {
        g_autofree char *invitation = tokens_check(server, TOKEN_INVITATION, field_string(body, "draft"), &error);

        input = invitation ? json_pack("{s:s}", "draft", invitation) : NULL;
    } else {
        input = new_case_input(server, body, &error);
    }
    if (!input) {
        rest_reply_error(request, error);
        return;
    }
    throttle_failed(queue->throttle, http_request_peer(request), queue_now(queue));
    json_object_set_new(input, "now", json_integer(now));
    json_object_set_new(input, "day_start", json_integer(day_start(now)));
    json_object_set_new(input, "expires_at", json_integer(now + INVITED_FOR_US));
    rest_run_then(server, request, model_ticket_add, input, ticket_added);
}

void
api_queue_get(HttpRequest *request, gpointer data)
{
    Server *server = data;

    if (access_require(server, request, ROLE_HELPER | ROLE_OBSERVER | ROLE_ADMIN)) {
        g_autoptr(json_t) listing = queue_listing(server->queue);

        rest_reply(request, 200, listing);
    }
}

static GStrv
words_of(const json_t *list)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    gsize i;
    json_t *word;

    json_array_foreach(list, i, word)
        g_strv_builder_add(builder, json_string_value(word));
    return g_strv_builder_end(builder);
}

static void
done_empty(Server *server, HttpRequest *request, json_t *output)
{
    http_request_reply(request, 204, NULL, NULL);
}

void
api_duty_set(HttpRequest *request, gpointer data)
{
    Server *server = data;
    Queue *queue = server->queue;
    const StaffUser *user = access_require(server, request, ROLE_HELPER);
    g_autoptr(json_t) body = user ? rest_body(request, duty_rules) : NULL;

    if (!body)
        return;

    g_auto(GStrv) subjects = words_of(json_object_get(body, "subjects"));
    g_auto(GStrv) spoken = words_of(json_object_get(body, "languages"));
    g_autofree char *subject_list = g_strjoinv(",", subjects), *language_list = g_strjoinv(",", spoken);

    g_hash_table_replace(queue->names, g_strdup(user->id), g_strdup(user->name));
    pairing_duty(queue->pairing, user->id, (const char *const *) subjects, (const char *const *) spoken, queue_now(queue));
    if (!field_boolean(body, "on"))
        pairing_break(queue->pairing, user->id);
    queue_kick(queue);
    rest_run_then(server, request, model_duty_set,
                  json_pack("{s:s, s:s, s:s, s:b, s:I}", "user", user->id, "subjects", subject_list, "languages", language_list, "on",
                            field_boolean(body, "on"), "now", (json_int_t) server_now(server)),
                  done_empty);
}

void
api_ticket_take(HttpRequest *request, gpointer data)
{
    Server *server = data;
    Queue *queue = server->queue;
    const StaffUser *user = access_require(server, request, ROLE_HELPER);
    const char *id = user ? rest_path_id(request, "ticket", PROBLEM_VISIT_NOT_FOUND) : NULL;
    g_autoptr(json_t) body = id ? rest_body(request, no_rules) : NULL;
    static const char *const all[] = { "*", NULL };
    Ticket *ticket;

    if (!body)
        return;
    if (!pairing_helper(queue->pairing, user->id))
        pairing_duty(queue->pairing, user->id, all, all, queue_now(queue));
    g_hash_table_replace(queue->names, g_strdup(user->id), g_strdup(user->name));
    if (!pairing_take(queue->pairing, id, user->id, queue_now(queue))) {
        rest_reply_problem(request, PROBLEM_QUEUE_TAKEN, NULL);
        return;
    }
    ticket = pairing_ticket(queue->pairing, id);
    rest_run_then(server, request, model_ticket_save,
                  json_pack("{s:s, s:s, s:b, s:s, s:n, s:I}", "ticket", id, "state", "waiting", "head", ticket->head, "user", user->id, "notes", "now",
                            (json_int_t) server_now(server)),
                  done_empty);
}

void
api_visit_return(HttpRequest *request, gpointer data)
{
    Server *server = data;
    Queue *queue = server->queue;
    const StaffUser *user = access_require(server, request, ROLE_HELPER);
    const char *visit = user ? rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND) : NULL;
    g_autoptr(json_t) body = visit ? rest_body(request, return_rules) : NULL;
    json_t *row = body ? queue_row_of_visit(queue, visit) : NULL;
    const Ticket *ticket = row ? pairing_ticket(queue->pairing, field_string(row, "ticket")) : NULL;

    if (!body)
        return;
    if (!ticket || g_strcmp0(ticket->helper, user->id) != 0) {
        rest_reply_problem(request, PROBLEM_VISIT_NOT_ASSIGNED, NULL);
        return;
    }
    pairing_return(queue->pairing, ticket->id, field_string(body, "user"), queue_now(queue));
    if (*field_string(body, "note")) {
        const char *before = field_string(row, "notes");
        g_autofree char *notes = before && *before ? g_strconcat(before, " / ", field_string(body, "note"), NULL) : g_strdup(field_string(body, "note"));

        json_object_set_new(row, "notes", json_string(notes));
    }
    /* Not at once to the one who sent it back. */
    pairing_break(queue->pairing, user->id);
    queue_save(queue, ticket, field_string(body, "note"));
    log_info("queue", "handed over ticket=%s user=%s", ticket->id, user->id);
    http_request_reply(request, 204, NULL, NULL);
}
