#include "catalogue.h"

#include <glib/gstdio.h>
#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"

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
    ck_assert_int_eq(field_integer(catalogue_item(catalogue, "ABC-01"), "version"), 2);
    ck_assert_ptr_null(catalogue_item(catalogue, "ABC-02"));
    ck_assert_ptr_null(catalogue_item(catalogue, NULL));
    ck_assert(catalogue_has_checkpoint(catalogue, "ABC-01", "ABC-01-01"));
    ck_assert(!catalogue_has_checkpoint(catalogue, "ABC-01", "ABC-01-02"));
    ck_assert_ptr_null(json_object_get(json_array_get(json_object_get(catalogue_summary(catalogue), "items"), 0), "checkpoints"));
    folder_remove(&folder);
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

SUITE_MAIN("catalogue", knows_items_and_their_check_points, finds_by_name_in_both_languages, refuses_what_does_not_fit_the_schema)
