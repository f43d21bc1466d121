#include "timestamp.h"

#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ts.h>

#include "digest.h"
#include "public-key.h"
#include "signer.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TS_MSG_IMPRINT, TS_MSG_IMPRINT_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TS_RESP, TS_RESP_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TS_TST_INFO, TS_TST_INFO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TS_VERIFY_CTX, TS_VERIFY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PKCS7, PKCS7_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_ALGOR, X509_ALGOR_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ASN1_INTEGER, ASN1_INTEGER_free)

struct TimestampQuery {
    TS_REQ *request;
};

static int
hash_nid(const char *hash)
{
    return g_str_equal(hash, "sm3") ? NID_sm3 : NID_sha256;
}

static gboolean
set_imprint(TS_REQ *request, const char *hash, const unsigned char *digest, gsize length)
{
    g_autoptr(TS_MSG_IMPRINT) imprint = TS_MSG_IMPRINT_new();
    g_autoptr(X509_ALGOR) algorithm = X509_ALGOR_new();

    return imprint && algorithm && X509_ALGOR_set0(algorithm, OBJ_nid2obj(hash_nid(hash)), V_ASN1_NULL, NULL) == 1 &&
           TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
           TS_MSG_IMPRINT_set_msg(imprint, (unsigned char *) digest, (int) length) == 1 && TS_REQ_set_msg_imprint(request, imprint) == 1;
}

static gboolean
set_nonce(TS_REQ *request)
{
    g_autoptr(ASN1_INTEGER) nonce = ASN1_INTEGER_new();
    guint64 value;

    return nonce && RAND_bytes((unsigned char *) &value, sizeof value) == 1 && ASN1_INTEGER_set_uint64(nonce, value) == 1 &&
           TS_REQ_set_nonce(request, nonce) == 1;
}

TimestampQuery *
timestamp_query_new(const char *hash, const char *digest, GError **error)
{
    g_autoptr(TimestampQuery) query = g_new0(TimestampQuery, 1);
    long length = 0;
    unsigned char *bytes = OPENSSL_hexstr2buf(digest, &length);
    gboolean good = FALSE;

    query->request = TS_REQ_new();
    good = bytes && query->request && TS_REQ_set_version(query->request, 1) == 1 &&
           set_imprint(query->request, hash, bytes, (gsize) length) && set_nonce(query->request) &&
           TS_REQ_set_cert_req(query->request, 1) == 1;
    OPENSSL_free(bytes);
    if (!good) {
        crypto_fail(error, SIGNER_ERROR_CRYPTO, "no time-stamp query could be made");
        return NULL;
    }
    return g_steal_pointer(&query);
}

void
timestamp_query_free(TimestampQuery *query)
{
    if (!query)
        return;
    TS_REQ_free(query->request);
    g_free(query);
}

GBytes *
timestamp_query_bytes(const TimestampQuery *query)
{
    unsigned char *der = NULL;
    int length = i2d_TS_REQ(query->request, &der);
    GBytes *bytes = g_bytes_new(der, (gsize) MAX(length, 0));

    OPENSSL_free(der);
    return bytes;
}

GBytes *
timestamp_query_take(const TimestampQuery *query, const void *response, gsize length, GError **error)
{
    const unsigned char *at = response;
    g_autoptr(TS_RESP) answer = length <= 2 * TIMESTAMP_TOKEN_MAX ? d2i_TS_RESP(NULL, &at, (long) length) : NULL;
    /* Checks version, digest and nonce of the answer against the query; no signature, since nobody gave us an authority. */
    g_autoptr(TS_VERIFY_CTX) context = answer ? TS_REQ_to_TS_VERIFY_CTX(query->request, NULL) : NULL;
    unsigned char *der = NULL;
    int size;

    if (!context || TS_RESP_verify_response(context, answer) != 1) {
        crypto_fail(error, SIGNER_ERROR_FORMAT, "not the time-stamp that was asked for");
        return NULL;
    }
    size = i2d_PKCS7(TS_RESP_get_token(answer), &der);
    if (size <= 0 || size > TIMESTAMP_TOKEN_MAX) {
        OPENSSL_free(der);
        crypto_fail(error, SIGNER_ERROR_FORMAT, "a time-stamp too long for a ledger line");
        return NULL;
    }

    GBytes *token = g_bytes_new(der, (gsize) size);

    OPENSSL_free(der);
    return token;
}

static gboolean
time_of(const TS_TST_INFO *info, gint64 *ret_seconds)
{
    struct tm tm;

    if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &tm) != 1)
        return FALSE;
    *ret_seconds = (gint64) timegm(&tm);
    return TRUE;
}

static gboolean
stamps(TS_TST_INFO *info, const char *hash, const char *digest)
{
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
    const ASN1_OCTET_STRING *message = TS_MSG_IMPRINT_get_msg(imprint);
    const ASN1_OBJECT *algorithm = NULL;
    long length = 0;
    unsigned char *wanted = OPENSSL_hexstr2buf(digest, &length);
    gboolean same;

    X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
    same = wanted && OBJ_obj2nid(algorithm) == hash_nid(hash) && ASN1_STRING_length(message) == length &&
           memcmp(ASN1_STRING_get0_data(message), wanted, (gsize) length) == 0;
    OPENSSL_free(wanted);
    return same;
}

static gboolean
signature_is_good(PKCS7 *token, const char *authorities, gint64 at)
{
    g_autoptr(TS_VERIFY_CTX) context = TS_VERIFY_CTX_new();
    X509_STORE *store = crypto_store(authorities, at);

    if (!context || !store) {
        X509_STORE_free(store);
        return FALSE;
    }
    TS_VERIFY_CTX_set_flags(context, TS_VFY_VERSION | TS_VFY_SIGNATURE);
    TS_VERIFY_CTX_set_store(context, store); /* its owner from here on */
    return TS_RESP_verify_token(context, token) == 1;
}

gboolean
timestamp_verify(const void *bytes, gsize length, const char *hash, const char *digest, const char *authorities, gboolean *ret_stamps,
                 gint64 *ret_at)
{
    const unsigned char *at = bytes;
    g_autoptr(PKCS7) token = length <= TIMESTAMP_TOKEN_MAX ? d2i_PKCS7(NULL, &at, (long) length) : NULL;
    g_autoptr(TS_TST_INFO) info = token && at == (const unsigned char *) bytes + length ? PKCS7_to_TS_TST_INFO(token) : NULL;
    gint64 seconds = 0;
    gboolean good;

    *ret_stamps = info && stamps(info, hash, digest) && time_of(info, &seconds);
    if (*ret_stamps)
        *ret_at = seconds * G_USEC_PER_SEC;
    good = *ret_stamps && (!authorities || signature_is_good(token, authorities, seconds));
    ERR_clear_error();
    return good;
}
