/**
 * What the applicant sees by the link of the case; works as in model.h.
 */
#pragma once

#include "store-connection.h"

/** {link, now} → {case, visits, rectification (or null), …}: no name of the staff, no note of theirs that is not in the record */
json_t *model_my(StoreConnection *db, json_t *input, GError **error);

/** {link, visit, now, expires_at} → {id, expires_at}: an invitation to a visit of the link's case that is about to begin or going on; the same one again while it is good.
 *  PROBLEM_APPOINTMENT_STATE */
json_t *model_my_invitation(StoreConnection *db, json_t *input, GError **error);

/** {now} → {}: writes the reminders that are due to applicants */
json_t *model_reminders(StoreConnection *db, json_t *input, GError **error);
