/* docs/evidence-format.md, section 7, as a property: whatever is changed in an intact recording is found, and nothing else is.
 * YUNTAKAN_MUTATIONS=100000 makes as many with each algorithm (YUNTAKAN_MUTATIONS_ALGORITHM: with one) and prints the counts. */
#include "verification.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence-support.h"
#include "ledger-line.h"
#include "suite-main.h"

/* With each algorithm, in the ordinary run: about a second. */
#define MUTATIONS_DEFAULT 300
#define INTACT_EVERY      50

#define OTHER_ID "019aa000-0000-7000-8000-000000000002"

typedef struct {
    const char *name;
    char *text;
    gsize length;
} File;

typedef struct {
    char *scratch, *folder, *copy, *other;
    Studio studio;
    Signer *forger;
    GRand *rand;
    File files[7], theirs[7];
    char **lines, **their_lines;
    guint changed; /* bits: files of the copy that a mutation has touched */
    gboolean lost_end; /* the mutation may have cut off the ledger's end, which is told as "unsealed" */
} Bench;

enum { SITE_1, SITE_2, AUDIO, STILL_0, STILL_1, CERTIFICATE, LEDGER, FILES };

static const char *const names[FILES] = { "site/part-0001.mp4", "site/part-0002.mp4", "audio-p2/part-0001.mp4", "stills/still-0.jpg",
                                          "stills/still-1.jpg", LEDGER_CERTIFICATE,   LEDGER_FILE };

static guint
below(Bench *bench, gsize end)
{
    return end > 0 ? (guint) g_rand_int_range(bench->rand, 0, (gint32) end) : 0;
}

static char **
load(File *files, const char *folder)
{
    for (guint i = 0; i < FILES; i++) {
        files[i].name = names[i];
        files[i].text = read_text(folder, names[i], &files[i].length);
    }

    g_autofree char *ledger = g_strndup(files[LEDGER].text, files[LEDGER].length - 1);

    return g_strsplit(ledger, "\n", -1);
}

static void
bench_init(Bench *bench, const char *algorithm)
{
    Script script = { .recording = OTHER_ID, .fragments = 8, .stills = 2, .two_parts = TRUE, .end = TRUE, .seed = 99 };
    g_autoptr(GError) error = NULL;

    *bench = (Bench){ .scratch = scratch_new(), .rand = g_rand_new_with_seed(20261123) };
    bench->folder = g_build_filename(bench->scratch, "original", NULL);
    bench->copy = g_build_filename(bench->scratch, "copy", NULL);
    bench->other = g_build_filename(bench->scratch, "other", NULL);
    bench->forger = signer_generate(algorithm, "test", NULL);
    studio_init_with(&bench->studio, bench->other, algorithm);
    ck_assert_msg(studio_record(&bench->studio, &script, &error), "%s", error ? error->message : "");
    script.recording = NULL;
    script.seed = 5;
    bench->studio.config.folder = bench->folder;
    fake_clock_init(&bench->studio.clock, WALL_START);
    ck_assert_msg(studio_record(&bench->studio, &script, &error), "%s", error ? error->message : "");
    copy_folder(bench->folder, bench->copy);
    bench->lines = load(bench->files, bench->folder);
    bench->their_lines = load(bench->theirs, bench->other);
}

static void
bench_clear(Bench *bench)
{
    for (guint i = 0; i < FILES; i++) {
        g_free(bench->files[i].text);
        g_free(bench->theirs[i].text);
    }
    g_strfreev(bench->lines);
    g_strfreev(bench->their_lines);
    signer_free(bench->forger);
    studio_clear(&bench->studio);
    g_rand_free(bench->rand);
    g_free(bench->folder);
    g_free(bench->copy);
    g_free(bench->other);
    scratch_remove(bench->scratch);
}

static gboolean
put(Bench *bench, guint file, const char *text, gsize length)
{
    const File *old = &bench->files[file];

    if (length == old->length && memcmp(text, old->text, length) == 0)
        return FALSE;
    write_text(bench->copy, old->name, text, length);
    bench->changed |= 1u << file;
    return TRUE;
}

static gboolean
put_lines(Bench *bench, GPtrArray *lines)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < lines->len; i++) {
        g_string_append(text, lines->pdata[i]);
        g_string_append_c(text, '\n');
    }
    return put(bench, LEDGER, text->str, text->len);
}

static GPtrArray *
copy_lines(const Bench *bench)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; bench->lines[i]; i++)
        g_ptr_array_add(lines, g_strdup(bench->lines[i]));
    return lines;
}

static void
restore(Bench *bench)
{
    for (guint i = 0; i < FILES; i++)
        if (bench->changed & (1u << i))
            write_text(bench->copy, names[i], bench->files[i].text, bench->files[i].length);
    bench->changed = 0;
    bench->lost_end = FALSE;
}

/* --- bytes --- */

static gboolean
flip_bit(Bench *bench)
{
    guint file = below(bench, FILES);
    File *old = &bench->files[file];
    g_autofree char *text = g_memdup2(old->text, old->length);

    text[below(bench, old->length)] ^= (char) (1 << below(bench, 8));
    bench->lost_end = file == LEDGER; /* in the last line it leaves what looks like a torn one */
    return put(bench, file, text, old->length);
}

static gboolean
truncate_file(Bench *bench)
{
    guint file = below(bench, FILES);

    bench->lost_end = file == LEDGER;
    return put(bench, file, bench->files[file].text, below(bench, bench->files[file].length));
}

static gboolean
rewrite_bytes(Bench *bench, gsize out, gsize in)
{
    guint file = below(bench, FILES);
    File *old = &bench->files[file];
    gsize at = below(bench, old->length);
    g_autoptr(GString) text = g_string_new_len(old->text, (gssize) old->length);

    g_string_erase(text, (gssize) at, (gssize) MIN(out, old->length - at));
    for (gsize i = 0; i < in; i++)
        g_string_insert_c(text, (gssize) at, (char) below(bench, 256));
    bench->lost_end = file == LEDGER;
    return put(bench, file, text->str, text->len);
}

static gboolean
remove_bytes(Bench *bench)
{
    return rewrite_bytes(bench, 1 + below(bench, 64), 0);
}

static gboolean
insert_bytes(Bench *bench)
{
    return rewrite_bytes(bench, 0, 1 + below(bench, 64));
}

static gboolean
overwrite_bytes(Bench *bench)
{
    gsize count = 1 + below(bench, 64);

    return rewrite_bytes(bench, count, count);
}

/* --- files --- */

static gboolean
remove_file(Bench *bench)
{
    guint file = below(bench, FILES);
    g_autofree char *path = g_build_filename(bench->copy, names[file], NULL);

    ck_assert_int_eq(g_unlink(path), 0);
    bench->changed |= 1u << file;
    return TRUE;
}

static gboolean
swap_files(Bench *bench)
{
    guint a = below(bench, FILES), b = below(bench, FILES);

    return a != b && put(bench, a, bench->files[b].text, bench->files[b].length) && put(bench, b, bench->files[a].text, bench->files[a].length);
}

/* Bytes of one range to where another stands: the file's length stays. */
static gboolean
swap_ranges(Bench *bench)
{
    guint file = below(bench, AUDIO + 1);
    File *old = &bench->files[file];
    gsize length = 1 + below(bench, old->length / 3), a = below(bench, old->length / 2 - length + 1);
    gsize b = a + length + below(bench, old->length - a - 2 * length + 1);
    g_autofree char *text = g_memdup2(old->text, old->length);

    memcpy(text + a, old->text + b, length);
    memcpy(text + b, old->text + a, length);
    return put(bench, file, text, old->length);
}

static gboolean
splice_file(Bench *bench)
{
    guint file = below(bench, FILES);

    return put(bench, file, bench->theirs[file].text, bench->theirs[file].length);
}

/* --- lines --- */

static gboolean
remove_line(Bench *bench)
{
    g_autoptr(GPtrArray) lines = copy_lines(bench);
    guint at = below(bench, lines->len);

    bench->lost_end = at + 1 == lines->len;
    g_ptr_array_remove_index(lines, at);
    return put_lines(bench, lines);
}

static gboolean
swap_lines(Bench *bench)
{
    g_autoptr(GPtrArray) lines = copy_lines(bench);
    guint a = below(bench, lines->len), b = below(bench, lines->len);
    gpointer line = lines->pdata[a];

    lines->pdata[a] = lines->pdata[b];
    lines->pdata[b] = line;
    return put_lines(bench, lines);
}

static gboolean
repeat_line(Bench *bench)
{
    g_autoptr(GPtrArray) lines = copy_lines(bench);

    g_ptr_array_insert(lines, (gint) below(bench, lines->len + 1), g_strdup(bench->lines[below(bench, lines->len)]));
    return put_lines(bench, lines);
}

/* The beginning of this recording and the rest of another one, sealed with the same key. */
static gboolean
splice_lines(Bench *bench)
{
    g_autoptr(GPtrArray) lines = copy_lines(bench);
    guint from = 1 + below(bench, g_strv_length(bench->their_lines) - 1);

    g_ptr_array_set_size(lines, (gint) (1 + below(bench, lines->len - 1)));
    for (guint i = from; bench->their_lines[i]; i++)
        g_ptr_array_add(lines, g_strdup(bench->their_lines[i]));
    return put_lines(bench, lines);
}

/* --- forgeries: something is changed, and the chain computed anew --- */

static void
seal_again(Bench *bench, json_t *line, guint seq, const char *prev, const Signer *signer)
{
    g_autofree char *text = ledger_seal_text(RECORDING_ID, seq, prev, ledger_line_at(line), ledger_line_integer(line, "mono", 0));
    g_autoptr(GBytes) signature = signer_sign(signer, text, strlen(text), NULL);
    g_autofree char *base64 = g_base64_encode(g_bytes_get_data(signature, NULL), g_bytes_get_size(signature));

    json_object_set_new(line, "signature", json_string(base64));
}

/* `name_key`: the forger's key and certificate stand where the authority's stood. */
static void
chain_again(Bench *bench, GPtrArray *lines, const Signer *signer, gboolean name_key)
{
    const char *hash = signer_hash(bench->forger);
    const char *pem = signer_certificate_pem(bench->forger);
    char prev[DIGEST_HEX_SIZE] = LEDGER_ZERO_PREV, certificate[DIGEST_HEX_SIZE];

    digest_hex(hash, pem, strlen(pem), certificate);
    if (name_key)
        put(bench, CERTIFICATE, pem, strlen(pem));
    for (guint i = 0; i < lines->len; i++) {
        json_t *line = json_loads(lines->pdata[i], 0, NULL);

        json_object_set_new(line, "prev", json_string(prev));
        if (i == 0 && name_key) {
            json_object_set_new(json_object_get(line, "key"), "sha256", json_string(signer_key_digest(bench->forger)));
            json_object_set_new(json_object_get(line, "key"), "certificate", json_string(certificate));
        }
        if (signer && g_str_equal(ledger_line_type(line), "seal"))
            seal_again(bench, line, i, prev, signer);
        g_free(lines->pdata[i]);
        lines->pdata[i] = json_dumps(line, JSON_COMPACT);
        digest_hex(hash, lines->pdata[i], strlen(lines->pdata[i]), prev);
        json_decref(line);
    }
}

/* Without a key, with another key, with another key that calls itself the right one. */
static gboolean
forge(Bench *bench, GPtrArray *lines)
{
    guint how = below(bench, 3);

    chain_again(bench, lines, how == 0 ? NULL : bench->forger, how == 2);
    return put_lines(bench, lines);
}

static void
edit_line(GPtrArray *lines, guint at, const char *member, json_t *value)
{
    json_t *line = json_loads(lines->pdata[at], 0, NULL);

    json_object_set_new(line, member, value);
    g_free(lines->pdata[at]);
    lines->pdata[at] = json_dumps(line, JSON_COMPACT);
    json_decref(line);
}

static gboolean
change_clock(Bench *bench)
{
    g_autoptr(GPtrArray) lines = copy_lines(bench);
    guint at = below(bench, lines->len);

    edit_line(lines, at, below(bench, 2) ? "at" : "mono", json_integer(WALL_START + (gint64) below(bench, 1000000000)));
    return below(bench, 2) ? put_lines(bench, lines) : forge(bench, lines);
}

static gboolean
sign_again(Bench *bench)
{
    g_autoptr(GPtrArray) lines = copy_lines(bench);

    chain_again(bench, lines, bench->forger, below(bench, 2) == 0);
    return put_lines(bench, lines);
}

static gint
find_line(Bench *bench, GPtrArray *lines, const char *type)
{
    guint start = below(bench, lines->len);

    for (guint i = 0; i < lines->len; i++) {
        guint at = (start + i) % lines->len;

        if (strstr(lines->pdata[at], type))
            return (gint) at;
    }
    ck_abort_msg("no line of %s", type);
    return -1;
}

static gboolean
replace_mark(Bench *bench)
{
    g_autoptr(GPtrArray) lines = copy_lines(bench);
    guint at = (guint) find_line(bench, lines, "\"entry\":\"mark\"");

    edit_line(lines, at, "data", json_pack("{s:s, s:i}", "kind", "checkpoint-start", "checkpoint", (int) below(bench, 1000)));
    return below(bench, 2) ? put_lines(bench, lines) : forge(bench, lines);
}

/* Another picture, and mostly a line that says so. */
static gboolean
replace_still(Bench *bench)
{
    guint which = STILL_0 + below(bench, 2);
    g_autoptr(GPtrArray) lines = copy_lines(bench);
    g_autoptr(GBytes) picture = jpeg(1000 + below(bench, 1000000), bench->files[which].length);
    guint at = (guint) find_line(bench, lines, names[which]);
    char digest[DIGEST_HEX_SIZE];
    gsize length;
    const char *bytes = g_bytes_get_data(picture, &length);
    const char *hash = signer_hash(bench->forger);

    put(bench, which, bytes, length);
    if (below(bench, 3) == 0)
        return TRUE;
    digest_hex(hash, bytes, length, digest);
    edit_line(lines, at, hash, json_string(digest));
    return below(bench, 2) ? put_lines(bench, lines) : forge(bench, lines);
}

typedef struct {
    const char *name;
    gboolean (*apply)(Bench *bench); /* FALSE: it happened to change nothing */
} Mutation;

static const Mutation mutations[] = {
    { "flip a bit", flip_bit },
    { "truncate", truncate_file },
    { "remove bytes", remove_bytes },
    { "insert bytes", insert_bytes },
    { "overwrite", overwrite_bytes },
    { "remove a file", remove_file },
    { "swap files", swap_files },
    { "swap ranges", swap_ranges },
    { "splice a file", splice_file },
    { "remove a line", remove_line },
    { "swap lines", swap_lines },
    { "repeat a line", repeat_line },
    { "splice lines", splice_lines },
    { "change the clock", change_clock },
    { "sign again", sign_again },
    { "replace a mark", replace_mark },
    { "replace a still", replace_still },
};

static Verdict
verdict_of(const Bench *bench, const char *folder)
{
    g_autoptr(Verification) verification =
        verification_run(folder, &(VerificationRules){ .fingerprint = signer_key_digest(bench->studio.signer), .recording = RECORDING_ID });

    return verification_verdict(verification);
}

static guint
wanted_count(void)
{
    const char *wanted = g_getenv("YUNTAKAN_MUTATIONS");

    return wanted ? (guint) strtoul(wanted, NULL, 10) : MUTATIONS_DEFAULT;
}

static void
report(const char *algorithm, const guint *found, guint unsealed, guint intact, guint total)
{
    printf("%s: %u mutations, all found (%u cut off the end and read as unsealed), %u intact ones passed\n", algorithm, total, unsealed, intact);
    for (gsize i = 0; i < G_N_ELEMENTS(mutations); i++)
        printf("  %-18s %u\n", mutations[i].name, found[i]);
}

static void
check_algorithm(const char *algorithm)
{
    const char *only = g_getenv("YUNTAKAN_MUTATIONS_ALGORITHM");
    guint wanted = wanted_count(), total = 0, unsealed = 0, intact = 0;
    guint found[G_N_ELEMENTS(mutations)] = { 0 };
    Bench bench;

    if (only && !g_str_equal(only, algorithm))
        return;
    bench_init(&bench, algorithm);
    for (guint round = 0; total < wanted; round++) {
        guint which = below(&bench, G_N_ELEMENTS(mutations));

        if (mutations[which].apply(&bench)) {
            Verdict verdict = verdict_of(&bench, bench.copy);

            ck_assert_msg(verdict == VERDICT_ALTERED || verdict == VERDICT_UNREADABLE || (verdict == VERDICT_UNSEALED && bench.lost_end),
                          "%s, round %u, %s: %s", algorithm, round, mutations[which].name, verdict_name(verdict));
            found[which]++;
            total++;
            unsealed += verdict == VERDICT_UNSEALED;
        }
        restore(&bench);
        if (round % INTACT_EVERY == 0) {
            ck_assert_msg(verdict_of(&bench, bench.copy) == VERDICT_INTACT, "%s, round %u: intact", algorithm, round);
            intact++;
        }
    }
    if (g_getenv("YUNTAKAN_MUTATIONS"))
        report(algorithm, found, unsealed, intact, total);
    bench_clear(&bench);
}

START_TEST(every_change_is_found_ed25519)
{
    check_algorithm("ed25519");
}
END_TEST

START_TEST(every_change_is_found_ecdsa)
{
    check_algorithm("ecdsa-p256");
}
END_TEST

START_TEST(every_change_is_found_sm2)
{
    check_algorithm("sm2");
}
END_TEST

SUITE_MAIN("mutations", every_change_is_found_ed25519, every_change_is_found_ecdsa, every_change_is_found_sm2)
