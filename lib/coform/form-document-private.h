/** Shared by form-document.c and form-view.c. */
#pragma once

#include "form-document.h"

struct FormDocument {
    FormSchema *schema;
    json_t *json;        /* {id, form, version, revision, state, fields, rows, sections, shown, comments, signature, patches} */
    GHashTable *history; /* path → JSON array of edits, the newest last */
};

/** The ids of a group's rows; borrowed, NULL when there are none. */
json_t *form_document_rows(const FormDocument *document, const char *group);
