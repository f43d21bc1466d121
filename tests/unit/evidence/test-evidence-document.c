/* docs/evidence-format.md, section 8: the shell text of the document gives the verifier's answer. */
#include <glib/gstdio.h>
#include <string.h>

#include "evidence-support.h"
#include "recovery.h"
#include "suite-main.h"
#include "verification.h"

/* The text between ```sh and ```. */
static char *
recipe(const char *scratch)
{
    g_autofree char *document = NULL;
    char *path = g_build_filename(scratch, "by-hand.sh", NULL);

    ck_assert(g_file_get_contents(EVIDENCE_DOCUMENT, &document, NULL, NULL));

    char *start = strstr(document, "```sh\n");
    char *end = start ? strstr(start + 6, "\n```") : NULL;

    ck_assert_ptr_nonnull(end);
    write_text(scratch, "by-hand.sh", start + 6, (gsize) (end - start - 5));
    return path;
}

/* 0: intact. */
static int
by_hand(const char *script, const char *folder, const char *authority)
{
    const char *argv[] = { "sh", script, folder, authority, NULL };
    g_autofree char *output = NULL;
    g_autofree char *errors = NULL;
    g_autoptr(GError) error = NULL;
    int status = -1;

    ck_assert_msg(g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &errors, &status, &error), "%s",
                  error ? error->message : "");
    ck_assert_msg(strstr(output, status ? "NOT INTACT" : "INTACT"), "%s%s", output, errors);
    return status;
}

static void
agree(const char *script, const char *folder, Verdict expected)
{
    g_autoptr(Verification) verification = verification_run(folder, NULL);

    ck_assert_int_eq(verification_verdict(verification), expected);
    ck_assert_int_eq(by_hand(script, folder, NULL) == 0, expected == VERDICT_INTACT);
}

static void
check_algorithm(const char *algorithm)
{
    const Script script = { .fragments = 2, .stills = 1, .end = TRUE, .seed = 4 };
    char *scratch = scratch_new();
    g_autofree char *by_hand_script = recipe(scratch);
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autofree char *cert = g_build_filename(folder, "cert.pem", NULL);
    g_autofree char *other = g_build_filename(scratch, "other.pem", NULL);
    g_autoptr(Signer) stranger = signer_generate(algorithm, "stranger", NULL);
    Studio studio;
    gsize length;

    studio_init_with(&studio, folder, algorithm);
    ck_assert(studio_record(&studio, &script, NULL));
    agree(by_hand_script, folder, VERDICT_INTACT);
    ck_assert_int_eq(by_hand(by_hand_script, folder, cert), 0);
    write_text(scratch, "other.pem", signer_certificate_pem(stranger), strlen(signer_certificate_pem(stranger)));
    ck_assert_int_ne(by_hand(by_hand_script, folder, other), 0);

    g_autofree char *media = read_text(folder, "site/part-0001.mp4", &length);
    media[length / 2] ^= 1;
    write_text(folder, "site/part-0001.mp4", media, length);
    agree(by_hand_script, folder, VERDICT_ALTERED);
    media[length / 2] ^= 1;
    write_text(folder, "site/part-0001.mp4", media, length);

    g_autofree char *ledger = read_text(folder, LEDGER_FILE, &length);
    char *signature = g_strrstr(ledger, "\"signature\":\"") + 20;
    *signature = *signature == 'A' ? 'B' : 'A';
    write_text(folder, LEDGER_FILE, ledger, length);
    agree(by_hand_script, folder, VERDICT_ALTERED);
    studio_clear(&studio);
    scratch_remove(scratch);
}

START_TEST(ed25519_by_hand)
{
    check_algorithm("ed25519");
}
END_TEST

START_TEST(ecdsa_by_hand)
{
    check_algorithm("ecdsa-p256");
}
END_TEST

START_TEST(sm2_by_hand)
{
    check_algorithm("sm2");
}
END_TEST

/* A recording that was cut in the middle of a line, resumed and ended: torn bytes are declared, and both find it intact. */
static void
check_resumed(const char *algorithm)
{
    const Script script = { .fragments = 2, .stills = 1, .seed = 4 };
    char *scratch = scratch_new();
    g_autofree char *by_hand_script = recipe(scratch);
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autoptr(RecordingIndex) index = NULL;
    LedgerWriter *writer = NULL;
    RecoveryReport report;
    Studio studio;

    studio_init_with(&studio, folder, algorithm);
    ck_assert(studio_record(&studio, &script, NULL));
    cut_file(folder, LEDGER_FILE, file_size(folder, LEDGER_FILE) - 40);
    write_text(folder, "stills/half.jpg", "\xff\xd8\xff", 3);
    agree(by_hand_script, folder, VERDICT_UNSEALED);
    ck_assert(recovery_resume(&studio.config, &writer, &index, &report, NULL));
    ck_assert_uint_eq(report.torn_ranges, 2);
    ck_assert(ledger_writer_end(writer, "visit-ended", NULL));
    ledger_writer_free(writer);
    agree(by_hand_script, folder, VERDICT_INTACT);
    studio_clear(&studio);
    scratch_remove(scratch);
}

START_TEST(a_resumed_recording_by_hand)
{
    check_resumed("ed25519");
    check_resumed("sm2");
}
END_TEST

SUITE_MAIN("evidence-document", ed25519_by_hand, ecdsa_by_hand, sm2_by_hand, a_resumed_recording_by_hand)
