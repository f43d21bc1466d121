/* The third step of a verification: fragments that are not lost but stand in another place. docs/evidence-format.md, section 7. */
#include "verification-private.h"

#include <fcntl.h>
#include <unistd.h>

/* Trying every fragment of a run at every place is quadratic; a longer run is reported as altered, which it is. */
#define RUN_MAX 32

static gboolean
is_altered_fragment(const Claim *claim)
{
    return claim->kind == RANGE_FRAGMENT && claim->verdict == FRAGMENT_ALTERED && !claim->line_altered;
}

/* The simple case: the bytes here are exactly another fragment's. */
static void
find_by_digest(GPtrArray *altered, const GArray *claims)
{
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < claims->len; i++)
        if (g_array_index(claims, Claim, i).kind == RANGE_FRAGMENT)
            g_hash_table_add(known, g_array_index(claims, Claim, i).digest);
    for (guint i = 0; i < altered->len; i++) {
        Claim *claim = g_ptr_array_index(altered, i);

        if (g_hash_table_contains(known, claim->found))
            claim->verdict = FRAGMENT_REORDERED;
    }
}

static Claim *
find_fitting(const char *hash, Claim **run, guint count, const gboolean *used, int fd, guint64 at, guint64 end, guint *ret_index)
{
    g_autoptr(Digest) digest = digest_new(hash);
    char found[DIGEST_HEX_SIZE];

    for (guint i = 0; i < count; i++) {
        if (used[i] || run[i]->length > end - at)
            continue;
        if (evidence_digest_range(fd, at, run[i]->length, digest, found) && g_str_equal(found, run[i]->digest)) {
            *ret_index = i;
            return run[i];
        }
    }
    return NULL;
}

/* Fragments of different lengths were exchanged, so that every boundary between them has moved: lay the run out again. */
static void
find_in_run(const char *hash, Claim **run, guint count, int fd)
{
    guint64 at = run[0]->offset, end = run[count - 1]->offset + run[count - 1]->length;
    gboolean used[RUN_MAX] = { FALSE };
    Claim *claim;
    guint i;

    while (at < end && (claim = find_fitting(hash, run, count, used, fd, at, end, &i))) {
        used[i] = TRUE;
        claim->verdict = FRAGMENT_REORDERED;
        at += claim->length;
    }
}

static void
find_in_file(const Verification *verification, Claim **run, guint count)
{
    g_autofree char *path = g_build_filename(verification->folder, run[0]->file, NULL);
    int fd = count >= 2 && count <= RUN_MAX ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;

    if (fd < 0)
        return;
    find_in_run(verification->hash, run, count, fd);
    close(fd);
}

static gint
compare_places(gconstpointer a, gconstpointer b)
{
    const Claim *x = *(const Claim *const *) a, *y = *(const Claim *const *) b;
    int files = g_strcmp0(x->file, y->file);

    return files ? files : x->offset < y->offset ? -1 : x->offset > y->offset;
}

static gboolean
follows(const Claim *a, const Claim *b)
{
    return g_str_equal(a->file, b->file) && a->offset + a->length == b->offset;
}

void
verification_find_order(Verification *verification)
{
    g_autoptr(GPtrArray) altered = g_ptr_array_new();
    guint first = 0;

    for (guint i = 0; i < verification->claims->len; i++)
        if (is_altered_fragment(&g_array_index(verification->claims, Claim, i)))
            g_ptr_array_add(altered, &g_array_index(verification->claims, Claim, i));
    g_ptr_array_sort(altered, compare_places);
    find_by_digest(altered, verification->claims);
    for (guint i = 1; i <= altered->len; i++)
        if (i == altered->len || !follows(altered->pdata[i - 1], altered->pdata[i])) {
            find_in_file(verification, (Claim **) &altered->pdata[first], i - first);
            first = i;
        }
}
