#include "model-items.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "problem.h"

#define DRAFT_COLUMNS "d.code, d.revision, d.changed_at, (SELECT u.name FROM users u WHERE u.id = d.changed_by) AS changed_by"

gboolean
model_visit_keeps_item(StoreConnection *db, const char *visit, gint64 now, GError **error)
{
    return store_execute(db, error,
                         "UPDATE visits SET item_version = (SELECT COALESCE(MAX(iv.version), c.item_version) FROM cases c LEFT JOIN item_versions iv ON iv.code = "
                         "c.item_code AND iv.effective_at <= CASE WHEN visits.scheduled_at > $1 THEN visits.scheduled_at ELSE $1 END WHERE c.id = visits.case_id "
                         "GROUP BY c.item_version) WHERE id = $2 AND item_version IS NULL",
                         "it", now, visit);
}

static json_t *
parse(const char *content, GError **error)
{
    return bounded_json_parse(content, strlen(content), strlen(content), error);
}

/* The text of a row becomes `item`. */
static gboolean
open_content(json_t *row, GError **error)
{
    json_t *item = parse(field_string(row, "content"), error);

    json_object_del(row, "content");
    return item && json_object_set_new(row, "item", item) == 0;
}

static gboolean
store_shipped(StoreConnection *db, const json_t *item, gint64 now, GError **error)
{
    const char *code = field_string(item, "code");
    g_autofree char *content = bounded_json_dump(item);

    return store_execute(db, error,
                         "INSERT INTO item_versions (code, version, effective_at, published_at, content) VALUES ($1, $2, CASE WHEN EXISTS (SELECT 1 FROM item_versions "
                         "o WHERE o.code = $1) THEN $3 ELSE 0 END, $3, $4) ON CONFLICT (code, version) DO NOTHING",
                         "tiit", code, field_integer(item, "version"), now, content);
}

json_t *
model_items_sync(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) versions = NULL;
    gsize i;
    json_t *item, *row;

    json_array_foreach(json_object_get(input, "items"), i, item)
        if (!store_shipped(db, item, field_integer(input, "now"), error))
            return NULL;
    versions = store_select(db, error, "SELECT effective_at, content FROM item_versions ORDER BY code, version", "");
    if (!versions)
        return NULL;
    json_array_foreach(versions, i, row)
        if (!open_content(row, error))
            return NULL;
    return json_pack("{s:O}", "versions", versions);
}

json_t *
model_item_versions(StoreConnection *db, json_t *input, GError **error)
{
    json_t *versions = store_select(db, error,
                                    "SELECT v.version, v.effective_at, v.published_at, u.name AS published_by FROM item_versions v LEFT JOIN users u ON u.id = "
                                    "v.published_by WHERE v.code = $1 ORDER BY v.version DESC",
                                    "t", field_string(input, "code"));

    return versions ? json_pack("{s:o}", "versions", versions) : NULL;
}

json_t *
model_item_draft_get(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row =
        store_select_one(db, error, "SELECT " DRAFT_COLUMNS ", d.content FROM item_drafts d WHERE d.code = $1", "t", field_string(input, "code"));

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_ITEM_NO_DRAFT, NULL);
        return NULL;
    }
    return open_content(row, error) ? g_steal_pointer(&row) : NULL;
}

json_t *
model_item_draft_list(StoreConnection *db, json_t *input, GError **error)
{
    json_t *drafts = store_select(db, error, "SELECT " DRAFT_COLUMNS " FROM item_drafts d ORDER BY d.code", "");

    return drafts ? json_pack("{s:o}", "drafts", drafts) : NULL;
}

/* NULL when the store failed, a JSON null when somebody else was faster. */
static json_t *
put_draft(StoreConnection *db, const json_t *input, const char *content, GError **error)
{
    const char *code = field_string(input, "code"), *user = field_string(input, "user");
    gint64 now = field_integer(input, "now"), revision = field_integer(input, "revision");

    if (revision > 0)
        return store_select_one(db, error, "UPDATE item_drafts SET content = $1, revision = revision + 1, changed_at = $2, changed_by = $3 WHERE code = $4 AND revision = $5 "
                                           "RETURNING code", "titti", content, now, user, code, revision);
    return store_select_one(db, error,
                            "INSERT INTO item_drafts (code, content, revision, changed_at, changed_by) VALUES ($1, $2, 1, $3, $4) ON CONFLICT (code) DO UPDATE SET "
                            "content = excluded.content, revision = item_drafts.revision + 1, changed_at = excluded.changed_at, changed_by = excluded.changed_by "
                            "WHERE $5 < 0 RETURNING code",
                            "ttiti", code, content, now, user, revision);
}

json_t *
model_item_draft_put(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *content = bounded_json_dump(json_object_get(input, "item"));
    g_autoptr(json_t) put = put_draft(db, input, content, error);

    if (!put)
        return NULL;
    if (json_is_null(put)) {
        problem_set(error, PROBLEM_ITEM_CHANGED, NULL);
        return NULL;
    }
    return model_item_draft_get(db, input, error);
}

json_t *
model_item_draft_drop(StoreConnection *db, json_t *input, GError **error)
{
    return store_execute(db, error, "DELETE FROM item_drafts WHERE code = $1", "t", field_string(input, "code")) ? json_object() : NULL;
}

json_t *
model_item_publish(StoreConnection *db, json_t *input, GError **error)
{
    const char *code = field_string(input, "code");
    gint64 now = field_integer(input, "now"), effective_at = MAX(field_integer(input, "effective_at"), now);
    g_autoptr(json_t) draft = model_item_draft_get(db, input, error);
    g_autoptr(json_t) last =
        draft ? store_select_one(db, error, "SELECT COALESCE(MAX(version), 0) AS version, COALESCE(MAX(effective_at), 0) AS effective_at FROM item_versions WHERE code = $1",
                                 "t", code)
              : NULL;
    json_t *item = json_object_get(draft, "item");
    g_autofree char *content = NULL;

    if (!last)
        return NULL;
    if (field_integer(draft, "revision") != field_integer(input, "revision")) {
        problem_set(error, PROBLEM_ITEM_CHANGED, NULL);
        return NULL;
    }
    if (effective_at < field_integer(last, "effective_at")) {
        problem_set(error, PROBLEM_ITEM_EFFECTIVE, NULL);
        return NULL;
    }
    json_object_set_new(item, "version", json_integer(field_integer(last, "version") + 1));
    content = bounded_json_dump(item);
    if (!store_execute(db, error, "INSERT INTO item_versions (code, version, effective_at, published_at, published_by, content) VALUES ($1, $2, $3, $4, $5, $6)", "tiiitt",
                       code, field_integer(item, "version"), effective_at, now, field_string(input, "user"), content) ||
        !store_execute(db, error, "DELETE FROM item_drafts WHERE code = $1", "t", code))
        return NULL;
    return json_pack("{s:O, s:I, s:O}", "version", json_object_get(item, "version"), "effective_at", (json_int_t) effective_at, "item", item);
}
