#include "model.h"

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "uuid7.h"

json_t *
model_access_add(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());

    if (!store_execute(db, error, "INSERT INTO recording_accesses (id, recording_id, user_id, kind, reason, at) VALUES ($1, $2, $3, $4, $5, $6)", "tttt"
                                                                                                                                                 "ti",
                       id, field_string(input, "recording"), field_string(input, "user"), field_string(input, "kind"), field_string(input, "reason"),
                       field_integer(input, "now")))
        return NULL;
    return json_pack("{s:s, s:O, s:O, s:O, s:O}", "id", id, "recording", json_object_get(input, "recording"), "kind", json_object_get(input, "kind"),
                     "reason", json_object_get(input, "reason"), "at", json_object_get(input, "now"));
}

json_t *
model_watch(StoreConnection *db, json_t *input, GError **error)
{
    json_t *data = json_pack("{s:O, s:O, s:O}", "user", json_object_get(input, "user"), "name", json_object_get(input, "name"), "role",
                             json_object_get(input, "role"));

    return model_outbox_entry(db, field_string(input, "visit"), "watch", field_integer(input, "now"), data, error) ? json_incref(input) : NULL;
}

json_t *
model_access_list(StoreConnection *db, json_t *input, GError **error)
{
    gint64 limit = field_integer(input, "limit");
    g_autoptr(json_t) accesses = store_select(
        db, error,
        "SELECT a.id, a.recording_id AS recording, r.visit_id AS visit, c.case_number, a.user_id AS \"user\", u.account, u.name, a.kind, a.reason, a.at "
        "FROM recording_accesses a JOIN recordings r ON r.id = a.recording_id JOIN visits v ON v.id = r.visit_id JOIN cases c ON c.id = v.case_id "
        "JOIN users u ON u.id = a.user_id WHERE (CAST($1 AS TEXT) IS NULL OR a.recording_id = $1) AND (CAST($2 AS TEXT) IS NULL OR u.account = $2) "
        "AND a.at >= $3 AND a.at < $4 AND (CAST($5 AS TEXT) IS NULL OR a.id < $5) ORDER BY a.id DESC LIMIT $6",
        "ttii"
        "ti",
        field_string(input, "recording"), field_string(input, "account"), field_integer(input, "from"), field_integer(input, "to"),
        field_string(input, "before"), limit);

    if (!accesses)
        return NULL;

    gsize count = json_array_size(accesses);
    const char *last = count == (gsize) limit ? field_string(json_array_get(accesses, count - 1), "id") : NULL;

    return json_pack("{s:O, s:s?}", "accesses", accesses, "next", last);
}
