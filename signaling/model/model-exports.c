#include "model-exports.h"

#include "bounded-json.h"
#include "field-rules.h"
#include "model-records.h"
#include "model.h"
#include "problem.h"

/* The case that a recording belongs to; NULL with the problem when the user may not see it. */
static json_t *
case_of_recording(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) checked = model_recording_check(db, input, error);

    return checked ? store_select_one(db, error, "SELECT case_id AS \"case\" FROM visits WHERE id = $1", "t", field_string(checked, "visit")) : NULL;
}

/* The newest record, or a JSON null: a visit may have none. */
static json_t *
newest_record(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(GError) none = NULL;
    json_t *record = model_record_get(db, input, &none);

    if (record)
        return record;
    if (g_error_matches(none, PROBLEM, PROBLEM_RECORD_NOT_FOUND))
        return json_null();
    g_propagate_error(error, g_steal_pointer(&none));
    return NULL;
}

static json_t *
recording_of(StoreConnection *db, const json_t *visit, const json_t *user, GError **error)
{
    const char *recording = field_string(visit, "recording");
    g_autoptr(json_t) asked = json_pack("{s:O, s:O?, s:i}", "visit", json_object_get(visit, "id"), "user", user, "version", 0);
    g_autoptr(json_t) detail = model_visit_get(db, asked, error);
    g_autoptr(json_t) record = detail ? newest_record(db, asked, error) : NULL;
    g_autoptr(json_t) row = record ? store_select_one(db, error, "SELECT retention FROM recordings WHERE id = $1", "t", recording) : NULL;

    return row ? json_pack("{s:s, s:O, s:O, s:O}", "recording", recording, "visit", detail, "record", record, "retention", json_object_get(row, "retention")) : NULL;
}

json_t *
model_export(StoreConnection *db, json_t *input, GError **error)
{
    const char *only = field_string(input, "recording");
    json_t *user = json_object_get(input, "user"), *visit;
    g_autoptr(json_t) which = only ? case_of_recording(db, input, error) : json_pack("{s:O}", "case", json_object_get(input, "case"));
    g_autoptr(json_t) asked = which ? json_pack("{s:O, s:O?}", "case", json_object_get(which, "case"), "user", user) : NULL;
    g_autoptr(json_t) found = asked ? model_case_get(db, asked, error) : NULL;
    g_autoptr(json_t) recordings = json_array();
    gsize i;

    if (!found)
        return NULL;
    json_array_foreach(json_object_get(found, "visits"), i, visit) {
        const char *recording = field_string(visit, "recording");
        json_t *entry;

        if (!recording || (only && !g_str_equal(only, recording)))
            continue;
        entry = recording_of(db, visit, user, error);
        if (!entry)
            return NULL;
        json_array_append_new(recordings, entry);
    }
    if (json_array_size(recordings) == 0) {
        problem_set(error, PROBLEM_RECORDING_NOT_FOUND, NULL);
        return NULL;
    }
    return json_pack("{s:O, s:O}", "case", found, "recordings", recordings);
}
