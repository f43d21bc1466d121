#include "model-steps.h"

#include <math.h>

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model.h"
#include "problem.h"
#include "uuid7.h"

/* WGS 84 mean radius; a premises is told from its neighbour by tens of metres, not by the ellipsoid's fifth of a per cent. */
#define EARTH_M 6371008.8

static double
radians(json_int_t e6)
{
    return (double) e6 / 1e6 * G_PI / 180;
}

/* Haversine, m. */
static gint64
distance_m(const json_t *a, const json_t *b)
{
    double lat_a = radians(field_integer(a, "lat_e6")), lat_b = radians(field_integer(b, "lat_e6"));
    double dlat = sin((lat_b - lat_a) / 2), dlon = sin((radians(field_integer(b, "lon_e6")) - radians(field_integer(a, "lon_e6"))) / 2);
    double h = dlat * dlat + cos(lat_a) * cos(lat_b) * dlon * dlon;

    return (gint64) (2 * EARTH_M * asin(MIN(1, sqrt(h))) + 0.5);
}

/* --- reading --- */

static void
degrees(json_t *row)
{
    json_object_set_new(row, "lat", json_real((double) field_integer(row, "lat_e6") / 1e6));
    json_object_set_new(row, "lon", json_real((double) field_integer(row, "lon_e6") / 1e6));
}

static void
clear_degrees(json_t *row)
{
    json_object_del(row, "lat_e6");
    json_object_del(row, "lon_e6");
}

/* Each with its distance to the premises, where their coordinates are known. */
static void
measure_places(json_t *locations, json_t *premises)
{
    gboolean known = json_is_integer(json_object_get(premises, "lat_e6"));
    gsize i;
    json_t *row;

    json_array_foreach(locations, i, row) {
        degrees(row);
        json_object_set_new(row, "distance_m", known ? json_integer(distance_m(row, premises)) : json_null());
        clear_degrees(row);
    }
    if (known)
        degrees(premises);
    clear_degrees(premises);
}

static gboolean
put_rows(StoreConnection *db, json_t *steps, const char *name, const char *sql, const char *visit, GError **error)
{
    json_t *rows = store_select(db, error, sql, "ti", visit, (gint64) MODEL_STEPS_MAX);

    return rows && json_object_set_new(steps, name, rows) == 0;
}

#define BY "JOIN participants p ON p.id = t.participant_id WHERE t.visit_id = $1 ORDER BY t.at, t.id LIMIT $2"

json_t *
model_steps(StoreConnection *db, const char *visit, GError **error)
{
    g_autoptr(json_t) steps = json_object();
    g_autoptr(json_t) director = store_select_one(db, error, "SELECT director FROM visits WHERE id = $1", "t", visit);
    g_autoptr(json_t) premises =
        director ? store_select_one(db, error, "SELECT c.lat_e6, c.lon_e6 FROM visits v JOIN cases c ON c.id = v.case_id WHERE v.id = $1", "t", visit) : NULL;

    if (!premises || !put_rows(db, steps, "acts", "SELECT t.id, t.act, p.name AS \"by\", t.at FROM acts t " BY, visit, error) ||
        !put_rows(db, steps, "challenges", "SELECT t.id, t.task_zh, t.task_en, p.name AS \"by\", t.at, t.result FROM challenges t " BY, visit, error) ||
        !put_rows(db, steps, "measurements",
                  "SELECT t.id, t.checkpoint, t.value, t.unit, t.verdict, t.still_id AS still, p.name AS \"by\", t.at FROM measurements t " BY, visit, error) ||
        !put_rows(db, steps, "corrections",
                  "SELECT t.id, t.checkpoint, t.before_still AS before, t.after_still AS after, p.name AS \"by\", t.at FROM corrections t " BY, visit, error) ||
        !put_rows(db, steps, "locations", "SELECT t.lat_e6, t.lon_e6, t.accuracy_m, p.name AS \"by\", t.at FROM locations t " BY, visit, error) ||
        !put_rows(db, steps, "notes", "SELECT t.id, t.words, p.name AS \"by\", t.at FROM private_notes t " BY, visit, error))
        return NULL;
    measure_places(json_object_get(steps, "locations"), premises);
    json_object_set(steps, "premises", json_object_size(premises) ? premises : json_null());
    json_object_set(steps, "director", json_is_object(director) ? json_object_get(director, "director") : json_null());
    return g_steal_pointer(&steps);
}

/* --- writing --- */

static json_t *
answer(StoreConnection *db, const json_t *input, GError **error)
{
    json_t *room = model_room(db, field_string(input, "visit"), error);

    return room ? json_pack("{s:o}", "room", room) : NULL;
}

/* The ledger's entry: the step's own fields with who did it. */
static gboolean
note(StoreConnection *db, const json_t *input, const char *type, json_t *data, GError **error)
{
    json_object_set(data, "participant", json_object_get(input, "participant"));
    return model_outbox_entry(db, field_string(input, "visit"), type, field_integer(input, "now"), data, error);
}

static gboolean
is_room_for_more(StoreConnection *db, const char *sql, const char *visit, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, sql, "t", visit);

    return row && (field_integer(row, "n") < MODEL_STEPS_MAX || problem_set(error, PROBLEM_BUSY, "at most %d", MODEL_STEPS_MAX));
}

/* Whose papers were seen, and which: the ledger names it, so that an auditor need not ask the office's database. */
static gboolean
note_identities(StoreConnection *db, const json_t *input, const char *shown, json_t *people, GError **error)
{
    g_autoptr(json_t) owned = people;
    gsize i;
    json_t *person;

    json_array_foreach(owned, i, person) {
        json_object_set_new(person, "shown", json_string(shown));
        json_object_set(person, "by", json_object_get(input, "participant"));
        if (!model_outbox_entry(db, field_string(input, "visit"), "identity", field_integer(input, "now"), json_incref(person), error))
            return FALSE;
    }
    return owned != NULL;
}

static gboolean
note_what_was_shown(StoreConnection *db, const json_t *input, GError **error)
{
    const char *act = field_string(input, "act");

    if (g_str_equal(act, "credentials-shown"))
        return note_identities(db, input, "credential",
                               store_select(db, error,
                                            "SELECT p.id AS participant, p.name, c.number, c.title, c.department FROM participants p LEFT JOIN credentials c ON "
                                            "c.user_id = p.user_id WHERE p.visit_id = $1 AND p.role = 'inspector' AND p.state = 'admitted' ORDER BY p.id",
                                            "t", field_string(input, "visit")),
                               error);
    if (g_str_equal(act, "identity-checked"))
        return note_identities(db, input, "identity",
                               store_select(db, error, "SELECT id AS participant, name FROM participants WHERE visit_id = $1 AND role = 'applicant' AND state = 'admitted' ORDER BY id",
                                            "t", field_string(input, "visit")),
                               error);
    return TRUE;
}

json_t *
model_act(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    g_autofree char *id = uuid7_new(clock_system());

    if (!is_room_for_more(db, "SELECT COUNT(*) AS n FROM acts WHERE visit_id = $1", visit, error) ||
        !store_execute(db, error, "INSERT INTO acts (id, visit_id, act, participant_id, at) VALUES ($1, $2, $3, $4, $5)", "tttti", id, visit,
                       field_string(input, "act"), field_string(input, "participant"), field_integer(input, "now")) ||
        !note(db, input, "act", json_pack("{s:O}", "act", json_object_get(input, "act")), error) || !note_what_was_shown(db, input, error))
        return NULL;
    return answer(db, input, error);
}

json_t *
model_challenge(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");

    if (!is_room_for_more(db, "SELECT COUNT(*) AS n FROM challenges WHERE visit_id = $1", visit, error) ||
        !store_execute(db, error, "INSERT INTO challenges (id, visit_id, task_zh, task_en, participant_id, at) VALUES ($1, $2, $3, $4, $5, $6)", "tttt"
                                                                                                                                            "ti",
                       field_string(input, "challenge"), visit, field_string(input, "task_zh"), field_string(input, "task_en"),
                       field_string(input, "participant"), field_integer(input, "now")) ||
        !note(db, input, "challenge", json_pack("{s:O, s:O}", "challenge", json_object_get(input, "challenge"), "task", json_object_get(input, "task_zh")), error))
        return NULL;
    return answer(db, input, error);
}

json_t *
model_challenge_judge(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "UPDATE challenges SET result = $1, judged_at = $2 WHERE id = $3 AND visit_id = $4 RETURNING id", "titt",
                                             field_string(input, "result"), field_integer(input, "now"), field_string(input, "challenge"),
                                             field_string(input, "visit"));

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_CHALLENGE_UNKNOWN, NULL);
        return NULL;
    }
    if (!note(db, input, "challenge-result",
              json_pack("{s:O, s:O}", "challenge", json_object_get(input, "challenge"), "result", json_object_get(input, "result")), error))
        return NULL;
    return answer(db, input, error);
}

/* A still of this visit that has arrived; NULL is none. */
static gboolean
still_is_here(StoreConnection *db, const json_t *input, const char *still, GError **error)
{
    g_autoptr(json_t) row = still ? store_select_one(db, error, "SELECT id FROM stills WHERE id = $1 AND visit_id = $2 AND state = 'stored'", "tt", still,
                                                     field_string(input, "visit"))
                                  : json_true();

    return row && (!json_is_null(row) || problem_set(error, PROBLEM_STILL_NOT_FOUND, NULL));
}

json_t *
model_measure(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit"), *still = field_string(input, "still");
    g_autofree char *id = uuid7_new(clock_system());
    json_t *data;

    if (!still_is_here(db, input, still, error) || !is_room_for_more(db, "SELECT COUNT(*) AS n FROM measurements WHERE visit_id = $1", visit, error) ||
        !store_execute(db, error,
                       "INSERT INTO measurements (id, visit_id, checkpoint, value, unit, verdict, still_id, participant_id, at) "
                       "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                       "tttttttti", id, visit, field_string(input, "checkpoint"), field_string(input, "value"), field_string(input, "unit"),
                       field_string(input, "verdict"), still, field_string(input, "participant"), field_integer(input, "now")))
        return NULL;
    data = json_pack("{s:O, s:O, s:O, s:s?, s:s?}", "checkpoint", json_object_get(input, "checkpoint"), "value", json_object_get(input, "value"), "unit",
                     json_object_get(input, "unit"), "verdict", field_string(input, "verdict"), "still", still);
    return note(db, input, "measurement", data, error) ? answer(db, input, error) : NULL;
}

json_t *
model_correction(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit"), *before = field_string(input, "before"), *after = field_string(input, "after");
    g_autofree char *id = uuid7_new(clock_system());

    if (!still_is_here(db, input, before, error) || !still_is_here(db, input, after, error) ||
        !is_room_for_more(db, "SELECT COUNT(*) AS n FROM corrections WHERE visit_id = $1", visit, error) ||
        !store_execute(db, error,
                       "INSERT INTO corrections (id, visit_id, checkpoint, before_still, after_still, participant_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                       "tttt"
                       "tti",
                       id, visit, field_string(input, "checkpoint"), before, after, field_string(input, "participant"), field_integer(input, "now")) ||
        !note(db, input, "correction", json_pack("{s:O, s:s, s:s}", "checkpoint", json_object_get(input, "checkpoint"), "before", before, "after", after), error))
        return NULL;
    return answer(db, input, error);
}

json_t *
model_direct(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit"), *director = field_string(input, "director");
    g_autoptr(json_t) row = director ? store_select_one(db, error, "SELECT id FROM participants WHERE id = $1 AND visit_id = $2 AND role = 'inspector'", "tt",
                                                        director, visit)
                                     : json_true();

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_PARTICIPANT_NOT_FOUND, NULL);
        return NULL;
    }
    if (!store_execute(db, error, "UPDATE visits SET director = $1 WHERE id = $2", "tt", director, visit) ||
        !note(db, input, "direct", json_pack("{s:s?}", "director", director), error))
        return NULL;
    return answer(db, input, error);
}

json_t *
model_private_note(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    g_autofree char *id = uuid7_new(clock_system());

    if (!is_room_for_more(db, "SELECT COUNT(*) AS n FROM private_notes WHERE visit_id = $1", visit, error) ||
        !store_execute(db, error, "INSERT INTO private_notes (id, visit_id, participant_id, words, at) VALUES ($1, $2, $3, $4, $5)", "tttti", id, visit,
                       field_string(input, "participant"), field_string(input, "words"), field_integer(input, "now")) ||
        !note(db, input, "private-note", json_pack("{s:O, s:b}", "words", json_object_get(input, "words"), "private", TRUE), error))
        return NULL;
    return answer(db, input, error);
}

json_t *
model_camera_request(StoreConnection *db, json_t *input, GError **error)
{
    if (!note(db, input, "camera-request", json_pack("{s:O, s:O}", "command", json_object_get(input, "command"), "value", json_object_get(input, "value")), error))
        return NULL;
    return json_object();
}

/* --- people and places --- */

json_t *
model_credential_get(StoreConnection *db, json_t *input, GError **error)
{
    return store_select_one(db, error, "SELECT user_id AS \"user\", number, title, department, changed_at FROM credentials WHERE user_id = $1", "t",
                            field_string(input, "user"));
}

json_t *
model_credential_set(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "INSERT INTO credentials (user_id, number, title, department, changed_at) SELECT id, $2, $3, $4, $5 FROM users "
                                             "WHERE id = $1 ON CONFLICT (user_id) DO UPDATE SET number = excluded.number, title = excluded.title, "
                                             "department = excluded.department, changed_at = excluded.changed_at RETURNING user_id",
                                             "tttti", field_string(input, "user"), field_string(input, "number"), field_string(input, "title"),
                                             field_string(input, "department"), field_integer(input, "now"));

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_USER_NOT_FOUND, NULL);
        return NULL;
    }
    return model_credential_get(db, input, error);
}

static gint64
e6(const json_t *object, const char *name)
{
    return llround(json_number_value(json_object_get(object, name)) * 1e6);
}

json_t *
model_case_place(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "UPDATE cases SET lat_e6 = $1, lon_e6 = $2, credit_code = $3, revision = revision + 1 WHERE id = $4 "
                                             "RETURNING id AS \"case\", lat_e6, lon_e6, credit_code",
                                             "iitt", e6(input, "lat"), e6(input, "lon"), field_string(input, "credit_code"), field_string(input, "case"));

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_CASE_NOT_FOUND, NULL);
        return NULL;
    }
    degrees(row);
    clear_degrees(row);
    return g_steal_pointer(&row);
}

gboolean
model_location_add(StoreConnection *db, const char *visit, const char *participant, const json_t *location, gint64 now, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());

    return is_room_for_more(db, "SELECT COUNT(*) AS n FROM locations WHERE visit_id = $1", visit, error) &&
           store_execute(db, error, "INSERT INTO locations (id, visit_id, participant_id, lat_e6, lon_e6, accuracy_m, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                         "tttiiii", id, visit, participant, e6(location, "lat"), e6(location, "lon"),
                         (gint64) llround(json_number_value(json_object_get(location, "accuracy_m"))), now);
}
