/* Where things are in a recording: positions, spans of check points, gaps, ids. */
#include "recording-index.h"

#include <string.h>

#include "evidence-support.h"
#include "ledger-line.h"
#include "suite-main.h"

#define START G_GINT64_CONSTANT(1795420800000000)
#define S     G_USEC_PER_SEC

static void
line(RecordingIndex *index, const char *type, json_t *members)
{
    guint64 seq = (guint64) json_integer_value(json_object_get(members, "seq"));

    json_object_set_new(members, "seq", json_integer((json_int_t) seq));
    json_object_set_new(members, "type", json_string(type));
    json_object_set_new(members, "at", json_integer(START));
    recording_index_add(index, members);
    json_decref(members);
}

static void
part(RecordingIndex *index, const char *track, int number)
{
    line(index, "part", json_pack("{s:s, s:i, s:s, s:i, s:s}", "track", track, "part", number, "file", "x/y", "length", 10, "codecs", "opus"));
}

static void
fragment(RecordingIndex *index, const char *track, int number, gint64 captured)
{
    line(index, "fragment", json_pack("{s:s, s:i, s:i, s:i, s:I, s:b, s:I}", "track", track, "part", number, "offset", 0, "length", 5,
                                      "duration", (json_int_t) S, "key", TRUE, "captured", (json_int_t) captured));
}

static void
mark(RecordingIndex *index, const char *id, const char *kind, const char *checkpoint, gint64 at)
{
    line(index, "entry", json_pack("{s:s, s:s, s:I, s:{s:s, s:s}}", "id", id, "entry", "mark", "occurred", (json_int_t) at, "data",
                                   "kind", kind, "checkpoint", checkpoint));
}

/* Ten seconds of picture, a hole of a minute, ten more. */
static RecordingIndex *
with_a_hole(void)
{
    RecordingIndex *index = recording_index_new();

    line(index, "open", json_pack("{s:s, s:s}", "recording", "r", "visit", "v"));
    part(index, "site", 1);
    for (int i = 0; i < 10; i++)
        fragment(index, "site", 1, START + i * S);
    part(index, "site", 2);
    for (int i = 0; i < 10; i++)
        fragment(index, "site", 2, START + (70 + i) * S);
    return index;
}

START_TEST(positions_have_no_width_for_a_hole)
{
    g_autoptr(RecordingIndex) index = with_a_hole();

    ck_assert_int_eq(recording_index_duration(index), 20 * S);
    ck_assert_int_eq(recording_index_position_at(index, START - 5 * S), 0);
    ck_assert_int_eq(recording_index_position_at(index, START + 3 * S + 500000), 3 * S + 500000);
    ck_assert_int_eq(recording_index_position_at(index, START + 40 * S), 10 * S); /* where the picture goes on */
    ck_assert_int_eq(recording_index_position_at(index, START + 71 * S), 11 * S);
    ck_assert_int_eq(recording_index_position_at(index, START + 999 * S), 20 * S);
}
END_TEST

START_TEST(check_points_have_spans)
{
    g_autoptr(RecordingIndex) index = with_a_hole();

    mark(index, "1", "checkpoint-start", "A-01", START + 2 * S);
    mark(index, "2", "checkpoint-end", "A-01", START + 5 * S);
    mark(index, "3", "checkpoint-start", "A-02", START + 8 * S);
    mark(index, "4", "checkpoint-start", "A-01", START + 72 * S);
    mark(index, "5", "checkpoint-end", "A-02", START + 73 * S);
    mark(index, "6", "checkpoint-end", "B-99", START + 73 * S); /* never started: no span */

    g_autoptr(GArray) all = recording_index_spans(index, NULL);
    g_autoptr(GArray) first = recording_index_spans(index, "A-01");
    const IndexSpan *spans = (const IndexSpan *) all->data;

    ck_assert_uint_eq(all->len, 3);
    ck_assert_uint_eq(first->len, 2);
    ck_assert_int_eq(spans[0].from_position, 2 * S);
    ck_assert_int_eq(spans[0].to_position, 5 * S);
    ck_assert_int_eq(spans[1].from_position, 8 * S);
    ck_assert_int_eq(spans[1].to_position, 13 * S);
    ck_assert_int_lt(spans[2].to, 0);
    ck_assert_int_eq(spans[2].to_position, 20 * S);
}
END_TEST

START_TEST(a_lasting_gap_is_closed_by_its_second_line)
{
    g_autoptr(RecordingIndex) index = with_a_hole();
    guint count;

    line(index, "gap", json_pack("{s:s, s:I, s:n, s:s}", "track", "site", "from", (json_int_t) START + 10 * S, "to", "reason", "feed-lost"));
    ck_assert_int_lt(recording_index_gaps(index, &count)[0].to, 0);
    line(index, "gap", json_pack("{s:s, s:I, s:I, s:s}", "track", "site", "from", (json_int_t) START + 10 * S, "to",
                                 (json_int_t) START + 70 * S, "reason", "feed-lost"));
    ck_assert_int_eq(recording_index_gaps(index, &count)[0].to, START + 70 * S);
    ck_assert_uint_eq(count, 1);

    json_t *json = recording_index_to_json(index);
    json_t *gap = json_array_get(json_object_get(json, "gaps"), 0);

    ck_assert_int_eq(json_integer_value(json_object_get(gap, "from_ms")), 10000);
    ck_assert_int_eq(json_integer_value(json_object_get(gap, "to_ms")), 10000);
    json_decref(json);
}
END_TEST

START_TEST(lasting_damage_is_closed_by_its_second_line)
{
    g_autoptr(RecordingIndex) index = recording_index_new();
    guint count;

    line(index, "damage", json_pack("{s:s, s:s, s:I, s:n, s:i}", "track", "site", "media", "video", "from", (json_int_t) START, "to", "packets", 3));
    ck_assert_int_lt(recording_index_damages(index, &count)[0].to, 0);
    line(index, "damage", json_pack("{s:s, s:s, s:I, s:I, s:i}", "track", "site", "media", "video", "from", (json_int_t) START, "to",
                                    (json_int_t) START + S, "packets", 5));
    ck_assert_int_eq(recording_index_damages(index, &count)[0].to, START + S);
    ck_assert_uint_eq(recording_index_damages(index, &count)[0].packets, 5);
    ck_assert_uint_eq(count, 1);
    line(index, "damage", json_pack("{s:s, s:s, s:I, s:n}", "track", "site", "media", "audio", "from", (json_int_t) START, "to"));
    line(index, "damage", json_object()); /* nothing to go by */

    json_t *json = recording_index_to_json(index);

    ck_assert_uint_eq(json_array_size(json_object_get(json, "damages")), 2);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(json_object_get(json, "damages"), 0), "media")), "video");
    json_decref(json);
}
END_TEST

START_TEST(a_pause_that_only_came_late_is_no_gap)
{
    g_autoptr(RecordingIndex) index = with_a_hole();
    guint count;

    line(index, "gap", json_pack("{s:s, s:I, s:n, s:s}", "track", "site", "from", (json_int_t) START + 10 * S, "to", "reason", "video-paused"));
    line(index, "gap", json_pack("{s:s, s:I, s:I, s:s}", "track", "site", "from", (json_int_t) START + 10 * S, "to",
                                 (json_int_t) START + 10 * S, "reason", "video-paused"));
    recording_index_gaps(index, &count);
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(finds_ids_parts_and_tracks)
{
    g_autoptr(RecordingIndex) index = with_a_hole();

    part(index, "audio-p1", 1);
    mark(index, "first", "note", "A-01", START);

    g_autofree const char **tracks = recording_index_tracks(index);

    ck_assert_str_eq(tracks[0], "site");
    ck_assert_str_eq(tracks[1], "audio-p1");
    ck_assert_ptr_null(tracks[2]);
    ck_assert_uint_eq(recording_index_next_part(index, "site"), 3);
    ck_assert_uint_eq(recording_index_next_part(index, "audio-p2"), 1);
    ck_assert_int_eq(recording_index_seq_of_id(index, "first"), 0);
    ck_assert_int_eq(recording_index_seq_of_id(index, "second"), -1);
}
END_TEST

START_TEST(skips_what_it_does_not_understand)
{
    g_autoptr(RecordingIndex) index = recording_index_new();
    guint count;

    line(index, "hologram", json_object());
    line(index, "part", json_object());
    line(index, "entry", json_pack("{s:i}", "id", 4));
    fragment(index, "site", 1, START); /* of a part that has not begun */
    recording_index_fragments(index, &count);
    ck_assert_uint_eq(count, 0);

    json_t *json = recording_index_to_json(index);

    ck_assert_ptr_nonnull(json);
    json_decref(json);
}
END_TEST

/* The same index whether lines come one by one from the writer or at once from the disk. */
static void
observe(json_t *written, gpointer user)
{
    recording_index_add(user, written);
}

START_TEST(loads_what_the_writer_told)
{
    const Script script = { .fragments = 5, .stills = 2, .two_parts = TRUE, .end = TRUE, .seed = 2 };
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autoptr(RecordingIndex) told = recording_index_new();
    Studio studio;

    studio_init(&studio, folder);
    studio.config.line = observe;
    studio.config.user = told;
    ck_assert(studio_record(&studio, &script, NULL));

    g_autoptr(RecordingIndex) loaded = recording_index_load(folder, NULL);
    json_t *a = recording_index_to_json(told), *b = recording_index_to_json(loaded);

    ck_assert(json_equal(a, b));
    ck_assert_uint_eq(json_array_size(json_object_get(a, "fragments")), 10);
    ck_assert_uint_eq(json_array_size(json_object_get(a, "checkpoints")), 1);
    ck_assert_int_eq(recording_index_sealed_seq(told), recording_index_sealed_seq(loaded));
    json_decref(a);
    json_decref(b);
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

START_TEST(lines_out_of_bounds_are_no_lines)
{
    static const char *const wrong[] = {
        "", "{}", "[]", "{\"seq\":0", "{\"seq\":-1,\"prev\":\"" LEDGER_ZERO_PREV "\",\"type\":\"x\",\"at\":0,\"mono\":0}",
        "{\"seq\":0,\"seq\":0,\"prev\":\"" LEDGER_ZERO_PREV "\",\"type\":\"x\",\"at\":0,\"mono\":0}",
        "{\"seq\":0,\"prev\":\"0\",\"type\":\"x\",\"at\":0,\"mono\":0}",
        "{\"seq\":0.5,\"prev\":\"" LEDGER_ZERO_PREV "\",\"type\":\"x\",\"at\":0,\"mono\":0}",
        "{\"seq\":0,\"prev\":\"" LEDGER_ZERO_PREV "\",\"type\":\"x\",\"at\":0,\"mono\":0} {}",
        "{\"seq\":0,\"prev\":\"" LEDGER_ZERO_PREV "\",\"type\":\"x\",\"at\":0,\"mono\":0,\"x\":\"\xff\"}",
    };
    const char *good = "{\"seq\":0,\"prev\":\"" LEDGER_ZERO_PREV "\",\"type\":\"x\",\"at\":0,\"mono\":0}";
    json_t *parsed = ledger_line_parse(good, strlen(good));
    g_autoptr(GString) deep = g_string_new("{\"x\":");

    ck_assert_ptr_nonnull(parsed);
    json_decref(parsed);
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        ck_assert_msg(!ledger_line_parse(wrong[i], strlen(wrong[i])), "%s", wrong[i]);
    for (guint i = 0; i < 30000; i++)
        g_string_append_c(deep, '[');
    ck_assert_ptr_null(ledger_line_parse(deep->str, deep->len));
    ck_assert(ledger_path_is_valid("site/part-0001.mp4") && ledger_path_is_valid("a"));
    ck_assert(!ledger_path_is_valid("../a") && !ledger_path_is_valid("/a") && !ledger_path_is_valid("a/b/c") &&
              !ledger_path_is_valid("a/") && !ledger_path_is_valid("a/.b") && !ledger_path_is_valid("") && !ledger_path_is_valid(NULL));
}
END_TEST

/* Twice ten seconds in which position and clock go alike, whatever is between them. */
START_TEST(the_outline_tells_the_clock_without_fragments)
{
    g_autoptr(RecordingIndex) index = with_a_hole();
    json_t *outline = recording_index_outline(index), *runs = json_object_get(outline, "clock"), *second = json_array_get(runs, 1);

    ck_assert_ptr_null(json_object_get(outline, "fragments"));
    ck_assert_uint_eq(json_array_size(runs), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(second, "t_ms")), 10000);
    ck_assert_int_eq(json_integer_value(json_object_get(second, "duration_ms")), 10000);
    ck_assert_int_eq(json_integer_value(json_object_get(second, "at")), START + 70 * S);
    json_decref(outline);
}
END_TEST

SUITE_MAIN("recording-index", the_outline_tells_the_clock_without_fragments, positions_have_no_width_for_a_hole, check_points_have_spans, a_lasting_gap_is_closed_by_its_second_line, lasting_damage_is_closed_by_its_second_line,
           a_pause_that_only_came_late_is_no_gap, finds_ids_parts_and_tracks, skips_what_it_does_not_understand, loads_what_the_writer_told, lines_out_of_bounds_are_no_lines)
