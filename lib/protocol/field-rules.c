#include "field-rules.h"

#include <math.h>
#include <string.h>

#include "problem.h"
#include "uuid7.h"

static gboolean check_fields(const FieldRule *rules, const json_t *object, const char *path, GError **error);

static gboolean
string_is_clean(const char *text)
{
    for (; *text; text++)
        if ((guchar) *text < 0x20 && !strchr("\t\r\n", *text))
            return FALSE;
    return TRUE;
}

static gboolean
check_string(const FieldRule *rule, const json_t *value, const char *path, GError **error)
{
    if (!json_is_string(value))
        return problem_set(error, PROBLEM_FIELD_INVALID, "%s: must be a string", path);

    const char *text = json_string_value(value);
    glong characters = g_utf8_strlen(text, -1);

    if (characters < rule->min || characters > rule->max)
        return problem_set(error, PROBLEM_FIELD_INVALID, "%s: must have %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " characters", path,
                           rule->min, rule->max);
    if (!string_is_clean(text))
        return problem_set(error, PROBLEM_FIELD_INVALID, "%s: control characters are not allowed", path);
    return TRUE;
}

static gboolean
check_enum(const FieldRule *rule, const json_t *value, const char *path, GError **error)
{
    const char *text = json_string_value(value);

    for (const char *const *allowed = rule->values; text && *allowed; allowed++)
        if (g_str_equal(text, *allowed))
            return TRUE;

    g_autofree char *list = g_strjoinv(", ", (char **) rule->values);
    return problem_set(error, PROBLEM_FIELD_INVALID, "%s: must be one of %s", path, list);
}

static gboolean
check_integer(const FieldRule *rule, const json_t *value, const char *path, GError **error)
{
    gint64 number = json_integer_value(value);

    if (!json_is_integer(value) || number < rule->min || number > rule->max)
        return problem_set(error, PROBLEM_FIELD_INVALID, "%s: must be an integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                           path, rule->min, rule->max);
    return TRUE;
}

static gboolean
check_number(const FieldRule *rule, const json_t *value, const char *path, GError **error)
{
    double number = json_number_value(value);

    if (!json_is_number(value) || !isfinite(number) || number < (double) rule->min || number > (double) rule->max)
        return problem_set(error, PROBLEM_FIELD_INVALID, "%s: must be a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, path,
                           rule->min, rule->max);
    return TRUE;
}

static gboolean
check_value(const FieldRule *rule, const json_t *value, const char *path, GError **error)
{
    switch (rule->kind) {
    case FIELD_STRING:
        return check_string(rule, value, path, error);
    case FIELD_UUID:
        return uuid7_is_valid(json_string_value(value)) || problem_set(error, PROBLEM_FIELD_INVALID, "%s: must be an id", path);
    case FIELD_ENUM:
        return check_enum(rule, value, path, error);
    case FIELD_INTEGER:
        return check_integer(rule, value, path, error);
    case FIELD_NUMBER:
        return check_number(rule, value, path, error);
    case FIELD_BOOLEAN:
        return json_is_boolean(value) || problem_set(error, PROBLEM_FIELD_INVALID, "%s: must be true or false", path);
    case FIELD_OBJECT:
        return json_is_object(value) ? check_fields(rule->fields, value, path, error)
                                     : problem_set(error, PROBLEM_FIELD_INVALID, "%s: must be an object", path);
    case FIELD_ARRAY:
        break;
    case FIELD_END:
        g_assert_not_reached();
    }

    gsize count = json_array_size(value);

    if (!json_is_array(value) || (gint64) count < rule->min || (gint64) count > rule->max)
        return problem_set(error, PROBLEM_FIELD_INVALID, "%s: must be a list of %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, path,
                           rule->min, rule->max);
    for (gsize i = 0; i < count; i++) {
        g_autofree char *element_path = g_strdup_printf("%s[%" G_GSIZE_FORMAT "]", path, i);

        if (!check_value(rule->element, json_array_get(value, i), element_path, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
check_fields(const FieldRule *rules, const json_t *object, const char *path, GError **error)
{
    for (const FieldRule *rule = rules; rule->kind != FIELD_END; rule++) {
        const json_t *value = json_object_get(object, rule->name);
        g_autofree char *field_path = *path ? g_strconcat(path, ".", rule->name, NULL) : g_strdup(rule->name);

        if (!value) {
            if (rule->flags & FIELD_OPTIONAL)
                continue;
            return problem_set(error, PROBLEM_FIELD_INVALID, "%s: missing", field_path);
        }
        if (json_is_null(value) && (rule->flags & FIELD_NULLABLE))
            continue;
        if (!check_value(rule, value, field_path, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
field_rules_check(const FieldRule *rules, const json_t *object, GError **error)
{
    if (!json_is_object(object))
        return problem_set(error, PROBLEM_FIELD_INVALID, "must be an object");
    return check_fields(rules, object, "", error);
}

const char *
field_string(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

gint64
field_integer(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

gboolean
field_boolean(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}
