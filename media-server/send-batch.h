/**
 * SendBatch — the datagrams that one wake-up of the worker made, sent together at its end.
 *
 * Packets are written into one arena and chained per destination. A flush sends what one destination gets in
 * one UDP_SEGMENT call (udp(7)) as far as the sizes allow: every packet but the last of a call has the same
 * size. Where the kernel refuses that, one sendmsg per packet. The socket does not block: what does not fit
 * into its buffer is dropped and counted, as a network would. One thread; no allocation after _new.
 */
#pragma once

#include <glib.h>

#include "net-address.h"

typedef struct SendBatch SendBatch;

/** Of one connection; zero-initialise. */
typedef struct {
    guint64 batch; /* the flush it has packets waiting for; others are stale */
    guint32 index; /* in that flush's list of destinations */
} SendDestination;

typedef struct {
    guint64 packets, bytes, calls;
    guint64 dropped;   /* the socket's buffer was full */
    guint64 refused;   /* any other error: unreachable, … */
    guint64 segmented; /* packets that went out in a call with others */
} SendBatchStatistics;

/** `fd`: a UDP socket of `family`, not owned. */
SendBatch *send_batch_new(int fd, int family);
void send_batch_free(SendBatch *batch);
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
