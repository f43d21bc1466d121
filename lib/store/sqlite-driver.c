#include <sqlite3.h>

#include "store-driver.h"

/* A backup with sqlite3's shell may hold the file for a moment. */
#define BUSY_TIMEOUT_MS 5000

static StoreError
error_code(int result)
{
    switch (result) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
        return STORE_ERROR_UNIQUE;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return STORE_ERROR_REFERENCE;
    default:
        break;
    }
    switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return STORE_ERROR_BUSY;
    case SQLITE_FULL:
    case SQLITE_IOERR:
        return STORE_ERROR_FULL;
    default:
        return STORE_ERROR_FAILED;
    }
}

static void
set_error(sqlite3 *database, GError **error)
{
    g_set_error(error, STORE_ERROR, error_code(sqlite3_extended_errcode(database)), "SQLite: %s", sqlite3_errmsg(database));
}

static void
driver_close(gpointer database)
{
    sqlite3_close(database);
}

static gpointer
driver_prepare(gpointer database, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
        set_error(database, error);
        return NULL;
    }
    return statement;
}

static void
driver_finalize(gpointer statement)
{
    sqlite3_finalize(statement);
}

/* SQLite numbers "$2" by its place in the text, PostgreSQL by its name; the name decides here as well. */
static int
parameter_index(sqlite3_stmt *statement, int parameter)
{
    char name[16];

    g_snprintf(name, sizeof name, "$%d", parameter);
    int index = sqlite3_bind_parameter_index(statement, name);
    if (index == 0)
        g_error("no parameter %s in: %s", name, sqlite3_sql(statement));
    return index;
}

static void
driver_bind_text(gpointer statement, int parameter, const char *text)
{
    sqlite3_bind_text(statement, parameter_index(statement, parameter), text, -1, SQLITE_TRANSIENT);
}

static void
driver_bind_int64(gpointer statement, int parameter, gint64 value)
{
    sqlite3_bind_int64(statement, parameter_index(statement, parameter), value);
}

static void
driver_bind_null(gpointer statement, int parameter)
{
    sqlite3_bind_null(statement, parameter_index(statement, parameter));
}

static StoreStep
driver_step(gpointer statement, GError **error)
{
    switch (sqlite3_step(statement)) {
    case SQLITE_ROW:
        return STORE_ROW;
    case SQLITE_DONE:
        return STORE_DONE;
    default:
        set_error(sqlite3_db_handle(statement), error);
        return STORE_FAILED;
    }
}

static int
driver_column_count(gpointer statement)
{
    return sqlite3_column_count(statement);
}

static const char *
driver_column_name(gpointer statement, int column)
{
    return sqlite3_column_name(statement, column);
}

static gboolean
driver_column_is_null(gpointer statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL;
}

static gboolean
driver_column_is_integer(gpointer statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_INTEGER;
}

static gint64
driver_column_int64(gpointer statement, int column)
{
    return sqlite3_column_int64(statement, column);
}

static const char *
driver_column_text(gpointer statement, int column)
{
    return (const char *) sqlite3_column_text(statement, column);
}

static void
driver_reset(gpointer statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

static gboolean
driver_script(gpointer database, const char *sql, GError **error)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK)
        return TRUE;
    set_error(database, error);
    return FALSE;
}

static const StoreDriver sqlite_driver = {
    .close = driver_close,
    .prepare = driver_prepare,
    .finalize = driver_finalize,
    .bind_text = driver_bind_text,
    .bind_int64 = driver_bind_int64,
    .bind_null = driver_bind_null,
    .step = driver_step,
    .column_count = driver_column_count,
    .column_name = driver_column_name,
    .column_is_null = driver_column_is_null,
    .column_is_integer = driver_column_is_integer,
    .column_int64 = driver_column_int64,
    .column_text = driver_column_text,
    .reset = driver_reset,
    .script = driver_script,
};

StoreConnection *
store_connection_open_sqlite(const char *path, GError **error)
{
    sqlite3 *database = NULL;

    /* One thread owns the connection, so SQLite's own mutexes are left out. */
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        set_error(database, error);
        sqlite3_close(database);
        return NULL;
    }
    sqlite3_extended_result_codes(database, 1);
    sqlite3_busy_timeout(database, BUSY_TIMEOUT_MS);

    g_autoptr(StoreConnection) connection = store_connection_new(&sqlite_driver, database);

    /* 32 MiB of pages at most: the upper levels of every index of a large store. FULL: a commit that was answered survives a power cut, at the price of one fdatasync each. */
    if (!driver_script(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cache_size=-32768;", error))
        return NULL;
    return g_steal_pointer(&connection);
}
