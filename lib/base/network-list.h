/**
 * NetworkList — the networks that somebody may be reached in: "10.20.0.0/16,192.168.3.0/24,fd00:17::/64".
 *
 * Whoever lets a user name an address to connect to asks here first, so that the server cannot be made to knock on doors for him. Only what
 * a listed network contains is allowed. Loopback, link-local, multicast, reserved and unspecified addresses need a network that lies wholly
 * inside theirs: 0.0.0.0/0 does not open 127.0.0.1 or 169.254.169.254, 127.0.0.0/8 does open the former. An IPv4 address and its IPv6-mapped
 * form are the same. Pure; any thread.
 */
#pragma once

#include <glib.h>

typedef struct {
    guint8 bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
} NetworkAddress;

/** Strictly dotted-quad or IPv6 text: no "127.1", no octal or hexadecimal parts, no zone. */
gboolean network_address_parse(const char *text, NetworkAddress *ret_address);
/** 4 or 16 bytes in network order, as in struct in_addr and struct in6_addr. */
gboolean network_address_from_bytes(const guint8 *bytes, gsize length, NetworkAddress *ret_address);
gboolean network_address_is_ipv4(const NetworkAddress *address);
/** Free with g_free(). */
char *network_address_text(const NetworkAddress *address);

typedef struct NetworkList NetworkList;

/** Comma-separated; an empty text, or NULL, is an empty list, which allows nothing. A network whose host bits are not zero is an error, as it is
 * a mistake. Errors are of G_OPTION_ERROR and name the network. */
NetworkList *network_list_parse(const char *text, GError **error);
void network_list_free(NetworkList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetworkList, network_list_free)

gboolean network_list_is_empty(const NetworkList *list);
gboolean network_list_allows(const NetworkList *list, const NetworkAddress *address);
