#include "model.h"

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model-deliveries.h"
#include "problem.h"
#include "uuid7.h"

#define INVITATION_COLUMNS "id, visit_id AS visit, name, role, (SELECT v.kind FROM visits v WHERE v.id = visit_id) AS kind, created_at, expires_at, revoked_at, used_at"

/* By mail or gateway; the token is made when it is sent. */
static gboolean
send_invitation(StoreConnection *db, const json_t *invitation, gint64 now, GError **error)
{
    g_autoptr(json_t) visit = store_select_one(db, error, "SELECT case_id, scheduled_at FROM visits WHERE id = $1", "t", field_string(invitation, "visit"));

    return visit && model_message(db, field_string(visit, "case_id"), "invitation",
                                  json_pack("{s:O, s:O, s:O}", "invitation", json_object_get(invitation, "id"), "expires_at", json_object_get(invitation, "expires_at"), "at",
                                            json_object_get(visit, "scheduled_at")),
                                  now, error);
}

json_t *
model_invitation_add(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    g_autoptr(json_t) checked = model_visit_check(db, input, error);
    g_autoptr(json_t) made = NULL;

    if (!checked)
        return NULL;
    if (g_strcmp0(field_string(checked, "state"), "ended") == 0) {
        problem_set(error, PROBLEM_VISIT_ENDED, NULL);
        return NULL;
    }
    made = store_select_one(db, error,
                            "INSERT INTO invitations (id, visit_id, name, created_by, created_at, expires_at, role) "
                            "SELECT $1, v.id, COALESCE($2, c.applicant), $3, $4, $5, COALESCE($7, 'applicant') FROM visits v JOIN cases c ON c.id = v.case_id "
                            "WHERE v.id = $6 RETURNING " INVITATION_COLUMNS,
                            "tttiitt", id, field_string(input, "name"), field_string(input, "created_by"), field_integer(input, "now"),
                            field_integer(input, "expires_at"), field_string(input, "visit"), field_string(input, "role"));
    return made && (!field_boolean(input, "send") || send_invitation(db, made, field_integer(input, "now"), error)) ? g_steal_pointer(&made) : NULL;
}

json_t *
model_invitation_list(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) checked = model_visit_check(db, input, error);
    json_t *list = checked ? store_select(db, error, "SELECT " INVITATION_COLUMNS " FROM invitations WHERE visit_id = $1 ORDER BY id", "t",
                                          field_string(input, "visit"))
                           : NULL;

    return list ? json_pack("{s:o}", "invitations", list) : NULL;
}

json_t *
model_invitation_revoke(StoreConnection *db, json_t *input, GError **error)
{
    const char *invitation = field_string(input, "invitation");
    g_autoptr(json_t) row =
        store_select_one(db, error, "SELECT visit_id AS visit FROM invitations WHERE id = $1", "t", invitation);

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_INVITATION_NOT_FOUND, NULL);
        return NULL;
    }
    json_object_set(row, "user", json_object_get(input, "user"));
    g_autoptr(json_t) checked = model_visit_check(db, row, error);

    if (!checked || !store_execute(db, error, "UPDATE invitations SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2", "it",
                                   field_integer(input, "now"), invitation))
        return NULL;

    g_autoptr(json_t) participant =
        store_select_one(db, error, "SELECT id FROM participants WHERE invitation_id = $1", "t", invitation);

    if (!participant)
        return NULL;
    if (json_is_object(participant)) {
        g_autoptr(json_t) left = NULL;
        g_autoptr(json_t) leave = json_pack("{s:s, s:O}", "participant", field_string(participant, "id"), "now", json_object_get(input, "now"));

        left = model_leave(db, leave, error);
        if (!left)
            return NULL;
        return json_pack("{s:s, s:s, s:O}", "visit", field_string(row, "visit"), "participant", field_string(participant, "id"), "room",
                         json_object_get(left, "room"));
    }
    return json_pack("{s:s, s:n}", "visit", field_string(row, "visit"), "participant");
}
