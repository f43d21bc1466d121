#include "ice-lite-agent.h"

#include <string.h>

#include "hex.h"
#include "rfc5769.h"
#include "stun-message.h"
#include "suite-main.h"

static const guint8 transaction[STUN_TRANSACTION_LENGTH] = "transaction";

typedef enum { NOMINATE = 1, CONTROLLED = 2, NO_INTEGRITY = 4, NO_USERNAME = 8, SHA256 = 16, INDICATION = 32 } Trait;

static gsize
make_request(guint8 *buffer, const char *username, const char *password, int traits)
{
    StunWriter writer;

    stun_writer_begin(&writer, buffer, 512, traits & INDICATION ? STUN_BINDING_INDICATION : STUN_BINDING_REQUEST, transaction);
    if (!(traits & NO_USERNAME))
        stun_writer_username(&writer, username);
    stun_writer_priority(&writer, 1);
    if (traits & CONTROLLED)
        stun_writer_controlled(&writer, 7);
    else
        stun_writer_controlling(&writer, 7);
    if (traits & NOMINATE)
        stun_writer_use_candidate(&writer);
    if (traits & SHA256)
        stun_writer_integrity_sha256(&writer, password);
    else if (!(traits & NO_INTEGRITY))
        stun_writer_integrity(&writer, password);
    return stun_writer_end(&writer);
}

/* A check with the current credentials from 192.0.2.1:`port`. */
static IceOutcome
check_from(IceLiteAgent *agent, guint16 port, int traits, gint64 now_us)
{
    g_autofree char *username = g_strdup_printf("%s:peer", agent->current.ufrag);
    guint8 request[512];
    NetAddress from;
    IceOutcome outcome;
    gsize length = make_request(request, username, agent->current.password, traits);

    net_address_parse(&from, "192.0.2.1", port);
    ice_lite_agent_receive(agent, &from, request, length, now_us, &outcome);
    return outcome;
}

static guint16
error_in(const IceOutcome *outcome)
{
    StunMessage message;

    ck_assert_int_eq(outcome->verdict, ICE_CHECK_REFUSED);
    ck_assert_uint_gt(outcome->answer_length, 0);
    ck_assert_int_eq(stun_message_parse(outcome->answer, outcome->answer_length, &message), STUN_OK);
    ck_assert_int_eq(message.type, STUN_BINDING_ERROR);
    return message.error_code;
}

START_TEST(makes_credentials_of_legal_form)
{
    IceLiteAgent a, b;

    ice_lite_agent_init(&a);
    ice_lite_agent_init(&b);
    ck_assert_uint_eq(strlen(a.current.ufrag), ICE_LOCAL_UFRAG_LENGTH);
    ck_assert_uint_eq(strlen(a.current.password), ICE_LOCAL_PASSWORD_LENGTH);
    for (const char *p = a.current.password; *p; p++)
        ck_assert(g_ascii_isalnum(*p) || *p == '+' || *p == '/');
    ck_assert_str_ne(a.current.ufrag, b.current.ufrag);
    ck_assert_str_ne(a.current.password, b.current.password);
    ck_assert(a.key != b.key);
}
END_TEST

START_TEST(answers_a_check_with_the_address_it_came_from)
{
    for (int traits = 0; traits <= SHA256; traits += SHA256) {
        IceLiteAgent agent;
        StunMessage message;
        char text[NET_ADDRESS_TEXT_MAX];

        ice_lite_agent_init(&agent);
        IceOutcome outcome = check_from(&agent, 4000, traits, 0);
        ck_assert_int_eq(outcome.verdict, ICE_CHECK_VALID);
        ck_assert(outcome.added && !outcome.selected_changed);
        ck_assert_int_eq(stun_message_parse(outcome.answer, outcome.answer_length, &message), STUN_OK);
        ck_assert_int_eq(message.type, STUN_BINDING_SUCCESS);
        ck_assert_mem_eq(message.transaction, transaction, sizeof transaction);
        ck_assert_str_eq(net_address_text(&message.mapped, text), "192.0.2.1:4000");
        ck_assert(stun_message_verify(&message, agent.current.password));
        /* with the algorithm of the request */
        ck_assert_int_eq(message.integrity_sha256_at != 0, traits == SHA256);
        ck_assert_int_eq(message.integrity_at != 0, traits != SHA256);
    }
}
END_TEST

START_TEST(the_last_nomination_is_selected)
{
    IceLiteAgent agent;

    ice_lite_agent_init(&agent);
    check_from(&agent, 1, 0, 0);
    ck_assert_ptr_null(agent.selected);
    ck_assert(check_from(&agent, 1, NOMINATE, 1).selected_changed);
    ck_assert(!check_from(&agent, 1, NOMINATE, 2).selected_changed);
    ck_assert(!check_from(&agent, 2, 0, 3).selected_changed);
    ck_assert_uint_eq(agent.selected->address.port, 1);
    ck_assert(check_from(&agent, 2, NOMINATE, 4).selected_changed);
    ck_assert_uint_eq(agent.selected->address.port, 2);
}
END_TEST

START_TEST(refuses_with_the_right_code)
{
    IceLiteAgent agent;
    NetAddress from;
    guint8 request[512];
    IceOutcome outcome;

    ice_lite_agent_init(&agent);
    net_address_parse(&from, "192.0.2.1", 1);
    g_autofree char *username = g_strdup_printf("%s:peer", agent.current.ufrag);

    static const struct {
        int traits;
        guint16 code;
    } cases[] = { { NO_INTEGRITY, 400 }, { NO_USERNAME, 400 }, { CONTROLLED, 487 } };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize length = make_request(request, username, agent.current.password, cases[i].traits);

        ice_lite_agent_receive(&agent, &from, request, length, 0, &outcome);
        ck_assert_uint_eq(error_in(&outcome), cases[i].code);
    }

    ice_lite_agent_receive(&agent, &from, request, make_request(request, username, "wrong password, 22 char", 0), 0, &outcome);
    ck_assert_uint_eq(error_in(&outcome), 401);
    ice_lite_agent_receive(&agent, &from, request, make_request(request, "another-user:peer", agent.current.password, 0), 0, &outcome);
    ck_assert_uint_eq(error_in(&outcome), 401);
    ck_assert(!ice_lite_agent_has_pair(&agent, &from));
}
END_TEST

START_TEST(refuses_required_attributes_that_it_does_not_know)
{
    IceLiteAgent agent;
    NetAddress from;
    guint8 request[512];
    StunWriter writer;
    StunMessage message;
    IceOutcome outcome;

    ice_lite_agent_init(&agent);
    net_address_parse(&from, "192.0.2.1", 1);
    g_autofree char *username = g_strdup_printf("%s:peer", agent.current.ufrag);
    stun_writer_begin(&writer, request, sizeof request, STUN_BINDING_REQUEST, transaction);
    stun_writer_username(&writer, username);
    memcpy(request + writer.length, "\x7f\x01\x00\x00", 4); /* an attribute of ours, which no standard has */
    writer.length += 4;
    stun_writer_integrity(&writer, agent.current.password);

    ice_lite_agent_receive(&agent, &from, request, stun_writer_end(&writer), 0, &outcome);
    ck_assert_uint_eq(error_in(&outcome), 420);
    ck_assert_int_eq(stun_message_parse(outcome.answer, outcome.answer_length, &message), STUN_OK);
    ck_assert(stun_message_verify(&message, agent.current.password));
}
END_TEST

START_TEST(says_nothing_to_other_messages)
{
    IceLiteAgent agent;
    NetAddress from;
    guint8 data[512];
    IceOutcome outcome;

    ice_lite_agent_init(&agent);
    net_address_parse(&from, "192.0.2.1", 1);
    g_autofree char *username = g_strdup_printf("%s:peer", agent.current.ufrag);
    ice_lite_agent_receive(&agent, &from, data, make_request(data, username, agent.current.password, INDICATION), 0, &outcome);
    ck_assert_int_eq(outcome.verdict, ICE_IGNORED);
    ice_lite_agent_receive(&agent, &from, data, hex_read(RFC5769_IPV4_RESPONSE, data), 0, &outcome);
    ck_assert_int_eq(outcome.verdict, ICE_IGNORED);
    ck_assert_uint_eq(outcome.answer_length, 0);
}
END_TEST

/* Whatever is wrong with a request: before authentication no more bytes go back than came. */
START_TEST(never_amplifies)
{
    guint8 request[512];
    NetAddress from;
    IceLiteAgent agent;

    net_address_parse(&from, "192.0.2.1", 1);
    ice_lite_agent_init(&agent);
    for (gsize name = 0; name < 40; name++) {
        for (int traits = 0; traits < INDICATION; traits++) {
            g_autofree char *username = g_strnfill(name, 'x');
            IceOutcome outcome;
            gsize length = make_request(request, username, "not the password at all", traits);

            ice_lite_agent_receive(&agent, &from, request, length, 0, &outcome);
            ck_assert_int_eq(outcome.verdict, ICE_CHECK_REFUSED);
            ck_assert_uint_le(outcome.answer_length, length);
        }
    }
    /* A bare header of 20 bytes gets nothing at all. */
    IceOutcome outcome;
    gsize length = hex_read("00010000 2112a442 b7e7a701 bc34d686 fa87dfae", request);
    ice_lite_agent_receive(&agent, &from, request, length, 0, &outcome);
    ck_assert_uint_eq(outcome.answer_length, 0);
}
END_TEST

START_TEST(takes_both_credentials_until_the_restart_is_nominated)
{
    IceLiteAgent agent;
    NetAddress from;
    guint8 request[512];
    IceOutcome outcome;

    ice_lite_agent_init(&agent);
    net_address_parse(&from, "192.0.2.1", 1);
    IceGeneration old = agent.current;
    g_autofree char *username = g_strdup_printf("%s:peer", old.ufrag);
    gsize length = make_request(request, username, old.password, NOMINATE);
    guint64 key;

    ice_lite_agent_restart(&agent);
    ck_assert_str_ne(agent.current.ufrag, old.ufrag);
    ck_assert_str_ne(agent.current.password, old.password);
    ck_assert_int_eq(memcmp(agent.current.ufrag, old.ufrag, ICE_KEY_LENGTH), 0);
    ck_assert(ice_lite_agent_peek_key(request, length, &key) && key == agent.key);

    ice_lite_agent_receive(&agent, &from, request, length, 0, &outcome);
    ck_assert_int_eq(outcome.verdict, ICE_CHECK_VALID);
    ck_assert_int_eq(check_from(&agent, 2, 0, 1).verdict, ICE_CHECK_VALID);
    ice_lite_agent_receive(&agent, &from, request, length, 2, &outcome);
    ck_assert_int_eq(outcome.verdict, ICE_CHECK_VALID);
    ck_assert_int_eq(check_from(&agent, 2, NOMINATE, 3).verdict, ICE_CHECK_VALID);
    ice_lite_agent_receive(&agent, &from, request, length, 4, &outcome);
    ck_assert_int_eq(outcome.verdict, ICE_CHECK_REFUSED);
    ck_assert_uint_eq(agent.selected->address.port, 2);
}
END_TEST

START_TEST(forgets_pairs_without_consent)
{
    IceLiteAgent agent;
    NetAddress removed;

    ice_lite_agent_init(&agent);
    ck_assert(ice_lite_agent_next_timeout(&agent) == G_MAXINT64);
    check_from(&agent, 1, NOMINATE, 0);
    check_from(&agent, 2, NOMINATE, 10 * G_USEC_PER_SEC);
    check_from(&agent, 3, 0, 20 * G_USEC_PER_SEC);
    check_from(&agent, 1, 0, 15 * G_USEC_PER_SEC);
    ck_assert_uint_eq(agent.selected->address.port, 2);
    ck_assert(ice_lite_agent_next_timeout(&agent) == 40 * G_USEC_PER_SEC);

    ck_assert(!ice_lite_agent_expire(&agent, 40 * G_USEC_PER_SEC - 1, &removed));
    ck_assert(ice_lite_agent_expire(&agent, 40 * G_USEC_PER_SEC, &removed));
    ck_assert_uint_eq(removed.port, 2);
    ck_assert_uint_eq(agent.selected->address.port, 1); /* nominated before, checked since */
    ck_assert(ice_lite_agent_expire(&agent, 45 * G_USEC_PER_SEC, &removed));
    ck_assert_ptr_null(agent.selected); /* the third was never nominated */
    ck_assert(ice_lite_agent_expire(&agent, 50 * G_USEC_PER_SEC, &removed));
    ck_assert(!ice_lite_agent_expire(&agent, 99 * G_USEC_PER_SEC, &removed));
}
END_TEST

START_TEST(gives_up_the_oldest_pair_but_not_the_selected_one)
{
    IceLiteAgent agent;
    NetAddress first;

    ice_lite_agent_init(&agent);
    check_from(&agent, 1, NOMINATE, 0);
    for (guint16 port = 2; port <= ICE_PAIRS_MAX; port++)
        check_from(&agent, port, 0, port);
    IceOutcome outcome = check_from(&agent, 100, 0, 200);
    ck_assert(outcome.added);
    ck_assert_uint_eq(outcome.removed.port, 2);
    net_address_parse(&first, "192.0.2.1", 1);
    ck_assert(ice_lite_agent_has_pair(&agent, &first));
}
END_TEST

START_TEST(peeks_keys_only_in_requests_of_our_form)
{
    IceLiteAgent agent;
    guint8 data[512];
    guint64 key;

    ice_lite_agent_init(&agent);
    ck_assert(!ice_lite_agent_peek_key(data, hex_read(RFC5769_REQUEST, data), &key));
    ck_assert(!ice_lite_agent_peek_key(data, make_request(data, "AAAAAAAA____:peer", "p", INDICATION), &key));
    ck_assert(!ice_lite_agent_peek_key(data, make_request(data, "AAAA-AAA____:peer", "p", 0), &key));
    ck_assert(!ice_lite_agent_peek_key(data, make_request(data, "AAAAAAAA____", "p", 0), &key));
    ck_assert(!ice_lite_agent_peek_key(data, 0, &key));
    ck_assert(ice_lite_agent_peek_key(data, make_request(data, "AAAAAAAB____:", "p", 0), &key));
    ck_assert(key == 1);
}
END_TEST

SUITE_MAIN("ice", makes_credentials_of_legal_form, answers_a_check_with_the_address_it_came_from, the_last_nomination_is_selected,
           refuses_with_the_right_code, refuses_required_attributes_that_it_does_not_know, says_nothing_to_other_messages, never_amplifies,
           takes_both_credentials_until_the_restart_is_nominated, forgets_pairs_without_consent,
           gives_up_the_oldest_pair_but_not_the_selected_one, peeks_keys_only_in_requests_of_our_form)
