#include "model-keys.h"

#include <string.h>

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "problem.h"
#include "store.h"
#include "uuid7.h"

#define DAY_US (G_GINT64_CONSTANT(24) * 3600 * G_USEC_PER_SEC)

#define KEY_COLUMNS "k.id, k.name, k.scopes, k.user_id AS \"user\", u.account, k.created_at, k.revoked_at, (SELECT b.name FROM users b WHERE b.id = k.created_by) AS created_by"

json_t *
model_key_add(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    g_autofree char *user = uuid7_new(clock_system());
    g_autofree char *account = g_strdup_printf("-key-%s", id);
    const char *name = field_string(input, "name"), *digest = field_string(input, "digest");
    gint64 now = field_integer(input, "now");
    json_t *made;

    if (!store_execute(db, error, "INSERT INTO users (id, account, name, role, password, disabled, created_at) VALUES ($1, $2, $3, 'observer', '-', 1, $4)", "ttti", user, account, name, now) ||
        !store_execute(db, error, "INSERT INTO api_keys (id, name, digest, scopes, user_id, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)", "tttttti", id, name, digest,
                       field_string(input, "scopes"), user, field_string(input, "created_by"), now))
        return NULL;
    made = store_select_one(db, error, "SELECT " KEY_COLUMNS ", k.digest FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.id = $1", "t", id);
    return made;
}

json_t *
model_key_list(StoreConnection *db, json_t *input, GError **error)
{
    json_t *keys = store_select(db, error,
                                "SELECT " KEY_COLUMNS ", CASE WHEN k.revoked_at IS NULL THEN k.digest ELSE NULL END AS digest FROM api_keys k JOIN users u ON u.id = k.user_id ORDER BY k.id", "");

    return keys ? json_pack("{s:o}", "keys", keys) : NULL;
}

json_t *
model_key_revoke(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2 RETURNING digest", "it", field_integer(input, "now"),
                                             field_string(input, "key"));

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_KEY_NOT_FOUND, NULL);
        return NULL;
    }
    return g_steal_pointer(&row);
}

static json_t *
remembered(const json_t *row, const json_t *input, GError **error)
{
    const char *output = field_string(row, "output");

    if (g_strcmp0(field_string(row, "digest"), field_string(input, "digest")) != 0) {
        problem_set(error, PROBLEM_IDEMPOTENCY_CONFLICT, NULL);
        return NULL;
    }
    return bounded_json_parse(output, strlen(output), strlen(output), error);
}

json_t *
model_once(StoreConnection *db, json_t *input, GError **error)
{
    const char *caller = field_string(input, "caller"), *key = field_string(input, "key");
    gint64 now = field_integer(input, "now");
    /* An address of this program, put in by rest.c and seen by nobody else. */
    StoreWork work = (StoreWork) (gintptr) field_integer(input, "work");
    g_autoptr(json_t) row = NULL, output = NULL;
    g_autofree char *text = NULL;

    if (!store_execute(db, error, "DELETE FROM idempotency WHERE at < $1", "i", now - DAY_US))
        return NULL;
    row = store_select_one(db, error, "SELECT digest, output FROM idempotency WHERE caller = $1 AND key = $2", "tt", caller, key);
    if (!row)
        return NULL;
    if (json_is_object(row))
        return remembered(row, input, error);
    output = work(db, json_object_get(input, "input"), error);
    if (!output)
        return NULL;
    text = json_is_object(output) ? bounded_json_dump(output) : NULL;
    if (text && !store_execute(db, error, "INSERT INTO idempotency (caller, key, digest, output, at) VALUES ($1, $2, $3, $4, $5)", "tttti", caller, key, field_string(input, "digest"), text, now))
        return NULL;
    return g_steal_pointer(&output);
}
