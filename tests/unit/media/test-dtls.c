#include "dtls-endpoint.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

#include "datagram-bio.h"
#include "suite-main.h"

/* A DTLS client of OpenSSL against the endpoint, with queues of datagrams between them. */
typedef struct {
    DtlsIdentity *identity;
    DtlsEndpoint *endpoint;
    SSL_CTX *context;
    SSL *ssl;
    BIO_METHOD *method;
    DatagramBio datagrams;
    GQueue to_client, to_server;
    gsize largest;
    guint n_sent;
    int error; /* of the client's last call */
} Link;

static void
server_sends(gpointer user, const guint8 *datagram, gsize length)
{
    Link *link = user;

    link->largest = MAX(link->largest, length);
    link->n_sent++;
    g_queue_push_tail(&link->to_client, g_bytes_new(datagram, length));
}

static void
client_sends(gpointer user, const guint8 *datagram, gsize length)
{
    g_queue_push_tail(&((Link *) user)->to_server, g_bytes_new(datagram, length));
}

static int
accept_any(int ok, X509_STORE_CTX *store)
{
    return 1;
}

static X509 *
make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();

    X509_set_version(certificate, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    ck_assert_int_gt(X509_sign(certificate, key, EVP_sha256()), 0);
    return certificate;
}

typedef struct {
    gboolean rsa, no_certificate, dtls_1_0;
    const char *ciphers;
} Client;

static void
link_start(Link *link, const Client *client)
{
    EVP_PKEY *key = client->rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    X509 *certificate = make_certificate(key);
    guint8 fingerprint[DTLS_FINGERPRINT_LENGTH];

    X509_digest(certificate, EVP_sha256(), fingerprint, NULL);
    link->context = SSL_CTX_new(DTLS_client_method());
    SSL_CTX_set_options(link->context, SSL_OP_NO_QUERY_MTU);
    SSL_CTX_set_verify(link->context, SSL_VERIFY_PEER, accept_any);
    SSL_CTX_set_tlsext_use_srtp(link->context, "SRTP_AEAD_AES_128_GCM");
    if (!client->no_certificate) {
        SSL_CTX_use_certificate(link->context, certificate);
        SSL_CTX_use_PrivateKey(link->context, key);
    }
    if (client->dtls_1_0) {
        SSL_CTX_set_security_level(link->context, 0);
        SSL_CTX_set_min_proto_version(link->context, DTLS1_VERSION);
        SSL_CTX_set_max_proto_version(link->context, DTLS1_VERSION);
    }
    if (client->ciphers)
        ck_assert_int_eq(SSL_CTX_set_cipher_list(link->context, client->ciphers), 1);
    X509_free(certificate);
    EVP_PKEY_free(key);

    link->method = datagram_bio_method_new();
    link->datagrams = (DatagramBio){ .mtu = 1200, .send = client_sends, .user = link };
    link->ssl = SSL_new(link->context);
    BIO *bio = datagram_bio_new(link->method, &link->datagrams);
    SSL_set_bio(link->ssl, bio, bio);
    SSL_set_mtu(link->ssl, 1200);
    SSL_set_connect_state(link->ssl);

    link->identity = dtls_identity_new(NULL);
    link->endpoint = dtls_endpoint_new(link->identity, fingerprint, server_sends, link, NULL);
    ck_assert_ptr_nonnull(link->endpoint);
}

static void
link_stop(Link *link)
{
    dtls_endpoint_free(link->endpoint);
    dtls_identity_unref(link->identity);
    g_queue_clear_full(&link->to_client, (GDestroyNotify) g_bytes_unref);
    g_queue_clear_full(&link->to_server, (GDestroyNotify) g_bytes_unref);
    SSL_free(link->ssl);
    SSL_CTX_free(link->context);
    BIO_meth_free(link->method);
}

static void
step_client(Link *link, const guint8 *data, gsize length)
{
    guint8 buffer[1500];

    link->datagrams.incoming = data;
    link->datagrams.incoming_length = length;
    int result = SSL_is_init_finished(link->ssl) ? SSL_read(link->ssl, buffer, sizeof buffer) : SSL_do_handshake(link->ssl);
    link->error = result > 0 ? 0 : SSL_get_error(link->ssl, result);
    link->datagrams.incoming = NULL;
    ERR_clear_error();
}

/* Delivers until both are quiet, or `most` datagrams went to the server. */
static void
link_deliver(Link *link, guint most)
{
    while (most && (!g_queue_is_empty(&link->to_server) || !g_queue_is_empty(&link->to_client))) {
        g_autoptr(GBytes) to_server = g_queue_pop_head(&link->to_server);
        gsize length;

        if (to_server) {
            const guint8 *data = g_bytes_get_data(to_server, &length);

            dtls_endpoint_receive(link->endpoint, data, length, 0);
            most--;
        }
        g_autoptr(GBytes) to_client = g_queue_pop_head(&link->to_client);
        if (to_client) {
            const guint8 *data = g_bytes_get_data(to_client, &length);

            step_client(link, data, length);
        }
    }
}

static void
link_handshake(Link *link)
{
    step_client(link, NULL, 0);
    link_deliver(link, G_MAXUINT);
}

START_TEST(shows_its_fingerprint_in_the_form_of_sdp)
{
    g_autoptr(DtlsIdentity) one = dtls_identity_new(NULL), other = dtls_identity_new(NULL);
    const char *text = dtls_identity_fingerprint(one);

    ck_assert_uint_eq(strlen(text), DTLS_FINGERPRINT_TEXT_LENGTH - 1);
    for (gsize i = 0; text[i]; i++)
        ck_assert(i % 3 == 2 ? text[i] == ':' : g_ascii_isxdigit(text[i]) && !g_ascii_islower(text[i]));
    ck_assert_str_ne(text, dtls_identity_fingerprint(other));
}
END_TEST

START_TEST(establishes_with_ecdsa_and_rsa_clients)
{
    static const Client clients[] = { { 0 }, { .rsa = TRUE }, { .ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305" }, { .ciphers = "ECDHE-ECDSA-AES128-SHA" } };
    Link link = { 0 };
    guint8 digest[DTLS_FINGERPRINT_LENGTH];
    char text[4];

    link_start(&link, &clients[_i]);
    link_handshake(&link);
    ck_assert_int_eq(dtls_endpoint_state(link.endpoint), DTLS_ESTABLISHED);
    ck_assert(SSL_is_init_finished(link.ssl));
    ck_assert_str_eq(SSL_get_version(link.ssl), "DTLSv1.2");
    ck_assert_uint_le(link.largest, DTLS_MTU);

    /* The certificate shown is the one of the fingerprint. */
    X509 *certificate = SSL_get1_peer_certificate(link.ssl);
    X509_digest(certificate, EVP_sha256(), digest, NULL);
    g_snprintf(text, sizeof text, "%02X", digest[0]);
    ck_assert_int_eq(strncmp(text, dtls_identity_fingerprint(link.identity), 2), 0);
    X509_free(certificate);

    g_autoptr(SrtpContext) protect = NULL;
    g_autoptr(SrtpContext) unprotect = NULL;
    ck_assert_int_eq(dtls_endpoint_export(link.endpoint, &protect, &unprotect), SRTP_PROFILE_AEAD_AES_128_GCM);
    link_stop(&link);
}
END_TEST

START_TEST(refuses_a_client_without_certificate)
{
    Link link = { 0 };

    link_start(&link, &(Client){ .no_certificate = TRUE });
    link_handshake(&link);
    ck_assert_int_eq(dtls_endpoint_state(link.endpoint), DTLS_FAILED);
    ck_assert_int_eq(dtls_endpoint_failure(link.endpoint), DTLS_FAILURE_PROTOCOL);
    ck_assert_int_eq(link.error, SSL_ERROR_SSL); /* an alert told it */
    link_stop(&link);
}
END_TEST

START_TEST(refuses_old_versions_and_static_key_exchange)
{
    static const Client clients[] = { { .dtls_1_0 = TRUE }, { .ciphers = "AES128-SHA" } };
    Link link = { 0 };

    link_start(&link, &clients[_i]);
    link_handshake(&link);
    ck_assert_int_eq(dtls_endpoint_state(link.endpoint), DTLS_FAILED);
    ck_assert(!SSL_is_init_finished(link.ssl));
    link_stop(&link);
}
END_TEST

START_TEST(keeps_to_the_mtu_with_a_large_certificate_request)
{
    Link link = { 0 };

    link_start(&link, &(Client){ .rsa = TRUE });
    link_handshake(&link);
    ck_assert_uint_gt(link.n_sent, 0);
    ck_assert_uint_le(link.largest, DTLS_MTU);
    for (GList *l = link.to_server.head; l; l = l->next)
        ck_assert_uint_le(g_bytes_get_size(l->data), DTLS_MTU);
    link_stop(&link);
}
END_TEST

START_TEST(survives_every_repeated_and_swapped_datagram)
{
    Link link = { 0 };

    link_start(&link, &(Client){ 0 });
    step_client(&link, NULL, 0);
    for (guint round = 0; round < 50 && (!g_queue_is_empty(&link.to_server) || !g_queue_is_empty(&link.to_client)); round++) {
        GBytes *bytes;

        /* The server gets each flight backwards and twice. */
        while ((bytes = g_queue_pop_tail(&link.to_server))) {
            gsize length;
            const guint8 *data = g_bytes_get_data(bytes, &length);

            dtls_endpoint_receive(link.endpoint, data, length, 0);
            dtls_endpoint_receive(link.endpoint, data, length, 0);
            g_bytes_unref(bytes);
        }
        while ((bytes = g_queue_pop_head(&link.to_client))) {
            gsize length;
            const guint8 *data = g_bytes_get_data(bytes, &length);

            step_client(&link, data, length);
            g_bytes_unref(bytes);
        }
    }
    ck_assert_int_eq(dtls_endpoint_state(link.endpoint), DTLS_ESTABLISHED);
    link_stop(&link);
}
END_TEST

START_TEST(ignores_garbage_during_and_after_the_handshake)
{
    Link link = { 0 };
    guint8 garbage[300];
    GRand *random = g_rand_new_with_seed(3);

    link_start(&link, &(Client){ 0 });
    step_client(&link, NULL, 0);
    for (guint step = 0; step < 20; step++) {
        link_deliver(&link, 1);
        for (guint i = 0; i < 50; i++) {
            gsize length = (gsize) g_rand_int_range(random, 1, sizeof garbage);

            for (gsize k = 0; k < length; k++)
                garbage[k] = (guint8) g_rand_int(random);
            garbage[0] = (guint8) g_rand_int_range(random, 20, 64);
            dtls_endpoint_receive(link.endpoint, garbage, length, 0);
        }
    }
    link_deliver(&link, G_MAXUINT);
    ck_assert_int_eq(dtls_endpoint_state(link.endpoint), DTLS_ESTABLISHED);
    ck_assert(SSL_is_init_finished(link.ssl));
    g_rand_free(random);
    link_stop(&link);
}
END_TEST

START_TEST(discards_application_data)
{
    static const char text[] = "we have no data channel";
    Link link = { 0 };

    link_start(&link, &(Client){ 0 });
    link_handshake(&link);
    for (guint i = 0; i < 100; i++)
        ck_assert_int_gt(SSL_write(link.ssl, text, sizeof text), 0);
    guint before = link.n_sent;
    link_deliver(&link, G_MAXUINT);
    ck_assert_int_eq(dtls_endpoint_state(link.endpoint), DTLS_ESTABLISHED);
    ck_assert_uint_eq(link.n_sent, before);
    link_stop(&link);
}
END_TEST

START_TEST(refuses_renegotiation)
{
    Link link = { 0 };

    link_start(&link, &(Client){ 0 });
    link_handshake(&link);
    SSL_renegotiate(link.ssl);
    SSL_do_handshake(link.ssl);
    guint before = link.n_sent;
    link_deliver(&link, G_MAXUINT);
    /* A warning alert, upon which OpenSSL's client gives up and is answered with close_notify; no new handshake. */
    ck_assert_uint_le(link.n_sent, before + 2);
    ck_assert(SSL_in_init(link.ssl));
    ck_assert_int_eq(dtls_endpoint_state(link.endpoint), DTLS_CLOSED_BY_PEER);
    link_stop(&link);
}
END_TEST

START_TEST(close_notify_goes_both_ways)
{
    /* Released or not, also with a suite for which OpenSSL has to stay. */
    static const Client clients[] = { { 0 }, { 0 }, { .ciphers = "ECDHE-ECDSA-AES128-SHA" } };
    Link link = { 0 };

    link_start(&link, &clients[_i / 2]);
    link_handshake(&link);
    if (_i / 2)
        dtls_endpoint_release(link.endpoint);
    ck_assert_int_eq(dtls_endpoint_state(link.endpoint), DTLS_ESTABLISHED);
    if (_i % 2) {
        SSL_shutdown(link.ssl);
        link_deliver(&link, G_MAXUINT);
        ck_assert_int_eq(dtls_endpoint_state(link.endpoint), DTLS_CLOSED_BY_PEER);
    } else {
        dtls_endpoint_close(link.endpoint);
        link_deliver(&link, G_MAXUINT);
        ck_assert_int_eq(dtls_endpoint_state(link.endpoint), DTLS_CLOSED_LOCALLY);
    }
    ck_assert(SSL_get_shutdown(link.ssl) & SSL_RECEIVED_SHUTDOWN);
    ck_assert(dtls_endpoint_next_timeout(link.endpoint) == G_MAXINT64);
    link_stop(&link);
}
END_TEST

START_TEST(released_ignores_all_but_authentic_alerts)
{
    static const char text[] = "we have no data channel";
    Link link = { 0 };
    gsize length;

    link_start(&link, &(Client){ 0 });
    dtls_endpoint_release(link.endpoint); /* too early: nothing happens */
    link_handshake(&link);
    ck_assert_int_eq(dtls_endpoint_state(link.endpoint), DTLS_ESTABLISHED);
    dtls_endpoint_release(link.endpoint);
    dtls_endpoint_release(link.endpoint);
    guint before = link.n_sent;
    ck_assert_int_gt(SSL_write(link.ssl, text, sizeof text), 0);
    link_deliver(&link, G_MAXUINT);

    SSL_shutdown(link.ssl);
    g_autoptr(GBytes) alert = g_queue_pop_head(&link.to_server);
    g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(alert, &length), g_bytes_get_size(alert));

    g_bytes_get_data(alert, &length);
    for (gsize i = 0; i < length; i++) { /* no byte of it may be another, not one may lack */
        copy[i] ^= 1;
        dtls_endpoint_receive(link.endpoint, copy, length, 0);
        copy[i] ^= 1;
        g_autofree guint8 *prefix = g_memdup2(copy, MAX(i, 1)); /* of its own, so that reading too far is seen */
        dtls_endpoint_receive(link.endpoint, prefix, i, 0);
    }
    ck_assert_int_eq(dtls_endpoint_state(link.endpoint), DTLS_ESTABLISHED);
    ck_assert_uint_eq(link.n_sent, before);

    /* Behind another record in one datagram. */
    guint8 both[256] = { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 3, 'a', 'b', 'c' };
    memcpy(both + 16, copy, length);
    dtls_endpoint_receive(link.endpoint, both, 16 + length, 0);
    ck_assert_int_eq(dtls_endpoint_state(link.endpoint), DTLS_CLOSED_BY_PEER);
    ck_assert_uint_eq(link.n_sent, before + 1);
    link_stop(&link);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("dtls");
    TCase *tcase = tcase_create("dtls");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, shows_its_fingerprint_in_the_form_of_sdp);
    tcase_add_loop_test(tcase, establishes_with_ecdsa_and_rsa_clients, 0, 4);
    tcase_add_test(tcase, refuses_a_client_without_certificate);
    tcase_add_loop_test(tcase, refuses_old_versions_and_static_key_exchange, 0, 2);
    tcase_add_test(tcase, keeps_to_the_mtu_with_a_large_certificate_request);
    tcase_add_test(tcase, survives_every_repeated_and_swapped_datagram);
    tcase_add_test(tcase, ignores_garbage_during_and_after_the_handshake);
    tcase_add_test(tcase, discards_application_data);
    tcase_add_test(tcase, refuses_renegotiation);
    tcase_add_loop_test(tcase, close_notify_goes_both_ways, 0, 6);
    tcase_add_test(tcase, released_ignores_all_but_authentic_alerts);
    suite_add_tcase(suite, tcase);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
