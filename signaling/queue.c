#include "queue.h"

#include "access.h"
#include "bounded-json.h"
#include "field-rules.h"
#include "forms.h"
#include "lobby.h"
#include "log.h"
#include "model/model.h"
#include "pairing.h"
#include "rest.h"
#include "room.h"
#include "throttle.h"
#include "tokens.h"
#include "uuid7.h"

#define TICK_MS 1000
#define SOON_MS 50
/* A ticket's link is good for the day and the next: a draft can be continued tomorrow. */
#define INVITED_FOR_US (G_GINT64_CONSTANT(36) * 3600 * G_USEC_PER_SEC)
/* Tickets of one address in 15 minutes; a village station serves one person after another. */
#define TICKETS_PER_ADDRESS_MAX 20
#define TICKETS_MAX 500
/* What a visit takes, until there are figures. */
#define SERVICE_S 360

struct Queue {
    Server *server;
    Pairing *pairing;
    GHashTable *rows;  /* ticket → its row (json_t) */
    GHashTable *names; /* user → name */
    Throttle *throttle;
    guint64 timer;
    char *said; /* the last state that was told */
};

Queue *
queue_new(Server *server)
{
    Queue *queue = g_new0(Queue, 1);

    queue->server = server;
    queue->pairing = pairing_new();
    queue->rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_decref);
    queue->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    queue->throttle = throttle_new(TICKETS_PER_ADDRESS_MAX);
    return queue;
}

void
queue_free(Queue *queue)
{
    if (!queue)
        return;
    pairing_free(queue->pairing);
    g_hash_table_unref(queue->rows);
    g_hash_table_unref(queue->names);
    throttle_free(queue->throttle);
    g_free(queue->said);
    g_free(queue);
}

static gint64
steady(const Queue *queue)
{
    return clock_mono_us(queue->server->clock);
}

static void
ignore(json_t *output, const GError *error, gpointer user)
{
    if (error)
        log_error("queue", "not stored: %s", problem_entry(problem_of(error))->code);
}

static const char *
state_word(TicketState state)
{
    return state == TICKET_MISSED ? "missed" : state == TICKET_SERVING ? "serving" : "waiting";
}

typedef struct {
    Queue *queue;
    char *visit;
} Saved;

static void
ticket_saved(json_t *output, const GError *error, gpointer user)
{
    Saved *saved = user;

    ignore(output, error, NULL);
    /* Whom the store has put among the visit's staff sees it in the lobby. */
    lobby_changed(saved->queue->server->lobby);
    queue_kick(saved->queue);
    g_free(saved->visit);
    g_free(saved);
}

static void
save(Queue *queue, const Ticket *ticket, const char *notes)
{
    json_t *row = g_hash_table_lookup(queue->rows, ticket->id);
    Saved *saved = g_new(Saved, 1);

    *saved = (Saved){ queue, g_strdup(field_string(row, "visit")) };
    server_store(queue->server, model_ticket_save,
                 json_pack("{s:s, s:s, s:b, s:s?, s:s?, s:I}", "ticket", ticket->id, "state", state_word(ticket->state), "head", ticket->head, "user",
                           ticket->helper, "notes", notes, "now", (json_int_t) server_now(queue->server)),
                 ticket_saved, saved);
}

/* --- telling --- */

static const char *
name_of(const Queue *queue, const char *user)
{
    const char *name = user ? g_hash_table_lookup(queue->names, user) : NULL;

    return name ? name : "";
}

typedef struct {
    Queue *queue;
    json_t *waiting, *missed, *helpers;
} Listing;

static void
list_ticket(const Ticket *ticket, gpointer user)
{
    Listing *listing = user;
    json_t *row = json_copy(g_hash_table_lookup(listing->queue->rows, ticket->id));

    json_object_set_new(row, "state", json_string(ticket->state == TICKET_OFFERED ? "offered" : state_word(ticket->state)));
    json_object_set_new(row, "head", json_boolean(ticket->head));
    json_object_set_new(row, "present", json_boolean(steady(listing->queue) - ticket->seen_at < 5 * G_USEC_PER_SEC));
    json_object_set_new(row, "helper", ticket->helper ? json_string(name_of(listing->queue, ticket->helper)) : json_null());
    if (ticket->state == TICKET_WAITING || ticket->state == TICKET_MISSED)
        json_array_append_new(ticket->state == TICKET_MISSED ? listing->missed : listing->waiting, row);
    else
        json_decref(row);
}

static void
list_helper(const Helper *helper, gpointer user)
{
    static const char *const words[] = { "free", "offered", "serving", "break" };
    Listing *listing = user;
    json_t *subjects = json_array(), *languages = json_array();

    for (int i = 0; helper->subjects[i]; i++)
        json_array_append_new(subjects, json_string(helper->subjects[i]));
    for (int i = 0; helper->languages[i]; i++)
        json_array_append_new(languages, json_string(helper->languages[i]));
    json_array_append_new(listing->helpers, json_pack("{s:s, s:s, s:s, s:o, s:o, s:s?}", "user", helper->user, "name", name_of(listing->queue, helper->user),
                                                      "state", words[helper->state], "subjects", subjects, "languages", languages, "ticket", helper->ticket));
}

static json_t *
listing_json(Queue *queue)
{
    Listing listing = { queue, json_array(), json_array(), json_array() };

    pairing_each_ticket(queue->pairing, list_ticket, &listing);
    pairing_each_helper(queue->pairing, list_helper, &listing);
    return json_pack("{s:o, s:o, s:o}", "waiting", listing.waiting, "missed", listing.missed, "helpers", listing.helpers);
}

static json_t *
ticket_of_visit(const Queue *queue, const char *visit)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, queue->rows);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (g_strcmp0(field_string(value, "visit"), visit) == 0)
            return value;
    return NULL;
}

typedef struct {
    Queue *queue;
    json_t *listing;
} Round;

static void
tell_desk(Round *round, Socket *socket)
{
    const Helper *helper = pairing_helper(round->queue->pairing, socket->user);
    const json_t *row = helper && helper->ticket ? g_hash_table_lookup(round->queue->rows, helper->ticket) : NULL;
    json_t *desk = json_copy(round->listing);

    json_object_set_new(desk, "duty", json_boolean(helper && helper->state != HELPER_BREAK));
    json_object_set(desk, "paired", row ? json_object_get(row, "visit") : json_null());
    socket_send(socket, json_pack("{s:s, s:n, s:o}", "type", "queue", "ticket", "desk", desk));
}

static void
tell_applicant(Round *round, Socket *socket)
{
    json_t *row = ticket_of_visit(round->queue, socket->visit);
    const Ticket *ticket = row ? pairing_ticket(round->queue->pairing, field_string(row, "ticket")) : NULL;
    guint ahead, desks;

    if (!ticket)
        return;
    ahead = pairing_ahead(round->queue->pairing, ticket->id);
    desks = MAX(1, pairing_on_duty(round->queue->pairing));
    socket_send(socket, json_pack("{s:s, s:{s:s, s:O, s:s, s:i, s:i, s:o}, s:n}", "type", "queue", "ticket", "ticket", ticket->id, "number",
                                  json_object_get(row, "number"), "state",
                                  ticket->state == TICKET_MISSED ? "missed" : ticket->helper ? "paired" : "waiting", "ahead", (int) ahead, "estimate_s",
                                  (int) (ahead * SERVICE_S / desks), "helper",
                                  ticket->helper ? json_string(name_of(round->queue, ticket->helper)) : json_null(), "desk"));
}

static void
tell_socket(Socket *socket, gpointer user)
{
    if (socket->phase == SOCKET_LOBBY && socket->role == ROLE_HELPER)
        tell_desk(user, socket);
    else if (socket->phase == SOCKET_ROOM && socket->role == ROLE_APPLICANT)
        tell_applicant(user, socket);
}

/* --- time goes on --- */

static void
see_socket(Socket *socket, gpointer user)
{
    Queue *queue = user;
    json_t *row;

    if (socket->user)
        pairing_seen_helper(queue->pairing, socket->user, steady(queue));
    if (socket->phase != SOCKET_ROOM)
        return;
    row = ticket_of_visit(queue, socket->visit);
    if (row && socket->role == ROLE_APPLICANT)
        pairing_seen_applicant(queue->pairing, field_string(row, "ticket"), steady(queue));
    /* The helper whom the queue sent has come. */
    if (row && socket->user) {
        const Ticket *ticket = pairing_ticket(queue->pairing, field_string(row, "ticket"));

        if (ticket->state == TICKET_OFFERED && g_strcmp0(ticket->helper, socket->user) == 0 && pairing_accept(queue->pairing, ticket->id))
            save(queue, ticket, NULL);
    }
}

static void
happened(PairingEvent event, const Ticket *ticket, const char *helper, gpointer user)
{
    static const char *const words[] = { "offered", "returned", "missed", "back" };

    log_info("queue", "%s ticket=%s user=%s", words[event], ticket->id, helper ? helper : "-");
    save(user, ticket, NULL);
}

static void tick(gpointer data);

static void
arm(Queue *queue, guint after_ms)
{
    server_cancel(queue->server, queue->timer);
    queue->timer = queue->server->stopping ? 0 : http_loop_after(queue->server->loop, after_ms, tick, queue);
}

static void
tick(gpointer data)
{
    Queue *queue = data;
    Round round = { queue, NULL };

    queue->timer = 0;
    sockets_each(queue->server->sockets, see_socket, queue);
    pairing_step(queue->pairing, steady(queue), happened, queue);
    round.listing = listing_json(queue);

    /* Sockets that came since the last round have heard nothing yet: how many have come in is part of what was said. */
    g_autofree char *listing = bounded_json_dump(round.listing);
    g_autofree char *said = g_strdup_printf("%" G_GUINT64_FORMAT " %s", sockets_entered(queue->server->sockets), listing);

    if (g_strcmp0(said, queue->said) != 0) {
        sockets_each(queue->server->sockets, tell_socket, &round);
        g_free(queue->said);
        queue->said = g_steal_pointer(&said);
    }
    json_decref(round.listing);
    arm(queue, TICK_MS);
}

void
queue_kick(Queue *queue)
{
    arm(queue, SOON_MS);
}

static void
remember(Queue *queue, json_t *row, gint64 since)
{
    const char *id = field_string(row, "ticket");
    Ticket *ticket = pairing_add(queue->pairing, id, field_string(row, "subject"), field_string(row, "language"), since, json_integer_value(json_object_get(row, "head")) != 0);

    g_hash_table_replace(queue->rows, g_strdup(id), json_incref(row));
    if (g_strcmp0(field_string(row, "state"), "missed") == 0)
        ticket->state = TICKET_MISSED;
    else if (g_strcmp0(field_string(row, "state"), "serving") == 0 && pairing_helper(queue->pairing, field_string(row, "user"))) {
        pairing_take(queue->pairing, id, field_string(row, "user"), steady(queue));
        pairing_accept(queue->pairing, id);
    }
}

static void
loaded(json_t *output, const GError *error, gpointer user)
{
    Queue *queue = user;
    gint64 shift = steady(queue) - server_now(queue->server);
    gsize i;
    json_t *row;

    if (error)
        log_error("queue", "could not be read: %s", problem_entry(problem_of(error))->code);
    json_array_foreach(json_object_get(output, "duties"), i, row) {
        g_auto(GStrv) subjects = g_strsplit(field_string(row, "subjects"), ",", -1);
        g_auto(GStrv) languages = g_strsplit(field_string(row, "languages"), ",", -1);

        g_hash_table_replace(queue->names, g_strdup(field_string(row, "user")), g_strdup(field_string(row, "name")));
        pairing_duty(queue->pairing, field_string(row, "user"), (const char *const *) subjects, (const char *const *) languages, steady(queue));
        if (!json_integer_value(json_object_get(row, "on_duty")))
            pairing_break(queue->pairing, field_string(row, "user"));
    }
    json_array_foreach(json_object_get(output, "tickets"), i, row)
        remember(queue, row, field_integer(row, "since") + shift);
    arm(queue, TICK_MS);
}

void
queue_start(Queue *queue)
{
    server_store(queue->server, model_queue_load, NULL, loaded, queue);
}

void
queue_visit_ended(Queue *queue, const char *visit)
{
    json_t *row = ticket_of_visit(queue, visit);
    g_autofree char *id = row ? g_strdup(field_string(row, "ticket")) : NULL;

    if (!id)
        return;
    server_store(queue->server, model_ticket_save,
                 json_pack("{s:s, s:s, s:b, s:n, s:n, s:I}", "ticket", id, "state", "done", "head", 0, "user", "notes", "now",
                           (json_int_t) server_now(queue->server)),
                 ignore, NULL);
    pairing_remove(queue->pairing, id);
    g_hash_table_remove(queue->rows, id);
    queue_kick(queue);
}

/* --- REST --- */

static const char *const languages[] = { "mandarin", "hakka", "gan", "sign", "en", NULL };
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

typedef struct {
    Server *server;
    HttpRequest *request;
    json_t *body;
} TicketAdding;

static void
ticket_added(json_t *output, const GError *error, gpointer user)
{
    TicketAdding *adding = user;
    Server *server = adding->server;

    if (error) {
        rest_reply_error(adding->request, error);
    } else {
        gint64 now = server_now(server);
        g_autofree char *token = tokens_issue(server, TOKEN_INVITATION, field_string(output, "invitation"), now + INVITED_FOR_US);
        g_autoptr(json_t) answer = json_pack("{s:O, s:O, s:s}", "ticket", json_object_get(output, "ticket"), "number", json_object_get(output, "number"), "token",
                                             token);
        g_autoptr(json_t) row = json_copy(adding->body);

        json_object_update(row, output);
        json_object_set_new(row, "notes", json_string(""));
        json_object_set_new(row, "since", json_integer(now));
        json_object_del(row, "invitation");
        remember(server->queue, row, steady(server->queue));
        log_info("queue", "arrived ticket=%s visit=%s", field_string(output, "ticket"), field_string(output, "visit"));
        rest_reply(adding->request, 201, answer);
    }
    json_decref(adding->body);
    g_free(adding);
}

void
api_ticket_add(HttpRequest *request, gpointer data)
{
    Server *server = data;
    Queue *queue = server->queue;
    g_autoptr(json_t) body = rest_body(request, ticket_rules);
    FormSchema *schema;
    json_t *items;
    const char *item;
    TicketAdding *adding;
    gint64 now = server_now(server);

    if (!body)
        return;
    if (throttle_wait_us(queue->throttle, http_request_peer(request), steady(queue)) > 0) {
        rest_reply_problem(request, PROBLEM_REQUEST_LIMIT, NULL);
        return;
    }
    if (g_hash_table_size(queue->rows) >= TICKETS_MAX) {
        rest_reply_problem(request, PROBLEM_BUSY, NULL);
        return;
    }
    schema = forms_schema(server->forms, field_string(body, "subject"), 0);
    if (!schema && !g_str_equal(field_string(body, "subject"), "other")) {
        rest_reply_problem(request, PROBLEM_FORM_UNKNOWN, NULL);
        return;
    }
    throttle_failed(queue->throttle, http_request_peer(request), steady(queue));
    items = schema ? json_object_get(form_schema_json(schema), "items") : NULL;
    item = json_string_value(json_array_get(items, 0));
    adding = g_new(TicketAdding, 1);
    *adding = (TicketAdding){ server, request, json_incref(body) };
    server_store(server, model_ticket_add,
                 json_pack("{s:O, s:O, s:O?, s:O, s:s, s:I, s:I, s:I}", "subject", json_object_get(body, "subject"), "name", json_object_get(body, "name"), "phone",
                           json_object_get(body, "phone"), "language", json_object_get(body, "language"), "item",
                           item && *item != '*' ? item : "OTH-00", "now", (json_int_t) now, "day_start", (json_int_t) day_start(now), "expires_at",
                           (json_int_t) (now + INVITED_FOR_US)),
                 ticket_added, adding);
}

void
api_queue_get(HttpRequest *request, gpointer data)
{
    Server *server = data;

    if (access_require(server, request, ROLE_HELPER | ROLE_OBSERVER | ROLE_ADMIN)) {
        g_autoptr(json_t) listing = listing_json(server->queue);

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
    pairing_duty(queue->pairing, user->id, (const char *const *) subjects, (const char *const *) spoken, steady(queue));
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
        pairing_duty(queue->pairing, user->id, all, all, steady(queue));
    g_hash_table_replace(queue->names, g_strdup(user->id), g_strdup(user->name));
    if (!pairing_take(queue->pairing, id, user->id, steady(queue))) {
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
    json_t *row = body ? ticket_of_visit(queue, visit) : NULL;
    const Ticket *ticket = row ? pairing_ticket(queue->pairing, field_string(row, "ticket")) : NULL;

    if (!body)
        return;
    if (!ticket || g_strcmp0(ticket->helper, user->id) != 0) {
        rest_reply_problem(request, PROBLEM_VISIT_NOT_ASSIGNED, NULL);
        return;
    }
    pairing_return(queue->pairing, ticket->id, field_string(body, "user"), steady(queue));
    if (*field_string(body, "note")) {
        const char *before = field_string(row, "notes");
        g_autofree char *notes = before && *before ? g_strconcat(before, " / ", field_string(body, "note"), NULL) : g_strdup(field_string(body, "note"));

        json_object_set_new(row, "notes", json_string(notes));
    }
    /* Not at once to the one who sent it back. */
    pairing_break(queue->pairing, user->id);
    save(queue, ticket, field_string(body, "note"));
    log_info("queue", "handed over ticket=%s user=%s", ticket->id, user->id);
    http_request_reply(request, 204, NULL, NULL);
}
