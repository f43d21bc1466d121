/**
 * The walk-in queue of the hall (叫号): numbers, calls, and how long it takes; works as in model.h. `day` is the bureau's day, UTC+8, since 1970.
 */
#pragma once

#include "store-connection.h"

#define TURNS_PER_DAY_MAX 999

/** {day, item_code (or null), name, now} → {turn, number, before, expected_s} */
json_t *model_turn_add(StoreConnection *db, json_t *input, GError **error);
/** {day} → {turns, expected_s (of one turn)}: those of the day that are not done, in order */
json_t *model_turn_list(StoreConnection *db, json_t *input, GError **error);
/** {day, counter, user, now} → the turn that is called, or PROBLEM_TURN_NOT_FOUND when nobody waits; what the user has called and not begun is skipped */
json_t *model_turn_next(StoreConnection *db, json_t *input, GError **error);
/** {turn, act (recall, skip, begin, done, back), counter, user, now} → the turn, or PROBLEM_TURN_STATE */
json_t *model_turn_act(StoreConnection *db, json_t *input, GError **error);
/** {day, number (0: none)} → {called: [{number, counter, state, called_at}], waiting, expected_s, mine: {number, state, before, expected_s} or null}: for everybody's eyes */
json_t *model_turn_display(StoreConnection *db, json_t *input, GError **error);
