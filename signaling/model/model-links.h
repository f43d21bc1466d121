/**
 * The applicant's link to a case: the way in without an account, for everything beside the visit itself; works as in model.h.
 */
#pragma once

#include "store-connection.h"

/* Until a rectification of the longest term is done and evaluated. */
#define CASE_LINK_US (G_GINT64_CONSTANT(120) * 24 * 3600 * G_USEC_PER_SEC)

/** {case, user, created_by, now, expires_at} → {id, case, created_at, expires_at} or PROBLEM_CASE_NOT_FOUND */
json_t *model_link_add(StoreConnection *db, json_t *input, GError **error);
/** {case, user} → {links} */
json_t *model_link_list(StoreConnection *db, json_t *input, GError **error);
/** {link, user, now} → {} */
json_t *model_link_revoke(StoreConnection *db, json_t *input, GError **error);
/** {link, now} → {link, case: {id, case_number, item_code, item_version, applicant, premises, phone, email}}: what the link opens, or its problem */
json_t *model_link_open(StoreConnection *db, json_t *input, GError **error);
/** {case, user, phone, email} → the case; NULL fields are cleared */
json_t *model_case_contact(StoreConnection *db, json_t *input, GError **error);

/** For other works: the id of a link of the case that is good for a while yet, made if there is none. The caller frees it. */
char *model_link_for(StoreConnection *db, const char *case_id, gint64 now, GError **error);
