/* What visits are found by: the terms of their case, staff, check points and notes, entered when something of them has changed. */
#include "model.h"

#include "../search/search-terms.h"
#include "bounded-json.h"
#include "field-rules.h"
#include "search-blocks.h"

gboolean
model_search_changed(StoreConnection *db, const char *visit, GError **error)
{
    return store_execute(db, error, "INSERT INTO search_pending (visit_id) VALUES ($1) ON CONFLICT (visit_id) DO NOTHING", "t", visit);
}

static json_t *
checkpoints_of(StoreConnection *db, const char *visit, GError **error)
{
    return store_select(db, error,
                        "SELECT DISTINCT checkpoint FROM marks WHERE visit_id = $1 AND checkpoint IS NOT NULL "
                        "UNION SELECT checkpoint FROM findings WHERE visit_id = $1",
                        "t", visit);
}

json_t *
model_search_pending(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) visits =
        store_select(db, error,
                     "SELECT p.visit_id AS visit, c.item_code, COALESCE(v.item_version, c.item_version) AS item_version FROM search_pending p JOIN visits v ON v.id = p.visit_id "
                     "JOIN cases c ON c.id = v.case_id ORDER BY p.visit_id LIMIT $1",
                     "i", field_integer(input, "limit"));
    gsize i;
    json_t *visit;

    json_array_foreach(visits, i, visit) {
        json_t *checkpoints = checkpoints_of(db, field_string(visit, "visit"), error);

        if (!checkpoints)
            return NULL;
        json_object_set_new(visit, "checkpoints", checkpoints);
    }
    return visits ? json_pack("{s:O}", "visits", visits) : NULL;
}

static void
add_term(GHashTable *set, const char *kind, const char *value)
{
    if (value && *value)
        g_hash_table_add(set, g_strconcat(kind, ":", value, NULL));
}

/* Columns of each row as text terms, or with a prefix as terms of their own. */
static gboolean
add_rows(GHashTable *set, json_t *rows, const char *const *texts, const char *kind, const char *column)
{
    g_autoptr(json_t) owned = rows;
    gsize i;
    json_t *row;

    json_array_foreach(owned, i, row) {
        for (gsize n = 0; texts && texts[n]; n++)
            search_add_text(set, field_string(row, texts[n]));
        if (kind)
            add_term(set, kind, field_string(row, column));
    }
    return owned != NULL;
}

static void
add_findings(GHashTable *set, const json_t *findings)
{
    gsize i;
    json_t *finding;

    json_array_foreach(findings, i, finding) {
        const char *result = field_string(finding, "result");

        search_add_text(set, field_string(finding, "note"));
        add_term(set, "result", result);
        if (result) {
            g_autofree char *both = g_strconcat(field_string(finding, "checkpoint"), "=", result, NULL);

            add_term(set, "point", both);
        }
    }
}

static gboolean
collect_terms(StoreConnection *db, GHashTable *set, const char *visit, GError **error)
{
    static const char *const case_texts[] = { "case_number", "applicant", "premises", "item_code", "conclusion", NULL };
    static const char *const staff_texts[] = { "name", NULL };
    g_autoptr(json_t) findings = NULL;

    if (!add_rows(set,
                  store_select(db, error,
                               "SELECT c.case_number, c.applicant, c.premises, c.item_code, v.conclusion FROM visits v JOIN cases c "
                               "ON c.id = v.case_id WHERE v.id = $1",
                               "t", visit),
                  case_texts, "item", "item_code") ||
        !add_rows(set,
                  store_select(db, error,
                               "SELECT u.id, u.name FROM visit_staff a JOIN users u ON u.id = a.user_id WHERE a.visit_id = $1", "t", visit),
                  staff_texts, "staff", "id") ||
        !add_rows(set, checkpoints_of(db, visit, error), NULL, "point", "checkpoint"))
        return FALSE;
    findings = store_select(db, error, "SELECT checkpoint, result, note FROM findings WHERE visit_id = $1", "t", visit);
    add_findings(set, findings);
    return findings != NULL;
}

static gboolean
number_of(StoreConnection *db, const char *visit, gint64 *ret_document, GError **error)
{
    if (!store_execute(db, error,
                       "INSERT INTO search_documents (document, visit_id) SELECT COALESCE((SELECT MAX(document) FROM search_documents), -1) + 1, $1 "
                       "WHERE NOT EXISTS (SELECT 1 FROM search_documents WHERE visit_id = $1)",
                       "t", visit))
        return FALSE;

    g_autoptr(json_t) row = store_select_one(db, error, "SELECT document FROM search_documents WHERE visit_id = $1", "t", visit);

    if (!row)
        return FALSE;
    *ret_document = field_integer(row, "document");
    return store_execute(db, error,
                         "INSERT INTO search_blocks (block, low_at, high_at) SELECT $1, v.scheduled_at, v.scheduled_at FROM visits v WHERE v.id = $2 "
                         "ON CONFLICT (block) DO UPDATE SET "
                         "low_at = CASE WHEN excluded.low_at < search_blocks.low_at THEN excluded.low_at ELSE search_blocks.low_at END, "
                         "high_at = CASE WHEN excluded.high_at > search_blocks.high_at THEN excluded.high_at ELSE search_blocks.high_at END",
                         "it", *ret_document / POSTING_BLOCK_BITS, visit);
}

static gboolean
index_visit(StoreConnection *db, const json_t *visit, GError **error)
{
    const char *id = field_string(visit, "visit");
    g_autoptr(GHashTable) set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    gint64 document;
    gsize i;
    json_t *text;
    GHashTableIter iter;
    gpointer term;

    if (!number_of(db, id, &document, error) || !collect_terms(db, set, id, error))
        return FALSE;
    json_array_foreach(json_object_get(visit, "texts"), i, text)
        search_add_text(set, json_string_value(text));
    g_hash_table_iter_init(&iter, set);
    while (g_hash_table_iter_next(&iter, &term, NULL))
        if (!search_block_post(db, term, document, error))
            return FALSE;
    return store_execute(db, error, "DELETE FROM search_pending WHERE visit_id = $1", "t", id);
}

json_t *
model_search_index(StoreConnection *db, json_t *input, GError **error)
{
    gsize i;
    json_t *visit;

    json_array_foreach(json_object_get(input, "visits"), i, visit)
        if (!index_visit(db, visit, error))
            return NULL;
    return json_object();
}
