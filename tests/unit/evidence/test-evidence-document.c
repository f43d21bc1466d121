/* docs/evidence-format.md, section 8: the shell text of the document gives the verifier's answer. */
#include <glib/gstdio.h>
#include <string.h>

#include "evidence-support.h"
#include "recovery.h"
#include "suite-main.h"
#include "timestamp.h"
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
by_hand_stamped(const char *script, const char *folder, const char *authority, const char *stampers)
{
    const char *argv[] = { "sh", script, folder, authority, stampers, NULL };
    g_autofree char *output = NULL;
    g_autofree char *errors = NULL;
    g_autoptr(GError) error = NULL;
    int status = -1;

    ck_assert_msg(g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &errors, &status, &error), "%s",
                  error ? error->message : "");
    ck_assert_msg(strstr(output, status ? "NOT INTACT" : "INTACT"), "%s%s", output, errors);
    return status;
}

static int
by_hand(const char *script, const char *folder, const char *authority)
{
    return by_hand_stamped(script, folder, authority, NULL);
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
    check_resumed("sm2");
}
END_TEST

static void
tsa(const char *what, const char *folder, const char *query, const char *response)
{
    const char *argv[] = { "sh", TSA_SCRIPT, what, folder, query, response, NULL };
    g_autofree char *errors = NULL;
    int status = -1;

    ck_assert(g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &errors, &status, NULL));
    ck_assert_msg(status == 0, "%s", errors);
}

static GBytes *
stamp(const char *scratch, const char *authority, const char *hash, const char *digest)
{
    g_autofree char *query_path = g_build_filename(scratch, "query", NULL);
    g_autofree char *response_path = g_build_filename(scratch, "response", NULL);
    g_autoptr(TimestampQuery) query = timestamp_query_new(hash, digest, NULL);
    g_autoptr(TimestampQuery) another = timestamp_query_new(hash, digest, NULL);
    g_autoptr(GBytes) bytes = timestamp_query_bytes(query);
    g_autoptr(GError) error = NULL;
    gsize length;

    write_text(scratch, "query", g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    tsa("reply", authority, query_path, response_path);

    g_autofree char *response = read_text(scratch, "response", &length);
    GBytes *token = timestamp_query_take(query, response, length, &error);

    ck_assert_msg(token != NULL, "%s", error ? error->message : "");
    ck_assert_ptr_null(timestamp_query_take(another, response, length, NULL)); /* another nonce */
    ck_assert_ptr_null(timestamp_query_take(query, response, length - 1, NULL));
    return token;
}

static void
expect_fault(const char *folder, const char *stampers, const char *code)
{
    g_autoptr(Verification) verification = verification_run(folder, &(VerificationRules){ .stampers = stampers });
    json_t *report = verification_to_json(verification);
    json_t *fault = json_array_get(json_object_get(report, "faults"), 0);

    ck_assert_str_eq(code, fault ? json_string_value(json_object_get(fault, "code")) : "");
    json_decref(report);
}

/* Stamped while it ran, and its end stamped too; then a stamp that names another seal than its own. */
static void
check_stamped(const char *algorithm)
{
    const Script script = { .fragments = 2, .stills = 1, .seed = 4 };
    char *scratch = scratch_new();
    g_autofree char *by_hand_script = recipe(scratch);
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autofree char *authority = g_build_filename(scratch, "tsa", NULL);
    g_autofree char *ca = g_build_filename(authority, "ca.pem", NULL);
    g_autofree char *other = g_build_filename(authority, "other.pem", NULL);
    g_autofree char *cert = g_build_filename(folder, LEDGER_CERTIFICATE, NULL);
    g_autoptr(RecordingIndex) index = NULL;
    LedgerWriter *writer = NULL;
    RecoveryReport report;
    Studio studio;
    gsize length;

    tsa("make", authority, NULL, NULL);
    g_autofree char *trusted = read_text(authority, "ca.pem", &length);
    g_autofree char *untrusted = read_text(authority, "other.pem", &length);

    studio_init_with(&studio, folder, algorithm);
    ck_assert(studio_record(&studio, &script, NULL));
    ck_assert(recovery_resume(&studio.config, &writer, &index, &report, NULL));
    const char *hash = signer_hash(studio.signer);
    guint64 of = (guint64) ledger_writer_sealed_seq(writer);
    g_autoptr(GBytes) first = stamp(scratch, authority, hash, ledger_writer_sealed_digest(writer));

    ck_assert(ledger_writer_timestamp(writer, of, first, NULL));
    ck_assert(ledger_writer_end(writer, "visit-ended", NULL));
    of = (guint64) ledger_writer_sealed_seq(writer);
    g_autoptr(GBytes) last = stamp(scratch, authority, hash, ledger_writer_sealed_digest(writer));

    ck_assert(ledger_writer_timestamp(writer, of, last, NULL));
    ck_assert(ledger_writer_seal(writer, NULL));
    expect_fault(folder, trusted, "");
    expect_fault(folder, untrusted, "timestamp-untrusted");
    ck_assert_int_eq(by_hand_stamped(by_hand_script, folder, cert, ca), 0);
    if (g_str_equal(algorithm, "ed25519"))
        ck_assert_int_ne(by_hand_stamped(by_hand_script, folder, cert, other), 0);

    ck_assert(ledger_writer_timestamp(writer, of, first, NULL));
    ck_assert(ledger_writer_seal(writer, NULL));
    agree(by_hand_script, folder, VERDICT_ALTERED);
    expect_fault(folder, trusted, "timestamp-wrong");
    ledger_writer_free(writer);
    studio_clear(&studio);
    scratch_remove(scratch);
}

START_TEST(a_stamped_recording_by_hand)
{
    check_stamped("ed25519");
    check_stamped("sm2");
}
END_TEST

SUITE_MAIN("evidence-document", a_stamped_recording_by_hand, ed25519_by_hand, ecdsa_by_hand, sm2_by_hand, a_resumed_recording_by_hand)
