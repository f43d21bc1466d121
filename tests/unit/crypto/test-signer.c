/* Digests against FIPS 180-4's examples; keys and certificates on the disk and what may be wrong with them. */
#include "signer.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "certificate-chain.h"
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

/* GB/T 32905-2016, annex A. */
START_TEST(sm3_of_the_standard)
{
    char hex[DIGEST_HEX_SIZE];

    digest_hex("sm3", "abc", 3, hex);
    ck_assert_str_eq(hex, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    digest_hex("sm3", "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd", 64, hex);
    ck_assert_str_eq(hex, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
}
END_TEST

/* GB/T 32918.5-2017, annex A.2: "message digest", signed by the identifier of GM/T 0009. */
START_TEST(sm2_of_the_standard)
{
    static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
                              "MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAECfnfMR5UIaFQ3X0WHkvFxnIXn60YM/wHa7CP81bzUCDM6kkM4md1pS3G6nGMwapgCu0F+/Ne"
                              "CEpmMvYHLamtEw==\n"
                              "-----END PUBLIC KEY-----\n";
    guint8 signature[] = {
        0x30, 0x46, 0x02, 0x21, 0x00, 0xf5, 0xa0, 0x3b, 0x06, 0x48, 0xd2, 0xc4, 0x63, 0x0e, 0xea, 0xc5, 0x13, 0xe1,
        0xbb, 0x81, 0xa1, 0x59, 0x44, 0xda, 0x38, 0x27, 0xd5, 0xb7, 0x41, 0x43, 0xac, 0x7e, 0xac, 0xee, 0xe7, 0x20,
        0xb3, 0x02, 0x21, 0x00, 0xb1, 0xb6, 0xaa, 0x29, 0xdf, 0x21, 0x2f, 0xd8, 0x76, 0x31, 0x82, 0xbc, 0x0d, 0x42,
        0x1c, 0xa1, 0xbb, 0x90, 0x38, 0xfd, 0x1f, 0x7f, 0x42, 0xd4, 0x84, 0x0b, 0x69, 0xc4, 0x85, 0xbb, 0xc1, 0xaa,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(PublicKey) key = public_key_from_pem(pem, strlen(pem), &error);

    ck_assert_msg(key != NULL, "%s", error ? error->message : "");
    ck_assert_str_eq(public_key_algorithm(key), "sm2");
    ck_assert(public_key_verify(key, "message digest", 14, signature, sizeof signature));
    ck_assert(!public_key_verify(key, "message digesT", 14, signature, sizeof signature));
    signature[40] ^= 1;
    ck_assert(!public_key_verify(key, "message digest", 14, signature, sizeof signature));
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
    round_trip("sm2");
}
END_TEST

START_TEST(a_key_is_found_by_its_uri)
{
    static const char *const algorithms[] = { "ed25519", "ecdsa-p256", "sm2" };

    for (gsize i = 0; i < G_N_ELEMENTS(algorithms); i++) {
        Place place = place_new();
        g_autoptr(GError) error = NULL;
        g_autoptr(Signer) made = signer_load_or_create(place.key, place.cert, algorithms[i], "a", &error);
        g_autofree char *uri = g_strconcat("file:", place.key, NULL);
        g_autofree char *missing = g_strconcat(uri, ".missing", NULL);
        g_autoptr(Signer) found = signer_load_uri(uri, place.cert, "ignored", &error);

        ck_assert_msg(found != NULL, "%s: %s", algorithms[i], error ? error->message : "");
        ck_assert_str_eq(signer_algorithm(found), algorithms[i]);
        ck_assert_str_eq(signer_key_digest(found), signer_key_digest(made));
        ck_assert_str_eq(signer_certificate_pem(found), signer_certificate_pem(made));
        ck_assert_ptr_null(signer_load_uri(missing, place.cert, "a", &error));
        ck_assert(g_error_matches(error, SIGNER_ERROR, SIGNER_ERROR_IO));
        g_clear_error(&error);
        ck_assert_ptr_null(signer_load_uri("pkcs11:object=nothing?pin-value=1234", place.cert, "a", &error));
        ck_assert_ptr_null(strstr(error->message, "1234"));
        place_clear(&place);
    }
}
END_TEST

/* An authority, one below it, and the recorder's certificate, as an administration would make them. */
static const char make_chain[] =
    "set -e; cd \"$1\"; sign=; check=; [ $2 != sm2 ] || { sign='-sm3 -sigopt distid:1234567812345678'; check='-vfyopt distid:1234567812345678'; }\n"
    "for name in root other; do openssl req -x509 -newkey $3 -nodes -keyout $name.key -out $name.pem -subj /CN=$name -days 30 $sign; done\n"
    "below() { openssl req -new -key $1.key -out $1.csr -subj /CN=$1 $sign;\n"
    "  openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -out $1.pem -days 20 -extfile $3 $sign $check; }\n"
    "echo basicConstraints=critical,CA:TRUE > ca.ext; echo basicConstraints=CA:FALSE > leaf.ext\n"
    "openssl genpkey -algorithm $4 -out middle.key; below middle root ca.ext; below key middle leaf.ext\n"
    "cat key.pem middle.pem > cert.pem; rm -f *.csr *.srl *.ext root.key other.key middle.key\n";

static void
check_chain(const char *algorithm, const char *newkey, const char *genpkey)
{
    static const char *const made[] = { "root.pem", "other.pem", "middle.pem", "key.pem" };
    Place place = place_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(Signer) signer = signer_load_or_create(place.key, place.cert, algorithm, "a", &error);
    const char *argv[] = { "sh", "-c", make_chain, "sh", place.folder, algorithm, newkey, genpkey, NULL };
    g_autofree char *renamed = g_build_filename(place.folder, "key.key", NULL);
    g_autofree char *output = NULL;
    char *text[4];
    gint64 now;
    int status = -1;

    g_unlink(place.cert);
    ck_assert_int_eq(g_rename(place.key, renamed), 0);
    ck_assert(g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &output, &status, NULL));
    ck_assert_msg(status == 0, "%s", output);
    now = g_get_real_time() / G_USEC_PER_SEC; /* not before they were made */
    for (guint i = 0; i < G_N_ELEMENTS(made); i++) {
        g_autofree char *path = g_build_filename(place.folder, made[i], NULL);

        ck_assert(g_file_get_contents(path, &text[i], NULL, NULL));
        g_unlink(path);
    }
    ck_assert_int_eq(g_rename(renamed, place.key), 0);

    g_autoptr(Signer) chained = signer_load_or_create(place.key, place.cert, algorithm, "a", &error);

    ck_assert_msg(chained != NULL, "%s", error ? error->message : "");
    const char *chain = signer_certificate_pem(chained);

    ck_assert_uint_eq(certificate_chain_count(chain, strlen(chain)), 2);
    ck_assert(certificate_chain_verify(chain, strlen(chain), text[0], now));
    ck_assert(certificate_chain_verify(chain, strlen(chain), text[2], now)); /* the one below the root is trusted by itself */
    ck_assert(!certificate_chain_verify(chain, strlen(chain), text[1], now));
    ck_assert(!certificate_chain_verify(text[3], strlen(text[3]), text[0], now)); /* a link is missing */
    ck_assert(!certificate_chain_verify(chain, strlen(chain), text[0], now + 25 * 24 * 3600));
    ck_assert(!certificate_chain_verify(chain, strlen(chain), "no certificate", now));
    place_clear(&place);
    for (guint i = 0; i < G_N_ELEMENTS(text); i++)
        g_free(text[i]);
}

START_TEST(a_chain_leads_to_its_authority)
{
    check_chain("ecdsa-p256", "ec -pkeyopt ec_paramgen_curve:P-256", "EC -pkeyopt ec_paramgen_curve:P-256");
    check_chain("sm2", "sm2", "SM2");
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

SUITE_MAIN("signer", sha256_of_the_standard, sm3_of_the_standard, sm2_of_the_standard, a_key_is_found_by_its_uri,
           a_chain_leads_to_its_authority, keys_are_made_once_and_loaded_again, a_certificate_alone_or_of_another_key_is_refused,
           bad_files_give_errors)
