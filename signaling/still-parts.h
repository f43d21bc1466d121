/**
 * StillParts — pictures that are still coming in: one file each beside the stills that wait for the recorder, as long as what has come of it.
 *
 * The file's length is the only account of how far an upload is, so that it survives whatever ends us. Not synced: what a power cut takes is sent
 * again, and the whole is compared with the digest that was announced. Only the files' worker may call these.
 */
#pragma once

#include <glib.h>

#include "digest.h"

typedef enum {
    STILL_PART_MORE,     /* appended; more is to come */
    STILL_PART_WHOLE,    /* all is there and is what was announced */
    STILL_PART_OFFSET,   /* it goes on at another place; nothing was written */
    STILL_PART_TOO_MUCH, /* more than was announced; nothing was written */
    STILL_PART_DIFFERS,  /* all is there and is something else; it was removed */
    STILL_PART_FAILED,   /* the disk */
} StillPartResult;

/** `data`/pending-stills/STILL.part; the caller frees it. */
char *still_part_path(const char *data, const char *still);
/** How much has come; 0 when nothing has. */
gint64 still_part_length(const char *path);
/** Appends `bytes` at `offset` of a picture of `total` bytes with the digest `sha256`. `ret_received` is always set, `ret_whole` with STILL_PART_WHOLE. */
StillPartResult still_part_append(const char *path, gint64 offset, gint64 total, const char *sha256, GBytes *bytes, gint64 *ret_received, GBytes **ret_whole);
