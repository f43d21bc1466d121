#include "throttle.h"

typedef struct {
    guint count;      /* failures remembered, at most the limit */
    guint next;       /* where the next one goes */
    gint64 latest;
    gint64 times[];
} Failures;

struct Throttle {
    guint limit;
    GHashTable *keys;
};

Throttle *
throttle_new(guint limit)
{
    Throttle *throttle = g_new0(Throttle, 1);

    g_assert(limit >= 1 && limit <= 64);
    throttle->limit = limit;
    throttle->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return throttle;
}

void
throttle_free(Throttle *throttle)
{
    if (!throttle)
        return;
    g_hash_table_unref(throttle->keys);
    g_free(throttle);
}

gint64
throttle_wait_us(Throttle *throttle, const char *key, gint64 now)
{
    const Failures *failures = g_hash_table_lookup(throttle->keys, key);

    if (!failures || failures->count < throttle->limit)
        return 0;
    /* The ring is full, so `next` is the oldest. */
    return MAX(0, failures->times[failures->next] + THROTTLE_WINDOW_US - now);
}

static void
forget_oldest(Throttle *throttle)
{
    GHashTableIter iter;
    gpointer key, value, oldest = NULL;
    gint64 latest = G_MAXINT64;

    g_hash_table_iter_init(&iter, throttle->keys);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        if (((Failures *) value)->latest < latest) {
            latest = ((Failures *) value)->latest;
            oldest = key;
        }
    }
    g_hash_table_remove(throttle->keys, oldest);
}

void
throttle_failed(Throttle *throttle, const char *key, gint64 now)
{
    Failures *failures = g_hash_table_lookup(throttle->keys, key);

    if (!failures) {
        if (g_hash_table_size(throttle->keys) >= THROTTLE_KEYS_MAX)
            forget_oldest(throttle);
        failures = g_malloc0(sizeof *failures + throttle->limit * sizeof failures->times[0]);
        g_hash_table_insert(throttle->keys, g_strdup(key), failures);
    }
    failures->times[failures->next] = now;
    failures->next = (failures->next + 1) % throttle->limit;
    failures->count = MIN(failures->count + 1, throttle->limit);
    failures->latest = now;
}

void
throttle_forget(Throttle *throttle, const char *key)
{
    g_hash_table_remove(throttle->keys, key);
}
