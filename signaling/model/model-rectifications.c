#include "model-rectifications.h"

#include <string.h>

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model-deliveries.h"
#include "model-links.h"
#include "model.h"
#include "problem.h"
#include "uuid7.h"

#define DAY (G_GINT64_CONSTANT(24) * 3600 * G_USEC_PER_SEC)

#define COLUMNS                                                                                                        \
    "r.id, r.case_id AS \"case\", r.visit_id AS visit, r.state, r.remark, r.deadline_at, r.created_at, r.closed_at, r.revision, c.case_number, c.applicant, " \
    "c.premises, c.item_code, v.item_version"
#define TABLES " FROM rectifications r JOIN cases c ON c.id = r.case_id JOIN visits v ON v.id = r.visit_id "

/* --- opening --- */

static const char *
first_still(const json_t *content, const json_t *finding)
{
    json_t *numbers = json_object_get(finding, "stills"), *still;
    gsize i;

    json_array_foreach(json_object_get(content, "stills"), i, still)
        if (json_equal(json_object_get(still, "number"), json_array_get(numbers, 0)))
            return field_string(still, "id");
    return NULL;
}

static gboolean
add_points(StoreConnection *db, const char *id, const json_t *content, gint64 *ret_count, GError **error)
{
    gsize i;
    json_t *finding;

    *ret_count = 0;
    json_array_foreach(json_object_get(content, "findings"), i, finding) {
        const char *result = field_string(finding, "result");

        if (!result || (strcmp(result, "mostly") != 0 && strcmp(result, "nonconform") != 0))
            continue;
        if (!store_execute(db, error,
                           "INSERT INTO rectification_points (rectification_id, checkpoint, position, result, note, before_still, state) VALUES ($1, $2, $3, $4, $5, $6, 'open')",
                           "ttittt", id, field_string(finding, "code"), (gint64) i, result, field_string(finding, "note") ? field_string(finding, "note") : "",
                           first_still(content, finding)))
            return FALSE;
        ++*ret_count;
    }
    return TRUE;
}

gboolean
model_rectification_open(StoreConnection *db, const char *visit, gint64 now, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    g_autoptr(json_t) record = store_select_one(db, error,
                                                "SELECT r.content, r.remark, r.deadline_at, v.case_id FROM records r JOIN visits v ON v.id = r.visit_id WHERE r.visit_id = $1 AND "
                                                "r.state = 'signed' AND r.decision = 'rectify' AND r.deadline_at IS NOT NULL ORDER BY r.version DESC LIMIT 1",
                                                "t", visit);
    const char *text = field_string(record, "content"), *case_id = field_string(record, "case_id");
    g_autoptr(json_t) content = text ? bounded_json_parse(text, strlen(text), strlen(text), error) : NULL;
    g_autoptr(json_t) made = NULL;
    gint64 deadline = field_integer(record, "deadline_at"), count;

    if (!record || json_is_null(record) || !content)
        return record && json_is_null(record);
    made = store_select_one(db, error,
                            "INSERT INTO rectifications (id, case_id, visit_id, state, remark, deadline_at, created_at, reminded) VALUES ($1, $2, $3, 'open', $4, $5, $6, $7) ON CONFLICT (visit_id) "
                            "DO NOTHING RETURNING id",
                            "ttttiii", id, case_id, visit, field_string(record, "remark"), deadline, now,
                            /* No reminder on the first day of a short term. */
                            deadline - now < DAY ? 2 : deadline - now < 3 * DAY ? 1 : 0);
    if (!made)
        return FALSE;
    if (json_is_null(made))
        return TRUE;
    return add_points(db, id, content, &count, error) &&
           model_event(db, case_id, visit, "rectification.opened", json_pack("{s:s, s:I, s:I}", "rectification", id, "deadline_at", (json_int_t) deadline, "count", (json_int_t) count), now,
                       error) &&
           model_message(db, case_id, "rectification-opened", json_pack("{s:I, s:I}", "deadline_at", (json_int_t) deadline, "count", (json_int_t) count), now, error);
}

/* --- reading --- */

json_t *
model_rectification_list(StoreConnection *db, json_t *input, GError **error)
{
    json_t *rows = store_select(db, error,
                                "SELECT " COLUMNS ", (SELECT COUNT(*) FROM rectification_points p WHERE p.rectification_id = r.id) AS points, (SELECT COUNT(*) FROM rectification_points p "
                                "WHERE p.rectification_id = r.id AND p.state = 'answered') AS answered" TABLES
                                "WHERE (CAST($1 AS TEXT) IS NULL OR r.state = $1) AND (CAST($2 AS TEXT) IS NULL OR r.case_id = $2) AND (CAST($3 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM "
                                "visit_staff a WHERE a.visit_id = r.visit_id AND a.user_id = $3)) ORDER BY r.closed_at IS NOT NULL, r.deadline_at, r.id LIMIT $4",
                                "ttti", field_string(input, "state"), field_string(input, "case"), field_string(input, "user"), field_integer(input, "limit"));

    return rows ? json_pack("{s:o}", "rectifications", rows) : NULL;
}

/* The whole; a JSON null when there is none. */
static json_t *
whole(StoreConnection *db, const char *id, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT " COLUMNS TABLES "WHERE r.id = $1", "t", id);
    json_t *points, *answers, *pictures;

    if (!row || json_is_null(row))
        return g_steal_pointer(&row);
    points = store_select(db, error,
                          "SELECT p.checkpoint, p.result, p.note, p.before_still, p.state, p.words, u.name AS decided_by, p.decided_at FROM rectification_points p LEFT JOIN users u ON u.id = "
                          "p.decided_by WHERE p.rectification_id = $1 ORDER BY p.position",
                          "t", id);
    answers = store_select(db, error, "SELECT id, checkpoint, words, at FROM rectification_answers WHERE rectification_id = $1 ORDER BY id", "t", id);
    pictures = store_select(db, error, "SELECT id, checkpoint, answer_id AS answer, sha256, bytes, at FROM rectification_pictures WHERE rectification_id = $1 ORDER BY id", "t", id);
    if (!points || !answers || !pictures) {
        json_decref(points);
        json_decref(answers);
        json_decref(pictures);
        return NULL;
    }
    json_object_set_new(row, "points", points);
    json_object_set_new(row, "answers", answers);
    json_object_set_new(row, "pictures", pictures);
    return g_steal_pointer(&row);
}

static json_t *
not_found(json_t *row, GError **error)
{
    if (row && json_is_null(row)) {
        problem_set(error, PROBLEM_RECTIFICATION_NOT_FOUND, NULL);
        json_decref(row);
        return NULL;
    }
    return row;
}

/* Visible as its visit is. */
static json_t *
seen_by(StoreConnection *db, const char *id, json_t *user, GError **error)
{
    g_autoptr(json_t) row = not_found(whole(db, id, error), error);
    g_autoptr(json_t) check = row ? json_pack("{s:O, s:O?}", "visit", json_object_get(row, "visit"), "user", user) : NULL;
    g_autoptr(json_t) visible = check ? model_visit_check(db, check, error) : NULL;

    return visible ? g_steal_pointer(&row) : NULL;
}

json_t *
model_rectification_get(StoreConnection *db, json_t *input, GError **error)
{
    return seen_by(db, field_string(input, "rectification"), json_object_get(input, "user"), error);
}

static json_t *
of_link(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) opened = model_link_open(db, input, error);
    g_autoptr(json_t) newest =
        opened ? store_select_one(db, error, "SELECT id FROM rectifications WHERE case_id = $1 ORDER BY id DESC LIMIT 1", "t", field_string(json_object_get(opened, "case"), "id")) : NULL;

    return newest ? json_is_null(newest) ? json_null() : whole(db, field_string(newest, "id"), error) : NULL;
}

json_t *
model_my_rectification(StoreConnection *db, json_t *input, GError **error)
{
    return of_link(db, input, error);
}

json_t *
model_rectification_picture(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT rectification_id AS rectification, sha256 FROM rectification_pictures WHERE id = $1", "t", field_string(input, "picture"));
    g_autoptr(json_t) seen = NULL;

    if (!row)
        return NULL;
    if (json_is_object(row))
        seen = field_string(input, "link") ? not_found(of_link(db, input, error), error) : seen_by(db, field_string(row, "rectification"), json_object_get(input, "user"), error);
    if (json_is_object(row) && !seen)
        return NULL;
    if (json_is_null(row) || g_strcmp0(field_string(seen, "id"), field_string(row, "rectification")) != 0) {
        problem_set(error, PROBLEM_STILL_NOT_FOUND, NULL);
        return NULL;
    }
    return g_steal_pointer(&row);
}

/* --- the applicant --- */

static json_t *
point_of(const json_t *rectification, const char *checkpoint)
{
    gsize i;
    json_t *point;

    json_array_foreach(json_object_get(rectification, "points"), i, point)
        if (g_strcmp0(field_string(point, "checkpoint"), checkpoint) == 0)
            return point;
    return NULL;
}

/* The link's rectification when this point of it may be answered now. */
static json_t *
answerable(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = not_found(of_link(db, input, error), error);
    const json_t *point = row ? point_of(row, field_string(input, "checkpoint")) : NULL;
    const char *state = field_string(point, "state");

    if (!row)
        return NULL;
    if (!point || (strcmp(state, "open") != 0 && strcmp(state, "again") != 0 && strcmp(state, "answered") != 0)) {
        problem_set(error, PROBLEM_RECTIFICATION_STATE, NULL);
        return NULL;
    }
    return g_steal_pointer(&row);
}

json_t *
model_my_picture_add(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = answerable(db, input, error);
    const char *file = field_string(input, "file");
    g_autoptr(json_t) made = NULL;

    if (!row)
        return NULL;
    if (json_array_size(json_object_get(row, "pictures")) >= RECTIFICATION_PICTURES_OF_ALL_MAX) {
        problem_set(error, PROBLEM_RECTIFICATION_PICTURES, NULL);
        return NULL;
    }
    /* The same picture again is the same; another under its id is refused. */
    made = store_select_one(db, error,
                            "INSERT INTO rectification_pictures (id, rectification_id, checkpoint, sha256, bytes, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET at = "
                            "rectification_pictures.at WHERE rectification_pictures.sha256 = excluded.sha256 AND rectification_pictures.rectification_id = excluded.rectification_id RETURNING id",
                            "ttttii", file, field_string(row, "id"), field_string(input, "checkpoint"), field_string(input, "sha256"), field_integer(input, "bytes"),
                            field_integer(input, "now"));
    if (!made)
        return NULL;
    if (json_is_null(made)) {
        problem_set(error, PROBLEM_STILL_CONFLICT, NULL);
        return NULL;
    }
    return json_pack("{s:s, s:O}", "picture", file, "sha256", json_object_get(input, "sha256"));
}

/* What the whole comes to by its points. */
static gboolean
sum_up(StoreConnection *db, const char *id, gint64 now, GError **error)
{
    g_autoptr(json_t) sums = store_select_one(db, error,
                                              "SELECT SUM(CASE WHEN state IN ('open', 'again') THEN 1 ELSE 0 END) AS open, SUM(CASE WHEN state = 'answered' THEN 1 ELSE 0 END) AS answered, "
                                              "SUM(CASE WHEN state = 'revisit' THEN 1 ELSE 0 END) AS revisit FROM rectification_points WHERE rectification_id = $1",
                                              "t", id);
    const char *state;

    if (!sums)
        return FALSE;
    state = field_integer(sums, "open") > 0 ? "open" : field_integer(sums, "answered") > 0 ? "answered" : field_integer(sums, "revisit") > 0 ? "revisit" : "accepted";
    return store_execute(db, error,
                         "UPDATE rectifications SET state = $1, revision = revision + 1, closed_at = CASE WHEN $1 IN ('accepted', 'revisit') THEN $2 ELSE NULL END WHERE id = $3", "tit",
                         state, now, id);
}

json_t *
model_my_answer(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = answerable(db, input, error);
    const char *checkpoint = field_string(input, "checkpoint"), *id = field_string(row, "id");
    json_t *pictures = json_object_get(input, "pictures"), *picture;
    g_autofree char *answer = uuid7_new(clock_system());
    gint64 now = field_integer(input, "now");
    gsize i;

    if (!row)
        return NULL;
    if (json_array_size(pictures) == 0 || json_array_size(pictures) > RECTIFICATION_PICTURES_MAX) {
        problem_set(error, PROBLEM_RECTIFICATION_PICTURES, NULL);
        return NULL;
    }
    if (!store_execute(db, error, "INSERT INTO rectification_answers (id, rectification_id, checkpoint, words, link_id, at) VALUES ($1, $2, $3, $4, $5, $6)", "tttt"
                       "ti", answer, id, checkpoint, field_string(input, "words"), field_string(input, "link"), now))
        return NULL;
    json_array_foreach(pictures, i, picture) {
        g_autoptr(json_t) taken = store_select_one(db, error,
                                                   "UPDATE rectification_pictures SET answer_id = $1 WHERE id = $2 AND rectification_id = $3 AND checkpoint = $4 AND answer_id IS NULL "
                                                   "RETURNING id",
                                                   "tttt", answer, json_string_value(picture), id, checkpoint);

        if (!taken)
            return NULL;
        if (json_is_null(taken)) {
            problem_set(error, PROBLEM_STILL_NOT_FOUND, "pictures[%" G_GSIZE_FORMAT "]", i);
            return NULL;
        }
    }
    if (!store_execute(db, error, "UPDATE rectification_points SET state = 'answered' WHERE rectification_id = $1 AND checkpoint = $2", "tt", id, checkpoint) ||
        !sum_up(db, id, now, error) ||
        !model_event(db, field_string(row, "case"), field_string(row, "visit"), "rectification.answered", json_pack("{s:s, s:s}", "rectification", id, "checkpoint", checkpoint), now, error))
        return NULL;
    return whole(db, id, error);
}

json_t *
model_my_still(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = not_found(of_link(db, input, error), error);
    g_autoptr(json_t) still = row ? store_select_one(db, error,
                                                     "SELECT s.state, s.sha256, g.id AS recording FROM rectification_points p JOIN stills s ON s.id = p.before_still LEFT JOIN recordings g ON "
                                                     "g.visit_id = s.visit_id WHERE p.rectification_id = $1 AND s.id = $2",
                                                     "tt", field_string(row, "id"), field_string(input, "still"))
                                  : NULL;

    if (!still)
        return NULL;
    if (json_is_null(still)) {
        problem_set(error, PROBLEM_STILL_NOT_FOUND, NULL);
        return NULL;
    }
    return g_steal_pointer(&still);
}

/* --- the inspector --- */

static gboolean
tell_decision(StoreConnection *db, const json_t *row, const json_t *input, gint64 now, GError **error)
{
    g_autoptr(json_t) after = store_select_one(db, error, "SELECT state FROM rectifications WHERE id = $1", "t", field_string(row, "id"));
    const char *case_id = field_string(row, "case"), *visit = field_string(row, "visit"), *state = field_string(after, "state");

    if (!after ||
        !model_event(db, case_id, visit, "rectification.decided",
                     json_pack("{s:s, s:s, s:s, s:s}", "rectification", field_string(row, "id"), "checkpoint", field_string(input, "checkpoint"), "decision",
                               field_string(input, "decision"), "state", state),
                     now, error))
        return FALSE;
    if (g_str_equal(field_string(input, "decision"), "again"))
        return model_message(db, case_id, "rectification-again", json_pack("{s:s}", "words", field_string(input, "words")), now, error);
    if (g_str_equal(state, "accepted"))
        return model_message(db, case_id, "rectification-accepted", json_object(), now, error);
    return !g_str_equal(state, "revisit") || model_message(db, case_id, "rectification-revisit", json_object(), now, error);
}

json_t *
model_rectification_decide(StoreConnection *db, json_t *input, GError **error)
{
    const char *id = field_string(input, "rectification"), *checkpoint = field_string(input, "checkpoint"), *decision = field_string(input, "decision");
    g_autoptr(json_t) row = seen_by(db, id, json_object_get(input, "user"), error);
    const json_t *point = row ? point_of(row, checkpoint) : NULL;
    const char *state = field_string(point, "state");
    gint64 now = field_integer(input, "now");

    if (!row)
        return NULL;
    if (field_integer(row, "revision") != field_integer(input, "revision")) {
        problem_set(error, PROBLEM_RECTIFICATION_CHANGED, NULL);
        return NULL;
    }
    /* A re-visit can be called for without an answer, too; what is accepted stays so. */
    if (!point || strcmp(state, "accepted") == 0 || strcmp(state, "revisit") == 0 || (strcmp(state, "answered") != 0 && strcmp(decision, "revisit") != 0)) {
        problem_set(error, PROBLEM_RECTIFICATION_STATE, NULL);
        return NULL;
    }
    if (!store_execute(db, error, "UPDATE rectification_points SET state = $1, words = $2, decided_by = $3, decided_at = $4 WHERE rectification_id = $5 AND checkpoint = $6", "tttitt",
                       strcmp(decision, "accept") == 0 ? "accepted" : decision, field_string(input, "words"), field_string(input, "user"), now, id, checkpoint) ||
        !sum_up(db, id, now, error) || !tell_decision(db, row, input, now, error))
        return NULL;
    return whole(db, id, error);
}

/* --- reminders --- */

static gboolean
remind(StoreConnection *db, gint64 stage, gint64 before, gint64 now, const char *kind, GError **error)
{
    g_autoptr(json_t) rows = store_select(db, error,
                                          "UPDATE rectifications SET reminded = $1 WHERE state = 'open' AND reminded < $1 AND deadline_at <= $2 RETURNING id, case_id AS \"case\", deadline_at, "
                                          "(SELECT COUNT(*) FROM rectification_points p WHERE p.rectification_id = rectifications.id AND p.state IN ('open', 'again')) AS count",
                                          "ii", stage, now + before);
    gsize i;
    json_t *row;

    if (!rows)
        return FALSE;
    json_array_foreach(rows, i, row)
        if (!model_message(db, field_string(row, "case"), kind, json_pack("{s:O, s:O}", "deadline_at", json_object_get(row, "deadline_at"), "count", json_object_get(row, "count")), now, error))
            return FALSE;
    return TRUE;
}

json_t *
model_rectifications_remind(StoreConnection *db, json_t *input, GError **error)
{
    gint64 now = field_integer(input, "now");

    /* The last first: who was overlooked for a week is told once, not three times. */
    return remind(db, 3, -DAY, now, "rectification-overdue", error) && remind(db, 2, DAY, now, "rectification-reminder", error) &&
                   remind(db, 1, 3 * DAY, now, "rectification-reminder", error)
               ? json_object()
               : NULL;
}
