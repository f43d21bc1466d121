#include "http-private.h"

#include <string.h>

/* One segment of each: the pattern's up to '/', '}' or its end; the path's up to '/' or its end. */
static gboolean
segment_match(const char *pattern, gsize pattern_length, const char *path, gsize path_length,
              GHashTable *params)
{
    if (pattern_length >= 2 && pattern[0] == '{' && pattern[pattern_length - 1] == '}') {
        if (path_length == 0)
            return FALSE;
        g_hash_table_replace(params, g_strndup(pattern + 1, pattern_length - 2),
                             g_strndup(path, path_length));
        return TRUE;
    }
    return pattern_length == path_length && memcmp(pattern, path, path_length) == 0;
}

gboolean
http_route_match(const char *pattern, const char *path, GHashTable *params)
{
    g_hash_table_remove_all(params);
    if (*pattern != '/' || *path != '/')
        return FALSE;

    while (*pattern == '/' && *path == '/') {
        pattern++;
        path++;
        gsize pattern_length = strcspn(pattern, "/");
        gsize path_length = strcspn(path, "/");

        if (pattern_length >= 3 && g_str_has_suffix(pattern, "*}") && pattern[pattern_length] == '\0') {
            g_hash_table_replace(params, g_strndup(pattern + 1, pattern_length - 3), g_strdup(path));
            return TRUE;
        }
        if (!segment_match(pattern, pattern_length, path, path_length, params))
            return FALSE;
        pattern += pattern_length;
        path += path_length;
    }
    return *pattern == '\0' && *path == '\0';
}

static gboolean
method_fits(const HttpRoute *route, const char *method)
{
    return g_str_equal(route->method, "*") || g_str_equal(route->method, method) ||
           (g_str_equal(route->method, "GET") && g_str_equal(method, "HEAD"));
}

const HttpRoute *
http_route_find(const HttpRoute *routes, gsize count, const char *method, const char *path,
                GHashTable *params, int *ret_status, char **ret_allow)
{
    g_autoptr(GString) allow = g_string_new(NULL);

    for (gsize i = 0; i < count; i++) {
        /* "{path*}" is for what no route before it knows, or it would turn their 405 into its own 404. */
        if (allow->len && g_str_has_suffix(routes[i].pattern, "*}"))
            continue;
        if (!http_route_match(routes[i].pattern, path, params))
            continue;
        if (method_fits(&routes[i], method))
            return &routes[i];
        g_string_append_printf(allow, "%s%s", allow->len ? ", " : "", routes[i].method);
        if (g_str_equal(routes[i].method, "GET"))
            g_string_append(allow, ", HEAD");
    }
    g_hash_table_remove_all(params);
    *ret_status = allow->len ? 405 : 404;
    *ret_allow = allow->len ? g_string_free(g_steal_pointer(&allow), FALSE) : NULL;
    return NULL;
}
