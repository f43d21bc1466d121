#include "datagram-bio.h"

#include <string.h>

static int
bio_read(BIO *bio, char *buffer, int capacity)
{
    DatagramBio *datagrams = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    if (!datagrams->incoming) {
        BIO_set_retry_read(bio);
        return -1;
    }
    gsize length = MIN(datagrams->incoming_length, (gsize) capacity);

    memcpy(buffer, datagrams->incoming, length);
    datagrams->incoming = NULL; /* like a socket: what does not fit is cut off */
    return (int) length;
}

static int
bio_write(BIO *bio, const char *buffer, int length)
{
    DatagramBio *datagrams = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    datagrams->send(datagrams->user, (const guint8 *) buffer, (gsize) length);
    return length;
}

static long
bio_control(BIO *bio, int command, long number, void *pointer)
{
    DatagramBio *datagrams = BIO_get_data(bio);

    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
        return (long) datagrams->mtu;
    default:
        return 0;
    }
}

BIO_METHOD *
datagram_bio_method_new(void)
{
    /* No index of BIO_get_new_index(): there are only 127 in a process, and nobody looks for this BIO by its type. */
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "datagram");

    if (method) {
        BIO_meth_set_read(method, bio_read);
        BIO_meth_set_write(method, bio_write);
        BIO_meth_set_ctrl(method, bio_control);
    }
    return method;
}

BIO *
datagram_bio_new(BIO_METHOD *method, DatagramBio *datagrams)
{
    BIO *bio = BIO_new(method);

    if (bio) {
        BIO_set_data(bio, datagrams);
        BIO_set_init(bio, 1);
    }
    return bio;
}
