#include "model-office.h"

#include "bounded-json.h"
#include "field-rules.h"
#include "problem.h"

#define USER_COLUMNS                                                                                                   \
    "id, account, name, role, division, disabled, CASE WHEN totp IS NULL THEN 0 ELSE 1 END AS second_factor, created_at, revision"

/* --- accounts --- */

json_t *
model_user_all(StoreConnection *db, json_t *input, GError **error)
{
    /* Accounts of the system itself begin with a dash. */
    json_t *users = store_select(db, error, "SELECT " USER_COLUMNS " FROM users WHERE account NOT LIKE '-%' ORDER BY disabled, account", "");

    return users ? json_pack("{s:o}", "users", users) : NULL;
}

static json_t *
given(const json_t *input, const char *name)
{
    json_t *value = json_object_get(input, name);

    return value && !json_is_null(value) ? value : NULL;
}

json_t *
model_user_change(StoreConnection *db, json_t *input, GError **error)
{
    const char *user = field_string(input, "user");
    json_t *disabled = given(input, "disabled");
    gboolean drops = disabled || given(input, "role") || given(input, "password");
    g_autoptr(json_t) changed = NULL;

    /* Nobody locks out oneself: then an administrator stays. */
    if (g_strcmp0(user, field_string(input, "by")) == 0 && (given(input, "role") || json_is_true(disabled))) {
        problem_set(error, PROBLEM_USER_SELF, NULL);
        return NULL;
    }
    changed = store_select_one(db, error,
                               "UPDATE users SET revision = revision + 1, name = COALESCE($1, name), role = COALESCE($2, role), division = CASE WHEN $3 = 1 THEN $4 ELSE division END, disabled = "
                               "CASE WHEN $5 = 1 THEN $6 ELSE disabled END, password = COALESCE($7, password) WHERE id = $8 AND revision = $9 RETURNING " USER_COLUMNS,
                               "ttbtbbtti", field_string(input, "name"), field_string(input, "role"), json_object_get(input, "division") != NULL, field_string(input, "division"), disabled != NULL,
                               json_is_true(disabled), field_string(input, "password"), user, field_integer(input, "revision"));
    if (!changed)
        return NULL;
    if (json_is_null(changed)) {
        problem_set(error, PROBLEM_USER_CHANGED, NULL);
        return NULL;
    }
    if (drops && !store_execute(db, error, "DELETE FROM sign_ins WHERE user_id = $1", "t", user))
        return NULL;
    return json_pack("{s:O, s:b}", "user", changed, "dropped", drops);
}

/* --- second factors --- */

json_t *
model_second_factor_get(StoreConnection *db, json_t *input, GError **error)
{
    return store_select_one(db, error, "SELECT totp, totp_wanted, totp_step FROM users WHERE id = $1", "t", field_string(input, "user"));
}

json_t *
model_second_factor_want(StoreConnection *db, json_t *input, GError **error)
{
    return store_execute(db, error, "UPDATE users SET totp_wanted = $1 WHERE id = $2", "tt", field_string(input, "secret"), field_string(input, "user")) ? json_object() : NULL;
}

json_t *
model_second_factor_confirm(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "UPDATE users SET totp = totp_wanted, totp_wanted = NULL, totp_step = $1, revision = revision + 1 WHERE id = $2 AND totp_wanted IS NOT NULL RETURNING id", "it",
                                             field_integer(input, "step"), field_string(input, "user"));

    if (!row)
        return NULL;
    if (json_is_null(row)) {
        problem_set(error, PROBLEM_SECOND_FACTOR_STATE, NULL);
        return NULL;
    }
    return json_object();
}

json_t *
model_second_factor_drop(StoreConnection *db, json_t *input, GError **error)
{
    return store_execute(db, error, "UPDATE users SET totp = NULL, totp_wanted = NULL, totp_step = 0, revision = revision + 1 WHERE id = $1", "t", field_string(input, "user")) ? json_object()
                                                                                                                                                                            : NULL;
}

json_t *
model_second_factor_use(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "UPDATE users SET totp_step = $1 WHERE id = $2 AND totp_step < $1 RETURNING id", "it", field_integer(input, "step"),
                                             field_string(input, "user"));

    return row ? json_pack("{s:b}", "used", json_is_object(row)) : NULL;
}

/* --- the trail --- */

static char *
trail_digest(const char *before, const json_t *entry)
{
    g_autofree char *line = g_strdup_printf("%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT "\n%s\n%s\n%s\n%s", before, field_integer(entry, "seq"), field_integer(entry, "at"),
                                            field_string(entry, "user") ? field_string(entry, "user") : "", field_string(entry, "account"), field_string(entry, "act"),
                                            field_string(entry, "object"));

    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, line, -1);
}

json_t *
model_trail_add(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) last = store_select_one(db, error, "SELECT seq, digest FROM trail ORDER BY seq DESC LIMIT 1", "");
    gint64 seq = field_integer(last, "seq") + 1;
    g_autofree char *digest = NULL;

    if (!last)
        return NULL;
    json_object_set_new(input, "seq", json_integer(seq));
    json_object_set(input, "at", json_object_get(input, "now"));
    digest = trail_digest(field_string(last, "digest") ? field_string(last, "digest") : "", input);
    return store_execute(db, error, "INSERT INTO trail (seq, at, user_id, account, act, object, digest) VALUES ($1, $2, $3, $4, $5, $6, $7)", "iittttt", seq, field_integer(input, "now"),
                         field_string(input, "user"), field_string(input, "account"), field_string(input, "act"), field_string(input, "object"), digest)
               ? json_object()
               : NULL;
}

json_t *
model_trail_list(StoreConnection *db, json_t *input, GError **error)
{
    gint64 limit = field_integer(input, "limit");
    const char *q = field_string(input, "q");
    g_autofree char *pattern = q && *q ? g_strdup_printf("%%%s%%", q) : NULL;
    g_autoptr(json_t) rows = store_select(db, error,
                                          "SELECT seq, at, user_id AS \"user\", account, act, object, digest FROM trail WHERE (CAST($1 AS TEXT) IS NULL OR account = $1) AND (CAST($2 AS TEXT) IS NULL OR "
                                          "act LIKE $2 OR object LIKE $2) AND at >= $3 AND at < $4 AND ($5 = 0 OR seq < $5) ORDER BY seq DESC LIMIT $6",
                                          "ttiiii", field_string(input, "account"), pattern, field_integer(input, "from"), field_integer(input, "to"), field_integer(input, "before"), limit);
    json_t *last;

    if (!rows)
        return NULL;
    last = json_array_size(rows) == (gsize) limit ? json_object_get(json_array_get(rows, (gsize) limit - 1), "seq") : NULL;
    return json_pack("{s:O, s:O?}", "entries", rows, "next", last);
}

/* So many rows at a time are in memory. */
#define VERIFY_BATCH 1000

json_t *
model_trail_verify(StoreConnection *db, json_t *input, GError **error)
{
    g_autofree char *before = g_strdup("");
    gint64 seq = 0, count = 0;

    for (;;) {
        g_autoptr(json_t) rows = store_select(db, error, "SELECT seq, at, user_id AS \"user\", account, act, object, digest FROM trail WHERE seq > $1 ORDER BY seq LIMIT $2", "ii", seq,
                                              (gint64) VERIFY_BATCH);
        gsize i;
        json_t *row;

        if (!rows)
            return NULL;
        json_array_foreach(rows, i, row) {
            g_autofree char *digest = trail_digest(before, row);

            /* A line that was taken out is a number that is missing. */
            if (field_integer(row, "seq") != seq + 1 || g_strcmp0(digest, field_string(row, "digest")) != 0)
                return json_pack("{s:I, s:b, s:I}", "entries", (json_int_t) count, "intact", 0, "broken_at", (json_int_t) (seq + 1));
            seq++;
            count++;
            g_free(before);
            before = g_steal_pointer(&digest);
        }
        if (json_array_size(rows) < VERIFY_BATCH)
            return json_pack("{s:I, s:b, s:n}", "entries", (json_int_t) count, "intact", 1, "broken_at");
    }
}

/* --- figures --- */

#define SUMS                                                                                                           \
    "COUNT(*) AS planned, SUM(CASE WHEN v.started_at IS NOT NULL THEN 1 ELSE 0 END) AS held, SUM(CASE WHEN v.decision = 'passed' THEN 1 ELSE 0 END) AS passed, SUM(CASE WHEN v.decision = " \
    "'rectify' THEN 1 ELSE 0 END) AS rectify, SUM(CASE WHEN v.decision = 'failed' THEN 1 ELSE 0 END) AS failed, SUM(CASE WHEN v.decision = 'on-site' THEN 1 ELSE 0 END) AS on_site, " \
    "SUM(CASE WHEN v.no_show_at IS NOT NULL THEN 1 ELSE 0 END) AS missed, SUM(CASE WHEN v.cancelled_at IS NOT NULL THEN 1 ELSE 0 END) AS cancelled, SUM(CASE WHEN v.started_at IS NOT NULL " \
    "AND v.ended_at IS NOT NULL THEN (v.ended_at - v.started_at) / 1000000 ELSE 0 END) AS seconds, SUM(CASE WHEN v.started_at > v.scheduled_at THEN (v.started_at - v.scheduled_at) / 1000000 " \
    "ELSE 0 END) AS late_seconds, COUNT(e.score) AS evaluations, COALESCE(SUM(e.score), 0) AS score"
#define OF_PERIOD                                                                                                      \
    " FROM visits v JOIN cases c ON c.id = v.case_id LEFT JOIN evaluations e ON e.visit_id = v.id "
#define IN_PERIOD "v.kind = 'inspection' AND v.scheduled_at >= $1 AND v.scheduled_at < $2"
/* The bureau's days, UTC+8. */
#define DAY_OF "((v.scheduled_at + 28800000000) / 86400000000)"

json_t *
model_statistics(StoreConnection *db, json_t *input, GError **error)
{
    gint64 from = field_integer(input, "from"), to = field_integer(input, "to");
    g_autoptr(json_t) total = store_select_one(db, error, "SELECT " SUMS OF_PERIOD "WHERE " IN_PERIOD, "ii", from, to);
    g_autoptr(json_t) days = total ? store_select(db, error, "SELECT " DAY_OF " AS day, " SUMS OF_PERIOD "WHERE " IN_PERIOD " GROUP BY " DAY_OF " ORDER BY " DAY_OF, "ii", from, to) : NULL;
    g_autoptr(json_t) items = days ? store_select(db, error, "SELECT c.item_code AS item, " SUMS OF_PERIOD "WHERE " IN_PERIOD " GROUP BY c.item_code ORDER BY c.item_code", "ii", from, to) : NULL;
    g_autoptr(json_t) inspectors =
        items ? store_select(db, error,
                             "SELECT u.account, u.name, u.division, " SUMS OF_PERIOD "JOIN visit_staff s ON s.visit_id = v.id JOIN users u ON u.id = s.user_id WHERE " IN_PERIOD
                             " GROUP BY u.account, u.name, u.division ORDER BY u.account",
                             "ii", from, to)
              : NULL;
    g_autoptr(json_t) more = inspectors ? store_select_one(db, error,
                                                           "SELECT (SELECT COUNT(*) FROM audits a JOIN visits v ON v.id = a.visit_id WHERE a.drawn = 1 AND " IN_PERIOD ") AS audits_drawn, (SELECT COUNT(*) "
                                                           "FROM audits a JOIN visits v ON v.id = a.visit_id WHERE a.result = 'agrees' AND " IN_PERIOD ") AS audits_agree, (SELECT COUNT(*) FROM audits a JOIN "
                                                           "visits v ON v.id = a.visit_id WHERE a.result = 'differs' AND " IN_PERIOD ") AS audits_differ, (SELECT COUNT(*) FROM rectifications r JOIN visits v "
                                                           "ON v.id = r.visit_id WHERE " IN_PERIOD ") AS rectifications, (SELECT COUNT(*) FROM rectifications r JOIN visits v ON v.id = r.visit_id WHERE "
                                                           "r.state = 'accepted' AND " IN_PERIOD ") AS rectified",
                                                           "ii", from, to)
                                        : NULL;

    if (!more)
        return NULL;
    json_object_update(total, more);
    return json_pack("{s:O, s:O, s:O, s:O}", "total", total, "days", days, "items", items, "inspectors", inspectors);
}
