#include "token.h"

#include <string.h>

#include "suite-main.h"

#define NOW G_GINT64_CONSTANT(1800000000000000)

static void
assert_refused(GBytes *secret, const char *purpose, const char *token, gint64 now, TokenError code)
{
    g_autoptr(GError) error = NULL;

    ck_assert_ptr_null(token_open(secret, purpose, token, now, &error));
    ck_assert_msg(g_error_matches(error, TOKEN_ERROR, (gint)code), "%s: %s", token, error->message);
}

START_TEST(opens_what_it_signed)
{
    g_autoptr(GBytes) secret = token_secret_new();
    g_autofree char *token =
        token_sign(secret, "invitation", "018bcfe5-6800-7000-8000-000000000000", NOW + 1);
    g_autoptr(GError) error = NULL;
    g_autofree char *id = token_open(secret, "invitation", token, NOW, &error);

    ck_assert_str_eq(id, "018bcfe5-6800-7000-8000-000000000000");
    ck_assert_uint_lt(strlen(token), TOKEN_TEXT_MAX);
    ck_assert_uint_eq(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."),
                      strlen(token));

    g_autofree char *longest = g_strnfill(TOKEN_ID_MAX, 'i');
    g_autofree char *big = token_sign(secret, "invitation", longest, G_MAXINT64);
    g_autofree char *back = token_open(secret, "invitation", big, NOW, &error);
    ck_assert_str_eq(back, longest);
}
END_TEST

START_TEST(says_what_is_wrong)
{
    g_autoptr(GBytes) secret = token_secret_new();
    g_autoptr(GBytes) other = token_secret_new();
    g_autofree char *token = token_sign(secret, "resume", "p1", NOW + 1000);

    assert_refused(secret, "resume", token, NOW + 1000, TOKEN_ERROR_EXPIRED);
    assert_refused(secret, "stream", token, NOW, TOKEN_ERROR_PURPOSE);
    assert_refused(other, "resume", token, NOW, TOKEN_ERROR_SIGNATURE);
}
END_TEST

START_TEST(notices_every_altered_character)
{
    g_autoptr(GBytes) secret = token_secret_new();
    g_autofree char *token = token_sign(secret, "resume", "p1", NOW + 1000);

    for (gsize i = 0; i < strlen(token); i++)
        for (const char *with = "AQgw_9.= "; *with; with++) {
            g_autofree char *altered = g_strdup(token);
            g_autoptr(GError) error = NULL;

            if (altered[i] == *with)
                continue;
            altered[i] = *with;
            ck_assert_ptr_null(token_open(secret, "resume", altered, NOW, &error));
            ck_assert(error->code == TOKEN_ERROR_MALFORMED || error->code == TOKEN_ERROR_SIGNATURE);
        }
    for (gsize length = 0; length < strlen(token); length++) {
        g_autofree char *cut = g_strndup(token, length);

        assert_refused(secret, "resume", cut, NOW, TOKEN_ERROR_MALFORMED);
    }
}
END_TEST

START_TEST(refuses_what_is_no_token)
{
    g_autoptr(GBytes) secret = token_secret_new();
    g_autofree char *endless = g_strnfill(100000, 'A');
    const char *const wrong[] = {
        "", ".", "a", "a.", ".a", "a.b", "a.b.c", "...", "\xe4\xba\x91.\xe4\xba\x91", endless};

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_refused(secret, "resume", wrong[i], NOW, TOKEN_ERROR_MALFORMED);
}
END_TEST

SUITE_MAIN("token", opens_what_it_signed, says_what_is_wrong, notices_every_altered_character,
           refuses_what_is_no_token)
