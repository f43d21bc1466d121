/**
 * The stills of a visit, as works for the store thread (see model.h): asked for by an inspector, announced by the phone in the moment in which it
 * took one (its digest goes into the ledger at once), and stored when the bytes have come, which must be those that were announced.
 */
#pragma once

#include "store-connection.h"

/* How long after the end of a visit announced pictures may still come: a phone that lost its network on the way home. */
#define STILL_LATE_US (G_GINT64_CONSTANT(48) * 3600 * G_USEC_PER_SEC)

/** {visit, still (id), requested_by, participant, now} → {room, checkpoint} */
json_t *model_still_request(StoreConnection *db, json_t *input, GError **error);
/** {visit, still, participant, sha256, bytes, now}, any number of times → {room, stored, sha256, bytes}; another digest is PROBLEM_STILL_CONFLICT */
json_t *model_still_taken(StoreConnection *db, json_t *input, GError **error);
/** {visit, still, participant, now} → {state, taken_sha256, taken_bytes, …} of one that may (still) come */
json_t *model_still_awaited(StoreConnection *db, json_t *input, GError **error);
/** {visit, still, participant, sha256, bytes, now} → {room, pending (the recorder does not have it)}; PROBLEM_STILL_DIGEST when it is not the one announced */
json_t *model_still_store(StoreConnection *db, json_t *input, GError **error);
/** {visit, still} → {state, sha256, recording} or PROBLEM_STILL_NOT_FOUND */
json_t *model_still_get(StoreConnection *db, json_t *input, GError **error);
