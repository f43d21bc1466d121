#include "password.h"

#include <string.h>

#include "suite-main.h"

START_TEST(verifies_its_own_hashes_and_no_others)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *one = password_hash("云踏勘 correct horse", &error);
    g_autofree char *two = password_hash("云踏勘 correct horse", &error);

    ck_assert(one && two && !error);
    ck_assert(g_str_has_prefix(one, "$scrypt$ln=15,r=8,p=1$"));
    ck_assert_str_ne(one, two); /* the salt */
    ck_assert(password_verify("云踏勘 correct horse", one));
    ck_assert(password_verify("云踏勘 correct horse", two));
    ck_assert(!password_verify("云踏勘 correct horsf", one));
    ck_assert(!password_verify("", one));
}
END_TEST

/* RFC 7914, section 12: scrypt("password", "NaCl", N=1024, r=8, p=16) has p beyond our bound, so the third
 * vector; its first 32 bytes. */
START_TEST(agrees_with_rfc_7914)
{
    /* scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1) */
    static const guint8 expected[] = {0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48, 0x46, 0x1c, 0x06,
                                      0xcd, 0x81, 0xfd, 0x38, 0xeb, 0xfd, 0xa8, 0xfb, 0xba, 0x90, 0x4f,
                                      0x8e, 0x3e, 0xa9, 0xb5, 0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2};
    g_autofree char *salt = g_base64_encode((const guchar *)"SodiumChloride", 14);
    g_autofree char *hash = g_base64_encode(expected, sizeof expected);

    salt[strcspn(salt, "=")] = hash[strcspn(hash, "=")] = '\0';
    g_autofree char *stored = g_strdup_printf("$scrypt$ln=14,r=8,p=1$%s$%s", salt, hash);

    ck_assert(password_verify("pleaseletmein", stored));
    ck_assert(!password_verify("pleaseletmeout", stored));
}
END_TEST

START_TEST(refuses_stored_text_that_is_none)
{
    static const char *const wrong[] = {
        "",
        "x",
        "$",
        "$$$$",
        "$scrypt$",
        "$scrypt$ln=15,r=8,p=1$c2FsdHNhbHQ$",
        "$bcrypt$ln=15,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$scrypt$ln=21,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaGhhc2g", /* hours of work */
        "$scrypt$ln=0,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$scrypt$ln=20,r=16,p=4$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaGhhc2g", /* 2 GiB */
        "$scrypt$ln=15,r=8$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$scrypt$ln=-1,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$scrypt$ln=15,r=8,p=1$c2Fsd!$aGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$scrypt$ln=15,r=8,p=1$c2FsdHNhbHQ$aGFzaA", /* 4 bytes are no hash */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        ck_assert_msg(!password_verify("password", wrong[i]), "%s", wrong[i]);
    ck_assert(!password_verify("password", NULL));
}
END_TEST

START_TEST(bounds_passwords)
{
    g_autofree char *long_one = g_strnfill(PASSWORD_MAX_BYTES + 1, 'p');
    const char *const wrong[] = {"", long_one, "\xff\xfe"};

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        ck_assert_ptr_null(password_hash(wrong[i], &error));
        ck_assert_ptr_nonnull(error);
    }
}
END_TEST

SUITE_MAIN("password", verifies_its_own_hashes_and_no_others, agrees_with_rfc_7914,
           refuses_stored_text_that_is_none, bounds_passwords)
