/**
 * Worker — a thread for slow work that is neither the loop's nor the store's: scrypt, and writing an image to the disk.
 *
 * Jobs run in order on the thread, their ends come back to the loop. What waits is bounded. Loop thread.
 */
#pragma once

#include "http-loop.h"

/* At 100 ms a password the last of these waits 6 s. */
#define WORKER_QUEUE_MAX 64

typedef struct Worker Worker;

Worker *worker_new(HttpLoop *loop, const char *name);
/** Finishes every job, calls its `done`, ends the thread; the loop must no longer run. */
void worker_stop(Worker *worker);
void worker_free(Worker *worker);

/** `work(data)` runs on the thread, then `done(data)` on the loop. FALSE when too much waits: neither will be called. */
gboolean worker_run(Worker *worker, void (*work)(gpointer data), void (*done)(gpointer data), gpointer data);
