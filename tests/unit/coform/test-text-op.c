/* Edits of texts: the vectors that JavaScript is held to as well, and the promise over random edits. */
#include "text-op.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "problem.h"

#include "suite-main.h"

static json_t *
vectors(void)
{
    const char *document = g_getenv("YUNTAKAN_PROTOCOL_DOCUMENT");
    g_autofree char *docs = g_path_get_dirname(document);
    g_autofree char *path = g_build_filename(docs, "../tests/vectors/text-op.json", NULL);
    json_error_t wrong;
    json_t *json = json_load_file(path, 0, &wrong);

    ck_assert_msg(json != NULL, "%s: %s", path, wrong.text);
    return json;
}

#define assert_same(a, b)                                                                                              \
    do {                                                                                                               \
        g_autofree char *left = json_dumps(a, JSON_COMPACT), *right = json_dumps(b, JSON_COMPACT);                     \
        ck_assert_msg(json_equal(a, b), "%s is not %s", left, right);                                                  \
    } while (0)

START_TEST(follows_the_vectors)
{
    g_autoptr(json_t) all = vectors();
    gsize i;
    json_t *vector;

    ck_assert_uint_ge(json_array_size(all), 200);
    json_array_foreach(all, i, vector) {
        const json_t *a = json_object_get(vector, "a"), *b = json_object_get(vector, "b"), *next = json_object_get(vector, "next");
        const char *text = field_string(vector, "text");
        g_autoptr(json_t) a2 = text_op_transform(a, b, field_boolean(vector, "first"));
        g_autoptr(json_t) b2 = text_op_transform(b, a, !field_boolean(vector, "first"));
        g_autoptr(json_t) both = text_op_compose(a, next);
        g_autofree char *after_a = text_op_apply(a, text);
        g_autofree char *merged = text_op_apply(b2, after_a);

        assert_same(a2, json_object_get(vector, "a2"));
        assert_same(b2, json_object_get(vector, "b2"));
        assert_same(both, json_object_get(vector, "both"));
        ck_assert_str_eq(merged, field_string(vector, "merged"));
    }
}
END_TEST

static char *
random_text(GRand *dice, int longest)
{
    static const char *const characters[] = { "a", "b", "中", "文", "😀", "é", "<" };
    GString *text = g_string_new(NULL);

    for (int n = g_rand_int_range(dice, 0, longest + 1); n > 0; n--)
        g_string_append(text, characters[g_rand_int_range(dice, 0, G_N_ELEMENTS(characters))]);
    return g_string_free(text, FALSE);
}

static json_t *
random_op(GRand *dice, const char *text)
{
    g_autoptr(json_t) raw = json_array();
    g_autoptr(json_t) nothing = json_array();
    int rest = (int) g_utf8_strlen(text, -1);

    while (rest > 0) {
        int count = g_rand_int_range(dice, 1, rest + 1);
        int kind = g_rand_int_range(dice, 0, 3);

        if (kind == 2) {
            g_autofree char *inserted = random_text(dice, 3);

            if (*inserted)
                json_array_append_new(raw, json_string(inserted));
            continue;
        }
        json_array_append_new(raw, json_integer(kind ? count : -count));
        rest -= count;
    }
    return text_op_compose(raw, nothing);
}

START_TEST(two_at_once_end_with_the_same_text)
{
    g_autoptr(GRand) dice = g_rand_new_with_seed(20260101);

    for (int i = 0; i < 20000; i++) {
        g_autofree char *text = random_text(dice, 9);
        g_autoptr(json_t) a = random_op(dice, text);
        g_autoptr(json_t) b = random_op(dice, text);
        gboolean first = g_rand_boolean(dice);
        g_autoptr(json_t) a2 = text_op_transform(a, b, first);
        g_autoptr(json_t) b2 = text_op_transform(b, a, !first);
        g_autofree char *after_a = text_op_apply(a, text), *after_b = text_op_apply(b, text);
        g_autofree char *one = text_op_apply(b2, after_a), *other = text_op_apply(a2, after_b);

        ck_assert_str_eq(one, other);

        g_autoptr(json_t) next = random_op(dice, after_a);
        g_autoptr(json_t) both = text_op_compose(a, next);
        g_autofree char *steps = text_op_apply(next, after_a), *leap = text_op_apply(both, text);

        ck_assert_str_eq(steps, leap);
        ck_assert(text_op_check(both, g_utf8_strlen(text, -1), 1000, NULL));
    }
}
END_TEST

START_TEST(refuses_what_is_no_edit)
{
    static const struct {
        const char *op;
        Problem problem;
    } bad[] = {
        { "{}", PROBLEM_FORM_VALUE },           { "[0]", PROBLEM_FORM_VALUE },
        { "[4]", PROBLEM_FORM_VALUE },          { "[-4]", PROBLEM_FORM_VALUE },
        { "[2,-2]", PROBLEM_FORM_VALUE },       { "[1.5]", PROBLEM_FORM_VALUE },
        { "[null]", PROBLEM_FORM_VALUE },       { "[[1]]", PROBLEM_FORM_VALUE },
        { "[\"12345678\"]", PROBLEM_FORM_TOO_LONG }, { "[9223372036854775807,9223372036854775807]", PROBLEM_FORM_VALUE },
        { "[-9223372036854775807]", PROBLEM_FORM_VALUE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) op = json_loads(bad[i].op, JSON_DECODE_ANY, NULL);

        ck_assert_msg(!text_op_check(op, 3, 10, &error), "%s", bad[i].op);
        ck_assert_int_eq(problem_of(error), bad[i].problem);
    }
}
END_TEST

SUITE_MAIN("text-op", follows_the_vectors, two_at_once_end_with_the_same_text, refuses_what_is_no_edit)
