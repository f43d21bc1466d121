/**
 * PasswordWorker — scrypt on a thread of its own: one check takes tens of milliseconds and must hold up neither the loop nor the store.
 *
 * Loop thread; answers come back there, in order. What waits is bounded, beyond it PROBLEM_BUSY.
 */
#pragma once

#include "problem.h"
#include "server.h"

#define PASSWORD_QUEUE_MAX 64
#define PASSWORD_MIN_CHARS 8

PasswordWorker *password_worker_new(Server *server);
/** Finishes what waits and answers it; the loop must no longer run. */
void password_worker_free(PasswordWorker *worker);

/** `done` is called exactly once, later. With `hash` NULL the password is hashed (`ret_hash` set), otherwise checked against it (`matches`). */
typedef void (*PasswordDone)(gboolean matches, const char *ret_hash, const GError *error, gpointer user);
void password_worker_check(PasswordWorker *worker, const char *password, const char *hash, PasswordDone done, gpointer user);
void password_worker_hash(PasswordWorker *worker, const char *password, PasswordDone done, gpointer user);
