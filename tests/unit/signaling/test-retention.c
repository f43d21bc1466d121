/* Terms, holds and disposal lists, on a store in memory. */
#include "model.h"
#include "model-retention.h"
#include "retention-term.h"

#include "bounded-json.h"
#include "clock.h"
#include "embedded-text.h"
#include "field-rules.h"
#include "migrations.h"
#include "problem.h"
#include "store.h"

#include "suite-main.h"

/* 2026-11-23 16:00 in Beijing. */
#define NOW  ((json_int_t) 1795420800000000)
#define YEAR ((json_int_t) 366 * 24 * 3600 * G_USEC_PER_SEC)
#define FUTURE (NOW + 12 * YEAR)

/* Ids of recordings, in order of time. */
#define TEN    "019aa000-0000-7000-8000-000000000001"
#define THIRTY "019aa000-0000-7000-8000-000000000002"
#define EVER   "019aa000-0000-7000-8000-000000000003"
#define TEN_B  "019aa000-0000-7000-8000-000000000004"

typedef struct {
    StoreConnection *db;
    char *ann, *bob, *case_id;
} World;

static json_t *
run(World *world, StoreWork work, json_t *input, GError **error)
{
    json_t *output;

    ck_assert(store_begin(world->db, NULL));
    output = work(world->db, input, error);
    if (output)
        ck_assert(store_commit(world->db, NULL));
    else
        store_rollback(world->db);
    json_decref(input);
    return output;
}

static json_t *
works(World *world, StoreWork work, json_t *input)
{
    g_autoptr(GError) error = NULL;
    json_t *output = run(world, work, input, &error);

    ck_assert_msg(output != NULL, "%s: %s", error && error->domain == PROBLEM ? problem_entry(problem_of(error))->code : "", error ? error->message : "");
    return output;
}

static void
fails(World *world, StoreWork work, json_t *input, Problem problem)
{
    g_autoptr(GError) error = NULL;

    ck_assert(!run(world, work, input, &error));
    ck_assert_msg(error->domain == PROBLEM, "%s", error->message);
    ck_assert_str_eq(problem_entry(problem_of(error))->code, problem_entry(problem)->code);
}

static char *
take(json_t *output)
{
    char *id = g_strdup(field_string(output, "id"));

    json_decref(output);
    return id;
}

static char *
add_admin(World *world, const char *account)
{
    return take(works(world, model_user_add, json_pack("{s:s, s:s, s:s, s:s, s:I}", "account", account, "name", account, "role", "admin", "password", "x", "now", NOW)));
}

static void
add_recording(World *world, const char *id, const char *case_id, const char *class)
{
    g_autofree char *visit = take(works(world, model_visit_schedule,
                                        json_pack("{s:s, s:s, s:I, s:[s], s:I}", "case", case_id, "kind", "inspection", "scheduled_at", NOW, "staff", "ann", "now", NOW)));
    g_autofree char *participant = g_strconcat("p", id, NULL);

    ck_assert(store_execute(world->db, NULL, "INSERT INTO participants (id, visit_id, role, name, state, created_at) VALUES ($1, $2, 'applicant', 'x', 'left', 1)", "tt", participant,
                            visit));
    ck_assert(store_execute(world->db, NULL, "INSERT INTO recordings (id, visit_id, started_at, ended_at, site_participant, title, retention) VALUES ($1, $2, $3, $3, $4, 't', $5)",
                            "ttitt", id, visit, (gint64) NOW, participant, class));
}

static char *
add_case(World *world, const char *number)
{
    g_autoptr(json_t) opened = works(world, model_case_open, json_pack("{s:s, s:s, s:i, s:s, s:s, s:n, s:I}", "case_number", number, "item_code", "MKT-01", "item_version", 1, "applicant",
                                                                       "王芳", "premises", "阳明北路18号", "phone", "now", NOW));

    return g_strdup(field_string(json_object_get(opened, "case"), "id"));
}

static World
world_new(void)
{
    World world = { NULL };
    Migration migrations[64] = { { NULL, NULL } };

    for (gsize i = 0; embedded_migrations[i].name && i < 63; i++)
        migrations[i] = (Migration){ embedded_migrations[i].name, embedded_migrations[i].text };
    world.db = store_connection_open_sqlite(":memory:", NULL);
    ck_assert(migrations_apply(world.db, migrations, clock_system(), NULL));
    world.ann = add_admin(&world, "ann");
    world.bob = add_admin(&world, "bob");
    world.case_id = add_case(&world, "XF-1");

    g_autofree char *other = add_case(&world, "XF-2");

    add_recording(&world, TEN, world.case_id, "10-years");
    add_recording(&world, THIRTY, world.case_id, "30-years");
    add_recording(&world, EVER, world.case_id, "permanent");
    add_recording(&world, TEN_B, other, NULL); /* of before classes were kept: the item's */
    return world;
}

static void
world_free(World *world)
{
    store_connection_close(world->db);
    g_free(world->ann);
    g_free(world->bob);
    g_free(world->case_id);
}

static json_t *
list(World *world, const char *state, json_int_t now)
{
    return works(world, model_retention_list, json_pack("{s:{s:s}, s:s?, s:i, s:I}", "classes", "MKT-01", "10-years", "state", state, "limit", 50, "now", now));
}

static gsize
count(World *world, const char *state, json_int_t now)
{
    g_autoptr(json_t) found = list(world, state, now);

    return json_array_size(json_object_get(found, "recordings"));
}

static json_t *
wanted(World *world, const char *recording, json_int_t now)
{
    return json_pack("{s:[s], s:s, s:{s:s}, s:s, s:I}", "recordings", recording, "reason", "term ended", "classes", "MKT-01", "10-years", "user", world->ann, "now", now);
}

static json_t *
by(const char *name, const char *id, const char *user, json_int_t now)
{
    return json_pack("{s:s, s:s, s:s, s:I}", name, id, "user", user, "reason", "because", "now", now);
}

START_TEST(a_term_is_counted_from_the_year_after_in_beijing)
{
    g_autoptr(GTimeZone) beijing = g_time_zone_new_offset(8 * 3600);
    g_autoptr(GDateTime) last_minute = g_date_time_new(beijing, 2026, 12, 31, 23, 59, 0);
    g_autoptr(GDateTime) first_minute = g_date_time_new(beijing, 2027, 1, 1, 0, 0, 0);
    g_autoptr(GDateTime) due = g_date_time_new(beijing, 2037, 1, 1, 0, 0, 0);
    g_autoptr(GDateTime) later = g_date_time_new(beijing, 2058, 1, 1, 0, 0, 0);

    ck_assert_int_eq(retention_due_at("10-years", g_date_time_to_unix(last_minute) * G_USEC_PER_SEC), g_date_time_to_unix(due) * G_USEC_PER_SEC);
    ck_assert_int_eq(retention_due_at("30-years", g_date_time_to_unix(first_minute) * G_USEC_PER_SEC), g_date_time_to_unix(later) * G_USEC_PER_SEC);
    ck_assert_int_eq(retention_due_at("permanent", NOW), RETENTION_NEVER);
    ck_assert_int_eq(retention_due_at("5-years", NOW), RETENTION_NEVER);
    ck_assert_int_eq(retention_due_at(NULL, NOW), RETENTION_NEVER);
}
END_TEST

START_TEST(what_is_due_is_what_has_ended_its_term_and_is_not_held)
{
    World world = world_new();

    ck_assert_uint_eq(count(&world, "due", NOW), 0);
    ck_assert_uint_eq(count(&world, "due", FUTURE), 2);
    ck_assert_uint_eq(count(&world, "due", NOW + 32 * YEAR), 3);
    json_decref(works(&world, model_hold_place, by("case", world.case_id, world.bob, NOW)));
    ck_assert_uint_eq(count(&world, "due", FUTURE), 1);
    ck_assert_uint_eq(count(&world, "held", FUTURE), 3);

    g_autoptr(json_t) all = list(&world, NULL, NOW);

    ck_assert(json_is_null(json_object_get(json_array_get(json_object_get(all, "recordings"), 1), "due_at"))); /* EVER */
    ck_assert_int_eq(field_integer(json_object_get(all, "counts"), "held"), 3);
    world_free(&world);
}
END_TEST

START_TEST(a_list_takes_only_what_may_go_and_only_once)
{
    World world = world_new();

    fails(&world, model_disposal_create, wanted(&world, TEN, NOW), PROBLEM_DISPOSAL_NOT_DUE);
    fails(&world, model_disposal_create, wanted(&world, EVER, NOW + 100 * YEAR), PROBLEM_DISPOSAL_NOT_DUE);
    fails(&world, model_disposal_create, wanted(&world, world.ann, FUTURE), PROBLEM_RECORDING_NOT_FOUND);
    json_decref(works(&world, model_disposal_create, wanted(&world, TEN, FUTURE)));
    fails(&world, model_disposal_create, wanted(&world, TEN, FUTURE), PROBLEM_DISPOSAL_LISTED);
    json_decref(works(&world, model_hold_place, by("case", world.case_id, world.bob, FUTURE)));
    fails(&world, model_disposal_create, wanted(&world, THIRTY, NOW + 40 * YEAR), PROBLEM_DISPOSAL_HELD);
    world_free(&world);
}
END_TEST

START_TEST(two_different_administrators_approve_and_then_it_goes)
{
    World world = world_new();
    g_autofree char *disposal = take(works(&world, model_disposal_create, wanted(&world, TEN, FUTURE)));
    g_autoptr(json_t) none = works(&world, model_disposal_next, json_pack("{s:I}", "now", FUTURE));

    ck_assert(json_is_null(none)); /* nobody has approved */

    g_autoptr(json_t) once = works(&world, model_disposal_approve, by("disposal", disposal, world.ann, FUTURE));

    ck_assert_str_eq(field_string(once, "state"), "open");
    fails(&world, model_disposal_approve, by("disposal", disposal, world.ann, FUTURE), PROBLEM_DISPOSAL_APPROVED);

    g_autoptr(json_t) twice = works(&world, model_disposal_approve, by("disposal", disposal, world.bob, FUTURE));

    ck_assert_str_eq(field_string(twice, "state"), "approved");
    fails(&world, model_disposal_withdraw, by("disposal", disposal, world.ann, FUTURE), PROBLEM_DISPOSAL_CLOSED);

    g_autoptr(json_t) first = works(&world, model_disposal_next, json_pack("{s:I}", "now", FUTURE));
    g_autoptr(json_t) again = works(&world, model_disposal_next, json_pack("{s:I}", "now", FUTURE)); /* as after a crash */

    ck_assert_str_eq(field_string(first, "recording"), TEN);
    ck_assert_str_eq(field_string(first, "class"), "10-years");
    ck_assert_uint_eq(json_array_size(json_object_get(first, "approved")), 2);
    ck_assert_str_eq(field_string(again, "recording"), TEN);
    fails(&world, model_hold_place, by("case", world.case_id, world.bob, FUTURE), PROBLEM_DISPOSAL_UNDER_WAY);

    g_autoptr(json_t) rest = works(&world, model_disposal_settle, json_pack("{s:s, s:s, s:n, s:I}", "disposal", disposal, "recording", TEN, "problem", "now", FUTURE));
    g_autoptr(json_t) done = works(&world, model_disposal_get, json_pack("{s:s}", "disposal", disposal));
    g_autoptr(json_t) acts = works(&world, model_retention_acts, json_pack("{s:i}", "limit", 50));

    ck_assert(json_is_null(rest));
    ck_assert_str_eq(field_string(done, "state"), "done");
    ck_assert_uint_eq(count(&world, "disposed", FUTURE), 1);
    ck_assert_uint_eq(count(&world, "due", FUTURE), 1);
    ck_assert_uint_eq(json_array_size(json_object_get(acts, "acts")), 5); /* listed, approved twice, disposed of, done */
    world_free(&world);
}
END_TEST

START_TEST(a_hold_stops_an_approved_list)
{
    World world = world_new();
    g_autofree char *disposal = take(works(&world, model_disposal_create, wanted(&world, TEN, FUTURE)));
    g_autofree char *hold = NULL;

    json_decref(works(&world, model_disposal_approve, by("disposal", disposal, world.ann, FUTURE)));
    hold = take(works(&world, model_hold_place, by("case", world.case_id, world.bob, FUTURE)));
    fails(&world, model_disposal_approve, by("disposal", disposal, world.bob, FUTURE), PROBLEM_DISPOSAL_HELD);
    json_decref(works(&world, model_hold_lift, by("hold", hold, world.bob, FUTURE)));
    fails(&world, model_hold_lift, by("hold", hold, world.bob, FUTURE), PROBLEM_HOLD_LIFTED);
    json_decref(works(&world, model_disposal_approve, by("disposal", disposal, world.bob, FUTURE)));
    json_decref(works(&world, model_hold_place, by("case", world.case_id, world.bob, FUTURE)));

    g_autoptr(json_t) next = works(&world, model_disposal_next, json_pack("{s:I}", "now", FUTURE));
    g_autoptr(json_t) kept = works(&world, model_disposal_get, json_pack("{s:s}", "disposal", disposal));

    ck_assert(json_is_null(next));
    ck_assert_str_eq(field_string(json_array_get(json_object_get(kept, "recordings"), 0), "state"), "kept");
    ck_assert_str_eq(field_string(json_array_get(json_object_get(kept, "recordings"), 0), "problem"), "disposal/held");
    ck_assert_uint_eq(count(&world, "disposed", FUTURE), 0);
    world_free(&world);
}
END_TEST

SUITE_MAIN("retention", a_term_is_counted_from_the_year_after_in_beijing, what_is_due_is_what_has_ended_its_term_and_is_not_held,
           a_list_takes_only_what_may_go_and_only_once, two_different_administrators_approve_and_then_it_goes, a_hold_stops_an_approved_list)
