/* The first step of a verification: the chain and its seals, and what the lines claim. docs/evidence-format.md, sections 1 to 3. */
#include "verification-private.h"

#include <string.h>

#include "certificate-chain.h"
#include "ledger-line.h"
#include "ledger-reader.h"
#include "timestamp.h"

/* A sequence number that jumps further ahead is an altered number, not a removal. */
#define REMOVED_MAX 1000000

typedef struct {
    Verification *verification;
    LedgerChain chain;
    guint run_claims;  /* claims before this one are sealed, or cut off from any seal */
    guint last_claims; /* where the claims of the last good line begin */
    GArray *removed;   /* of Fault: numbers that have not come yet */
    json_t *line;      /* under work */
    GHashTable *lasting; /* gaps that have begun and not ended, by track and beginning */
} LedgerCheck;

/* A lasting gap has two lines and counts once; one that ends where it began, not at all. */
static void
take_gap(LedgerCheck *check, json_t *line)
{
    gint64 from = ledger_line_integer(line, "from", 0), to = ledger_line_integer(line, "to", -1);
    const char *track = ledger_line_text(line, "track");
    g_autofree char *key = g_strdup_printf("%s %" G_GINT64_FORMAT, track ? track : "", from);

    if (!g_hash_table_remove(check->lasting, key))
        check->verification->gaps++;
    else if (to <= from)
        check->verification->gaps--;
    if (to < 0)
        g_hash_table_add(check->lasting, g_steal_pointer(&key));
}

/* As of the day on which the recording began: certificates end, what they sealed in their time stands. */
static void
check_chain(Verification *verification, const char *pem, gsize length)
{
    const char *authorities = verification->rules.authorities;

    if (!authorities)
        return;
    verification->chain =
        certificate_chain_verify(pem, length, authorities, verification->started_at / G_USEC_PER_SEC) ? "trusted" : "untrusted";
    if (g_str_equal(verification->chain, "untrusted"))
        verification_fault(verification, "chain-untrusted", 0, 0);
}

static gboolean
load_certificate(Verification *verification)
{
    g_autofree char *path = g_build_filename(verification->folder, LEDGER_CERTIFICATE, NULL);
    g_autofree char *pem = NULL;
    char digest[DIGEST_HEX_SIZE];
    gsize length;

    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) || !g_file_get_contents(path, &pem, &length, NULL)) {
        verification_file_fault(verification, "certificate-missing", LEDGER_CERTIFICATE, -1, -1);
        return FALSE;
    }
    check_chain(verification, pem, length);
    digest_hex(verification->hash, pem, length, digest);
    verification->bytes += length;
    if (g_strcmp0(digest, verification->certificate_digest) != 0)
        verification_file_fault(verification, "certificate-altered", LEDGER_CERTIFICATE, -1, -1);
    verification->key = public_key_from_pem(pem, length, NULL);
    return TRUE;
}

static void
check_pin(Verification *verification)
{
    const VerificationRules *rules = &verification->rules;
    const char *wanted = rules->key ? public_key_digest(rules->key) : rules->fingerprint;

    if (wanted)
        verification->pin =
            verification->key_digest && g_ascii_strcasecmp(wanted, verification->key_digest) == 0 ? "matches" : "differs";
    if (g_str_equal(verification->pin, "differs"))
        verification_fault(verification, "other-authority", 0, 0);
}

static void
check_key(Verification *verification, const char *algorithm)
{
    const PublicKey *key;

    check_pin(verification);
    if (!load_certificate(verification))
        return;
    key = verification->key;
    if (!key || g_strcmp0(public_key_digest(key), verification->key_digest) != 0 ||
        g_strcmp0(public_key_algorithm(key), algorithm) != 0 || !g_str_equal(public_key_hash(key), verification->hash))
        verification_fault(verification, "other-key", 0, 0);
}

/* A folder that carries a recording's id must hold that recording: otherwise one whole recording could take another's place. */
static void
check_identity(Verification *verification)
{
    const char *wanted = verification->rules.recording;

    if (wanted && g_strcmp0(wanted, verification->recording) != 0)
        verification_fault(verification, "wrong-recording", 0, 0);
}

static gboolean
take_open(LedgerCheck *check, json_t *line)
{
    Verification *verification = check->verification;
    json_t *key = json_object_get(line, "key");

    const char *hash = ledger_line_hash(line);

    if (g_strcmp0(ledger_line_text(line, "format"), LEDGER_FORMAT) != 0 || !hash) {
        verification->unreadable_why = "format";
        return FALSE;
    }
    verification->hash = hash;
    verification->recording = verification_name(verification, ledger_line_text(line, "recording"));
    verification->visit = verification_name(verification, ledger_line_text(line, "visit"));
    verification->case_number = verification_name(verification, ledger_line_text(line, "case_number"));
    verification->item = verification_name(verification, ledger_line_text(line, "item"));
    verification->item_version = verification_name(verification, ledger_line_text(line, "item_version"));
    verification->title = verification_name(verification, ledger_line_text(line, "title"));
    verification->key_digest = verification_name(verification, ledger_line_text(key, "sha256"));
    verification->certificate_digest = verification_name(verification, ledger_line_text(key, "certificate"));
    verification->started_at = ledger_line_at(line);
    check_key(verification, ledger_line_text(key, "algorithm"));
    check_identity(verification);
    return TRUE;
}

static void
add_claim(const EvidenceRange *range, json_t *object, gpointer user)
{
    LedgerCheck *check = user;
    Verification *verification = check->verification;
    Claim claim = {
        .kind = range->kind,
        .file = verification_name(verification, range->file),
        .offset = range->offset,
        .length = range->length,
        .seq = ledger_line_seq(check->line),
        .track = verification_name(verification, ledger_line_text(object, "track")),
        .id = verification_name(verification, ledger_line_text(object, "id")),
        .part = (guint) ledger_line_integer(object, "part", 0),
        .n = (guint64) ledger_line_integer(object, "n", 0),
        .captured = ledger_line_integer(object, "captured", 0),
        .duration = ledger_line_integer(object, "duration", 0),
    };

    memcpy(claim.digest, range->digest, sizeof claim.digest);
    g_array_append_val(verification->claims, claim);
}

static gboolean
seal_is_good(const LedgerCheck *check, const LedgerRecord *record)
{
    const Verification *verification = check->verification;
    json_t *line = record->line;
    const char *base64 = ledger_line_text(line, "signature");
    gint64 at = ledger_line_at(line), mono = ledger_line_integer(line, "mono", 0);
    gsize length = 0;

    if (!verification->key || !verification->recording || !base64 || strlen(base64) > 2 * SIGNATURE_LENGTH_MAX)
        return FALSE;

    g_autofree guchar *signature = g_base64_decode(base64, &length);
    g_autofree char *canonical = g_base64_encode(signature, length);
    g_autofree char *form = ledger_seal_line(ledger_line_seq(line), ledger_line_prev(line), at, mono, canonical);
    g_autofree char *text = ledger_seal_text(verification->recording, ledger_line_seq(line), ledger_line_prev(line), at, mono);

    /* Compared byte by byte with the one form a seal can have: no byte of it is outside what was signed. */
    return strlen(form) == record->length && memcmp(form, record->text, record->length) == 0 &&
           public_key_verify(verification->key, text, strlen(text), signature, length);
}

static void
take_seal(LedgerCheck *check, const LedgerRecord *record)
{
    Verification *verification = check->verification;
    gint64 seq = (gint64) ledger_line_seq(record->line);

    if (!seal_is_good(check, record)) {
        verification_fault(verification, "seal-wrong", seq, seq);
        return;
    }
    for (guint i = check->run_claims; i < verification->claims->len; i++)
        g_array_index(verification->claims, Claim, i).sealed = TRUE;
    check->run_claims = verification->claims->len;
    g_hash_table_replace(verification->seals, g_memdup2(&seq, sizeof seq), (gpointer) verification_name(verification, record->digest));
    verification->sealed_seq = seq;
    verification->sealed_at = ledger_line_at(record->line);
    verification->sealed_end = verification->has_end;
    verification->disposed |= verification->disposing;
}

static void
take_timestamp(Verification *verification, json_t *line)
{
    gint64 of = ledger_line_integer(line, "of", -1), seq = (gint64) ledger_line_seq(line), at = 0;
    const char *digest = g_hash_table_lookup(verification->seals, &of);
    const char *base64 = ledger_line_text(line, "token");
    const char *stampers = verification->rules.stampers;
    g_autofree guchar *token = NULL;
    gboolean stamps = FALSE, good = FALSE;
    gsize length = 0;

    if (digest && base64) {
        token = g_base64_decode(base64, &length);
        good = timestamp_verify(token, length, verification->hash, digest, stampers, &stamps, &at);
    }
    if (!stamps)
        verification_fault(verification, "timestamp-wrong", seq, seq);
    else if (!good)
        verification_fault(verification, "timestamp-untrusted", seq, seq);
    if (stampers && !g_str_equal(verification->stamper, "untrusted"))
        verification->stamper = good ? "trusted" : "untrusted";
    if (!good)
        return;
    verification->timestamps++;
    verification->stamped_at = at;
    verification->stamped_seq = of;
}

static void
take_part(Verification *verification, json_t *line)
{
    const char *track = verification_name(verification, ledger_line_text(line, "track"));
    OpenPart *open = g_new0(OpenPart, 1);

    open->file = verification_name(verification, ledger_line_text(line, "file"));
    open->since_resume = TRUE;
    g_hash_table_replace(verification->open_parts, (gpointer) (track ? track : ""), open);
}

/* After a resume every track begins a new part: what the old ones hold has been declared. */
static void
take_resume(Verification *verification)
{
    GHashTableIter iter;
    gpointer open;

    g_hash_table_iter_init(&iter, verification->open_parts);
    while (g_hash_table_iter_next(&iter, NULL, &open))
        ((OpenPart *) open)->since_resume = FALSE;
    verification->resumes++;
}

/* Only what has ended can be disposed of. */
static void
take_disposal(Verification *verification, json_t *line)
{
    gint64 seq = (gint64) ledger_line_seq(line);

    if (!verification->has_end) {
        verification_fault(verification, "line-malformed", seq, seq);
        return;
    }
    verification->disposing = TRUE;
    verification->disposed_at = ledger_line_at(line);
    verification->disposal_reason = verification_name(verification, ledger_line_text(line, "reason"));
}

static void
take_line(LedgerCheck *check, const LedgerRecord *record)
{
    Verification *verification = check->verification;
    const char *type = ledger_line_type(record->line);
    gint64 seq = (gint64) ledger_line_seq(record->line);

    check->line = record->line;
    check->last_claims = verification->claims->len;
    verification->lines++;
    if (verification->has_end && !g_str_equal(type, "seal") && !g_str_equal(type, "resume") && !g_str_equal(type, "timestamp") &&
        !g_str_equal(type, "disposal"))
        verification_fault(verification, "after-end", seq, seq);
    if (!evidence_ranges_of_line(record->line, verification->hash, add_claim, check))
        verification_fault(verification, "line-malformed", seq, seq);
    verification->sealed_end = FALSE;
    if (g_str_equal(type, "seal"))
        take_seal(check, record);
    else if (g_str_equal(type, "part"))
        take_part(verification, record->line);
    else if (g_str_equal(type, "resume"))
        take_resume(verification);
    else if (g_str_equal(type, "timestamp"))
        take_timestamp(verification, record->line);
    else if (g_str_equal(type, "disposal"))
        take_disposal(verification, record->line);
    else if (g_str_equal(type, "gap"))
        take_gap(check, record->line);
    else if (g_str_equal(type, "end")) {
        verification->has_end = TRUE;
        verification->ended_at = ledger_line_at(record->line);
    }
}

static void
last_line_is_altered(LedgerCheck *check)
{
    Verification *verification = check->verification;
    gint64 seq = MAX((gint64) check->chain.next_seq - 1, 0);

    verification_fault(verification, "line-altered", seq, seq);
    for (guint i = check->last_claims; i < verification->claims->len; i++) {
        g_array_index(verification->claims, Claim, i).line_altered = TRUE;
        g_array_index(verification->claims, Claim, i).sealed = FALSE;
    }
}

/* A number that is behind: either it was missed before (swapped) or it has come twice (inserted). */
static void
late_line(LedgerCheck *check, gint64 seq)
{
    for (guint i = 0; i < check->removed->len; i++) {
        Fault *hole = &g_array_index(check->removed, Fault, i);

        if (seq < hole->seq || seq > hole->last_seq)
            continue;

        Fault rest = *hole;

        verification_fault(check->verification, "line-swapped", seq, seq);
        rest.seq = seq + 1;
        hole->last_seq = seq - 1;
        if (rest.seq <= rest.last_seq)
            g_array_append_val(check->removed, rest);
        return;
    }
    verification_fault(check->verification, "line-inserted", seq, seq);
}

/* Behind a broken place the reading goes on, so that the report can say what still stands. Lines before it that no seal had covered stay unsealed. */
static void
broken(LedgerCheck *check, const LedgerRecord *record)
{
    Verification *verification = check->verification;
    gint64 seq = (gint64) ledger_line_seq(record->line), expected = (gint64) check->chain.next_seq;
    gboolean junk = check->chain.has_junk;

    if (junk)
        verification_file_fault(verification, "ledger-bytes", LEDGER_FILE, (gint64) check->chain.junk_offset,
                                (gint64) (check->chain.junk_end - check->chain.junk_offset));
    check->chain.has_junk = FALSE;
    if (seq < expected) {
        late_line(check, seq);
        return;
    }
    if (seq - expected > REMOVED_MAX) {
        verification_fault(verification, "line-altered", expected, expected);
        return;
    }
    if (seq > expected) {
        Fault hole = { "line-removed", expected, seq - 1, NULL, -1, -1 };

        g_array_append_val(check->removed, hole);
    } else if (!junk || !g_str_equal(ledger_line_prev(record->line), check->chain.prev)) {
        last_line_is_altered(check);
    }
    check->run_claims = verification->claims->len;
    ledger_chain_accept(&check->chain, record);
    take_line(check, record);
}

/* FALSE: not readable as evidence at all. */
static gboolean
take_record(LedgerCheck *check, const LedgerRecord *record)
{
    Verification *verification = check->verification;
    gboolean first = check->chain.next_seq == 0;
    ChainStep step = ledger_chain_step(&check->chain, record);

    if (step == CHAIN_JUNK)
        return TRUE;
    if (first && !verification->readable) {
        verification->readable = TRUE;
        if (g_str_equal(ledger_line_type(record->line), "open") ? !take_open(check, record->line) : step == CHAIN_GOOD) {
            verification->readable = FALSE;
            return FALSE;
        }
    }
    if (step == CHAIN_BROKEN)
        broken(check, record);
    else
        take_line(check, record);
    return TRUE;
}

/* Bytes at the end that are no line: a crash leaves them, and recovery will declare them. Behind a sealed end nothing may be. */
static void
check_tail(LedgerCheck *check)
{
    Verification *verification = check->verification;
    Fault tail = { "tail", -1, -1, LEDGER_FILE, (gint64) check->chain.junk_offset,
                   (gint64) (check->chain.junk_end - check->chain.junk_offset) };

    if (!check->chain.has_junk)
        return;
    if (verification->sealed_end)
        verification_file_fault(verification, "ledger-bytes", LEDGER_FILE, tail.offset, tail.length);
    else
        g_array_append_val(verification->tail, tail);
}

static void
report_removed(LedgerCheck *check)
{
    for (guint i = 0; i < check->removed->len; i++) {
        const Fault *hole = &g_array_index(check->removed, Fault, i);

        if (hole->seq <= hole->last_seq)
            verification_fault(check->verification, "line-removed", hole->seq, hole->last_seq);
    }
}

void
verification_read_ledger(Verification *verification)
{
    g_autofree char *path = g_build_filename(verification->folder, LEDGER_FILE, NULL);
    g_autoptr(LedgerReader) reader = ledger_reader_open(path, NULL);
    g_autoptr(GError) error = NULL;
    LedgerCheck check = { .verification = verification };
    LedgerRecord record;

    verification->unreadable_why = "ledger";
    if (!reader)
        return;
    check.removed = g_array_new(FALSE, FALSE, sizeof(Fault));
    check.lasting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    ledger_chain_init(&check.chain);
    while (verification->lines < LEDGER_LINES_MAX && ledger_reader_next(reader, &record, &error)) {
        verification->bytes += record.length + (record.terminated ? 1 : 0);
        if (!take_record(&check, &record))
            break;
    }
    if (error || verification->lines == LEDGER_LINES_MAX)
        verification->readable = FALSE;
    check_tail(&check);
    report_removed(&check);
    g_array_unref(check.removed);
    g_hash_table_unref(check.lasting);
}
