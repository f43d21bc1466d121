#include "verification-private.h"

#include <string.h>

static Verification *
verification_new(const char *folder, const VerificationRules *rules)
{
    Verification *verification = g_new0(Verification, 1);

    verification->folder = g_strdup(folder);
    verification->rules = rules ? *rules : (VerificationRules){ NULL };
    verification->names = g_string_chunk_new(4096);
    verification->claims = g_array_new(FALSE, FALSE, sizeof(Claim));
    verification->faults = g_array_new(FALSE, FALSE, sizeof(Fault));
    verification->tail = g_array_new(FALSE, FALSE, sizeof(Fault));
    verification->open_parts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    verification->hash = "sha256"; /* until an open line says otherwise */
    verification->stamped_at = verification->stamped_seq = -1;
    verification->seals = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    verification->pin = verification->chain = verification->stamper = "not-given";
    verification->disposed_at = verification->ended_at = verification->sealed_seq = verification->sealed_at = -1;
    return verification;
}

void
verification_free(Verification *verification)
{
    if (!verification)
        return;
    g_hash_table_unref(verification->seals);
    g_hash_table_unref(verification->open_parts);
    g_array_unref(verification->claims);
    g_array_unref(verification->faults);
    g_array_unref(verification->tail);
    g_string_chunk_free(verification->names);
    public_key_free(verification->key);
    g_free(verification->folder);
    g_free(verification);
}

const char *
verification_name(Verification *verification, const char *text)
{
    return text ? g_string_chunk_insert_const(verification->names, text) : NULL;
}

static void
add_fault(Verification *verification, Fault fault)
{
    if (verification->faults->len < FAULTS_MAX)
        g_array_append_val(verification->faults, fault);
    else
        verification->faults_dropped++;
}

void
verification_fault(Verification *verification, const char *code, gint64 seq, gint64 last_seq)
{
    add_fault(verification, (Fault){ code, seq, last_seq, NULL, -1, -1 });
}

void
verification_file_fault(Verification *verification, const char *code, const char *file, gint64 offset, gint64 length)
{
    /* A name that is not UTF-8 (only a stranger's file can have one) would not go into a report. */
    g_autofree char *valid = file ? g_utf8_make_valid(file, -1) : NULL;

    add_fault(verification, (Fault){ code, -1, -1, verification_name(verification, valid), offset, length });
}

Verification *
verification_run(const char *folder, const VerificationRules *rules)
{
    Verification *verification = verification_new(folder, rules);

    verification_read_ledger(verification);
    if (verification->readable) {
        verification_read_files(verification);
        verification_find_order(verification);
    }
    verification->rules = (VerificationRules){ NULL }; /* what they point to is the caller's */
    return verification;
}

static gboolean
fragments_stand(const Verification *verification)
{
    for (guint i = 0; i < verification->claims->len; i++) {
        const Claim *claim = &g_array_index(verification->claims, Claim, i);

        if (claim->kind == RANGE_FRAGMENT && claim->verdict != FRAGMENT_STANDS && claim->verdict != FRAGMENT_UNSEALED &&
            claim->verdict != FRAGMENT_DISPOSED)
            return FALSE;
    }
    return TRUE;
}

static gboolean
lacks_what_was_disposed_of(const Verification *verification)
{
    for (guint i = 0; i < verification->claims->len; i++)
        if (g_array_index(verification->claims, Claim, i).verdict == FRAGMENT_DISPOSED)
            return TRUE;
    return FALSE;
}

Verdict
verification_verdict(const Verification *verification)
{
    if (!verification->readable)
        return VERDICT_UNREADABLE;
    if (verification->faults->len > 0 || !fragments_stand(verification))
        return VERDICT_ALTERED;
    if (!verification->sealed_end)
        return VERDICT_UNSEALED;
    return lacks_what_was_disposed_of(verification) ? VERDICT_DISPOSED : VERDICT_INTACT;
}

const char *
verdict_name(Verdict verdict)
{
    static const char *const names[] = { "intact", "altered", "unreadable", "unsealed", "disposed" };

    return names[verdict];
}

const char *
fragment_verdict_name(FragmentVerdict verdict)
{
    static const char *const names[] = { "stands", "altered", "missing", "reordered", "unsealed", "torn", "disposed" };

    return names[verdict];
}
