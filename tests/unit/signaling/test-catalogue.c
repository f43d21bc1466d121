#include "catalogue.h"

#include <glib/gstdio.h>
#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "item-csv.h"

#include "suite-main.h"

static const char good[] =
    "{\"code\":\"ABC-01\",\"version\":2,\"name_zh\":\"食品经营\",\"name_en\":\"Food Business\",\"division_zh\":\"市场股\",\"division_en\":\"Market\","
    "\"legal_basis_zh\":\"某某法\",\"checkpoints\":[{\"code\":\"ABC-01-01\",\"title_zh\":\"门头\",\"title_en\":\"Front\",\"guide_zh\":\"请拍\","
    "\"guide_en\":\"Show\",\"evidence\":\"video\",\"required\":true}]}";

typedef struct {
    char *directory;
    char *file;
} Folder;

static Folder
folder_with(const char *text)
{
    Folder folder = { g_dir_make_tmp("yuntakan-items-XXXXXX", NULL), NULL };

    folder.file = g_build_filename(folder.directory, "one.json", NULL);
    ck_assert(g_file_set_contents(folder.file, text, -1, NULL));
    return folder;
}

static void
folder_remove(Folder *folder)
{
    g_unlink(folder->file);
    g_rmdir(folder->directory);
    g_free(folder->file);
    g_free(folder->directory);
}

START_TEST(knows_items_and_their_check_points)
{
    Folder folder = folder_with(good);
    g_autoptr(GError) error = NULL;
    g_autoptr(Catalogue) catalogue = catalogue_load(folder.directory, &error);

    ck_assert_msg(catalogue != NULL, "%s", error ? error->message : "");
    ck_assert_int_eq(field_integer(catalogue_item(catalogue, "ABC-01", 0), "version"), 2);
    ck_assert_ptr_null(catalogue_item(catalogue, "ABC-02", G_MAXINT64));
    ck_assert_ptr_null(catalogue_item(catalogue, NULL, 0));
    g_autoptr(json_t) visit = json_pack("{s:s, s:i}", "item_code", "ABC-01", "item_version", 2);
    g_autoptr(json_t) summary = catalogue_summary(catalogue, 0);

    ck_assert(catalogue_has_checkpoint(catalogue, visit, "ABC-01-01"));
    ck_assert(!catalogue_has_checkpoint(catalogue, visit, "ABC-01-02"));
    ck_assert_ptr_null(json_object_get(json_array_get(json_object_get(summary, "items"), 0), "checkpoints"));
    folder_remove(&folder);
}
END_TEST

START_TEST(a_visit_keeps_its_version_while_others_take_effect)
{
    Folder folder = folder_with(good);
    g_autoptr(Catalogue) catalogue = catalogue_load(folder.directory, NULL);
    g_autoptr(json_t) visit = json_pack("{s:s, s:i}", "item_code", "ABC-01", "item_version", 2);
    g_autoptr(json_t) next = json_deep_copy(catalogue_item(catalogue, "ABC-01", 0));
    g_autofree char *by_old_name = NULL;

    json_object_set_new(next, "version", json_integer(3));
    json_object_set_new(next, "name_zh", json_string("餐饮服务"));
    catalogue_add(catalogue, next, 1000);
    ck_assert_int_eq(field_integer(catalogue_item(catalogue, "ABC-01", 999), "version"), 2);
    ck_assert_int_eq(field_integer(catalogue_item(catalogue, "ABC-01", 1000), "version"), 3);
    ck_assert_str_eq(field_string(catalogue_item_of(catalogue, visit), "name_zh"), "食品经营");
    ck_assert_ptr_null(catalogue_version(catalogue, "ABC-01", 4));
    by_old_name = catalogue_codes_matching(catalogue, "食品");
    ck_assert_str_eq(by_old_name, ",ABC-01,");
    folder_remove(&folder);
}
END_TEST

/* What a spreadsheet gets back is what it was given, limits and lists included. */
START_TEST(a_table_of_items_reads_back_as_it_was_written)
{
    g_autoptr(json_t) item = bounded_json_parse(good, strlen(good), sizeof good, NULL);
    g_autoptr(json_t) items = json_pack("[O]", item);
    json_t *checkpoint = json_array_get(json_object_get(item, "checkpoints"), 0);
    GString *text;
    g_autoptr(json_t) back = NULL;

    json_object_set_new(item, "version", json_integer(1));
    json_object_set_new(item, "modes", json_pack("[s, s]", "live", "camera"));
    json_object_set_new(item, "video_mandatory", json_true());
    json_object_set_new(checkpoint, "measure", json_pack("{s:s, s:f, s:i}", "unit", "m²", "min", 0.5, "max", 30));
    json_object_set_new(checkpoint, "guide_zh", json_string("请拍“门头”,\n再拍\"门牌\""));
    text = item_csv_write(items);
    back = item_csv_read(text->str, text->len, NULL);
    g_string_free(text, TRUE);
    ck_assert_int_eq(json_array_size(back), 1);

    json_t *measure = json_object_get(json_array_get(json_object_get(json_object_get(json_array_get(back, 0), "item"), "checkpoints"), 0), "measure");

    ck_assert_double_eq(json_number_value(json_object_get(measure, "min")), 0.5);
    ck_assert(json_equal(json_object_get(json_array_get(back, 0), "item"), item));
}
END_TEST

START_TEST(a_table_with_a_bad_row_names_its_field_and_a_strange_head_is_refused)
{
    static const char table[] = "item_code,name_zh,code,title_zh\nABC-01,食品,ABC-01-01,门头\n";
    g_autoptr(json_t) read = item_csv_read(table, sizeof table - 1, NULL);
    g_autoptr(GError) error = NULL;

    ck_assert_ptr_null(json_object_get(json_array_get(read, 0), "item"));
    ck_assert_str_eq(field_string(json_object_get(json_array_get(read, 0), "problem"), "detail"), "name_en: missing");
    ck_assert_ptr_null(item_csv_read("item_code,colour\nABC-01,red\n", 28, &error));
    ck_assert(strstr(error->message, "column 2"));
}
END_TEST

START_TEST(finds_by_name_in_both_languages)
{
    Folder folder = folder_with(good);
    g_autoptr(Catalogue) catalogue = catalogue_load(folder.directory, NULL);
    g_autofree char *chinese = catalogue_codes_matching(catalogue, "食品");
    g_autofree char *english = catalogue_codes_matching(catalogue, "fOOD");

    ck_assert_str_eq(chinese, ",ABC-01,");
    ck_assert_str_eq(english, ",ABC-01,");
    ck_assert_ptr_null(catalogue_codes_matching(catalogue, "药"));
    folder_remove(&folder);
}
END_TEST

/* Each replaces a piece of the good item by a bad one; the error names the field. */
START_TEST(refuses_what_does_not_fit_the_schema)
{
    static const struct {
        const char *from;
        const char *to;
        const char *named;
    } cases[] = {
        { "\"version\":2", "\"version\":0", "version" },
        { "\"code\":\"ABC-01\"", "\"code\":\"abc-01\"", "code" },
        { "\"code\":\"ABC-01-01\"", "\"code\":\"ABD-01-01\"", "checkpoints[0].code" },
        { "\"evidence\":\"video\"", "\"evidence\":\"smell\"", "checkpoints[0].evidence" },
        { "\"required\":true", "\"required\":1", "checkpoints[0].required" },
        { "\"name_en\":\"Food Business\",", "", "name_en" },
        { "\"version\":2", "\"version\":2,\"inspectors_min\":0", "inspectors_min" },
        { "\"version\":2", "\"version\":2,\"modes\":[\"by post\"]", "modes[0]" },
        { "\"version\":2", "\"version\":2,\"retention\":\"forever\"", "retention" },
        { "\"required\":true", "\"required\":true,\"measure\":{\"min\":1}", "checkpoints[0].measure.unit" },
        { "\"required\":true", "\"required\":true,\"measure\":{\"unit\":\"m\",\"max\":\"2\"}", "checkpoints[0].measure.max" },
        { "\"version\":2", "\"version\":2,\"version\":2", "byte" },
        { "\"version\":2", "\"version\":2,\"colour\":\"red\"", "colour" },
        { "\"required\":true", "\"required\":true,\"measure\":{\"unit\":\"m\",\"min\":3,\"max\":2}", "checkpoints[0].measure" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) parts = g_strsplit(good, cases[i].from, 2);
        g_autofree char *text = g_strconcat(parts[0], cases[i].to, parts[1], NULL);
        Folder folder = folder_with(text);
        g_autoptr(GError) error = NULL;
        g_autoptr(Catalogue) catalogue = catalogue_load(folder.directory, &error);

        ck_assert_msg(!catalogue, "accepted: %s", cases[i].to);
        ck_assert_msg(strstr(error->message, cases[i].named) && strstr(error->message, "one.json"), "%s", error->message);
        folder_remove(&folder);
    }
}
END_TEST

SUITE_MAIN("catalogue", knows_items_and_their_check_points, a_visit_keeps_its_version_while_others_take_effect, a_table_of_items_reads_back_as_it_was_written,
           a_table_with_a_bad_row_names_its_field_and_a_strange_head_is_refused, finds_by_name_in_both_languages, refuses_what_does_not_fit_the_schema)
