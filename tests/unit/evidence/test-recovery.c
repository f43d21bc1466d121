/* docs/evidence-format.md, sections 4 and 5: what stands after a crash stands, what does not is declared, nothing is rewritten. */
#include <string.h>

#include "evidence-support.h"
#include "verification.h"
#include "recovery.h"
#include "suite-main.h"

static const Script script = { .fragments = 6, .stills = 2, .two_parts = TRUE, .seed = 1 };

static guint
count_fragments(const RecordingIndex *index)
{
    guint count;

    recording_index_fragments(index, &count);
    return count;
}

START_TEST(goes_on_after_a_clean_stop)
{
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autoptr(LedgerWriter) writer = NULL;
    g_autoptr(RecordingIndex) index = NULL;
    g_autoptr(GError) error = NULL;
    RecoveryReport report;
    Studio studio;

    studio_init(&studio, folder);
    ck_assert_msg(studio_record(&studio, &script, &error), "%s", error ? error->message : "");
    ck_assert(recovery_resume(&studio.config, &writer, &index, &report, &error));
    ck_assert_uint_eq(report.torn_ranges, 0);
    ck_assert(!report.ended);
    ck_assert_uint_eq(count_fragments(index), 12);
    ck_assert_uint_eq(recording_index_next_part(index, "site"), 3);
    ck_assert_int_eq(recording_index_sealed_seq(index), (gint64) ledger_writer_next_seq(writer) - 1);
    ck_assert_int_eq(recording_index_duration(index), 6 * G_USEC_PER_SEC);
    ck_assert(ledger_writer_end(writer, "visit-ended", &error));
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

/* The ledger cut at every byte: recovery keeps every whole line, and a second recovery finds a chain that is good to its end. */
START_TEST(keeps_every_whole_line_wherever_the_ledger_is_cut)
{
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, "whole", NULL);
    g_autofree char *copy = g_build_filename(scratch, "copy", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize length;
    Studio studio;

    studio_init(&studio, folder);
    ck_assert(studio_record(&studio, &script, &error));
    copy_folder(folder, copy);
    text = read_text(folder, LEDGER_FILE, &length);
    studio.config.folder = copy;
    for (gsize cut = (gsize) (strchr(text, '\n') - text); cut <= length; cut += cut + 1200 < length ? 97 : 1) {
        g_autoptr(LedgerWriter) writer = NULL;
        g_autoptr(RecordingIndex) index = NULL;
        g_autoptr(RecordingIndex) again = NULL;
        RecoveryReport report;
        guint whole = 0;

        for (gsize i = 0; i < cut; i++)
            whole += text[i] == '\n';
        whole += text[cut] == '\n'; /* only the newline is missing: the line stands */
        write_text(copy, LEDGER_FILE, text, cut);
        ck_assert_msg(recovery_resume(&studio.config, &writer, &index, &report, &error), "cut at %zu: %s", cut,
                      error ? error->message : "");
        ck_assert_uint_ge(ledger_writer_next_seq(writer), whole + 2); /* resume and seal */
        g_clear_pointer(&writer, ledger_writer_free);
        ck_assert(recovery_resume(&studio.config, &writer, &again, &report, &error));
        ck_assert_msg(report.torn_ranges == 0, "cut at %zu", cut);
        ck_assert_uint_eq(count_fragments(index), count_fragments(again));
    }
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

START_TEST(leaves_an_ended_recording_alone)
{
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autoptr(RecordingIndex) index = NULL;
    LedgerWriter *writer = NULL;
    Script ended = script;
    RecoveryReport report;
    Studio studio;

    studio_init(&studio, folder);
    ended.end = TRUE;
    ck_assert(studio_record(&studio, &ended, NULL));

    guint64 size = file_size(folder, LEDGER_FILE);

    ck_assert(recovery_resume(&studio.config, &writer, &index, &report, NULL));
    ck_assert(report.ended);
    ck_assert_ptr_null(writer);
    ck_assert_uint_eq(file_size(folder, LEDGER_FILE), size);
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

START_TEST(leaves_a_broken_chain_and_another_key_alone)
{
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autofree char *text = NULL;
    g_autoptr(RecordingIndex) index = NULL;
    g_autoptr(GError) error = NULL;
    LedgerWriter *writer = NULL;
    RecoveryReport report;
    Studio studio, stranger;
    gsize length;

    studio_init(&studio, folder);
    studio_init(&stranger, folder);
    ck_assert(studio_record(&studio, &script, NULL));
    ck_assert(!recovery_resume(&stranger.config, &writer, &index, &report, &error));
    ck_assert(g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_KEY));
    g_clear_error(&error);

    text = read_text(folder, LEDGER_FILE, &length);
    *strstr(text, "GX-07") = 'X';
    write_text(folder, LEDGER_FILE, text, length);
    ck_assert(!recovery_resume(&studio.config, &writer, &index, &report, &error));
    ck_assert(g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_FORMAT));
    ck_assert_uint_eq(file_size(folder, LEDGER_FILE), length);
    studio_clear(&studio);
    studio_clear(&stranger);
    scratch_remove(scratch);
}
END_TEST

/* Every single write and sync fails in turn, plainly, with half of the bytes written, and as a power cut that drops what was not synced. */
START_TEST(survives_the_failure_of_every_operation)
{
    FaultyDisk counter;
    char *scratch = scratch_new();
    g_autofree char *first = g_build_filename(scratch, "first", NULL);
    Script ended = script;
    Studio studio;

    ended.end = TRUE;
    faulty_disk_init(&counter);
    studio_init(&studio, first);
    studio.config.files = &counter.base;
    ck_assert(studio_record(&studio, &ended, NULL));
    ck_assert_uint_gt(counter.operations, 40);

    for (guint mode = 0; mode < 3; mode++)
        for (guint i = 1; i <= counter.operations; i++) {
            g_autofree char *folder = g_strdup_printf("%s/%u-%u", scratch, mode, i);
            g_autoptr(LedgerWriter) writer = NULL;
            g_autoptr(RecordingIndex) index = NULL;
            g_autoptr(GError) error = NULL;
            RecoveryReport report;
            FaultyDisk disk;

            faulty_disk_init(&disk);
            disk.fail_at = i;
            disk.short_write = mode == 1;
            disk.lose_pending = mode == 2;
            studio.config.folder = folder;
            studio.config.files = &disk.base;
            ck_assert(!studio_record(&studio, &ended, &error));
            ck_assert(g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_NO_SPACE));
            g_clear_error(&error);

            faulty_disk_init(&disk);
            if (i <= 4) { /* certificate and open line: there is no recording yet, and the next start makes it */
                ck_assert(studio_record(&studio, &ended, &error));
                continue;
            }
            ck_assert_msg(recovery_resume(&studio.config, &writer, &index, &report, &error), "%s: %s", folder,
                          error ? error->message : "");
            ck_assert(report.ended || ledger_writer_end(writer, "visit-ended", &error));
        }
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

START_TEST(a_failed_ledger_takes_nothing_more)
{
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    LedgerOpening opening = { RECORDING_ID, "v", "c", "i", "1", "t" };
    g_autoptr(GError) error = NULL;
    FaultyDisk disk;
    Studio studio;

    faulty_disk_init(&disk);
    studio_init(&studio, folder);
    studio.config.files = &disk.base;

    g_autoptr(LedgerWriter) writer = ledger_writer_create(&studio.config, &opening, NULL);

    disk.fail_at = disk.operations + 1;
    ck_assert(!ledger_writer_gap(writer, "site", 1, -1, "feed-lost", &error));
    ck_assert(g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_NO_SPACE));
    g_clear_error(&error);
    disk.fail_at = 0;
    ck_assert(!ledger_writer_gap(writer, "site", 1, -1, "feed-lost", &error));
    ck_assert(g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_STATE));
    ck_assert(ledger_writer_failed(writer));
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

/* The tombstone stands under seal before anything is gone; what it does not speak of is still missing. */
START_TEST(a_disposal_leaves_its_tombstone)
{
    const Script ended = { .fragments = 4, .stills = 2, .two_parts = TRUE, .end = TRUE, .seed = 3 };
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autofree char *still = g_build_filename(folder, "stills", NULL);
    json_t *data = json_pack("{s:s, s:s, s:[s, s]}", "disposal", "019aa000-0000-7000-8000-000000000009", "reason", "retention ended", "approved", "a", "b");
    Studio studio;

    studio_init(&studio, folder);
    ck_assert(studio_record(&studio, &ended, NULL));
    ck_assert(recovery_dispose(&studio.config, data, NULL));
    ck_assert(!g_file_test(still, G_FILE_TEST_EXISTS));

    g_autoptr(Verification) verification = verification_run(folder, NULL);
    g_autoptr(RecordingIndex) index = recording_index_load(folder, NULL);
    g_autofree char *ledger = g_build_filename(folder, LEDGER_FILE, NULL);
    guint64 size = file_size(folder, LEDGER_FILE);

    ck_assert_str_eq(verdict_name(verification_verdict(verification)), "disposed");
    ck_assert_int_gt(recording_index_disposed_at(index), 0);
    ck_assert(recovery_dispose(&studio.config, data, NULL)); /* again, as after a crash */
    ck_assert_uint_eq(file_size(folder, LEDGER_FILE), size);
    json_decref(data);
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

/* A disk that fails, writes short or loses power at every step of a disposal: it is whole, or a sealed tombstone says why it is not; done again, it is done. */
START_TEST(a_disposal_survives_the_failure_of_every_operation)
{
    const Script ended = { .fragments = 2, .stills = 1, .end = TRUE, .seed = 4 };
    char *scratch = scratch_new();
    g_autofree char *original = g_build_filename(scratch, "original", NULL);
    json_t *data = json_pack("{s:s, s:s, s:[s, s], s:s}", "disposal", RECORDING_ID, "reason", "retention ended", "approved", "a", "b", "class", "10-years");
    Studio studio;

    studio_init(&studio, original);
    ck_assert(studio_record(&studio, &ended, NULL));
    for (guint mode = 0; mode < 3; mode++)
        for (guint i = 1; i <= 4; i++) {
            g_autofree char *folder = g_strdup_printf("%s/%u-%u", scratch, mode, i);
            g_autoptr(GError) error = NULL;
            FaultyDisk disk;

            copy_folder(original, folder);
            faulty_disk_init(&disk);
            disk.fail_at = i;
            disk.short_write = mode == 1;
            disk.lose_pending = mode == 2;
            studio.config.folder = folder;
            studio.config.files = &disk.base;
            ck_assert_msg(!recovery_dispose(&studio.config, data, &error), "%s", folder); /* a line and its seal: two writes, two syncs */

            g_autoptr(Verification) before = verification_run(folder, NULL);

            /* A line that broke off behind the sealed end reads as altered until it is declared. */
            ck_assert_msg(verification_verdict(before) != VERDICT_ALTERED || disk.short_write, "%s", folder);
            ck_assert_uint_gt(file_size(folder, "stills/still-0.jpg"), 0); /* nothing goes before the seal stands */
            faulty_disk_init(&disk);
            g_clear_error(&error);
            ck_assert_msg(recovery_dispose(&studio.config, data, &error), "%s: %s", folder, error ? error->message : "");

            g_autoptr(Verification) after = verification_run(folder, NULL);

            ck_assert_str_eq(verdict_name(verification_verdict(after)), "disposed");
        }
    json_decref(data);
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

START_TEST(what_still_runs_is_not_disposed_of)
{
    const Script running = { .fragments = 2, .seed = 3 };
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    json_t *data = json_pack("{s:s}", "reason", "x");
    g_autoptr(GError) error = NULL;
    Studio studio;

    studio_init(&studio, folder);
    ck_assert(studio_record(&studio, &running, NULL));
    ck_assert(!recovery_dispose(&studio.config, data, &error));
    ck_assert(g_error_matches(error, EVIDENCE_ERROR, EVIDENCE_ERROR_STATE));
    json_decref(data);
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

SUITE_MAIN("recovery", goes_on_after_a_clean_stop, keeps_every_whole_line_wherever_the_ledger_is_cut, leaves_an_ended_recording_alone,
           leaves_a_broken_chain_and_another_key_alone, survives_the_failure_of_every_operation, a_failed_ledger_takes_nothing_more, a_disposal_leaves_its_tombstone,
           a_disposal_survives_the_failure_of_every_operation, what_still_runs_is_not_disposed_of)
