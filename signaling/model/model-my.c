#include "model-my.h"

#include "bounded-json.h"
#include "field-rules.h"
#include "model-appointments.h"
#include "model-links.h"
#include "model-rectifications.h"

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
model_reminders(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) rectifications = model_rectifications_remind(db, input, error);

    return rectifications ? model_appointments_remind(db, input, error) : NULL;
}
