#include "peer-transport.h"

#include <openssl/crypto.h>
#include <string.h>

#include "media-peer.h"
#include "stun-message.h"
#include "suite-main.h"

static const char *const profile_lists[] = { "SRTP_AES128_CM_SHA1_80", "SRTP_AEAD_AES_128_GCM" };

START_TEST(connects_and_carries_media_both_ways)
{
    MediaPeer peer = { .srtp_profiles = profile_lists[_i] };

    media_peer_start(&peer);
    ck_assert_int_eq(peer_transport_state(peer.transport), PEER_CONNECTING);
    ck_assert_ptr_null(peer_transport_remote(peer.transport));
    media_peer_connect(&peer);
    ck_assert_int_eq(peer.state, PEER_CONNECTED);
    ck_assert_int_eq(peer_transport_profile(peer.transport), _i ? SRTP_PROFILE_AEAD_AES_128_GCM : SRTP_PROFILE_AES128_CM_SHA1_80);
    ck_assert(net_address_equal(peer_transport_remote(peer.transport), &peer.address));
    ck_assert(net_address_equal(&peer.mapped, &peer.address));
    ck_assert(g_hash_table_contains(peer.addresses, &peer.address));

    for (guint16 i = 1; i <= 50; i++) {
        media_peer_send_rtp(&peer, i, 1000);
        ck_assert(media_peer_receive_rtp(&peer, i, 1100));
    }
    ck_assert_uint_eq(peer.n_rtp, 50);
    ck_assert_uint_eq(peer.last_length, 1012);
    ck_assert_uint_eq(peer.last[1011], 0x55);
    media_peer_send_rtcp(&peer);
    ck_assert_uint_eq(peer.n_rtcp, 1);
    ck_assert_uint_eq(peer.last_length, 28);
    ck_assert(media_peer_receive_rtcp(&peer));
    media_peer_stop(&peer);
}
END_TEST

START_TEST(prefers_gcm_whatever_the_client_prefers)
{
    MediaPeer peer = { 0 };

    media_peer_start(&peer);
    media_peer_connect(&peer);
    ck_assert_int_eq(peer_transport_profile(peer.transport), SRTP_PROFILE_AEAD_AES_128_GCM);
    media_peer_stop(&peer);
}
END_TEST

START_TEST(answers_dtls_only_to_a_checked_address)
{
    MediaPeer peer = { 0 };

    media_peer_start(&peer);
    media_peer_handshake(&peer);
    ck_assert_uint_eq(peer.bytes_sent, 0);
    ck_assert_uint_ge(peer_transport_stats(peer.transport)->foreign, 1);
    ck_assert_int_eq(peer_transport_state(peer.transport), PEER_CONNECTING);
    media_peer_stop(&peer);
}
END_TEST

START_TEST(connects_when_dtls_comes_before_the_nomination)
{
    MediaPeer peer = { 0 };

    media_peer_start(&peer);
    media_peer_check(&peer, FALSE);
    media_peer_handshake(&peer);
    ck_assert_int_eq(peer_transport_state(peer.transport), PEER_CONNECTING);
    ck_assert_ptr_nonnull(peer.outbound);
    media_peer_check(&peer, TRUE);
    ck_assert_int_eq(peer.state, PEER_CONNECTED);
    media_peer_stop(&peer);
}
END_TEST

START_TEST(refuses_another_certificate_than_announced)
{
    MediaPeer peer = { .wrong_fingerprint = TRUE };

    media_peer_start(&peer);
    media_peer_connect(&peer);
    ck_assert_int_eq(peer.state, PEER_CLOSED);
    ck_assert_int_eq(peer.reason, PEER_REASON_FINGERPRINT_MISMATCH);
    ck_assert(peer.peer_closed); /* it was told by an alert */
    ck_assert_ptr_null(peer.outbound);
    media_peer_stop(&peer);
}
END_TEST

START_TEST(refuses_a_peer_without_our_protection_profiles)
{
    static const char *const lists[] = { "", "SRTP_AES128_CM_SHA1_32" };
    MediaPeer peer = { .srtp_profiles = lists[_i] };

    media_peer_start(&peer);
    media_peer_connect(&peer);
    ck_assert_int_eq(peer.state, PEER_CLOSED);
    ck_assert_int_eq(peer.reason, PEER_REASON_NO_SRTP_PROFILE);
    media_peer_stop(&peer);
}
END_TEST

START_TEST(retransmits_a_lost_flight)
{
    MediaPeer peer = { 0 };

    media_peer_start(&peer);
    media_peer_check(&peer, TRUE);
    peer.deaf = TRUE;
    media_peer_handshake(&peer);
    peer.deaf = FALSE;
    ck_assert_int_lt(peer_transport_next_timeout(peer.transport), peer.now_us + G_USEC_PER_SEC);

    /* The retransmission timer runs on OpenSSL's clock, so here real time passes: until it happened, or too long. */
    gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
    while (peer.state != PEER_CONNECTED && g_get_monotonic_time() < deadline) {
        media_peer_pass(&peer, 10000);
        g_usleep(10000);
    }
    ck_assert_int_eq(peer.state, PEER_CONNECTED);
    media_peer_stop(&peer);
}
END_TEST

START_TEST(follows_the_peer_to_another_address)
{
    MediaPeer peer = { 0 };
    NetAddress wifi, mobile;

    media_peer_start(&peer);
    media_peer_connect(&peer);
    wifi = peer.address;
    net_address_parse(&mobile, "198.51.100.7", 5060);
    peer.address = mobile;

    /* Before the first check from there it is a stranger to everything but authentic media. */
    media_peer_inject(&peer, (const guint8 *) "\x16\xfe\xfd handshake", 13);
    ck_assert_uint_eq(peer_transport_stats(peer.transport)->foreign, 1);
    media_peer_send_rtp(&peer, 1, 100);
    ck_assert_uint_eq(peer.n_rtp, 1);
    /* A check alone does not move the media, the nomination does. */
    media_peer_check(&peer, FALSE);
    ck_assert(net_address_equal(peer_transport_remote(peer.transport), &wifi));
    media_peer_check(&peer, TRUE);
    ck_assert(net_address_equal(peer_transport_remote(peer.transport), &mobile));
    media_peer_send_rtp(&peer, 2, 100);
    ck_assert_uint_eq(peer.n_rtp, 2);
    ck_assert_uint_eq(peer_transport_stats(peer.transport)->address_changes, 1);
    ck_assert_uint_eq(peer.n_states, 1); /* it was connected all the time */

    /* The old address is forgotten when its consent has run out. */
    for (int i = 0; i < 16; i++) {
        media_peer_pass(&peer, 2 * G_USEC_PER_SEC);
        media_peer_check(&peer, TRUE);
    }
    ck_assert_uint_eq(g_hash_table_size(peer.addresses), 1);
    ck_assert_int_eq(peer_transport_state(peer.transport), PEER_CONNECTED);
    media_peer_stop(&peer);
}
END_TEST

/* A NAT that forgets: media comes from another port, and nobody has told the peer. */
START_TEST(media_from_a_new_address_is_taken_and_answered_in_kind)
{
    MediaPeer peer = { 0 };
    NetAddress old, new;
    gsize sent = 0;
    guint16 sequence = 100;

    media_peer_start(&peer);
    media_peer_connect(&peer);
    media_peer_send_rtp(&peer, sequence++, 100);
    old = peer.address;
    peer.address.port++;
    new = peer.address;

    /* Garbage moves nothing. */
    media_peer_inject(&peer, (const guint8 *) "\x80\x60garbage and more garbage", 26);
    ck_assert(net_address_equal(peer_transport_remote(peer.transport), &old));
    media_peer_send_rtp(&peer, sequence++, 1000);
    ck_assert_uint_eq(peer.n_rtp, 2);
    ck_assert_uint_eq(peer_transport_stats(peer.transport)->moves, 1);
    ck_assert(g_hash_table_contains(peer.addresses, &new));

    /* No more goes there than came from there. */
    ck_assert(net_address_equal(peer_transport_remote(peer.transport), &new));
    for (guint16 i = 1; net_address_equal(peer_transport_remote(peer.transport), &new); i++) {
        ck_assert(media_peer_receive_rtp(&peer, i, 300));
        sent += 300;
    }
    ck_assert_uint_lt(sent, 1000 + 300);
    ck_assert(net_address_equal(peer_transport_remote(peer.transport), &old));

    /* The check that follows makes it the pair. */
    media_peer_check(&peer, TRUE);
    ck_assert(net_address_equal(peer_transport_remote(peer.transport), &new));
    ck_assert(g_hash_table_contains(peer.addresses, &new));
    ck_assert_uint_eq(peer.n_states, 1);
    media_peer_stop(&peer);
}
END_TEST

/* Whoever repeats a packet from elsewhere, faster than its sender, gains nothing while the sender is there. */
START_TEST(a_move_ends_when_the_old_path_speaks_or_nobody_checks)
{
    MediaPeer peer = { 0 };
    NetAddress old;

    media_peer_start(&peer);
    media_peer_connect(&peer);
    old = peer.address;
    peer.address.port = 9999;
    media_peer_send_rtp(&peer, 1, 1000);
    ck_assert(!net_address_equal(peer_transport_remote(peer.transport), &old));
    peer.address = old;
    media_peer_send_rtp(&peer, 2, 100);
    ck_assert(net_address_equal(peer_transport_remote(peer.transport), &old));
    ck_assert_uint_eq(g_hash_table_size(peer.addresses), 1);

    peer.address.port = 9999;
    media_peer_send_rtp(&peer, 3, 1000);
    ck_assert_uint_eq(g_hash_table_size(peer.addresses), 2);
    media_peer_pass(&peer, 11 * G_USEC_PER_SEC);
    ck_assert(net_address_equal(peer_transport_remote(peer.transport), &old));
    ck_assert_uint_eq(g_hash_table_size(peer.addresses), 1);
    media_peer_stop(&peer);
}
END_TEST

START_TEST(survives_an_ice_restart)
{
    MediaPeer peer = { 0 };
    guint8 buffer[256];
    guint64 key, peeked;

    media_peer_start(&peer);
    media_peer_connect(&peer);
    key = peer_transport_key(peer.transport);
    g_autofree char *old_ufrag = g_strdup(peer_transport_local_ufrag(peer.transport));
    g_autofree char *old_password = g_strdup(peer_transport_local_password(peer.transport));

    ck_assert(!peer_transport_restart_ice(peer.transport, "peer", "peer-password-peer-pass", peer.now_us));
    ck_assert_str_eq(peer_transport_local_ufrag(peer.transport), old_ufrag);
    ck_assert(peer_transport_restart_ice(peer.transport, "newpeer", "new-password-of-the-peer", peer.now_us));
    ck_assert_str_ne(peer_transport_local_ufrag(peer.transport), old_ufrag);
    ck_assert_str_ne(peer_transport_local_password(peer.transport), old_password);

    /* The old pair works on, media and checks. */
    media_peer_send_rtp(&peer, 1, 100);
    ck_assert_uint_eq(peer.n_rtp, 1);
    gsize length = media_peer_write_check(buffer, sizeof buffer, old_ufrag, old_password, TRUE);
    guint before = peer.n_stun_success;
    media_peer_inject(&peer, buffer, length);
    ck_assert_uint_eq(peer.n_stun_success, before + 1);

    /* After a nomination with the new credentials the old ones are void; key and connection stay. */
    media_peer_check(&peer, TRUE);
    media_peer_inject(&peer, buffer, length);
    ck_assert_uint_eq(peer.stun_error, 401);
    media_peer_send_rtp(&peer, 2, 100);
    ck_assert_uint_eq(peer.n_rtp, 2);
    ck_assert_uint_eq(peer.n_states, 1);
    length = media_peer_write_check(buffer, sizeof buffer, peer_transport_local_ufrag(peer.transport), "x", FALSE);
    ck_assert(peer_transport_peek_key(buffer, length, &peeked));
    ck_assert(peeked == key && peer_transport_key(peer.transport) == key);
    media_peer_stop(&peer);
}
END_TEST

START_TEST(is_disconnected_by_silence_and_closed_without_consent)
{
    MediaPeer peer = { 0 };

    media_peer_start(&peer);
    media_peer_connect(&peer);
    media_peer_pass(&peer, 5 * G_USEC_PER_SEC - 1);
    ck_assert_int_eq(peer.state, PEER_CONNECTED);
    media_peer_pass(&peer, 1);
    ck_assert_int_eq(peer.state, PEER_DISCONNECTED);
    ck_assert_int_eq(peer.reason, PEER_REASON_SILENT);
    media_peer_send_rtp(&peer, 1, 10);
    ck_assert_int_eq(peer.state, PEER_CONNECTED);

    /* Authentic media is consent, too: webrtcbin sends no checks once it is connected. */
    for (guint16 i = 2; i < 62; i++) {
        media_peer_pass(&peer, G_USEC_PER_SEC);
        media_peer_send_rtp(&peer, i, 10);
    }
    ck_assert_int_eq(peer.state, PEER_CONNECTED);
    media_peer_pass(&peer, 29 * G_USEC_PER_SEC);
    ck_assert_int_eq(peer.state, PEER_DISCONNECTED);
    media_peer_pass(&peer, G_USEC_PER_SEC);
    ck_assert_int_eq(peer.state, PEER_CLOSED);
    ck_assert_int_eq(peer.reason, PEER_REASON_CONSENT_EXPIRED);
    ck_assert_uint_eq(g_hash_table_size(peer.addresses), 0);
    ck_assert(peer_transport_next_timeout(peer.transport) == G_MAXINT64);
    media_peer_stop(&peer);
}
END_TEST

START_TEST(gives_up_when_nobody_comes)
{
    MediaPeer peer = { 0 };

    media_peer_start(&peer);
    media_peer_pass(&peer, 30 * G_USEC_PER_SEC);
    ck_assert_int_eq(peer.state, PEER_CLOSED);
    ck_assert_int_eq(peer.reason, PEER_REASON_CONNECT_TIMEOUT);
    media_peer_stop(&peer);
}
END_TEST

/* Before and after the peer's first packet, upon which OpenSSL's object goes. */
START_TEST(is_closed_by_either_side)
{
    MediaPeer peer = { 0 };
    gsize before;

    media_peer_start(&peer);
    media_peer_connect(&peer);
    if (_i / 2)
        media_peer_send_rtcp(&peer);
    before = peer.bytes_sent;
    if (_i % 2) {
        media_peer_close(&peer);
        ck_assert_int_eq(peer.reason, PEER_REASON_CLOSED_BY_PEER);
        ck_assert_uint_gt(peer.bytes_sent, before); /* our close_notify in answer */
    } else {
        peer_transport_close(peer.transport, peer.now_us);
        media_peer_deliver(&peer);
        ck_assert_int_eq(peer.reason, PEER_REASON_CLOSED_LOCALLY);
        ck_assert(peer.peer_closed);
    }
    ck_assert_int_eq(peer.state, PEER_CLOSED);
    before = peer.bytes_sent;
    media_peer_check(&peer, TRUE);
    ck_assert_uint_eq(peer.bytes_sent, before); /* nothing more is answered */
    media_peer_stop(&peer);
}
END_TEST

START_TEST(drops_replayed_packets)
{
    MediaPeer peer = { 0 };

    media_peer_start(&peer);
    media_peer_connect(&peer);
    peer.recorded = g_ptr_array_new_with_free_func((GDestroyNotify) g_bytes_unref);
    for (guint16 i = 1; i <= 20; i++)
        media_peer_send_rtp(&peer, i, 200);
    media_peer_send_rtcp(&peer);

    g_autoptr(GPtrArray) recorded = g_steal_pointer(&peer.recorded);
    for (guint i = 0; i < recorded->len; i++) {
        gsize length;
        const guint8 *data = g_bytes_get_data(g_ptr_array_index(recorded, i), &length);

        media_peer_inject(&peer, data, length);
    }
    ck_assert_uint_eq(peer.n_rtp, 20);
    ck_assert_uint_eq(peer.n_rtcp, 1);
    ck_assert_uint_eq(peer_transport_stats(peer.transport)->srtp_replayed, 21);
    media_peer_stop(&peer);
}
END_TEST

START_TEST(keeps_no_more_addresses_than_it_may)
{
    MediaPeer peer = { 0 };
    NetAddress home;

    media_peer_start(&peer);
    home = peer.address;
    media_peer_connect(&peer);
    for (guint16 port = 1; port <= 100; port++) {
        peer.address.port = port;
        peer.now_us++;
        media_peer_check(&peer, FALSE);
        ck_assert_uint_le(g_hash_table_size(peer.addresses), 8);
        ck_assert(g_hash_table_contains(peer.addresses, &peer.address));
    }
    ck_assert(g_hash_table_contains(peer.addresses, &home)); /* the selected one stays */
    media_peer_stop(&peer);
}
END_TEST

/* What OpenSSL has allocated. */
static gint64 allocated_bytes;

static void *
counting_malloc(size_t size, const char *file, int line)
{
    gsize *block = malloc(size + 16);

    if (!block)
        return NULL;
    *block = size;
    allocated_bytes += (gint64) size;
    return (guint8 *) block + 16;
}

static void
counting_free(void *pointer, const char *file, int line)
{
    if (!pointer)
        return;
    gsize *block = (gsize *) ((guint8 *) pointer - 16);

    allocated_bytes -= (gint64) *block;
    free(block);
}

static void *
counting_realloc(void *pointer, size_t size, const char *file, int line)
{
    void *moved = size ? counting_malloc(size, file, line) : NULL;

    if (pointer && moved)
        memcpy(moved, pointer, MIN(size, *(gsize *) ((guint8 *) pointer - 16)));
    counting_free(pointer, file, line);
    return moved;
}

START_TEST(gives_the_handshakes_memory_back)
{
    MediaPeer first = { 0 }, second = { 0 };
    gint64 before;

    media_peer_start(&first); /* also warms OpenSSL's caches up */
    media_peer_connect(&first);
    second.identity = dtls_identity_ref(first.identity);
    before = allocated_bytes;
    media_peer_start(&second);
    media_peer_connect(&second);
    ck_assert_int_eq(second.state, PEER_CONNECTED);
    /* The client of the second connection goes; what remains is the transport's. */
    SSL_free(second.ssl);
    SSL_CTX_free(second.context);
    second.ssl = NULL;
    second.context = NULL;
    ck_assert_msg(allocated_bytes - before < 52 * 1024, "%" G_GINT64_FORMAT " bytes in OpenSSL", allocated_bytes - before);
    /* Its first packet shows that it needs nothing more of the handshake. What remains are the ciphers of SRTP. */
    media_peer_send_rtcp(&second);
    ck_assert_msg(allocated_bytes - before < 8 * 1024, "%" G_GINT64_FORMAT " bytes in OpenSSL", allocated_bytes - before);

    /* And the other still understands close_notify after having given its buffers back. */
    media_peer_close(&first);
    ck_assert_int_eq(first.reason, PEER_REASON_CLOSED_BY_PEER);
    media_peer_stop(&second);
    media_peer_stop(&first);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("peer-transport");
    TCase *tcase = tcase_create("peer-transport");

    CRYPTO_set_mem_functions(counting_malloc, counting_realloc, counting_free);
    srtp_init();
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, connects_and_carries_media_both_ways, 0, 2);
    tcase_add_test(tcase, prefers_gcm_whatever_the_client_prefers);
    tcase_add_test(tcase, answers_dtls_only_to_a_checked_address);
    tcase_add_test(tcase, connects_when_dtls_comes_before_the_nomination);
    tcase_add_test(tcase, refuses_another_certificate_than_announced);
    tcase_add_loop_test(tcase, refuses_a_peer_without_our_protection_profiles, 0, 2);
    tcase_add_test(tcase, retransmits_a_lost_flight);
    tcase_add_test(tcase, follows_the_peer_to_another_address);
    tcase_add_test(tcase, media_from_a_new_address_is_taken_and_answered_in_kind);
    tcase_add_test(tcase, a_move_ends_when_the_old_path_speaks_or_nobody_checks);
    tcase_add_test(tcase, survives_an_ice_restart);
    tcase_add_test(tcase, is_disconnected_by_silence_and_closed_without_consent);
    tcase_add_test(tcase, gives_up_when_nobody_comes);
    tcase_add_loop_test(tcase, is_closed_by_either_side, 0, 4);
    tcase_add_test(tcase, drops_replayed_packets);
    tcase_add_test(tcase, keeps_no_more_addresses_than_it_may);
    tcase_add_test(tcase, gives_the_handshakes_memory_back);
    suite_add_tcase(suite, tcase);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    srtp_shutdown();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
