/** Photographed pages of documents (migration 0402). Works of the store thread. */
#pragma once

#include <jansson.h>

#include "store-connection.h"

/* A form has at most 120 fields of at most 12 pages; nobody photographs that much for one case. */
#define MODEL_FORM_PAGES_MAX 300

/** {visit, page, participant, sha256, bytes, width, height, verdict, now} → the row. Idempotent; another picture under the id is PROBLEM_STILL_CONFLICT. */
json_t *model_form_page_add(StoreConnection *db, json_t *input, GError **error);
/** {visit, page, participant or user} → the row, for a participant of that visit who has been let in (or is the applicant), or staff who may see it. */
json_t *model_form_page_get(StoreConnection *db, json_t *input, GError **error);
