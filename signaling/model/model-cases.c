#include "model.h"

#include <string.h>

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model-deliveries.h"
#include "problem.h"
#include "uuid7.h"

#define CASE_COLUMNS "c.id, c.case_number, c.item_code, c.item_version, c.applicant, c.premises, c.phone, c.email, c.created_at, c.revision"

static gboolean
same_text(const json_t *a, const json_t *b, const char *name)
{
    return g_strcmp0(field_string(a, name), field_string(b, name)) == 0;
}

json_t *
model_case_open(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    g_autoptr(json_t) made = store_select_one(
        db, error,
        "INSERT INTO cases (id, case_number, item_code, item_version, applicant, premises, phone, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (case_number) DO NOTHING "
        "RETURNING id, case_number, item_code, item_version, applicant, premises, phone, email, created_at, revision",
        "tttittti", id, field_string(input, "case_number"), field_string(input, "item_code"), field_integer(input, "item_version"),
        field_string(input, "applicant"), field_string(input, "premises"), field_string(input, "phone"), field_integer(input, "now"));

    if (!made)
        return NULL;
    if (json_is_object(made))
        return model_event(db, id, NULL, "case.opened", json_object(), field_integer(input, "now"), error) ? json_pack("{s:b, s:O}", "created", 1, "case", made) : NULL;

    g_autoptr(json_t) there = store_select_one(db, error, "SELECT " CASE_COLUMNS " FROM cases c WHERE c.case_number = $1", "t",
                                               field_string(input, "case_number"));

    if (!there)
        return NULL;
    if (!same_text(there, input, "item_code") || !same_text(there, input, "applicant") || !same_text(there, input, "premises") ||
        !same_text(there, input, "phone")) {
        problem_set(error, PROBLEM_CASE_CONFLICT, NULL);
        return NULL;
    }
    return json_pack("{s:b, s:O}", "created", 0, "case", there);
}

static gboolean
add_visits(StoreConnection *db, json_t *found, const char *user, GError **error)
{
    json_t *visits = model_visits_of_case(db, field_string(found, "id"), user, error);

    return visits && json_object_set_new(found, "visits", visits) == 0;
}

/* Inspectors and helpers find what they are assigned to, and what nobody has been assigned to yet. */
#define CASE_IS_VISIBLE(parameter)                                                                                     \
    "(CAST(" parameter " AS TEXT) IS NULL OR NOT EXISTS (SELECT 1 FROM visits w WHERE w.case_id = c.id) OR EXISTS "     \
    "(SELECT 1 FROM visits w JOIN visit_staff a ON a.visit_id = w.id WHERE w.case_id = c.id AND a.user_id = " parameter "))"

json_t *
model_case_get(StoreConnection *db, json_t *input, GError **error)
{
    const char *user = field_string(input, "user");
    g_autoptr(json_t) found =
        store_select_one(db, error, "SELECT " CASE_COLUMNS " FROM cases c WHERE c.id = $1 AND " CASE_IS_VISIBLE("$2"), "tt",
                         field_string(input, "case"), user);

    if (!found)
        return NULL;
    if (json_is_null(found)) {
        problem_set(error, PROBLEM_CASE_NOT_FOUND, NULL);
        return NULL;
    }
    return add_visits(db, found, user, error) ? g_steal_pointer(&found) : NULL;
}

/* The pattern for LIKE … ESCAPE '\'; NULL when nothing was asked, which the clauses take for "any". */
static char *
like_pattern(const char *text, gboolean anywhere)
{
    if (!text || !*text)
        return NULL;

    GString *pattern = g_string_new(anywhere ? "%" : "");

    for (; *text; text++) {
        if (strchr("%_\\", *text))
            g_string_append_c(pattern, '\\');
        g_string_append_c(pattern, *text);
    }
    g_string_append_c(pattern, '%');
    return g_string_free(pattern, FALSE);
}

#define MATCHES(column, parameter) "LOWER(" column ") LIKE LOWER(" parameter ") ESCAPE '\\'"
#define UNASKED(parameter)         "CAST(" parameter " AS TEXT) IS NULL"

static json_t *
search_rows(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *anything = like_pattern(field_string(input, "q"), TRUE);
    g_autofree char *number = like_pattern(field_string(input, "case_number"), FALSE);
    g_autofree char *applicant = like_pattern(field_string(input, "applicant"), TRUE);

    /* `items` is ",CODE,CODE,": the items whose name matches `q`; the catalogue is not in the store. */
    return store_select(
        db, error,
        "SELECT " CASE_COLUMNS " FROM cases c WHERE (" UNASKED("$1") " OR " MATCHES("c.case_number", "$1") " OR "
        MATCHES("c.applicant", "$1") " OR " MATCHES("c.premises", "$1") " OR " MATCHES("c.item_code", "$1")
        " OR $2 LIKE '%,' || c.item_code || ',%') AND (" UNASKED("$3") " OR " MATCHES("c.case_number", "$3") ") AND ("
        UNASKED("$4") " OR " MATCHES("c.applicant", "$4") ") AND (" UNASKED("$5") " OR c.item_code = $5) AND ($6 = 0 OR EXISTS "
        "(SELECT 1 FROM visits v WHERE v.case_id = c.id AND v.scheduled_at >= $7 AND v.scheduled_at < $8)) AND ("
        UNASKED("$9") " OR c.id < $9) AND " CASE_IS_VISIBLE("$10") " ORDER BY c.id DESC LIMIT $11",
        "tttttbiitti", anything, field_string(input, "items"), number, applicant, field_string(input, "item"),
        field_boolean(input, "dated"), field_integer(input, "from"), field_integer(input, "to"), field_string(input, "before"),
        field_string(input, "user"), field_integer(input, "limit"));
}

json_t *
model_case_search(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) cases = search_rows(db, input, error);
    gsize i;
    json_t *found;

    if (!cases)
        return NULL;
    json_array_foreach(cases, i, found)
        if (!add_visits(db, found, field_string(input, "user"), error))
            return NULL;

    gsize count = json_array_size(cases);
    const char *last = count == (gsize) field_integer(input, "limit") ? field_string(json_array_get(cases, count - 1), "id") : NULL;

    return json_pack("{s:O, s:s?}", "cases", cases, "next", last);
}
