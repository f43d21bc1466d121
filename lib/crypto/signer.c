#include "signer.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509v3.h>

#include "digest.h"
#include "key-engine.h"
#include "key-file.h"
#include "public-key.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIGNUM, BN_free)

/* A sealed recording is kept for the term of the case file; the certificate must not be "expired" when an auditor looks at it. */
#define CERTIFICATE_DAYS (30 * 365)
/* PKCS #8 of the keys we know is under 300 bytes. */
#define KEY_PEM_MAX 8192

struct Signer {
    EVP_PKEY *key;
    const char *algorithm;
    char digest[DIGEST_HEX_SIZE];
    char *certificate;
};

void
signer_free(Signer *signer)
{
    if (!signer)
        return;
    EVP_PKEY_free(signer->key);
    g_free(signer->certificate);
    g_free(signer);
}

EVP_PKEY *
signer_private_key(const Signer *signer)
{
    return signer->key;
}

static EVP_PKEY *
generate_key(const char *algorithm, GError **error)
{
    EVP_PKEY *key = NULL;

    if (g_str_equal(algorithm, "ed25519"))
        key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    else if (g_str_equal(algorithm, "ecdsa-p256"))
        key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    else if (g_str_equal(algorithm, "sm2"))
        key = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    else {
        g_set_error(error, SIGNER_ERROR, SIGNER_ERROR_ALGORITHM, "no signature algorithm is called \"%s\"", algorithm);
        return NULL;
    }
    if (!key)
        crypto_fail(error, SIGNER_ERROR_CRYPTO, "no key could be made");
    return key;
}

static char *
bio_take_text(BIO *bio)
{
    char *bytes = NULL;
    long length = BIO_get_mem_data(bio, &bytes);

    return g_strndup(bytes, (gsize) length);
}

static gboolean
add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (!extension)
        return FALSE;

    gboolean good = X509_add_ext(certificate, extension, -1) == 1;

    X509_EXTENSION_free(extension);
    return good;
}

static gboolean
fill_certificate(X509 *certificate, EVP_PKEY *key, const char *common_name)
{
    g_autoptr(BIGNUM) serial = BN_new();
    g_autoptr(EVP_MD_CTX) context = EVP_MD_CTX_new();
    X509_NAME *name = X509_get_subject_name(certificate);

    /* RFC 5280, section 4.1.2.2: at most 20 octets; 159 random bits stay positive. */
    return serial && BN_rand(serial, 159, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate)) && X509_set_version(certificate, X509_VERSION_3) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), 0) &&
           X509_time_adj_ex(X509_getm_notAfter(certificate), CERTIFICATE_DAYS, 0, NULL) &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *) common_name, -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
           add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate, NID_key_usage, "critical,digitalSignature,nonRepudiation") &&
           add_extension(certificate, NID_subject_key_identifier, "hash") &&
           context && key_begin(context, key, TRUE) && X509_sign_ctx(certificate, context) > 0;
}

static char *
make_certificate(EVP_PKEY *key, const char *common_name, GError **error)
{
    g_autoptr(X509) certificate = X509_new();
    g_autoptr(BIO) bio = BIO_new(BIO_s_mem());

    if (!certificate || !bio || !fill_certificate(certificate, key, common_name) || PEM_write_bio_X509(bio, certificate) != 1) {
        crypto_fail(error, SIGNER_ERROR_CRYPTO, "no certificate could be made");
        return NULL;
    }
    return bio_take_text(bio);
}

/** Takes the key over. */
static Signer *
signer_from_key(EVP_PKEY *key, GError **error)
{
    g_autoptr(Signer) signer = g_new0(Signer, 1);

    signer->key = key;
    signer->algorithm = key_algorithm_name(key);
    if (!signer->algorithm) {
        g_set_error_literal(error, SIGNER_ERROR, SIGNER_ERROR_ALGORITHM, "the key is neither Ed25519 nor ECDSA P-256 nor SM2");
        return NULL;
    }
    if (!key_digest(key, signer->digest, error))
        return NULL;
    return g_steal_pointer(&signer);
}

Signer *
signer_generate(const char *algorithm, const char *common_name, GError **error)
{
    EVP_PKEY *key = generate_key(algorithm, error);
    g_autoptr(Signer) signer = key ? signer_from_key(key, error) : NULL;

    if (!signer)
        return NULL;
    signer->certificate = make_certificate(key, common_name, error);
    return signer->certificate ? g_steal_pointer(&signer) : NULL;
}

static int
no_passphrase(char *buffer, int size, int writing, void *user)
{
    return -1; /* without this OpenSSL would ask on the terminal */
}

static EVP_PKEY *
load_key(const char *path, GError **error)
{
    g_autofree char *pem = NULL;
    gsize length = 0;
    struct stat status;

    if (stat(path, &status) == 0 && (status.st_mode & 077) != 0) {
        g_set_error(error, SIGNER_ERROR, SIGNER_ERROR_MODE, "%s: others may read this key (mode %o); it must be 0600", path,
                    status.st_mode & 07777);
        return NULL;
    }
    if (!key_file_read(path, KEY_PEM_MAX, &pem, &length, error))
        return NULL;

    g_autoptr(BIO) bio = BIO_new_mem_buf(pem, (int) length);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;

    if (!key) {
        crypto_fail(error, SIGNER_ERROR_FORMAT, "not a private key");
        g_prefix_error(error, "%s: ", path);
    }
    OPENSSL_cleanse(pem, length);
    return key;
}

static EVP_PKEY *
create_key(const char *path, const char *algorithm, GError **error)
{
    EVP_PKEY *key = generate_key(algorithm, error);
    g_autoptr(BIO) bio = BIO_new(BIO_s_mem());
    char *pem = NULL;
    gboolean good = FALSE;

    if (!key)
        return NULL;
    if (!bio || PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1) {
        crypto_fail(error, SIGNER_ERROR_CRYPTO, "the key cannot be encoded");
    } else {
        long length = BIO_get_mem_data(bio, &pem);

        good = key_file_create(path, pem, (gsize) length, 0600, error);
        OPENSSL_cleanse(pem, (gsize) length);
    }
    if (good)
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

static gboolean
signer_take_certificate(Signer *signer, const char *path, const char *common_name, GError **error)
{
    gsize length = 0;

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        signer->certificate = make_certificate(signer->key, common_name, error);
        return signer->certificate && key_file_create(path, signer->certificate, strlen(signer->certificate), 0644, error);
    }
    if (!key_file_read(path, PUBLIC_KEY_PEM_MAX, &signer->certificate, &length, error))
        return FALSE;

    g_autoptr(PublicKey) public = public_key_from_pem(signer->certificate, length, error);

    if (!public) {
        g_prefix_error(error, "%s: ", path);
        return FALSE;
    }
    if (!g_str_equal(public_key_digest(public), signer->digest)) {
        g_set_error(error, SIGNER_ERROR, SIGNER_ERROR_MISMATCH, "%s: this certificate belongs to another key", path);
        return FALSE;
    }
    return TRUE;
}

/* No window and no terminal: a PIN comes by the URI or the provider's configuration. */
static EVP_PKEY *
load_key_by_uri(const char *uri, GError **error)
{
    OSSL_STORE_CTX *store = OSSL_STORE_open(uri, UI_null(), NULL, NULL, NULL);
    EVP_PKEY *key = NULL;

    if (store)
        OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
    while (store && !key && !OSSL_STORE_eof(store)) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);

        if (info && OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
            key = OSSL_STORE_INFO_get1_PKEY(info);
        OSSL_STORE_INFO_free(info);
    }
    OSSL_STORE_close(store);
    if (!key)
        key = key_engine_load(uri);
    if (!key) {
        /* The URI may hold a PIN: it is not repeated. */
        crypto_fail(error, SIGNER_ERROR_IO, "no private key under the evidence key's URI");
        return NULL;
    }
    ERR_clear_error();
    return key;
}

Signer *
signer_load_uri(const char *uri, const char *cert_path, const char *common_name, GError **error)
{
    EVP_PKEY *key = load_key_by_uri(uri, error);
    g_autoptr(Signer) signer = key ? signer_from_key(key, error) : NULL;

    if (!signer || !signer_take_certificate(signer, cert_path, common_name, error))
        return NULL;
    return g_steal_pointer(&signer);
}

Signer *
signer_load_or_create(const char *key_path, const char *cert_path, const char *algorithm, const char *common_name, GError **error)
{
    gboolean there = g_file_test(key_path, G_FILE_TEST_EXISTS);

    /* A certificate alone means that the key was lost or moved: making another would quietly change the authority. */
    if (!there && g_file_test(cert_path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, SIGNER_ERROR, SIGNER_ERROR_MISMATCH, "%s is there, but its key %s is not", cert_path, key_path);
        return NULL;
    }

    EVP_PKEY *key = there ? load_key(key_path, error) : create_key(key_path, algorithm, error);
    g_autoptr(Signer) signer = key ? signer_from_key(key, error) : NULL;

    if (!signer || !signer_take_certificate(signer, cert_path, common_name, error))
        return NULL;
    return g_steal_pointer(&signer);
}

const char *
signer_algorithm(const Signer *signer)
{
    return signer->algorithm;
}

const char *
signer_hash(const Signer *signer)
{
    return g_str_equal(signer->algorithm, "sm2") ? "sm3" : "sha256";
}

const char *
signer_key_digest(const Signer *signer)
{
    return signer->digest;
}

const char *
signer_certificate_pem(const Signer *signer)
{
    return signer->certificate;
}

GBytes *
signer_sign(const Signer *signer, const void *data, gsize length, GError **error)
{
    g_autoptr(EVP_MD_CTX) context = EVP_MD_CTX_new();
    guint8 signature[SIGNATURE_LENGTH_MAX];
    gsize signature_length = sizeof signature;

    if (!context || !key_begin(context, signer->key, TRUE) ||
        EVP_DigestSign(context, signature, &signature_length, data, length) != 1) {
        crypto_fail(error, SIGNER_ERROR_CRYPTO, "signing failed");
        return NULL;
    }
    return g_bytes_new(signature, signature_length);
}
