#include "load-dtls.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "load-clock.h"

#define MTU           1200
#define RECORD_HEADER 13
#define KEY           16
/* A datagram that comes before the other side is ready is lost; its repetition must not be what is measured.
 */
#define RETRANSMIT_FIRST_US 50000
#define RETRANSMIT_LAST_US  800000

struct LoadDtlsIdentity {
    SSL_CTX *context;
    LoadSrtpProfile profile;
    char fingerprint[3 * 32];
};

struct LoadDtls {
    LoadDtlsIdentity *identity;
    SSL *ssl;
    BIO *incoming, *outgoing;
    gboolean client, done;
    LoadDtlsSend send;
    gpointer user;
};

static int
accept_any(int preverified, X509_STORE_CTX *store)
{
    return 1;
}

static X509 *
self_signed(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);

    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const guint8 *)"load", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_sign(certificate, key, EVP_sha256());
    return certificate;
}

LoadDtlsIdentity *
load_dtls_identity_new(LoadSrtpProfile profile)
{
    LoadDtlsIdentity *identity = g_new0(LoadDtlsIdentity, 1);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = self_signed(key);
    guint8 digest[32];
    char *at = identity->fingerprint;

    X509_digest(certificate, EVP_sha256(), digest, NULL);
    for (guint i = 0; i < sizeof digest; i++)
        at += g_snprintf(at, 4, i ? ":%02X" : "%02X", digest[i]);
    identity->profile = profile;
    identity->context = SSL_CTX_new(DTLS_method());
    SSL_CTX_use_certificate(identity->context, certificate);
    SSL_CTX_use_PrivateKey(identity->context, key);
    SSL_CTX_set_verify(identity->context, SSL_VERIFY_PEER, accept_any);
    SSL_CTX_set_options(identity->context, SSL_OP_NO_QUERY_MTU);
    SSL_CTX_set_tlsext_use_srtp(identity->context, profile == LOAD_SRTP_AEAD_AES_128_GCM
                                                       ? "SRTP_AEAD_AES_128_GCM"
                                                       : "SRTP_AES128_CM_SHA1_80");
    X509_free(certificate);
    EVP_PKEY_free(key);
    return identity;
}

void
load_dtls_identity_free(LoadDtlsIdentity *identity)
{
    if (!identity)
        return;
    SSL_CTX_free(identity->context);
    g_free(identity);
}

const char *
load_dtls_identity_fingerprint(const LoadDtlsIdentity *identity)
{
    return identity->fingerprint;
}

static unsigned int
retransmit_interval(SSL *ssl, unsigned int previous_us)
{
    return previous_us ? MIN(previous_us * 2, RETRANSMIT_LAST_US) : RETRANSMIT_FIRST_US;
}

LoadDtls *
load_dtls_new(LoadDtlsIdentity *identity, gboolean client, LoadDtlsSend send, gpointer user)
{
    LoadDtls *dtls = g_new0(LoadDtls, 1);

    dtls->identity = identity;
    dtls->client = client;
    dtls->send = send;
    dtls->user = user;
    dtls->ssl = SSL_new(identity->context);
    dtls->incoming = BIO_new(BIO_s_mem());
    dtls->outgoing = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(dtls->incoming, -1);
    BIO_set_mem_eof_return(dtls->outgoing, -1);
    SSL_set_bio(dtls->ssl, dtls->incoming, dtls->outgoing);
    SSL_set_mtu(dtls->ssl, MTU);
    DTLS_set_timer_cb(dtls->ssl, retransmit_interval);
    if (client)
        SSL_set_connect_state(dtls->ssl);
    else
        SSL_set_accept_state(dtls->ssl);
    return dtls;
}

void
load_dtls_free(LoadDtls *dtls)
{
    if (!dtls)
        return;
    SSL_free(dtls->ssl);
    g_free(dtls);
}

/* A memory BIO forgets where datagrams end; records tell it themselves, and one record a datagram is allowed.
 */
static void
flush(LoadDtls *dtls)
{
    guint8 bytes[16384];
    int length;

    while ((length = BIO_read(dtls->outgoing, bytes, sizeof bytes)) > 0)
        for (int at = 0; at + RECORD_HEADER <= length;) {
            int record = RECORD_HEADER + load_read16(bytes + at + 11);

            if (at + record > length)
                break;
            dtls->send(bytes + at, (gsize)record, dtls->user);
            at += record;
        }
}

void
load_dtls_start(LoadDtls *dtls)
{
    SSL_do_handshake(dtls->ssl);
    flush(dtls);
}

gboolean
load_dtls_receive(LoadDtls *dtls, const guint8 *datagram, gsize length, gboolean *ret_failed)
{
    guint8 discarded[2048];
    int result, why;

    BIO_write(dtls->incoming, datagram, (int)length);
    if (dtls->done) {
        SSL_read(dtls->ssl, discarded, sizeof discarded);
        flush(dtls);
        return FALSE;
    }
    result = SSL_do_handshake(dtls->ssl);
    why = SSL_get_error(dtls->ssl, result);
    flush(dtls);
    dtls->done = result == 1;
    *ret_failed = result != 1 && why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE;
    return dtls->done;
}

void
load_dtls_tick(LoadDtls *dtls)
{
    if (!dtls->done && DTLSv1_handle_timeout(dtls->ssl) > 0)
        flush(dtls);
}

static gsize
salt_length(LoadSrtpProfile profile)
{
    return profile == LOAD_SRTP_AEAD_AES_128_GCM ? 12 : 14;
}

gsize
load_srtp_key_length(LoadSrtpProfile profile)
{
    return KEY + salt_length(profile);
}

srtp_t
load_srtp_new(LoadSrtpProfile profile, gboolean outbound, const guint8 *key_and_salt)
{
    srtp_policy_t policy = {0};
    srtp_t srtp = NULL;

    if (profile == LOAD_SRTP_AEAD_AES_128_GCM) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
        srtp_crypto_policy_set_rtp_default(&policy.rtp);
        srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
    }
    policy.ssrc.type = outbound ? ssrc_any_outbound : ssrc_any_inbound;
    policy.key = (guint8 *)key_and_salt;
    policy.window_size = 1024;
    return srtp_create(&srtp, &policy) == srtp_err_status_ok ? srtp : NULL;
}

/* RFC 5764 section 4.2: client key, server key, client salt, server salt. */
gboolean
load_dtls_make_srtp(LoadDtls *dtls, srtp_t *ret_out, srtp_t *ret_in)
{
    static const char label[] = "EXTRACTOR-dtls_srtp";
    gsize salt = salt_length(dtls->identity->profile);
    guint8 material[2 * (KEY + 14)], client[KEY + 14], server[KEY + 14];

    if (!SSL_get_selected_srtp_profile(dtls->ssl) ||
        SSL_export_keying_material(dtls->ssl, material, 2 * (KEY + salt), label, strlen(label), NULL, 0, 0) !=
            1)
        return FALSE;
    memcpy(client, material, KEY);
    memcpy(server, material + KEY, KEY);
    memcpy(client + KEY, material + 2 * KEY, salt);
    memcpy(server + KEY, material + 2 * KEY + salt, salt);
    *ret_out = load_srtp_new(dtls->identity->profile, TRUE, dtls->client ? client : server);
    *ret_in = load_srtp_new(dtls->identity->profile, FALSE, dtls->client ? server : client);
    return *ret_out && *ret_in;
}
