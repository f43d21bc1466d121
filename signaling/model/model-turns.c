#include "model-turns.h"

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "problem.h"
#include "uuid7.h"

#define TURN_COLUMNS "t.id, t.number, t.item_code, t.name, t.state, t.counter, t.created_at, t.called_at, t.served_at, u.name AS called_by"
#define TURN_TABLES  " FROM turns t LEFT JOIN users u ON u.id = t.called_by "
/* Of so many of the last ones the mean is taken; before there are any, ten minutes (what others report for a video call). */
#define MEASURED      "20"
#define FIRST_GUESS_S 600

/* How long one takes at the counters that are open. */
static gboolean
expected_of_one(StoreConnection *db, gint64 day, gint64 *ret_s, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "SELECT COUNT(*) AS n, COALESCE(SUM(d.done_at - d.served_at), 0) / 1000000 AS seconds, (SELECT COUNT(DISTINCT t.called_by) FROM turns t WHERE t.day = $1 AND "
                                             "t.called_by IS NOT NULL) AS counters FROM (SELECT done_at, served_at FROM turns WHERE done_at IS NOT NULL AND served_at IS NOT NULL ORDER BY done_at DESC "
                                             "LIMIT " MEASURED ") d",
                                             "i", day);
    gint64 n = field_integer(row, "n");

    if (!row)
        return FALSE;
    *ret_s = (n > 0 ? field_integer(row, "seconds") / n : FIRST_GUESS_S) / MAX(1, field_integer(row, "counters"));
    return TRUE;
}

static gboolean
waiting_before(StoreConnection *db, gint64 day, gint64 number, gint64 *ret_n, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT COUNT(*) AS n FROM turns WHERE day = $1 AND state = 'waiting' AND ($2 = 0 OR number < $2)", "ii", day, number);

    *ret_n = field_integer(row, "n");
    return row != NULL;
}

json_t *
model_turn_add(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    gint64 day = field_integer(input, "day"), number, before, one;
    g_autoptr(json_t) last = store_select_one(db, error, "SELECT COALESCE(MAX(number), 0) AS number FROM turns WHERE day = $1", "i", day);

    if (!last)
        return NULL;
    number = field_integer(last, "number") + 1;
    if (number > TURNS_PER_DAY_MAX) {
        problem_set(error, PROBLEM_BUSY, "at most %d a day", TURNS_PER_DAY_MAX);
        return NULL;
    }
    if (!store_execute(db, error, "INSERT INTO turns (id, day, number, item_code, name, state, created_at) VALUES ($1, $2, $3, $4, $5, 'waiting', $6)", "tiitti", id, day, number,
                       field_string(input, "item_code"), field_string(input, "name"), field_integer(input, "now")) ||
        !waiting_before(db, day, number, &before, error) || !expected_of_one(db, day, &one, error))
        return NULL;
    return json_pack("{s:s, s:I, s:I, s:I}", "turn", id, "number", (json_int_t) number, "before", (json_int_t) before, "expected_s", (json_int_t) (before * one));
}

json_t *
model_turn_list(StoreConnection *db, json_t *input, GError **error)
{
    gint64 day = field_integer(input, "day"), one;
    g_autoptr(json_t) turns = store_select(db, error, "SELECT " TURN_COLUMNS TURN_TABLES "WHERE t.day = $1 AND t.state <> 'done' ORDER BY t.number", "i", day);

    return turns && expected_of_one(db, day, &one, error) ? json_pack("{s:O, s:I}", "turns", turns, "expected_s", (json_int_t) one) : NULL;
}

static json_t *
turn_row(StoreConnection *db, const char *id, GError **error)
{
    return store_select_one(db, error, "SELECT " TURN_COLUMNS TURN_TABLES "WHERE t.id = $1", "t", id);
}

json_t *
model_turn_next(StoreConnection *db, json_t *input, GError **error)
{
    const char *user = field_string(input, "user");
    gint64 day = field_integer(input, "day"), now = field_integer(input, "now");
    g_autoptr(json_t) called = NULL;

    if (!store_execute(db, error, "UPDATE turns SET state = 'skipped' WHERE day = $1 AND called_by = $2 AND state = 'called'", "it", day, user))
        return NULL;
    called = store_select_one(db, error,
                              "UPDATE turns SET state = 'called', counter = $1, called_by = $2, called_at = $3 WHERE id = (SELECT id FROM turns WHERE day = $4 AND state = 'waiting' ORDER BY number LIMIT "
                              "1) RETURNING id",
                              "ttii", field_string(input, "counter"), user, now, day);
    if (!called)
        return NULL;
    if (json_is_null(called)) {
        problem_set(error, PROBLEM_TURN_NOT_FOUND, NULL);
        return NULL;
    }
    return turn_row(db, field_string(called, "id"), error);
}

/* From which states an act leads to which. */
static const struct {
    const char *act;
    const char *from; /* ",a,b," */
    const char *to;
} acts[] = {
    { "recall", ",called,skipped,", "called" }, { "skip", ",called,", "skipped" }, { "begin", ",called,", "serving" }, { "done", ",serving,", "done" }, { "back", ",called,skipped,", "waiting" },
};

json_t *
model_turn_act(StoreConnection *db, json_t *input, GError **error)
{
    const char *id = field_string(input, "turn"), *act = field_string(input, "act");
    gint64 now = field_integer(input, "now");

    for (gsize i = 0; i < G_N_ELEMENTS(acts); i++) {
        g_autoptr(json_t) changed = NULL;

        if (g_strcmp0(acts[i].act, act) != 0)
            continue;
        changed = store_select_one(db, error,
                                   "UPDATE turns SET state = $1, called_at = CASE WHEN $1 = 'called' THEN $2 ELSE called_at END, called_by = CASE WHEN $1 = 'called' THEN $3 ELSE called_by END, counter = CASE "
                                   "WHEN $1 = 'called' THEN $4 ELSE counter END, served_at = CASE WHEN $1 = 'serving' THEN $2 ELSE served_at END, done_at = CASE WHEN $1 = 'done' THEN $2 ELSE done_at END WHERE "
                                   "id = $5 AND $6 LIKE '%,' || state || ',%' RETURNING id",
                                   "tittt"
                                   "t",
                                   acts[i].to, now, field_string(input, "user"), field_string(input, "counter"), id, acts[i].from);
        if (!changed)
            return NULL;
        if (json_is_object(changed))
            return turn_row(db, id, error);
        break;
    }
    problem_set(error, PROBLEM_TURN_STATE, NULL);
    return NULL;
}

static json_t *
own_turn(StoreConnection *db, gint64 day, gint64 number, gint64 one, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT number, state, counter FROM turns WHERE day = $1 AND number = $2", "ii", day, number);
    gint64 before;

    if (!row || json_is_null(row))
        return g_steal_pointer(&row);
    if (!waiting_before(db, day, number, &before, error))
        return NULL;
    json_object_set_new(row, "before", json_integer(before));
    json_object_set_new(row, "expected_s", json_integer(before * one));
    return g_steal_pointer(&row);
}

json_t *
model_turn_display(StoreConnection *db, json_t *input, GError **error)
{
    gint64 day = field_integer(input, "day"), waiting, one;
    g_autoptr(json_t) called =
        store_select(db, error, "SELECT number, counter, state, called_at FROM turns WHERE day = $1 AND state IN ('called', 'serving') ORDER BY called_at DESC LIMIT 8", "i", day);
    g_autoptr(json_t) mine = NULL;

    if (!called || !waiting_before(db, day, 0, &waiting, error) || !expected_of_one(db, day, &one, error))
        return NULL;
    mine = own_turn(db, day, field_integer(input, "number"), one, error);
    return mine ? json_pack("{s:O, s:I, s:I, s:O}", "called", called, "waiting", (json_int_t) waiting, "expected_s", (json_int_t) (waiting * one), "mine", mine) : NULL;
}
