/**
 * The steps of an inspection beside findings and stills: statements, as works for the store thread (see model.h). Each is a row, a ledger entry and,
 * in the room, part of `inspection`.
 */
#pragma once

#include "store-connection.h"

/* Of each kind in one visit; a visit of two hours has some dozens. */
#define MODEL_STEPS_MAX 500

/* All take {visit, participant, now, …} and return {room, …}. */
/** {act} */
json_t *model_act(StoreConnection *db, json_t *input, GError **error);
/** {challenge (id), task_zh, task_en} */
json_t *model_challenge(StoreConnection *db, json_t *input, GError **error);
/** {challenge, result}; PROBLEM_CHALLENGE_UNKNOWN */
json_t *model_challenge_judge(StoreConnection *db, json_t *input, GError **error);
/** {checkpoint, value, unit, verdict (or null), still (or null)}; PROBLEM_STILL_NOT_FOUND */
json_t *model_measure(StoreConnection *db, json_t *input, GError **error);
/** {checkpoint, before, after} of two stills that are stored */
json_t *model_correction(StoreConnection *db, json_t *input, GError **error);
/** {director (participant or null)}; PROBLEM_PARTICIPANT_NOT_FOUND unless it is an inspector of the visit */
json_t *model_direct(StoreConnection *db, json_t *input, GError **error);
/** {words} */
json_t *model_private_note(StoreConnection *db, json_t *input, GError **error);
/** {command, value}: only a ledger entry; {} */
json_t *model_camera_request(StoreConnection *db, json_t *input, GError **error);

/** {user, number, title, department, now} → the credential; PROBLEM_USER_NOT_FOUND */
json_t *model_credential_set(StoreConnection *db, json_t *input, GError **error);
/** {user} → the credential or null */
json_t *model_credential_get(StoreConnection *db, json_t *input, GError **error);
/** {case, lat, lon, credit_code, now} → {case, lat, lon, credit_code}; PROBLEM_CASE_NOT_FOUND */
json_t *model_case_place(StoreConnection *db, json_t *input, GError **error);

/** For other works: notes where a participant is. `location` is {lat, lon, accuracy_m}. */
gboolean model_location_add(StoreConnection *db, const char *visit, const char *participant, const json_t *location, gint64 now, GError **error);
/** For other works: {director, acts, challenges, measurements, corrections, locations, premises, notes} of a visit; NULL on an error. */
json_t *model_steps(StoreConnection *db, const char *visit, GError **error);
