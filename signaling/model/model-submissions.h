/** Submitted forms on their way to paper (migration 0403). Works of the store thread. */
#pragma once

#include <jansson.h>

#include "store-connection.h"

/** → the oldest submitted form without a PDF: {id, code, version, document, sha256, visit, case_number, pages: [{page, sha256}]}, or null. */
json_t *model_submission_next(StoreConnection *db, json_t *input, GError **error);
/** {form, code, case, visit, sha256, pdf_sha256, now}: notes it, also for the ledger and for other systems. */
json_t *model_submission_made(StoreConnection *db, json_t *input, GError **error);
/** {form, user} or {form, participant (the applicant)} → {form} when these may have the paper, PROBLEM_FORM_UNKNOWN otherwise. */
json_t *model_submission_check(StoreConnection *db, json_t *input, GError **error);
