/**
 * What an export says beside the recordings: the case, its visits, what was found, the signed records. Work for the store thread (see model.h).
 */
#pragma once

#include "store-connection.h"

/** {case or recording, user} → {case: case with the visits that the user may see, recordings: [{recording, visit: detail, record (the newest, or null), retention}]};
 *  with `recording` that one alone. PROBLEM_CASE_NOT_FOUND, PROBLEM_RECORDING_NOT_FOUND when there is none to export. */
json_t *model_export(StoreConnection *db, json_t *input, GError **error);
