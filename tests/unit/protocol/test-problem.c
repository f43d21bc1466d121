#include "problem.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"

#include "suite-main.h"

START_TEST(every_code_is_unique_and_complete)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (Problem problem = 0; problem < PROBLEM_COUNT; problem++) {
        const ProblemEntry *entry = problem_entry(problem);

        ck_assert_msg(g_hash_table_add(seen, (gpointer) entry->code), "%s twice", entry->code);
        ck_assert(strchr(entry->code, '/'));
        ck_assert_int_ge(entry->status, 400);
        ck_assert_int_lt(entry->status, 600);
        ck_assert((guchar) entry->zh[0] >= 0x80 && g_utf8_validate(entry->zh, -1, NULL));
        ck_assert(g_ascii_isupper(entry->en[0]));
    }
}
END_TEST

START_TEST(speaks_both_forms)
{
    g_autoptr(GError) error = NULL;

    ck_assert(!problem_set(&error, PROBLEM_FIELD_INVALID, "%s: missing", "sdp"));
    g_autoptr(json_t) http = problem_to_http(error);
    g_autoptr(json_t) message = problem_to_message(error, "7");

    ck_assert_str_eq(field_string(http, "code"), "field/invalid");
    ck_assert_int_eq(field_integer(http, "status"), 400);
    ck_assert_str_eq(field_string(http, "detail"), "sdp: missing");
    ck_assert_str_eq(field_string(message, "re"), "7");
    ck_assert_str_eq(field_string(message, "code"), "field/invalid");
    ck_assert(field_string(json_object_get(message, "message"), "zh"));
}
END_TEST

START_TEST(keeps_foreign_errors_inside)
{
    g_autoptr(GError) error = g_error_new(G_FILE_ERROR, G_FILE_ERROR_ACCES, "/srv/secret.key: permission denied");
    g_autoptr(json_t) http = problem_to_http(error);
    g_autofree char *text = bounded_json_dump(http);

    ck_assert_str_eq(field_string(http, "code"), "server/internal");
    ck_assert(!strstr(text, "secret"));
}
END_TEST

SUITE_MAIN("problem", every_code_is_unique_and_complete, speaks_both_forms, keeps_foreign_errors_inside)
