/* floor-calibrate: how fast this CPU is just now, on the two pieces of work that a relay mostly does: sealing
 * 1200 bytes and sending a datagram over loopback. Run before each measurement; where it moves, the machine
 * moved and not the relay.
 *
 * Prints {"seal_ns":…,"send_ns":…}, medians of five passes. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "floor-protocol.h"
#include "floor-srtp.h"

#define PASSES  5
#define PACKETS 2000
#define BYTES   1200

typedef struct {
    FloorSrtp *srtp;
    int fd;
    struct sockaddr_in self;
    guint8 plain[BYTES], sealed[BYTES + FLOOR_TAG];
} Work;

static void
seal(Work *work)
{
    FloorPacket packet = {work->plain, 12, work->plain + 12, BYTES - 12, 0};

    work->plain[3]++;
    floor_srtp_seal(work->srtp, &packet, work->sealed);
}

static void
send_and_drop(Work *work)
{
    guint8 dropped[1];

    sendto(work->fd, work->sealed, sizeof work->sealed, 0, (struct sockaddr *)&work->self, sizeof work->self);
    recv(work->fd, dropped, sizeof dropped, MSG_DONTWAIT);
}

static double
cpu_ns(void)
{
    struct timespec spent;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return (double)spent.tv_sec * 1e9 + (double)spent.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double
median_ns(Work *work, void (*piece)(Work *))
{
    double passes[PASSES];

    for (guint pass = 0; pass < PASSES; pass++) {
        double from = cpu_ns();

        for (guint i = 0; i < PACKETS; i++)
            piece(work);
        passes[pass] = (cpu_ns() - from) / PACKETS;
    }
    qsort(passes, PASSES, sizeof *passes, compare);
    return passes[PASSES / 2];
}

int
main(void)
{
    const guint8 key[FLOOR_KEY] = {1, 2, 3};
    Work work = {.self = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
                 .plain = {0x80, 96}};
    socklen_t length = sizeof work.self;

    work.srtp = floor_srtp_new(key, TRUE);
    work.fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (work.fd < 0 || bind(work.fd, (struct sockaddr *)&work.self, sizeof work.self) ||
        getsockname(work.fd, (struct sockaddr *)&work.self, &length)) {
        perror("floor-calibrate");
        return 1;
    }
    printf("{\"seal_ns\":%.0f,\"send_ns\":%.0f}\n", median_ns(&work, seal), median_ns(&work, send_and_drop));
    floor_srtp_free(work.srtp);
    close(work.fd);
    return 0;
}
