/* netsim — a bad network on one port: a client that is told this port reaches the server through it. Commands on standard input
 * (netsim-command.h), one answer a line on standard output; ends when standard input ends.
 *
 *   netsim [--listen IP] [--port P] --target IP:PORT [--seed N]
 *   netsim ready port=P
 */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netsim-command.h"
#include "netsim-private.h"

#define EVENTS_MAX 32
#define LINE_MAX_BYTES 4096
#define SOCKET_BUFFER (4 * 1024 * 1024)
#define BACKLOG 64
/* Free on both protocols; the system chooses for UDP, TCP follows. */
#define PORT_ATTEMPTS 50

typedef struct {
    char *listen, *target;
    int port;
    gint64 seed;
} Options;

gboolean
netsim_watch(Netsim *netsim, NetsimWatch *watch, guint32 events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    return epoll_ctl(netsim->epoll, EPOLL_CTL_ADD, watch->fd, &event) == 0;
}

void
netsim_change_watch(Netsim *netsim, NetsimWatch *watch, guint32 events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    epoll_ctl(netsim->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void
netsim_unwatch(Netsim *netsim, NetsimWatch *watch)
{
    epoll_ctl(netsim->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    close(watch->fd);
    watch->fd = -1;
}

/* --- commands --- */

static json_t *
statistics_json(const ImpairmentStatistics *statistics)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "packets", (json_int_t)statistics->packets, "bytes", (json_int_t)statistics->bytes,
                     "lost", (json_int_t)statistics->lost, "dropped", (json_int_t)statistics->dropped, "blacked_out",
                     (json_int_t)statistics->blacked_out, "duplicated", (json_int_t)statistics->duplicated, "reordered",
                     (json_int_t)statistics->reordered);
}

static json_t *
carry_out(Netsim *netsim, const NetsimCommand *command)
{
    switch (command->what) {
    case NETSIM_IMPAIR:
        if (command->up)
            impairment_set(&netsim->up, &command->settings);
        if (command->down)
            impairment_set(&netsim->down, &command->settings);
        netsim_tcp_resume(netsim->tcp);
        break;
    case NETSIM_PASS:
        netsim->pass_udp = command->udp;
        netsim->pass_tcp = command->tcp;
        netsim_tcp_resume(netsim->tcp);
        break;
    case NETSIM_REBIND:
        netsim_udp_rebind(netsim->udp);
        netsim_tcp_rebind(netsim->tcp);
        break;
    case NETSIM_STATISTICS:
        return json_pack("{s:b, s:o, s:o, s:i, s:i}", "ok", TRUE, "up", statistics_json(&netsim->up.statistics), "down",
                         statistics_json(&netsim->down.statistics), "udp_flows", (int)netsim_udp_flows(netsim->udp), "tcp_flows",
                         (int)netsim_tcp_flows(netsim->tcp));
    }
    return json_pack("{s:b}", "ok", TRUE);
}

static void
answer_line(Netsim *netsim, const char *line, gsize length)
{
    g_autoptr(GError) error = NULL;
    NetsimCommand command;
    json_t *answer = netsim_command_parse(line, length, &command, &error)
                         ? carry_out(netsim, &command)
                         : json_pack("{s:b, s:s}", "ok", FALSE, "error", error->message);

    json_dumpf(answer, stdout, JSON_COMPACT);
    putchar('\n');
    fflush(stdout);
    json_decref(answer);
}

typedef struct {
    NetsimWatch watch;
    Netsim *netsim;
    gboolean ended;
    gsize used;
    char text[LINE_MAX_BYTES];
} Control;

static void
control_ready(gpointer user, guint32 events)
{
    Control *control = user;
    gssize n = read(control->watch.fd, control->text + control->used, sizeof control->text - control->used);
    char *end;

    if (n <= 0) {
        control->ended = TRUE;
        return;
    }
    control->used += (gsize)n;
    while ((end = memchr(control->text, '\n', control->used))) {
        gsize length = (gsize)(end - control->text);

        answer_line(control->netsim, control->text, length);
        control->used -= length + 1;
        memmove(control->text, end + 1, control->used);
    }
    if (control->used == sizeof control->text) /* no command is that long */
        control->ended = TRUE;
}

/* --- the loop --- */

static void
deliver(Netsim *netsim)
{
    DelayedBytes item;

    while (delay_queue_pop(netsim->under_way, netsim->now_us, &item)) {
        if (!netsim_udp_deliver(netsim->udp, &item))
            netsim_tcp_deliver(netsim->tcp, &item);
        g_free(item.data);
    }
}

static void
run(Netsim *netsim, Control *control)
{
    struct epoll_event events[EVENTS_MAX];

    while (!control->ended) {
        gint64 next = delay_queue_next_us(netsim->under_way);
        gint64 left = next == G_MAXINT64 ? -1 : MAX(0, next - g_get_monotonic_time());
        struct timespec timeout = {left / G_USEC_PER_SEC, (left % G_USEC_PER_SEC) * 1000};
        int n = epoll_pwait2(netsim->epoll, events, EVENTS_MAX, left < 0 ? NULL : &timeout, NULL);

        netsim->now_us = g_get_monotonic_time();
        for (int i = 0; i < n; i++) {
            NetsimWatch *watch = events[i].data.ptr;

            if (watch->fd >= 0) /* else it ended in this very round */
                watch->ready(watch->user, events[i].events);
        }
        deliver(netsim);
        netsim_udp_sweep(netsim->udp);
        netsim_tcp_sweep(netsim->tcp);
    }
}

/* --- starting --- */

static gboolean
parse_target(const char *text, struct sockaddr_in *ret_target)
{
    g_auto(GStrv) parts = g_strsplit(text ? text : "", ":", 2);
    guint64 port;

    if (g_strv_length(parts) != 2 || !g_ascii_string_to_unsigned(parts[1], 10, 1, 65535, &port, NULL))
        return FALSE;
    *ret_target = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((guint16)port)};
    return inet_pton(AF_INET, parts[0], &ret_target->sin_addr) == 1;
}

static int
bound(int type, const char *ip, guint16 port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1, size = SOCKET_BUFFER;

    if (type == SOCK_STREAM)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    else
        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    if (fd >= 0 && inet_pton(AF_INET, ip, &address.sin_addr) == 1 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        (type == SOCK_DGRAM || listen(fd, BACKLOG) == 0))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static guint16
port_of(int fd)
{
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;

    getsockname(fd, (struct sockaddr *)&address, &length);
    return ntohs(address.sin_port);
}

/* The same port for both protocols. */
static gboolean
bind_both(const Options *options, int *ret_udp, int *ret_tcp)
{
    for (guint i = 0; i < PORT_ATTEMPTS; i++) {
        int udp = bound(SOCK_DGRAM, options->listen, (guint16)options->port);
        int tcp = udp < 0 ? -1 : bound(SOCK_STREAM, options->listen, port_of(udp));

        if (tcp >= 0) {
            *ret_udp = udp;
            *ret_tcp = tcp;
            return TRUE;
        }
        if (udp >= 0)
            close(udp);
    }
    return FALSE;
}

static gboolean
parse_options(Options *options, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"listen", 0, 0, G_OPTION_ARG_STRING, &options->listen, "Address to listen on (default 127.0.0.1)", "IP"},
        {"port", 0, 0, G_OPTION_ARG_INT, &options->port, "Port, UDP and TCP; 0 = any", "P"},
        {"target", 0, 0, G_OPTION_ARG_STRING, &options->target, "The server", "IP:PORT"},
        {"seed", 0, 0, G_OPTION_ARG_INT64, &options->seed, "Of the chances", "N"},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_option_context_add_main_entries(context, entries, NULL);
    return g_option_context_parse(context, argc, argv, error);
}

int
main(int argc, char **argv)
{
    Options options = {.seed = 1};
    Netsim netsim = {.pass_udp = TRUE, .pass_tcp = TRUE};
    g_autoptr(GError) error = NULL;
    g_autofree Control *control = g_new0(Control, 1);
    int udp, tcp;

    if (!parse_options(&options, &argc, &argv, &error) || !parse_target(options.target, &netsim.target)) {
        fprintf(stderr, "netsim: %s\n", error ? error->message : "--target IP:PORT is needed");
        return EXIT_FAILURE;
    }
    if (!options.listen)
        options.listen = g_strdup("127.0.0.1");
    netsim.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (netsim.epoll < 0 || !bind_both(&options, &udp, &tcp)) {
        fprintf(stderr, "netsim: cannot bind %s:%d: %s\n", options.listen, options.port, g_strerror(errno));
        return EXIT_FAILURE;
    }
    /* Two directions with luck of their own. */
    impairment_init(&netsim.up, (guint64)options.seed * 2);
    impairment_init(&netsim.down, (guint64)options.seed * 2 + 1);
    netsim.under_way = delay_queue_new();
    netsim.now_us = g_get_monotonic_time();
    netsim.udp = netsim_udp_new(&netsim, udp);
    netsim.tcp = netsim_tcp_new(&netsim, tcp);
    *control = (Control){.watch = {STDIN_FILENO, control_ready, control}, .netsim = &netsim};
    netsim_watch(&netsim, &control->watch, EPOLLIN);
    printf("netsim ready port=%u\n", port_of(udp));
    fflush(stdout);
    run(&netsim, control);
    netsim_udp_free(netsim.udp);
    netsim_tcp_free(netsim.tcp);
    delay_queue_free(netsim.under_way);
    close(netsim.epoll);
    g_free(options.listen);
    g_free(options.target);
    return EXIT_SUCCESS;
}
