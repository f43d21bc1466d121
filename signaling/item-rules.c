#include "item-rules.h"

#include "field-rules.h"
#include "problem.h"

#define TEXT(n) { n, FIELD_STRING, 0, 2, 400, NULL, NULL, NULL }
#define END     { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL }

static const char *const evidence_values[] = { "video", "photo", "measure", "document", NULL };
static const char *const mode_values[] = { "live", "self-shot", "assisted", "camera", NULL };
static const char *const retention_values[] = { "permanent", "30-years", "10-years", NULL };
static const FieldRule mode_element = { "mode", FIELD_ENUM, 0, 0, 0, mode_values, NULL, NULL };
static const FieldRule tool_element = { "tool", FIELD_STRING, 0, 1, 100, NULL, NULL, NULL };
static const FieldRule measure_fields[] = {
    { "unit", FIELD_STRING, 0, 1, 8, NULL, NULL, NULL },
    { "min", FIELD_NUMBER, FIELD_OPTIONAL, -1000000, 1000000, NULL, NULL, NULL },
    { "max", FIELD_NUMBER, FIELD_OPTIONAL, -1000000, 1000000, NULL, NULL, NULL },
    END,
};
static const FieldRule checkpoint_fields[] = {
    { "code", FIELD_STRING, 0, 9, 9, NULL, NULL, NULL },
    TEXT("title_zh"),
    TEXT("title_en"),
    TEXT("guide_zh"),
    TEXT("guide_en"),
    { "evidence", FIELD_ENUM, 0, 0, 0, evidence_values, NULL, NULL },
    { "required", FIELD_BOOLEAN, 0, 0, 0, NULL, NULL, NULL },
    { "measure", FIELD_OBJECT, FIELD_OPTIONAL, 0, 0, NULL, measure_fields, NULL },
    END,
};
static const FieldRule checkpoint_element = { "checkpoint", FIELD_OBJECT, 0, 0, 0, NULL, checkpoint_fields, NULL };
static const FieldRule item_fields[] = {
    { "code", FIELD_STRING, 0, ITEM_CODE_LENGTH, ITEM_CODE_LENGTH, NULL, NULL, NULL },
    { "version", FIELD_INTEGER, 0, 1, G_MAXINT32, NULL, NULL, NULL },
    TEXT("name_zh"),
    TEXT("name_en"),
    TEXT("division_zh"),
    TEXT("division_en"),
    TEXT("legal_basis_zh"),
    { "inspectors_min", FIELD_INTEGER, FIELD_OPTIONAL, 1, 5, NULL, NULL, NULL },
    { "modes", FIELD_ARRAY, FIELD_OPTIONAL, 1, 4, NULL, NULL, &mode_element },
    { "video_mandatory", FIELD_BOOLEAN, FIELD_OPTIONAL, 0, 0, NULL, NULL, NULL },
    { "retention", FIELD_ENUM, FIELD_OPTIONAL, 0, 0, retention_values, NULL, NULL },
    { "audit_percent", FIELD_INTEGER, FIELD_OPTIONAL, 0, 100, NULL, NULL, NULL },
    { "exclusions_zh", FIELD_STRING, FIELD_OPTIONAL, 2, 400, NULL, NULL, NULL },
    { "exclusions_en", FIELD_STRING, FIELD_OPTIONAL, 2, 400, NULL, NULL, NULL },
    { "tools_zh", FIELD_ARRAY, FIELD_OPTIONAL, 0, 20, NULL, NULL, &tool_element },
    { "tools_en", FIELD_ARRAY, FIELD_OPTIONAL, 0, 20, NULL, NULL, &tool_element },
    { "checkpoints", FIELD_ARRAY, 0, 1, 64, NULL, NULL, &checkpoint_element },
    END,
};

gboolean
item_code_is_valid(const char *code)
{
    return code && g_regex_match_simple("^[A-Z]{3}-[0-9]{2}$", code, G_REGEX_DOLLAR_ENDONLY, 0);
}

static const FieldRule *
rule_of(const FieldRule *rules, const char *name)
{
    for (; rules->kind != FIELD_END; rules++)
        if (g_str_equal(rules->name, name))
            return rules;
    return NULL;
}

/* A field that nothing reads would be published and kept for ever. */
static gboolean
names_are_known(const FieldRule *rules, const json_t *object, GError **error)
{
    const char *name;
    json_t *value, *element;
    gsize i;

    json_object_foreach((json_t *) object, name, value) {
        const FieldRule *rule = rule_of(rules, name);

        if (!rule)
            return problem_set(error, PROBLEM_FIELD_INVALID, "%.40s: is not a field of an item", name);
        if (rule->kind == FIELD_OBJECT && !names_are_known(rule->fields, value, error))
            return FALSE;
        if (rule->kind == FIELD_ARRAY && rule->element->kind == FIELD_OBJECT)
            json_array_foreach(value, i, element)
                if (!names_are_known(rule->element->fields, element, error))
                    return FALSE;
    }
    return TRUE;
}

static gboolean
limits_are_in_order(const json_t *checkpoint)
{
    const json_t *measure = json_object_get(checkpoint, "measure");
    const json_t *low = json_object_get(measure, "min"), *high = json_object_get(measure, "max");

    return !low || !high || json_number_value(low) <= json_number_value(high);
}

/* A check point's code is its item's and two more digits, once. */
static gboolean
check_codes(const json_t *item, GError **error)
{
    const char *code = field_string(item, "code");
    g_autofree char *prefix = g_strconcat(code, "-", NULL);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    gsize i;
    json_t *checkpoint;

    if (!item_code_is_valid(code))
        return problem_set(error, PROBLEM_FIELD_INVALID, "code: must look like ABC-01");
    json_array_foreach(json_object_get(item, "checkpoints"), i, checkpoint) {
        const char *own = field_string(checkpoint, "code");

        if (!g_str_has_prefix(own, prefix) || !g_ascii_isdigit(own[7]) || !g_ascii_isdigit(own[8]) ||
            !g_hash_table_add(seen, (gpointer) own))
            return problem_set(error, PROBLEM_FIELD_INVALID, "checkpoints[%" G_GSIZE_FORMAT "].code: must be the item's and two digits, once", i);
        if (!limits_are_in_order(checkpoint))
            return problem_set(error, PROBLEM_FIELD_INVALID, "checkpoints[%" G_GSIZE_FORMAT "].measure: min is above max", i);
    }
    return TRUE;
}

gboolean
item_check(const json_t *item, GError **error)
{
    return field_rules_check(item_fields, item, error) && names_are_known(item_fields, item, error) && check_codes(item, error);
}
