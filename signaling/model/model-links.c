#include "model-links.h"

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model.h"
#include "problem.h"
#include "uuid7.h"

#define LINK_COLUMNS "id, case_id AS \"case\", created_at, expires_at, revoked_at"
/* A link that is sent is good for at least this long. */
#define LINK_REST_US (CASE_LINK_US / 2)

static json_t *
add_link(StoreConnection *db, const char *case_id, const char *created_by, gint64 now, gint64 expires_at, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());

    return store_select_one(db, error, "INSERT INTO case_links (id, case_id, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5) RETURNING " LINK_COLUMNS,
                            "tttii", id, case_id, created_by, now, expires_at);
}

json_t *
model_link_add(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) seen = model_case_get(db, input, error);

    return seen ? add_link(db, field_string(input, "case"), field_string(input, "created_by"), field_integer(input, "now"), field_integer(input, "expires_at"), error)
                : NULL;
}

json_t *
model_link_list(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) seen = model_case_get(db, input, error);
    json_t *links =
        seen ? store_select(db, error, "SELECT " LINK_COLUMNS " FROM case_links WHERE case_id = $1 ORDER BY id", "t", field_string(input, "case")) : NULL;

    return links ? json_pack("{s:o}", "links", links) : NULL;
}

json_t *
model_link_revoke(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT case_id AS \"case\" FROM case_links WHERE id = $1", "t", field_string(input, "link"));
    g_autoptr(json_t) seen = NULL;

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_CASE_LINK_NOT_FOUND, NULL);
        return NULL;
    }
    json_object_set(row, "user", json_object_get(input, "user"));
    seen = model_case_get(db, row, error);
    return seen && store_execute(db, error, "UPDATE case_links SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2", "it", field_integer(input, "now"),
                                 field_string(input, "link"))
               ? json_object()
               : NULL;
}

json_t *
model_link_open(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "SELECT l.expires_at, l.revoked_at, c.id, c.case_number, c.item_code, c.item_version, c.applicant, c.premises, c.phone, c.email FROM "
                                             "case_links l JOIN cases c ON c.id = l.case_id WHERE l.id = $1",
                                             "t", field_string(input, "link"));

    if (!row)
        return NULL;
    if (json_is_null(row))
        problem_set(error, PROBLEM_CASE_LINK_INVALID, NULL);
    else if (!json_is_null(json_object_get(row, "revoked_at")))
        problem_set(error, PROBLEM_CASE_LINK_REVOKED, NULL);
    else if (field_integer(row, "expires_at") <= field_integer(input, "now"))
        problem_set(error, PROBLEM_CASE_LINK_EXPIRED, NULL);
    else {
        json_object_del(row, "expires_at");
        json_object_del(row, "revoked_at");
        return json_pack("{s:O, s:O}", "link", json_object_get(input, "link"), "case", row);
    }
    return NULL;
}

json_t *
model_case_contact(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) seen = model_case_get(db, input, error);

    if (!seen || !store_execute(db, error, "UPDATE cases SET phone = $1, email = $2, revision = revision + 1 WHERE id = $3", "ttt", field_string(input, "phone"),
                                field_string(input, "email"), field_string(input, "case")))
        return NULL;
    return model_case_get(db, input, error);
}

char *
model_link_for(StoreConnection *db, const char *case_id, gint64 now, GError **error)
{
    g_autoptr(json_t) there = store_select_one(db, error,
                                               "SELECT id FROM case_links WHERE case_id = $1 AND created_by IS NULL AND revoked_at IS NULL AND expires_at > $2 ORDER BY id DESC LIMIT 1",
                                               "ti", case_id, now + LINK_REST_US);
    g_autoptr(json_t) made = NULL;

    if (!there)
        return NULL;
    if (json_is_object(there))
        return g_strdup(field_string(there, "id"));
    made = add_link(db, case_id, NULL, now, now + CASE_LINK_US, error);
    return made ? g_strdup(field_string(made, "id")) : NULL;
}
