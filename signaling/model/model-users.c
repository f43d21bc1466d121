#include "model.h"

#include "clock.h"
#include "field-rules.h"
#include "bounded-json.h"
#include "problem.h"
#include "uuid7.h"

json_t *
model_user_add(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    g_autoptr(GError) failed = NULL;
    json_t *user = store_select_one(db, &failed,
                                    "INSERT INTO users (id, account, name, role, password, created_at) VALUES ($1, $2, $3, $4, $5, $6) "
                                    "RETURNING id, account, name, role",
                                    "tttt"
                                    "ti",
                                    id, field_string(input, "account"), field_string(input, "name"), field_string(input, "role"),
                                    field_string(input, "password"), field_integer(input, "now"));

    if (g_error_matches(failed, STORE_ERROR, STORE_ERROR_UNIQUE)) {
        problem_set(error, PROBLEM_USER_EXISTS, NULL);
        return NULL;
    }
    if (failed)
        g_propagate_error(error, g_steal_pointer(&failed));
    return user;
}

json_t *
model_user_find(StoreConnection *db, json_t *input, GError **error)
{
    return store_select_one(db, error, "SELECT id, account, name, role, password, disabled, totp FROM users WHERE account = $1", "t",
                            field_string(input, "account"));
}

json_t *
model_user_list(StoreConnection *db, json_t *input, GError **error)
{
    json_t *users = store_select(db, error, "SELECT id, account, name, role FROM users WHERE disabled = 0 ORDER BY account", "");

    return users ? json_pack("{s:o}", "users", users) : NULL;
}

json_t *
model_sign_in_add(StoreConnection *db, json_t *input, GError **error)
{
    if (!store_execute(db, error, "INSERT INTO sign_ins (id, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)", "ttii",
                       field_string(input, "id"), field_string(input, "user"), field_integer(input, "now"),
                       field_integer(input, "expires_at")))
        return NULL;
    return json_object();
}

json_t *
model_sign_in_remove(StoreConnection *db, json_t *input, GError **error)
{
    if (!store_execute(db, error, "DELETE FROM sign_ins WHERE id = $1", "t", field_string(input, "id")))
        return NULL;
    return json_object();
}

json_t *
model_sign_in_list(StoreConnection *db, json_t *input, GError **error)
{
    if (!store_execute(db, error, "DELETE FROM sign_ins WHERE expires_at <= $1", "i", field_integer(input, "now")))
        return NULL;
    return store_select(db, error,
                        "SELECT s.id AS sign_in, s.expires_at, u.id, u.account, u.name, u.role FROM sign_ins s "
                        "JOIN users u ON u.id = s.user_id WHERE u.disabled = 0",
                        "");
}
