/* Finding: documents that have all terms, from the newest down, each looked at before it is believed. */
#include "model.h"

#include <string.h>

#include "../search/search-terms.h"
#include "bounded-json.h"
#include "field-rules.h"
#include "search-blocks.h"

/* So many candidates are looked at for one page, which bounds the time; a page may come short, its `next` goes on. */
#define CANDIDATES_MAX 100

typedef struct {
    StoreConnection *db;
    const json_t *input;
    GPtrArray *terms;
    GPtrArray *words;   /* of normalised words, as in `input.words` */
    gint64 from, to;    /* scheduled */
    gint64 next;        /* the next document is below this */
    json_t *visits;     /* found */
    gsize found, limit; /* check points; a visit without one counts as one */
    guint looked;
} Finding;

/* The highest block not above `block` that has every term and overlaps the time: -1 when there is none. */
static gboolean
next_block(Finding *finding, gint64 block, gint64 *ret_block, GError **error)
{
    for (guint good = 0; block >= 0 && good < finding->terms->len;) {
        for (good = 0; good < finding->terms->len; good++) {
            g_autoptr(json_t) row = store_select_one(finding->db, error,
                                                     "SELECT MAX(block) AS block FROM search_postings WHERE term = $1 AND block <= $2", "ti",
                                                     g_ptr_array_index(finding->terms, good), block);
            const json_t *there = json_object_get(row, "block");

            if (!row)
                return FALSE;
            if (!json_is_integer(there) || json_integer_value(there) < block) {
                block = json_is_integer(there) ? json_integer_value(there) : -1;
                break;
            }
        }
    }
    *ret_block = block;
    return TRUE;
}

static gboolean
block_in_time(Finding *finding, gint64 block, gboolean *ret_in_time, GError **error)
{
    g_autoptr(json_t) row = store_select_one(finding->db, error, "SELECT 1 AS there FROM search_blocks WHERE block = $1 AND high_at >= $2 AND low_at < $3",
                                             "iii", block, finding->from, finding->to);

    *ret_in_time = json_is_object(row);
    return row != NULL;
}

static gboolean
load_block(Finding *finding, gint64 number, PostingBlock *ret_block, GError **error)
{
    for (guint i = 0; i < POSTING_WORDS; i++)
        ret_block->bits[i] = G_MAXUINT64;
    for (guint i = 0; i < finding->terms->len && !posting_block_is_empty(ret_block); i++) {
        PostingBlock one;

        if (!search_block_read(finding->db, g_ptr_array_index(finding->terms, i), number, &one, error))
            return FALSE;
        posting_block_intersect(ret_block, &one);
    }
    return TRUE;
}

static gboolean
holds(const json_t *list, const char *text)
{
    gsize i;
    json_t *entry;

    json_array_foreach(list, i, entry)
        if (g_strcmp0(json_string_value(entry), text) == 0)
            return TRUE;
    return FALSE;
}

/* What is looked at of a candidate before the whole of it is read: most that fail do so here. */
enum { ROW_ID, ROW_AT, ROW_ITEM, ROW_CASE_NUMBER, ROW_APPLICANT, ROW_PREMISES, ROW_CONCLUSION, ROW_COLUMNS };
#define ROW_SELECT "SELECT v.id, v.scheduled_at, c.item_code, c.case_number, c.applicant, c.premises, v.conclusion"

typedef struct {
    gint64 at;
    char *texts[ROW_COLUMNS];
} Candidate;

static void
clear_candidate(Candidate *candidate)
{
    for (int i = 0; i < ROW_COLUMNS; i++)
        g_free(candidate->texts[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Candidate, clear_candidate)

/* An id that stays NULL: there is no such document. */
static gboolean
read_candidate(StoreConnection *db, gint64 document, Candidate *ret_candidate, GError **error)
{
    StoreStatement *statement = store_prepare(
        db, ROW_SELECT " FROM search_documents d JOIN visits v ON v.id = d.visit_id JOIN cases c ON c.id = v.case_id WHERE d.document = $1", error);
    StoreStep step;

    if (!statement)
        return FALSE;
    store_bind_int64(statement, 1, document);
    step = store_step(statement, error);
    if (step == STORE_ROW) {
        for (int i = 0; i < ROW_COLUMNS; i++)
            ret_candidate->texts[i] = i == ROW_AT ? NULL : g_strdup(store_column_text(statement, i));
        ret_candidate->at = store_column_int64(statement, ROW_AT);
    }
    store_reset(statement);
    return step != STORE_FAILED;
}

static gboolean
field_matches(const Finding *finding, const char *field, const char *text)
{
    const char *wanted = field_string(finding->input, field);
    g_autofree char *normalised = wanted ? search_normalise(wanted) : NULL;

    return !wanted || search_contains(text, normalised);
}

static gboolean
candidate_matches(const Finding *finding, const Candidate *candidate)
{
    const char *item = field_string(finding->input, "item");

    return candidate->texts[ROW_ID] && candidate->at >= finding->from && candidate->at < finding->to &&
           (!item || g_strcmp0(item, candidate->texts[ROW_ITEM]) == 0) &&
           field_matches(finding, "case_number", candidate->texts[ROW_CASE_NUMBER]) &&
           field_matches(finding, "applicant", candidate->texts[ROW_APPLICANT]) && field_matches(finding, "place", candidate->texts[ROW_PREMISES]);
}

/* A result is asked for: no check point is read where none has it. */
static gboolean
result_is_there(const Finding *finding, const char *visit, gboolean *ret_there, GError **error)
{
    const char *result = field_string(finding->input, "result");
    g_autoptr(json_t) row = NULL;

    *ret_there = TRUE;
    if (!result)
        return TRUE;
    row = store_select_one(finding->db, error,
                           "SELECT 1 AS there FROM findings WHERE visit_id = $1 AND result = $2 AND (CAST($3 AS TEXT) IS NULL OR checkpoint = $3) LIMIT 1",
                           "ttt", visit, result, field_string(finding->input, "checkpoint"));
    *ret_there = json_is_object(row);
    return row != NULL;
}

static gboolean
staff_is(const json_t *staff, const char *user)
{
    gsize i;
    json_t *member;

    json_array_foreach(staff, i, member)
        if (g_strcmp0(field_string(member, "id"), user) == 0)
            return TRUE;
    return !user;
}

/* The words that neither the case nor the staff has: a check point must. Bit n for word n. */
static guint
words_left(const Finding *finding, const Candidate *candidate, const json_t *staff)
{
    GString *all = g_string_new(NULL);
    gsize n;
    json_t *member, *word;
    guint left = 0;

    for (int i = ROW_ITEM; i < ROW_COLUMNS; i++)
        if (candidate->texts[i])
            g_string_append_printf(all, "%s\n", candidate->texts[i]);
    json_array_foreach(staff, n, member)
        g_string_append_printf(all, "%s\n", field_string(member, "name"));

    g_autofree char *text = g_string_free(all, FALSE);
    g_autofree char *here = search_normalise(text);

    json_array_foreach(json_object_get(finding->input, "words"), n, word)
        if (!strstr(here, g_ptr_array_index(finding->words, n)) && !holds(json_object_get(word, "items"), candidate->texts[ROW_ITEM]))
            left |= 1u << n;
    return left;
}

static gboolean
checkpoint_matches(const Finding *finding, const json_t *point, guint left)
{
    const char *code = field_string(point, "checkpoint");
    const char *wanted = field_string(finding->input, "checkpoint");
    const char *result = field_string(finding->input, "result");
    gsize n;
    json_t *word;

    if ((wanted && g_strcmp0(wanted, code) != 0) || (result && g_strcmp0(result, field_string(point, "result")) != 0))
        return FALSE;
    json_array_foreach(json_object_get(finding->input, "words"), n, word)
        if ((left >> n) & 1 && !search_contains(field_string(point, "note"), g_ptr_array_index(finding->words, n)) &&
            !holds(json_object_get(word, "checkpoints"), code))
            return FALSE;
    return TRUE;
}

/* Each check point that was shown or has a finding: with its picture, and when it was first shown. */
static json_t *
points_of(StoreConnection *db, const char *visit, GError **error)
{
    return store_select(
        db, error,
        "SELECT p.checkpoint, f.result, f.note, p.at, (SELECT MIN(s.id) FROM stills s WHERE s.visit_id = $1 AND s.checkpoint = p.checkpoint "
        "AND s.state = 'stored') AS still FROM (SELECT q.checkpoint, MIN(q.at) AS at FROM (SELECT checkpoint, at FROM marks WHERE visit_id = $1 "
        "AND kind = 'checkpoint-start' UNION ALL SELECT checkpoint, NULL FROM findings WHERE visit_id = $1) q GROUP BY q.checkpoint) p "
        "LEFT JOIN findings f ON f.visit_id = $1 AND f.checkpoint = p.checkpoint ORDER BY p.checkpoint",
        "t", visit);
}

static gboolean
add_visit(Finding *finding, const char *id, json_t *points, GError **error)
{
    json_t *visit = model_visit_row(finding->db, id, error);

    if (!visit)
        return FALSE;
    json_object_set(visit, "checkpoints", points);
    json_array_append_new(finding->visits, visit);
    finding->found += MAX(1, json_array_size(points));
    return TRUE;
}

static gboolean
look_at_points(Finding *finding, const Candidate *candidate, guint left, GError **error)
{
    g_autoptr(json_t) points = points_of(finding->db, candidate->texts[ROW_ID], error);
    g_autoptr(json_t) matching = json_array();
    gboolean any_point = left == 0 && !field_string(finding->input, "checkpoint") && !field_string(finding->input, "result");
    gsize i;
    json_t *point;

    json_array_foreach(points, i, point)
        if (checkpoint_matches(finding, point, left))
            json_array_append(matching, point);
    return points && (json_array_size(matching) == 0 && !any_point ? TRUE : add_visit(finding, candidate->texts[ROW_ID], matching, error));
}

static gboolean
look_at(Finding *finding, gint64 document, GError **error)
{
    g_auto(Candidate) candidate = { 0 };
    g_autoptr(json_t) staff = NULL;
    gboolean there;

    finding->looked++;
    if (!read_candidate(finding->db, document, &candidate, error))
        return FALSE;
    if (!candidate_matches(finding, &candidate))
        return TRUE;
    if (!result_is_there(finding, candidate.texts[ROW_ID], &there, error))
        return FALSE;
    if (!there)
        return TRUE;
    staff = store_select(finding->db, error, "SELECT u.id, u.name FROM visit_staff a JOIN users u ON u.id = a.user_id WHERE a.visit_id = $1", "t",
                         candidate.texts[ROW_ID]);
    if (!staff)
        return FALSE;
    if (!staff_is(staff, field_string(finding->input, "user")) || !staff_is(staff, field_string(finding->input, "inspector")))
        return TRUE;
    return look_at_points(finding, &candidate, words_left(finding, &candidate, staff), error);
}

static gboolean
is_full(const Finding *finding)
{
    return finding->found >= finding->limit || finding->looked >= CANDIDATES_MAX;
}

static gboolean
look_through(Finding *finding, gint64 number, const PostingBlock *block, GError **error)
{
    gint64 first = number * POSTING_BLOCK_BITS;
    guint limit = (guint) MIN(finding->next - first, POSTING_BLOCK_BITS);
    int bit;

    while (!is_full(finding) && (bit = posting_block_last_before(block, limit)) >= 0) {
        limit = (guint) bit;
        finding->next = first + bit;
        if (!look_at(finding, first + bit, error))
            return FALSE;
    }
    if (!is_full(finding))
        finding->next = first;
    return TRUE;
}

static gboolean
find_all(Finding *finding, GError **error)
{
    while (finding->next > 0 && !is_full(finding)) {
        PostingBlock block;
        gint64 number;
        gboolean in_time;

        if (!next_block(finding, (finding->next - 1) / POSTING_BLOCK_BITS, &number, error))
            return FALSE;
        if (number < 0) {
            finding->next = 0;
            return TRUE;
        }
        finding->next = MIN(finding->next, (number + 1) * POSTING_BLOCK_BITS);
        if (!block_in_time(finding, number, &in_time, error))
            return FALSE;
        if (!in_time) {
            finding->next = number * POSTING_BLOCK_BITS;
            continue;
        }
        if (!load_block(finding, number, &block, error) || !look_through(finding, number, &block, error))
            return FALSE;
    }
    return TRUE;
}

/* A whole case number among the words: only its visits are looked at. */
static gboolean
find_case(Finding *finding, const char *text, gboolean *ret_found, GError **error)
{
    g_autoptr(json_t) rows = store_select(finding->db, error,
                                          "SELECT d.document FROM cases c JOIN visits v ON v.case_id = c.id JOIN search_documents d ON d.visit_id = v.id "
                                          "WHERE c.case_number = $1 ORDER BY d.document DESC LIMIT $2",
                                          "ti", text, (gint64) CANDIDATES_MAX);
    gint64 before = finding->next;
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row) {
        *ret_found = TRUE;
        finding->next = 0;
        if (field_integer(row, "document") < before && !look_at(finding, field_integer(row, "document"), error))
            return FALSE;
    }
    return rows != NULL;
}

static gboolean
find_by_number(Finding *finding, gboolean *ret_found, GError **error)
{
    const char *number = field_string(finding->input, "case_number");
    gsize n;
    json_t *word;

    *ret_found = FALSE;
    if (number && !find_case(finding, number, ret_found, error))
        return FALSE;
    json_array_foreach(json_object_get(finding->input, "words"), n, word)
        if (!*ret_found && !find_case(finding, field_string(word, "text"), ret_found, error))
            return FALSE;
    return TRUE;
}

static void
want(Finding *finding, const char *kind, const char *value)
{
    if (value)
        g_ptr_array_add(finding->terms, g_strconcat(kind, ":", value, NULL));
}

static void
want_text(Finding *finding, const char *text)
{
    g_autoptr(GPtrArray) terms = text ? search_terms_of_word(text) : NULL;

    for (guint i = 0; terms && i < terms->len; i++)
        g_ptr_array_add(finding->terms, g_strdup(g_ptr_array_index(terms, i)));
}

static void
want_all(Finding *finding)
{
    const json_t *input = finding->input;
    const char *checkpoint = field_string(input, "checkpoint"), *result = field_string(input, "result");
    gsize n;
    json_t *word;

    /* Longer words first: they leave the fewest blocks to look at. */
    want_text(finding, field_string(input, "case_number"));
    want_text(finding, field_string(input, "applicant"));
    want_text(finding, field_string(input, "place"));
    json_array_foreach(json_object_get(input, "words"), n, word) {
        want_text(finding, field_string(word, "text"));
        g_ptr_array_add(finding->words, search_normalise(field_string(word, "text")));
    }
    want(finding, "staff", field_string(input, "inspector"));
    want(finding, "staff", field_string(input, "user"));
    if (checkpoint && result) {
        g_autofree char *both = g_strconcat(checkpoint, "=", result, NULL);

        want(finding, "point", both);
    } else {
        want(finding, "point", checkpoint);
        want(finding, "result", result);
    }
    want(finding, "item", field_string(input, "item"));
}

static void
clear_finding(Finding *finding)
{
    g_ptr_array_unref(finding->terms);
    g_ptr_array_unref(finding->words);
    json_decref(finding->visits);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Finding, clear_finding)

/* An inspector is asked for by id, account or name; somebody who is not there has no visits. */
static gboolean
resolve_inspector(StoreConnection *db, json_t *input, GError **error)
{
    const char *asked = field_string(input, "inspector");
    g_autoptr(json_t) row = NULL;

    if (!asked)
        return TRUE;
    row = store_select_one(db, error, "SELECT id FROM users WHERE id = $1 OR account = $1 OR name = $1 ORDER BY id LIMIT 1", "t", asked);
    if (json_is_object(row))
        json_object_set(input, "inspector", json_object_get(row, "id"));
    return row != NULL;
}

json_t *
model_search(StoreConnection *db, json_t *input, GError **error)
{
    g_auto(Finding) finding = { .db = db,
                                .input = input,
                                .terms = g_ptr_array_new_with_free_func(g_free),
                                .words = g_ptr_array_new_with_free_func(g_free),
                                .from = field_integer(input, "from"),
                                .to = field_integer(input, "to"),
                                .visits = json_array(),
                                .limit = (gsize) field_integer(input, "limit") };
    g_autoptr(json_t) newest = store_select_one(db, error, "SELECT COALESCE(MAX(document), -1) AS document FROM search_documents", "");
    g_autofree char *next = NULL;
    gboolean by_number;

    if (!newest || !resolve_inspector(db, input, error))
        return NULL;
    want_all(&finding);
    finding.next = MIN(field_integer(input, "before"), field_integer(newest, "document") + 1);
    if (!find_by_number(&finding, &by_number, error) || (!by_number && !find_all(&finding, error)))
        return NULL;
    if (finding.next > 0)
        next = g_strdup_printf("%" G_GINT64_FORMAT, finding.next);
    return json_pack("{s:O, s:s?}", "visits", finding.visits, "next", next);
}
