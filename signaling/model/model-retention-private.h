/**
 * What model-retention.c and model-disposals.c share.
 */
#pragma once

#include "store-connection.h"

/* Of a recording `r` with its visit `v`. */
#define RECORDING_HELD       "EXISTS (SELECT 1 FROM legal_holds h WHERE h.case_id = v.case_id AND h.lifted_at IS NULL)"
#define RECORDING_DUE(now)   "(r.disposed_at IS NULL AND r.due_at >= 0 AND r.due_at <= " now ")"

typedef struct {
    const char *act; /* hold-placed, hold-lifted, disposal-listed, -approved, -withdrawn, -done, recording-disposed, -kept */
    const char *user; /* NULL: the program */
    const char *case_id, *disposal, *recording, *words; /* may be NULL */
    gint64 at;
} RetentionAct;

gboolean model_retention_act(StoreConnection *db, const RetentionAct *act, GError **error);
/** Sets class and term where they are not known yet; `classes`: item code → class, for recordings of before classes were kept. */
gboolean model_retention_fill(StoreConnection *db, json_t *classes, GError **error);
