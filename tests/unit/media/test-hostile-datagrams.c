/* A whole conversation is recorded, and then its datagrams come again altered, cut, repeated and in any order. */
#include "peer-transport.h"

#include <string.h>

#include "fuzz-datagrams.h"
#include "media-peer.h"
#include "suite-main.h"

#define MUTATIONS 100000

static GPtrArray *
record_conversation(MediaPeer *peer)
{
    peer->recorded = g_ptr_array_new_with_free_func((GDestroyNotify) g_bytes_unref);
    media_peer_start(peer);
    media_peer_connect(peer);
    for (guint16 i = 1; i <= 30; i++)
        media_peer_send_rtp(peer, i, 20 + 30 * i);
    for (guint i = 0; i < 5; i++)
        media_peer_send_rtcp(peer);
    ck_assert_int_eq(peer->state, PEER_CONNECTED);
    return g_steal_pointer(&peer->recorded);
}

static void
copy_bytes(GBytes *bytes, guint8 *buffer, gsize *ret_length)
{
    const guint8 *data = g_bytes_get_data(bytes, ret_length);

    memcpy(buffer, data, *ret_length);
}

static gsize
mutate(GRand *random, GPtrArray *recorded, guint8 *buffer)
{
    gsize length, other_length;
    guint8 other[2048];
    GBytes *bytes = g_ptr_array_index(recorded, (guint) g_rand_int_range(random, 0, (gint32) recorded->len));

    copy_bytes(bytes, buffer, &length);
    switch (g_rand_int_range(random, 0, 6)) {
    case 0: /* cut */
        return (gsize) g_rand_int_range(random, 0, (gint32) length + 1);
    case 1: /* the head of one and the tail of another */
        copy_bytes(g_ptr_array_index(recorded, (guint) g_rand_int_range(random, 0, (gint32) recorded->len)), other, &other_length);
        if (other_length > 20 && length > 20) {
            gsize at = (gsize) g_rand_int_range(random, 1, (gint32) MIN(length, other_length));

            memcpy(buffer + at, other + at, other_length - at);
            return other_length;
        }
        return length;
    case 2: /* longer */
        memset(buffer + length, g_rand_int_range(random, 0, 256), 64);
        return length + (gsize) g_rand_int_range(random, 1, 64);
    case 3: /* garbage of some protocol */
        buffer[0] = (guint8) g_rand_int(random);
        length = (gsize) g_rand_int_range(random, 1, 1500);
        for (gsize i = 1; i < length; i++)
            buffer[i] = (guint8) g_rand_int(random);
        return length;
    default: /* a few bytes changed */
        for (int n = g_rand_int_range(random, 1, 6); n > 0; n--)
            buffer[g_rand_int_range(random, 0, (gint32) length)] ^= (guint8) g_rand_int_range(random, 1, 256);
        return length;
    }
}

START_TEST(nothing_forged_gets_in_and_the_call_goes_on)
{
    MediaPeer peer = { .srtp_profiles = _i ? "SRTP_AEAD_AES_128_GCM" : "SRTP_AES128_CM_SHA1_80" };
    g_autoptr(GPtrArray) recorded = record_conversation(&peer);
    GRand *random = g_rand_new_with_seed(41 + (guint32) _i);
    guint n_rtp = peer.n_rtp, n_rtcp = peer.n_rtcp;
    gsize received = 0, sent_before = peer.bytes_sent;

    for (guint i = 0; i < MUTATIONS; i++) {
        guint8 buffer[2200];
        gsize length = mutate(random, recorded, buffer);
        /* The exact size, so that the sanitizer sees every byte read too many. */
        g_autofree guint8 *exact = g_memdup2(buffer, length ? length : 1);

        received += length;
        peer_transport_receive(peer.transport, &peer.address, exact, length, peer.now_us);
        g_queue_clear_full(&peer.to_peer, (GDestroyNotify) g_bytes_unref);
    }
    /* Every packet had its turn already, so not one more arrives; and an attacker gains nothing by asking. */
    ck_assert_uint_eq(peer.n_rtp, n_rtp);
    ck_assert_uint_eq(peer.n_rtcp, n_rtcp);
    ck_assert_uint_lt(peer.bytes_sent - sent_before, received);

    /* The close_notify of nobody can be made up: the call goes on. */
    ck_assert_int_eq(peer_transport_state(peer.transport), PEER_CONNECTED);
    media_peer_send_rtp(&peer, 1000, 500);
    media_peer_send_rtcp(&peer);
    ck_assert_uint_eq(peer.n_rtp, n_rtp + 1);
    ck_assert_uint_eq(peer.n_rtcp, n_rtcp + 1);
    ck_assert(media_peer_receive_rtp(&peer, 1, 100));
    g_rand_free(random);
    media_peer_stop(&peer);
}
END_TEST

START_TEST(replays_of_everything_are_dropped)
{
    MediaPeer peer = { 0 };
    g_autoptr(GPtrArray) recorded = record_conversation(&peer);

    for (guint round = 0; round < 20; round++) {
        for (guint i = 0; i < recorded->len; i++) {
            gsize length;
            const guint8 *data = g_bytes_get_data(g_ptr_array_index(recorded, i), &length);

            media_peer_inject(&peer, data, length);
        }
    }
    ck_assert_uint_eq(peer.n_rtp, 30);
    ck_assert_uint_eq(peer.n_rtcp, 5);
    ck_assert_uint_eq(peer_transport_stats(peer.transport)->srtp_replayed, 20 * 35);
    ck_assert_int_eq(peer_transport_state(peer.transport), PEER_CONNECTED);
    media_peer_stop(&peer);
}
END_TEST

/* The same before there are keys: the handshake is not to be upset for good by strangers' bytes, only by its own. */
START_TEST(a_new_connection_survives_garbage)
{
    MediaPeer old = { 0 };
    g_autoptr(GPtrArray) recorded = record_conversation(&old);
    GRand *random = g_rand_new_with_seed(43);

    for (guint round = 0; round < 200; round++) {
        MediaPeer peer = { .identity = dtls_identity_ref(old.identity) };

        media_peer_start(&peer);
        media_peer_check(&peer, FALSE);
        for (guint i = 0; i < 50; i++) {
            guint8 buffer[2200];
            gsize length = mutate(random, recorded, buffer);
            g_autofree guint8 *exact = g_memdup2(buffer, length ? length : 1);

            peer_transport_receive(peer.transport, &peer.address, exact, length, peer.now_us);
            media_peer_deliver(&peer);
        }
        media_peer_stop(&peer);
    }
    g_rand_free(random);
    media_peer_stop(&old);
}
END_TEST

START_TEST(the_fuzzing_entry_takes_anything)
{
    MediaPeer peer = { 0 };
    g_autoptr(GPtrArray) recorded = record_conversation(&peer);
    GRand *random = g_rand_new_with_seed(47);

    for (guint i = 0; i < 500; i++) {
        g_autoptr(GByteArray) script = g_byte_array_new();

        for (guint k = 0; k < 8; k++) {
            guint8 buffer[2200];
            gsize length = mutate(random, recorded, buffer);
            guint8 head[2] = { (guint8) (length >> 8), (guint8) length };

            g_byte_array_append(script, head, 2);
            g_byte_array_append(script, buffer, (guint) length);
        }
        fuzz_datagrams(script->data, script->len);
    }
    g_rand_free(random);
    media_peer_stop(&peer);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("hostile-datagrams");
    TCase *tcase = tcase_create("hostile-datagrams");

    srtp_init();
    tcase_set_timeout(tcase, 170);
    tcase_add_loop_test(tcase, nothing_forged_gets_in_and_the_call_goes_on, 0, 2);
    tcase_add_test(tcase, replays_of_everything_are_dropped);
    tcase_add_test(tcase, a_new_connection_survives_garbage);
    tcase_add_test(tcase, the_fuzzing_entry_takes_anything);
    suite_add_tcase(suite, tcase);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    srtp_shutdown();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
