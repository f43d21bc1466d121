/**
 * Appointments: the rules by which times are offered, and what the applicant and the staff do with them; works as in model.h.
 */
#pragma once

#include "store-connection.h"

/* Who was missed so often is asked to call. */
#define NO_SHOWS_MAX 3

/** {} → {rules} with their staff */
json_t *model_slot_rule_list(StoreConnection *db, json_t *input, GError **error);
/** {item_code (or null), weekday, from_minute, to_minute, minutes, capacity, lead_hours, horizon_days, staff: [accounts], user, now} → the rule */
json_t *model_slot_rule_add(StoreConnection *db, json_t *input, GError **error);
/** {rule, now} → {}; what is booked stays */
json_t *model_slot_rule_remove(StoreConnection *db, json_t *input, GError **error);
/** {} → {holidays} */
json_t *model_holiday_list(StoreConnection *db, json_t *input, GError **error);
/** {day, name, weekday} → {}; weekday NULL takes it away */
json_t *model_holiday_put(StoreConnection *db, json_t *input, GError **error);

/** For other works: whether the link's case may be booked now, and its coming appointment (or null): {may_book, appointment}. */
json_t *model_appointment_state(StoreConnection *db, const char *case_id, gint64 now, GError **error);
/** {link, now} → {slots} that are free for the link's case */
json_t *model_my_slots(StoreConnection *db, json_t *input, GError **error);
/** {link, rule, at, now} → {visit, at}: books, or moves what is booked. PROBLEM_SLOT_TAKEN, _UNKNOWN, PROBLEM_APPOINTMENT_STATE */
json_t *model_my_appointment_book(StoreConnection *db, json_t *input, GError **error);
/** {link, now} → {} */
json_t *model_my_appointment_cancel(StoreConnection *db, json_t *input, GError **error);

/** {visit, user, no_show, now} → the visit: it does not take place, or nobody came */
json_t *model_visit_off(StoreConnection *db, json_t *input, GError **error);
/** {now} → {}: tells who has an appointment tomorrow, once */
json_t *model_appointments_remind(StoreConnection *db, json_t *input, GError **error);

/** {user, digest, now} → {}: the feed's new address, the old one ends */
json_t *model_calendar_add(StoreConnection *db, json_t *input, GError **error);
/** {digest, from} → {visits: [{id, case_number, applicant, premises, item_code, scheduled_at, revision, state, cancelled_at}]} or PROBLEM_REQUEST_NOT_FOUND */
json_t *model_calendar(StoreConnection *db, json_t *input, GError **error);
