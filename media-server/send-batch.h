/**
 * SendBatch — the datagrams that one wake-up of the worker made, sent together at its end.
 *
 * Packets are written into one arena and chained per destination. A flush gives all of them to the kernel in
 * one sendmmsg(2) (a call for each costs a third more, measured), and what one destination gets as one
 * message with UDP_SEGMENT (udp(7)) as far as the sizes allow: every packet but the last of a message has the
 * same size. Where the kernel refuses that, one message per packet. The socket does not block: what does not
 * fit into its buffer is dropped and counted, as a network would. One thread; no allocation after _new.
 */
#pragma once

#include <glib.h>
#include <netinet/in.h>

#include "net-address.h"

typedef struct SendBatch SendBatch;

/** Of one connection; zero-initialise. */
typedef struct {
    guint64 batch; /* the flush it has packets waiting for; others are stale */
    guint32 index; /* in that flush's list of destinations */
    socklen_t name_length;
    struct sockaddr_in6 name; /* `to` as the kernel wants it; an AF_INET one fits */
    NetAddress to;
} SendDestination;

typedef struct {
    guint64 packets, bytes;
    guint64 messages;  /* what they went out in: a packet, or the segments of one message */
    guint64 calls;     /* of the kernel, for those */
    guint64 dropped;   /* packets: the socket's buffer was full */
    guint64 refused;   /* any other error: unreachable, … */
    guint64 segmented; /* packets that went out in a message with others */
} SendBatchStatistics;

/** `fd`: a UDP socket of `family`, not owned. */
SendBatch *send_batch_new(int fd, int family);
void send_batch_free(SendBatch *batch);
/** Where packets to an address with `stream` set go instead of the socket; without it they are dropped. */
typedef void (*SendStreamFunc)(gpointer user, const NetAddress *to, const guint8 *data, gsize length);
void send_batch_set_stream(SendBatch *batch, SendStreamFunc func, gpointer user);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SendBatch, send_batch_free)

/** Room for one packet of up to `capacity` bytes, until the next call here. Never NULL: a full batch is
 * flushed first. */
guint8 *send_batch_reserve(SendBatch *batch, gsize capacity);
/** Queues what was written there. */
void send_batch_commit(SendBatch *batch, SendDestination *destination, const NetAddress *to, gsize length);
void send_batch_flush(SendBatch *batch);
/** Sends one datagram at once, before what is queued. */
void send_batch_now(SendBatch *batch, const NetAddress *to, const guint8 *data, gsize length);

const SendBatchStatistics *send_batch_statistics(const SendBatch *batch);
