/* The load client's STUN against the vectors of RFC 5769 and against itself. */
#include "load-stun.h"

#include <arpa/inet.h>
#include <string.h>

#include "hex.h"
#include "rfc5769.h"

#include "suite-main.h"

static const guint8 transaction[LOAD_STUN_TRANSACTION] = "abcdefghijkl";
static const LoadStunCheck check = {"theirs:ours", "a password of theirs", 12345, 67890, TRUE};

START_TEST(reads_its_own_check)
{
    guint8 message[LOAD_STUN_MAX];
    gsize length = load_stun_write_check(message, transaction, &check);
    const guint8 *read;
    gboolean use_candidate;

    ck_assert_int_eq(load_stun_read(message, length, check.password, &read, &use_candidate), LOAD_STUN_REQUEST);
    ck_assert_mem_eq(read, transaction, sizeof transaction);
    ck_assert(use_candidate);
}
END_TEST

START_TEST(refuses_another_password_and_a_changed_byte)
{
    guint8 message[LOAD_STUN_MAX];
    gsize length = load_stun_write_check(message, transaction, &check);
    const guint8 *read;
    gboolean use_candidate;

    ck_assert_int_eq(load_stun_read(message, length, "another", &read, &use_candidate), LOAD_STUN_OTHER);
    message[24] ^= 1;
    ck_assert_int_eq(load_stun_read(message, length, check.password, &read, &use_candidate), LOAD_STUN_OTHER);
}
END_TEST

START_TEST(no_cut_message_is_read_beyond_its_end)
{
    guint8 message[LOAD_STUN_MAX];
    gsize length = load_stun_write_check(message, transaction, &check);
    const guint8 *read;
    gboolean use_candidate;

    for (gsize cut = 0; cut < length - 8; cut++) { /* the last 8 bytes are FINGERPRINT */
        guint8 *copy = memcpy(g_malloc(cut + 1), message, cut);

        ck_assert_int_eq(load_stun_read(copy, cut, check.password, &read, &use_candidate), LOAD_STUN_OTHER);
        g_free(copy);
    }
}
END_TEST

static LoadStunType
read_vector(const char *hex)
{
    guint8 message[LOAD_STUN_MAX];
    gsize length = hex_read(hex, message);
    const guint8 *read;
    gboolean use_candidate;

    return load_stun_read(message, length, RFC5769_PASSWORD, &read, &use_candidate);
}

START_TEST(reads_the_request_and_response_of_rfc_5769)
{
    ck_assert_int_eq(read_vector(RFC5769_REQUEST), LOAD_STUN_REQUEST);
    ck_assert_int_eq(read_vector(RFC5769_IPV4_RESPONSE), LOAD_STUN_SUCCESS);
}
END_TEST

SUITE_MAIN("load-stun", reads_its_own_check, refuses_another_password_and_a_changed_byte, no_cut_message_is_read_beyond_its_end,
           reads_the_request_and_response_of_rfc_5769)
