#include "stun-message.h"

#include <string.h>

#include "hex.h"
#include "rfc5769.h"
#include "suite-main.h"

static const guint8 transaction[STUN_TRANSACTION_LENGTH] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
static const char password[] = "0123456789abcdefghijkl";

static gsize
write_request(guint8 *buffer, gsize capacity)
{
    StunWriter writer;

    stun_writer_begin(&writer, buffer, capacity, STUN_BINDING_REQUEST, transaction);
    stun_writer_username(&writer, "ours:theirs");
    stun_writer_priority(&writer, 0x6e7f1eff);
    stun_writer_controlling(&writer, G_GUINT64_CONSTANT(0x0102030405060708));
    stun_writer_use_candidate(&writer);
    stun_writer_integrity(&writer, password);
    return stun_writer_end(&writer);
}

/* Puts the header's length right after bytes were appended or cut. */
static void
set_length(guint8 *data, gsize length)
{
    data[2] = (guint8) ((length - STUN_HEADER_LENGTH) >> 8);
    data[3] = (guint8) (length - STUN_HEADER_LENGTH);
}

START_TEST(reads_the_sample_request_of_rfc5769)
{
    guint8 data[128];
    StunMessage message;
    gsize length = hex_read(RFC5769_REQUEST, data);

    ck_assert_int_eq(stun_message_parse(data, length, &message), STUN_OK);
    ck_assert_int_eq(message.type, STUN_BINDING_REQUEST);
    ck_assert_uint_eq(message.username_length, strlen(RFC5769_USERNAME));
    ck_assert_mem_eq(message.username, RFC5769_USERNAME, message.username_length);
    ck_assert_uint_eq(message.priority, 0x6e0001ff);
    ck_assert(message.has_controlled && !message.has_controlling);
    ck_assert(message.tie_breaker == G_GUINT64_CONSTANT(0x932ff9b151263b36));
    ck_assert(message.has_fingerprint);
    ck_assert_uint_eq(message.n_unknown, 0);
    ck_assert(stun_message_verify(&message, RFC5769_PASSWORD));
    ck_assert(!stun_message_verify(&message, "VOkJxbRl1RmTxUk/WvJxBu"));
}
END_TEST

START_TEST(reads_the_sample_responses_of_rfc5769)
{
    static const struct {
        const char *hex, *address;
    } samples[] = { { RFC5769_IPV4_RESPONSE, "192.0.2.1:32853" },
                    { RFC5769_IPV6_RESPONSE, "[2001:db8:1234:5678:11:2233:4455:6677]:32853" } };

    for (guint i = 0; i < G_N_ELEMENTS(samples); i++) {
        guint8 data[128];
        char text[NET_ADDRESS_TEXT_MAX];
        StunMessage message;

        ck_assert_int_eq(stun_message_parse(data, hex_read(samples[i].hex, data), &message), STUN_OK);
        ck_assert_int_eq(message.type, STUN_BINDING_SUCCESS);
        ck_assert_str_eq(net_address_text(&message.mapped, text), samples[i].address);
        ck_assert(stun_message_verify(&message, RFC5769_PASSWORD));
    }
}
END_TEST

START_TEST(reads_what_it_writes)
{
    guint8 data[256];
    StunMessage message;
    gsize length = write_request(data, sizeof data);

    ck_assert_uint_gt(length, 0);
    ck_assert_int_eq(stun_message_parse(data, length, &message), STUN_OK);
    ck_assert_mem_eq(message.transaction, transaction, sizeof transaction);
    ck_assert_mem_eq(message.username, "ours:theirs", 11);
    ck_assert(message.use_candidate && message.has_priority && message.has_controlling);
    ck_assert(stun_message_verify(&message, password));
}
END_TEST

START_TEST(writes_addresses_and_errors)
{
    static const char *const ips[] = { "192.0.2.9", "2001:db8::9" };

    for (guint i = 0; i < G_N_ELEMENTS(ips); i++) {
        guint8 data[256];
        StunWriter writer;
        StunMessage message;
        NetAddress address;

        ck_assert(net_address_parse(&address, ips[i], 4711));
        stun_writer_begin(&writer, data, sizeof data, STUN_BINDING_ERROR, transaction);
        stun_writer_mapped(&writer, &address);
        stun_writer_error(&writer, 487, "Role Conflict");
        ck_assert_int_eq(stun_message_parse(data, stun_writer_end(&writer), &message), STUN_OK);
        ck_assert(net_address_equal(&address, &message.mapped));
        ck_assert_uint_eq(message.error_code, 487);
        ck_assert_mem_eq(message.reason, "Role Conflict", message.reason_length);
    }
}
END_TEST

START_TEST(checks_sha256_integrity_and_both_together)
{
    for (int both = 0; both < 2; both++) {
        guint8 data[256];
        StunWriter writer;
        StunMessage message;

        stun_writer_begin(&writer, data, sizeof data, STUN_BINDING_REQUEST, transaction);
        stun_writer_username(&writer, "a:b");
        if (both)
            stun_writer_integrity(&writer, password);
        stun_writer_integrity_sha256(&writer, password);
        gsize length = stun_writer_end(&writer);

        ck_assert_int_eq(stun_message_parse(data, length, &message), STUN_OK);
        ck_assert(stun_message_verify(&message, password));
        ck_assert(!stun_message_verify(&message, "another password it is"));
        data[message.integrity_sha256_at + 8] ^= 1; /* right SHA-1, wrong SHA-256: not good enough */
        ck_assert(!stun_message_verify(&message, password));
    }
}
END_TEST

START_TEST(sees_every_changed_byte)
{
    guint8 data[256], changed[256];
    gsize length = write_request(data, sizeof data);

    for (gsize i = 0; i < length; i++) {
        StunMessage message;

        memcpy(changed, data, length);
        changed[i] ^= 0x20;
        /* With another type, FINGERPRINT is an optional attribute behind the integrity, which is to be ignored. */
        if (i == length - 8 || i == length - 7)
            continue;
        ck_assert_msg(stun_message_parse(changed, length, &message) != STUN_OK || !stun_message_verify(&message, password), "byte %zu", i);
    }
}
END_TEST

START_TEST(refuses_every_truncation)
{
    guint8 data[256];
    gsize length = write_request(data, sizeof data);
    StunMessage message;

    for (gsize cut = 0; cut < length; cut++) {
        /* A buffer of the exact size, so that the sanitizer sees a read behind it. */
        g_autofree guint8 *exact = g_memdup2(data, cut ? cut : 1);

        ck_assert_int_eq(stun_message_parse(exact, cut, &message), STUN_FOREIGN);
        if (cut < STUN_HEADER_LENGTH || cut % 4)
            continue;
        set_length(exact, cut);
        /* Cut between attributes it is a message, but no longer one with both fingerprint and integrity. */
        if (stun_message_parse(exact, cut, &message) == STUN_OK)
            ck_assert(!message.has_fingerprint);
    }
}
END_TEST

START_TEST(refuses_attributes_of_wrong_length)
{
    static const char *const attributes[] = {
        "00240003 01020300",          /* PRIORITY */
        "00250004 00000000",          /* USE-CANDIDATE */
        "802a0004 00000000",          /* ICE-CONTROLLING */
        "00080010 00000000 00000000 00000000 00000000", /* MESSAGE-INTEGRITY */
        "001c0010 00000000 00000000 00000000 00000000", /* MESSAGE-INTEGRITY-SHA256, truncated */
        "00200008 00020000 00000000", /* XOR-MAPPED-ADDRESS: IPv6 with 4 bytes */
        "00200004 00010000",
        "00090003 00000400", /* ERROR-CODE */
        "00090004 00000700", /* class 7 */
        "00090004 00000463", "000a0003 00010000",
        "80280008 00000000 00000000", /* FINGERPRINT */
        "80280004 00000000 80220000", /* FINGERPRINT not last */
        "0006ffff 00000000",          /* longer than the message */
        "00060001",
    };

    for (guint i = 0; i < G_N_ELEMENTS(attributes); i++) {
        guint8 data[128];
        StunMessage message;
        gsize length = hex_read("00010000 2112a442 00000000 00000000 00000000", data);

        length += hex_read(attributes[i], data + length);
        set_length(data, length);
        StunStatus status = stun_message_parse(data, length, &message);
        /* 00000463 is 499, a legal code: the one that must pass shows that the others fail for their own reason */
        ck_assert_msg((status == STUN_OK) == !strcmp(attributes[i], "00090004 00000463"), "%s", attributes[i]);
    }
}
END_TEST

START_TEST(bounds_username_and_lists_unknown_attributes)
{
    guint8 data[2048] = { 0 };
    StunMessage message;
    gsize header = hex_read("00010000 2112a442 00000000 00000000 00000000", data);

    hex_read("000602fc", data + header); /* 764 bytes */
    set_length(data, header + 4 + 764);
    ck_assert_int_eq(stun_message_parse(data, header + 4 + 764, &message), STUN_MALFORMED);

    hex_read("000602fb", data + header); /* 763, padded to 764 */
    ck_assert_int_eq(stun_message_parse(data, header + 4 + 764, &message), STUN_OK);
    ck_assert_uint_eq(message.username_length, STUN_USERNAME_RECEIVE_MAX);

    memset(data + header, 0, 200);
    for (guint i = 0; i < 20; i++) /* twenty required attributes that nobody knows, and one optional */
        data[header + 4 * i] = i == 0 ? 0x80 : 0x7f;
    set_length(data, header + 80);
    ck_assert_int_eq(stun_message_parse(data, header + 80, &message), STUN_OK);
    ck_assert_uint_eq(message.n_unknown, STUN_UNKNOWN_MAX);
}
END_TEST

START_TEST(ignores_what_follows_the_integrity)
{
    guint8 data[256];
    StunWriter writer;
    StunMessage message;

    stun_writer_begin(&writer, data, sizeof data, STUN_BINDING_REQUEST, transaction);
    stun_writer_username(&writer, "ours:theirs");
    stun_writer_integrity(&writer, password);
    stun_writer_use_candidate(&writer); /* added by somebody on the path */
    ck_assert_int_eq(stun_message_parse(data, stun_writer_end(&writer), &message), STUN_OK);
    ck_assert(stun_message_verify(&message, password));
    ck_assert(!message.use_candidate);
}
END_TEST

START_TEST(writes_nothing_when_it_does_not_fit)
{
    guint8 data[256];
    gsize needed = write_request(data, sizeof data);

    for (gsize capacity = 0; capacity < needed; capacity++) {
        g_autofree guint8 *exact = g_malloc(capacity ? capacity : 1);

        ck_assert_uint_eq(write_request(exact, capacity), 0);
    }
}
END_TEST

SUITE_MAIN("stun", reads_the_sample_request_of_rfc5769, reads_the_sample_responses_of_rfc5769, reads_what_it_writes,
           writes_addresses_and_errors, checks_sha256_integrity_and_both_together, sees_every_changed_byte, refuses_every_truncation,
           refuses_attributes_of_wrong_length, bounds_username_and_lists_unknown_attributes, ignores_what_follows_the_integrity,
           writes_nothing_when_it_does_not_fit)
