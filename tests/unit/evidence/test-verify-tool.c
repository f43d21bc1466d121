/* yuntakan-verify as people run it: exit status, folder or ZIP, languages; and archives that mean harm. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "archive-unpack.h"
#include "evidence-folders.h"
#include "evidence-support.h"
#include "export.h"
#include "suite-main.h"
#include "verification.h"

static int
run_in(const char *locale, const char *const *arguments, char **ret_output)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *output = NULL;
    g_autofree char *errors = NULL;
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "LC_ALL", locale, TRUE);
    int status = -1;

    g_ptr_array_add(argv, (gpointer) VERIFY_PROGRAM);
    for (guint i = 0; arguments[i]; i++)
        g_ptr_array_add(argv, (gpointer) arguments[i]);
    g_ptr_array_add(argv, NULL);
    ck_assert(g_spawn_sync(NULL, (char **) argv->pdata, environment, 0, NULL, NULL, &output, &errors, &status, NULL));
    ck_assert_msg(WIFEXITED(status), "%s", errors);
    if (ret_output)
        *ret_output = g_steal_pointer(&output);
    return WEXITSTATUS(status);
}

#define run(...) run_in("C.UTF-8", (const char *const[]){ __VA_ARGS__, NULL }, NULL)

static void
export_to(const char *folder, const char *zip)
{
    g_autoptr(Export) export = export_new(&(ExportSource){ .folder = folder }, NULL);
    FILE *file = fopen(zip, "wb");
    char buffer[8192];
    gssize got;

    while ((got = export_read(export, buffer, sizeof buffer, NULL)) > 0)
        ck_assert_uint_eq(fwrite(buffer, 1, (gsize) got, file), (gsize) got);
    ck_assert_int_eq(got, 0);
    fclose(file);
}

START_TEST(answers_by_exit_status)
{
    const Script ended = { .fragments = 4, .stills = 1, .end = TRUE, .seed = 6 };
    Script running = ended;
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, "2026", RECORDING_ID, NULL);
    g_autofree char *other = g_build_filename(scratch, "2026", "019aa000-0000-7000-8000-00000000000f", NULL);
    g_autofree char *zip = g_build_filename(scratch, "export.zip", NULL);
    g_autofree char *cert = g_build_filename(folder, "cert.pem", NULL);
    g_autofree char *json = NULL;
    g_autofree char *english = NULL;
    g_autofree char *chinese = NULL;
    Studio studio;
    gsize length;

    studio_init(&studio, folder);
    ck_assert(studio_record(&studio, &ended, NULL));
    export_to(folder, zip);

    ck_assert_int_eq(run(folder), 0);
    ck_assert_int_eq(run(zip), 0);
    ck_assert_int_eq(run("--key", cert, zip), 0);
    ck_assert_int_eq(run("--fingerprint", signer_key_digest(studio.signer), scratch), 0);
    ck_assert_int_eq(run("--fingerprint", "0000000000000000000000000000000000000000000000000000000000000000", folder), 1);

    ck_assert_int_eq(run_in("en_US.UTF-8", (const char *const[]){ "--json", zip, NULL }, &json), 0);
    json_t *report = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(report, "verdict")), "intact");
    json_decref(report);
    run_in("en_US.UTF-8", (const char *const[]){ folder, NULL }, &english);
    run_in("zh_CN.UTF-8", (const char *const[]){ folder, NULL }, &chinese);
    ck_assert_ptr_nonnull(strstr(english, "verdict: Intact"));
    ck_assert_ptr_nonnull(strstr(chinese, "结论：完整"));

    running.end = FALSE;
    running.fragments = 3;
    running.recording = "019aa000-0000-7000-8000-00000000000f";
    studio.config.folder = other;
    ck_assert(studio_record(&studio, &running, NULL));
    ck_assert_int_eq(run(other), 3);
    ck_assert_int_eq(run(scratch), 3); /* the worse of two */

    g_autofree char *still = read_text(folder, "stills/still-0.jpg", &length);
    still[20] ^= 1;
    write_text(folder, "stills/still-0.jpg", still, length);
    ck_assert_int_eq(run(scratch), 1);
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

START_TEST(wrong_use_and_no_evidence_are_told_apart)
{
    char *scratch = scratch_new();
    g_autofree char *text = g_build_filename(scratch, "text", NULL);

    write_text(scratch, "text", "hello, this is no ZIP", 21);
    ck_assert_int_eq(run(scratch), 2);
    ck_assert_int_eq(run(text), 2);
    ck_assert_int_eq(run("/nonexistent"), 2);
    ck_assert_int_eq(run("--lang", "fr", scratch), 64);
    ck_assert_int_eq(run("--fingerprint", "12", scratch), 64);
    ck_assert_int_eq(run("--key", text, scratch), 64);
    ck_assert_int_eq(run("a", "b"), 64);
    ck_assert_int_eq(run("--version"), 0);
    scratch_remove(scratch);
}
END_TEST

/* One recording in the place of another, all of it: the folder's name gives it away. */
START_TEST(a_recording_in_anothers_place_is_found)
{
    const Script script = { .fragments = 2, .end = TRUE, .seed = 6 };
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autofree char *wrong = g_build_filename(scratch, "019aa000-0000-7000-8000-000000000002", NULL);
    g_autofree char *renamed = g_build_filename(scratch, "evidence-of-tuesday", NULL);
    Studio studio;

    studio_init(&studio, folder);
    ck_assert(studio_record(&studio, &script, NULL));
    copy_folder(folder, wrong);
    copy_folder(folder, renamed);
    ck_assert_int_eq(run(wrong), 1);
    ck_assert_int_eq(run(renamed), 0);
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

typedef struct {
    const char *name;
    unsigned type;
    gsize size;
} Member;

static void
make_zip(const char *path, const Member *members, guint count)
{
    struct archive *archive = archive_write_new();

    archive_write_set_format_zip(archive);
    ck_assert_int_eq(archive_write_open_filename(archive, path), ARCHIVE_OK);
    for (guint i = 0; i < count; i++) {
        struct archive_entry *entry = archive_entry_new();
        g_autofree char *zeros = g_malloc0(members[i].size + 1);

        archive_entry_set_pathname(entry, members[i].name);
        archive_entry_set_filetype(entry, members[i].type);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, (la_int64_t) members[i].size);
        if (members[i].type == AE_IFLNK)
            archive_entry_set_symlink(entry, "/etc/passwd");
        ck_assert_int_eq(archive_write_header(archive, entry), ARCHIVE_OK);
        archive_write_data(archive, zeros, members[i].size);
        archive_entry_free(entry);
    }
    ck_assert_int_eq(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
}

START_TEST(harmful_archives_are_refused)
{
    static const Member harmful[][2] = {
        { { "../outside", AE_IFREG, 3 } },
        { { "a/../../outside", AE_IFREG, 3 } },
        { { "/tmp/outside", AE_IFREG, 3 } },
        { { "link", AE_IFLNK, 0 } },
        { { "twice", AE_IFREG, 3 }, { "twice", AE_IFREG, 4 } },
        { { "bomb", AE_IFREG, 10 * 1024 * 1024 } },
    };
    char *scratch = scratch_new();
    g_autofree char *zip = g_build_filename(scratch, "x.zip", NULL);
    g_autofree char *out = g_build_filename(scratch, "out", "deep", NULL);
    g_autofree char *outside = g_build_filename(scratch, "out", "outside", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(harmful); i++) {
        g_autoptr(GError) error = NULL;

        make_zip(zip, harmful[i], harmful[i][1].name ? 2 : 1);
        g_mkdir_with_parents(out, 0700);
        ck_assert_msg(!archive_unpack(zip, out, &error), "%s", harmful[i][0].name);
        ck_assert_ptr_nonnull(error);
        ck_assert(!g_file_test(outside, G_FILE_TEST_EXISTS));
        archive_remove_folder(out);
    }
    scratch_remove(scratch);
}
END_TEST

START_TEST(damaged_archives_are_refused)
{
    const Script script = { .fragments = 3, .end = TRUE, .seed = 6 };
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autofree char *zip = g_build_filename(scratch, "export.zip", NULL);
    g_autoptr(GRand) rand = g_rand_new_with_seed(8);
    Studio studio;
    gsize length;

    studio_init(&studio, folder);
    ck_assert(studio_record(&studio, &script, NULL));
    export_to(folder, zip);
    g_autofree char *text = read_text(scratch, "export.zip", &length);

    for (guint i = 0; i < 200; i++) {
        g_autofree char *out = g_strdup_printf("%s/out-%u", scratch, i);
        gsize cut = (gsize) g_rand_int_range(rand, 0, (gint32) length);

        /* Neither crashes nor hangs, whatever it makes of the rest; cut off, the central directory is gone and so is the ZIP. */
        write_text(scratch, "cut.zip", text, cut);
        text[cut] ^= 0x55;
        write_text(scratch, "flipped.zip", text, length);
        text[cut] ^= 0x55;
        for (guint n = 0; n < 2; n++) {
            g_autofree char *damaged = g_build_filename(scratch, n ? "flipped.zip" : "cut.zip", NULL);

            g_mkdir_with_parents(out, 0700);
            if (archive_unpack(damaged, out, NULL) && n == 1) {
                g_autoptr(GPtrArray) folders = evidence_folders_find(out);

                /* Only a flip outside the recording (a date, a report beside it) may leave it intact. */
                ck_assert_uint_le(folders->len, 1);
            }
            archive_remove_folder(out);
        }
    }
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

/* Whoever verifies needs neither a media framework nor a web server nor a database on the machine. */
START_TEST(it_stands_alone)
{
    static const char *const foreign[] = { "gst", "websockets", "sqlite", "libpq", "curl", "nghttp", "cairo", "pango" };
    g_autofree char *libraries = NULL;
    int status = -1;

    ck_assert(g_spawn_command_line_sync("ldd " VERIFY_PROGRAM, &libraries, NULL, &status, NULL));
    ck_assert_int_eq(status, 0);
    ck_assert_ptr_nonnull(strstr(libraries, "libcrypto"));
    for (gsize i = 0; i < G_N_ELEMENTS(foreign); i++)
        ck_assert_msg(!strstr(libraries, foreign[i]), "%s\n%s", foreign[i], libraries);
}
END_TEST

SUITE_MAIN("verify-tool", it_stands_alone, answers_by_exit_status, wrong_use_and_no_evidence_are_told_apart, a_recording_in_anothers_place_is_found,
           harmful_archives_are_refused, damaged_archives_are_refused)
