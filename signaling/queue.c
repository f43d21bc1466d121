#include "queue-private.h"

#include "bounded-json.h"
#include "field-rules.h"
#include "lobby.h"
#include "log.h"
#include "model/model.h"
#include "room.h"

#define TICK_MS 1000
#define SOON_MS 50
/* Tickets of one address in 15 minutes; a village station serves one person after another. */
#define TICKETS_PER_ADDRESS_MAX 20
/* What a visit takes, until there are figures. */
#define SERVICE_S 360

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

gint64
queue_now(const Queue *queue)
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

void
queue_save(Queue *queue, const Ticket *ticket, const char *notes)
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
    json_object_set_new(row, "present", json_boolean(queue_now(listing->queue) - ticket->seen_at < 5 * G_USEC_PER_SEC));
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

json_t *
queue_listing(Queue *queue)
{
    Listing listing = { queue, json_array(), json_array(), json_array() };

    pairing_each_ticket(queue->pairing, list_ticket, &listing);
    pairing_each_helper(queue->pairing, list_helper, &listing);
    return json_pack("{s:o, s:o, s:o}", "waiting", listing.waiting, "missed", listing.missed, "helpers", listing.helpers);
}

json_t *
queue_row_of_visit(const Queue *queue, const char *visit)
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
    json_t *row = queue_row_of_visit(round->queue, socket->visit);
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
        pairing_seen_helper(queue->pairing, socket->user, queue_now(queue));
    if (socket->phase != SOCKET_ROOM)
        return;
    row = queue_row_of_visit(queue, socket->visit);
    if (row && socket->role == ROLE_APPLICANT)
        pairing_seen_applicant(queue->pairing, field_string(row, "ticket"), queue_now(queue));
    /* The helper whom the queue sent has come. */
    if (row && socket->user) {
        const Ticket *ticket = pairing_ticket(queue->pairing, field_string(row, "ticket"));

        if (ticket->state == TICKET_OFFERED && g_strcmp0(ticket->helper, socket->user) == 0 && pairing_accept(queue->pairing, ticket->id))
            queue_save(queue, ticket, NULL);
    }
}

static void
happened(PairingEvent event, const Ticket *ticket, const char *helper, gpointer user)
{
    static const char *const words[] = { "offered", "returned", "missed", "back" };

    log_info("queue", "%s ticket=%s user=%s", words[event], ticket->id, helper ? helper : "-");
    queue_save(user, ticket, NULL);
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
    pairing_step(queue->pairing, queue_now(queue), happened, queue);
    round.listing = queue_listing(queue);

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

void
queue_remember(Queue *queue, json_t *row, gint64 since)
{
    const char *id = field_string(row, "ticket");
    Ticket *ticket = pairing_add(queue->pairing, id, field_string(row, "subject"), field_string(row, "language"), since, json_integer_value(json_object_get(row, "head")) != 0);

    g_hash_table_replace(queue->rows, g_strdup(id), json_incref(row));
    if (g_strcmp0(field_string(row, "state"), "missed") == 0)
        ticket->state = TICKET_MISSED;
    else if (g_strcmp0(field_string(row, "state"), "serving") == 0 && pairing_helper(queue->pairing, field_string(row, "user"))) {
        pairing_take(queue->pairing, id, field_string(row, "user"), queue_now(queue));
        pairing_accept(queue->pairing, id);
    }
}

static void
loaded(json_t *output, const GError *error, gpointer user)
{
    Queue *queue = user;
    gint64 shift = queue_now(queue) - server_now(queue->server);
    gsize i;
    json_t *row;

    if (error)
        log_error("queue", "could not be read: %s", problem_entry(problem_of(error))->code);
    json_array_foreach(json_object_get(output, "duties"), i, row) {
        g_auto(GStrv) subjects = g_strsplit(field_string(row, "subjects"), ",", -1);
        g_auto(GStrv) languages = g_strsplit(field_string(row, "languages"), ",", -1);

        g_hash_table_replace(queue->names, g_strdup(field_string(row, "user")), g_strdup(field_string(row, "name")));
        pairing_duty(queue->pairing, field_string(row, "user"), (const char *const *) subjects, (const char *const *) languages, queue_now(queue));
        if (!json_integer_value(json_object_get(row, "on_duty")))
            pairing_break(queue->pairing, field_string(row, "user"));
    }
    json_array_foreach(json_object_get(output, "tickets"), i, row)
        queue_remember(queue, row, field_integer(row, "since") + shift);
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
    json_t *row = queue_row_of_visit(queue, visit);
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
