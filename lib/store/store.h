/**
 * Store — the database thread and its mailbox.
 *
 * Work goes in as a function with a JSON input, runs on the store thread inside one transaction, and its output comes back to the owner's loop.
 * In order: what was submitted first is done and answered first. A work that fails is rolled back. Nothing is shared but the mailbox: input and
 * output are handed over, not kept.
 */
#pragma once

#include "clock.h"
#include "migrations.h"
#include "store-connection.h"

typedef struct Store Store;

/** Store thread. Returns a new reference (never NULL without an error). Errors of the domain PROBLEM go to the client as they are. */
typedef json_t *(*StoreWork)(StoreConnection *connection, json_t *input, GError **error);
/** Owner's thread. Exactly one of `output` and `error` is set; both are valid during the call. */
typedef void (*StoreDone)(json_t *output, const GError *error, gpointer user);
/** How the store reaches its owner's thread: runs func(data) there soon. Any thread. */
typedef void (*StorePost)(gpointer owner, void (*func)(gpointer data), gpointer data);

typedef struct {
    const char *path; /* SQLite file, made with mode 0600 */
    const Migration *migrations;
    const Clock *clock;
    StorePost post;
    gpointer owner;
} StoreConfig;

/* Each waiting job belongs to a request or a socket, both of which are bounded; this only keeps a hung disk from filling the memory. */
#define STORE_QUEUE_MAX 4096

/** Opens, migrates and starts the thread. */
Store *store_open(const StoreConfig *config, GError **error);
/** Owner's thread. Takes `input` over (may be NULL). `done` is called exactly once, never before store_run() returned; with PROBLEM_BUSY when the
 *  mailbox is full, with PROBLEM_STORE when the engine failed. */
void store_run(Store *store, StoreWork work, json_t *input, StoreDone done, gpointer user);
/** Finishes every job, calls what is done, ends the thread. What is submitted after it fails with PROBLEM_STORE, at the next store_stop(). */
void store_stop(Store *store);
/** After store_stop(), when the owner's loop can no longer call back. */
void store_free(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)
