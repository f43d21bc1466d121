#include "network-list.h"

#include <arpa/inet.h>
#include <string.h>

/* A bureau has a handful of camera networks; more is a mistake in the configuration. */
#define NETWORKS_MAX 64

typedef struct {
    guint8 bytes[16];
    guint prefix; /* of 128 */
} Network;

struct NetworkList {
    GArray *networks;
};

#define V4(a, b, p) { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, 0, 0 }, 96 + (p) }

/* IANA's special-purpose registries (RFC 6890): where nobody is asked without being named. The mapped prefix itself is not here: IPv4 is kept in it. */
static const Network special[] = {
    V4(0, 0, 8),      /* this network */
    V4(127, 0, 8),    /* loopback */
    V4(169, 254, 16), /* link-local, and the metadata services of clouds */
    V4(224, 0, 4),    /* multicast */
    V4(240, 0, 4),    /* reserved, broadcast */
    { { 0 }, 127 },   /* unspecified and loopback */
    { { 0xfe, 0x80 }, 10 },
    { { 0xff }, 8 },
};

static const guint8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

gboolean
network_address_from_bytes(const guint8 *bytes, gsize length, NetworkAddress *ret_address)
{
    if (length == 4) {
        memcpy(ret_address->bytes, mapped, sizeof mapped);
        memcpy(ret_address->bytes + sizeof mapped, bytes, 4);
    } else if (length == 16) {
        memcpy(ret_address->bytes, bytes, 16);
    }
    return length == 4 || length == 16;
}

gboolean
network_address_parse(const char *text, NetworkAddress *ret_address)
{
    guint8 bytes[16];

    if (inet_pton(AF_INET, text, bytes) == 1)
        return network_address_from_bytes(bytes, 4, ret_address);
    return inet_pton(AF_INET6, text, bytes) == 1 && network_address_from_bytes(bytes, 16, ret_address);
}

gboolean
network_address_is_ipv4(const NetworkAddress *address)
{
    return !memcmp(address->bytes, mapped, sizeof mapped);
}

char *
network_address_text(const NetworkAddress *address)
{
    char text[INET6_ADDRSTRLEN];

    if (network_address_is_ipv4(address))
        inet_ntop(AF_INET, address->bytes + sizeof mapped, text, sizeof text);
    else
        inet_ntop(AF_INET6, address->bytes, text, sizeof text);
    return g_strdup(text);
}

/* --- networks --- */

static gboolean
bit(const guint8 *bytes, guint at)
{
    return bytes[at / 8] >> (7 - at % 8) & 1;
}

static gboolean
contains(const Network *network, const guint8 *bytes)
{
    for (guint i = 0; i < network->prefix; i++)
        if (bit(network->bytes, i) != bit(bytes, i))
            return FALSE;
    return TRUE;
}

static gboolean
host_bits_are_zero(const Network *network)
{
    for (guint i = network->prefix; i < 128; i++)
        if (bit(network->bytes, i))
            return FALSE;
    return TRUE;
}

static gboolean
parse_network(const char *text, Network *ret_network, GError **error)
{
    const char *slash = strchr(text, '/');
    g_autofree char *address_text = slash ? g_strndup(text, (gsize) (slash - text)) : g_strdup(text);
    gboolean ipv4 = !strchr(address_text, ':');
    NetworkAddress address;
    guint64 prefix = ipv4 ? 32 : 128;

    if (!network_address_parse(address_text, &address) ||
        (slash && !g_ascii_string_to_unsigned(slash + 1, 10, 0, ipv4 ? 32 : 128, &prefix, NULL))) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s is not a network (ADDRESS/PREFIX)", text);
        return FALSE;
    }
    memcpy(ret_network->bytes, address.bytes, sizeof address.bytes);
    ret_network->prefix = (guint) prefix + (ipv4 ? 96 : 0);
    if (!host_bits_are_zero(ret_network)) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s has bits behind its prefix", text);
        return FALSE;
    }
    return TRUE;
}

NetworkList *
network_list_parse(const char *text, GError **error)
{
    g_autoptr(NetworkList) list = g_new0(NetworkList, 1);
    g_auto(GStrv) parts = g_strsplit(text ? text : "", ",", NETWORKS_MAX + 1);

    list->networks = g_array_new(FALSE, FALSE, sizeof(Network));
    if (g_strv_length(parts) > NETWORKS_MAX) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "more than %d networks", NETWORKS_MAX);
        return NULL;
    }
    for (guint i = 0; parts[i]; i++) {
        const char *part = g_strstrip(parts[i]);
        Network network;

        if (!*part && !parts[1]) /* nothing at all */
            break;
        if (!parse_network(part, &network, error))
            return NULL;
        g_array_append_val(list->networks, network);
    }
    return g_steal_pointer(&list);
}

void
network_list_free(NetworkList *list)
{
    if (!list)
        return;
    g_array_unref(list->networks);
    g_free(list);
}

gboolean
network_list_is_empty(const NetworkList *list)
{
    return !list->networks->len;
}

/* A listed network that reaches beyond a special one that the address is in does not speak of it. */
static gboolean
speaks_of(const Network *network, const NetworkAddress *address)
{
    for (gsize i = 0; i < G_N_ELEMENTS(special); i++)
        if (contains(&special[i], address->bytes) && network->prefix < special[i].prefix)
            return FALSE;
    return contains(network, address->bytes);
}

gboolean
network_list_allows(const NetworkList *list, const NetworkAddress *address)
{
    for (guint i = 0; i < list->networks->len; i++)
        if (speaks_of(&g_array_index(list->networks, Network, i), address))
            return TRUE;
    return FALSE;
}
