/**
 * Keys of other systems, and requests that come twice; works as in model.h.
 */
#pragma once

#include "store-connection.h"

/** {name, digest, scopes (",cases:read,…,"), created_by, now} → {id, name, digest, scopes, user, account, created_at}: acts under an account of its own that nobody signs in to */
json_t *model_key_add(StoreConnection *db, json_t *input, GError **error);
/** {} → {keys} with digests; those that were revoked have none */
json_t *model_key_list(StoreConnection *db, json_t *input, GError **error);
/** {key, now} → {digest} or PROBLEM_KEY_NOT_FOUND */
json_t *model_key_revoke(StoreConnection *db, json_t *input, GError **error);

/** Runs another work at most once: {work (its address), input, caller, key, digest (of the request), now} → its output, of now or of the first time. PROBLEM_IDEMPOTENCY_CONFLICT when the key
 *  was used for another request. A work that fails is not remembered. Kept for a day. */
json_t *model_once(StoreConnection *db, json_t *input, GError **error);
