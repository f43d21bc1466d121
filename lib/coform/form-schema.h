/**
 * FormSchema — a form as data: which fields there are, how each is edited, what is allowed in it, when it is asked for.
 *
 * docs/co-form.md, section 1: one file of data/forms/, a JSON Schema with a layout. A field's path is its name, or GROUP/ROW/NAME inside a repeated
 * group, where ROW is eight of a-z and 0-9. The schema is immutable after form_schema_new(); any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/* 20 forms in several versions would be a province's; a file is a few printed pages. */
#define FORM_FILE_MAX   (128 * 1024)
#define FORM_FIELDS_MAX 120
#define FORM_ROWS_MAX   30
#define FORM_TEXT_MAX   2000
#define FORM_FILES_MAX  12
#define FORM_PATH_MAX   120

typedef enum {
    FORM_TEXT,   /* typed; edits merge by character */
    FORM_CHOICE, /* one of its options */
    FORM_FLAG,
    FORM_DATE,  /* YYYY-MM-DD */
    FORM_FILES, /* ids of captured documents */
    FORM_GROUP, /* rows of further fields */
} FormKind;

typedef struct FormField {
    const char *name;
    const struct FormField *group; /* NULL: not in a group */
    const char *section;
    FormKind kind;
    gboolean sensitive;
    gboolean needed; /* when it is asked for at all */
    gboolean numeric;
    double minimum, maximum; /* of a numeric text */
    gint64 min_count, max_count; /* characters, rows or files */
    const char *format;          /* "cn-identity", "cn-uscc", "cn-phone", "cn-bank-card" or NULL */
    GRegex *pattern;
    const json_t *options;
    const char *when_field; /* asked for only while that field has one of … */
    const json_t *when_values;
    const char *prefill;
} FormField;

typedef struct FormSchema FormSchema;

/** From a parsed file; keeps a reference. Errors name the place. */
FormSchema *form_schema_new(json_t *json, GError **error);
FormSchema *form_schema_ref(FormSchema *schema);
void form_schema_unref(FormSchema *schema);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FormSchema, form_schema_unref)

json_t *form_schema_json(const FormSchema *schema);
const char *form_schema_code(const FormSchema *schema);
gint64 form_schema_version(const FormSchema *schema);
gboolean form_schema_is_withdrawn(const FormSchema *schema);
gboolean form_schema_has_section(const FormSchema *schema, const char *section);

guint form_schema_count(const FormSchema *schema);
const FormField *form_schema_field(const FormSchema *schema, guint index);
/** The field of a path; NULL when there is none. `ret_row` points into `path` (8 characters) or is NULL. */
const FormField *form_schema_find(const FormSchema *schema, const char *path, const char **ret_row);
gboolean form_row_is_valid(const char *row);

/** What is wrong with a value of this field, as a word of docs/co-form.md, section 4 ("needed", "pattern", "identity" …); NULL when it is good. */
const char *form_field_fault(const FormField *field, const json_t *value);
/** May such a value be stored at all (kind and bounds, not yet complete)? */
gboolean form_field_accepts(const FormField *field, const json_t *value, GError **error);
