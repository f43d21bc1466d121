#include "dtls-identity-private.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "datagram-bio.h"
#include "dtls-endpoint.h"

G_DEFINE_QUARK(dtls-error, dtls_error)

/* RFC 8827 section 6.5 asks for TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256; the others are for peers whose AES is slow or that insist on CBC.
 * All have forward secrecy. */
#define CIPHERS                                                                                                         \
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA256:" \
    "ECDHE-ECDSA-AES128-SHA"
/* In our order of preference: GCM costs half of what AES-CM with HMAC-SHA1 costs. */
#define SRTP_PROFILES "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"
#define VALID_DAYS 30

struct DtlsIdentity {
    guint references;
    SSL_CTX *context;
    BIO_METHOD *bio_method;
    char fingerprint[DTLS_FINGERPRINT_TEXT_LENGTH];
};

static X509 *
self_signed(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    guint64 serial = 0;

    if (!certificate)
        return NULL;
    RAND_bytes((guint8 *) &serial, sizeof serial);

    X509_NAME *name = X509_get_subject_name(certificate);
    /* A day early: phones' clocks are wrong, and WebRTC peers look at the fingerprint alone anyway. */
    gboolean made = X509_set_version(certificate, X509_VERSION_3) &&
                    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) &&
                    X509_gmtime_adj(X509_getm_notBefore(certificate), -24 * 3600) &&
                    X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_DAYS * 24 * 3600L) &&
                    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const guint8 *) "WebRTC", -1, -1, 0) &&
                    X509_set_issuer_name(certificate, name) && X509_set_pubkey(certificate, key) &&
                    X509_sign(certificate, key, EVP_sha256()) > 0;

    if (made)
        return certificate;
    X509_free(certificate);
    return NULL;
}

static gboolean
set_fingerprint(DtlsIdentity *identity, X509 *certificate)
{
    guint8 digest[DTLS_FINGERPRINT_LENGTH];

    if (!X509_digest(certificate, EVP_sha256(), digest, NULL))
        return FALSE;
    for (gsize i = 0; i < sizeof digest; i++)
        g_snprintf(identity->fingerprint + 3 * i, 4, "%02X%s", digest[i], i + 1 < sizeof digest ? ":" : "");
    return TRUE;
}

static gboolean
configure(SSL_CTX *context, EVP_PKEY *key, X509 *certificate)
{
    SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    /* Records never exceed the MTU, so a send buffer for 16 KiB would be waste. */
    SSL_CTX_set_max_send_fragment(context, DTLS_MTU);
    /* A peer's certificate with its chain: bounded below OpenSSL's 100 KiB. */
    SSL_CTX_set_max_cert_list(context, 16384);
    return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) && SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) &&
           SSL_CTX_set_cipher_list(context, CIPHERS) && SSL_CTX_set1_groups_list(context, "X25519:P-256") &&
           SSL_CTX_use_certificate(context, certificate) && SSL_CTX_use_PrivateKey(context, key) &&
           /* This function, unlike its neighbours, returns 0 for success. */
           SSL_CTX_set_tlsext_use_srtp(context, SRTP_PROFILES) == 0;
}

DtlsIdentity *
dtls_identity_new(GError **error)
{
    DtlsIdentity *identity = g_new0(DtlsIdentity, 1);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = key ? self_signed(key) : NULL;

    identity->references = 1;
    identity->context = SSL_CTX_new(DTLS_server_method());
    identity->bio_method = datagram_bio_method_new();

    gboolean made = certificate && identity->context && identity->bio_method && configure(identity->context, key, certificate) && set_fingerprint(identity, certificate);

    X509_free(certificate);
    EVP_PKEY_free(key);
    if (made)
        return identity;

    char reason[256];

    ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
    ERR_clear_error();
    g_set_error(error, DTLS_ERROR, DTLS_ERROR_LIBRARY, "no DTLS identity: %s", reason);
    dtls_identity_unref(identity);
    return NULL;
}

DtlsIdentity *
dtls_identity_ref(DtlsIdentity *identity)
{
    identity->references++;
    return identity;
}

void
dtls_identity_unref(DtlsIdentity *identity)
{
    if (!identity || --identity->references)
        return;
    SSL_CTX_free(identity->context);
    BIO_meth_free(identity->bio_method);
    g_free(identity);
}

const char *
dtls_identity_fingerprint(const DtlsIdentity *identity)
{
    return identity->fingerprint;
}

SSL_CTX *
dtls_identity_context(DtlsIdentity *identity)
{
    return identity->context;
}

BIO_METHOD *
dtls_identity_bio_method(DtlsIdentity *identity)
{
    return identity->bio_method;
}
