#include "srtp-context.h"

#include <srtp2/srtp.h>
#include <string.h>

#include "hex.h"
#include "rfc3711.h"
#include "rfc7714.h"
#include "srtp-cipher.h"
#include "srtp-iv.h"
#include "srtp-key-derivation.h"
#include "srtp-replay-window.h"
#include "suite-main.h"

static const SrtpProfile profiles[] = { SRTP_PROFILE_AES128_CM_SHA1_80, SRTP_PROFILE_AEAD_AES_128_GCM };
#define CAPACITY 2048
#define SSRC     0x01020304u

/* ---- the RFCs' vectors ---- */

START_TEST(derives_the_keys_of_rfc3711_b3)
{
    static const struct {
        SrtpLabel label;
        const char *hex;
    } derived[] = { { SRTP_LABEL_RTP_ENCRYPTION, RFC3711_DERIVED_ENCRYPTION },
                    { SRTP_LABEL_RTP_SALT, RFC3711_DERIVED_SALT },
                    { SRTP_LABEL_RTP_AUTHENTICATION, RFC3711_DERIVED_AUTHENTICATION } };
    guint8 key[16], salt[14], expected[20], made[20];

    hex_read(RFC3711_MASTER_KEY, key);
    hex_read(RFC3711_MASTER_SALT, salt);
    for (guint i = 0; i < G_N_ELEMENTS(derived); i++) {
        gsize length = hex_read(derived[i].hex, expected);

        ck_assert(srtp_derive(key, salt, sizeof salt, derived[i].label, made, length));
        ck_assert_mem_eq(made, expected, length);
    }
}
END_TEST

START_TEST(makes_the_key_stream_of_rfc3711_b2)
{
    guint8 key[16], salt[14], iv[16], unused[20] = { 0 }, expected[48];
    g_autofree guint8 *stream = g_malloc0(RFC3711_KEYSTREAM_LENGTH);

    hex_read(RFC3711_SESSION_KEY, key);
    hex_read(RFC3711_SESSION_SALT, salt);
    SrtpCipher *cipher = srtp_cipher_new(SRTP_PROFILE_AES128_CM_SHA1_80, TRUE, key, unused);
    srtp_iv_cm(iv, salt, 0, 0);
    ck_assert(srtp_cipher_cm(cipher, iv, stream, stream, RFC3711_KEYSTREAM_LENGTH));
    hex_read(RFC3711_KEYSTREAM_START, expected);
    ck_assert_mem_eq(stream, expected, 48);
    hex_read(RFC3711_KEYSTREAM_END, expected);
    ck_assert_mem_eq(stream + RFC3711_KEYSTREAM_LENGTH - 48, expected, 48);
    srtp_cipher_free(cipher);
}
END_TEST

START_TEST(protects_the_packets_of_rfc7714)
{
    guint8 key[16], salt[12], iv[16], expected_iv[12], plain[128], packet[128], expected[128];

    hex_read(RFC7714_KEY, key);
    hex_read(RFC7714_SALT, salt);
    for (int encrypt = 0; encrypt < 2; encrypt++) {
        SrtpCipher *cipher = srtp_cipher_new(SRTP_PROFILE_AEAD_AES_128_GCM, encrypt, key, NULL);

        gsize length = hex_read(RFC7714_RTP, plain), protected = hex_read(RFC7714_SRTP, expected);
        srtp_iv_gcm_rtp(iv, salt, 0x5501a0b2, 0xf17b);
        hex_read(RFC7714_RTP_IV, expected_iv);
        ck_assert_mem_eq(iv, expected_iv, 12);
        ck_assert_uint_eq(protected, length + SRTP_GCM_TAG_LENGTH);
        memcpy(packet, encrypt ? plain : expected, protected);
        ck_assert(srtp_cipher_gcm(cipher, iv, packet, 12, NULL, 0, packet + 12, packet + 12, length - 12, packet + length));
        ck_assert_mem_eq(packet, encrypt ? expected : plain, encrypt ? protected : length);

        length = hex_read(RFC7714_RTCP, plain);
        protected = hex_read(RFC7714_SRTCP, expected);
        srtp_iv_gcm_rtcp(iv, salt, RFC7714_RTCP_SSRC, RFC7714_RTCP_INDEX);
        ck_assert_uint_eq(protected, length + SRTP_GCM_TAG_LENGTH + 4);
        memcpy(packet, encrypt ? plain : expected, protected);
        ck_assert(srtp_cipher_gcm(cipher, iv, packet, 8, expected + protected - 4, 4, packet + 8, packet + 8, length - 8, packet + length));
        ck_assert_mem_eq(packet, encrypt ? expected : plain, encrypt ? protected - 4 : length);
        srtp_cipher_free(cipher);
    }
}
END_TEST

/* ---- against libsrtp2 ---- */

static guint8 master[SRTP_KEY_LENGTH + SRTP_SALT_MAX];

static void
fill_master(void)
{
    for (gsize i = 0; i < sizeof master; i++)
        master[i] = (guint8) (i * 7 + 3);
}

static srtp_t
oracle_new(SrtpProfile profile, srtp_ssrc_type_t direction)
{
    srtp_policy_t policy = { 0 };
    srtp_t oracle;

    if (profile == SRTP_PROFILE_AEAD_AES_128_GCM) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    }
    policy.ssrc.type = direction;
    policy.key = master;
    policy.window_size = SRTP_REPLAY_WINDOW;
    ck_assert_int_eq(srtp_create(&oracle, &policy), srtp_err_status_ok);
    return oracle;
}

static SrtpContext *
context_new(SrtpProfile profile, SrtpDirection direction)
{
    SrtpContext *context = srtp_context_new(profile, direction, master, master + SRTP_KEY_LENGTH);

    ck_assert_ptr_nonnull(context);
    return context;
}

/* A packet with `csrcs` CSRCs, `extension_words` words of header extension (none when negative), padding and a payload; returns its length. */
static gsize
make_rtp(guint8 *packet, guint32 ssrc, guint16 sequence, guint csrcs, int extension_words, gsize payload)
{
    gsize length = 12;

    memset(packet, 0, CAPACITY);
    packet[0] = (guint8) (0x80 | csrcs | (extension_words >= 0 ? 0x10 : 0) | (payload > 16 ? 0x20 : 0));
    packet[1] = 96;
    packet[2] = (guint8) (sequence >> 8);
    packet[3] = (guint8) sequence;
    srtp_write_32(packet + 8, ssrc);
    for (; length < 12 + 4 * csrcs; length++)
        packet[length] = (guint8) length;
    if (extension_words >= 0) {
        packet[length] = 0xbe;
        packet[length + 1] = 0xde;
        packet[length + 2] = (guint8) (extension_words >> 8);
        packet[length + 3] = (guint8) extension_words;
        length += 4 + 4 * (gsize) extension_words;
    }
    for (gsize i = 0; i < payload; i++)
        packet[length + i] = (guint8) (i * 31 + sequence);
    if (payload > 16)
        packet[length + payload - 1] = 4;
    return length + payload;
}

static gsize
make_rtcp(guint8 *packet, guint32 ssrc, gsize words)
{
    memset(packet, 0, CAPACITY);
    packet[0] = 0x80;
    packet[1] = 200;
    packet[2] = (guint8) ((words + 1) >> 8);
    packet[3] = (guint8) (words + 1);
    srtp_write_32(packet + 4, ssrc);
    for (gsize i = 0; i < 4 * words; i++)
        packet[8 + i] = (guint8) (i * 13);
    return 8 + 4 * words;
}

/* Ours and libsrtp's protection of the same packet are the same bytes, and each opens them. */
static void
compare_rtp(SrtpContext *ours, SrtpContext *opener, srtp_t theirs, srtp_t their_opener, const guint8 *plain, gsize length)
{
    guint8 a[CAPACITY], b[CAPACITY];
    gsize a_length = 0, opened = 0;
    int b_length = (int) length;

    memcpy(a, plain, length);
    memcpy(b, plain, length);
    ck_assert_int_eq(srtp_context_protect_rtp(ours, a, length, sizeof a, &a_length), SRTP_OK);
    ck_assert_int_eq(srtp_protect(theirs, b, &b_length), srtp_err_status_ok);
    ck_assert_uint_eq(a_length, (gsize) b_length);
    ck_assert_mem_eq(a, b, a_length);
    ck_assert_int_eq(srtp_context_unprotect_rtp(opener, a, a_length, &opened), SRTP_OK);
    ck_assert_uint_eq(opened, length);
    ck_assert_mem_eq(a, plain, length);
    ck_assert_int_eq(srtp_unprotect(their_opener, b, &b_length), srtp_err_status_ok);
    ck_assert_mem_eq(b, plain, length);
}

START_TEST(agrees_with_libsrtp_on_every_size_and_header)
{
    SrtpProfile profile = profiles[_i];
    g_autoptr(SrtpContext) ours = context_new(profile, SRTP_PROTECT), opener = context_new(profile, SRTP_UNPROTECT);
    srtp_t theirs = oracle_new(profile, ssrc_any_outbound), their_opener = oracle_new(profile, ssrc_any_inbound);
    guint16 sequence = 100;
    guint8 packet[CAPACITY];

    for (gsize payload = 1; payload <= 1460; payload += payload < 80 ? 1 : 97) {
        for (int extension = -1; extension <= 3; extension++) {
            gsize length = make_rtp(packet, SSRC, sequence++, payload % 16, extension, payload);

            compare_rtp(ours, opener, theirs, their_opener, packet, length);
        }
    }
    srtp_dealloc(theirs);
    srtp_dealloc(their_opener);
}
END_TEST

START_TEST(agrees_with_libsrtp_on_roll_over_and_reordering)
{
    SrtpProfile profile = profiles[_i];
    g_autoptr(SrtpContext) ours = context_new(profile, SRTP_PROTECT), opener = context_new(profile, SRTP_UNPROTECT);
    srtp_t theirs = oracle_new(profile, ssrc_any_outbound), their_opener = oracle_new(profile, ssrc_any_inbound);
    guint8 packet[CAPACITY];
    GRand *random = g_rand_new_with_seed(7);

    /* Twice round the sequence numbers, in steps and swapped in pairs, so that pairs lie across both roll-overs. */
    for (guint32 index = 0; index < 140000; index += 1 + (guint32) g_rand_int_range(random, 0, 40)) {
        guint32 order[] = { index + 41, index };

        for (guint k = 0; k < 2; k++, index += k) {
            gsize length = make_rtp(packet, SSRC, (guint16) order[k], 0, 1, 100);

            compare_rtp(ours, opener, theirs, their_opener, packet, length);
        }
        index += 42;
    }
    g_rand_free(random);
    srtp_dealloc(theirs);
    srtp_dealloc(their_opener);
}
END_TEST

START_TEST(agrees_with_libsrtp_on_rtcp)
{
    SrtpProfile profile = profiles[_i];
    g_autoptr(SrtpContext) ours = context_new(profile, SRTP_PROTECT), opener = context_new(profile, SRTP_UNPROTECT);
    srtp_t theirs = oracle_new(profile, ssrc_any_outbound), their_opener = oracle_new(profile, ssrc_any_inbound);

    for (gsize words = 0; words < 300; words += 1 + words / 8) {
        guint8 plain[CAPACITY], a[CAPACITY], b[CAPACITY];
        gsize length = make_rtcp(plain, SSRC, words), a_length = 0, opened = 0;
        int b_length = (int) length;

        /* Each opens what the other made: the two count their indices from different starts, so the bytes differ. */
        memcpy(a, plain, length);
        memcpy(b, plain, length);
        ck_assert_int_eq(srtp_context_protect_rtcp(ours, a, length, sizeof a, &a_length), SRTP_OK);
        ck_assert_int_eq(srtp_protect_rtcp(theirs, b, &b_length), srtp_err_status_ok);
        ck_assert_uint_eq(a_length, (gsize) b_length);

        int a_opened = (int) a_length;
        ck_assert_int_eq(srtp_unprotect_rtcp(their_opener, a, &a_opened), srtp_err_status_ok);
        ck_assert_int_eq(a_opened, (int) length);
        ck_assert_mem_eq(a, plain, length);
        ck_assert_int_eq(srtp_context_unprotect_rtcp(opener, b, (gsize) b_length, &opened), SRTP_OK);
        ck_assert_uint_eq(opened, length);
        ck_assert_mem_eq(b, plain, length);
    }
    srtp_dealloc(theirs);
    srtp_dealloc(their_opener);
}
END_TEST

/* ---- replays, forgeries, bounds ---- */

START_TEST(drops_replays_and_what_is_behind_the_window)
{
    SrtpProfile profile = profiles[_i];
    g_autoptr(SrtpContext) sender = context_new(profile, SRTP_PROTECT), receiver = context_new(profile, SRTP_UNPROTECT);
    guint8 stored[300][64], packet[CAPACITY];
    gsize length = 0, opened = 0;

    for (guint i = 0; i < 300; i++) {
        gsize plain = make_rtp(packet, SSRC, (guint16) (1000 + i), 0, -1, 20);

        ck_assert_int_eq(srtp_context_protect_rtp(sender, packet, plain, sizeof packet, &length), SRTP_OK);
        memcpy(stored[i], packet, length);
    }
    for (guint i = 0; i < 300; i += 2) {
        memcpy(packet, stored[i], length);
        ck_assert_int_eq(srtp_context_unprotect_rtp(receiver, packet, length, &opened), SRTP_OK);
        memcpy(packet, stored[i], length);
        ck_assert_int_eq(srtp_context_unprotect_rtp(receiver, packet, length, &opened), SRTP_REPLAYED);
    }
    /* Number 298 was the highest: 171 is the last one within 128, the odd ones there are still new. */
    for (guint i = 1; i < 298; i += 2) {
        memcpy(packet, stored[i], length);
        ck_assert_int_eq(srtp_context_unprotect_rtp(receiver, packet, length, &opened), 298 - i < 128 ? SRTP_OK : SRTP_REPLAYED);
    }
}
END_TEST

START_TEST(drops_replayed_rtcp)
{
    SrtpProfile profile = profiles[_i];
    g_autoptr(SrtpContext) sender = context_new(profile, SRTP_PROTECT), receiver = context_new(profile, SRTP_UNPROTECT);
    guint8 packet[CAPACITY], again[CAPACITY];
    gsize length, opened;

    ck_assert_int_eq(srtp_context_protect_rtcp(sender, packet, make_rtcp(packet, SSRC, 6), sizeof packet, &length), SRTP_OK);
    memcpy(again, packet, length);
    ck_assert_int_eq(srtp_context_unprotect_rtcp(receiver, packet, length, &opened), SRTP_OK);
    ck_assert_int_eq(srtp_context_unprotect_rtcp(receiver, again, length, &opened), SRTP_REPLAYED);
}
END_TEST

START_TEST(never_uses_an_index_twice)
{
    SrtpProfile profile = profiles[_i];
    g_autoptr(SrtpContext) sender = context_new(profile, SRTP_PROTECT);
    guint8 packet[CAPACITY];
    gsize length;

    for (int again = 0; again < 2; again++) {
        gsize plain = make_rtp(packet, SSRC, 5, 0, -1, 20);

        ck_assert_int_eq(srtp_context_protect_rtp(sender, packet, plain, sizeof packet, &length), again ? SRTP_REPLAYED : SRTP_OK);
    }
}
END_TEST

START_TEST(sees_every_changed_byte)
{
    SrtpProfile profile = profiles[_i];
    g_autoptr(SrtpContext) sender = context_new(profile, SRTP_PROTECT), receiver = context_new(profile, SRTP_UNPROTECT);
    guint8 rtp[CAPACITY], rtcp[CAPACITY], changed[CAPACITY];
    gsize rtp_length, rtcp_length, opened;

    ck_assert_int_eq(srtp_context_protect_rtp(sender, rtp, make_rtp(rtp, SSRC, 9, 1, 1, 40), sizeof rtp, &rtp_length), SRTP_OK);
    ck_assert_int_eq(srtp_context_protect_rtcp(sender, rtcp, make_rtcp(rtcp, SSRC, 6), sizeof rtcp, &rtcp_length), SRTP_OK);
    for (gsize i = 0; i < rtp_length; i++) {
        memcpy(changed, rtp, rtp_length);
        changed[i] ^= 1;
        ck_assert_msg(srtp_context_unprotect_rtp(receiver, changed, rtp_length, &opened) != SRTP_OK, "RTP byte %zu", i);
    }
    for (gsize i = 0; i < rtcp_length; i++) {
        memcpy(changed, rtcp, rtcp_length);
        changed[i] ^= 1;
        ck_assert_msg(srtp_context_unprotect_rtcp(receiver, changed, rtcp_length, &opened) != SRTP_OK, "RTCP byte %zu", i);
    }
    /* None of the forgeries spoilt the state. */
    ck_assert_int_eq(srtp_context_unprotect_rtp(receiver, rtp, rtp_length, &opened), SRTP_OK);
    ck_assert_int_eq(srtp_context_unprotect_rtcp(receiver, rtcp, rtcp_length, &opened), SRTP_OK);
}
END_TEST

START_TEST(refuses_malformed_and_truncated_packets)
{
    SrtpProfile profile = profiles[_i];
    g_autoptr(SrtpContext) sender = context_new(profile, SRTP_PROTECT), receiver = context_new(profile, SRTP_UNPROTECT);
    guint8 packet[CAPACITY], protected[CAPACITY];
    gsize length, opened, plain = make_rtp(protected, SSRC, 1, 15, 3, 10);

    ck_assert_int_eq(srtp_context_protect_rtp(sender, protected, plain, sizeof protected, &length), SRTP_OK);
    for (gsize cut = 0; cut < length; cut++) {
        g_autofree guint8 *exact = g_memdup2(protected, cut ? cut : 1);
        g_autofree guint8 *exact_rtcp = g_memdup2(protected, cut ? cut : 1);

        ck_assert_int_ne(srtp_context_unprotect_rtp(receiver, exact, cut, &opened), SRTP_OK);
        ck_assert_int_ne(srtp_context_unprotect_rtcp(receiver, exact_rtcp, cut, &opened), SRTP_OK);
    }

    plain = make_rtp(packet, SSRC, 2, 0, 200, 0); /* an extension longer than the packet */
    ck_assert_int_eq(srtp_context_protect_rtp(sender, packet, 40, sizeof packet, &length), SRTP_MALFORMED);
    ck_assert_int_eq(srtp_context_protect_rtp(sender, packet, 14, sizeof packet, &length), SRTP_MALFORMED);
    ck_assert_int_eq(srtp_context_protect_rtp(sender, packet, 11, sizeof packet, &length), SRTP_MALFORMED);
    ck_assert_int_eq(srtp_context_protect_rtcp(sender, packet, 7, sizeof packet, &length), SRTP_MALFORMED);
    packet[0] = 0x40;
    ck_assert_int_eq(srtp_context_protect_rtp(sender, packet, 40, sizeof packet, &length), SRTP_MALFORMED);
    ck_assert_int_eq(srtp_context_protect_rtcp(sender, packet, 40, sizeof packet, &length), SRTP_MALFORMED);
}
END_TEST

START_TEST(writes_a_tag_only_where_there_is_room)
{
    SrtpProfile profile = profiles[_i];
    g_autoptr(SrtpContext) sender = context_new(profile, SRTP_PROTECT);
    guint8 packet[CAPACITY];
    gsize length, rtp = make_rtp(packet, SSRC, 1, 0, -1, 20), tag = profile == SRTP_PROFILE_AEAD_AES_128_GCM ? 16 : 10;

    ck_assert_int_eq(srtp_context_protect_rtp(sender, packet, rtp, rtp + tag - 1, &length), SRTP_NO_ROOM);
    ck_assert_int_eq(srtp_context_protect_rtp(sender, packet, rtp, rtp + tag, &length), SRTP_OK);
    gsize rtcp = make_rtcp(packet, SSRC, 6);
    ck_assert_int_eq(srtp_context_protect_rtcp(sender, packet, rtcp, rtcp + tag + 3, &length), SRTP_NO_ROOM);
    ck_assert_int_eq(srtp_context_protect_rtcp(sender, packet, rtcp, rtcp + tag + 4, &length), SRTP_OK);
}
END_TEST

START_TEST(takes_only_so_many_ssrcs)
{
    SrtpProfile profile = profiles[_i];
    g_autoptr(SrtpContext) sender = context_new(profile, SRTP_PROTECT);
    guint8 packet[CAPACITY];
    gsize length;

    for (guint i = 0; i <= SRTP_STREAMS_MAX; i++) {
        gsize plain = make_rtp(packet, SSRC + i, 1, 0, -1, 20);

        ck_assert_int_eq(srtp_context_protect_rtp(sender, packet, plain, sizeof packet, &length),
                         i < SRTP_STREAMS_MAX ? SRTP_OK : SRTP_TOO_MANY_STREAMS);
    }
    /* Those that are in go on. */
    ck_assert_int_eq(srtp_context_protect_rtp(sender, packet, make_rtp(packet, SSRC, 2, 0, -1, 20), sizeof packet, &length), SRTP_OK);
}
END_TEST

START_TEST(refuses_rtcp_in_the_clear)
{
    SrtpProfile profile = profiles[_i];
    g_autoptr(SrtpContext) sender = context_new(profile, SRTP_PROTECT), receiver = context_new(profile, SRTP_UNPROTECT);
    guint8 packet[CAPACITY];
    gsize length, opened;

    ck_assert_int_eq(srtp_context_protect_rtcp(sender, packet, make_rtcp(packet, SSRC, 6), sizeof packet, &length), SRTP_OK);
    packet[length - (profile == SRTP_PROFILE_AEAD_AES_128_GCM ? 4 : 14)] &= 0x7f;
    ck_assert_int_eq(srtp_context_unprotect_rtcp(receiver, packet, length, &opened), SRTP_MALFORMED);
}
END_TEST

START_TEST(the_window_is_a_set)
{
    SrtpReplayWindow window = { 0 };
    gboolean used[2000] = { FALSE };
    GRand *random = g_rand_new_with_seed(11);
    guint64 highest = 0;

    for (guint i = 0; i < 40000; i++) {
        /* Drawn first: MIN evaluates its arguments twice. */
        guint64 ahead = g_rand_int_range(random, 0, 4), behind = g_rand_int_range(random, 0, 160);
        guint64 index = MIN(highest + ahead, 1999) - MIN(behind, highest);
        gboolean expected = index > highest || i == 0 || (highest - index < 128 && !used[index]);

        ck_assert_int_eq(srtp_replay_window_allows(&window, index), expected);
        if (!expected)
            continue;
        srtp_replay_window_enter(&window, index);
        used[index] = TRUE;
        highest = MAX(highest, index);
    }
    ck_assert_uint_gt(highest, 300);
    g_rand_free(random);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("srtp");
    TCase *vectors = tcase_create("vectors"), *both = tcase_create("both profiles");
    int n = G_N_ELEMENTS(profiles);

    fill_master();
    srtp_init();
    tcase_set_timeout(vectors, 120);
    tcase_set_timeout(both, 120);
    tcase_add_test(vectors, derives_the_keys_of_rfc3711_b3);
    tcase_add_test(vectors, makes_the_key_stream_of_rfc3711_b2);
    tcase_add_test(vectors, protects_the_packets_of_rfc7714);
    tcase_add_test(vectors, the_window_is_a_set);
    tcase_add_loop_test(both, agrees_with_libsrtp_on_every_size_and_header, 0, n);
    tcase_add_loop_test(both, agrees_with_libsrtp_on_roll_over_and_reordering, 0, n);
    tcase_add_loop_test(both, agrees_with_libsrtp_on_rtcp, 0, n);
    tcase_add_loop_test(both, drops_replays_and_what_is_behind_the_window, 0, n);
    tcase_add_loop_test(both, drops_replayed_rtcp, 0, n);
    tcase_add_loop_test(both, never_uses_an_index_twice, 0, n);
    tcase_add_loop_test(both, sees_every_changed_byte, 0, n);
    tcase_add_loop_test(both, refuses_malformed_and_truncated_packets, 0, n);
    tcase_add_loop_test(both, writes_a_tag_only_where_there_is_room, 0, n);
    tcase_add_loop_test(both, takes_only_so_many_ssrcs, 0, n);
    tcase_add_loop_test(both, refuses_rtcp_in_the_clear, 0, n);
    suite_add_tcase(suite, vectors);
    suite_add_tcase(suite, both);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    srtp_shutdown();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
