/**
 * DatagramBio — the BIO through which OpenSSL talks to an endpoint: one read takes one datagram, one write makes one.
 *
 * The endpoint owns the struct and keeps it as long as the BIO lives; the BIO copies nothing and queues nothing.
 */
#pragma once

#include <glib.h>
#include <openssl/bio.h>

typedef struct {
    const guint8 *incoming; /* the datagram being received; NULL once OpenSSL has read it */
    gsize incoming_length;
    gsize mtu;
    void (*send)(gpointer user, const guint8 *datagram, gsize length);
    gpointer user;
} DatagramBio;

/** One for all BIOs of an identity; free it with BIO_meth_free() after them. NULL without memory. */
BIO_METHOD *datagram_bio_method_new(void);
BIO *datagram_bio_new(BIO_METHOD *method, DatagramBio *datagrams);
