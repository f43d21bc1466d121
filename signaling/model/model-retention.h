/**
 * Retention in the store: terms, legal holds, disposal lists with their approvals, and the log of all that. Works for the store thread (see model.h).
 *
 * Nothing becomes due by itself: an administrator lists what is, two approve the list, then each recording is taken up one by one (model_disposal_next()),
 * and a hold that was placed meanwhile keeps it.
 */
#pragma once

#include "store-connection.h"

#define DISPOSAL_APPROVALS 2
/* A list is read by two people before they sign it. */
#define DISPOSAL_RECORDINGS_MAX 500

/** {classes: {item code: class}, state (due, held, kept, disposed or NULL), before?, limit, now} → {recordings, next, counts: {due, held, disposed}} */
json_t *model_retention_list(StoreConnection *db, json_t *input, GError **error);
/** {limit, before?} → {acts, next}, newest first */
json_t *model_retention_acts(StoreConnection *db, json_t *input, GError **error);

/** {} → {holds}, those in force first */
json_t *model_hold_list(StoreConnection *db, json_t *input, GError **error);
/** {case, reason, user, now} → hold; PROBLEM_CASE_NOT_FOUND, PROBLEM_DISPOSAL_UNDER_WAY */
json_t *model_hold_place(StoreConnection *db, json_t *input, GError **error);
/** {hold, reason, user, now} → hold; PROBLEM_HOLD_NOT_FOUND, PROBLEM_HOLD_LIFTED */
json_t *model_hold_lift(StoreConnection *db, json_t *input, GError **error);

/** {} → {disposals} without their recordings, newest first */
json_t *model_disposal_list(StoreConnection *db, json_t *input, GError **error);
/** {disposal} → disposal with recordings and approvals; PROBLEM_DISPOSAL_NOT_FOUND */
json_t *model_disposal_get(StoreConnection *db, json_t *input, GError **error);
/** {recordings: [ids], reason, classes, user, now} → disposal; PROBLEM_RECORDING_NOT_FOUND, PROBLEM_DISPOSAL_NOT_DUE, _HELD, _LISTED */
json_t *model_disposal_create(StoreConnection *db, json_t *input, GError **error);
/** {disposal, user, now} → disposal; the second approval closes it. PROBLEM_DISPOSAL_CLOSED, _APPROVED, _HELD */
json_t *model_disposal_approve(StoreConnection *db, json_t *input, GError **error);
/** {disposal, reason, user, now} → disposal; PROBLEM_DISPOSAL_CLOSED */
json_t *model_disposal_withdraw(StoreConnection *db, json_t *input, GError **error);

/** {now} → {disposal, recording, reason, class, approved: [{user, name, at}]}, the next to be disposed of (one that was begun before a crash again), or null */
json_t *model_disposal_next(StoreConnection *db, json_t *input, GError **error);
/** {disposal, recording, problem (a code: it was kept; NULL: it is gone), now} → what model_disposal_next() returns */
json_t *model_disposal_settle(StoreConnection *db, json_t *input, GError **error);
