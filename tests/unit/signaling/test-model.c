/* The statements, on a store in memory. */
#include "model-stills.h"
#include "model.h"
#include "model-items.h"
#include "model-office.h"

#include <string.h>

#include "bounded-json.h"
#include "clock.h"
#include "embedded-text.h"
#include "field-rules.h"
#include "migrations.h"
#include "model-steps.h"
#include "problem.h"
#include "store.h"

#include "suite-main.h"

#define NOW    ((json_int_t) 1795420800000000)
#define MINUTE ((json_int_t) 60 * G_USEC_PER_SEC)

typedef struct {
    StoreConnection *db;
    char *inspector;
    char *colleague; /* not assigned */
    char *case_id;
    char *visit;
} World;

/* Runs a work in a transaction, as the store does. Takes `input` over. */
static json_t *
run(World *world, StoreWork work, json_t *input, GError **error)
{
    ck_assert(store_begin(world->db, NULL));
    json_t *output = work(world->db, input, error);
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
    json_t *output = run(world, work, input, &error);

    ck_assert(!output);
    ck_assert_msg(error->domain == PROBLEM, "%s", error->message);
    ck_assert_str_eq(problem_entry(problem_of(error))->code, problem_entry(problem)->code);
}

static char *
take_string(json_t *output, const char *name)
{
    char *text = g_strdup(field_string(output, name));

    json_decref(output);
    return text;
}

static char *
add_user(World *world, const char *account, const char *role)
{
    return take_string(works(world, model_user_add,
                             json_pack("{s:s, s:s, s:s, s:s, s:I}", "account", account, "name", account, "role", role, "password", "x", "now", NOW)),
                       "id");
}

static json_t *
case_input(const char *number, const char *applicant)
{
    return json_pack("{s:s, s:s, s:i, s:s, s:s, s:n, s:I}", "case_number", number, "item_code", "MKT-01", "item_version", 1, "applicant", applicant,
                     "premises", "阳明北路18号", "phone", "now", NOW);
}

static World
world_new(void)
{
    World world = { NULL };
    Migration migrations[64] = { { NULL, NULL } };
    g_autoptr(GError) error = NULL;

    for (gsize i = 0; embedded_migrations[i].name && i < 63; i++)
        migrations[i] = (Migration){ embedded_migrations[i].name, embedded_migrations[i].text };
    world.db = store_connection_open_sqlite(":memory:", NULL);
    ck_assert_msg(migrations_apply(world.db, migrations, clock_system(), &error), "%s", error ? error->message : "");
    world.inspector = add_user(&world, "zhang", "inspector");
    world.colleague = add_user(&world, "zhao", "inspector");

    g_autoptr(json_t) opened = works(&world, model_case_open, case_input("XF-1", "王芳"));

    world.case_id = g_strdup(field_string(json_object_get(opened, "case"), "id"));
    world.visit = take_string(works(&world, model_visit_schedule,
                                    json_pack("{s:s, s:s, s:I, s:[s], s:I}", "case", world.case_id, "kind", "inspection", "scheduled_at", NOW, "staff",
                                              "zhang", "now", NOW)),
                              "id");
    return world;
}

static void
world_free(World *world)
{
    store_connection_close(world->db);
    g_free(world->inspector);
    g_free(world->colleague);
    g_free(world->case_id);
    g_free(world->visit);
}

static char *
invite(World *world)
{
    return take_string(works(world, model_invitation_add,
                             json_pack("{s:s, s:s, s:s, s:I, s:I}", "visit", world->visit, "created_by", world->inspector, "user", world->inspector,
                                       "now", NOW, "expires_at", NOW + 10 * MINUTE)),
                       "id");
}

static json_t *
at(const char *field, const char *value, json_int_t now)
{
    return json_pack("{s:s, s:I}", field, value, "now", now);
}

static char *
entered(World *world, const char *invitation)
{
    g_autoptr(json_t) output = works(world, model_enter_applicant, at("invitation", invitation, NOW));

    return g_strdup(field_string(json_object_get(output, "participant"), "id"));
}

static char *
staff_entered(World *world)
{
    g_autoptr(json_t) output =
        works(world, model_enter_staff, json_pack("{s:s, s:s, s:I}", "visit", world->visit, "user", world->inspector, "now", NOW));

    return g_strdup(field_string(json_object_get(output, "participant"), "id"));
}

static const char *
visit_state(World *world, json_t **ret_room)
{
    g_autoptr(json_t) output = works(world, model_room_get, json_pack("{s:s}", "visit", world->visit));

    json_decref(*ret_room);
    *ret_room = json_incref(json_object_get(output, "room"));
    return field_string(json_object_get(*ret_room, "visit"), "state");
}

/* From the invitation to a live room with one inspector; the ids come back. */
static void
go_live(World *world, char **ret_applicant, char **ret_inspector)
{
    g_autofree char *invitation = invite(world);

    *ret_applicant = entered(world, invitation);
    *ret_inspector = staff_entered(world);
    json_decref(works(world, model_consent, json_pack("{s:s, s:s, s:I}", "participant", *ret_applicant, "notice", "2026-01", "now", NOW)));
    json_decref(works(world, model_wait, at("participant", *ret_applicant, NOW)));
    json_decref(works(world, model_admit,
                      json_pack("{s:s, s:s, s:s, s:[s], s:s, s:s, s:I}", "visit", world->visit, "participant", *ret_applicant, "by", *ret_inspector,
                                "present", *ret_inspector, "recording", "0198a1b2-0000-7000-8000-000000000004", "title", "t", "now", NOW)));
}

START_TEST(a_case_is_opened_once)
{
    World world = world_new();
    g_autoptr(json_t) again = works(&world, model_case_open, case_input("XF-1", "王芳"));

    ck_assert(!field_boolean(again, "created"));
    ck_assert_str_eq(field_string(json_object_get(again, "case"), "id"), world.case_id);
    fails(&world, model_case_open, case_input("XF-1", "李四"), PROBLEM_CASE_CONFLICT);
    world_free(&world);
}
END_TEST

static gsize
found(World *world, const char *field, const char *value, const char *user)
{
    json_t *input = json_pack("{s:I, s:I, s:b, s:i, s:s?}", "from", (json_int_t) 0, "to", (json_int_t) G_MAXINT64, "dated", 0, "limit", 50, "user", user);

    json_object_set_new(input, field, json_string(value));
    g_autoptr(json_t) output = works(world, model_case_search, input);

    return json_array_size(json_object_get(output, "cases"));
}

START_TEST(a_case_is_found_by_what_is_known_of_it)
{
    World world = world_new();

    ck_assert_uint_eq(found(&world, "q", "王", NULL), 1);
    ck_assert_uint_eq(found(&world, "q", "xf-1", NULL), 1);
    ck_assert_uint_eq(found(&world, "q", "阳明", NULL), 1);
    ck_assert_uint_eq(found(&world, "q", "%", NULL), 0); /* not a wildcard */
    ck_assert_uint_eq(found(&world, "q", "李", NULL), 0);
    ck_assert_uint_eq(found(&world, "items", ",MKT-01,", NULL), 1);
    ck_assert_uint_eq(found(&world, "item", "MKT-02", NULL), 0);
    ck_assert_uint_eq(found(&world, "case_number", "XF", NULL), 1);
    ck_assert_uint_eq(found(&world, "case_number", "1", NULL), 0); /* the beginning */
    ck_assert_uint_eq(found(&world, "applicant", "芳", world.inspector), 1);
    ck_assert_uint_eq(found(&world, "applicant", "芳", world.colleague), 0); /* not assigned */
    world_free(&world);
}
END_TEST

START_TEST(only_assigned_staff_enters)
{
    World world = world_new();

    fails(&world, model_enter_staff, json_pack("{s:s, s:s, s:I}", "visit", world.visit, "user", world.colleague, "now", NOW), PROBLEM_VISIT_NOT_ASSIGNED);
    fails(&world, model_enter_staff, json_pack("{s:s, s:s, s:I}", "visit", world.case_id, "user", world.inspector, "now", NOW), PROBLEM_VISIT_NOT_FOUND);
    g_autofree char *first = staff_entered(&world);
    g_autofree char *second = staff_entered(&world);
    ck_assert_str_eq(first, second);
    world_free(&world);
}
END_TEST

START_TEST(an_invitation_expires_and_is_revoked)
{
    World world = world_new();
    g_autofree char *invitation = invite(&world);
    g_autofree char *participant = entered(&world, invitation);

    fails(&world, model_enter_applicant, at("invitation", invitation, NOW + 10 * MINUTE), PROBLEM_INVITATION_EXPIRED);
    fails(&world, model_enter_applicant, at("invitation", world.visit, NOW), PROBLEM_INVITATION_INVALID);
    /* Who is in stays in when it expires … */
    json_decref(works(&world, model_resume, at("participant", participant, NOW + 11 * MINUTE)));
    /* … but not when it is withdrawn. */
    json_decref(works(&world, model_invitation_revoke,
                      json_pack("{s:s, s:s, s:I}", "invitation", invitation, "user", world.inspector, "now", NOW)));
    fails(&world, model_enter_applicant, at("invitation", invitation, NOW), PROBLEM_INVITATION_REVOKED);
    fails(&world, model_resume, at("participant", participant, NOW), PROBLEM_RESUME_INVALID);
    fails(&world, model_invitation_revoke, json_pack("{s:s, s:s, s:I}", "invitation", invitation, "user", world.colleague, "now", NOW),
          PROBLEM_VISIT_NOT_ASSIGNED);
    world_free(&world);
}
END_TEST

START_TEST(waiting_needs_consent_and_leaving_undoes_it)
{
    World world = world_new();
    g_autofree char *invitation = invite(&world);
    g_autofree char *participant = entered(&world, invitation);
    g_autoptr(json_t) room = NULL;

    fails(&world, model_wait, at("participant", participant, NOW), PROBLEM_CONSENT_REQUIRED);
    json_decref(works(&world, model_consent, json_pack("{s:s, s:s, s:I}", "participant", participant, "notice", "2026-01", "now", NOW)));
    json_decref(works(&world, model_wait, at("participant", participant, NOW)));
    ck_assert_str_eq(visit_state(&world, &room), "waiting");
    json_decref(works(&world, model_leave, at("participant", participant, NOW)));
    ck_assert_str_eq(visit_state(&world, &room), "scheduled");
    world_free(&world);
}
END_TEST

START_TEST(a_visit_holds_sixteen)
{
    World world = world_new();

    for (int i = 0; i < MODEL_PARTICIPANTS_MAX; i++) {
        g_autofree char *invitation = invite(&world);
        g_autofree char *participant = entered(&world, invitation);
    }
    g_autofree char *one_more = invite(&world);
    fails(&world, model_enter_applicant, at("invitation", one_more, NOW), PROBLEM_VISIT_FULL);
    world_free(&world);
}
END_TEST

/* What the recorder will get, as "kind" or the entry's type, in order. */
static char *
outbox(World *world)
{
    GString *text = g_string_new(NULL);

    for (;;) {
        g_autoptr(json_t) row = works(world, model_outbox_next, json_pack("{s:s}", "visit", world->visit));

        if (json_is_null(row))
            return g_string_free(text, FALSE);
        const char *type = field_string(json_object_get(row, "body"), "type");
        g_string_append_printf(text, "%s ", type ? type : field_string(row, "kind"));
        json_decref(works(world, model_outbox_settle,
                          json_pack("{s:s, s:I, s:n, s:I}", "visit", world->visit, "position", (json_int_t) field_integer(row, "position"), "refused",
                                    "now", NOW)));
    }
}

START_TEST(the_recorder_hears_of_everything_in_order)
{
    World world = world_new();
    g_autofree char *applicant = NULL;
    g_autofree char *inspector = NULL;
    g_autoptr(json_t) room = NULL;

    go_live(&world, &applicant, &inspector);
    json_t *point = json_pack("{s:s, s:s, s:s, s:I}", "visit", world.visit, "participant", inspector, "checkpoint", "MKT-01-01", "now", NOW);
    json_decref(works(&world, model_checkpoint_start, json_incref(point)));
    json_decref(works(&world, model_checkpoint_start, point)); /* pressed twice: once */
    json_decref(works(&world, model_checkpoint_start,
                      json_pack("{s:s, s:s, s:s, s:I}", "visit", world.visit, "participant", inspector, "checkpoint", "MKT-01-02", "now", NOW + 1)));
    json_decref(works(&world, model_visit_end, json_pack("{s:s, s:s, s:n, s:I}", "visit", world.visit, "participant", inspector, "conclusion", "now", NOW + 2)));
    ck_assert_str_eq(visit_state(&world, &room), "ended");
    ck_assert_uint_eq(json_array_size(json_object_get(room, "marks")), 4);
    ck_assert(json_is_null(json_object_get(room, "checkpoint")));

    g_autofree char *heard = outbox(&world);
    ck_assert_str_eq(heard, "start consent join join mark mark mark mark conclusion end ");
    fails(&world, model_resume, at("participant", applicant, NOW), PROBLEM_VISIT_ENDED);
    world_free(&world);
}
END_TEST

static json_t *
finding(World *world, const char *participant, const char *result, int revision)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:I}", "visit", world->visit, "participant", participant, "checkpoint", "MKT-01-01", "result",
                     result, "note", "", "revision", revision, "now", NOW);
}

/* An auditor reads in the ledger whose papers were seen, not only that some were. */
START_TEST(papers_that_were_shown_are_named_in_the_ledger)
{
    World world = world_new();
    g_autofree char *inspector = staff_entered(&world);
    g_autoptr(json_t) rows = NULL;
    const char *body;

    ck_assert(store_execute(world.db, NULL, "UPDATE visits SET state = 'live' WHERE id = $1", "t", world.visit));
    ck_assert(store_execute(world.db, NULL, "UPDATE participants SET state = 'admitted' WHERE id = $1", "t", inspector));
    ck_assert(store_execute(world.db, NULL, "INSERT INTO credentials (user_id, number, title, department, changed_at) VALUES ($1, '赣B07-123', '科员', '审批股', 1)", "t", world.inspector));
    json_decref(works(&world, model_act, json_pack("{s:s, s:s, s:s, s:I}", "visit", world.visit, "act", "credentials-shown", "participant", inspector, "now", NOW)));
    rows = store_select(world.db, NULL, "SELECT body FROM outbox WHERE visit_id = $1 ORDER BY position", "t", world.visit);
    body = field_string(json_array_get(rows, json_array_size(rows) - 1), "body");
    ck_assert_ptr_nonnull(strstr(body, "\"identity\""));
    ck_assert_ptr_nonnull(strstr(body, "赣B07-123"));
    world_free(&world);
}
END_TEST

START_TEST(a_finding_is_not_overwritten_unseen)
{
    World world = world_new();
    g_autofree char *applicant = NULL;
    g_autofree char *inspector = NULL;

    go_live(&world, &applicant, &inspector);
    g_autoptr(json_t) first = works(&world, model_finding, finding(&world, inspector, "conform", 0));
    ck_assert_int_eq(field_integer(first, "revision"), 1);
    g_autoptr(json_t) stale = works(&world, model_finding, finding(&world, inspector, "nonconform", 0));
    ck_assert_str_eq(field_string(json_object_get(stale, "conflict"), "result"), "conform");
    g_autoptr(json_t) second = works(&world, model_finding, finding(&world, inspector, "mostly", 1));
    ck_assert_int_eq(field_integer(second, "revision"), 2);
    world_free(&world);
}
END_TEST

static json_t *
still_input(World *world, const char *participant, const char *sha256)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:I}", "visit", world->visit, "still", "0198a1b2-0000-7000-8000-000000000005", "participant", participant,
                     "sha256", sha256, "bytes", 10, "now", NOW);
}

START_TEST(a_still_is_stored_once_and_by_its_taker)
{
    World world = world_new();
    g_autofree char *applicant = NULL;
    g_autofree char *inspector = NULL;
    const char *one = "1111111111111111111111111111111111111111111111111111111111111111";
    const char *two = "2222222222222222222222222222222222222222222222222222222222222222";

    go_live(&world, &applicant, &inspector);
    fails(&world, model_still_store, still_input(&world, applicant, one), PROBLEM_STILL_NOT_FOUND);
    json_decref(works(&world, model_still_request,
                      json_pack("{s:s, s:s, s:s, s:s, s:I}", "visit", world.visit, "still", "0198a1b2-0000-7000-8000-000000000005", "requested_by",
                                inspector, "participant", applicant, "now", NOW)));
    fails(&world, model_still_store, still_input(&world, inspector, one), PROBLEM_STILL_NOT_FOUND);
    g_autoptr(json_t) stored = works(&world, model_still_store, still_input(&world, applicant, one));
    ck_assert(field_boolean(stored, "pending"));
    json_decref(works(&world, model_still_store, still_input(&world, applicant, one)));
    fails(&world, model_still_store, still_input(&world, applicant, two), PROBLEM_STILL_CONFLICT);

    g_autofree char *heard = outbox(&world);
    ck_assert_str_eq(heard, "start consent join join still ");
    world_free(&world);
}
END_TEST

static json_t *
taken_input(World *world, const char *participant, const char *sha256, gint64 now)
{
    json_t *input = still_input(world, participant, sha256);

    json_object_set_new(input, "now", json_integer(now));
    return input;
}

/* The digest is in the ledger when the picture is taken; the bytes may come when the visit is over, but they must be these. */
START_TEST(an_announced_still_may_come_late_and_only_as_announced)
{
    World world = world_new();
    g_autofree char *applicant = NULL;
    g_autofree char *inspector = NULL;
    const char *one = "1111111111111111111111111111111111111111111111111111111111111111";
    const char *two = "2222222222222222222222222222222222222222222222222222222222222222";

    go_live(&world, &applicant, &inspector);
    json_decref(works(&world, model_still_request,
                      json_pack("{s:s, s:s, s:s, s:s, s:I}", "visit", world.visit, "still", "0198a1b2-0000-7000-8000-000000000005", "requested_by",
                                inspector, "participant", applicant, "now", NOW)));
    fails(&world, model_still_awaited, taken_input(&world, applicant, one, NOW), PROBLEM_STILL_NOT_FOUND);
    fails(&world, model_still_taken, taken_input(&world, inspector, one, NOW), PROBLEM_STILL_NOT_FOUND);
    for (int again = 0; again < 2; again++) {
        g_autoptr(json_t) taken = works(&world, model_still_taken, taken_input(&world, applicant, one, NOW + 1));

        ck_assert(!field_boolean(taken, "stored"));
        ck_assert_int_eq(field_integer(taken, "bytes"), 10);
    }
    fails(&world, model_still_taken, taken_input(&world, applicant, two, NOW), PROBLEM_STILL_CONFLICT);
    fails(&world, model_still_store, taken_input(&world, applicant, two, NOW), PROBLEM_STILL_DIGEST);
    json_decref(works(&world, model_visit_end, json_pack("{s:s, s:s, s:n, s:I}", "visit", world.visit, "participant", inspector, "conclusion", "now", NOW + 2)));
    fails(&world, model_still_store, taken_input(&world, applicant, one, NOW + 3 + STILL_LATE_US), PROBLEM_VISIT_ENDED);
    json_decref(works(&world, model_still_awaited, taken_input(&world, applicant, one, NOW + 3)));

    g_autoptr(json_t) stored = works(&world, model_still_store, taken_input(&world, applicant, one, NOW + 3));
    json_t *still = json_array_get(json_object_get(json_object_get(stored, "room"), "stills"), 0);
    ck_assert(field_boolean(stored, "pending"));
    ck_assert_str_eq(field_string(still, "state"), "stored");
    ck_assert_int_eq(field_integer(still, "at"), NOW + 1);
    g_autoptr(json_t) again = works(&world, model_still_store, taken_input(&world, applicant, one, NOW + 4));
    ck_assert(field_boolean(again, "pending"));

    g_autofree char *heard = outbox(&world);
    ck_assert_str_eq(heard, "start consent join join still-taken conclusion end ");
    world_free(&world);
}
END_TEST

START_TEST(the_lobby_shows_who_waits_to_the_assigned_alone)
{
    World world = world_new();
    g_autofree char *invitation = invite(&world);
    g_autofree char *participant = entered(&world, invitation);
    json_t *mine = json_pack("{s:s, s:I, s:I}", "user", world.inspector, "from", NOW - MINUTE, "to", NOW + MINUTE);
    json_t *theirs = json_pack("{s:s, s:I, s:I}", "user", world.colleague, "from", NOW - MINUTE, "to", NOW + MINUTE);

    json_decref(works(&world, model_consent, json_pack("{s:s, s:s, s:I}", "participant", participant, "notice", "1", "now", NOW)));
    json_decref(works(&world, model_wait, at("participant", participant, NOW + 5)));
    g_autoptr(json_t) seen = works(&world, model_lobby, mine);
    g_autoptr(json_t) unseen = works(&world, model_lobby, theirs);
    json_t *waiting = json_array_get(json_object_get(json_array_get(json_object_get(seen, "visits"), 0), "waiting"), 0);

    ck_assert_str_eq(field_string(waiting, "participant"), participant);
    ck_assert_int_eq(field_integer(waiting, "since"), NOW + 5);
    ck_assert_uint_eq(json_array_size(json_object_get(unseen, "visits")), 0);
    world_free(&world);
}
END_TEST

START_TEST(a_changed_visit_needs_its_revision)
{
    World world = world_new();
    json_t *change = json_pack("{s:s, s:s, s:i, s:[s]}", "visit", world.visit, "user", world.inspector, "revision", 1, "staff", "zhao");
    g_autoptr(json_t) changed = works(&world, model_visit_change, json_incref(change));

    ck_assert_str_eq(field_string(json_array_get(json_object_get(changed, "staff"), 0), "account"), "zhao");
    fails(&world, model_visit_change, change, PROBLEM_VISIT_NOT_ASSIGNED); /* handed over */
    fails(&world, model_visit_change, json_pack("{s:s, s:n, s:i}", "visit", world.visit, "user", "revision", 1), PROBLEM_VISIT_CHANGED);
    fails(&world, model_visit_change, json_pack("{s:s, s:n, s:i, s:[s]}", "visit", world.visit, "user", "revision", 2, "staff", "nobody"),
          PROBLEM_USER_NOT_FOUND);
    world_free(&world);
}
END_TEST

static json_t *
item_json(int version, const char *name)
{
    return json_pack("{s:s, s:i, s:s}", "code", "MKT-01", "version", version, "name_zh", name);
}

static gint64
version_of_visit(World *world)
{
    g_autoptr(json_t) row = works(world, model_visit_get, json_pack("{s:s, s:n}", "visit", world->visit, "user"));

    return field_integer(row, "item_version");
}

START_TEST(a_published_version_takes_effect_at_its_time_and_an_entered_visit_keeps_its_own)
{
    World world = world_new();
    g_autoptr(json_t) synced = works(&world, model_items_sync, json_pack("{s:[o], s:I}", "items", item_json(1, "一"), "now", NOW - MINUTE));
    g_autoptr(json_t) again = works(&world, model_items_sync, json_pack("{s:[o], s:I}", "items", item_json(1, "改"), "now", NOW));
    g_autoptr(json_t) draft = NULL, published = NULL, entered = NULL;

    ck_assert_str_eq(field_string(json_object_get(json_array_get(json_object_get(again, "versions"), 0), "item"), "name_zh"), "一");
    draft = works(&world, model_item_draft_put,
                  json_pack("{s:s, s:o, s:i, s:s, s:I}", "code", "MKT-01", "item", item_json(1, "二"), "revision", 0, "user", world.inspector, "now", NOW));
    ck_assert_int_eq(field_integer(draft, "revision"), 1);
    fails(&world, model_item_draft_put,
          json_pack("{s:s, s:o, s:i, s:s, s:I}", "code", "MKT-01", "item", item_json(1, "三"), "revision", 0, "user", world.inspector, "now", NOW), PROBLEM_ITEM_CHANGED);
    fails(&world, model_item_publish,
          json_pack("{s:s, s:i, s:I, s:s, s:I}", "code", "MKT-01", "revision", 7, "effective_at", NOW, "user", world.inspector, "now", NOW), PROBLEM_ITEM_CHANGED);
    /* In effect one minute after the visit is due: the visit is still held under the first. */
    published = works(&world, model_item_publish, json_pack("{s:s, s:i, s:I, s:s, s:I}", "code", "MKT-01", "revision", 1, "effective_at", NOW + MINUTE, "user",
                                                            world.inspector, "now", NOW));
    ck_assert_int_eq(field_integer(published, "version"), 2);
    ck_assert_int_eq(version_of_visit(&world), 1);
    /* Nobody comes before that minute has passed. */
    entered = works(&world, model_enter_staff, json_pack("{s:s, s:s, s:I}", "visit", world.visit, "user", world.inspector, "now", NOW + 2 * MINUTE));
    ck_assert_int_eq(version_of_visit(&world), 2);
    g_autoptr(json_t) third = works(&world, model_item_draft_put, json_pack("{s:s, s:o, s:i, s:s, s:I}", "code", "MKT-01", "item", item_json(1, "三"), "revision", -1, "user",
                                                                            world.inspector, "now", NOW + 2 * MINUTE));
    fails(&world, model_item_publish, json_pack("{s:s, s:i, s:I, s:s, s:I}", "code", "MKT-01", "revision", 1, "effective_at", NOW, "user", world.inspector, "now", NOW),
          PROBLEM_ITEM_EFFECTIVE);
    g_autoptr(json_t) late = works(&world, model_item_publish, json_pack("{s:s, s:i, s:I, s:s, s:I}", "code", "MKT-01", "revision", 1, "effective_at", NOW + 3 * MINUTE,
                                                                         "user", world.inspector, "now", NOW + 3 * MINUTE));
    ck_assert_int_eq(version_of_visit(&world), 2);
    world_free(&world);
}
END_TEST

static json_t *
verdict_after(World *world, const char *sql)
{
    if (sql)
        ck_assert(store_execute_script(world->db, sql, NULL));
    return works(world, model_trail_verify, json_object());
}

START_TEST(a_line_of_the_trail_that_is_changed_or_gone_is_found)
{
    World world = world_new();

    for (int i = 0; i < 3; i++)
        json_decref(works(&world, model_trail_add, json_pack("{s:n, s:s, s:s, s:s, s:I}", "user", "account", "zhang", "act", "POST", "object", "/api/cases", "now", NOW + i)));

    g_autoptr(json_t) whole = verdict_after(&world, NULL);
    g_autoptr(json_t) changed = verdict_after(&world, "UPDATE trail SET object = '/api/visits' WHERE seq = 2");
    g_autoptr(json_t) gone = verdict_after(&world, "UPDATE trail SET object = '/api/cases' WHERE seq = 2; DELETE FROM trail WHERE seq = 1");

    ck_assert(field_boolean(whole, "intact"));
    ck_assert_int_eq(field_integer(whole, "entries"), 3);
    ck_assert_int_eq(field_integer(changed, "broken_at"), 2);
    ck_assert_int_eq(field_integer(gone, "broken_at"), 1);
    world_free(&world);
}
END_TEST

SUITE_MAIN("model", a_line_of_the_trail_that_is_changed_or_gone_is_found, a_published_version_takes_effect_at_its_time_and_an_entered_visit_keeps_its_own, a_case_is_opened_once, a_case_is_found_by_what_is_known_of_it, only_assigned_staff_enters,
           an_invitation_expires_and_is_revoked, waiting_needs_consent_and_leaving_undoes_it, a_visit_holds_sixteen,
           the_recorder_hears_of_everything_in_order, papers_that_were_shown_are_named_in_the_ledger, a_finding_is_not_overwritten_unseen, a_still_is_stored_once_and_by_its_taker, an_announced_still_may_come_late_and_only_as_announced,
           the_lobby_shows_who_waits_to_the_assigned_alone, a_changed_visit_needs_its_revision)
