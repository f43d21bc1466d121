#include "record-content.h"

#include "field-rules.h"
#include "problem.h"

gint64
record_inspectors_min(const json_t *item)
{
    json_t *minimum = json_object_get(item, "inspectors_min");

    return json_is_integer(minimum) ? json_integer_value(minimum) : 2;
}

static json_t *
row_by(const json_t *rows, const char *field, const char *value)
{
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
        if (g_strcmp0(field_string(row, field), value) == 0)
            return row;
    return NULL;
}

static gboolean
is_present(const json_t *input, const char *participant)
{
    gsize i;
    json_t *id;

    json_array_foreach(json_object_get(input, "present"), i, id)
        if (g_strcmp0(json_string_value(id), participant) == 0)
            return TRUE;
    return FALSE;
}

/* --- whether it may be concluded --- */

static gboolean
check_inspectors(const json_t *input, const json_t *detail, GError **error)
{
    gint64 present = 0, minimum = record_inspectors_min(json_object_get(input, "item"));
    gsize i;
    json_t *participant;

    json_array_foreach(json_object_get(detail, "participants"), i, participant)
        if (g_strcmp0(field_string(participant, "role"), "inspector") == 0 && is_present(input, field_string(participant, "id")))
            present++;
    return present >= minimum || problem_set(error, PROBLEM_CONCLUSION_INSPECTORS, "%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, present, minimum);
}

typedef struct {
    GString *open;      /* required and not judged */
    GString *reasonless;
    guint faults;       /* judged mostly or nonconform */
    guint nonconform;
} Tally;

static void
name(GString *list, const char *code)
{
    g_string_append_printf(list, "%s%s", list->len ? ", " : "", code);
}

static void
count(Tally *tally, const json_t *checkpoint, const json_t *finding)
{
    const char *code = field_string(checkpoint, "code"), *result = field_string(finding, "result");

    if (!result) {
        if (field_boolean(checkpoint, "required"))
            name(tally->open, code);
        return;
    }
    if (!g_str_equal(result, "conform") && !*field_string(finding, "note"))
        name(tally->reasonless, code);
    tally->nonconform += g_str_equal(result, "nonconform");
    tally->faults += g_str_equal(result, "nonconform") || g_str_equal(result, "mostly");
}

static gboolean
check_decision(const json_t *input, const Tally *tally, GError **error)
{
    const char *decision = field_string(input, "decision");
    gboolean deadline = json_is_integer(json_object_get(input, "deadline_days"));

    if (g_str_equal(decision, "on-site"))
        return *field_string(input, "remark") || problem_set(error, PROBLEM_CONCLUSION_REMARK, NULL);
    if (tally->open->len)
        return problem_set(error, PROBLEM_CONCLUSION_OPEN, "%s", tally->open->str);
    if (tally->reasonless->len)
        return problem_set(error, PROBLEM_CONCLUSION_REASON, "%s", tally->reasonless->str);
    if (g_str_equal(decision, "passed") && tally->nonconform)
        return problem_set(error, PROBLEM_CONCLUSION_CONTRADICTION, NULL);
    if (g_str_equal(decision, "rectify") && (!tally->faults || !deadline))
        return problem_set(error, tally->faults ? PROBLEM_CONCLUSION_DEADLINE : PROBLEM_CONCLUSION_CONTRADICTION, NULL);
    if (g_str_equal(decision, "failed") && !*field_string(input, "remark"))
        return problem_set(error, PROBLEM_CONCLUSION_REMARK, NULL);
    return TRUE;
}

gboolean
record_check(const json_t *input, const json_t *detail, GError **error)
{
    Tally tally = { g_string_new(NULL), g_string_new(NULL), 0, 0 };
    gboolean good = check_inspectors(input, detail, error);
    gsize i;
    json_t *checkpoint;

    json_array_foreach(json_object_get(json_object_get(input, "item"), "checkpoints"), i, checkpoint)
        count(&tally, checkpoint, row_by(json_object_get(detail, "findings"), "checkpoint", field_string(checkpoint, "code")));
    good = good && check_decision(input, &tally, error);
    g_string_free(tally.open, TRUE);
    g_string_free(tally.reasonless, TRUE);
    return good;
}

/* --- what it says --- */

static void
copy(json_t *to, const json_t *from, const char *const *fields)
{
    for (; *fields; fields++) {
        json_t *value = json_object_get(from, *fields);

        json_object_set(to, *fields, value ? value : json_null());
    }
}

/* Stored ones, numbered in order of being taken; the number is what the text refers to. */
static json_t *
stills_json(const json_t *detail)
{
    static const char *const fields[] = { "id", "checkpoint", "at", "sha256", "bytes", NULL };
    json_t *list = json_array();
    gsize i;
    json_t *still;

    json_array_foreach(json_object_get(detail, "stills"), i, still) {
        json_t *entry;

        if (g_strcmp0(field_string(still, "state"), "stored") != 0)
            continue;
        entry = json_pack("{s:i}", "number", (int) json_array_size(list) + 1);
        copy(entry, still, fields);
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *
numbers_of(const json_t *stills, const char *checkpoint)
{
    json_t *list = json_array();
    gsize i;
    json_t *still;

    json_array_foreach(stills, i, still)
        if (g_strcmp0(field_string(still, "checkpoint"), checkpoint) == 0)
            json_array_append(list, json_object_get(still, "number"));
    return list;
}

static json_t *
rows_of(const json_t *detail, const char *list_name, const char *checkpoint)
{
    json_t *list = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(json_object_get(detail, list_name), i, row)
        if (g_strcmp0(field_string(row, "checkpoint"), checkpoint) == 0)
            json_array_append(list, row);
    return list;
}

static json_t *
findings_json(const json_t *input, const json_t *detail, const json_t *stills)
{
    static const char *const from_item[] = { "code", "title_zh", "title_en", "evidence", "required", NULL };
    static const char *const from_finding[] = { "result", "note", "by", "at", NULL };
    json_t *list = json_array();
    gsize i;
    json_t *checkpoint;

    json_array_foreach(json_object_get(json_object_get(input, "item"), "checkpoints"), i, checkpoint) {
        const char *code = field_string(checkpoint, "code");
        json_t *entry = json_object();

        copy(entry, checkpoint, from_item);
        copy(entry, row_by(json_object_get(detail, "findings"), "checkpoint", code), from_finding);
        json_object_set_new(entry, "stills", numbers_of(stills, code));
        json_object_set_new(entry, "measurements", rows_of(detail, "measurements", code));
        json_object_set_new(entry, "corrections", rows_of(detail, "corrections", code));
        json_array_append_new(list, entry);
    }
    return list;
}

/* Whoever was in the room, as they were introduced. */
static json_t *
people_json(const json_t *input, const json_t *detail)
{
    static const char *const fields[] = { "id", "role", "name", "consent", "consent_at", "credential", "title", "department", NULL };
    json_t *list = json_array();
    gsize i;
    json_t *participant;

    json_array_foreach(json_object_get(detail, "participants"), i, participant) {
        json_t *entry = json_object();

        copy(entry, participant, fields);
        json_object_set_new(entry, "present", json_boolean(is_present(input, field_string(participant, "id"))));
        json_array_append_new(list, entry);
    }
    return list;
}

json_t *
record_content(const json_t *input, const json_t *detail, gint64 version)
{
    static const char *const from_item[] = { "name_zh", "name_en", "division_zh", "division_en", "legal_basis_zh", NULL };
    static const char *const from_visit[] = { "id", "case_number", "applicant", "premises", "credit_code", "lat", "lon", "item_code", "item_version", "started_at", "mode", NULL };
    static const char *const from_detail[] = { "acts", "locations", "challenges", NULL };
    static const char *const from_input[] = { "decision", "remark", "deadline_at", "gaps", NULL };
    json_t *content = json_pack("{s:s, s:I, s:I}", "format", "yuntakan-record-1", "version", (json_int_t) version, "made_at",
                                (json_int_t) field_integer(input, "now"));
    json_t *visit = json_object(), *item = json_object(), *stills = stills_json(detail);

    json_object_set_new(content, "number", json_sprintf("%s-K%02d", field_string(detail, "case_number"), (int) version));
    copy(visit, detail, from_visit);
    copy(item, json_object_get(input, "item"), from_item);
    json_object_set_new(content, "visit", visit);
    json_object_set_new(content, "item", item);
    json_object_set_new(content, "people", people_json(input, detail));
    json_object_set_new(content, "findings", findings_json(input, detail, stills));
    json_object_set_new(content, "stills", stills);
    copy(content, detail, from_detail);
    copy(content, input, from_input);
    return content;
}
