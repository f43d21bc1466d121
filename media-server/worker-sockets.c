/* The ports that a worker listens on, and the addresses that it announces for them. */
#include "worker-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#define SOCKET_BUFFER (4 * 1024 * 1024)
/* When the system chooses the port, the same one must be free for TCP too. */
#define BIND_ATTEMPTS  50
#define LISTEN_BACKLOG 128

static gboolean
fail(GError **error, const char *what)
{
    int code = errno;

    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "%s: %s", what, g_strerror(code));
    return FALSE;
}

static gboolean
bind_socket(Worker *worker, GError **error)
{
    NetAddress address;
    struct sockaddr_storage to;
    socklen_t length;
    int size = SOCKET_BUFFER, off = 0;

    if (!net_address_parse(&address, worker->config.listen, worker->config.port)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s is not an IP address",
                    worker->config.listen);
        return FALSE;
    }
    worker->family = address.family == NET_FAMILY_V6 ? AF_INET6 : AF_INET;
    worker->udp_watch.fd = socket(worker->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (worker->udp_watch.fd < 0)
        return fail(error, "socket");
    if (worker->family == AF_INET6)
        setsockopt(worker->udp_watch.fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    /* FORCE needs a privilege; without it the system's limit stands, which is a matter of bursts, not of
     * function. */
    if (setsockopt(worker->udp_watch.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
        setsockopt(worker->udp_watch.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (setsockopt(worker->udp_watch.fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0)
        setsockopt(worker->udp_watch.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    length = net_address_to_sockaddr(&address, worker->family, &to);
    if (bind(worker->udp_watch.fd, (struct sockaddr *)&to, length) < 0)
        return fail(error, "bind");
    length = sizeof to;
    if (getsockname(worker->udp_watch.fd, (struct sockaddr *)&to, &length) < 0)
        return fail(error, "getsockname");
    net_address_from_sockaddr(&address, (struct sockaddr *)&to, length);
    worker->port = address.port;
    return TRUE;
}

/* Listens on the UDP port's number; -1 when that is taken, or ICE-TCP is not wanted. */
static int
listen_tcp(Worker *worker)
{
    NetAddress address;
    struct sockaddr_storage to;
    int one = 1, off = 0;
    int fd = socket(worker->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    net_address_parse(&address, worker->config.listen, worker->port);
    if (worker->family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&to, net_address_to_sockaddr(&address, worker->family, &to)) == 0 && listen(fd, LISTEN_BACKLOG) == 0)
        return fd;
    int code = errno;

    close(fd);
    errno = code;
    return -1;
}

gboolean
worker_bind_sockets(Worker *worker, int *ret_tcp, GError **error)
{
    *ret_tcp = -1;
    for (guint i = 0; i < BIND_ATTEMPTS; i++) {
        if (!bind_socket(worker, error))
            return FALSE;
        if (!worker->config.tcp)
            return TRUE;
        *ret_tcp = listen_tcp(worker);
        if (*ret_tcp >= 0)
            return TRUE;
        if (worker->config.port || errno != EADDRINUSE)
            break;
        close(worker->udp_watch.fd);
        worker->udp_watch.fd = -1;
    }
    return fail(error, "listen (TCP)");
}

static void
add_candidate(Worker *worker, const char *ip)
{
    guint16 port = worker->config.announce_port ? worker->config.announce_port : worker->port;

    if (worker->n_candidates < CANDIDATES_MAX / 2)
        worker->candidates[worker->n_candidates++] = (SdpCandidate){g_strdup(ip), port, FALSE};
}

static gboolean
is_any(const NetAddress *address)
{
    static const guint8 zero[16];

    return memcmp(address->bytes, zero, sizeof zero) == 0;
}

static void
add_interface_candidates(Worker *worker)
{
    struct ifaddrs *list = NULL;

    if (getifaddrs(&list) < 0)
        return;
    for (struct ifaddrs *i = list; i; i = i->ifa_next) {
        NetAddress address;
        char text[NET_ADDRESS_TEXT_MAX];
        socklen_t length = i->ifa_addr && i->ifa_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                                             : sizeof(struct sockaddr_in);

        if (!i->ifa_addr || (i->ifa_flags & IFF_LOOPBACK) || !(i->ifa_flags & IFF_UP) ||
            !net_address_from_sockaddr(&address, i->ifa_addr, length) || address.scope)
            continue;
        if (address.family == NET_FAMILY_V6 && worker->family == AF_INET)
            continue;
        add_candidate(worker, net_address_ip(&address, text));
    }
    freeifaddrs(list);
}

/* After those over UDP, which are preferred. */
static void
add_tcp_candidates(Worker *worker)
{
    for (guint i = 0, n = worker->n_candidates; worker->config.tcp && i < n; i++)
        worker->candidates[worker->n_candidates++] = (SdpCandidate){g_strdup(worker->candidates[i].ip), worker->candidates[i].port, TRUE};
}

static void
find_udp_candidates(Worker *worker)
{
    NetAddress bound;

    if (worker->config.announce) {
        for (const char *const *ip = worker->config.announce; *ip; ip++)
            add_candidate(worker, *ip);
        return;
    }
    if (net_address_parse(&bound, worker->config.listen, 0) && !is_any(&bound)) {
        add_candidate(worker, worker->config.listen);
        return;
    }
    add_interface_candidates(worker);
    if (!worker->n_candidates) /* a machine without a network still serves itself */
        add_candidate(worker, "127.0.0.1");
}

void
worker_find_candidates(Worker *worker)
{
    find_udp_candidates(worker);
    add_tcp_candidates(worker);
}
