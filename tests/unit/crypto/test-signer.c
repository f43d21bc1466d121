/* Digests against FIPS 180-4's examples; keys and certificates on the disk and what may be wrong with them. */
#include "signer.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "digest.h"
#include "suite-main.h"

typedef struct {
    char *folder, *key, *cert;
} Place;

static Place
place_new(void)
{
    Place place = { .folder = g_dir_make_tmp("yuntakan-signer-XXXXXX", NULL) };

    place.key = g_build_filename(place.folder, "key.pem", NULL);
    place.cert = g_build_filename(place.folder, "cert.pem", NULL);
    return place;
}

static void
place_clear(Place *place)
{
    g_unlink(place->key);
    g_unlink(place->cert);
    ck_assert_int_eq(g_rmdir(place->folder), 0); /* no temporary file has been left */
    g_free(place->folder);
    g_free(place->key);
    g_free(place->cert);
}

START_TEST(sha256_of_the_standard)
{
    char hex[DIGEST_HEX_SIZE];
    g_autoptr(Digest) digest = digest_new("sha256");

    digest_sha256_hex("abc", 3, hex);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_finish(digest, hex);
    ck_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (int i = 0; i < 1000000; i++)
        digest_update(digest, "a", 1);
    digest_finish(digest, hex);
    ck_assert_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    ck_assert_ptr_null(digest_new("md5"));
}
END_TEST

static void
round_trip(const char *algorithm)
{
    Place place = place_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(Signer) made = signer_load_or_create(place.key, place.cert, algorithm, "云踏勘 evidence", &error);
    g_autoptr(Signer) loaded = signer_load_or_create(place.key, place.cert, "ed25519", "ignored", &error);
    struct stat status;

    ck_assert_msg(made && loaded, "%s", error ? error->message : "");
    ck_assert_int_eq(stat(place.key, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    ck_assert_str_eq(signer_algorithm(loaded), algorithm);
    ck_assert_str_eq(signer_key_digest(loaded), signer_key_digest(made));
    ck_assert_str_eq(signer_certificate_pem(loaded), signer_certificate_pem(made));

    const char *pem = signer_certificate_pem(made);
    g_autoptr(PublicKey) key = public_key_from_pem(pem, strlen(pem), &error);
    g_autoptr(GBytes) signature = signer_sign(loaded, "text", 4, &error);
    gsize length;
    const guint8 *bytes = g_bytes_get_data(signature, &length);
    g_autofree guint8 *wrong = g_memdup2(bytes, length);

    ck_assert_str_eq(public_key_digest(key), signer_key_digest(made));
    ck_assert_str_eq(public_key_subject(key), "CN=云踏勘 evidence");
    ck_assert(public_key_verify(key, "text", 4, bytes, length));
    ck_assert(!public_key_verify(key, "texT", 4, bytes, length));
    ck_assert(!public_key_verify(key, "text", 4, bytes, length - 1));
    ck_assert(!public_key_verify(key, "text", 4, bytes, 0));
    wrong[length - 2] ^= 1;
    ck_assert(!public_key_verify(key, "text", 4, wrong, length));
    place_clear(&place);
}

START_TEST(keys_are_made_once_and_loaded_again)
{
    round_trip("ed25519");
    round_trip("ecdsa-p256");
}
END_TEST

START_TEST(a_certificate_alone_or_of_another_key_is_refused)
{
    Place place = place_new(), other = place_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(Signer) first = signer_load_or_create(place.key, place.cert, "ed25519", "a", NULL);
    g_autoptr(Signer) second = signer_load_or_create(other.key, other.cert, "ed25519", "b", NULL);

    ck_assert_ptr_null(signer_load_or_create(place.key, other.cert, "ed25519", "a", &error));
    ck_assert(g_error_matches(error, SIGNER_ERROR, SIGNER_ERROR_MISMATCH));
    g_clear_error(&error);

    g_unlink(place.key);
    ck_assert_ptr_null(signer_load_or_create(place.key, place.cert, "ed25519", "a", &error));
    ck_assert(g_error_matches(error, SIGNER_ERROR, SIGNER_ERROR_MISMATCH));
    ck_assert(!g_file_test(place.key, G_FILE_TEST_EXISTS));
    g_clear_error(&error);

    /* a lost certificate is made again for the same key */
    g_unlink(other.cert);
    g_autoptr(Signer) again = signer_load_or_create(other.key, other.cert, "ed25519", "b", &error);
    ck_assert_str_eq(signer_key_digest(again), signer_key_digest(second));
    place_clear(&place);
    place_clear(&other);
}
END_TEST

START_TEST(bad_files_give_errors)
{
    Place place = place_new();
    g_autoptr(GError) error = NULL;

    ck_assert_ptr_null(signer_load_or_create(place.key, place.cert, "rsa-512", "a", &error));
    ck_assert(g_error_matches(error, SIGNER_ERROR, SIGNER_ERROR_ALGORITHM));
    g_clear_error(&error);

    ck_assert(g_file_set_contents(place.key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", -1, NULL));
    ck_assert_int_eq(g_chmod(place.key, 0644), 0);
    ck_assert_ptr_null(signer_load_or_create(place.key, place.cert, "ed25519", "a", &error));
    ck_assert(g_error_matches(error, SIGNER_ERROR, SIGNER_ERROR_MODE));
    g_clear_error(&error);
    ck_assert_int_eq(g_chmod(place.key, 0600), 0);
    ck_assert_ptr_null(signer_load_or_create(place.key, place.cert, "ed25519", "a", &error));
    ck_assert(g_error_matches(error, SIGNER_ERROR, SIGNER_ERROR_FORMAT));
    g_clear_error(&error);

    ck_assert_ptr_null(signer_load_or_create("/nonexistent/key", "/nonexistent/cert", "ed25519", "a", &error));
    ck_assert(g_error_matches(error, SIGNER_ERROR, SIGNER_ERROR_IO));
    g_clear_error(&error);
    ck_assert_ptr_null(public_key_from_pem("hello", 5, &error));
    ck_assert(g_error_matches(error, SIGNER_ERROR, SIGNER_ERROR_FORMAT));
    place_clear(&place);
}
END_TEST

SUITE_MAIN("signer", sha256_of_the_standard, keys_are_made_once_and_loaded_again, a_certificate_alone_or_of_another_key_is_refused,
           bad_files_give_errors)
