#include "model-my.h"

#include "bounded-json.h"
#include "field-rules.h"
#include "model-appointments.h"
#include "model-links.h"
#include "model-rectifications.h"
#include "model.h"
#include "problem.h"

/* So long before its time an applicant may come in; an invitation that is given is good for longer. */
#define MY_EARLY_US (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)

json_t *
model_my(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) opened = model_link_open(db, input, error);
    json_t *of_case = json_object_get(opened, "case");
    g_autoptr(json_t) visits = opened ? store_select(db, error,
                                                     "SELECT v.id, v.state, v.scheduled_at, v.started_at, v.ended_at, v.decision, v.deadline_at, v.conclusion, v.cancelled_at, v.no_show_at, e.score AS evaluation FROM visits v LEFT "
                                                     "JOIN evaluations e ON e.visit_id = v.id WHERE v.case_id = $1 AND v.kind = 'inspection' ORDER BY v.scheduled_at, v.id",
                                                     "t", field_string(of_case, "id"))
                                      : NULL;
    g_autoptr(json_t) rectification = visits ? model_my_rectification(db, input, error) : NULL;
    g_autoptr(json_t) answer = rectification ? model_appointment_state(db, field_string(of_case, "id"), field_integer(input, "now"), error) : NULL;

    if (!answer)
        return NULL;
    json_object_del(of_case, "phone");
    json_object_del(of_case, "email");
    json_object_set(answer, "case", of_case);
    json_object_set(answer, "visits", visits);
    json_object_set(answer, "rectification", rectification);
    return g_steal_pointer(&answer);
}

json_t *
model_my_invitation(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) opened = model_link_open(db, input, error);
    /* An invitation says who of the office made it: the first of the visit's inspectors stands for the link. */
    g_autoptr(json_t) due = opened ? store_select_one(db, error,
                                                      "SELECT (SELECT a.user_id FROM visit_staff a WHERE a.visit_id = v.id ORDER BY a.user_id LIMIT 1) AS created_by, (SELECT i.id FROM invitations i WHERE "
                                                      "i.visit_id = v.id AND i.role = 'applicant' ORDER BY i.id DESC LIMIT 1) AS newest FROM visits v WHERE v.id = $1 AND "
                                                      "v.case_id = $2 AND v.kind = 'inspection' AND v.state <> 'ended' AND v.scheduled_at <= $3",
                                                      "tti", visit, field_string(json_object_get(opened, "case"), "id"), now + MY_EARLY_US)
                                   : NULL;
    g_autoptr(json_t) there = NULL, request = NULL;

    if (!due)
        return NULL;
    if (json_is_null(due) || !field_string(due, "created_by")) {
        problem_set(error, PROBLEM_APPOINTMENT_STATE, NULL);
        return NULL;
    }
    there = store_select_one(db, error, "SELECT id, expires_at FROM invitations WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2", "ti", field_string(due, "newest"), now + MY_EARLY_US);
    if (!there || json_is_object(there))
        return g_steal_pointer(&there);
    request = json_pack("{s:s, s:O, s:n, s:O, s:O}", "visit", visit, "created_by", json_object_get(due, "created_by"), "user", "now", json_object_get(input, "now"), "expires_at",
                        json_object_get(input, "expires_at"));
    return model_invitation_add(db, request, error);
}

json_t *
model_reminders(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) rectifications = model_rectifications_remind(db, input, error);

    return rectifications ? model_appointments_remind(db, input, error) : NULL;
}
