/**
 * The office itself: accounts and second factors, the trail of what was done, the figures. Works as in model.h.
 */
#pragma once

#include "store-connection.h"

/** {} → {users: [{id, account, name, role, division, disabled, second_factor, created_at, revision}]}: all of them, for administrators */
json_t *model_user_all(StoreConnection *db, json_t *input, GError **error);
/** {user, revision, name?, role?, division?, disabled?, password? (hash), by} → {user, dropped (its sign-ins are gone)}; PROBLEM_USER_CHANGED, PROBLEM_USER_SELF */
json_t *model_user_change(StoreConnection *db, json_t *input, GError **error);

/** {user} → {totp, totp_wanted, totp_step} */
json_t *model_second_factor_get(StoreConnection *db, json_t *input, GError **error);
/** {user, secret} → {}: wanted, until a code confirms it */
json_t *model_second_factor_want(StoreConnection *db, json_t *input, GError **error);
/** {user, step} → {}: what was wanted counts now */
json_t *model_second_factor_confirm(StoreConnection *db, json_t *input, GError **error);
/** {user} → {}: none any more */
json_t *model_second_factor_drop(StoreConnection *db, json_t *input, GError **error);
/** {user, step} → {used}: FALSE when a code of this step or a later one was used already */
json_t *model_second_factor_use(StoreConnection *db, json_t *input, GError **error);

/** {user, account, act, object, now} → {} */
json_t *model_trail_add(StoreConnection *db, json_t *input, GError **error);
/** {account?, q?, from, to, before, limit} → {entries, next}, newest first */
json_t *model_trail_list(StoreConnection *db, json_t *input, GError **error);
/** {} → {entries (count), intact, broken_at (seq or null)}: every digest is computed again */
json_t *model_trail_verify(StoreConnection *db, json_t *input, GError **error);

/** {from, to} → {total, days, items, inspectors}: visits held, passed, to rectify, failed, on site, missed, cancelled, seconds of duration and of waiting, evaluations */
json_t *model_statistics(StoreConnection *db, json_t *input, GError **error);
