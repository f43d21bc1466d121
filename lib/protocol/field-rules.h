/**
 * FieldRule — what an object from outside must look like, as a table.
 *
 * One checker for messages, request bodies and files: after field_rules_check() succeeded, json_string_value() and its like
 * cannot surprise. Fields without a rule are ignored. The error names the field by its path ("location.lat", "steps[3].code"). Any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef enum {
    FIELD_END,
    FIELD_STRING,  /* min..max characters; control characters other than tab and newlines are refused */
    FIELD_UUID,    /* version 7, as uuid7_is_valid() */
    FIELD_ENUM,    /* one of `values` */
    FIELD_INTEGER, /* min..max */
    FIELD_NUMBER,  /* min..max, integer or real, finite */
    FIELD_BOOLEAN,
    FIELD_OBJECT,  /* checked by `fields` */
    FIELD_ARRAY,   /* min..max elements, each checked by `element` */
} FieldKind;

enum { FIELD_REQUIRED = 0, FIELD_OPTIONAL = 1, FIELD_NULLABLE = 2 };

typedef struct FieldRule {
    const char *name;
    FieldKind kind;
    unsigned flags;
    gint64 min;
    gint64 max;
    const char *const *values;       /* NULL-terminated */
    const struct FieldRule *fields;  /* ends with kind FIELD_END */
    const struct FieldRule *element; /* one rule; its name is not used */
} FieldRule;

gboolean field_rules_check(const FieldRule *rules, const json_t *object, GError **error);

/** Getters for an object that has been checked: NULL, 0 or FALSE for an absent or null field. */
const char *field_string(const json_t *object, const char *name);
gint64 field_integer(const json_t *object, const char *name);
gboolean field_boolean(const json_t *object, const char *name);
