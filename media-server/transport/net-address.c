#include "net-address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static void
set_v6(NetAddress *address, const struct in6_addr *ip)
{
    if (IN6_IS_ADDR_V4MAPPED(ip)) {
        address->family = NET_FAMILY_V4;
        memcpy(address->bytes, ip->s6_addr + 12, 4);
    } else {
        address->family = NET_FAMILY_V6;
        memcpy(address->bytes, ip->s6_addr, 16);
    }
}

gboolean
net_address_from_sockaddr(NetAddress *ret_address, const struct sockaddr *from, socklen_t length)
{
    NetAddress address = { 0 };

    if (length >= sizeof(struct sockaddr_in) && from->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, from, sizeof in);
        address.family = NET_FAMILY_V4;
        address.port = ntohs(in.sin_port);
        memcpy(address.bytes, &in.sin_addr, 4);
    } else if (length >= sizeof(struct sockaddr_in6) && from->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;

        memcpy(&in6, from, sizeof in6);
        set_v6(&address, &in6.sin6_addr);
        address.port = ntohs(in6.sin6_port);
        if (IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr))
            address.scope = in6.sin6_scope_id;
    } else {
        return FALSE;
    }
    *ret_address = address;
    return TRUE;
}

socklen_t
net_address_to_sockaddr(const NetAddress *address, int socket_family, struct sockaddr_storage *ret_to)
{
    if (socket_family == AF_INET && address->family == NET_FAMILY_V4) {
        struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(address->port) };

        memcpy(&in.sin_addr, address->bytes, 4);
        memcpy(ret_to, &in, sizeof in);
        return sizeof in;
    }
    if (socket_family == AF_INET6 && address->family != NET_FAMILY_NONE) {
        struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(address->port), .sin6_scope_id = address->scope };

        if (address->family == NET_FAMILY_V4) {
            in6.sin6_addr.s6_addr[10] = in6.sin6_addr.s6_addr[11] = 0xff;
            memcpy(in6.sin6_addr.s6_addr + 12, address->bytes, 4);
        } else {
            memcpy(in6.sin6_addr.s6_addr, address->bytes, 16);
        }
        memcpy(ret_to, &in6, sizeof in6);
        return sizeof in6;
    }
    return 0;
}

gboolean
net_address_parse(NetAddress *ret_address, const char *ip, guint16 port)
{
    NetAddress address = { .port = port };
    struct in6_addr in6;

    if (inet_pton(AF_INET, ip, address.bytes) == 1)
        address.family = NET_FAMILY_V4;
    else if (inet_pton(AF_INET6, ip, &in6) == 1)
        set_v6(&address, &in6);
    else
        return FALSE;
    *ret_address = address;
    return TRUE;
}

const char *
net_address_ip(const NetAddress *address, char text[NET_ADDRESS_TEXT_MAX])
{
    int family = address->family == NET_FAMILY_V4 ? AF_INET : AF_INET6;

    if (address->family == NET_FAMILY_NONE || !inet_ntop(family, address->bytes, text, NET_ADDRESS_TEXT_MAX))
        g_strlcpy(text, "none", NET_ADDRESS_TEXT_MAX);
    return text;
}

const char *
net_address_text(const NetAddress *address, char text[NET_ADDRESS_TEXT_MAX])
{
    char ip[NET_ADDRESS_TEXT_MAX];

    net_address_ip(address, ip);
    g_snprintf(text, NET_ADDRESS_TEXT_MAX, address->family == NET_FAMILY_V6 ? "[%.46s]:%u" : "%.46s:%u", ip, address->port);
    return text;
}

gboolean
net_address_equal(gconstpointer a, gconstpointer b)
{
    const NetAddress *x = a, *y = b;

    return x->family == y->family && x->stream == y->stream && x->port == y->port && x->scope == y->scope && !memcmp(x->bytes, y->bytes, sizeof x->bytes);
}

guint
net_address_hash(gconstpointer pointer)
{
    const NetAddress *address = pointer;
    guint32 words[4];

    memcpy(words, address->bytes, sizeof words);
    /* A multiplier spreads neighbouring ports and addresses over the table's prime number of buckets. */
    return (words[0] ^ words[1] ^ words[2] ^ words[3]) * 2654435761u + address->port * 40503u + address->family + address->stream * 7919u;
}
