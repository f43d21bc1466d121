/* An export is a ZIP that any tool opens, holds the recording byte for byte, and verifies as the recording does. */
#include "export.h"

#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "evidence-support.h"
#include "suite-main.h"
#include "verification.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

/* Reads the export in pieces of `piece` bytes into a file. */
static gint64
write_zip(const char *folder, const char *zip, gsize piece)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Export) export = export_new(&(ExportSource){ .folder = folder }, &error);
    g_autofree char *buffer = g_malloc(piece);
    FILE *file = fopen(zip, "wb");
    gint64 total = 0;
    gssize got;

    ck_assert_msg(export != NULL, "%s", error ? error->message : "");
    ck_assert_str_eq(export_file_name(export), "2026-7-" RECORDING_ID ".zip");
    while ((got = export_read(export, buffer, piece, &error)) > 0) {
        ck_assert_uint_eq(fwrite(buffer, 1, (gsize) got, file), (gsize) got);
        total += got;
    }
    ck_assert_int_eq(got, 0);
    ck_assert_int_eq(export_read(export, buffer, piece, &error), 0);
    fclose(file);
    return total;
}

/* Unpacks by libarchive's seeking reader, as a desktop would. */
static guint
unpack(const char *zip, const char *folder)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    guint count = 0;

    archive_read_support_format_zip(archive);
    ck_assert_int_eq(archive_read_open_filename(archive, zip, 65536), ARCHIVE_OK);
    while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
        g_autofree char *name = g_path_get_dirname(archive_entry_pathname(entry));
        g_autofree char *parent = g_build_filename(folder, name, NULL);
        gsize size = (gsize) archive_entry_size(entry);
        g_autofree char *content = g_malloc(size + 1);

        g_mkdir_with_parents(parent, 0700);
        ck_assert_int_eq(archive_read_data(archive, content, size), (la_ssize_t) size);
        write_text(folder, archive_entry_pathname(entry), content, size);
        count++;
    }
    archive_read_free(archive);
    return count;
}

static Verdict
verdict_of(const char *folder)
{
    g_autoptr(Verification) verification = verification_run(folder, &(VerificationRules){ .recording = RECORDING_ID });

    return verification_verdict(verification);
}

/* `sha256sum -c` agrees, and the metadata name every file but themselves and the manifest. */
static void
check_manifest(const char *root)
{
    gsize length;
    g_autofree char *manifest = read_text(root, "manifest-sha256.txt", &length);
    g_autofree char *metadata = read_text(root, "metadata.json", &length);
    g_autofree char *data = read_text(root, "data.js", &length);
    g_autofree char *chapters = read_text(root, "chapters.zh.vtt", &length);
    g_auto(GStrv) lines = g_strsplit(manifest, "\n", -1);
    guint count = 0;

    for (char **line = lines; **line; line++, count++) {
        g_autofree char *content = read_text(root, *line + 66, &length);
        g_autofree char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *) content, length);

        ck_assert_msg(g_str_has_prefix(*line, digest), "%s", *line);
        ck_assert(g_str_equal(*line + 66, "metadata.json") || strstr(metadata, *line + 66));
    }
    ck_assert_uint_gt(count, 10);
    ck_assert(g_str_has_prefix(data, "window.yuntakan = {"));
    ck_assert_ptr_null(strchr(data, '<'));
    ck_assert(g_str_has_prefix(chapters, "WEBVTT\n"));
}

static void
check_export(const Script *script, gsize piece, Verdict expected)
{
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autofree char *zip = g_build_filename(scratch, "export.zip", NULL);
    g_autofree char *out = g_build_filename(scratch, "out", NULL);
    g_autofree char *inside = g_build_filename(out, "2026-7-" RECORDING_ID, RECORDING_ID, NULL);
    g_autofree char *root = g_build_filename(out, "2026-7-" RECORDING_ID, NULL);
    Studio studio;
    gsize length;

    studio_init(&studio, folder);
    ck_assert(studio_record(&studio, script, NULL));
    ck_assert_int_gt(write_zip(folder, zip, piece), 1000);
    /* certificate, ledger, two or three parts, stills; and the ten files beside */
    ck_assert_uint_eq(unpack(zip, out), 2 + 3 + script->stills + 10);
    check_manifest(root);
    ck_assert_int_eq(verdict_of(folder), expected);
    ck_assert_int_eq(verdict_of(inside), expected);

    g_autofree char *readme = read_text(root, "README.txt", &length);
    g_autofree char *json = read_text(root, "verification.json", &length);
    ck_assert_ptr_nonnull(strstr(readme, "yuntakan-verify"));
    ck_assert_ptr_nonnull(strstr(json, verdict_name(expected)));
    studio_clear(&studio);
    scratch_remove(scratch);
}

START_TEST(an_ended_recording_travels_whole)
{
    const Script script = { .fragments = 6, .stills = 2, .two_parts = TRUE, .end = TRUE, .seed = 3 };

    check_export(&script, 65536, VERDICT_INTACT);
    check_export(&script, 7, VERDICT_INTACT);
}
END_TEST

START_TEST(a_running_recording_travels_as_it_stands)
{
    const Script script = { .fragments = 7, .stills = 1, .two_parts = TRUE, .seed = 3 };

    check_export(&script, 4096, VERDICT_UNSEALED);
}
END_TEST

START_TEST(what_shrinks_breaks_the_stream_off)
{
    const Script script = { .fragments = 6, .two_parts = TRUE, .end = TRUE, .seed = 3 };
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autoptr(GError) error = NULL;
    char buffer[4096];
    Studio studio;
    gssize got;

    studio_init(&studio, folder);
    ck_assert(studio_record(&studio, &script, NULL));

    g_autoptr(Export) export = export_new(&(ExportSource){ .folder = folder }, &error);

    cut_file(folder, "site/part-0002.mp4", 10);
    while ((got = export_read(export, buffer, sizeof buffer, &error)) > 0)
        ;
    ck_assert_int_eq(got, -1);
    ck_assert(g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_IO));
    g_clear_error(&error);
    ck_assert_int_eq(export_read(export, buffer, sizeof buffer, &error), -1);
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

START_TEST(no_recording_no_export)
{
    char *scratch = scratch_new();
    g_autoptr(GError) error = NULL;

    ck_assert_ptr_null(export_new(&(ExportSource){ .folder = scratch }, &error));
    ck_assert_ptr_nonnull(error);
    scratch_remove(scratch);
}
END_TEST

/* Two recordings of a case: one ZIP, one manifest, and each verifies where it lies. */
START_TEST(a_case_travels_as_one_package)
{
    const Script first = { .fragments = 4, .stills = 1, .end = TRUE, .seed = 3 };
    const Script second = { .recording = "019aa000-0000-7000-8000-000000000002", .fragments = 3, .stills = 2, .end = TRUE, .seed = 4 };
    char *scratch = scratch_new();
    g_autofree char *one = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autofree char *two = g_build_filename(scratch, second.recording, NULL);
    g_autofree char *documents = g_build_filename(scratch, "documents", NULL);
    g_autofree char *zip = g_build_filename(scratch, "case.zip", NULL);
    g_autofree char *out = g_build_filename(scratch, "out", NULL);
    g_autofree char *root = g_build_filename(out, "XF-7-019aa000-0000-7000-8000-0000000000ca", NULL);
    g_autoptr(json_t) sheet = json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:s}}", "case", "019aa000-0000-7000-8000-0000000000ca", "case_number", "信 XF 7", "applicant", "</script>王",
                                        "premises", "x", "item_code", "MKT-01", "item", "name_zh", "食品");
    g_autoptr(json_t) record = json_pack("{s:s, s:s, s:[s]}", "applicant", "王", "conclusion", "通过", "documents", "record.pdf");
    g_autoptr(json_t) list = json_pack("[{s:s, s:s}, {s:s, s:s}]", "name", "record.pdf", "file", "v1.pdf", "name", "x", "file", "../secret");
    ExportRecording recordings[] = { { one, NULL, WALL_START, record, list }, { two, NULL, WALL_START + G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC, NULL, NULL } };
    g_autoptr(GError) error = NULL;
    g_autoptr(Export) export = NULL;
    g_autofree char *manifest = NULL, *metadata = NULL, *page = NULL;
    g_auto(GStrv) lines = NULL;
    FILE *file = fopen(zip, "wb");
    char buffer[8192];
    gsize length;
    gssize got;
    guint count = 0, folders = 0;
    Studio studio;

    studio_init(&studio, one);
    ck_assert(studio_record(&studio, &first, NULL));
    studio.config.folder = two;
    ck_assert(studio_record(&studio, &second, NULL));
    ck_assert_int_eq(g_mkdir_with_parents(documents, 0700), 0);
    write_text(documents, "v1.pdf", "%PDF", 4);
    export = export_new_case(&(ExportCase){ recordings, 2, NULL, documents, sheet }, &error);
    ck_assert_msg(export != NULL, "%s", error ? error->message : "");
    while ((got = export_read(export, buffer, sizeof buffer, &error)) > 0)
        ck_assert_uint_eq(fwrite(buffer, 1, (gsize) got, file), (gsize) got);
    ck_assert_msg(got == 0, "%s", error ? error->message : "");
    fclose(file);
    unpack(zip, out);
    manifest = read_text(root, "manifest-sha256.txt", &length);
    metadata = read_text(root, "metadata.json", &length);
    page = read_text(root, "case.js", &length);
    lines = g_strsplit(manifest, "\n", -1);
    for (char **line = lines; *line && **line; line++, count++) {
        g_autofree char *content = read_text(root, *line + 66, &length);
        g_autofree char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *) content, length);

        ck_assert_msg(g_str_has_prefix(*line, digest), "%s", *line);
        if (g_str_has_suffix(*line, "/ledger.jsonl")) {
            g_autofree char *ledger = g_build_filename(root, *line + 66, NULL);
            g_autofree char *folder = g_path_get_dirname(ledger);
            g_autofree char *id = g_path_get_basename(folder);
            g_autoptr(Verification) verification = verification_run(folder, &(VerificationRules){ .recording = id });

            ck_assert_int_eq(verification_verdict(verification), VERDICT_INTACT);
            folders++;
        }
    }
    ck_assert_uint_eq(folders, 2);
    ck_assert_uint_gt(count, 25);
    ck_assert_ptr_nonnull(strstr(manifest, "/record.pdf\n"));
    ck_assert_ptr_null(strstr(manifest, "secret"));
    ck_assert_ptr_nonnull(strstr(metadata, "GB/T 42727-2023"));
    ck_assert_ptr_null(strchr(page, '<'));
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

SUITE_MAIN("export", a_case_travels_as_one_package, an_ended_recording_travels_whole, a_running_recording_travels_as_it_stands, what_shrinks_breaks_the_stream_off,
           no_recording_no_export)
