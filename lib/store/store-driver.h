/**
 * StoreDriver — what an engine must offer. Private to lib/store; sqlite-driver.c is the one there is.
 */
#pragma once

#include "store-connection.h"

typedef struct StoreDriver {
    void (*close)(gpointer database);
    /** A statement of the engine; `ret_parameters` is the highest `$n`. */
    gpointer (*prepare)(gpointer database, const char *sql, GError **error);
    void (*finalize)(gpointer statement);
    void (*bind_text)(gpointer statement, int parameter, const char *text);
    void (*bind_int64)(gpointer statement, int parameter, gint64 value);
    void (*bind_null)(gpointer statement, int parameter);
    StoreStep (*step)(gpointer statement, GError **error);
    int (*column_count)(gpointer statement);
    const char *(*column_name)(gpointer statement, int column);
    gboolean (*column_is_null)(gpointer statement, int column);
    gboolean (*column_is_integer)(gpointer statement, int column);
    gint64 (*column_int64)(gpointer statement, int column);
    const char *(*column_text)(gpointer statement, int column);
    void (*reset)(gpointer statement);
    gboolean (*script)(gpointer database, const char *sql, GError **error);
} StoreDriver;

/** Takes the database over. */
StoreConnection *store_connection_new(const StoreDriver *driver, gpointer database);
