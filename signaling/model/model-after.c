#include "model-after.h"

#include <string.h>

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model-deliveries.h"
#include "model-links.h"
#include "model.h"
#include "problem.h"
#include "uuid7.h"

#define ATTACHMENT_COLUMNS                                                                                             \
    "t.id, t.name, t.type, t.sha256, t.bytes, t.at, CASE WHEN t.link_id IS NULL THEN (SELECT u.name FROM users u WHERE u.id = t.user_id) ELSE NULL END AS by_staff"

/* --- evaluation --- */

json_t *
model_my_evaluate(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) opened = model_link_open(db, input, error);
    const char *visit = field_string(input, "visit"), *case_id = field_string(json_object_get(opened, "case"), "id");
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) held =
        opened ? store_select_one(db, error, "SELECT id FROM visits WHERE id = $1 AND case_id = $2 AND state = 'ended' AND started_at IS NOT NULL", "tt", visit, case_id) : NULL;

    if (!held)
        return NULL;
    if (json_is_null(held)) {
        problem_set(error, PROBLEM_EVALUATION_STATE, NULL);
        return NULL;
    }
    return store_execute(db, error,
                         "INSERT INTO evaluations (visit_id, score, words, link_id, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (visit_id) DO UPDATE SET score = excluded.score, words = "
                         "excluded.words, link_id = excluded.link_id, at = excluded.at",
                         "titti", visit, field_integer(input, "score"), field_string(input, "words"), field_string(input, "link"), now) &&
                   model_event(db, case_id, visit, "visit.evaluated", json_pack("{s:O}", "score", json_object_get(input, "score")), now, error)
               ? json_object()
               : NULL;
}

/* --- audits --- */

/* Of the item's version under which the visit was held. */
static gboolean
audit_percent(StoreConnection *db, const char *visit, gint64 *ret_percent, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "SELECT iv.content FROM visits v JOIN cases c ON c.id = v.case_id JOIN item_versions iv ON iv.code = c.item_code AND iv.version = "
                                             "COALESCE(v.item_version, c.item_version) WHERE v.id = $1",
                                             "t", visit);
    const char *text = field_string(row, "content");
    g_autoptr(json_t) item = text ? bounded_json_parse(text, strlen(text), strlen(text), error) : NULL;

    *ret_percent = field_integer(item, "audit_percent");
    return row && (!text || item);
}

gboolean
model_audit_draw(StoreConnection *db, const char *visit, gint64 now, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    gint64 number = g_random_int_range(0, 100), percent;
    g_autoptr(json_t) passed = store_select_one(db, error, "SELECT case_id FROM visits WHERE id = $1 AND decision = 'passed'", "t", visit);
    g_autoptr(json_t) made = NULL;

    if (!passed || json_is_null(passed) || !audit_percent(db, visit, &percent, error))
        return passed && json_is_null(passed);
    made = store_select_one(db, error, "INSERT INTO audits (id, visit_id, percent, number, drawn, drawn_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (visit_id) DO NOTHING RETURNING drawn",
                            "ttiibi", id, visit, percent, number, number < percent, now);
    if (!made)
        return FALSE;
    return json_is_null(made) || number >= percent || model_event(db, field_string(passed, "case_id"), visit, "audit.drawn", json_pack("{s:s}", "audit", id), now, error);
}

#define AUDIT_COLUMNS                                                                                                  \
    "a.id, a.visit_id AS visit, a.percent, a.number, a.drawn, a.drawn_at, a.result, a.words, u.name AS done_by, a.done_at, v.case_id AS \"case\", c.case_number, c.applicant, c.premises, " \
    "c.item_code"
#define AUDIT_TABLES " FROM audits a JOIN visits v ON v.id = a.visit_id JOIN cases c ON c.id = v.case_id LEFT JOIN users u ON u.id = a.done_by "

json_t *
model_audit_list(StoreConnection *db, json_t *input, GError **error)
{
    json_t *audits = store_select(db, error, "SELECT " AUDIT_COLUMNS AUDIT_TABLES "WHERE a.drawn = 1 AND ($1 = 0 OR a.done_at IS NULL) ORDER BY a.done_at IS NOT NULL, a.id DESC LIMIT $2", "bi",
                                  field_boolean(input, "open"), field_integer(input, "limit"));

    return audits ? json_pack("{s:o}", "audits", audits) : NULL;
}

json_t *
model_audit_done(StoreConnection *db, json_t *input, GError **error)
{
    const char *audit = field_string(input, "audit"), *user = field_string(input, "user");
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "SELECT a.visit_id AS visit, v.case_id AS \"case\", (SELECT COUNT(*) FROM visit_staff s WHERE s.visit_id = a.visit_id AND s.user_id = $2) AS mine FROM "
                                             "audits a JOIN visits v ON v.id = a.visit_id WHERE a.id = $1 AND a.drawn = 1 AND a.done_at IS NULL",
                                             "tt", audit, user);

    if (!row)
        return NULL;
    if (json_is_null(row) || field_integer(row, "mine") > 0) {
        problem_set(error, json_is_null(row) ? PROBLEM_AUDIT_NOT_FOUND : PROBLEM_AUDIT_CONFLICT, NULL);
        return NULL;
    }
    return store_execute(db, error, "UPDATE audits SET result = $1, words = $2, done_by = $3, done_at = $4 WHERE id = $5", "tttit", field_string(input, "result"),
                         field_string(input, "words"), user, now, audit) &&
                   model_event(db, field_string(row, "case"), field_string(row, "visit"), "audit.done", json_pack("{s:O}", "result", json_object_get(input, "result")), now, error)
               ? json_object()
               : NULL;
}

/* --- attachments --- */

json_t *
model_case_after(StoreConnection *db, json_t *input, GError **error)
{
    const char *case_id = field_string(input, "case");
    g_autoptr(json_t) seen = model_case_get(db, input, error);
    g_autoptr(json_t) attachments = NULL, evaluations = NULL, audits = NULL;

    if (!seen)
        return NULL;
    attachments = store_select(db, error, "SELECT " ATTACHMENT_COLUMNS " FROM attachments t WHERE t.case_id = $1 ORDER BY t.id", "t", case_id);
    evaluations = store_select(db, error, "SELECT e.visit_id AS visit, e.score, e.words, e.at FROM evaluations e JOIN visits v ON v.id = e.visit_id WHERE v.case_id = $1 ORDER BY e.at", "t", case_id);
    audits = store_select(db, error, "SELECT " AUDIT_COLUMNS AUDIT_TABLES "WHERE v.case_id = $1 ORDER BY a.id", "t", case_id);
    return attachments && evaluations && audits ? json_pack("{s:O, s:O, s:O}", "attachments", attachments, "evaluations", evaluations, "audits", audits) : NULL;
}

json_t *
model_attachment_add(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) opened = field_string(input, "link") ? model_link_open(db, input, error) : model_case_get(db, input, error);
    const char *case_id = field_string(input, "link") ? field_string(json_object_get(opened, "case"), "id") : field_string(input, "case");
    g_autoptr(json_t) count = opened ? store_select_one(db, error, "SELECT COUNT(*) AS n FROM attachments WHERE case_id = $1 AND id <> $2", "tt", case_id, field_string(input, "file")) : NULL;
    g_autoptr(json_t) made = NULL;

    if (!count)
        return NULL;
    if (field_integer(count, "n") >= ATTACHMENTS_MAX) {
        problem_set(error, PROBLEM_ATTACHMENT_LIMIT, NULL);
        return NULL;
    }
    made = store_select_one(db, error,
                            "INSERT INTO attachments (id, case_id, name, type, sha256, bytes, user_id, link_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET at = "
                            "attachments.at WHERE attachments.sha256 = excluded.sha256 AND attachments.case_id = excluded.case_id RETURNING id, name, type, sha256, bytes, at",
                            "tttttitti", field_string(input, "file"), case_id, field_string(input, "name"), field_string(input, "type"), field_string(input, "sha256"), field_integer(input, "bytes"),
                            field_string(input, "uploader"), field_string(input, "link"), field_integer(input, "now"));
    if (made && json_is_null(made)) {
        problem_set(error, PROBLEM_STILL_CONFLICT, NULL);
        return NULL;
    }
    return g_steal_pointer(&made);
}

json_t *
model_attachment_get(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT t.id, t.case_id AS \"case\", t.name, t.type, t.sha256 FROM attachments t WHERE t.id = $1", "t", field_string(input, "attachment"));
    g_autoptr(json_t) seen = NULL;

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_ATTACHMENT_NOT_FOUND, NULL);
        return NULL;
    }
    json_object_set(row, "user", json_object_get(input, "user"));
    seen = model_case_get(db, row, error);
    return seen ? g_steal_pointer(&row) : NULL;
}
