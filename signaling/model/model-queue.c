#include "model.h"

#include <time.h>

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "problem.h"
#include "uuid7.h"

/* Invitations say who made them; those of the queue are made by nobody who could sign in. */
#define ENTRY_ACCOUNT "-queue"

#define TICKET_COLUMNS                                                                                                 \
    "t.id AS ticket, t.number, t.visit_id AS visit, t.subject, t.language, t.name, t.phone, t.state, t.head, t.notes, t.user_id AS \"user\", "            \
    "u.name AS helper, t.created_at AS since"

static json_t *
entry_user(StoreConnection *db, gint64 now, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());

    if (!store_execute(db, error,
                       "INSERT INTO users (id, account, name, role, password, disabled, created_at) VALUES ($1, '" ENTRY_ACCOUNT "', '帮办入口', "
                       "'observer', '-', 1, $2) ON CONFLICT (account) DO NOTHING",
                       "ti", id, now))
        return NULL;
    return store_select_one(db, error, "SELECT id FROM users WHERE account = '" ENTRY_ACCOUNT "'", "");
}

/* Numbers count from 1 every day, as on the paper tickets of the hall. */
static json_t *
next_number(StoreConnection *db, gint64 day_start, GError **error)
{
    return store_select_one(db, error, "SELECT COALESCE(MAX(number), 0) + 1 AS number FROM tickets WHERE created_at >= $1", "i", day_start);
}

/* Who comes back to a draft: the case, and who asked then. Null fields of the ticket when there was none. */
static json_t *
draft_row(StoreConnection *db, const char *invitation, GError **error)
{
    json_t *row = store_select_one(db, error,
                                   "SELECT v.id AS visit, v.state AS visit_state, v.case_id AS \"case\", c.item_code AS item, t.id AS ticket, t.number, t.subject, "
                                   "t.language, t.name, t.phone FROM invitations i JOIN visits v ON v.id = i.visit_id JOIN cases c ON c.id = v.case_id "
                                   "JOIN tickets t ON t.visit_id = v.id WHERE i.id = $1 AND i.revoked_at IS NULL AND i.role = 'applicant'",
                                   "t", invitation);

    if (json_is_null(row)) {
        json_decref(row);
        problem_set(error, PROBLEM_INVITATION_INVALID, NULL);
        return NULL;
    }
    return row;
}

static gboolean
open_case(StoreConnection *db, const char *id, const char *ticket, const json_t *who, gint64 now, GError **error)
{
    g_autofree char *number = g_strdup_printf("BB-%s", ticket);

    return store_execute(db, error,
                         "INSERT INTO cases (id, case_number, item_code, item_version, applicant, premises, phone, created_at) "
                         "VALUES ($1, $2, $3, 1, $4, '', $5, $6)",
                         "tttt"
                         "ti",
                         id, number, field_string(who, "item"), field_string(who, "name"), field_string(who, "phone"), now);
}

json_t *
model_ticket_add(StoreConnection *db, json_t *input, GError **error)
{
    gint64 now = field_integer(input, "now");
    const char *draft = field_string(input, "draft");
    g_autoptr(json_t) who = draft ? draft_row(db, draft, error) : json_incref(input);
    g_autofree char *case_id = who && draft ? g_strdup(field_string(who, "case")) : uuid7_new(clock_system());
    g_autofree char *visit = uuid7_new(clock_system());
    g_autofree char *invitation = uuid7_new(clock_system());
    g_autofree char *ticket = uuid7_new(clock_system());

    if (!who)
        return NULL;
    if (draft && g_strcmp0(field_string(who, "visit_state"), "ended") != 0) {
        json_object_set_new(who, "invitation", json_string(draft));
        json_object_set_new(who, "open", json_true());
        return g_steal_pointer(&who);
    }

    g_autoptr(json_t) user = entry_user(db, now, error);
    g_autoptr(json_t) number = user ? next_number(db, field_integer(input, "day_start"), error) : NULL;

    if (!number || (!draft && !open_case(db, case_id, ticket, who, now, error)) ||
        !store_execute(db, error,
                       "INSERT INTO visits (id, case_id, kind, state, scheduled_at, created_at) VALUES ($1, $2, 'assistance', 'scheduled', $3, $3)", "tti",
                       visit, case_id, now) ||
        !store_execute(db, error, "INSERT INTO invitations (id, visit_id, name, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
                       "ttttii", invitation, visit, field_string(who, "name"), field_string(user, "id"), now, field_integer(input, "expires_at")) ||
        !store_execute(db, error,
                       "INSERT INTO tickets (id, number, visit_id, subject, language, name, phone, state, created_at) "
                       "VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8)",
                       "tittttti", ticket, field_integer(number, "number"), visit, field_string(who, "subject"), field_string(who, "language"),
                       field_string(who, "name"), field_string(who, "phone"), now))
        return NULL;
    return json_pack("{s:s, s:s, s:s, s:I, s:O, s:O, s:O, s:O?}", "ticket", ticket, "visit", visit, "invitation", invitation, "number",
                     (json_int_t) field_integer(number, "number"), "subject", json_object_get(who, "subject"), "language", json_object_get(who, "language"), "name",
                     json_object_get(who, "name"), "phone", json_object_get(who, "phone"));
}

json_t *
model_queue_load(StoreConnection *db, json_t *input, GError **error)
{
    json_t *tickets = store_select(db, error,
                                   "SELECT " TICKET_COLUMNS " FROM tickets t JOIN visits v ON v.id = t.visit_id LEFT JOIN users u ON u.id = t.user_id "
                                   "WHERE t.state <> 'done' AND v.state <> 'ended' ORDER BY t.id LIMIT 500",
                                   "");
    json_t *duties = tickets ? store_select(db, error,
                                            "SELECT d.user_id AS \"user\", u.name, d.subjects, d.languages, d.on_duty FROM duties d JOIN users u ON u.id = d.user_id "
                                            "WHERE u.disabled = 0",
                                            "")
                             : NULL;

    if (!duties) {
        json_decref(tickets);
        return NULL;
    }
    return json_pack("{s:o, s:o}", "tickets", tickets, "duties", duties);
}

json_t *
model_ticket_save(StoreConnection *db, json_t *input, GError **error)
{
    const char *user = field_string(input, "user");
    const char *ticket = field_string(input, "ticket");

    if (!store_execute(db, error,
                       "UPDATE tickets SET state = $1, head = $2, user_id = $3, notes = CASE WHEN $4 = '' THEN notes WHEN notes = '' THEN $4 ELSE notes || ' / ' || $4 END, "
                       "answered_at = CASE WHEN $1 = 'serving' THEN COALESCE(answered_at, $5) ELSE answered_at END, "
                       "done_at = CASE WHEN $1 = 'done' THEN $5 ELSE done_at END WHERE id = $6",
                       "tbttit", field_string(input, "state"), field_boolean(input, "head"), user, field_string(input, "notes") ? field_string(input, "notes") : "",
                       field_integer(input, "now"), ticket))
        return NULL;
    /* Who was given a visit may enter it; who handed it over keeps it in sight. */
    if (user && !store_execute(db, error,
                               "INSERT INTO visit_staff (visit_id, user_id) SELECT visit_id, $1 FROM tickets WHERE id = $2 ON CONFLICT (visit_id, user_id) DO NOTHING",
                               "tt", user, ticket))
        return NULL;
    return json_object();
}

json_t *
model_duty_set(StoreConnection *db, json_t *input, GError **error)
{
    if (!store_execute(db, error,
                       "INSERT INTO duties (user_id, subjects, languages, on_duty, since) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id) DO UPDATE SET "
                       "subjects = excluded.subjects, languages = excluded.languages, on_duty = excluded.on_duty, since = excluded.since",
                       "tttbi", field_string(input, "user"), field_string(input, "subjects"), field_string(input, "languages"), field_boolean(input, "on"),
                       field_integer(input, "now")))
        return NULL;
    return json_object();
}
