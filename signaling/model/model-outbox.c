#include "model.h"

#include <string.h>

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model-deliveries.h"
#include "uuid7.h"

gboolean
model_outbox_add(StoreConnection *db, const char *visit, gint64 position, const char *kind, json_t *body, gint64 now, GError **error)
{
    g_autoptr(json_t) owned = body;
    g_autofree char *text = bounded_json_dump(owned);

    /* Position 0 is kept for the start of the recording, whenever that comes. */
    return store_execute(db, error,
                         "INSERT INTO outbox (visit_id, position, kind, body, created_at) SELECT $1, CASE WHEN $2 >= 0 THEN $2 ELSE "
                         "COALESCE(MAX(position), 0) + 1 END, $3, $4, $5 FROM outbox WHERE visit_id = $1",
                         "titti", visit, position, kind, text, now);
}

gboolean
model_outbox_entry(StoreConnection *db, const char *visit, const char *type, gint64 at, json_t *data, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());

    return model_outbox_add(db, visit, -1, "entry", json_pack("{s:s, s:s, s:I, s:o}", "id", id, "type", type, "at", (json_int_t) at, "data", data),
                            at, error);
}

json_t *
model_outbox_visits(StoreConnection *db, json_t *input, GError **error)
{
    json_t *visits = store_select(db, error,
                                  "SELECT DISTINCT o.visit_id AS id FROM outbox o JOIN recordings r ON r.visit_id = o.visit_id "
                                  "WHERE o.delivered_at IS NULL",
                                  "");

    return visits ? json_pack("{s:o}", "visits", visits) : NULL;
}

json_t *
model_outbox_next(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "SELECT o.position, o.kind, o.body, r.id AS recording, o.visit_id AS visit FROM outbox o "
                                             "JOIN recordings r ON r.visit_id = o.visit_id WHERE o.visit_id = $1 AND o.delivered_at IS NULL "
                                             "ORDER BY o.position LIMIT 1",
                                             "t", field_string(input, "visit"));

    if (json_is_object(row)) {
        const char *text = field_string(row, "body");
        json_t *body = bounded_json_parse(text, strlen(text), 1024 * 1024, error);

        if (!body)
            return NULL;
        json_object_set_new(row, "body", body);
    }
    return g_steal_pointer(&row);
}

static gboolean
is_end(const json_t *settled, const json_t *input)
{
    return g_strcmp0(field_string(settled, "kind"), "end") == 0 && !field_string(input, "refused");
}

/* The recorder has sealed the end: from here on the recording is whole, and other systems are told so until they have heard it. */
static gboolean
recording_finished(StoreConnection *db, const json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    g_autoptr(json_t) recording = store_select_one(db, error, "SELECT id AS recording, started_at, ended_at FROM recordings WHERE visit_id = $1", "t", visit);

    return recording && (json_is_null(recording) || model_visit_event(db, visit, "recording.finished", json_incref(recording), field_integer(input, "now"), error));
}

json_t *
model_outbox_settle(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) settled = store_select_one(db, error,
                                                 "UPDATE outbox SET delivered_at = $1, refused = $2 WHERE visit_id = $3 AND position = $4 AND delivered_at IS NULL RETURNING kind", "itti",
                                                 field_integer(input, "now"), field_string(input, "refused"), field_string(input, "visit"), field_integer(input, "position"));

    if (!settled || (is_end(settled, input) && !recording_finished(db, input, error)))
        return NULL;
    return model_outbox_next(db, input, error);
}
