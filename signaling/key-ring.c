#include "key-ring.h"

#include <string.h>

#include "field-rules.h"
#include "problem.h"

/* The first that fits decides. */
static const struct {
    const char *path;
    const char *scope;
} scopes[] = {
    { "/api/cases", "cases" },           { "/api/case-links", "cases" },       { "/api/attachments", "cases" },   { "/api/items", "catalogue" },       { "/api/catalogue", "catalogue" },
    { "/api/guides", "catalogue" },      { "/api/visits", "visits" },          { "/api/invitations", "visits" },  { "/api/rectification", "visits" },  { "/api/audits", "visits" },
    { "/api/search", "visits" },         { "/api/recordings", "recordings" },  { "/api/deliveries", "deliveries" }, { "/api/hooks", "deliveries" },    { "/api/statistics", "statistics" },
    { "/api/trail", "trail" },
};
static const char *const uses[] = { "read", "write" };

typedef struct {
    StaffUser user;
    char *scopes; /* ",cases:read,visits:write," */
} Key;

struct KeyRing {
    GHashTable *keys; /* digest → Key */
};

static void
key_free(gpointer data)
{
    Key *key = data;

    g_free(key->user.id);
    g_free(key->user.account);
    g_free(key->user.name);
    g_free(key->scopes);
    g_free(key);
}

KeyRing *
key_ring_new(void)
{
    KeyRing *ring = g_new0(KeyRing, 1);

    ring->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, key_free);
    return ring;
}

void
key_ring_free(KeyRing *ring)
{
    if (!ring)
        return;
    g_hash_table_unref(ring->keys);
    g_free(ring);
}

void
key_ring_add(KeyRing *ring, const json_t *row)
{
    Key *key = g_new0(Key, 1);

    /* What it may do is for its scopes to say; within them it sees everything. */
    key->user = (StaffUser){ g_strdup(field_string(row, "user")), g_strdup(field_string(row, "account")), g_strdup(field_string(row, "name")), ROLE_ADMIN };
    key->scopes = g_strdup(field_string(row, "scopes"));
    g_hash_table_replace(ring->keys, g_strdup(field_string(row, "digest")), key);
}

void
key_ring_remove(KeyRing *ring, const char *digest)
{
    g_hash_table_remove(ring->keys, digest);
}

gboolean
key_is_one(const char *bearer)
{
    return bearer && g_str_has_prefix(bearer, KEY_PREFIX);
}

/* The scope of a path; NULL when keys have no business there. A prefix ends where a segment does, or the word goes on with '-'. */
static const char *
scope_of(const char *path)
{
    for (gsize i = 0; i < G_N_ELEMENTS(scopes); i++)
        if (g_str_has_prefix(path, scopes[i].path))
            return scopes[i].scope;
    return NULL;
}

const StaffUser *
key_ring_user(const KeyRing *ring, const char *bearer, const char *method, const char *path, GError **error)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, bearer, -1);
    const Key *key = g_hash_table_lookup(ring->keys, digest);
    const char *scope = scope_of(path);
    g_autofree char *needed = g_strdup_printf(",%s:%s,", scope ? scope : "none", g_str_equal(method, "GET") ? "read" : "write");

    if (!key) {
        problem_set(error, PROBLEM_KEY_INVALID, NULL);
        return NULL;
    }
    if (!scope || !strstr(key->scopes, needed)) {
        problem_set(error, PROBLEM_KEY_SCOPE, NULL);
        return NULL;
    }
    return &key->user;
}

gboolean
key_scope_is_known(const char *scope)
{
    for (gsize i = 0; i < G_N_ELEMENTS(scopes); i++)
        for (gsize u = 0; u < G_N_ELEMENTS(uses); u++) {
            g_autofree char *known = g_strdup_printf("%s:%s", scopes[i].scope, uses[u]);

            if (g_str_equal(known, scope))
                return TRUE;
        }
    return FALSE;
}
