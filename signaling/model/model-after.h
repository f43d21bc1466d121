/**
 * What follows a visit: evaluation by the applicant (好差评), the random draw of audits on site; and the attachments of a case. Works as in model.h.
 */
#pragma once

#include "store-connection.h"

#define ATTACHMENTS_MAX 50

/** {link, visit, score, words, now} → {}; again replaces it. PROBLEM_EVALUATION_STATE */
json_t *model_my_evaluate(StoreConnection *db, json_t *input, GError **error);

/** For other works: the visit's record is signed. An inspection that was passed is drawn for an audit with the share of its item. */
gboolean model_audit_draw(StoreConnection *db, const char *visit, gint64 now, GError **error);
/** {open, limit} → {audits} that were drawn, newest first */
json_t *model_audit_list(StoreConnection *db, json_t *input, GError **error);
/** {audit, user, result, words, now} → {} or PROBLEM_AUDIT_NOT_FOUND, _CONFLICT */
json_t *model_audit_done(StoreConnection *db, json_t *input, GError **error);

/** {case, user} → {attachments, evaluations, audits} */
json_t *model_case_after(StoreConnection *db, json_t *input, GError **error);
/** {case, user, name, uploader | link, file, sha256, bytes, type, now} → the attachment */
json_t *model_attachment_add(StoreConnection *db, json_t *input, GError **error);
/** {attachment, user} → {id, name, type, sha256} */
json_t *model_attachment_get(StoreConnection *db, json_t *input, GError **error);
