/**
 * Rectification (整改) after an inspection; works as in model.h.
 *
 * A signed record with the decision `rectify` opens one with a point for every finding that does not conform. The applicant answers each by link; an inspector of
 * the visit accepts, asks again, or calls for another visit. The whole is done when every point is.
 */
#pragma once

#include "store-connection.h"

#define RECTIFICATION_PICTURES_MAX        12  /* of one answer */
#define RECTIFICATION_PICTURES_OF_ALL_MAX 200

/** For other works: the visit's record is signed. Does nothing unless it asks for rectification. */
gboolean model_rectification_open(StoreConnection *db, const char *visit, gint64 now, GError **error);

/** {state?, case?, limit, user} → {rectifications} by deadline; `user` as everywhere */
json_t *model_rectification_list(StoreConnection *db, json_t *input, GError **error);
/** {rectification, user} → the whole with points, answers, pictures */
json_t *model_rectification_get(StoreConnection *db, json_t *input, GError **error);
/** {rectification, checkpoint, revision, decision (accept, again, revisit), words, user, now} → the whole; PROBLEM_RECTIFICATION_CHANGED, _STATE */
json_t *model_rectification_decide(StoreConnection *db, json_t *input, GError **error);
/** {picture, user | link, now} → {sha256} or PROBLEM_STILL_NOT_FOUND */
json_t *model_rectification_picture(StoreConnection *db, json_t *input, GError **error);

/** {link, now} → the newest of the link's case, as above, or null */
json_t *model_my_rectification(StoreConnection *db, json_t *input, GError **error);
/** {link, file (id), checkpoint, sha256, bytes, now} → {picture} */
json_t *model_my_picture_add(StoreConnection *db, json_t *input, GError **error);
/** {link, checkpoint, words, pictures: [ids], now} → the whole */
json_t *model_my_answer(StoreConnection *db, json_t *input, GError **error);
/** {link, still, now} → {state, sha256, recording} of a still that a point of the link's case shows as before */
json_t *model_my_still(StoreConnection *db, json_t *input, GError **error);

/** {now} → {}: writes the reminders that are due, each once: three days before, one day before, a day after the deadline */
json_t *model_rectifications_remind(StoreConnection *db, json_t *input, GError **error);
