/**
 * KeyRing — the keys of other systems: `Authorization: Bearer ytk_…`, each with scopes such as "cases:write". What no scope names is closed to keys. Loop thread.
 */
#pragma once

#include "access.h"

#define KEY_PREFIX "ytk_"

KeyRing *key_ring_new(void);
void key_ring_free(KeyRing *ring);

/** A row of model-keys.h with a digest. */
void key_ring_add(KeyRing *ring, const json_t *key);
void key_ring_remove(KeyRing *ring, const char *digest);

gboolean key_is_one(const char *bearer);
/** The account of the key when it may do this; NULL with PROBLEM_KEY_INVALID or PROBLEM_KEY_SCOPE. Belongs to the ring. */
const StaffUser *key_ring_user(const KeyRing *ring, const char *bearer, const char *method, const char *path, GError **error);
/** "cases:read" and its like; FALSE for one that is none. */
gboolean key_scope_is_known(const char *scope);
