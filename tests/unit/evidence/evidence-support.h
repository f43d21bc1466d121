/**
 * For the evidence tests: scratch folders, a small recording, and a disk that fails where it is told to.
 */
#pragma once

#include <glib.h>

#include "append-file.h"
#include "clock.h"
#include "ledger-writer.h"
#include "part-writer.h"
#include "recording-index.h"
#include "still-writer.h"

#define RECORDING_ID "019aa000-0000-7000-8000-000000000001"
#define WALL_START   G_GINT64_CONSTANT(1795000000000000)

/** A new folder; remove it with scratch_remove(), which also frees the name. */
char *scratch_new(void);
void scratch_remove(char *folder);
void copy_folder(const char *from, const char *to);
/** Lengthens nothing: cuts the file to `size`. */
void cut_file(const char *folder, const char *name, guint64 size);
guint64 file_size(const char *folder, const char *name);
char *read_text(const char *folder, const char *name, gsize *ret_length);
void write_text(const char *folder, const char *name, const char *text, gsize length);

/** Bytes that are the same for the same seed. */
GBytes *noise(guint32 seed, gsize length);
/** The same with the first bytes of a JPEG. */
GBytes *jpeg(guint32 seed, gsize length);

typedef struct {
    FakeClock clock;
    Signer *signer;
    LedgerConfig config;
} Studio;

/** A studio that records into `folder`, which lives as long as it. */
void studio_init(Studio *studio, const char *folder);
/** The same with a key of this algorithm instead of Ed25519. */
void studio_init_with(Studio *studio, const char *folder, const char *algorithm);
void studio_clear(Studio *studio);

typedef struct {
    const char *recording; /* NULL: RECORDING_ID */
    guint fragments;       /* of site, and as many of one audio track */
    guint stills;
    gboolean two_parts; /* a second part of site in the middle */
    gboolean end;
    guint32 seed;
} Script;

/** Records; every step may fail when the disk is faulty: FALSE with `error`. The clock goes on one second per fragment. */
gboolean studio_record(Studio *studio, const Script *script, GError **error);

/** A disk on top of the real one. */
typedef struct {
    AppendFiles base;
    guint operations;      /* appends and syncs so far */
    guint fail_at;         /* the operation (from 1) that fails and everything after it; 0: none */
    gboolean fail_once;    /* only that one: the disk is well again afterwards */
    gboolean short_write;  /* the failing append leaves half of its bytes */
    gboolean lose_pending; /* the failure is a power cut: what was not synced is cut off the files */
} FaultyDisk;

void faulty_disk_init(FaultyDisk *disk);
