/**
 * Archiver — moves finished recordings to an S3-compatible store, and brings them back when all of their bytes are wanted.
 *
 * A recording that has ended, verifies as intact and is old enough goes there file by file; each is read back and its digest compared before the next. Only when all are there is
 * the list written (archive-list.h), and only then are the local files removed; ledger and certificate stay. What fails is tried again, with a pause that doubles to 5 minutes.
 * A crash at any point costs an upload at most. Own thread; functions from any thread unless said otherwise.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "clock.h"
#include "s3-sign.h"

typedef struct {
    const char *data;
    const S3Place *place;
    gint64 after_us; /* since the end of the recording */
    const Clock *clock;
    /** Is it being recorded or otherwise written at this moment? The archiver's thread. */
    gboolean (*busy)(const char *recording, gpointer user);
    /** It lies in the store now, nothing but its ledger here. The archiver's thread. */
    void (*archived)(const char *recording, const json_t *list, gpointer user);
    gpointer user;
} ArchiverConfig;

typedef struct Archiver Archiver;

Archiver *archiver_new(const ArchiverConfig *config);
/** Breaks off what is under way. NULL is accepted, here and below. */
void archiver_free(Archiver *archiver);
/** Looks for what can go now instead of at the next minute. */
void archiver_kick(Archiver *archiver);
/** {state: off | idle | busy | unreachable, archived (since the start), last_at, problem}; a new reference. */
json_t *archiver_status(Archiver *archiver);

/** A folder with everything of an archived recording, ledger included, fetched and compared with the list; remove it with archiver_drop(). Blocks. NULL with `error`. */
char *archiver_recall(const S3Place *place, const char *data, const char *folder, const json_t *list, GError **error);
void archiver_drop(char *recalled);
/** Removes its objects from the store, then the list. Can be repeated. Blocks. */
gboolean archiver_forget(const S3Place *place, const char *data, const char *recording, GError **error);
