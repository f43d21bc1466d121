#include "model-deliveries.h"

#include <string.h>

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model-links.h"
#include "problem.h"
#include "uuid7.h"

#define SECOND G_GINT64_CONSTANT(1000000)
/* A hook that is down for a night and a morning misses nothing; after that somebody has to look. */
static const gint64 backoff_s[] = { 10, 30, 120, 600, 1800, 3600, 7200, 14400, 21600, 43200 };

#define DELIVERY_COLUMNS                                                                                               \
    "d.id, d.seq, d.channel, d.hook_id AS hook, d.case_id AS \"case\", c.case_number, d.kind, d.recipient, d.state, d.attempts, d.next_at, d.problem, " \
    "d.created_at, d.sent_at"

/* --- writing --- */

static gboolean
add_delivery(StoreConnection *db, const char *channel, const char *hook, const char *case_id, const char *kind, const json_t *data, const char *recipient, gint64 now,
             GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    g_autofree char *text = bounded_json_dump(data);

    return store_execute(db, error,
                         "INSERT INTO deliveries (id, seq, channel, hook_id, case_id, kind, data, recipient, state, next_at, created_at) VALUES ($1, (SELECT "
                         "COALESCE(MAX(seq), 0) + 1 FROM deliveries), $2, $3, $4, $5, $6, $7, 'pending', $8, $8)",
                         "ttttttti", id, channel, hook, case_id, kind, text, recipient, now);
}

/* The kinds of a hook are ",case.opened,record.signed,"; empty for all. */
static json_t *
hooks_for(StoreConnection *db, const char *purpose, const char *kind, GError **error)
{
    return store_select(db, error,
                        "SELECT id FROM hooks WHERE purpose = $1 AND removed_at IS NULL AND (kinds = '' OR kinds LIKE '%,' || $2 || ',%') ORDER BY id", "tt", purpose, kind);
}

gboolean
model_event(StoreConnection *db, const char *case_id, const char *visit, const char *kind, json_t *data, gint64 now, GError **error)
{
    g_autoptr(json_t) owned = data;
    g_autoptr(json_t) hooks = hooks_for(db, "event", kind, error);
    gsize i;
    json_t *hook;

    if (!hooks)
        return FALSE;
    if (visit)
        json_object_set_new(owned, "visit", json_string(visit));
    json_array_foreach(hooks, i, hook)
        if (!add_delivery(db, "event", field_string(hook, "id"), case_id, kind, owned, NULL, now, error))
            return FALSE;
    return TRUE;
}

gboolean
model_visit_event(StoreConnection *db, const char *visit, const char *kind, json_t *data, gint64 now, GError **error)
{
    g_autoptr(json_t) owned = data;
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT case_id AS \"case\" FROM visits WHERE id = $1 AND kind = 'inspection'", "t", visit);

    if (!row)
        return FALSE;
    return json_is_null(row) || model_event(db, field_string(row, "case"), visit, kind, json_incref(owned), now, error);
}

gboolean
model_message(StoreConnection *db, const char *case_id, const char *kind, json_t *data, gint64 now, GError **error)
{
    g_autoptr(json_t) owned = data;
    g_autoptr(json_t) hooks = hooks_for(db, "message", kind, error);
    g_autoptr(json_t) person = store_select_one(db, error, "SELECT phone, email FROM cases WHERE id = $1", "t", case_id);
    const char *email = field_string(person, "email");
    gsize i;
    json_t *hook;

    if (!hooks || !person)
        return FALSE;
    if (email && *email && !add_delivery(db, "mail", NULL, case_id, kind, owned, email, now, error))
        return FALSE;
    json_array_foreach(hooks, i, hook)
        if (!add_delivery(db, "message", field_string(hook, "id"), case_id, kind, owned, field_string(person, "phone"), now, error))
            return FALSE;
    return TRUE;
}

/* --- sending --- */

#define IS_BEHIND_ANOTHER                                                                                              \
    "EXISTS (SELECT 1 FROM deliveries e WHERE e.hook_id = d.hook_id AND e.case_id = d.case_id AND e.seq < d.seq AND e.state = 'pending')"

static gboolean
complete_due(StoreConnection *db, json_t *row, gint64 now, GError **error)
{
    const char *case_id = field_string(row, "case_id"), *text = field_string(row, "data");
    json_t *data = bounded_json_parse(text, strlen(text), strlen(text), error);
    g_autofree char *link = NULL;
    json_t *found;

    if (!data)
        return FALSE;
    json_object_set_new(row, "data", data);
    found = store_select_one(db, error, "SELECT id, case_number, item_code, item_version, applicant, premises, phone FROM cases WHERE id = $1", "t", case_id);
    if (!found)
        return FALSE;
    json_object_set_new(row, "case", found);
    if (g_strcmp0(field_string(row, "channel"), "event") == 0)
        return TRUE;
    link = model_link_for(db, case_id, now, error);
    if (!link)
        return FALSE;
    found = store_select_one(db, error, "SELECT expires_at FROM case_links WHERE id = $1", "t", link);
    json_object_set_new(row, "link", json_string(link));
    json_object_set(row, "link_expires_at", json_object_get(found, "expires_at"));
    json_decref(found);
    return TRUE;
}

json_t *
model_delivery_due(StoreConnection *db, json_t *input, GError **error)
{
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "SELECT d.id, d.seq, d.channel, d.case_id, d.kind, d.data, d.recipient, d.attempts, d.created_at, h.url, h.secret FROM deliveries d LEFT "
                                             "JOIN hooks h ON h.id = d.hook_id WHERE d.state = 'pending' AND d.next_at <= $1 AND NOT " IS_BEHIND_ANOTHER " ORDER BY d.next_at, d.seq LIMIT 1",
                                             "i", now);
    g_autoptr(json_t) next = NULL;

    if (!row)
        return NULL;
    if (json_is_object(row))
        return complete_due(db, row, now, error) ? json_pack("{s:O, s:I}", "delivery", row, "next_at", (json_int_t) now) : NULL;
    next = store_select_one(db, error, "SELECT COALESCE(MIN(d.next_at), 0) AS at FROM deliveries d WHERE d.state = 'pending' AND NOT " IS_BEHIND_ANOTHER, "");
    return next ? json_pack("{s:n, s:O}", "delivery", "next_at", json_object_get(next, "at")) : NULL;
}

json_t *
model_delivery_settle(StoreConnection *db, json_t *input, GError **error)
{
    const char *id = field_string(input, "id"), *problem = field_string(input, "problem");
    gint64 now = field_integer(input, "now"), attempts;
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT attempts FROM deliveries WHERE id = $1", "t", id);

    if (!row)
        return NULL;
    attempts = field_integer(row, "attempts");
    if (!problem)
        return store_execute(db, error, "UPDATE deliveries SET state = 'sent', sent_at = $1, attempts = attempts + 1, problem = NULL WHERE id = $2 AND state = 'pending'", "it", now, id)
                   ? json_object()
                   : NULL;
    return store_execute(db, error, "UPDATE deliveries SET state = $1, attempts = attempts + 1, next_at = $2, problem = $3 WHERE id = $4 AND state = 'pending'", "titt",
                         attempts < (gint64) G_N_ELEMENTS(backoff_s) ? "pending" : "failed",
                         now + backoff_s[MIN(attempts, (gint64) G_N_ELEMENTS(backoff_s) - 1)] * SECOND, problem, id)
               ? json_object()
               : NULL;
}

/* --- looking and repeating --- */

json_t *
model_delivery_list(StoreConnection *db, json_t *input, GError **error)
{
    gint64 limit = field_integer(input, "limit");
    g_autoptr(json_t) rows = store_select(db, error,
                                          "SELECT " DELIVERY_COLUMNS " FROM deliveries d JOIN cases c ON c.id = d.case_id WHERE (CAST($1 AS TEXT) IS NULL OR d.case_id = $1) AND "
                                          "(CAST($2 AS TEXT) IS NULL OR d.state = $2) AND (CAST($3 AS TEXT) IS NULL OR d.channel = $3) AND ($4 = 0 OR d.seq < $4) ORDER BY d.seq DESC "
                                          "LIMIT $5",
                                          "tttii", field_string(input, "case"), field_string(input, "state"), field_string(input, "channel"), field_integer(input, "before"), limit);
    json_t *last;

    if (!rows)
        return NULL;
    last = json_array_size(rows) == (gsize) limit ? json_object_get(json_array_get(rows, (gsize) limit - 1), "seq") : NULL;
    return json_pack("{s:O, s:O?}", "deliveries", rows, "next", last);
}

json_t *
model_delivery_repeat(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "UPDATE deliveries SET state = 'pending', attempts = 0, next_at = $1, problem = NULL WHERE id = $2 RETURNING id", "it",
                                             field_integer(input, "now"), field_string(input, "delivery"));

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_DELIVERY_NOT_FOUND, NULL);
        return NULL;
    }
    return json_object();
}

/* --- addresses --- */

json_t *
model_hook_add(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());

    return store_select_one(db, error,
                            "INSERT INTO hooks (id, name, purpose, url, secret, kinds, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id, name, purpose, "
                            "url, kinds, secret, created_at",
                            "tttttt"
                            "ti",
                            id, field_string(input, "name"), field_string(input, "purpose"), field_string(input, "url"), field_string(input, "secret"), field_string(input, "kinds"),
                            field_string(input, "user"), field_integer(input, "now"));
}

json_t *
model_hook_list(StoreConnection *db, json_t *input, GError **error)
{
    json_t *hooks = store_select(db, error,
                                 "SELECT h.id, h.name, h.purpose, h.url, h.kinds, h.created_at, (SELECT COUNT(*) FROM deliveries d WHERE d.hook_id = h.id AND d.state = 'pending') AS "
                                 "pending, (SELECT COUNT(*) FROM deliveries d WHERE d.hook_id = h.id AND d.state = 'failed') AS failed FROM hooks h WHERE h.removed_at IS NULL ORDER BY h.id",
                                 "");

    return hooks ? json_pack("{s:o}", "hooks", hooks) : NULL;
}

static gboolean
hook_is_there(StoreConnection *db, const char *hook, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT id FROM hooks WHERE id = $1 AND removed_at IS NULL", "t", hook);

    return row && (json_is_object(row) || problem_set(error, PROBLEM_HOOK_NOT_FOUND, NULL));
}

json_t *
model_hook_remove(StoreConnection *db, json_t *input, GError **error)
{
    const char *hook = field_string(input, "hook");

    return hook_is_there(db, hook, error) && store_execute(db, error, "UPDATE hooks SET removed_at = $1 WHERE id = $2", "it", field_integer(input, "now"), hook) &&
                   store_execute(db, error, "UPDATE deliveries SET state = 'failed', problem = 'hook-removed' WHERE hook_id = $1 AND state = 'pending'", "t", hook)
               ? json_object()
               : NULL;
}

json_t *
model_hook_repeat(StoreConnection *db, json_t *input, GError **error)
{
    const char *hook = field_string(input, "hook");
    g_autoptr(json_t) rows = hook_is_there(db, hook, error)
                                 ? store_select(db, error,
                                                "UPDATE deliveries SET state = 'pending', attempts = 0, next_at = $1, problem = NULL WHERE hook_id = $2 AND seq >= $3 RETURNING id", "iti",
                                                field_integer(input, "now"), hook, field_integer(input, "from"))
                                 : NULL;

    return rows ? json_pack("{s:I}", "count", (json_int_t) json_array_size(rows)) : NULL;
}
