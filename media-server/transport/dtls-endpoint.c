#include "dtls-endpoint.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/time.h>

#include "datagram-bio.h"
#include "dtls-alerts.h"
#include "dtls-identity-private.h"

/* RFC 6347 section 4.2.4.1 proposes 1 s but lets applications with tighter needs go lower: a call's start waits for this. */
#define RETRANSMIT_FIRST_US 200000
#define RETRANSMIT_LAST_US  3000000

struct DtlsEndpoint {
    DtlsIdentity *identity;
    SSL *ssl;          /* NULL once released */
    DtlsAlerts alerts; /* then */
    guint8 fingerprint[DTLS_FINGERPRINT_LENGTH];
    DatagramBio datagrams;
    DtlsState state;
    DtlsFailure failure;
    gint64 next_timeout_us;
};

static unsigned int
retransmit_interval(SSL *ssl, unsigned int previous_us)
{
    return previous_us ? MIN(previous_us * 2, RETRANSMIT_LAST_US) : RETRANSMIT_FIRST_US;
}

/* In place of chain building: the SDP told the digest of the one certificate that may be used (RFC 8122 section 6.2). */
static int
verify_fingerprint(X509_STORE_CTX *store, void *unused)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    DtlsEndpoint *endpoint = SSL_get_app_data(ssl);
    X509 *certificate = X509_STORE_CTX_get0_cert(store);
    guint8 digest[DTLS_FINGERPRINT_LENGTH];

    if (certificate && X509_digest(certificate, EVP_sha256(), digest, NULL) &&
        !CRYPTO_memcmp(digest, endpoint->fingerprint, sizeof digest))
        return 1;
    endpoint->failure = DTLS_FAILURE_FINGERPRINT;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
}

static gboolean
ssl_init(DtlsEndpoint *endpoint)
{
    BIO *bio = datagram_bio_new(dtls_identity_bio_method(endpoint->identity), &endpoint->datagrams);

    endpoint->ssl = bio ? SSL_new(dtls_identity_context(endpoint->identity)) : NULL;
    if (!endpoint->ssl) {
        BIO_free(bio);
        return FALSE;
    }
    SSL_set_bio(endpoint->ssl, bio, bio); /* takes the one reference, being the same twice */
    SSL_set_app_data(endpoint->ssl, endpoint);
    SSL_set_verify(endpoint->ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_set_mtu(endpoint->ssl, DTLS_MTU);
    DTLS_set_timer_cb(endpoint->ssl, retransmit_interval);
    SSL_set_accept_state(endpoint->ssl);
    return TRUE;
}

DtlsEndpoint *
dtls_endpoint_new(DtlsIdentity *identity, const guint8 *fingerprint, DtlsSendFunc send, gpointer user, GError **error)
{
    g_autoptr(DtlsEndpoint) endpoint = g_new0(DtlsEndpoint, 1);

    endpoint->identity = dtls_identity_ref(identity);
    memcpy(endpoint->fingerprint, fingerprint, DTLS_FINGERPRINT_LENGTH);
    endpoint->datagrams = (DatagramBio){ .mtu = DTLS_MTU, .send = send, .user = user };
    endpoint->state = DTLS_HANDSHAKING;
    endpoint->next_timeout_us = G_MAXINT64;
    SSL_CTX_set_cert_verify_callback(dtls_identity_context(identity), verify_fingerprint, NULL);
    if (!ssl_init(endpoint)) {
        ERR_clear_error();
        g_set_error_literal(error, DTLS_ERROR, DTLS_ERROR_LIBRARY, "no DTLS endpoint: OpenSSL is out of memory");
        return NULL;
    }
    return g_steal_pointer(&endpoint);
}

void
dtls_endpoint_free(DtlsEndpoint *endpoint)
{
    if (!endpoint)
        return;
    SSL_free(endpoint->ssl);
    dtls_alerts_clear(&endpoint->alerts);
    dtls_identity_unref(endpoint->identity);
    g_free(endpoint);
}

static void
fail(DtlsEndpoint *endpoint, DtlsFailure failure)
{
    endpoint->state = DTLS_FAILED;
    if (endpoint->failure == DTLS_FAILURE_NONE)
        endpoint->failure = failure;
}

static void
handshake(DtlsEndpoint *endpoint)
{
    int result = SSL_do_handshake(endpoint->ssl);

    if (result == 1) {
        if (SSL_get_selected_srtp_profile(endpoint->ssl)) {
            endpoint->state = DTLS_ESTABLISHED;
        } else {
            SSL_shutdown(endpoint->ssl);
            fail(endpoint, DTLS_FAILURE_NO_SRTP_PROFILE);
        }
    } else if (SSL_get_error(endpoint->ssl, result) != SSL_ERROR_WANT_READ) {
        fail(endpoint, DTLS_FAILURE_PROTOCOL);
    }
}

/* After the handshake: alerts, repeated flights of the handshake, and application data, for which we have no use. */
static void
drain(DtlsEndpoint *endpoint)
{
    guint8 discarded[DTLS_MTU];
    int result;

    while ((result = SSL_read(endpoint->ssl, discarded, sizeof discarded)) > 0)
        ;
    if (SSL_get_shutdown(endpoint->ssl) & SSL_RECEIVED_SHUTDOWN) {
        endpoint->state = DTLS_CLOSED_BY_PEER;
        SSL_shutdown(endpoint->ssl); /* answers with our own close_notify */
    } else if (SSL_get_error(endpoint->ssl, result) != SSL_ERROR_WANT_READ) {
        fail(endpoint, DTLS_FAILURE_PROTOCOL);
    }
}

/* A connection lives for an hour on what took a second: give the record buffers (33 KiB) back until the next datagram. */
static void
rest(DtlsEndpoint *endpoint)
{
    if (endpoint->state == DTLS_ESTABLISHED)
        SSL_free_buffers(endpoint->ssl);
}

static void
update_timeout(DtlsEndpoint *endpoint, gint64 now_us)
{
    struct timeval left;

    if (endpoint->state == DTLS_HANDSHAKING && DTLSv1_get_timeout(endpoint->ssl, &left) == 1)
        /* A millisecond of grace: OpenSSL's clock is another one, and asked too early it does nothing. */
        endpoint->next_timeout_us = now_us + left.tv_sec * G_USEC_PER_SEC + left.tv_usec + 1000;
    else
        endpoint->next_timeout_us = G_MAXINT64;
}

static void
send_close_notify(DtlsEndpoint *endpoint)
{
    guint8 record[DTLS_ALERTS_RECORD_LENGTH];

    if (!endpoint->ssl && dtls_alerts_close_notify(&endpoint->alerts, record))
        endpoint->datagrams.send(endpoint->datagrams.user, record, sizeof record);
    else if (endpoint->ssl && SSL_alloc_buffers(endpoint->ssl))
        SSL_shutdown(endpoint->ssl);
}

void
dtls_endpoint_release(DtlsEndpoint *endpoint)
{
    if (!endpoint->ssl || endpoint->state != DTLS_ESTABLISHED)
        return;
    ERR_clear_error();
    if (dtls_alerts_init(&endpoint->alerts, endpoint->ssl)) {
        SSL_set_quiet_shutdown(endpoint->ssl, 1);
        g_clear_pointer(&endpoint->ssl, SSL_free);
    }
    ERR_clear_error();
}

static void
receive_alert(DtlsEndpoint *endpoint, const guint8 *datagram, gsize length)
{
    switch (dtls_alerts_read(&endpoint->alerts, datagram, length)) {
    case DTLS_ALERT_CLOSE_NOTIFY:
        endpoint->state = DTLS_CLOSED_BY_PEER;
        send_close_notify(endpoint);
        break;
    case DTLS_ALERT_FATAL:
        fail(endpoint, DTLS_FAILURE_PROTOCOL);
        break;
    case DTLS_ALERT_NONE:
        break;
    }
    ERR_clear_error();
}

DtlsState
dtls_endpoint_receive(DtlsEndpoint *endpoint, const guint8 *datagram, gsize length, gint64 now_us)
{
    if (endpoint->state != DTLS_HANDSHAKING && endpoint->state != DTLS_ESTABLISHED)
        return endpoint->state;
    if (!endpoint->ssl) {
        receive_alert(endpoint, datagram, length);
        return endpoint->state;
    }

    ERR_clear_error();
    SSL_alloc_buffers(endpoint->ssl);
    endpoint->datagrams.incoming = datagram;
    endpoint->datagrams.incoming_length = length;
    if (endpoint->state == DTLS_HANDSHAKING)
        handshake(endpoint);
    if (endpoint->state == DTLS_ESTABLISHED)
        drain(endpoint);
    endpoint->datagrams.incoming = NULL;
    ERR_clear_error();
    rest(endpoint);
    update_timeout(endpoint, now_us);
    return endpoint->state;
}

DtlsState
dtls_endpoint_poll(DtlsEndpoint *endpoint, gint64 now_us)
{
    if (now_us < endpoint->next_timeout_us)
        return endpoint->state;

    ERR_clear_error();
    /* Negative after a dozen retransmissions without an answer; 0 when OpenSSL finds it too early. */
    if (DTLSv1_handle_timeout(endpoint->ssl) < 0)
        fail(endpoint, DTLS_FAILURE_PROTOCOL);
    ERR_clear_error();
    update_timeout(endpoint, now_us);
    return endpoint->state;
}

gint64
dtls_endpoint_next_timeout(const DtlsEndpoint *endpoint)
{
    return endpoint->next_timeout_us;
}

DtlsState
dtls_endpoint_state(const DtlsEndpoint *endpoint)
{
    return endpoint->state;
}

DtlsFailure
dtls_endpoint_failure(const DtlsEndpoint *endpoint)
{
    return endpoint->failure;
}

SrtpProfile
dtls_endpoint_export(DtlsEndpoint *endpoint, SrtpContext **ret_protect, SrtpContext **ret_unprotect)
{
    const SRTP_PROTECTION_PROFILE *selected = !endpoint->ssl ? NULL : SSL_get_selected_srtp_profile(endpoint->ssl);
    SrtpProfile profile = selected ? (SrtpProfile) selected->id : SRTP_PROFILE_NONE;
    gsize salt = srtp_profile_salt_length(profile);
    guint8 keys[2 * (SRTP_KEY_LENGTH + SRTP_SALT_MAX)];

    if (!selected || SSL_export_keying_material(endpoint->ssl, keys, 2 * (SRTP_KEY_LENGTH + salt), "EXTRACTOR-dtls_srtp",
                                                strlen("EXTRACTOR-dtls_srtp"), NULL, 0, 0) != 1)
        return SRTP_PROFILE_NONE;

    /* RFC 5764 section 4.2: client key, server key, client salt, server salt. We are the server. */
    const guint8 *salts = keys + 2 * SRTP_KEY_LENGTH;
    g_autoptr(SrtpContext) unprotect = srtp_context_new(profile, SRTP_UNPROTECT, keys, salts);
    g_autoptr(SrtpContext) protect = srtp_context_new(profile, SRTP_PROTECT, keys + SRTP_KEY_LENGTH, salts + salt);

    OPENSSL_cleanse(keys, sizeof keys);
    if (!protect || !unprotect)
        return SRTP_PROFILE_NONE;
    *ret_protect = g_steal_pointer(&protect);
    *ret_unprotect = g_steal_pointer(&unprotect);
    return profile;
}

void
dtls_endpoint_close(DtlsEndpoint *endpoint)
{
    if (endpoint->state != DTLS_HANDSHAKING && endpoint->state != DTLS_ESTABLISHED)
        return;
    ERR_clear_error();
    if (endpoint->state == DTLS_ESTABLISHED)
        send_close_notify(endpoint);
    ERR_clear_error();
    endpoint->state = DTLS_CLOSED_LOCALLY;
    endpoint->next_timeout_us = G_MAXINT64;
}
