/**
 * A recording that came from another installation: case, visit, people, findings and marks as its sealed ledger tells them. Work for the store thread.
 */
#pragma once

#include "store-connection.h"

/** {recording, visit, case_number, item_code, item_version, applicant, premises, title, retention, started_at, ended_at, disposed_at?, site_participant, participants,
 *  findings, marks, now} → {recording, visit, case, case_number}; PROBLEM_IMPORT_EXISTS, PROBLEM_CASE_CONFLICT when its number is another item's. */
json_t *model_import(StoreConnection *db, json_t *input, GError **error);
