/**
 * Migrations — the schema as numbered, checksummed steps that are never changed once they have run somewhere.
 *
 * Each runs in its own transaction and is entered into the table `migrations` with the SHA-256 of its text. They are told apart by number, so
 * one with a smaller number than the last applied (two branches grew side by side) still runs; steps of different numbers must therefore not
 * build on each other unless the greater one came later. A store in which an applied step differs from the program's, or which has steps
 * that the program does not know, is refused. Store thread.
 */
#pragma once

#include "clock.h"
#include "store-connection.h"

typedef struct {
    const char *name; /* "0001-first.sql"; the number is at the front */
    const char *sql;
} Migration;

/** `migrations` is in order of number and ends with a NULL name. Errors: STORE_ERROR_MIGRATION, or the engine's. */
gboolean migrations_apply(StoreConnection *connection, const Migration *migrations, const Clock *clock, GError **error);
