/* The second step of a verification: the bytes of every file against the claims. docs/evidence-format.md, sections 4, 5 and 7. */
#include "verification-private.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ledger-line.h"

typedef struct {
    Verification *verification;
    GHashTable *claims; /* file -> GPtrArray of Claim */
    Digest *digest;
} FilesCheck;

static gint
compare_claims(gconstpointer a, gconstpointer b)
{
    const Claim *x = *(const Claim *const *) a, *y = *(const Claim *const *) b;

    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    if (x->length != y->length) /* an empty range (a file that a crash left empty) before what came into the file later */
        return x->length < y->length ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void
group_claims(FilesCheck *check)
{
    GArray *claims = check->verification->claims;

    check->claims = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
    for (guint i = 0; i < claims->len; i++) {
        Claim *claim = &g_array_index(claims, Claim, i);
        GPtrArray *group = g_hash_table_lookup(check->claims, claim->file);

        if (!group) {
            group = g_ptr_array_new();
            g_hash_table_insert(check->claims, (gpointer) claim->file, group);
        }
        g_ptr_array_add(group, claim);
    }
}

static void
claim_fault(Verification *verification, const Claim *claim)
{
    static const char *const altered[] = { "init-altered", NULL, "still-altered", "torn-altered" };
    static const char *const missing[] = { "init-missing", NULL, "still-missing", "torn-missing" };
    const char *code = (claim->verdict == FRAGMENT_MISSING ? missing : altered)[claim->kind];

    if (code) /* fragments have a verdict of their own and need no second name */
        verification_file_fault(verification, code, claim->file, (gint64) claim->offset, (gint64) claim->length);
}

static void
judge_claim(FilesCheck *check, Claim *claim, int fd)
{
    FragmentVerdict good = claim->kind == RANGE_TORN ? FRAGMENT_TORN : claim->sealed ? FRAGMENT_STANDS : FRAGMENT_UNSEALED;

    if (fd < 0 || !evidence_digest_range(fd, claim->offset, claim->length, check->digest, claim->found)) {
        claim->found[0] = '\0';
        claim->verdict = FRAGMENT_MISSING;
    } else if (!g_str_equal(claim->found, claim->digest) || claim->line_altered) {
        claim->verdict = FRAGMENT_ALTERED;
    } else {
        claim->verdict = good;
        return;
    }
    claim_fault(check->verification, claim);
}

/* Only where a recorder may be at work this moment: no sealed end, and the newest part of a track or a file that has no line yet. */
static gboolean
may_grow(const Verification *verification, const char *file, gboolean has_claims)
{
    GHashTableIter iter;
    gpointer open;

    if (verification->sealed_end)
        return FALSE;
    if (!has_claims)
        return g_str_has_prefix(file, "stills/") || strstr(file, "/part-") != NULL;
    g_hash_table_iter_init(&iter, verification->open_parts);
    while (g_hash_table_iter_next(&iter, NULL, &open))
        if (((OpenPart *) open)->since_resume && g_strcmp0(((OpenPart *) open)->file, file) == 0)
            return TRUE;
    return FALSE;
}

static void
uncovered(Verification *verification, const char *file, guint64 from, guint64 to, gboolean tolerated)
{
    Fault tail = { "tail", -1, -1, verification_name(verification, file), (gint64) from, (gint64) (to - from) };

    if (tolerated)
        g_array_append_val(verification->tail, tail);
    else
        verification_file_fault(verification, "extra-bytes", file, tail.offset, tail.length);
}

static void
judge_file(FilesCheck *check, const EvidenceFile *file, GPtrArray *claims, int fd)
{
    Verification *verification = check->verification;
    guint64 at = 0;

    g_ptr_array_sort(claims, compare_claims);
    for (guint i = 0; i < claims->len; i++) {
        Claim *claim = g_ptr_array_index(claims, i);

        if (claim->offset < at)
            verification_file_fault(verification, "overlap", claim->file, (gint64) claim->offset, (gint64) claim->length);
        else if (claim->offset > at && at < file->size)
            uncovered(verification, file->name, at, MIN(claim->offset, file->size), FALSE);
        at = MAX(at, claim->offset + claim->length);
        judge_claim(check, claim, fd);
    }
    if (at < file->size)
        uncovered(verification, file->name, at, file->size, may_grow(verification, file->name, TRUE));
}

static void
check_file(FilesCheck *check, const EvidenceFile *file)
{
    Verification *verification = check->verification;
    GPtrArray *claims = g_hash_table_lookup(check->claims, file->name);
    g_autofree char *path = g_build_filename(verification->folder, file->name, NULL);
    gboolean plausible = file->regular && ledger_path_is_valid(file->name);

    if (g_str_equal(file->name, LEDGER_FILE) || g_str_equal(file->name, LEDGER_CERTIFICATE))
        return;
    verification->bytes += file->size;
    if (!claims) {
        if (plausible && may_grow(verification, file->name, FALSE))
            uncovered(verification, file->name, 0, file->size, TRUE);
        else
            verification_file_fault(verification, "extra-file", file->name, 0, (gint64) file->size);
        return;
    }

    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    judge_file(check, file, claims, fd);
    if (fd >= 0)
        close(fd);
    g_hash_table_remove(check->claims, file->name);
}

/* The ledger's own claims are the torn bytes that a resume line declares; the chain has checked that they are where it says. */
static void
check_torn_ledger(FilesCheck *check)
{
    GPtrArray *claims = g_hash_table_lookup(check->claims, LEDGER_FILE);
    g_autofree char *path = g_build_filename(check->verification->folder, LEDGER_FILE, NULL);
    int fd = claims ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;

    for (guint i = 0; claims && i < claims->len; i++)
        judge_claim(check, g_ptr_array_index(claims, i), fd);
    if (fd >= 0)
        close(fd);
    g_hash_table_remove(check->claims, LEDGER_FILE);
}

static void
judge_missing_files(FilesCheck *check)
{
    GHashTableIter iter;
    gpointer claims;

    g_hash_table_iter_init(&iter, check->claims);
    while (g_hash_table_iter_next(&iter, NULL, &claims))
        for (guint i = 0; i < ((GPtrArray *) claims)->len; i++) {
            Claim *claim = g_ptr_array_index((GPtrArray *) claims, i);

            /* A disposal takes whole files; what it left is judged like any. */
            if (check->verification->disposed && !claim->line_altered)
                claim->verdict = FRAGMENT_DISPOSED;
            else
                judge_claim(check, claim, -1);
        }
}

void
verification_read_files(Verification *verification)
{
    g_autoptr(GError) error = NULL;
    /* Listed after the ledger was read: what its lines speak of was there before them. */
    g_autoptr(GArray) files = evidence_files_list(verification->folder, &error);
    FilesCheck check = { .verification = verification, .digest = digest_new(verification->hash) };

    group_claims(&check);
    check_torn_ledger(&check);
    for (guint i = 0; files && i < files->len; i++)
        check_file(&check, &g_array_index(files, EvidenceFile, i));
    if (error)
        verification_file_fault(verification, "folder", NULL, -1, -1);
    judge_missing_files(&check);
    g_hash_table_unref(check.claims);
    digest_free(check.digest);
}
