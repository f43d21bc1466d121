/* Finding visits: the terms, their blocks, and the statements on a store in memory. */
#include "model.h"
#include "search/posting-block.h"
#include "search/search-terms.h"

#include <string.h>

#include "bounded-json.h"
#include "clock.h"
#include "embedded-text.h"
#include "field-rules.h"
#include "migrations.h"
#include "store.h"

#include "suite-main.h"

#define NOW ((json_int_t) 1795420800000000)
#define DAY ((json_int_t) 86400 * G_USEC_PER_SEC)

START_TEST(a_text_has_all_terms_of_every_part_of_it)
{
    static const char *const texts[] = { "XF-20261125-0417", "芳姐小厨 · 阳明北路18号A区", "ＡＢＣ全角123", "灭火器压力不足，已过期", "Müller 2号楼" };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GHashTable) set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        search_add_text(set, texts[i]);
        for (const char *from = texts[i]; *from; from = g_utf8_next_char(from))
            for (const char *to = g_utf8_next_char(from);; to = g_utf8_next_char(to)) {
                g_autofree char *part = g_strndup(from, (gsize) (to - from));
                g_autoptr(GPtrArray) terms = search_terms_of_word(part);
                g_autofree char *normalised = search_normalise(part);

                for (guint n = 0; n < terms->len; n++)
                    ck_assert_msg(g_hash_table_contains(set, g_ptr_array_index(terms, n)), "%s: %s", part, (char *) g_ptr_array_index(terms, n));
                ck_assert(search_contains(texts[i], normalised));
                if (!*to)
                    break;
            }
    }
}
END_TEST

START_TEST(width_and_case_do_not_matter)
{
    g_autofree char *word = search_normalise("ａｂ");
    g_autoptr(GPtrArray) none = search_terms_of_word("——·，");

    ck_assert(search_contains("AB座", word));
    ck_assert_uint_eq(none->len, 0);
}
END_TEST

START_TEST(a_block_is_what_was_added_to_it)
{
    PostingBlock block = { { 0 } }, read;
    guint added = 0;

    ck_assert_int_eq(posting_block_last_before(&block, POSTING_BLOCK_BITS), -1);
    for (guint document = 5; document < POSTING_BLOCK_BITS; document += 7) {
        posting_block_add(&block, document);
        added++;

        g_autofree char *text = posting_block_encode(&block);

        ck_assert_uint_le(strlen(text), 683);
        ck_assert(posting_block_decode(text, &read));
        ck_assert_mem_eq(&read, &block, sizeof block);
        ck_assert_uint_eq(posting_block_count(&read), added);
        ck_assert_int_eq(posting_block_last_before(&read, POSTING_BLOCK_BITS), (int) document);
        ck_assert_int_eq(posting_block_last_before(&read, document), document == 5 ? -1 : (int) document - 7);
    }
    ck_assert_uint_gt(added, POSTING_LIST_MAX);
    ck_assert(!posting_block_decode("A", &read));
    ck_assert(!posting_block_decode("A!", &read));
    ck_assert(!posting_block_decode(NULL, &read));
}
END_TEST

typedef struct {
    StoreConnection *db;
    char *users[2];
} World;

static json_t *
works(World *world, StoreWork work, json_t *input)
{
    g_autoptr(GError) error = NULL;
    json_t *output;

    ck_assert(store_begin(world->db, NULL));
    output = work(world->db, input, &error);
    ck_assert_msg(output != NULL, "%s", error ? error->message : "");
    ck_assert(store_commit(world->db, NULL));
    json_decref(input);
    return output;
}

static void
does(World *world, StoreWork work, json_t *input)
{
    json_decref(works(world, work, input));
}

static World
world_new(void)
{
    World world = { NULL };
    Migration migrations[64] = { { NULL, NULL } };
    static const char *const accounts[] = { "zhang", "zhao" }, *const names[] = { "张伟", "赵敏" };

    for (gsize i = 0; embedded_migrations[i].name && i < 63; i++)
        migrations[i] = (Migration){ embedded_migrations[i].name, embedded_migrations[i].text };
    world.db = store_connection_open_sqlite(":memory:", NULL);
    ck_assert(migrations_apply(world.db, migrations, clock_system(), NULL));
    for (gsize i = 0; i < 2; i++) {
        g_autoptr(json_t) user = works(&world, model_user_add,
                                       json_pack("{s:s, s:s, s:s, s:s, s:I}", "account", accounts[i], "name", names[i], "role", "inspector", "password",
                                                 "x", "now", NOW));

        world.users[i] = g_strdup(field_string(user, "id"));
    }
    return world;
}

static void
world_free(World *world)
{
    store_connection_close(world->db);
    g_free(world->users[0]);
    g_free(world->users[1]);
}

/* A visit with two check points that were shown; the second has a finding with a note. */
static void
add_visit(World *world, int number, const char *applicant, const char *premises, const char *result, const char *note)
{
    g_autofree char *case_number = g_strdup_printf("XF-20261125-%04d", number);
    g_autoptr(json_t) opened = works(world, model_case_open,
                                     json_pack("{s:s, s:s, s:i, s:s, s:s, s:n, s:I}", "case_number", case_number, "item_code",
                                               number % 2 ? "MKT-01" : "SOC-02", "item_version", 1, "applicant", applicant, "premises", premises,
                                               "phone", "now", NOW));
    g_autoptr(json_t) visit = works(world, model_visit_schedule,
                                    json_pack("{s:O, s:s, s:I, s:[s], s:I}", "case", json_object_get(json_object_get(opened, "case"), "id"), "kind",
                                              "inspection", "scheduled_at", NOW + number * DAY, "staff", number % 2 ? "zhang" : "zhao", "now", NOW));
    const char *id = field_string(visit, "id");
    g_autoptr(json_t) entered = works(world, model_enter_staff, json_pack("{s:s, s:s, s:I}", "visit", id, "user", world->users[number % 2 ? 0 : 1], "now", NOW));
    const char *participant = field_string(json_object_get(entered, "participant"), "id");

    for (int i = 1; i <= 2; i++) {
        g_autofree char *code = g_strdup_printf("P-%d", i);

        does(world, model_checkpoint_start, json_pack("{s:s, s:s, s:s, s:I}", "visit", id, "participant", participant, "checkpoint", code, "now", NOW));
    }
    does(world, model_finding,
         json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:I}", "visit", id, "participant", participant, "checkpoint", "P-2", "result", result, "note", note,
                   "revision", 0, "now", NOW));
}

static void
index_all(World *world)
{
    for (;;) {
        g_autoptr(json_t) pending = works(world, model_search_pending, json_pack("{s:i}", "limit", 3));

        if (json_array_size(json_object_get(pending, "visits")) == 0)
            return;
        does(world, model_search_index, json_incref(pending));
    }
}

/* Numbers of the cases found, newest first, e.g. "3 1"; with the codes of their check points. */
static char *
find(World *world, const char *fields, ...)
{
    GString *found = g_string_new(NULL);
    json_t *input = json_pack("{s:[], s:i, s:I, s:I, s:i}", "words", "from", 0, "to", (json_int_t) G_MAXINT64, "before", (json_int_t) G_MAXINT64, "limit", 20);
    va_list args;
    gsize i, n;
    json_t *visit, *point;

    va_start(args, fields);
    for (const char *name = fields; name; name = va_arg(args, const char *)) {
        const char *value = va_arg(args, const char *);

        if (g_str_equal(name, "word"))
            json_array_append_new(json_object_get(input, "words"), json_pack("{s:s, s:[], s:[s]}", "text", value, "items", "checkpoints",
                                                                             g_str_equal(value, "消防") ? "P-1" : "none"));
        else
            json_object_set_new(input, name, g_str_equal(name, "from") || g_str_equal(name, "to") || g_str_equal(name, "limit") ? json_integer(g_ascii_strtoll(value, NULL, 10)) : json_string(value));
    }
    va_end(args);

    g_autoptr(json_t) output = works(world, model_search, input);

    json_array_foreach(json_object_get(output, "visits"), i, visit) {
        g_string_append_printf(found, "%s%d", found->len ? " " : "", atoi(field_string(visit, "case_number") + strlen("XF-20261125-")));
        json_array_foreach(json_object_get(visit, "checkpoints"), n, point)
            g_string_append_printf(found, n ? ",%s" : ":%s", field_string(point, "checkpoint"));
    }
    if (field_string(output, "next"))
        g_string_append(found, " …");
    return g_string_free(found, FALSE);
}

#define FINDS(world, expected, ...)                                                                                    \
    do {                                                                                                               \
        g_autofree char *found_ = find(world, __VA_ARGS__, NULL);                                                      \
        ck_assert_str_eq(found_, expected);                                                                            \
    } while (0)

START_TEST(visits_are_found_by_everything_that_is_known_of_them)
{
    World world = world_new();

    add_visit(&world, 1, "王芳", "阳明北路18号", "conform", "灭火器齐全");
    add_visit(&world, 2, "李强", "胜利西路2号", "nonconform", "灭火器压力不足，限期整改");
    add_visit(&world, 3, "王芳芳餐饮有限公司", "阳明南路7号", "nonconform", "油烟净化未安装");
    FINDS(&world, "", "word", "王芳"); /* not indexed yet */
    index_all(&world);
    FINDS(&world, "3:P-1,P-2 1:P-1,P-2", "word", "王芳");
    FINDS(&world, "3:P-1,P-2 1:P-1,P-2", "word", "阳明");
    FINDS(&world, "3:P-1,P-2", "word", "王芳", "word", "南路");
    FINDS(&world, "2:P-2 1:P-2", "word", "灭火器");
    FINDS(&world, "2:P-2", "word", "灭火器", "result", "nonconform");
    FINDS(&world, "", "word", "火灭");
    FINDS(&world, "", "word", "灭火器", "result", "mostly");
    FINDS(&world, "3:P-2 2:P-2", "result", "nonconform");
    FINDS(&world, "", "checkpoint", "P-1", "result", "nonconform");
    FINDS(&world, "3:P-1 2:P-1 1:P-1", "checkpoint", "P-1");
    FINDS(&world, "2:P-1,P-2", "case_number", "1125-0002");
    FINDS(&world, "2:P-1,P-2", "applicant", "李强");
    FINDS(&world, "", "applicant", "胜利");
    FINDS(&world, "2:P-1,P-2", "place", "胜利");
    FINDS(&world, "3:P-1,P-2 1:P-1,P-2", "item", "MKT-01");
    FINDS(&world, "2:P-1,P-2", "inspector", "赵敏");
    FINDS(&world, "3:P-1,P-2 1:P-1,P-2", "inspector", "zhang");
    FINDS(&world, "", "inspector", "nobody");
    FINDS(&world, "2:P-1,P-2", "word", "赵敏");
    FINDS(&world, "3:P-1,P-2 1:P-1,P-2", "user", world.users[0]);
    FINDS(&world, "3:P-1,P-2", "word", "王芳", "from", "1795593600000001");
    FINDS(&world, "1:P-1,P-2", "word", "王芳", "to", "1795593600000001");
    FINDS(&world, "", "word", "王芳", "from", "1795593600000001", "to", "1795593600000002");
    FINDS(&world, "3:P-1,P-2 …", "word", "王芳", "limit", "1");
    world_free(&world);
}
END_TEST

START_TEST(what_changes_is_found_anew)
{
    World world = world_new();

    add_visit(&world, 1, "王芳", "阳明北路18号", "nonconform", "未整改");
    index_all(&world);

    g_autoptr(json_t) row = store_select_one(world.db, NULL, "SELECT visit_id, participant_id FROM findings", "");

    does(&world, model_finding,
         json_pack("{s:O, s:O, s:s, s:s, s:s, s:i, s:I}", "visit", json_object_get(row, "visit_id"), "participant", json_object_get(row, "participant_id"),
                   "checkpoint", "P-2", "result", "conform", "note", "已经完成", "revision", 1, "now", NOW));
    index_all(&world);
    FINDS(&world, "1:P-2", "word", "完成");
    FINDS(&world, "", "word", "整改"); /* still among the postings, no longer in the note */
    FINDS(&world, "", "result", "nonconform");
    world_free(&world);
}
END_TEST

START_TEST(pages_join_without_loss_over_blocks)
{
    World world = world_new();
    gint64 before = G_MAXINT64;
    int seen = 0;

    for (int i = 1; i <= 9; i++)
        add_visit(&world, i, "王芳", "阳明北路", "conform", "");
    index_all(&world);
    /* As if thousands lay between them. */
    ck_assert(store_execute_script(world.db,
                                   "UPDATE search_documents SET document = document + 20000 WHERE document >= 5; DELETE FROM search_postings; "
                                   "DELETE FROM search_blocks; INSERT INTO search_pending SELECT id FROM visits;",
                                   NULL));
    index_all(&world);
    for (int page = 0; page < 20; page++) {
        g_autoptr(json_t) output = works(&world, model_search,
                                         json_pack("{s:[{s:s}], s:i, s:I, s:I, s:i, s:n}", "words", "text", "王芳", "from", 0, "to", (json_int_t) G_MAXINT64,
                                                   "before", (json_int_t) before, "limit", 4, "user"));
        gsize i;
        json_t *visit;

        json_array_foreach(json_object_get(output, "visits"), i, visit) {
            g_autofree char *expected = g_strdup_printf("XF-20261125-%04d", 9 - seen++);

            ck_assert_str_eq(field_string(visit, "case_number"), expected);
        }
        if (!field_string(output, "next"))
            break;
        before = g_ascii_strtoll(field_string(output, "next"), NULL, 10);
    }
    ck_assert_int_eq(seen, 9);
    world_free(&world);
}
END_TEST

SUITE_MAIN("search", a_text_has_all_terms_of_every_part_of_it, width_and_case_do_not_matter, a_block_is_what_was_added_to_it,
           visits_are_found_by_everything_that_is_known_of_them, what_changes_is_found_anew, pages_join_without_loss_over_blocks)
