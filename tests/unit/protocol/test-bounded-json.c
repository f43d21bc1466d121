#include "bounded-json.h"

#include <string.h>

#include "problem.h"

#include "suite-main.h"

static void
refused(const char *text, Problem problem)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json = bounded_json_parse(text, strlen(text), 1024, &error);

    ck_assert_msg(!json, "accepted: %s", text);
    ck_assert_msg(g_error_matches(error, PROBLEM, problem), "%s: %s", text, error->message);
}

START_TEST(refuses_what_is_not_one_plain_object)
{
    refused("", PROBLEM_JSON_MALFORMED);
    refused("{", PROBLEM_JSON_MALFORMED);
    refused("[]", PROBLEM_JSON_MALFORMED);
    refused("null", PROBLEM_JSON_MALFORMED);
    refused("{} {}", PROBLEM_JSON_MALFORMED);
    refused("{\"a\":\"\\u0000\"}", PROBLEM_JSON_MALFORMED);
    refused("{\"a\":\"\xff\"}", PROBLEM_JSON_MALFORMED);
    refused("{\"a\":1e999}", PROBLEM_JSON_MALFORMED);
    refused("{\"a\":{\"b\":1,\"b\":1}}", PROBLEM_JSON_DUPLICATE_KEY);
}
END_TEST

START_TEST(bounds_the_length)
{
    g_autofree char *text = g_strdup_printf("{\"a\":\"%01100d\"}", 0);

    refused(text, PROBLEM_JSON_TOO_LARGE);
}
END_TEST

static char *
nested(int depth)
{
    GString *text = g_string_new("{\"a\":");

    for (int i = 1; i < depth; i++)
        g_string_append_c(text, '[');
    for (int i = 1; i < depth; i++)
        g_string_append_c(text, ']');
    if (depth == 1)
        g_string_append_c(text, '1');
    g_string_append_c(text, '}');
    return g_string_free(text, FALSE);
}

START_TEST(bounds_the_depth_and_not_brackets_in_strings)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *deepest = nested(BOUNDED_JSON_DEPTH_MAX);
    g_autofree char *too_deep = nested(BOUNDED_JSON_DEPTH_MAX + 1);
    const char *quoted = "{\"a\":\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[{{{{{{{{\"}";
    g_autoptr(json_t) one = bounded_json_parse(deepest, strlen(deepest), 1024, &error);
    g_autoptr(json_t) two = bounded_json_parse(quoted, strlen(quoted), 1024, &error);

    ck_assert(one && two);
    refused(too_deep, PROBLEM_JSON_TOO_DEEP);
}
END_TEST

SUITE_MAIN("bounded-json", refuses_what_is_not_one_plain_object, bounds_the_length, bounds_the_depth_and_not_brackets_in_strings)
