/**
 * bench-index — how long searching and opening take in a store of a million visits with ten marks each: `./dev bench index`.
 *
 * Makes the store with set-based statements (rows as signaling would have made them, and postings by the same search-terms and PostingBlock),
 * then runs the works of the model as the store thread does, one after the other, and prints the distribution of their times.
 */
#include "model.h"
#include "search/posting-block.h"
#include "search/search-terms.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bounded-json.h"
#include "clock.h"
#include "embedded-text.h"
#include "field-rules.h"
#include "migrations.h"
#include "store.h"

static const char *const surnames[] = { "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林" };
static const char *const given[] = { "芳", "伟", "娜", "强", "敏", "静", "磊", "洋", "勇", "艳", "杰", "涛", "明", "秀英", "建国", "丽华", "志强", "晓燕" };
static const char *const shops[] = { "小厨", "餐饮有限公司", "大药房", "便利店", "幼儿园", "养老服务中心", "种苗场", "物流有限公司", "诊所", "网吧", "健身馆", "" };
static const char *const streets[] = { "阳明北路", "阳明南路", "胜利西路", "建设大道", "解放街", "人民东路", "滨江路", "工业园一路", "香樟路", "青云山路", "红谷大道", "学府路" };
static const char *const notes[] = {
    "", "符合要求", "灭火器压力不足，限期整改", "消防通道堆放杂物", "证照齐全，现场一致", "油烟净化器未安装", "冷藏温度6度，记录完整", "从业人员健康证过期一人",
    "面积与申请材料不符", "标识不清，已口头告知", "监控设备运行正常", "需补充布局图", "用电线路裸露，立即整改", "仓储区与经营区未分开", "现场卫生良好", "防鼠设施缺失",
};
static const char *const items[] = { "MKT-01", "MKT-02", "MKT-03", "MKT-04", "SOC-01", "SOC-02", "SOC-03", "AGR-01", "AGR-02", "INV-01", "INV-02", "SOC-07" };
static const char *const results[] = { "conform", "conform", "conform", "conform", "mostly", "nonconform", "not-applicable", "conform" };

#define USERS 60

static void
must(gboolean done, GError *error)
{
    if (done)
        return;
    fprintf(stderr, "bench-index: %s\n", error ? error->message : "failed");
    exit(1);
}

static void
script(StoreConnection *db, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void
script(StoreConnection *db, const char *format, ...)
{
    g_autoptr(GError) error = NULL;
    va_list args;

    va_start(args, format);
    g_autofree char *sql = g_strdup_vprintf(format, args);
    va_end(args);
    must(store_execute_script(db, sql, &error), error);
}

static void
pool(StoreConnection *db, const char *name, const char *const *texts, gsize count)
{
    script(db, "CREATE TEMP TABLE %s (k INTEGER PRIMARY KEY, text TEXT)", name);
    for (gsize i = 0; i < count; i++)
        script(db, "INSERT INTO %s VALUES (%u, '%s')", name, (guint) i, texts[i]);
}

/* An id that sorts by time: six years of visits, one every three minutes. `kind` keeps the tables' ids apart. */
#define START_S  G_GINT64_CONSTANT(1600000000)
#define STEP_S   190
#define ID(kind, n)  "printf('%%08x-%%04x-7" kind "-8000-%%012x', ((" #n ") * 190 + 1600000000) * 1000 >> 16, ((" #n ") * 190 + 1600000000) * 1000 & 65535, " #n ")"
#define AT(n)    "((" #n ") * 190 + 1600000000) * 1000000"
/* A stirred number for every n, the same every time. */
#define MIX(n, salt) "abs((n * 2654435761 + " #salt ") * 40503 %% 1000003)"

static void
make_rows(StoreConnection *db, guint visits)
{
    pool(db, "surnames", surnames, G_N_ELEMENTS(surnames));
    pool(db, "given", given, G_N_ELEMENTS(given));
    pool(db, "shops", shops, G_N_ELEMENTS(shops));
    pool(db, "streets", streets, G_N_ELEMENTS(streets));
    pool(db, "notes", notes, G_N_ELEMENTS(notes));
    pool(db, "items", items, G_N_ELEMENTS(items));
    pool(db, "results", results, G_N_ELEMENTS(results));
    script(db, "CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY); INSERT INTO numbers WITH RECURSIVE c (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c "
               "WHERE n < %u) SELECT n FROM c; CREATE TEMP TABLE few (k INTEGER PRIMARY KEY); INSERT INTO few SELECT n FROM numbers WHERE n < 10", visits - 1);
    script(db, "INSERT INTO users (id, account, name, role, password, created_at) SELECT " ID("000", n) ", 'inspector' || n, s.text || g.text, 'inspector', 'x', 0 "
               "FROM numbers CROSS JOIN surnames s ON s.k = n %% %u CROSS JOIN given g ON g.k = n %% %u WHERE n < %u",
           (guint) G_N_ELEMENTS(surnames), (guint) G_N_ELEMENTS(given), USERS);
    script(db, "INSERT INTO cases (id, case_number, item_code, item_version, applicant, premises, created_at) SELECT " ID("001", n)
               ", printf('XF-%%s-%%04d', strftime('%%Y%%m%%d', n * 190 + 1600000000, 'unixepoch'), n %% 455), i.text, 1, s.text || g.text || h.text, "
               "t.text || (" MIX(n, 5) " %% 300) || '号', " AT(n) " FROM numbers CROSS JOIN surnames s ON s.k = " MIX(n, 1) " %% %u CROSS JOIN given g ON g.k = " MIX(n, 2)
               " %% %u CROSS JOIN shops h ON h.k = " MIX(n, 3) " %% %u CROSS JOIN streets t ON t.k = " MIX(n, 4) " %% %u CROSS JOIN items i ON i.k = " MIX(n, 6) " %% %u ORDER BY n",
           (guint) G_N_ELEMENTS(surnames), (guint) G_N_ELEMENTS(given), (guint) G_N_ELEMENTS(shops), (guint) G_N_ELEMENTS(streets), (guint) G_N_ELEMENTS(items));
    script(db, "INSERT INTO visits (id, case_id, kind, state, scheduled_at, started_at, ended_at, created_at) SELECT " ID("002", n) ", " ID("001", n)
               ", 'inspection', 'ended', " AT(n) ", " AT(n) ", " AT(n) " + 1800000000, " AT(n) " FROM numbers");
    script(db, "INSERT INTO visit_staff SELECT " ID("002", n) ", u.id FROM numbers CROSS JOIN users u ON u.account = 'inspector' || (" MIX(n, 7) " %% %u)", USERS);
    script(db, "INSERT INTO participants (id, visit_id, role, name, user_id, state, created_at) SELECT " ID("003", n) ", " ID("002", n)
               ", 'inspector', u.name, u.id, 'left', " AT(n) " FROM numbers CROSS JOIN users u ON u.account = 'inspector' || (" MIX(n, 7) " %% %u)", USERS);
    script(db, "INSERT INTO recordings (id, visit_id, started_at, ended_at, site_participant, title) SELECT " ID("004", n) ", " ID("002", n) ", " AT(n) ", " AT(n)
               " + 1800000000, " ID("003", n) ", 'x' FROM numbers");
    /* Ten marks: four check points from start to end, two stills. */
    script(db, "INSERT INTO marks SELECT printf('%%s%%x', substr(v.id, 1, 35), m.k), v.id, CASE WHEN m.k >= 8 THEN 'still' WHEN m.k %% 2 = 0 THEN 'checkpoint-start' "
               "ELSE 'checkpoint-end' END, c.item_code || '-' || printf('%%02d', 1 + (m.k / 2) %% 4), v.started_at + m.k * 90000000, NULL FROM visits v "
               "CROSS JOIN cases c ON c.id = v.case_id CROSS JOIN few m ORDER BY v.id");
    script(db, "INSERT INTO findings SELECT v.id, c.item_code || '-' || printf('%%02d', 1 + m.k), r.text, o.text, p.id, v.ended_at, 1 FROM numbers "
               "CROSS JOIN visits v ON v.id = " ID("002", n) " CROSS JOIN cases c ON c.id = v.case_id CROSS JOIN participants p ON p.id = " ID("003", n)
               " CROSS JOIN few m ON m.k < 4 CROSS JOIN results r ON r.k = (" MIX(n, 8) " + m.k * 3) %% %u CROSS JOIN notes o ON o.k = (" MIX(n, 9)
               " + m.k * 7) %% %u", (guint) G_N_ELEMENTS(results), (guint) G_N_ELEMENTS(notes));
    script(db, "INSERT INTO stills SELECT printf('%%s%%x', substr(v.id, 1, 35), m.k), v.id, c.item_code || '-' || printf('%%02d', 1 + m.k), p.id, p.id, v.started_at, 'stored', "
               "'0000000000000000000000000000000000000000000000000000000000000000', 100000 FROM numbers CROSS JOIN visits v ON v.id = " ID("002", n)
               " CROSS JOIN cases c ON c.id = v.case_id CROSS JOIN participants p ON p.id = " ID("003", n) " CROSS JOIN few m ON m.k < 2");
}

/* --- postings, a block at a time --- */

static void
flush_block(StoreConnection *db, GHashTable *blocks, gint64 number)
{
    g_autoptr(GList) terms = g_list_sort(g_hash_table_get_keys(blocks), (GCompareFunc) strcmp);
    g_autoptr(GError) error = NULL;

    for (GList *term = terms; term; term = term->next) {
        g_autofree char *text = posting_block_encode(g_hash_table_lookup(blocks, term->data));

        must(store_execute(db, &error, "INSERT INTO search_postings (term, block, documents) VALUES ($1, $2, $3)", "tit", (const char *) term->data, number, text),
             error);
    }
    g_hash_table_remove_all(blocks);
}

/* The terms of a text that comes up often are kept. */
static GHashTable *
terms_of(GHashTable *known, const char *text)
{
    GHashTable *set = g_hash_table_lookup(known, text);

    if (set)
        return set;
    set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    search_add_text(set, text);
    g_hash_table_insert(known, g_strdup(text), set);
    return set;
}

static void
add_bit(GHashTable *blocks, const char *term, guint bit)
{
    PostingBlock *block = g_hash_table_lookup(blocks, term);

    if (!block) {
        block = g_new0(PostingBlock, 1);
        g_hash_table_insert(blocks, g_strdup(term), block);
    }
    posting_block_add(block, bit);
}

static void
add_text(GHashTable *blocks, GHashTable *known, const char *text, guint bit)
{
    GHashTableIter iter;
    gpointer term;

    g_hash_table_iter_init(&iter, terms_of(known, text));
    while (g_hash_table_iter_next(&iter, &term, NULL))
        add_bit(blocks, term, bit);
}

static void
make_postings(StoreConnection *db)
{
    g_autoptr(GHashTable) blocks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
    g_autoptr(GError) error = NULL;
    StoreStatement *rows = store_prepare(db,
                                         "SELECT d.document, c.case_number, c.applicant, c.premises, c.item_code, u.id, u.name, f.checkpoint, f.result, f.note "
                                         "FROM search_documents d JOIN visits v ON v.id = d.visit_id JOIN cases c ON c.id = v.case_id "
                                         "JOIN visit_staff a ON a.visit_id = v.id JOIN users u ON u.id = a.user_id JOIN findings f ON f.visit_id = v.id "
                                         "ORDER BY d.document",
                                         &error);
    gint64 block = 0, last = -1;

    must(rows != NULL, error);
    while (store_step(rows, &error) == STORE_ROW) {
        gint64 document = store_column_int64(rows, 0);
        guint bit = (guint) (document % POSTING_BLOCK_BITS);
        char term[128];

        if (document / POSTING_BLOCK_BITS != block) {
            flush_block(db, blocks, block);
            block = document / POSTING_BLOCK_BITS;
        }
        if (document != last) {
            g_autoptr(GHashTable) number = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
            GHashTableIter iter;
            gpointer gram;

            search_add_text(number, store_column_text(rows, 1));
            g_hash_table_iter_init(&iter, number);
            while (g_hash_table_iter_next(&iter, &gram, NULL))
                add_bit(blocks, gram, bit);
            for (int column = 2; column <= 4; column++)
                add_text(blocks, known, store_column_text(rows, column), bit);
            add_text(blocks, known, store_column_text(rows, 6), bit);
            g_snprintf(term, sizeof term, "item:%s", store_column_text(rows, 4));
            add_bit(blocks, term, bit);
            g_snprintf(term, sizeof term, "staff:%s", store_column_text(rows, 5));
            add_bit(blocks, term, bit);
            last = document;
        }
        add_text(blocks, known, store_column_text(rows, 9), bit);
        g_snprintf(term, sizeof term, "point:%s", store_column_text(rows, 7));
        add_bit(blocks, term, bit);
        g_snprintf(term, sizeof term, "result:%s", store_column_text(rows, 8));
        add_bit(blocks, term, bit);
        g_snprintf(term, sizeof term, "point:%s=%s", store_column_text(rows, 7), store_column_text(rows, 8));
        add_bit(blocks, term, bit);
    }
    flush_block(db, blocks, block);
}

static void
make_store(StoreConnection *db, guint visits)
{
    gint64 from = g_get_monotonic_time();

    script(db, "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -800000; PRAGMA temp_store = MEMORY; BEGIN");
    make_rows(db, visits);
    printf("rows      %.0f s\n", (double) (g_get_monotonic_time() - from) / G_USEC_PER_SEC);
    fflush(stdout);
    script(db, "INSERT INTO search_documents SELECT n, " ID("002", n) " FROM numbers");
    script(db, "INSERT INTO search_blocks SELECT n / 4096, MIN(" AT(n) "), MAX(" AT(n) ") FROM numbers GROUP BY n / 4096");
    make_postings(db);
    script(db, "COMMIT");
    printf("postings  %.0f s after the start\n", (double) (g_get_monotonic_time() - from) / G_USEC_PER_SEC);
}

/* --- measuring --- */

static int
compare_times(gconstpointer a, gconstpointer b)
{
    return *(const gint64 *) a < *(const gint64 *) b ? -1 : *(const gint64 *) a > *(const gint64 *) b;
}

/* On a machine that others use as well, the time of the thread says more than the clock; both are printed. */
static gint64
thread_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

typedef struct {
    GArray *wall, *thread;
} Times;

static Times
times_new(void)
{
    return (Times){ g_array_new(FALSE, FALSE, sizeof(gint64)), g_array_new(FALSE, FALSE, sizeof(gint64)) };
}

static void
times_clear(Times *times)
{
    g_array_unref(times->wall);
    g_array_unref(times->thread);
}

static json_t *
timed(StoreConnection *db, StoreWork work, json_t *input, Times *times)
{
    g_autoptr(GError) error = NULL;
    gint64 from = g_get_monotonic_time(), from_thread = thread_us(), took, took_thread;
    json_t *output;

    must(store_begin(db, &error), error);
    output = work(db, input, &error);
    must(output != NULL, error);
    must(store_commit(db, &error), error);
    took = g_get_monotonic_time() - from;
    took_thread = thread_us() - from_thread;
    g_array_append_val(times->wall, took);
    g_array_append_val(times->thread, took_thread);
    json_decref(input);
    return output;
}

static double
at_share(const GArray *times, double share)
{
    return (double) g_array_index(times, gint64, MIN(times->len - 1, (guint) (times->len * share))) / 1000;
}

static void
report(const char *what, Times *times, guint64 hits)
{
    g_array_sort(times->wall, compare_times);
    g_array_sort(times->thread, compare_times);
    printf("%-34s %5u runs   p50 %7.2f  p99 %7.2f  max %7.2f ms   of the thread p50 %7.2f  p99 %7.2f ms   %.1f found\n", what, times->wall->len,
           at_share(times->wall, .5), at_share(times->wall, .99), at_share(times->wall, 1), at_share(times->thread, .5), at_share(times->thread, .99),
           (double) hits / times->wall->len);
    fflush(stdout);
}

typedef struct {
    const char *name;
    void (*fill)(GRand *rand, json_t *input, guint visits);
} Query;

#define ANY(rand, pool) pool[g_rand_int_range(rand, 0, G_N_ELEMENTS(pool))]

static void
word(json_t *input, const char *text)
{
    json_array_append_new(json_object_get(input, "words"), json_pack("{s:s, s:[], s:[]}", "text", text, "items", "checkpoints"));
}

static char *
number_of(GRand *rand, guint visits)
{
    gint64 n = g_rand_int_range(rand, 0, (gint32) visits);
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(START_S + n * STEP_S);
    g_autofree char *day = g_date_time_format(time, "%Y%m%d");

    return g_strdup_printf("XF-%s-%04d", day, (int) (n % 455));
}

static void
by_number(GRand *rand, json_t *input, guint visits)
{
    g_autofree char *number = number_of(rand, visits);

    word(input, number);
}

static void
by_applicant(GRand *rand, json_t *input, guint visits)
{
    g_autofree char *name = g_strconcat(ANY(rand, surnames), ANY(rand, given), NULL);

    word(input, name);
}

static void
by_place_and_result(GRand *rand, json_t *input, guint visits)
{
    g_autofree char *place = g_strdup_printf("%s%d号", ANY(rand, streets), g_rand_int_range(rand, 0, 300));

    json_object_set_new(input, "place", json_string(place));
    json_object_set_new(input, "result", json_string("nonconform"));
}

static void
by_words_of_notes(GRand *rand, json_t *input, guint visits)
{
    static const char *const words[] = { "灭火器", "整改", "油烟", "健康证", "布局图", "裸露", "防鼠", "堆放杂物" };

    word(input, ANY(rand, words));
    json_object_set_new(input, "result", json_string(ANY(rand, results)));
}

static void
by_check_point_and_time(GRand *rand, json_t *input, guint visits)
{
    g_autofree char *code = g_strdup_printf("%s-%02d", ANY(rand, items), g_rand_int_range(rand, 1, 5));
    gint64 from = (START_S + (gint64) g_rand_int_range(rand, 0, (gint32) visits) * STEP_S) * G_USEC_PER_SEC;

    json_object_set_new(input, "checkpoint", json_string(code));
    json_object_set_new(input, "result", json_string("nonconform"));
    json_object_set_new(input, "from", json_integer(from));
    json_object_set_new(input, "to", json_integer(from + G_GINT64_CONSTANT(30) * 86400 * G_USEC_PER_SEC));
}

static void
by_inspector(GRand *rand, json_t *input, guint visits)
{
    g_autofree char *account = g_strdup_printf("inspector%d", g_rand_int_range(rand, 0, USERS));

    json_object_set_new(input, "inspector", json_string(account));
    word(input, ANY(rand, streets));
    word(input, ANY(rand, shops)[0] ? "有限公司" : "药房");
}

static void
by_what_never_meets(GRand *rand, json_t *input, guint visits)
{
    /* Common by themselves, never together: every block is looked at. */
    word(input, "灭火器");
    word(input, "健身馆");
    word(input, "用电线路");
    word(input, "阳明");
}

static void
by_item_only(GRand *rand, json_t *input, guint visits)
{
    json_object_set_new(input, "item", json_string(ANY(rand, items)));
}

static void
measure(StoreConnection *db, guint visits, guint runs)
{
    static const Query queries[] = {
        { "case number", by_number },
        { "applicant", by_applicant },
        { "place and result", by_place_and_result },
        { "words of notes and result", by_words_of_notes },
        { "check point, result, a month", by_check_point_and_time },
        { "inspector, street, kind of shop", by_inspector },
        { "four words that never meet", by_what_never_meets },
        { "item", by_item_only },
    };
    g_autoptr(GRand) rand = g_rand_new_with_seed(20261125);
    Times all = times_new(), opens = times_new();
    guint64 found_in_all = 0;

    for (gsize q = 0; q < G_N_ELEMENTS(queries); q++) {
        Times times = times_new();
        guint64 found = 0;

        for (guint i = 0; i < runs; i++) {
            json_t *input = json_pack("{s:[], s:i, s:I, s:I, s:i, s:n}", "words", "from", 0, "to", (json_int_t) G_MAXINT64, "before",
                                      (json_int_t) G_MAXINT64, "limit", 20, "user");

            queries[q].fill(rand, input, visits);

            g_autoptr(json_t) output = timed(db, model_search, input, &times);
            const json_t *list = json_object_get(output, "visits");

            found += json_array_size(list);
            if (json_array_size(list) > 0)
                json_decref(timed(db, model_visit_get,
                                  json_pack("{s:O, s:n}", "visit", json_object_get(json_array_get(list, json_array_size(list) - 1), "id"), "user"), &opens));
        }
        g_array_append_vals(all.wall, times.wall->data, times.wall->len);
        g_array_append_vals(all.thread, times.thread->data, times.thread->len);
        found_in_all += found;
        report(queries[q].name, &times, found);
        times_clear(&times);
    }
    report("search, all of these", &all, found_in_all);
    report("open a visit", &opens, opens.wall->len);
    times_clear(&all);
    times_clear(&opens);
}

int
main(int argc, char **argv)
{
    int visits = 1000000, runs = 250;
    gboolean keep = FALSE;
    char *path = NULL;
    const GOptionEntry entries[] = {
        { "visits", 0, 0, G_OPTION_ARG_INT, &visits, "Visits in the store (1000000)", "N" },
        { "runs", 0, 0, G_OPTION_ARG_INT, &runs, "Runs of each query (250)", "N" },
        { "store", 0, 0, G_OPTION_ARG_FILENAME, &path, "The file; made when it is not there", "FILE" },
        { "keep", 0, 0, G_OPTION_ARG_NONE, &keep, "Leave the file for the next time", NULL },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- search and open in a large store");
    g_autoptr(GError) error = NULL;
    Migration migrations[128] = { { NULL, NULL } };
    GStatBuf status;

    g_option_context_add_main_entries(context, entries, NULL);
    must(g_option_context_parse(context, &argc, &argv, &error) && path && visits >= 1000 && runs > 0, error);
    for (gsize i = 0; embedded_migrations[i].name && i < G_N_ELEMENTS(migrations) - 1; i++)
        migrations[i] = (Migration){ embedded_migrations[i].name, embedded_migrations[i].text };

    gboolean there = g_file_test(path, G_FILE_TEST_EXISTS);
    StoreConnection *db = store_connection_open_sqlite(path, &error);

    must(db && migrations_apply(db, migrations, clock_system(), &error), error);
    if (!there)
        make_store(db, (guint) visits);
    else if (json_is_null(store_select_one(db, NULL, "SELECT 1 AS there FROM search_postings LIMIT 1", "")))
        make_postings(db);
    store_connection_close(db);
    /* As signaling opens it, with the cache cold but for what the system keeps. */
    db = store_connection_open_sqlite(path, &error);
    must(db != NULL, error);
    if (g_stat(path, &status) == 0)
        printf("%d visits, %d marks, %.2f GB\n", visits, visits * 10, (double) status.st_size / 1e9);
    measure(db, (guint) visits, (guint) runs);
    store_connection_close(db);
    if (!keep)
        g_unlink(path);
    g_free(path);
    return 0;
}
