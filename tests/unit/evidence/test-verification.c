/* docs/evidence-format.md, section 7: every verdict and every fault by name. Random changes: test-mutations.c. */
#include "verification.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "evidence-support.h"
#include "ledger-line.h"
#include "recovery.h"
#include "suite-main.h"

typedef struct {
    char *scratch, *original, *copy;
    Studio studio;
} Case;

static const Script ended_script = { .fragments = 24, .stills = 3, .two_parts = TRUE, .end = TRUE, .seed = 5 };
static const Script running_script = { .fragments = 23, .stills = 3, .two_parts = TRUE, .seed = 5 };

static void
case_init(Case *c, const Script *script)
{
    g_autoptr(GError) error = NULL;

    c->scratch = scratch_new();
    c->original = g_build_filename(c->scratch, "original", NULL);
    c->copy = g_build_filename(c->scratch, "copy", NULL);
    studio_init(&c->studio, c->original);
    ck_assert_msg(studio_record(&c->studio, script, &error), "%s", error ? error->message : "");
    copy_folder(c->original, c->copy);
}

static void
case_clear(Case *c)
{
    studio_clear(&c->studio);
    g_free(c->original);
    g_free(c->copy);
    scratch_remove(c->scratch);
}

static json_t *
report_of(const char *folder, const VerificationRules *rules)
{
    g_autoptr(Verification) verification = verification_run(folder, rules);
    g_autofree char *zh = verification_to_text(verification, "zh");
    g_autofree char *en = verification_to_text(verification, "en");
    json_t *report = verification_to_json(verification);

    ck_assert_ptr_nonnull(report);
    ck_assert(g_utf8_validate(zh, -1, NULL) && g_utf8_validate(en, -1, NULL));
    ck_assert_str_eq(json_string_value(json_object_get(report, "verdict")), verdict_name(verification_verdict(verification)));
    return report;
}

static Verdict
verdict_of(const char *folder)
{
    g_autoptr(Verification) verification = verification_run(folder, NULL);

    return verification_verdict(verification);
}

static gint64
count_of(json_t *report, const char *verdict)
{
    return json_integer_value(json_object_get(json_object_get(report, "counts"), verdict));
}

static gboolean
names(json_t *report, const char *code)
{
    json_t *fault;
    size_t i;

    json_array_foreach(json_object_get(report, "faults"), i, fault)
        if (g_str_equal(json_string_value(json_object_get(fault, "code")), code))
            return TRUE;
    return FALSE;
}

#define assert_report(folder, expected, code)                                                                                  \
    do {                                                                                                                       \
        json_t *report_ = report_of(folder, NULL);                                                                             \
        g_autofree char *text_ = json_dumps(report_, JSON_INDENT(1));                                                          \
        ck_assert_msg(json_integer_value(json_object_get(report_, "exit")) == (expected), "%s", text_);                        \
        ck_assert_msg((code) == NULL || names(report_, code), "no %s in %s", (const char *) (code), text_);                    \
        json_decref(report_);                                                                                                  \
    } while (0)

/* The ledger's lines, to be cut and joined again. */
static char **
lines_of(const char *folder)
{
    gsize length;
    g_autofree char *text = read_text(folder, LEDGER_FILE, &length);

    text[length - 1] = '\0';
    return g_strsplit(text, "\n", -1);
}

static void
put_lines(const char *folder, char **lines)
{
    g_autofree char *joined = g_strjoinv("\n", lines);
    g_autofree char *text = g_strconcat(joined, "\n", NULL);

    write_text(folder, LEDGER_FILE, text, strlen(text));
}

static void
remove_line(char **lines, guint at)
{
    guint count = g_strv_length(lines);

    g_free(lines[at]);
    memmove(&lines[at], &lines[at + 1], (count - at) * sizeof *lines);
}

START_TEST(an_ended_recording_is_intact)
{
    Case c;

    case_init(&c, &ended_script);
    json_t *report = report_of(c.original, NULL);

    ck_assert_int_eq(json_integer_value(json_object_get(report, "exit")), VERDICT_INTACT);
    ck_assert_int_eq(count_of(report, "stands"), 48);
    ck_assert_uint_eq(json_array_size(json_object_get(report, "fragments")), 48);
    ck_assert_uint_eq(json_array_size(json_object_get(report, "stills")), 3);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(report, "key"), "authority")), "not-given");
    json_decref(report);
    case_clear(&c);
}
END_TEST

START_TEST(a_running_recording_is_unsealed_at_its_end_only)
{
    Case c;

    case_init(&c, &running_script);
    json_t *report = report_of(c.original, NULL);

    ck_assert_int_eq(json_integer_value(json_object_get(report, "exit")), VERDICT_UNSEALED);
    ck_assert_int_gt(count_of(report, "stands"), 30);
    ck_assert_int_gt(count_of(report, "unsealed"), 0);
    ck_assert_int_le(count_of(report, "unsealed"), 12);
    json_decref(report);

    /* a fragment that is being written this moment */
    g_autofree char *path = g_build_filename(c.original, "site/part-0002.mp4", NULL);
    FILE *file = fopen(path, "ab");

    fputs("moof", file);
    fclose(file);
    assert_report(c.original, VERDICT_UNSEALED, NULL);
    case_clear(&c);
}
END_TEST

START_TEST(the_authority_is_pinned)
{
    Case c, other;

    case_init(&c, &ended_script);
    case_init(&other, &ended_script);

    const char *pem = signer_certificate_pem(c.studio.signer);
    const char *wrong_pem = signer_certificate_pem(other.studio.signer);
    g_autoptr(PublicKey) key = public_key_from_pem(pem, strlen(pem), NULL);
    g_autoptr(PublicKey) wrong = public_key_from_pem(wrong_pem, strlen(wrong_pem), NULL);
    json_t *report = report_of(c.original, &(VerificationRules){ .key = key });

    ck_assert_int_eq(json_integer_value(json_object_get(report, "exit")), VERDICT_INTACT);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(report, "key"), "authority")), "matches");
    json_decref(report);

    report = report_of(c.original, &(VerificationRules){ .key = wrong });
    ck_assert_int_eq(json_integer_value(json_object_get(report, "exit")), VERDICT_ALTERED);
    ck_assert(names(report, "other-authority"));
    json_decref(report);

    report = report_of(c.original, &(VerificationRules){ .fingerprint = public_key_digest(wrong) });
    ck_assert(names(report, "other-authority"));
    json_decref(report);
    report = report_of(c.original, &(VerificationRules){ .recording = "019aa000-0000-7000-8000-000000000002" });
    ck_assert(names(report, "wrong-recording"));
    json_decref(report);

    /* the other's certificate under this ledger */
    write_text(c.copy, "cert.pem", wrong_pem, strlen(wrong_pem));
    assert_report(c.copy, VERDICT_ALTERED, "other-key");
    write_text(c.copy, "cert.pem", "", 0);
    assert_report(c.copy, VERDICT_ALTERED, "certificate-altered");
    case_clear(&c);
    case_clear(&other);
}
END_TEST

START_TEST(ledger_faults_have_names)
{
    Case c;

    case_init(&c, &ended_script);

    g_auto(GStrv) altered = lines_of(c.original);
    altered[9][strlen(altered[9]) - 3] ^= 1;
    put_lines(c.copy, altered);
    assert_report(c.copy, VERDICT_ALTERED, "line-altered");

    g_auto(GStrv) removed = lines_of(c.original);
    remove_line(removed, 12);
    put_lines(c.copy, removed);
    assert_report(c.copy, VERDICT_ALTERED, "line-removed");

    g_auto(GStrv) swapped = lines_of(c.original);
    char *line = swapped[14];
    swapped[14] = swapped[15];
    swapped[15] = line;
    put_lines(c.copy, swapped);
    assert_report(c.copy, VERDICT_ALTERED, "line-swapped");

    g_auto(GStrv) inserted = lines_of(c.original);
    char *doubled = g_strconcat(inserted[20], "\n", inserted[20], NULL);
    g_free(inserted[20]);
    inserted[20] = doubled;
    put_lines(c.copy, inserted);
    assert_report(c.copy, VERDICT_ALTERED, "line-inserted");

    g_auto(GStrv) garbled = lines_of(c.original);
    garbled[20][0] = '!';
    put_lines(c.copy, garbled);
    assert_report(c.copy, VERDICT_ALTERED, "ledger-bytes");

    g_auto(GStrv) seal = lines_of(c.original);
    guint last = g_strv_length(seal) - 1;
    char *signature = strstr(seal[last], "signature\":\"") + 12;
    *signature = *signature == 'A' ? 'B' : 'A';
    put_lines(c.copy, seal);
    assert_report(c.copy, VERDICT_ALTERED, "seal-wrong");
    case_clear(&c);
}
END_TEST

START_TEST(media_faults_have_names)
{
    Case c;
    gsize length;

    case_init(&c, &ended_script);
    g_autofree char *media = read_text(c.original, "site/part-0001.mp4", &length);

    media[length - 1] ^= 1;
    write_text(c.copy, "site/part-0001.mp4", media, length);
    json_t *report = report_of(c.copy, NULL);
    ck_assert_int_eq(count_of(report, "altered"), 1);
    json_decref(report);

    media[length - 1] ^= 1;
    media[0] ^= 1;
    write_text(c.copy, "site/part-0001.mp4", media, length);
    assert_report(c.copy, VERDICT_ALTERED, "init-altered");
    media[0] ^= 1;

    write_text(c.copy, "site/part-0001.mp4", media, length - 1);
    report = report_of(c.copy, NULL);
    ck_assert_int_eq(count_of(report, "missing"), 1);
    json_decref(report);
    write_text(c.copy, "site/part-0001.mp4", media, length);

    g_autofree char *still = read_text(c.original, "stills/still-0.jpg", &length);
    still[9] ^= 4;
    write_text(c.copy, "stills/still-0.jpg", still, length);
    assert_report(c.copy, VERDICT_ALTERED, "still-altered");
    g_autofree char *path = g_build_filename(c.copy, "stills/still-0.jpg", NULL);
    g_unlink(path);
    assert_report(c.copy, VERDICT_ALTERED, "still-missing");
    still[9] ^= 4;
    write_text(c.copy, "stills/still-0.jpg", still, length);

    write_text(c.copy, "stills/more.jpg", "x", 1);
    assert_report(c.copy, VERDICT_ALTERED, "extra-file");
    g_autofree char *more = g_build_filename(c.copy, "stills/more.jpg", NULL);
    g_unlink(more);
    ck_assert_int_eq(symlink("still-0.jpg", more), 0);
    assert_report(c.copy, VERDICT_ALTERED, "extra-file");
    g_unlink(more);

    g_autofree char *audio = read_text(c.original, "audio-p2/part-0001.mp4", &length);
    g_autofree char *longer = g_malloc(length + 1);
    memcpy(longer, audio, length);
    longer[length] = 'x';
    write_text(c.copy, "audio-p2/part-0001.mp4", longer, length + 1);
    assert_report(c.copy, VERDICT_ALTERED, "extra-bytes");
    write_text(c.copy, "audio-p2/part-0001.mp4", audio, length);
    assert_report(c.copy, VERDICT_INTACT, NULL);
    case_clear(&c);
}
END_TEST

/* Exchanges two fragments of different length: everything between them moves, and all of it is found again. */
START_TEST(exchanged_fragments_are_reordered_not_lost)
{
    Case c;
    gsize length;
    guint count;

    case_init(&c, &ended_script);
    g_autoptr(RecordingIndex) index = recording_index_load(c.original, NULL);
    const IndexFragment *f = recording_index_fragments(index, &count);
    const IndexFragment *a = NULL, *b = NULL;

    for (guint i = 0; i < count && !b; i++)
        if (g_str_equal(f[i].track, "audio-p2")) {
            if (!a)
                a = &f[i];
            else if (f[i].length != a->length && f[i].offset > a->offset + a->length)
                b = &f[i];
        }

    g_autofree char *media = read_text(c.original, "audio-p2/part-0001.mp4", &length);
    g_autoptr(GByteArray) mixed = g_byte_array_new();
    guint64 between = a->offset + a->length;

    g_byte_array_append(mixed, (guint8 *) media, a->offset);
    g_byte_array_append(mixed, (guint8 *) media + b->offset, b->length);
    g_byte_array_append(mixed, (guint8 *) media + between, b->offset - between);
    g_byte_array_append(mixed, (guint8 *) media + a->offset, a->length);
    g_byte_array_append(mixed, (guint8 *) media + b->offset + b->length, length - b->offset - b->length);
    ck_assert_uint_eq(mixed->len, length);
    write_text(c.copy, "audio-p2/part-0001.mp4", (char *) mixed->data, mixed->len);

    json_t *report = report_of(c.copy, NULL);
    ck_assert_int_ge(count_of(report, "reordered"), 2);
    ck_assert_int_eq(count_of(report, "altered"), 0);
    json_decref(report);
    case_clear(&c);
}
END_TEST

START_TEST(what_is_no_evidence_is_unreadable)
{
    char *scratch = scratch_new();

    ck_assert_int_eq(verdict_of("/nonexistent"), VERDICT_UNREADABLE);
    ck_assert_int_eq(verdict_of(scratch), VERDICT_UNREADABLE);
    write_text(scratch, LEDGER_FILE, "", 0);
    assert_report(scratch, VERDICT_UNREADABLE, NULL);
    write_text(scratch, LEDGER_FILE, "{}\n[1]\nhello", 12);
    assert_report(scratch, VERDICT_UNREADABLE, NULL);

    g_autofree char *flood = g_malloc(300000);
    memset(flood, '[', 300000);
    write_text(scratch, LEDGER_FILE, flood, 300000);
    assert_report(scratch, VERDICT_UNREADABLE, NULL);

    const char *other = "{\"seq\":0,\"prev\":\"" LEDGER_ZERO_PREV "\",\"type\":\"open\",\"at\":1,\"mono\":0,\"format\":\"other/9\"}\n";
    write_text(scratch, LEDGER_FILE, other, strlen(other));
    assert_report(scratch, VERDICT_UNREADABLE, NULL);
    scratch_remove(scratch);
}
END_TEST

static const char *const media_names[] = { "site/part-0001.mp4", "site/part-0002.mp4", "audio-p2/part-0001.mp4", "stills/still-0.jpg",
                                           "stills/still-1.jpg", "stills/still-2.jpg", "cert.pem", LEDGER_FILE };

static void
restore(Case *c, const char *name)
{
    gsize length;
    g_autofree char *old = read_text(c->original, name, &length);

    write_text(c->copy, name, old, length);
}

/* Up to the last seal but one, nothing in the ledger can be changed without "altered" (or "unreadable", where the first line is hit). */
START_TEST(no_bit_of_the_sealed_ledger_can_flip)
{
    gsize length;
    Case c;

    case_init(&c, &running_script);
    g_autofree char *text = read_text(c.original, LEDGER_FILE, &length);
    const char *seal = g_strrstr(text, "\"type\":\"seal\"");
    gsize sealed = (gsize) (strchr(seal, '\n') - text);

    for (gsize at = 0; at < sealed; at += 31) {
        Verdict verdict;

        text[at] ^= (char) (1 << at % 8);
        write_text(c.copy, LEDGER_FILE, text, length);
        verdict = verdict_of(c.copy);
        ck_assert_msg(verdict == VERDICT_ALTERED || verdict == VERDICT_UNREADABLE, "byte %zu", at);
        text[at] ^= (char) (1 << at % 8);
    }
    case_clear(&c);
}
END_TEST

static void
splice_lines(Case *into, char **mine, char **theirs, GRand *rand)
{
    gint count = (gint) g_strv_length(mine), other = (gint) g_strv_length(theirs);
    gint at = g_rand_int_range(rand, 1, count), from = g_rand_int_range(rand, 1, other);
    g_autoptr(GPtrArray) lines = g_ptr_array_new();

    for (gint i = 0; i < at; i++)
        g_ptr_array_add(lines, mine[i]);
    for (gint i = from; i < other; i++)
        g_ptr_array_add(lines, theirs[i]);
    g_ptr_array_add(lines, NULL);
    put_lines(into->copy, (char **) lines->pdata);
}

/* Two recordings sealed with the same key, parts of one put into the other: lines, and whole files. */
START_TEST(a_splice_of_two_recordings_is_found)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    g_autoptr(GError) error = NULL;
    Script other_script = ended_script;
    Case c;

    case_init(&c, &ended_script);
    g_autofree char *other = g_build_filename(c.scratch, "other", NULL);

    other_script.recording = "019aa000-0000-7000-8000-000000000002";
    other_script.seed = 99;
    c.studio.config.folder = other;
    fake_clock_init(&c.studio.clock, WALL_START);
    ck_assert(studio_record(&c.studio, &other_script, &error));
    ck_assert_int_eq(verdict_of(other), VERDICT_INTACT);

    g_auto(GStrv) mine = lines_of(c.original);
    g_auto(GStrv) theirs = lines_of(other);

    for (guint i = 0; i < 30; i++) {
        splice_lines(&c, mine, theirs, rand);
        ck_assert_msg(verdict_of(c.copy) == VERDICT_ALTERED, "round %u", i);
    }
    restore(&c, LEDGER_FILE);
    for (gsize i = 0; i < G_N_ELEMENTS(media_names); i++) {
        gsize length;
        g_autofree char *text = read_text(other, media_names[i], &length);

        if (g_str_equal(media_names[i], "cert.pem"))
            continue; /* it is the same */
        write_text(c.copy, media_names[i], text, length);
        ck_assert_msg(verdict_of(c.copy) == VERDICT_ALTERED, "%s", media_names[i]);
        restore(&c, media_names[i]);
    }
    case_clear(&c);
}
END_TEST

/* Somebody alters a line, computes the whole chain anew and seals it with a key of his own, certificate and all. */
static void
forge(Case *c, const Signer *forger, gboolean name_own_key)
{
    g_auto(GStrv) lines = lines_of(c->original);
    char prev[DIGEST_HEX_SIZE] = LEDGER_ZERO_PREV;

    for (guint i = 0; lines[i]; i++) {
        json_t *line = json_loads(lines[i], 0, NULL);

        json_object_set_new(line, "prev", json_string(prev));
        if (i == 0)
            json_object_set_new(line, "title", json_string("another title"));
        if (i == 0 && name_own_key)
            json_object_set_new(json_object_get(line, "key"), "sha256", json_string(signer_key_digest(forger)));
        if (g_str_equal(ledger_line_type(line), "seal")) {
            g_autofree char *text = ledger_seal_text(RECORDING_ID, i, prev, ledger_line_at(line), ledger_line_integer(line, "mono", 0));
            g_autoptr(GBytes) signature = signer_sign(forger, text, strlen(text), NULL);
            g_autofree char *base64 = g_base64_encode(g_bytes_get_data(signature, NULL), g_bytes_get_size(signature));

            json_object_set_new(line, "signature", json_string(base64));
        }
        g_free(lines[i]);
        lines[i] = json_dumps(line, JSON_COMPACT);
        digest_sha256_hex(lines[i], strlen(lines[i]), prev);
        json_decref(line);
    }
    put_lines(c->copy, lines);
}

START_TEST(sealing_again_with_another_key_is_found)
{
    g_autoptr(Signer) forger = signer_generate("ed25519", "forger", NULL);
    Case c;

    case_init(&c, &ended_script);
    forge(&c, c.studio.signer, FALSE);
    assert_report(c.copy, VERDICT_INTACT, NULL); /* who has the key can do anything: the limit that the report states */

    forge(&c, forger, FALSE);
    assert_report(c.copy, VERDICT_ALTERED, "seal-wrong");

    const char *pem = signer_certificate_pem(forger);
    write_text(c.copy, "cert.pem", pem, strlen(pem));
    assert_report(c.copy, VERDICT_ALTERED, "other-key");

    forge(&c, forger, TRUE);
    json_t *report = report_of(c.copy, &(VerificationRules){ .fingerprint = signer_key_digest(c.studio.signer) });
    ck_assert(names(report, "other-authority"));
    json_decref(report);
    case_clear(&c);
}
END_TEST

SUITE_MAIN("verification", an_ended_recording_is_intact, a_running_recording_is_unsealed_at_its_end_only, the_authority_is_pinned,
           ledger_faults_have_names, media_faults_have_names, exchanged_fragments_are_reordered_not_lost,
           what_is_no_evidence_is_unreadable, no_bit_of_the_sealed_ledger_can_flip,
           a_splice_of_two_recordings_is_found, sealing_again_with_another_key_is_found)
