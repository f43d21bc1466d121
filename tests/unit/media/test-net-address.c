#include "net-address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "suite-main.h"

START_TEST(one_peer_has_one_address_whatever_the_socket)
{
    struct sockaddr_storage as_v4, as_v6;
    NetAddress address, from_v4, from_v6;
    char text[NET_ADDRESS_TEXT_MAX];

    ck_assert(net_address_parse(&address, "192.0.2.7", 4000));
    socklen_t v4 = net_address_to_sockaddr(&address, AF_INET, &as_v4);
    socklen_t v6 = net_address_to_sockaddr(&address, AF_INET6, &as_v6);
    ck_assert(net_address_from_sockaddr(&from_v4, (struct sockaddr *) &as_v4, v4));
    ck_assert(net_address_from_sockaddr(&from_v6, (struct sockaddr *) &as_v6, v6));
    ck_assert(net_address_equal(&from_v4, &from_v6));
    ck_assert_uint_eq(net_address_hash(&from_v4), net_address_hash(&from_v6));
    ck_assert_str_eq(net_address_text(&from_v6, text), "192.0.2.7:4000");
}
END_TEST

START_TEST(writes_ipv6_with_brackets)
{
    struct sockaddr_storage to;
    NetAddress address, back;
    char text[NET_ADDRESS_TEXT_MAX];

    ck_assert(net_address_parse(&address, "2001:db8::1", 65535));
    ck_assert_str_eq(net_address_text(&address, text), "[2001:db8::1]:65535");
    ck_assert_str_eq(net_address_ip(&address, text), "2001:db8::1");
    ck_assert_uint_eq(net_address_to_sockaddr(&address, AF_INET, &to), 0);
    socklen_t length = net_address_to_sockaddr(&address, AF_INET6, &to);
    ck_assert(net_address_from_sockaddr(&back, (struct sockaddr *) &to, length));
    ck_assert(net_address_equal(&address, &back));
}
END_TEST

START_TEST(refuses_names_other_families_and_truncation)
{
    struct sockaddr_storage other = { .ss_family = AF_UNIX };
    struct sockaddr_in in = { .sin_family = AF_INET };
    NetAddress address = { 0 };
    char text[NET_ADDRESS_TEXT_MAX];

    ck_assert(!net_address_parse(&address, "b3a7.local", 1));
    ck_assert(!net_address_parse(&address, "", 1));
    ck_assert(!net_address_from_sockaddr(&address, (struct sockaddr *) &other, sizeof other));
    ck_assert(!net_address_from_sockaddr(&address, (struct sockaddr *) &in, sizeof in - 1));
    ck_assert_int_eq(address.family, NET_FAMILY_NONE);
    ck_assert_uint_eq(net_address_to_sockaddr(&address, AF_INET6, &other), 0);
    ck_assert_str_eq(net_address_text(&address, text), "none:0");
}
END_TEST

SUITE_MAIN("net-address", one_peer_has_one_address_whatever_the_socket, writes_ipv6_with_brackets,
           refuses_names_other_families_and_truncation)
