#include "model-appointments.h"

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model-deliveries.h"
#include "model-links.h"
#include "model.h"
#include "problem.h"
#include "slots.h"
#include "uuid7.h"

#define HOUR (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)
/* Until then an applicant moves or cancels without calling. */
#define LAST_CHANGE_US (1 * HOUR)

#define RULE_COLUMNS "r.id, r.item_code, r.weekday, r.from_minute, r.to_minute, r.minutes, r.capacity, r.lead_hours, r.horizon_days"

/* --- rules and days --- */

static gboolean
add_staff_of(StoreConnection *db, json_t *rule, GError **error)
{
    json_t *staff = store_select(db, error, "SELECT u.account, u.name FROM slot_rule_staff s JOIN users u ON u.id = s.user_id WHERE s.rule_id = $1 ORDER BY u.account", "t",
                                 field_string(rule, "id"));

    return staff && json_object_set_new(rule, "staff", staff) == 0;
}

json_t *
model_slot_rule_list(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) rules =
        store_select(db, error, "SELECT " RULE_COLUMNS " FROM slot_rules r WHERE r.removed_at IS NULL ORDER BY r.weekday, r.from_minute, r.id", "");
    gsize i;
    json_t *rule;

    if (!rules)
        return NULL;
    json_array_foreach(rules, i, rule)
        if (!add_staff_of(db, rule, error))
            return NULL;
    return json_pack("{s:O}", "rules", rules);
}

json_t *
model_slot_rule_add(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    g_autoptr(json_t) rule = NULL;
    gsize i;
    json_t *account;

    if (!store_execute(db, error,
                       "INSERT INTO slot_rules (id, item_code, weekday, from_minute, to_minute, minutes, capacity, lead_hours, horizon_days, created_by, created_at) VALUES ($1, $2, $3, "
                       "$4, $5, $6, $7, $8, $9, $10, $11)",
                       "ttiiiiiiiti", id, field_string(input, "item_code"), field_integer(input, "weekday"), field_integer(input, "from_minute"), field_integer(input, "to_minute"),
                       field_integer(input, "minutes"), field_integer(input, "capacity"), field_integer(input, "lead_hours"), field_integer(input, "horizon_days"),
                       field_string(input, "user"), field_integer(input, "now")))
        return NULL;
    json_array_foreach(json_object_get(input, "staff"), i, account) {
        g_autoptr(json_t) added = store_select_one(db, error,
                                                   "INSERT INTO slot_rule_staff (rule_id, user_id) SELECT $1, id FROM users WHERE account = $2 AND disabled = 0 AND role = 'inspector' ON "
                                                   "CONFLICT (rule_id, user_id) DO UPDATE SET user_id = excluded.user_id RETURNING user_id",
                                                   "tt", id, json_string_value(account));

        if (!added)
            return NULL;
        if (json_is_null(added)) {
            problem_set(error, PROBLEM_USER_NOT_FOUND, "staff[%" G_GSIZE_FORMAT "]", i);
            return NULL;
        }
    }
    rule = store_select_one(db, error, "SELECT " RULE_COLUMNS " FROM slot_rules r WHERE r.id = $1", "t", id);
    return rule && add_staff_of(db, rule, error) ? g_steal_pointer(&rule) : NULL;
}

json_t *
model_slot_rule_remove(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "UPDATE slot_rules SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL RETURNING id", "it", field_integer(input, "now"),
                                             field_string(input, "rule"));

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_SLOT_RULE_NOT_FOUND, NULL);
        return NULL;
    }
    return json_object();
}

json_t *
model_holiday_list(StoreConnection *db, json_t *input, GError **error)
{
    json_t *days = store_select(db, error, "SELECT day, name, weekday FROM holidays ORDER BY day", "");

    return days ? json_pack("{s:o}", "holidays", days) : NULL;
}

json_t *
model_holiday_put(StoreConnection *db, json_t *input, GError **error)
{
    const char *day = field_string(input, "day");

    if (!json_is_integer(json_object_get(input, "weekday")))
        return store_execute(db, error, "DELETE FROM holidays WHERE day = $1", "t", day) ? json_object() : NULL;
    return store_execute(db, error,
                         "INSERT INTO holidays (day, name, weekday) VALUES ($1, $2, $3) ON CONFLICT (day) DO UPDATE SET name = excluded.name, weekday = excluded.weekday", "tti", day,
                         field_string(input, "name"), field_integer(input, "weekday"))
               ? json_object()
               : NULL;
}

/* --- what is free --- */

static json_t *
special_days(StoreConnection *db, GError **error)
{
    g_autoptr(json_t) rows = store_select(db, error, "SELECT day, weekday FROM holidays", "");
    json_t *days = json_object();
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
        json_object_set(days, field_string(row, "day"), json_object_get(row, "weekday"));
    if (rows)
        return days;
    json_decref(days);
    return NULL;
}

/* Times of the visits that anybody of the rule's team has, but the case's own. */
static json_t *
taken_times(StoreConnection *db, const char *rule, const char *case_id, gint64 now, GError **error)
{
    g_autoptr(json_t) rows = store_select(db, error,
                                          "SELECT DISTINCT v.id, v.scheduled_at FROM visits v JOIN visit_staff a ON a.visit_id = v.id JOIN slot_rule_staff s ON s.user_id = a.user_id WHERE "
                                          "s.rule_id = $1 AND v.state <> 'ended' AND v.case_id <> $2 AND v.scheduled_at > $3",
                                          "tti", rule, case_id, now - 24 * HOUR);
    json_t *times = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
        json_array_append(times, json_object_get(row, "scheduled_at"));
    if (rows)
        return times;
    json_decref(times);
    return NULL;
}

static json_t *
free_of_rule(StoreConnection *db, const json_t *rule, const json_t *days, const char *case_id, gint64 now, GError **error)
{
    g_autoptr(json_t) taken = taken_times(db, field_string(rule, "id"), case_id, now, error);

    return taken ? slots_free(rule, days, taken, now) : NULL;
}

static json_t *
rules_for(StoreConnection *db, const char *item, const char *rule, GError **error)
{
    return store_select(db, error,
                        "SELECT " RULE_COLUMNS " FROM slot_rules r WHERE r.removed_at IS NULL AND (r.item_code IS NULL OR r.item_code = $1) AND (CAST($2 AS TEXT) IS NULL OR r.id = $2) "
                        "ORDER BY r.id",
                        "tt", item, rule);
}

json_t *
model_appointment_state(StoreConnection *db, const char *case_id, gint64 now, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "SELECT (SELECT COUNT(*) FROM visits v WHERE v.case_id = $1 AND v.kind = 'inspection' AND v.state IN ('waiting', 'live')) AS running, (SELECT "
                                             "COUNT(*) FROM visits v WHERE v.case_id = $1 AND v.no_show_at IS NOT NULL) AS missed, (SELECT v.decision FROM visits v WHERE v.case_id = $1 AND "
                                             "v.kind = 'inspection' AND v.started_at IS NOT NULL ORDER BY v.started_at DESC LIMIT 1) AS decision, (SELECT r.state FROM rectifications r WHERE "
                                             "r.case_id = $1 ORDER BY r.id DESC LIMIT 1) AS rectification, (SELECT COUNT(*) FROM slot_rules s JOIN cases c ON c.id = $1 WHERE s.removed_at IS "
                                             "NULL AND (s.item_code IS NULL OR s.item_code = c.item_code)) AS rules",
                                             "t", case_id);
    g_autoptr(json_t) appointment =
        row ? store_select_one(db, error,
                               "SELECT v.id AS visit, v.scheduled_at AS at, v.revision, CASE WHEN v.scheduled_at > $2 THEN 1 ELSE 0 END AS may_change FROM visits v WHERE v.case_id = $1 AND "
                               "v.kind = 'inspection' AND v.state = 'scheduled' ORDER BY v.scheduled_at DESC LIMIT 1",
                               "ti", case_id, now + LAST_CHANGE_US)
            : NULL;
    const char *decision = field_string(row, "decision");
    gboolean wanted = !decision || (g_str_equal(decision, "rectify") && g_strcmp0(field_string(row, "rectification"), "revisit") == 0);

    if (!appointment)
        return NULL;
    return json_pack("{s:b, s:O}", "may_book",
                     field_integer(row, "rules") > 0 && field_integer(row, "running") == 0 && field_integer(row, "missed") < NO_SHOWS_MAX && wanted &&
                         (json_is_null(appointment) || field_integer(appointment, "may_change")),
                     "appointment", appointment);
}

/* The link's case when it may be booked. */
static json_t *
bookable(StoreConnection *db, json_t *input, json_t **ret_appointment, GError **error)
{
    g_autoptr(json_t) opened = model_link_open(db, input, error);
    json_t *of_case = json_object_get(opened, "case");
    g_autoptr(json_t) state = opened ? model_appointment_state(db, field_string(of_case, "id"), field_integer(input, "now"), error) : NULL;

    if (!state)
        return NULL;
    if (!field_boolean(state, "may_book")) {
        problem_set(error, PROBLEM_APPOINTMENT_STATE, NULL);
        return NULL;
    }
    *ret_appointment = json_incref(json_object_get(state, "appointment"));
    return json_incref(of_case);
}

/* Free slots of the case by all rules, or by one. */
static json_t *
free_slots(StoreConnection *db, const json_t *of_case, const char *rule_id, gint64 now, GError **error)
{
    g_autoptr(json_t) rules = rules_for(db, field_string(of_case, "item_code"), rule_id, error);
    g_autoptr(json_t) days = rules ? special_days(db, error) : NULL;
    g_autoptr(json_t) slots = json_array();
    gsize i;
    json_t *rule;

    if (!days)
        return NULL;
    json_array_foreach(rules, i, rule) {
        g_autoptr(json_t) some = free_of_rule(db, rule, days, field_string(of_case, "id"), now, error);

        if (!some)
            return NULL;
        json_array_extend(slots, some);
    }
    return g_steal_pointer(&slots);
}

json_t *
model_my_slots(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) appointment = NULL;
    g_autoptr(json_t) of_case = bookable(db, input, &appointment, error);
    json_t *slots = of_case ? free_slots(db, of_case, NULL, field_integer(input, "now"), error) : NULL;

    return slots ? json_pack("{s:o}", "slots", slots) : NULL;
}

/* --- booking --- */

static gboolean
slot_is_free(StoreConnection *db, const json_t *of_case, const json_t *input, GError **error)
{
    g_autoptr(json_t) slots = free_slots(db, of_case, field_string(input, "rule"), field_integer(input, "now"), error);
    gsize i;
    json_t *slot;

    if (!slots)
        return FALSE;
    json_array_foreach(slots, i, slot)
        if (field_integer(slot, "at") == field_integer(input, "at"))
            return TRUE;
    return problem_set(error, json_array_size(slots) ? PROBLEM_SLOT_TAKEN : PROBLEM_SLOT_UNKNOWN, NULL);
}

static json_t *
accounts_of(StoreConnection *db, const char *rule, GError **error)
{
    g_autoptr(json_t) rows = store_select(db, error, "SELECT u.account FROM slot_rule_staff s JOIN users u ON u.id = s.user_id WHERE s.rule_id = $1 AND u.disabled = 0", "t", rule);
    json_t *accounts = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
        json_array_append(accounts, json_object_get(row, "account"));
    if (rows)
        return accounts;
    json_decref(accounts);
    return NULL;
}

json_t *
model_my_appointment_book(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) appointment = NULL, staff = NULL, request = NULL, visit = NULL;
    g_autoptr(json_t) of_case = bookable(db, input, &appointment, error);
    const char *case_id = field_string(of_case, "id");
    gint64 now = field_integer(input, "now"), at = field_integer(input, "at");

    if (!of_case || !slot_is_free(db, of_case, input, error) || !(staff = accounts_of(db, field_string(input, "rule"), error)))
        return NULL;
    if (json_is_object(appointment)) {
        request = json_pack("{s:O, s:n, s:O, s:O, s:O, s:I}", "visit", json_object_get(appointment, "visit"), "user", "revision", json_object_get(appointment, "revision"), "scheduled_at",
                            json_object_get(input, "at"), "staff", staff, "now", (json_int_t) now);
        visit = model_visit_change(db, request, error);
    } else {
        request = json_pack("{s:s, s:s, s:O, s:O, s:I}", "case", case_id, "kind", "inspection", "scheduled_at", json_object_get(input, "at"), "staff", staff, "now", (json_int_t) now);
        visit = model_visit_schedule(db, request, error);
    }
    if (!visit || !store_execute(db, error, "UPDATE visits SET rule_id = $1, reminded_at = NULL WHERE id = $2", "tt", field_string(input, "rule"), field_string(visit, "id")) ||
        !model_event(db, case_id, field_string(visit, "id"), json_is_object(appointment) ? "appointment.moved" : "appointment.booked", json_pack("{s:I}", "at", (json_int_t) at), now, error) ||
        !model_message(db, case_id, "appointment-booked", json_pack("{s:I}", "at", (json_int_t) at), now, error))
        return NULL;
    return json_pack("{s:O, s:I}", "visit", json_object_get(visit, "id"), "at", (json_int_t) at);
}

/* A visit that will not be: it has ended without having begun. */
static gboolean
call_off(StoreConnection *db, const char *visit, const char *by, gboolean no_show, gint64 now, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "UPDATE visits SET state = 'ended', ended_at = $1, revision = revision + 1, cancelled_at = CASE WHEN $2 = 1 THEN NULL ELSE $1 END, cancelled_by = "
                                             "$3, no_show_at = CASE WHEN $2 = 1 THEN $1 ELSE NULL END WHERE id = $4 AND state IN ('scheduled', 'waiting') AND started_at IS NULL AND ($2 = 0 "
                                             "OR scheduled_at < $1) RETURNING case_id AS \"case\", scheduled_at",
                                             "ibtt", now, no_show, by, visit);

    if (!row)
        return FALSE;
    if (json_is_null(row))
        return problem_set(error, PROBLEM_APPOINTMENT_STATE, NULL);
    return model_event(db, field_string(row, "case"), visit, no_show ? "appointment.missed" : "appointment.cancelled", json_pack("{s:s}", "by", by), now, error) &&
           model_message(db, field_string(row, "case"), no_show ? "no-show" : "appointment-cancelled", json_pack("{s:O}", "at", json_object_get(row, "scheduled_at")), now, error) &&
           model_search_changed(db, visit, error);
}

json_t *
model_my_appointment_cancel(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) opened = model_link_open(db, input, error);
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) state = opened ? model_appointment_state(db, field_string(json_object_get(opened, "case"), "id"), now, error) : NULL;
    json_t *appointment = json_object_get(state, "appointment");

    if (!state)
        return NULL;
    if (!json_is_object(appointment) || !field_integer(appointment, "may_change")) {
        problem_set(error, PROBLEM_APPOINTMENT_STATE, NULL);
        return NULL;
    }
    return call_off(db, field_string(appointment, "visit"), "applicant", FALSE, now, error) ? json_object() : NULL;
}

json_t *
model_visit_off(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    g_autoptr(json_t) checked = model_visit_check(db, input, error);

    return checked && call_off(db, visit, "staff", field_boolean(input, "no_show"), field_integer(input, "now"), error) ? model_visit_row(db, visit, error) : NULL;
}

json_t *
model_appointments_remind(StoreConnection *db, json_t *input, GError **error)
{
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) rows = store_select(db, error,
                                          "UPDATE visits SET reminded_at = $1 WHERE state = 'scheduled' AND kind = 'inspection' AND reminded_at IS NULL AND rule_id IS NOT NULL AND scheduled_at > "
                                          "$1 AND scheduled_at <= $2 RETURNING case_id AS \"case\", scheduled_at",
                                          "ii", now, now + 24 * HOUR);
    gsize i;
    json_t *row;

    if (!rows)
        return NULL;
    json_array_foreach(rows, i, row)
        if (!model_message(db, field_string(row, "case"), "appointment-reminder", json_pack("{s:O}", "at", json_object_get(row, "scheduled_at")), now, error))
            return NULL;
    return json_object();
}

/* --- the staff's calendars --- */

json_t *
model_calendar_add(StoreConnection *db, json_t *input, GError **error)
{
    const char *user = field_string(input, "user");

    return store_execute(db, error, "DELETE FROM calendar_feeds WHERE user_id = $1", "t", user) &&
                   store_execute(db, error, "INSERT INTO calendar_feeds (digest, user_id, created_at) VALUES ($1, $2, $3)", "tti", field_string(input, "digest"), user,
                                 field_integer(input, "now"))
               ? json_object()
               : NULL;
}

json_t *
model_calendar(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) feed = store_select_one(db, error, "SELECT f.user_id FROM calendar_feeds f JOIN users u ON u.id = f.user_id WHERE f.digest = $1 AND u.disabled = 0", "t",
                                              field_string(input, "digest"));
    json_t *visits;

    if (!feed)
        return NULL;
    if (json_is_null(feed)) {
        problem_set(error, PROBLEM_REQUEST_NOT_FOUND, NULL);
        return NULL;
    }
    visits = store_select(db, error,
                          "SELECT v.id, c.case_number, c.premises, c.item_code, v.scheduled_at, v.revision, v.state, v.cancelled_at FROM visits v JOIN cases c ON c.id = v.case_id JOIN "
                          "visit_staff a ON a.visit_id = v.id WHERE a.user_id = $1 AND v.scheduled_at >= $2 ORDER BY v.scheduled_at LIMIT 500",
                          "ti", field_string(feed, "user_id"), field_integer(input, "from"));
    return visits ? json_pack("{s:o}", "visits", visits) : NULL;
}
