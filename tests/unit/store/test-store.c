#include "store.h"

#include <glib/gstdio.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "problem.h"

#include "suite-main.h"

static const Migration first_only[] = { { "0001-first.sql", "CREATE TABLE places (id TEXT PRIMARY KEY, n BIGINT);" }, { NULL, NULL } };
static const Migration both[] = {
    { "0001-first.sql", "CREATE TABLE places (id TEXT PRIMARY KEY, n BIGINT);" },
    { "0002-rooms.sql", "CREATE TABLE rooms (id TEXT PRIMARY KEY, place TEXT REFERENCES places(id)); CREATE INDEX rooms_place ON rooms(place);" },
    { NULL, NULL },
};
static const Migration with_one_between[] = {
    { "0001-first.sql", "CREATE TABLE places (id TEXT PRIMARY KEY, n BIGINT);" },
    { "0002-second.sql", "CREATE TABLE others (id TEXT PRIMARY KEY);" },
    { "0003-third.sql", "CREATE TABLE thirds (id TEXT PRIMARY KEY);" },
    { NULL, NULL },
};
static const Migration first_and_third[] = {
    { "0001-first.sql", "CREATE TABLE places (id TEXT PRIMARY KEY, n BIGINT);" },
    { "0003-third.sql", "CREATE TABLE thirds (id TEXT PRIMARY KEY);" },
    { NULL, NULL },
};
static const Migration changed[] = { { "0001-first.sql", "CREATE TABLE places (id TEXT PRIMARY KEY, m BIGINT);" }, { NULL, NULL } };
static const Migration broken[] = {
    { "0001-first.sql", "CREATE TABLE places (id TEXT PRIMARY KEY, n BIGINT);" },
    { "0002-broken.sql", "CREATE TABLE half (id TEXT); CREATE TABLE half (id TEXT);" },
    { NULL, NULL },
};

static StoreConnection *
memory(const Migration *migrations)
{
    g_autoptr(GError) error = NULL;
    StoreConnection *connection = store_connection_open_sqlite(":memory:", &error);

    ck_assert(connection && (!migrations || migrations_apply(connection, migrations, clock_system(), &error)));
    return connection;
}

static gint64
count(StoreConnection *connection, const char *sql)
{
    g_autoptr(json_t) row = store_select_one(connection, NULL, sql, "");

    return field_integer(row, "n");
}

START_TEST(parameters_go_by_their_number)
{
    g_autoptr(StoreConnection) db = memory(first_only);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) row = NULL;

    ck_assert(store_execute(db, &error, "INSERT INTO places (n, id) VALUES ($2, $1)", "ti", "a", (gint64) 7));
    row = store_select_one(db, &error, "SELECT id, n, NULL AS absent FROM places WHERE n = $1 OR n = $1", "i", (gint64) 7);
    ck_assert_str_eq(field_string(row, "id"), "a");
    ck_assert_int_eq(field_integer(row, "n"), 7);
    ck_assert(json_is_null(json_object_get(row, "absent")));
}
END_TEST

START_TEST(tells_a_taken_key_from_a_missing_reference)
{
    g_autoptr(StoreConnection) db = memory(both);
    g_autoptr(GError) taken = NULL;
    g_autoptr(GError) missing = NULL;

    ck_assert(store_execute(db, NULL, "INSERT INTO places (id) VALUES ($1)", "t", "a"));
    ck_assert(!store_execute(db, &taken, "INSERT INTO places (id) VALUES ($1)", "t", "a"));
    ck_assert(g_error_matches(taken, STORE_ERROR, STORE_ERROR_UNIQUE));
    ck_assert(!store_execute(db, &missing, "INSERT INTO rooms (id, place) VALUES ($1, $2)", "tt", "r", "nowhere"));
    ck_assert(g_error_matches(missing, STORE_ERROR, STORE_ERROR_REFERENCE));
}
END_TEST

START_TEST(migrates_once_and_onward)
{
    g_autoptr(StoreConnection) db = memory(first_only);
    g_autoptr(GError) error = NULL;

    ck_assert(migrations_apply(db, first_only, clock_system(), &error));
    ck_assert(migrations_apply(db, both, clock_system(), &error));
    ck_assert_int_eq(count(db, "SELECT count(*) AS n FROM migrations"), 2);
    ck_assert_int_eq(count(db, "SELECT count(*) AS n FROM rooms"), 0);
}
END_TEST

START_TEST(runs_a_step_that_came_between)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreConnection) db = memory(NULL);

    ck_assert(migrations_apply(db, first_and_third, clock_system(), &error));
    ck_assert(migrations_apply(db, with_one_between, clock_system(), &error));
    ck_assert_int_eq(count(db, "SELECT count(*) AS n FROM migrations"), 3);
    ck_assert_int_eq(count(db, "SELECT count(*) AS n FROM others"), 0);
    ck_assert(migrations_apply(db, with_one_between, clock_system(), &error));
}
END_TEST

START_TEST(refuses_a_changed_and_a_newer_migration)
{
    g_autoptr(StoreConnection) db = memory(both);
    g_autoptr(GError) altered = NULL;
    g_autoptr(GError) newer = NULL;

    ck_assert(!migrations_apply(db, changed, clock_system(), &altered));
    ck_assert(g_error_matches(altered, STORE_ERROR, STORE_ERROR_MIGRATION));
    ck_assert(!migrations_apply(db, first_only, clock_system(), &newer));
    ck_assert(g_error_matches(newer, STORE_ERROR, STORE_ERROR_MIGRATION));
}
END_TEST

START_TEST(a_migration_that_fails_half_way_leaves_nothing)
{
    g_autoptr(StoreConnection) db = memory(first_only);
    g_autoptr(GError) error = NULL;

    ck_assert(!migrations_apply(db, broken, clock_system(), &error));
    ck_assert_int_eq(count(db, "SELECT count(*) AS n FROM sqlite_master WHERE name = 'half'"), 0);
    ck_assert_int_eq(count(db, "SELECT count(*) AS n FROM migrations"), 1);
}
END_TEST

/* --- the thread; the "loop" is this queue --- */
typedef struct {
    GAsyncQueue *posted;
    int done;
    GString *order;
    Store *store;
} Owner;

typedef struct {
    void (*func)(gpointer data);
    gpointer data;
} Posted;

static void
owner_post(gpointer owner, void (*func)(gpointer data), gpointer data)
{
    Posted *posted = g_new(Posted, 1);

    *posted = (Posted){ func, data };
    g_async_queue_push(((Owner *) owner)->posted, posted);
}

static json_t *
work_insert(StoreConnection *db, json_t *input, GError **error)
{
    if (!store_execute(db, error, "INSERT INTO places (id, n) VALUES ($1, $2)", "ti", field_string(input, "id"), (gint64) 1))
        return NULL;
    if (field_boolean(input, "fail")) {
        problem_set(error, PROBLEM_CASE_CONFLICT, NULL);
        return NULL;
    }
    return json_incref(input);
}

static json_t *
work_count(StoreConnection *db, json_t *input, GError **error)
{
    return store_select_one(db, error, "SELECT count(*) AS n FROM places", "");
}

static json_t *
work_wrong(StoreConnection *db, json_t *input, GError **error)
{
    return store_select(db, error, "SELECT secret FROM nowhere", "");
}

static void
done_inserted(json_t *output, const GError *error, gpointer user)
{
    Owner *owner = user;

    g_string_append(owner->order, error ? problem_entry(problem_of(error))->code : field_string(output, "id"));
    g_string_append_c(owner->order, ' ');
    owner->done++;
}

static void
done_counted(json_t *output, const GError *error, gpointer user)
{
    Owner *owner = user;

    g_string_append_printf(owner->order, "n=%d ", (int) field_integer(output, "n"));
    owner->done++;
}

static void
done_insert_again(json_t *output, const GError *error, gpointer user)
{
    Owner *owner = user;

    done_inserted(output, error, user);
    store_run(owner->store, work_insert, json_pack("{s:s}", "id", "z"), done_inserted, owner);
}

static Store *
open_store(Owner *owner, const char *path)
{
    StoreConfig config = { path, both, clock_system(), owner_post, owner };
    g_autoptr(GError) error = NULL;

    owner->posted = g_async_queue_new_full(g_free);
    owner->order = g_string_new(NULL);
    owner->store = store_open(&config, &error);
    ck_assert_msg(owner->store != NULL, "%s", error ? error->message : "");
    return owner->store;
}

static void
close_owner(Owner *owner)
{
    store_free(owner->store);
    g_async_queue_unref(owner->posted);
    g_string_free(owner->order, TRUE);
}

static void
run_until(Owner *owner, int done)
{
    while (owner->done < done) {
        Posted *posted = g_async_queue_timeout_pop(owner->posted, 10 * G_USEC_PER_SEC);

        ck_assert(posted);
        posted->func(posted->data);
        g_free(posted);
    }
}

START_TEST(answers_in_order_and_rolls_a_failure_back)
{
    Owner owner = { NULL };
    Store *store = open_store(&owner, ":memory:");

    store_run(store, work_insert, json_pack("{s:s}", "id", "a"), done_inserted, &owner);
    store_run(store, work_insert, json_pack("{s:s, s:b}", "id", "b", "fail", 1), done_inserted, &owner);
    store_run(store, work_wrong, NULL, done_inserted, &owner);
    store_run(store, work_count, NULL, done_counted, &owner);
    ck_assert_int_eq(owner.done, 0);
    run_until(&owner, 4);
    ck_assert_str_eq(owner.order->str, "a case/conflict store/unavailable n=1 ");
    close_owner(&owner);
}
END_TEST

START_TEST(stop_finishes_what_was_submitted)
{
    Owner owner = { NULL };
    Store *store = open_store(&owner, ":memory:");

    for (char id[] = "a"; id[0] <= 'e'; id[0]++)
        store_run(store, work_insert, json_pack("{s:s}", "id", id), id[0] == 'e' ? done_insert_again : done_inserted, &owner);
    store_stop(store);
    ck_assert_str_eq(owner.order->str, "a b c d e z ");
    close_owner(&owner);
}
END_TEST

START_TEST(a_file_keeps_what_was_committed_and_is_private)
{
    g_autofree char *directory = g_dir_make_tmp("yuntakan-store-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "store.sqlite", NULL);
    g_autofree char *wal = g_strconcat(path, "-wal", NULL);
    g_autofree char *shm = g_strconcat(path, "-shm", NULL);
    GStatBuf info;

    for (int round = 1; round <= 2; round++) {
        Owner owner = { NULL };
        g_autofree char *expected = g_strdup_printf("r%d n=%d ", round, round);
        g_autofree char *id = g_strdup_printf("r%d", round);
        Store *store = open_store(&owner, path);

        store_run(store, work_insert, json_pack("{s:s}", "id", id), done_inserted, &owner);
        store_run(store, work_count, NULL, done_counted, &owner);
        run_until(&owner, 2);
        ck_assert_str_eq(owner.order->str, expected);
        close_owner(&owner);
    }
    ck_assert_int_eq(g_stat(path, &info), 0);
    ck_assert_int_eq(info.st_mode & 0777, 0600);
    g_unlink(path);
    g_unlink(wal);
    g_unlink(shm);
    g_rmdir(directory);
}
END_TEST

SUITE_MAIN("store", parameters_go_by_their_number, tells_a_taken_key_from_a_missing_reference, migrates_once_and_onward,
           runs_a_step_that_came_between, refuses_a_changed_and_a_newer_migration, a_migration_that_fails_half_way_leaves_nothing,
           answers_in_order_and_rolls_a_failure_back, stop_finishes_what_was_submitted, a_file_keeps_what_was_committed_and_is_private)
