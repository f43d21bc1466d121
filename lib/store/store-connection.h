/**
 * StoreConnection — statements on one database, the seam between our SQL and an engine.
 *
 * SQL is written in the subset that SQLite and PostgreSQL share: `$1` parameters, ON CONFLICT, RETURNING, text ids and µs times made by the
 * program. Prepared statements are kept by their text. A connection belongs to one thread (the store thread, see store.h; a test may own one).
 * Errors of the engine are of the domain STORE_ERROR and never carry values.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct StoreConnection StoreConnection;
typedef struct StoreStatement StoreStatement;

#define STORE_ERROR store_error_quark()
GQuark store_error_quark(void);

typedef enum {
    STORE_ERROR_FAILED,     /* the engine refused: our bug, or the file is damaged */
    STORE_ERROR_UNIQUE,     /* a unique or primary key is taken */
    STORE_ERROR_REFERENCE,  /* a foreign key points nowhere */
    STORE_ERROR_BUSY,       /* somebody else holds the database for longer than the busy timeout */
    STORE_ERROR_FULL,       /* no space, or an I/O error */
    STORE_ERROR_MIGRATION,  /* an applied migration is not the one of this program, or is newer */
} StoreError;

typedef enum { STORE_FAILED = -1, STORE_DONE, STORE_ROW } StoreStep;

/** SQLite: write-ahead log, every commit on the disk before it returns, foreign keys on, 5 s busy timeout. ":memory:" for tests. */
StoreConnection *store_connection_open_sqlite(const char *path, GError **error);
void store_connection_close(StoreConnection *connection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreConnection, store_connection_close)

/** Belongs to the connection; reset and without values. */
StoreStatement *store_prepare(StoreConnection *connection, const char *sql, GError **error);
/** Parameters count from 1 as in the text. `text` is copied; NULL binds NULL. */
void store_bind_text(StoreStatement *statement, int parameter, const char *text);
void store_bind_int64(StoreStatement *statement, int parameter, gint64 value);
void store_bind_null(StoreStatement *statement, int parameter);
StoreStep store_step(StoreStatement *statement, GError **error);
/** Columns count from 0; the text is valid until the next step or reset; NULL for NULL. */
const char *store_column_text(StoreStatement *statement, int column);
gint64 store_column_int64(StoreStatement *statement, int column);
gboolean store_column_is_null(StoreStatement *statement, int column);
/** Ends a statement before its last row. */
void store_reset(StoreStatement *statement);

/* --- the forms that most statements take ---
 * `binds` has a letter per parameter: t (const char *, NULL allowed), i (gint64), b (gboolean as 0 or 1). */

/** Runs to the end; FALSE on an error. */
gboolean store_execute(StoreConnection *connection, GError **error, const char *sql, const char *binds, ...);
/** Rows as objects by column name: integers, strings, nulls. A new reference; NULL on an error. */
json_t *store_select(StoreConnection *connection, GError **error, const char *sql, const char *binds, ...);
/** The first row, or a JSON null when there is none. */
json_t *store_select_one(StoreConnection *connection, GError **error, const char *sql, const char *binds, ...);

/** Several statements without parameters, for migrations. */
gboolean store_execute_script(StoreConnection *connection, const char *sql, GError **error);

gboolean store_begin(StoreConnection *connection, GError **error);
gboolean store_commit(StoreConnection *connection, GError **error);
void store_rollback(StoreConnection *connection);
