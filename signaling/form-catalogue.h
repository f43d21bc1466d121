/**
 * FormCatalogue — the forms that are shipped (data/forms), every version that was ever in use. Immutable once made.
 */
#pragma once

#include "form-schema.h"

typedef struct FormCatalogue FormCatalogue;

/** Reads every CODE.VERSION.json of the folder. */
FormCatalogue *form_catalogue_new(const char *directory, GError **error);
void form_catalogue_free(FormCatalogue *catalogue);

/** [{code, version, title_zh, title_en, lead_zh, lead_en, items}] of the newest versions in use; borrowed. */
json_t *form_catalogue_summary(const FormCatalogue *catalogue);
/** `version` 0: the newest in use. NULL when there is none. */
FormSchema *form_catalogue_schema(const FormCatalogue *catalogue, const char *code, gint64 version);
