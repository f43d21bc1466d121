#include "migrations.h"

#include "field-rules.h"
#include "bounded-json.h"

static gboolean
apply_one(StoreConnection *connection, const Migration *migration, gint64 number, const char *sha256, gint64 now, GError **error)
{
    if (!store_begin(connection, error))
        return FALSE;
    if (!store_execute_script(connection, migration->sql, error) ||
        !store_execute(connection, error, "INSERT INTO migrations (number, name, sha256, applied_at) VALUES ($1, $2, $3, $4)", "itti",
                       number, migration->name, sha256, now) ||
        !store_commit(connection, error)) {
        store_rollback(connection);
        g_prefix_error(error, "%s: ", migration->name);
        return FALSE;
    }
    return TRUE;
}

static const json_t *
find_applied(const json_t *applied, gint64 number)
{
    gsize index;
    const json_t *row;

    json_array_foreach(applied, index, row) {
        if (field_integer(row, "number") == number)
            return row;
    }
    return NULL;
}

gboolean
migrations_apply(StoreConnection *connection, const Migration *migrations, const Clock *clock, GError **error)
{
    if (!store_execute(connection, error,
                       "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, "
                       "applied_at BIGINT NOT NULL)",
                       ""))
        return FALSE;

    g_autoptr(json_t) applied = store_select(connection, error, "SELECT number, name, sha256 FROM migrations ORDER BY number", "");

    if (!applied)
        return FALSE;

    gsize recognised = 0;

    for (const Migration *migration = migrations; migration->name; migration++) {
        gint64 number = g_ascii_strtoll(migration->name, NULL, 10);
        g_autofree char *sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, migration->sql, -1);
        const json_t *there = find_applied(applied, number);

        if (!there) {
            if (!apply_one(connection, migration, number, sha256, clock_wall_us(clock), error))
                return FALSE;
            continue;
        }
        recognised++;
        if (g_strcmp0(field_string(there, "sha256"), sha256) != 0) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_MIGRATION, "%s has run here with another text", migration->name);
            return FALSE;
        }
    }
    if (json_array_size(applied) > recognised) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_MIGRATION, "the store was made by a newer program (%s)",
                    field_string(json_array_get(applied, json_array_size(applied) - 1), "name"));
        return FALSE;
    }
    return TRUE;
}
