#include "bounded-json.h"

#include <stdlib.h>
#include <string.h>

#include "problem.h"

/* jansson recurses per level and has no run-time bound of its own, so the depth is counted before it sees the text. */
static gboolean
depth_is_bounded(const char *text, gsize length)
{
    int depth = 0;
    gboolean quoted = FALSE;

    for (gsize i = 0; i < length; i++) {
        char c = text[i];

        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = FALSE;
        } else if (c == '"') {
            quoted = TRUE;
        } else if (c == '{' || c == '[') {
            if (++depth > BOUNDED_JSON_DEPTH_MAX)
                return FALSE;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return TRUE;
}

json_t *
bounded_json_parse(const char *text, gsize length, gsize length_max, GError **error)
{
    json_error_t why;

    if (length > length_max) {
        problem_set(error, PROBLEM_JSON_TOO_LARGE, "more than %" G_GSIZE_FORMAT " bytes", length_max);
        return NULL;
    }
    if (!depth_is_bounded(text, length)) {
        problem_set(error, PROBLEM_JSON_TOO_DEEP, "more than %d levels", BOUNDED_JSON_DEPTH_MAX);
        return NULL;
    }

    g_autoptr(json_t) json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);

    if (!json) {
        if (json_error_code(&why) == json_error_duplicate_key)
            problem_set(error, PROBLEM_JSON_DUPLICATE_KEY, "at byte %d", why.position);
        else
            problem_set(error, PROBLEM_JSON_MALFORMED, "at byte %d", why.position);
        return NULL;
    }
    if (!json_is_object(json)) {
        problem_set(error, PROBLEM_JSON_MALFORMED, "not an object");
        return NULL;
    }
    return g_steal_pointer(&json);
}

json_t *
bounded_json_parse_bytes(GBytes *bytes, gsize length_max, GError **error)
{
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);

    return bounded_json_parse(text ? text : "", length, length_max, error);
}

char *
bounded_json_dump(const json_t *json)
{
    /* 15 digits bring every decimal that people write back unchanged. */
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

    g_assert(text);
    /* jansson allocates with malloc(), and so does GLib since 2.46: g_free() is free(). */
    return text;
}
