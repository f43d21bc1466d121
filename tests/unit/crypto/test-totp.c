/* RFC 6238, appendix B (SHA-1, the last six of its eight digits), and what must not be let in. */
#include "totp.h"

#include <string.h>

#include "suite-main.h"

/* "12345678901234567890". */
#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

START_TEST(gives_the_codes_of_the_rfc)
{
    static const struct {
        gint64 seconds;
        const char *code;
    } vectors[] = { { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" }, { 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" } };

    for (gsize i = 0; i < G_N_ELEMENTS(vectors); i++) {
        g_autofree char *code = totp_code(SECRET, vectors[i].seconds / TOTP_STEP_S);

        ck_assert_str_eq(code, vectors[i].code);
        ck_assert_int_eq(totp_check(SECRET, code, vectors[i].seconds, 0), vectors[i].seconds / TOTP_STEP_S);
    }
}
END_TEST

START_TEST(a_code_lets_in_once_and_only_near_its_time)
{
    g_autofree char *code = totp_code(SECRET, 1000);
    gint64 at = 1000 * TOTP_STEP_S;

    ck_assert_int_eq(totp_check(SECRET, code, at + TOTP_STEP_S, 0), 1000);
    ck_assert_int_eq(totp_check(SECRET, code, at - TOTP_STEP_S, 0), 1000);
    ck_assert_int_eq(totp_check(SECRET, code, at + 2 * TOTP_STEP_S, 0), 0);
    ck_assert_int_eq(totp_check(SECRET, code, at, 1000), 0);
    ck_assert_int_eq(totp_check(SECRET, "", at, 0), 0);
    ck_assert_int_eq(totp_check(SECRET, "0000000", at, 0), 0);
}
END_TEST

START_TEST(a_new_secret_is_160_random_bits)
{
    g_autofree char *one = totp_secret_new(), *other = totp_secret_new();
    g_autofree char *code = totp_code(one, 1);

    ck_assert_int_eq(strlen(one), 32);
    ck_assert_str_ne(one, other);
    ck_assert_int_eq(strlen(code), 6);
    ck_assert_ptr_null(totp_code("not base32!", 1));
}
END_TEST

SUITE_MAIN("totp", gives_the_codes_of_the_rfc, a_code_lets_in_once_and_only_near_its_time, a_new_secret_is_160_random_bits)
