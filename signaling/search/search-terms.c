#include "search-terms.h"

#include <string.h>

/* Four digits tell about as much as two Chinese characters; with three, a case number would have hundreds of look-alikes. */
#define ASCII_GRAM_MAX 4
#define OTHER_GRAM_MAX 2

typedef enum { CLASS_NONE, CLASS_ASCII, CLASS_OTHER } CharacterClass;

static CharacterClass
class_of(gunichar character)
{
    if (character < 0x80)
        return g_ascii_isalnum((char) character) ? CLASS_ASCII : CLASS_NONE;
    return g_unichar_isalnum(character) ? CLASS_OTHER : CLASS_NONE;
}

char *
search_normalise(const char *text)
{
    g_autofree char *composed = text ? g_utf8_normalize(text, -1, G_NORMALIZE_NFKC) : NULL;

    return composed ? g_utf8_casefold(composed, -1) : g_strdup("");
}

typedef void (*GramFunc)(const char *gram, gsize length, gpointer user);

/* The grams of `size` characters in a run of whole characters. */
static void
each_gram(const char *run, const char *end, guint size, GramFunc func, gpointer user)
{
    const char *from = run, *to = run;

    for (guint i = 0; i < size && to < end; i++)
        to = g_utf8_next_char(to);
    for (;; from = g_utf8_next_char(from), to = g_utf8_next_char(to)) {
        func(from, (gsize) (to - from), user);
        if (to >= end)
            return;
    }
}

typedef struct {
    gboolean longest_only;
    GramFunc func;
    gpointer user;
} RunRules;

static void
one_run(const char *run, const char *end, CharacterClass class, const RunRules *rules)
{
    guint most = class == CLASS_ASCII ? ASCII_GRAM_MAX : OTHER_GRAM_MAX;
    guint length = (guint) g_utf8_strlen(run, end - run);
    guint longest = MIN(most, length);

    for (guint size = rules->longest_only ? longest : 1; size <= longest; size++)
        each_gram(run, end, size, rules->func, rules->user);
}

static void
each_run(const char *text, const RunRules *rules)
{
    const char *run = text;
    CharacterClass class = CLASS_NONE;

    for (const char *at = text;; at = g_utf8_next_char(at)) {
        CharacterClass here = *at ? class_of(g_utf8_get_char(at)) : CLASS_NONE;

        if (here != class) {
            if (class != CLASS_NONE)
                one_run(run, at, class, rules);
            run = at;
            class = here;
        }
        if (!*at)
            return;
    }
}

static void
add_to_set(const char *gram, gsize length, gpointer set)
{
    g_hash_table_add(set, g_strndup(gram, length));
}

static void
add_to_array(const char *gram, gsize length, gpointer array)
{
    g_ptr_array_add(array, g_strndup(gram, length));
}

void
search_add_text(GHashTable *set, const char *text)
{
    g_autofree char *normalised = search_normalise(text);

    each_run(normalised, &(RunRules){ FALSE, add_to_set, set });
}

GPtrArray *
search_terms_of_word(const char *word)
{
    g_autofree char *normalised = search_normalise(word);
    GPtrArray *terms = g_ptr_array_new_with_free_func(g_free);

    each_run(normalised, &(RunRules){ TRUE, add_to_array, terms });
    return terms;
}

gboolean
search_contains(const char *text, const char *normalised)
{
    g_autofree char *here = search_normalise(text);

    return strstr(here, normalised) != NULL;
}
