#include "model-case-import.h"

#include "bounded-json.h"
#include "field-rules.h"
#include "model.h"
#include "problem.h"

/* NULL only when the store failed: a row that is refused is an answer. */
static json_t *
import_row(StoreConnection *db, json_t *row, gint64 now, GError **error)
{
    json_t *answer = json_pack("{s:O, s:O?}", "row", json_object_get(row, "row"), "case_number", json_object_get(row, "case_number"));
    json_t *problem = json_object_get(row, "problem");
    g_autoptr(GError) refused = NULL;
    g_autoptr(json_t) opened = NULL;

    if (problem) {
        json_object_set_new(answer, "state", json_string("refused"));
        json_object_set(answer, "problem", problem);
        return answer;
    }
    json_object_set_new(row, "now", json_integer(now));
    opened = model_case_open(db, row, &refused);
    if (opened) {
        json_object_set_new(answer, "state", json_string(field_boolean(opened, "created") || field_integer(opened, "created") ? "opened" : "there"));
        json_object_set(answer, "case", json_object_get(json_object_get(opened, "case"), "id"));
        return answer;
    }
    if (refused->domain != PROBLEM) {
        json_decref(answer);
        g_propagate_error(error, g_steal_pointer(&refused));
        return NULL;
    }
    json_object_set_new(answer, "state", json_string("refused"));
    json_object_set_new(answer, "problem", problem_to_http(refused));
    return answer;
}

json_t *
model_case_import(StoreConnection *db, json_t *input, GError **error)
{
    static const char *const states[] = { "opened", "there", "refused" };
    json_int_t counts[G_N_ELEMENTS(states)] = { 0 };
    g_autoptr(json_t) rows = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(json_object_get(input, "rows"), i, row) {
        json_t *answer = import_row(db, row, field_integer(input, "now"), error);

        if (!answer)
            return NULL;
        for (gsize state = 0; state < G_N_ELEMENTS(states); state++)
            counts[state] += g_str_equal(states[state], field_string(answer, "state"));
        json_array_append_new(rows, answer);
    }
    return json_pack("{s:I, s:I, s:I, s:O}", "opened", counts[0], "there", counts[1], "refused", counts[2], "rows", rows);
}
