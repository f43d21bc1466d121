#include "network-list.h"

#include "suite-main.h"

static gboolean
allows(const char *networks, const char *address)
{
    g_autoptr(NetworkList) list = network_list_parse(networks, NULL);
    NetworkAddress parsed;

    ck_assert_msg(list != NULL, "%s", networks);
    ck_assert_msg(network_address_parse(address, &parsed), "%s", address);
    return network_list_allows(list, &parsed);
}

START_TEST(allows_what_a_network_contains)
{
    ck_assert(allows("10.20.0.0/16", "10.20.0.1"));
    ck_assert(allows("10.20.0.0/16", "10.20.255.255"));
    ck_assert(!allows("10.20.0.0/16", "10.21.0.0"));
    ck_assert(allows("192.168.1.0/24, 10.0.0.7", "10.0.0.7"));
    ck_assert(!allows("192.168.1.0/24,10.0.0.7", "10.0.0.8"));
    ck_assert(allows("fd00:17::/64", "fd00:17::5"));
    ck_assert(!allows("fd00:17::/64", "fd00:17:0:1::5"));
    ck_assert(!allows("", "10.0.0.1"));
    ck_assert(!allows(NULL, "::1"));
}
END_TEST

START_TEST(knows_a_mapped_address_for_what_it_is)
{
    ck_assert(allows("10.20.0.0/16", "::ffff:10.20.3.4"));
    ck_assert(!allows("10.20.0.0/16", "::ffff:10.21.3.4"));
    ck_assert(!allows("0.0.0.0/0", "::ffff:127.0.0.1"));
    ck_assert(!allows("0.0.0.0/0", "::10.20.3.4")); /* IPv4-compatible, not mapped */
}
END_TEST

START_TEST(opens_special_networks_only_by_name)
{
    static const char *const hidden[] = { "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.0.1", "169.254.169.254", "224.0.0.1", "239.1.1.1",
                                          "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "febf::1", "ff02::1" };

    for (gsize i = 0; i < G_N_ELEMENTS(hidden); i++) {
        ck_assert_msg(!allows("0.0.0.0/0,::/0", hidden[i]), "%s", hidden[i]);
        ck_assert_msg(!allows("0.0.0.0/1,64.0.0.0/2,128.0.0.0/1,e000::/3", hidden[i]), "%s", hidden[i]);
    }
    ck_assert(allows("127.0.0.0/8", "127.0.0.1"));
    ck_assert(allows("169.254.0.0/16", "169.254.169.254"));
    ck_assert(allows("::1/128", "::1"));
    ck_assert(allows("fe80::/64", "fe80::1"));
    ck_assert(allows("0.0.0.0/0,::/0", "8.8.8.8"));
    ck_assert(allows("0.0.0.0/0,::/0", "2001:db8::1"));
}
END_TEST

START_TEST(refuses_networks_that_are_mistakes)
{
    static const char *const wrong[] = { "10.0.0.1/8",    "10.0.0.0/33",   "10.0.0.0/-1", "10.0.0/8", "010.0.0.0/8", "10.0.0.0/8,", ",10.0.0.0/8",
                                         "fd00::1/64",    "fd00::/129",    "::/ 0",       "camera",   "10.0.0.0/",   "10.0.0.0//8", "fe80::%lo/10",
                                         "0x0a.0.0.0/8", "10.0.0.0/8 x" };

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        ck_assert_msg(!network_list_parse(wrong[i], &error), "%s", wrong[i]);
        ck_assert(error);
    }

    g_autoptr(GString) many = g_string_new("10.0.0.0/8");

    for (guint i = 0; i < 64; i++)
        g_string_append(many, ",10.0.0.0/8");
    ck_assert(!network_list_parse(many->str, NULL));
}
END_TEST

START_TEST(reads_addresses_strictly)
{
    static const char *const wrong[] = { "", "127.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "127.0.0.1 ", "fe80::1%lo", "[::1]", "1.2.3.4.5" };
    NetworkAddress address;

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        ck_assert_msg(!network_address_parse(wrong[i], &address), "%s", wrong[i]);
    ck_assert(network_address_parse("::ffff:192.0.2.1", &address));
    ck_assert(network_address_is_ipv4(&address));
    g_autofree char *text = network_address_text(&address);

    ck_assert_str_eq(text, "192.0.2.1");
}
END_TEST

SUITE_MAIN("network-list", allows_what_a_network_contains, knows_a_mapped_address_for_what_it_is, opens_special_networks_only_by_name,
           refuses_networks_that_are_mistakes, reads_addresses_strictly)
