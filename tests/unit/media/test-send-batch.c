/* SendBatch on real loopback sockets: what arrives, in which order, and in how few calls. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "send-batch.h"
#include "suite-main.h"

typedef struct {
    int sender;
    int receivers[3];
    NetAddress addresses[3];
    SendDestination destinations[3];
    SendBatch *batch;
} Fixture;

static int
udp_socket(NetAddress *ret_address)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    int size = 4 << 20;

    ck_assert_int_ge(fd, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    if (ret_address)
        ck_assert(net_address_from_sockaddr(ret_address, (struct sockaddr *)&address, length));
    return fd;
}

static void
setup(Fixture *f)
{
    memset(f, 0, sizeof *f);
    f->sender = udp_socket(NULL);
    for (guint i = 0; i < 3; i++)
        f->receivers[i] = udp_socket(&f->addresses[i]);
    f->batch = send_batch_new(f->sender, AF_INET);
}

static void
teardown(Fixture *f)
{
    send_batch_free(f->batch);
    close(f->sender);
    for (guint i = 0; i < 3; i++)
        close(f->receivers[i]);
}

static void
queue(Fixture *f, guint to, guint8 mark, gsize length)
{
    memset(send_batch_reserve(f->batch, 1600), mark, length);
    send_batch_commit(f->batch, &f->destinations[to], &f->addresses[to], length);
}

static void
expect(Fixture *f, guint to, guint8 mark, gsize length)
{
    guint8 packet[70000];

    ck_assert_int_eq(recv(f->receivers[to], packet, sizeof packet, 0), (int)length);
    for (gsize i = 0; i < length; i++)
        ck_assert_uint_eq(packet[i], mark);
}

static void
expect_nothing(Fixture *f)
{
    guint8 packet[2000];

    for (guint i = 0; i < 3; i++)
        ck_assert_int_lt(recv(f->receivers[i], packet, sizeof packet, 0), 0);
}

START_TEST(sends_nothing_before_the_flush_and_everything_in_order)
{
    Fixture f;

    setup(&f);
    for (guint8 i = 0; i < 30; i++)
        queue(&f, i % 3, i, 100 + 50 * (i % 7));
    expect_nothing(&f);
    send_batch_flush(f.batch);
    for (guint8 i = 0; i < 30; i++)
        expect(&f, i % 3, i, 100 + 50 * (i % 7));
    expect_nothing(&f);
    ck_assert_uint_eq(send_batch_statistics(f.batch)->packets, 30);
    send_batch_flush(f.batch); /* nothing is sent twice */
    expect_nothing(&f);
    teardown(&f);
}
END_TEST

START_TEST(a_frame_goes_out_in_one_message_and_all_in_one_call)
{
    Fixture f;

    setup(&f);
    for (guint8 i = 0; i < 6; i++)
        queue(&f, 0, i, i == 5 ? 700 : 1200); /* equal, the last smaller: as browsers packetize */
    queue(&f, 1, 99, 90);
    send_batch_flush(f.batch);
    ck_assert_uint_eq(send_batch_statistics(f.batch)->messages, 2);
    ck_assert_uint_eq(send_batch_statistics(f.batch)->calls, 1);
    ck_assert_uint_eq(send_batch_statistics(f.batch)->segmented, 6);
    for (guint8 i = 0; i < 6; i++)
        expect(&f, 0, i, i == 5 ? 700 : 1200);
    expect(&f, 1, 99, 90);
    teardown(&f);
}
END_TEST

START_TEST(growing_sizes_need_a_message_each)
{
    Fixture f;

    setup(&f);
    for (guint8 i = 0; i < 4; i++)
        queue(&f, 0, i, 100 + i);
    send_batch_flush(f.batch);
    ck_assert_uint_eq(send_batch_statistics(f.batch)->messages, 4);
    for (guint8 i = 0; i < 4; i++)
        expect(&f, 0, i, 100 + i);
    teardown(&f);
}
END_TEST

START_TEST(a_full_batch_flushes_itself)
{
    Fixture f;
    guint next = 0;

    setup(&f);
    for (guint i = 0; i < 5000; i++) {
        guint8 *packet = send_batch_reserve(f.batch, 1600);

        memcpy(packet, &i, sizeof i);
        send_batch_commit(f.batch, &f.destinations[0], &f.addresses[0], 1000);
        for (;;) { /* keep the receiver's buffer from filling */
            guint8 received[2000];
            guint number;

            if (recv(f.receivers[0], received, sizeof received, 0) != 1000)
                break;
            memcpy(&number, received, sizeof number);
            ck_assert_uint_eq(number, next++);
        }
    }
    ck_assert_uint_ge(next, 1000);
    send_batch_flush(f.batch);
    ck_assert_uint_eq(send_batch_statistics(f.batch)->packets, 5000);
    teardown(&f);
}
END_TEST

START_TEST(a_changed_address_is_a_new_destination)
{
    Fixture f;

    setup(&f);
    queue(&f, 0, 1, 500);
    f.addresses[0] = f.addresses[2]; /* the phone went from Wi-Fi to 4G */
    queue(&f, 0, 2, 500);
    send_batch_flush(f.batch);
    expect(&f, 0, 1, 500);
    expect(&f, 2, 2, 500);
    teardown(&f);
}
END_TEST

START_TEST(an_unreachable_address_is_counted_not_fatal)
{
    Fixture f;
    NetAddress v6;
    SendDestination destination = {0};

    setup(&f);
    ck_assert(net_address_parse(&v6, "2001:db8::1", 9)); /* cannot be expressed on an IPv4 socket */
    memset(send_batch_reserve(f.batch, 100), 0, 100);
    send_batch_commit(f.batch, &destination, &v6, 100);
    queue(&f, 0, 7, 100);
    send_batch_flush(f.batch);
    expect(&f, 0, 7, 100);
    close(f.sender); /* every call fails now */
    queue(&f, 0, 8, 100);
    queue(&f, 0, 9, 100);
    send_batch_flush(f.batch);
    ck_assert_uint_ge(send_batch_statistics(f.batch)->refused, 2);
    f.sender = -1;
    teardown(&f);
}
END_TEST

START_TEST(a_refused_message_does_not_stop_those_behind_it)
{
    Fixture f;

    setup(&f);
    queue(&f, 0, 1, 500);
    f.addresses[1].port = 0; /* the kernel says EINVAL */
    queue(&f, 1, 2, 500);
    queue(&f, 1, 3, 500);
    queue(&f, 2, 4, 500);
    send_batch_flush(f.batch);
    expect(&f, 0, 1, 500);
    expect(&f, 2, 4, 500);
    expect_nothing(&f);
    ck_assert_uint_eq(send_batch_statistics(f.batch)->packets, 2);
    ck_assert_uint_eq(send_batch_statistics(f.batch)->refused, 2);
    teardown(&f);
}
END_TEST

START_TEST(more_destinations_than_one_call_takes)
{
    Fixture f;
    static SendDestination destinations[300];

    setup(&f);
    memset(destinations, 0, sizeof destinations);
    for (guint i = 0; i < G_N_ELEMENTS(destinations); i++) {
        memset(send_batch_reserve(f.batch, 1600), (int)i, 100);
        send_batch_commit(f.batch, &destinations[i], &f.addresses[i % 3], 100);
    }
    send_batch_flush(f.batch);
    for (guint i = 0; i < G_N_ELEMENTS(destinations); i++)
        expect(&f, i % 3, (guint8)i, 100);
    ck_assert_uint_eq(send_batch_statistics(f.batch)->calls, 3);
    teardown(&f);
}
END_TEST

START_TEST(handshakes_go_at_once)
{
    Fixture f;

    setup(&f);
    queue(&f, 0, 1, 100);
    send_batch_now(f.batch, &f.addresses[0], (const guint8 *)"\2\2\2", 3);
    expect(&f, 0, 2, 3);
    send_batch_flush(f.batch);
    expect(&f, 0, 1, 100);
    teardown(&f);
}
END_TEST

SUITE_MAIN("send-batch", sends_nothing_before_the_flush_and_everything_in_order,
           a_frame_goes_out_in_one_message_and_all_in_one_call, growing_sizes_need_a_message_each,
           a_full_batch_flushes_itself, a_changed_address_is_a_new_destination,
           an_unreachable_address_is_counted_not_fatal, a_refused_message_does_not_stop_those_behind_it,
           more_destinations_than_one_call_takes, handshakes_go_at_once)
