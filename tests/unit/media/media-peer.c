#include "media-peer.h"

#include <check.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#include "srtp-iv.h"
#include "stun-message.h"

#define PEER_SSRC      0x11111111u
#define TRANSPORT_SSRC 0x22222222u

/* ---- the transport's handlers ---- */

static void
on_send(gpointer user, const NetAddress *to, const guint8 *data, gsize length)
{
    MediaPeer *peer = user;

    peer->bytes_sent += length;
    ck_assert_uint_le(length, 1200);
    if (!peer->deaf && net_address_equal(to, &peer->address))
        g_queue_push_tail(&peer->to_peer, g_bytes_new(data, length));
}

static void
remember(MediaPeer *peer, const guint8 *packet, gsize length)
{
    peer->last_length = MIN(length, sizeof peer->last);
    memcpy(peer->last, packet, peer->last_length);
}

static void
on_rtp(gpointer user, guint8 *packet, gsize length, gint64 now_us)
{
    MediaPeer *peer = user;

    peer->n_rtp++;
    remember(peer, packet, length);
}

static void
on_rtcp(gpointer user, guint8 *packet, gsize length, gint64 now_us)
{
    MediaPeer *peer = user;

    peer->n_rtcp++;
    remember(peer, packet, length);
}

static void
on_state(gpointer user, PeerState state, PeerReason reason)
{
    MediaPeer *peer = user;

    peer->state = state;
    peer->reason = reason;
    peer->n_states++;
}

static void
on_address(gpointer user, const NetAddress *address, gboolean valid)
{
    MediaPeer *peer = user;

    if (valid)
        ck_assert(g_hash_table_add(peer->addresses, g_memdup2(address, sizeof *address)));
    else
        ck_assert(g_hash_table_remove(peer->addresses, address));
}

static const PeerTransportHandlers handlers = { on_send, on_rtp, on_rtcp, on_state, on_address };

/* ---- the peer's DTLS client ---- */

static void
client_send(gpointer user, const guint8 *datagram, gsize length)
{
    MediaPeer *peer = user;

    g_queue_push_tail(&peer->to_transport, g_bytes_new(datagram, length));
}

static int
accept_any(int ok, X509_STORE_CTX *store)
{
    return 1;
}

static void
client_make_certificate(MediaPeer *peer, guint8 *ret_fingerprint)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();

    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    ck_assert_int_gt(X509_sign(certificate, key, EVP_sha256()), 0);
    ck_assert_int_eq(SSL_CTX_use_certificate(peer->context, certificate), 1);
    ck_assert_int_eq(SSL_CTX_use_PrivateKey(peer->context, key), 1);
    X509_digest(certificate, EVP_sha256(), ret_fingerprint, NULL);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

void
media_peer_start(MediaPeer *peer)
{
    guint8 fingerprint[DTLS_FINGERPRINT_LENGTH];
    PeerTransportConfig config = { .remote_ufrag = "peer", .remote_password = "peer-password-peer-pass", .remote_fingerprint = fingerprint,
                                   .handlers = &handlers, .user = peer };

    if (peer->address.family == NET_FAMILY_NONE)
        net_address_parse(&peer->address, "192.0.2.1", 40000);
    if (!peer->now_us)
        peer->now_us = 1000000;
    peer->addresses = g_hash_table_new_full(net_address_hash, net_address_equal, g_free, NULL);
    peer->context = SSL_CTX_new(DTLS_client_method());
    SSL_CTX_set_options(peer->context, SSL_OP_NO_QUERY_MTU);
    SSL_CTX_set_verify(peer->context, SSL_VERIFY_PEER, accept_any);
    if (!peer->srtp_profiles || peer->srtp_profiles[0])
        ck_assert_int_eq(SSL_CTX_set_tlsext_use_srtp(peer->context, peer->srtp_profiles ? peer->srtp_profiles
                                                                                        : "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM"),
                         0);
    client_make_certificate(peer, fingerprint);
    fingerprint[0] ^= peer->wrong_fingerprint;
    peer->method = datagram_bio_method_new();
    peer->datagrams = (DatagramBio){ .mtu = 1200, .send = client_send, .user = peer };
    peer->ssl = SSL_new(peer->context);

    BIO *bio = datagram_bio_new(peer->method, &peer->datagrams);
    SSL_set_bio(peer->ssl, bio, bio);
    SSL_set_mtu(peer->ssl, 1200);
    SSL_set_connect_state(peer->ssl);

    if (!peer->identity)
        peer->identity = dtls_identity_new(NULL);
    config.identity = peer->identity;
    peer->transport = peer_transport_new(&config, peer->now_us, NULL);
    ck_assert_ptr_nonnull(peer->transport);
}

void
media_peer_stop(MediaPeer *peer)
{
    peer_transport_free(peer->transport);
    ck_assert_uint_eq(g_hash_table_size(peer->addresses), 0); /* free reports the loss of every address */
    dtls_identity_unref(peer->identity);
    g_hash_table_unref(peer->addresses);
    g_queue_clear_full(&peer->to_peer, (GDestroyNotify) g_bytes_unref);
    g_queue_clear_full(&peer->to_transport, (GDestroyNotify) g_bytes_unref);
    if (peer->outbound)
        srtp_dealloc(peer->outbound);
    if (peer->inbound)
        srtp_dealloc(peer->inbound);
    SSL_free(peer->ssl);
    SSL_CTX_free(peer->context);
    BIO_meth_free(peer->method);
    g_clear_pointer(&peer->recorded, g_ptr_array_unref);
}

/* ---- the wire ---- */

static void
give_transport(MediaPeer *peer, GBytes *bytes)
{
    gsize length;
    gconstpointer data = g_bytes_get_data(bytes, &length);
    /* A copy of the exact size: the transport alters it, and a sanitizer sees every byte too many. */
    g_autofree guint8 *copy = g_memdup2(data, length ? length : 1);

    if (peer->recorded)
        g_ptr_array_add(peer->recorded, g_bytes_ref(bytes));
    peer_transport_receive(peer->transport, &peer->address, copy, length, peer->now_us);
}

static void
peer_receive_stun(MediaPeer *peer, const guint8 *data, gsize length)
{
    StunMessage message;

    ck_assert_int_eq(stun_message_parse(data, length, &message), STUN_OK);
    if (message.type == STUN_BINDING_SUCCESS) {
        ck_assert(stun_message_verify(&message, peer_transport_local_password(peer->transport)) || peer->n_stun_success);
        peer->n_stun_success++;
        peer->mapped = message.mapped;
    } else {
        ck_assert_int_eq(message.type, STUN_BINDING_ERROR);
        peer->stun_error = message.error_code;
    }
}

static srtp_t
oracle_new(SrtpProfile profile, srtp_ssrc_type_t direction, const guint8 *key, const guint8 *salt)
{
    guint8 master[30];
    srtp_policy_t policy = { 0 };
    srtp_t oracle;
    gboolean gcm = profile == SRTP_PROFILE_AEAD_AES_128_GCM;

    memcpy(master, key, 16);
    memcpy(master + 16, salt, gcm ? 12 : 14);
    if (gcm) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    }
    policy.ssrc.type = direction;
    policy.key = master;
    policy.window_size = 128;
    ck_assert_int_eq(srtp_create(&oracle, &policy), srtp_err_status_ok);
    return oracle;
}

static void
export_keys(MediaPeer *peer)
{
    const SRTP_PROTECTION_PROFILE *selected = SSL_get_selected_srtp_profile(peer->ssl);
    guint8 keys[60];

    if (!selected)
        return;
    gsize salt = selected->id == SRTP_AEAD_AES_128_GCM ? 12 : 14;

    ck_assert_int_eq(SSL_export_keying_material(peer->ssl, keys, 32 + 2 * salt, "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0), 1);
    peer->outbound = oracle_new((SrtpProfile) selected->id, ssrc_any_outbound, keys, keys + 32);
    peer->inbound = oracle_new((SrtpProfile) selected->id, ssrc_any_inbound, keys + 16, keys + 32 + salt);
}

static void
step_client(MediaPeer *peer)
{
    guint8 buffer[1500];
    int result;

    if (!SSL_is_init_finished(peer->ssl)) {
        result = SSL_do_handshake(peer->ssl);
        if (result == 1)
            export_keys(peer);
    } else {
        result = SSL_read(peer->ssl, buffer, sizeof buffer);
    }
    if (result <= 0 && SSL_get_error(peer->ssl, result) != SSL_ERROR_WANT_READ)
        peer->peer_closed = TRUE;
    ERR_clear_error();
}

static void
peer_receive(MediaPeer *peer, GBytes *bytes)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);

    if (data[0] < 4) {
        peer_receive_stun(peer, data, length);
        return;
    }
    peer->datagrams.incoming = data;
    peer->datagrams.incoming_length = length;
    step_client(peer);
    peer->datagrams.incoming = NULL;
}

void
media_peer_deliver(MediaPeer *peer)
{
    GBytes *bytes;

    while (!g_queue_is_empty(&peer->to_transport) || !g_queue_is_empty(&peer->to_peer)) {
        if ((bytes = g_queue_pop_head(&peer->to_transport))) {
            give_transport(peer, bytes);
            g_bytes_unref(bytes);
        }
        if ((bytes = g_queue_pop_head(&peer->to_peer))) {
            peer_receive(peer, bytes);
            g_bytes_unref(bytes);
        }
    }
}

void
media_peer_inject(MediaPeer *peer, const guint8 *data, gsize length)
{
    g_queue_push_tail(&peer->to_transport, g_bytes_new(data, length));
    media_peer_deliver(peer);
}

/* ---- what a browser does ---- */

gsize
media_peer_write_check(guint8 *buffer, gsize capacity, const char *local_ufrag, const char *password, gboolean nominate)
{
    static const guint8 transaction[STUN_TRANSACTION_LENGTH] = { 9, 8, 7, 6, 5, 4, 3, 2, 1 };
    g_autofree char *username = g_strdup_printf("%s:peer", local_ufrag);
    StunWriter writer;

    stun_writer_begin(&writer, buffer, capacity, STUN_BINDING_REQUEST, transaction);
    stun_writer_username(&writer, username);
    stun_writer_priority(&writer, 1853817087);
    stun_writer_controlling(&writer, 42);
    if (nominate)
        stun_writer_use_candidate(&writer);
    stun_writer_integrity(&writer, password);
    return stun_writer_end(&writer);
}

void
media_peer_check(MediaPeer *peer, gboolean nominate)
{
    guint8 buffer[256];
    gsize length = media_peer_write_check(buffer, sizeof buffer, peer_transport_local_ufrag(peer->transport),
                                          peer_transport_local_password(peer->transport), nominate);

    media_peer_inject(peer, buffer, length);
}

void
media_peer_handshake(MediaPeer *peer)
{
    step_client(peer);
    media_peer_deliver(peer);
}

void
media_peer_connect(MediaPeer *peer)
{
    media_peer_check(peer, TRUE);
    media_peer_handshake(peer);
}

static gsize
make_rtp(guint8 *packet, guint32 ssrc, guint16 sequence, gsize payload)
{
    memset(packet, 0, 12);
    packet[0] = 0x80;
    packet[1] = 96;
    packet[2] = (guint8) (sequence >> 8);
    packet[3] = (guint8) sequence;
    srtp_write_32(packet + 8, ssrc);
    memset(packet + 12, 0x55, payload);
    return 12 + payload;
}

static gsize
make_rtcp(guint8 *packet, guint32 ssrc)
{
    memset(packet, 0, 28);
    packet[0] = 0x80;
    packet[1] = 200;
    packet[3] = 6;
    srtp_write_32(packet + 4, ssrc);
    return 28;
}

void
media_peer_send_rtp(MediaPeer *peer, guint16 sequence, gsize payload)
{
    guint8 packet[2048];
    int length = (int) make_rtp(packet, PEER_SSRC, sequence, payload);

    ck_assert_int_eq(srtp_protect(peer->outbound, packet, &length), srtp_err_status_ok);
    media_peer_inject(peer, packet, (gsize) length);
}

void
media_peer_send_rtcp(MediaPeer *peer)
{
    guint8 packet[2048];
    int length = (int) make_rtcp(packet, PEER_SSRC);

    ck_assert_int_eq(srtp_protect_rtcp(peer->outbound, packet, &length), srtp_err_status_ok);
    media_peer_inject(peer, packet, (gsize) length);
}

gboolean
media_peer_receive_rtp(MediaPeer *peer, guint16 sequence, gsize payload)
{
    guint8 packet[2048];
    gsize length;

    make_rtp(packet, TRANSPORT_SSRC, sequence, payload);
    if (!peer_transport_seal_rtp(peer->transport, packet, 12, packet + 12, payload, sizeof packet, &length))
        return FALSE;
    int opened = (int) length;
    return srtp_unprotect(peer->inbound, packet, &opened) == srtp_err_status_ok && opened == (int) (12 + payload);
}

gboolean
media_peer_receive_rtcp(MediaPeer *peer)
{
    guint8 packet[2048];
    gsize length;

    if (!peer_transport_protect_rtcp(peer->transport, packet, make_rtcp(packet, TRANSPORT_SSRC), sizeof packet, &length))
        return FALSE;
    int opened = (int) length;
    return srtp_unprotect_rtcp(peer->inbound, packet, &opened) == srtp_err_status_ok && opened == 28;
}

void
media_peer_pass(MediaPeer *peer, gint64 microseconds)
{
    gint64 end = peer->now_us + microseconds;

    while (peer_transport_next_timeout(peer->transport) <= end) {
        peer->now_us = MAX(peer->now_us, peer_transport_next_timeout(peer->transport));
        peer_transport_poll(peer->transport, peer->now_us);
        media_peer_deliver(peer);
    }
    peer->now_us = end;
}

void
media_peer_close(MediaPeer *peer)
{
    SSL_shutdown(peer->ssl);
    media_peer_deliver(peer);
}
