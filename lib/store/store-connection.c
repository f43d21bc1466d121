#include "store-connection.h"

#include "store-driver.h"

struct StoreStatement {
    const StoreDriver *driver;
    gpointer statement;
};

struct StoreConnection {
    const StoreDriver *driver;
    gpointer database;
    GHashTable *statements; /* SQL text → StoreStatement */
};

G_DEFINE_QUARK(yuntakan-store-error, store_error)

static void
statement_free(StoreStatement *statement)
{
    statement->driver->finalize(statement->statement);
    g_free(statement);
}

StoreConnection *
store_connection_new(const StoreDriver *driver, gpointer database)
{
    StoreConnection *connection = g_new0(StoreConnection, 1);

    connection->driver = driver;
    connection->database = database;
    connection->statements = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) statement_free);
    return connection;
}

void
store_connection_close(StoreConnection *connection)
{
    if (!connection)
        return;
    g_hash_table_unref(connection->statements);
    connection->driver->close(connection->database);
    g_free(connection);
}

StoreStatement *
store_prepare(StoreConnection *connection, const char *sql, GError **error)
{
    StoreStatement *statement = g_hash_table_lookup(connection->statements, sql);

    if (statement) {
        connection->driver->reset(statement->statement);
        return statement;
    }

    gpointer prepared = connection->driver->prepare(connection->database, sql, error);

    if (!prepared)
        return NULL;
    statement = g_new0(StoreStatement, 1);
    statement->driver = connection->driver;
    statement->statement = prepared;
    g_hash_table_insert(connection->statements, g_strdup(sql), statement);
    return statement;
}

void
store_bind_text(StoreStatement *statement, int parameter, const char *text)
{
    if (text)
        statement->driver->bind_text(statement->statement, parameter, text);
    else
        statement->driver->bind_null(statement->statement, parameter);
}

void
store_bind_int64(StoreStatement *statement, int parameter, gint64 value)
{
    statement->driver->bind_int64(statement->statement, parameter, value);
}

void
store_bind_null(StoreStatement *statement, int parameter)
{
    statement->driver->bind_null(statement->statement, parameter);
}

StoreStep
store_step(StoreStatement *statement, GError **error)
{
    return statement->driver->step(statement->statement, error);
}

const char *
store_column_text(StoreStatement *statement, int column)
{
    return statement->driver->column_text(statement->statement, column);
}

gint64
store_column_int64(StoreStatement *statement, int column)
{
    return statement->driver->column_int64(statement->statement, column);
}

gboolean
store_column_is_null(StoreStatement *statement, int column)
{
    return statement->driver->column_is_null(statement->statement, column);
}

void
store_reset(StoreStatement *statement)
{
    statement->driver->reset(statement->statement);
}

static StoreStatement *
prepare_bound(StoreConnection *connection, const char *sql, const char *binds, va_list args, GError **error)
{
    StoreStatement *statement = store_prepare(connection, sql, error);

    if (!statement)
        return NULL;
    for (int i = 0; binds[i]; i++) {
        if (binds[i] == 't')
            store_bind_text(statement, i + 1, va_arg(args, const char *));
        else if (binds[i] == 'i')
            store_bind_int64(statement, i + 1, va_arg(args, gint64));
        else if (binds[i] == 'b')
            store_bind_int64(statement, i + 1, va_arg(args, gboolean) ? 1 : 0);
        else
            g_error("unknown bind letter '%c'", binds[i]);
    }
    return statement;
}

gboolean
store_execute(StoreConnection *connection, GError **error, const char *sql, const char *binds, ...)
{
    va_list args;
    StoreStep step;

    va_start(args, binds);
    StoreStatement *statement = prepare_bound(connection, sql, binds, args, error);
    va_end(args);
    if (!statement)
        return FALSE;
    do
        step = store_step(statement, error);
    while (step == STORE_ROW);
    store_reset(statement);
    return step == STORE_DONE;
}

static json_t *
row_object(StoreStatement *statement)
{
    const StoreDriver *driver = statement->driver;
    json_t *row = json_object();
    int columns = driver->column_count(statement->statement);

    for (int i = 0; i < columns; i++) {
        json_t *value;

        if (driver->column_is_null(statement->statement, i))
            value = json_null();
        else if (driver->column_is_integer(statement->statement, i))
            value = json_integer(driver->column_int64(statement->statement, i));
        else
            value = json_string(driver->column_text(statement->statement, i));
        json_object_set_new(row, driver->column_name(statement->statement, i), value);
    }
    return row;
}

static json_t *
collect(StoreStatement *statement, gboolean only_first, GError **error)
{
    json_t *rows = only_first ? NULL : json_array();
    StoreStep step;

    while ((step = store_step(statement, error)) == STORE_ROW) {
        if (only_first) {
            rows = row_object(statement);
            break;
        }
        json_array_append_new(rows, row_object(statement));
    }
    store_reset(statement);
    if (step == STORE_FAILED) {
        json_decref(rows);
        return NULL;
    }
    return rows ? rows : json_null();
}

json_t *
store_select(StoreConnection *connection, GError **error, const char *sql, const char *binds, ...)
{
    va_list args;

    va_start(args, binds);
    StoreStatement *statement = prepare_bound(connection, sql, binds, args, error);
    va_end(args);
    return statement ? collect(statement, FALSE, error) : NULL;
}

json_t *
store_select_one(StoreConnection *connection, GError **error, const char *sql, const char *binds, ...)
{
    va_list args;

    va_start(args, binds);
    StoreStatement *statement = prepare_bound(connection, sql, binds, args, error);
    va_end(args);
    return statement ? collect(statement, TRUE, error) : NULL;
}

gboolean
store_execute_script(StoreConnection *connection, const char *sql, GError **error)
{
    return connection->driver->script(connection->database, sql, error);
}

gboolean
store_begin(StoreConnection *connection, GError **error)
{
    return store_execute(connection, error, "BEGIN", "");
}

gboolean
store_commit(StoreConnection *connection, GError **error)
{
    return store_execute(connection, error, "COMMIT", "");
}

void
store_rollback(StoreConnection *connection)
{
    /* After some errors the engine has rolled back by itself, then there is nothing to do. */
    store_execute(connection, NULL, "ROLLBACK", "");
}
