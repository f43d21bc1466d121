/**
 * udp-flood --port PORT [--rate N] [--seconds S] [--ufrag U]: what strangers can send, as fast as is wanted, from 64 ports of this machine.
 *
 * In turns: garbage, DTLS ClientHellos, media of no stream, connectivity checks to nobody and, with --ufrag, to a connection that exists, but
 * without its password. The last line is {"sent","bytes","answers","answer_bytes","seconds"}. Loopback only.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKETS 64
#define BATCH   64
#define KINDS   5
/* How finely the sending is spread: a burst of 1 ms at 100,000 a second fits every socket's buffer. */
#define TICK_US 1000

typedef struct {
    guint8 bytes[256];
    gsize length;
} Datagram;

typedef struct {
    int port, rate, seconds;
    char *ufrag;
    int sockets[SOCKETS];
    guint next_socket;
    Datagram datagrams[BATCH];
    guint64 sent, bytes, answers, answer_bytes;
} Flood;

static gsize
write_check(guint8 *out, const char *username)
{
    gsize length = strlen(username), padded = (length + 3) & ~(gsize) 3;
    static const guint8 head[] = { 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 };
    gsize at = 20;

    memcpy(out, head, sizeof head);
    for (guint i = 8; i < 20; i++)
        out[i] = (guint8) g_random_int();
    out[at] = 0, out[at + 1] = 6, out[at + 2] = 0, out[at + 3] = (guint8) length;
    memcpy(out + at + 4, username, length);
    at += 4 + padded;
    out[at] = 0, out[at + 1] = 8, out[at + 2] = 0, out[at + 3] = 20; /* MESSAGE-INTEGRITY of zeros */
    at += 24;
    out[3] = (guint8) (at - 20);
    return at;
}

static void
make_datagram(const Flood *flood, Datagram *datagram, guint kind)
{
    g_autofree char *known = g_strconcat(flood->ufrag ? flood->ufrag : "nobodyknowsit", ":peer", NULL);

    memset(datagram->bytes, 0, sizeof datagram->bytes);
    datagram->length = (gsize) g_random_int_range(20, 256);
    for (gsize i = 0; i < datagram->length; i++)
        datagram->bytes[i] = (guint8) g_random_int();
    if (kind == 1) { /* the head of a DTLS 1.2 ClientHello */
        static const guint8 hello[] = { 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 200, 1, 0, 0, 188, 0, 0, 0, 0, 0, 0, 0, 188, 0xfe, 0xfd };

        memcpy(datagram->bytes, hello, sizeof hello);
        datagram->length = 213;
    } else if (kind == 2) { /* RTP */
        datagram->bytes[0] = 0x80;
        datagram->bytes[1] = 96;
    } else if (kind > 2) {
        memset(datagram->bytes, 0, sizeof datagram->bytes);
        datagram->length = write_check(datagram->bytes, kind == 3 ? "AAAAAAAAaaaa:peer" : known);
    }
}

static gboolean
open_sockets(Flood *flood)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((guint16) flood->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

    for (guint i = 0; i < SOCKETS; i++) {
        flood->sockets[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        if (flood->sockets[i] < 0 || connect(flood->sockets[i], (struct sockaddr *) &to, sizeof to) < 0)
            return FALSE;
    }
    return TRUE;
}

static void
count_answers(Flood *flood, int fd)
{
    guint8 answer[2048];
    gssize length;

    while ((length = recv(fd, answer, sizeof answer, MSG_DONTWAIT)) >= 0) {
        flood->answers++;
        flood->answer_bytes += (guint64) length;
    }
}

static void
send_batch(Flood *flood, guint n)
{
    struct iovec vectors[BATCH];
    struct mmsghdr messages[BATCH] = { 0 };
    int fd = flood->sockets[flood->next_socket++ % SOCKETS];

    for (guint i = 0; i < n; i++) {
        vectors[i] = (struct iovec){ flood->datagrams[i].bytes, flood->datagrams[i].length };
        messages[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
    }
    int sent = sendmmsg(fd, messages, n, MSG_DONTWAIT);

    for (int i = 0; i < sent; i++) {
        flood->sent++;
        flood->bytes += messages[i].msg_len;
    }
    count_answers(flood, fd);
}

static double
run(Flood *flood)
{
    gint64 begin = g_get_monotonic_time(), end = begin + flood->seconds * G_USEC_PER_SEC, now;
    guint64 tried = 0;

    while ((now = g_get_monotonic_time()) < end) {
        guint64 due = (guint64) (now - begin) * (guint64) flood->rate / G_USEC_PER_SEC;

        /* Who could not keep up does not make up for it in one burst. */
        if (due > tried + (guint64) flood->rate / 100)
            tried = due - (guint64) flood->rate / 100;
        for (; tried < due; tried += MIN(BATCH, due - tried))
            send_batch(flood, (guint) MIN(BATCH, due - tried));
        g_usleep(TICK_US);
    }
    return (double) (now - begin) / G_USEC_PER_SEC;
}

int
main(int argc, char **argv)
{
    Flood flood = { .rate = 100000, .seconds = 10 };
    const GOptionEntry options[] = {
        { "port", 0, 0, G_OPTION_ARG_INT, &flood.port, "UDP port on 127.0.0.1", "PORT" },
        { "rate", 0, 0, G_OPTION_ARG_INT, &flood.rate, "datagrams a second (100000)", "N" },
        { "seconds", 0, 0, G_OPTION_ARG_INT, &flood.seconds, "for how long (10)", "S" },
        { "ufrag", 0, 0, G_OPTION_ARG_STRING, &flood.ufrag, "of a connection that exists", "U" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    double seconds;

    g_option_context_add_main_entries(context, options, NULL);
    if (!g_option_context_parse(context, &argc, &argv, NULL) || flood.port < 1 || flood.port > 65535 || flood.rate < 100 || flood.seconds < 1)
        return 2;
    if (!open_sockets(&flood))
        return 1;
    for (guint i = 0; i < BATCH; i++)
        make_datagram(&flood, &flood.datagrams[i], i % KINDS);
    seconds = run(&flood);
    g_usleep(100000); /* the last answers are on their way */
    for (guint i = 0; i < SOCKETS; i++) {
        count_answers(&flood, flood.sockets[i]);
        close(flood.sockets[i]);
    }
    printf("{\"sent\":%" G_GUINT64_FORMAT ",\"bytes\":%" G_GUINT64_FORMAT ",\"answers\":%" G_GUINT64_FORMAT ",\"answer_bytes\":%" G_GUINT64_FORMAT
           ",\"seconds\":%.2f}\n", flood.sent, flood.bytes, flood.answers, flood.answer_bytes, seconds);
    g_free(flood.ufrag);
    return 0;
}
