/**
 * NetAddress — an IP address with a port, as a plain value: where a datagram, or a frame of a TCP stream, came from or goes to.
 *
 * Copy freely, compare with net_address_equal(). IPv4-mapped IPv6 addresses are stored as IPv4, so that one peer has one
 * address whatever kind of socket received it. Any thread.
 */
#pragma once

#include <glib.h>
#include <sys/socket.h>

typedef enum { NET_FAMILY_NONE = 0, NET_FAMILY_V4 = 4, NET_FAMILY_V6 = 6 } NetFamily;

typedef struct {
    guint8 family;   /* NetFamily; NONE = no address */
    guint8 stream;   /* 1 = the other end of a TCP stream (ICE-TCP), which is another address than the same numbers over UDP */
    guint16 port;    /* host byte order */
    guint32 scope;   /* IPv6 link-local scope, else 0 */
    guint8 bytes[16]; /* network byte order; IPv4 uses the first four, the rest is zero */
} NetAddress;

/** "[2001:db8::1]:65535" and its NUL fit. */
#define NET_ADDRESS_TEXT_MAX 64

/** FALSE for a family other than AF_INET and AF_INET6, or a truncated structure. */
gboolean net_address_from_sockaddr(NetAddress *ret_address, const struct sockaddr *from, socklen_t length);

/** Writes for a socket of `socket_family` (AF_INET, or AF_INET6 which takes IPv4 mapped); 0 when it cannot be expressed. */
socklen_t net_address_to_sockaddr(const NetAddress *address, int socket_family, struct sockaddr_storage *ret_to);

/** `ip` without brackets or port; no name is ever resolved. */
gboolean net_address_parse(NetAddress *ret_address, const char *ip, guint16 port);

/** The IP alone, without port and brackets. */
const char *net_address_ip(const NetAddress *address, char text[NET_ADDRESS_TEXT_MAX]);
/** "192.0.2.1:4000", "[2001:db8::1]:4000". */
const char *net_address_text(const NetAddress *address, char text[NET_ADDRESS_TEXT_MAX]);

/** For GHashTable; arguments are const NetAddress *. */
gboolean net_address_equal(gconstpointer a, gconstpointer b);
guint net_address_hash(gconstpointer address);
