#include "public-key.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "signer.h"

G_DEFINE_QUARK(signer-error-quark, signer_error)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_MD_CTX, EVP_MD_CTX_free)

struct PublicKey {
    EVP_PKEY *key;
    const char *algorithm;
    char digest[DIGEST_HEX_SIZE];
    char *subject;
};

gboolean
crypto_fail(GError **error, int code, const char *what)
{
    unsigned long reason = ERR_peek_last_error();
    char text[256] = "no reason given";

    if (reason)
        ERR_error_string_n(reason, text, sizeof text);
    ERR_clear_error();
    g_set_error(error, SIGNER_ERROR, code, "%s: %s", what, text);
    return FALSE;
}

const char *
key_algorithm_name(EVP_PKEY *key)
{
    char group[64] = "";
    gsize length = 0;

    if (EVP_PKEY_is_a(key, "ED25519"))
        return "ed25519";
    if (EVP_PKEY_is_a(key, "SM2"))
        return "sm2";
    if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
        g_str_equal(group, "prime256v1"))
        return "ecdsa-p256";
    return NULL;
}

gboolean
key_digest(EVP_PKEY *key, char ret_hex[DIGEST_HEX_SIZE], GError **error)
{
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(key, &der);

    if (length <= 0)
        return crypto_fail(error, SIGNER_ERROR_CRYPTO, "the public key cannot be encoded");
    digest_sha256_hex(der, (gsize) length, ret_hex);
    OPENSSL_free(der);
    return TRUE;
}

/* Ed25519 has a digest of its own. The identifier goes in with the first call: what is hashed begins with it. */
gboolean
key_begin(EVP_MD_CTX *context, EVP_PKEY *key, gboolean sign)
{
    const char *algorithm = key_algorithm_name(key);
    gboolean sm2 = g_strcmp0(algorithm, "sm2") == 0;
    const char *digest = sm2 ? "SM3" : g_strcmp0(algorithm, "ed25519") == 0 ? NULL : "SHA256";
    EVP_PKEY_CTX *inner = NULL; /* the context's own */
    gboolean begun = sign ? EVP_DigestSignInit_ex(context, &inner, digest, NULL, NULL, key, NULL) == 1
                          : EVP_DigestVerifyInit_ex(context, &inner, digest, NULL, NULL, key, NULL) == 1;

    /* After the start, not as a parameter of it: OpenSSL 3.0.19 refuses the identifier there, without a word. */
    return begun && (!sm2 || EVP_PKEY_CTX_set1_id(inner, SM2_SIGNER_ID, strlen(SM2_SIGNER_ID)) == 1);
}

static EVP_PKEY *
read_key(const char *pem, gsize length, char **ret_subject)
{
    g_autoptr(BIO) bio = BIO_new_mem_buf(pem, (int) length);
    g_autoptr(X509) certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

    if (certificate) {
        g_autoptr(BIO) text = BIO_new(BIO_s_mem());
        char *bytes = NULL;

        if (text && X509_NAME_print_ex(text, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
            long count = BIO_get_mem_data(text, &bytes);

            *ret_subject = g_utf8_make_valid(bytes, count);
        }
        return X509_get_pubkey(certificate);
    }
    ERR_clear_error();

    g_autoptr(BIO) again = BIO_new_mem_buf(pem, (int) length);

    return again ? PEM_read_bio_PUBKEY(again, NULL, NULL, NULL) : NULL;
}

PublicKey *
public_key_from_pem(const char *pem, gsize length, GError **error)
{
    if (length > PUBLIC_KEY_PEM_MAX) {
        g_set_error(error, SIGNER_ERROR, SIGNER_ERROR_FORMAT, "a certificate of more than %d bytes", PUBLIC_KEY_PEM_MAX);
        return NULL;
    }

    g_autoptr(PublicKey) key = g_new0(PublicKey, 1);

    key->key = read_key(pem, length, &key->subject);
    if (!key->key) {
        crypto_fail(error, SIGNER_ERROR_FORMAT, "neither a certificate nor a public key");
        return NULL;
    }
    key->algorithm = key_algorithm_name(key->key);
    if (!key->algorithm) {
        g_set_error_literal(error, SIGNER_ERROR, SIGNER_ERROR_ALGORITHM, "the key is neither Ed25519 nor ECDSA P-256 nor SM2");
        return NULL;
    }
    if (!key_digest(key->key, key->digest, error))
        return NULL;
    return g_steal_pointer(&key);
}

void
public_key_free(PublicKey *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->key);
    g_free(key->subject);
    g_free(key);
}

const char *
public_key_algorithm(const PublicKey *key)
{
    return key->algorithm;
}

const char *
public_key_hash(const PublicKey *key)
{
    return g_str_equal(key->algorithm, "sm2") ? "sm3" : "sha256";
}

const char *
public_key_digest(const PublicKey *key)
{
    return key->digest;
}

const char *
public_key_subject(const PublicKey *key)
{
    return key->subject ? key->subject : "";
}

gboolean
public_key_verify(const PublicKey *key, const void *data, gsize length, const void *signature, gsize signature_length)
{
    g_autoptr(EVP_MD_CTX) context = EVP_MD_CTX_new();
    gboolean good = context && key_begin(context, key->key, FALSE) &&
                    EVP_DigestVerify(context, signature, signature_length, data, length) == 1;

    /* A wrong signature leaves words in the thread's queue that would turn up in somebody else's error. */
    ERR_clear_error();
    return good;
}
