/**
 * TcpStreams — ICE-TCP (RFC 6544, passive): the worker's listening socket and the streams of peers without UDP.
 *
 * A stream's peer is a NetAddress with `stream` set; to everything above it is an address like others, and frames (RFC 4571) are its datagrams.
 * Strangers are bounded: a stream belongs to nobody until an ICE check with our password came over it; the first frame must be a STUN request to one
 * of our connections, the check must come within TCP_STRANGER_US, and of too many strangers the oldest is closed. The worker's thread.
 */
#pragma once

#include "worker.h"

/** Peers need some round trips between connecting and the first valid check; a flood holds at most this many descriptors of a worker. */
#define TCP_STRANGERS_MAX 64
#define TCP_STRANGER_US   (10 * G_USEC_PER_SEC)
/** All streams of a worker: one per connection that it may carry, with some to spare for those that come back. */
#define TCP_STREAMS_MAX 1024

typedef struct TcpStreams TcpStreams;

/** `fd` listens and does not block; taken over. */
TcpStreams *tcp_streams_new(Worker *worker, int fd);
void tcp_streams_free(TcpStreams *streams);

/** One packet, framed; dropped whole when the peer does not take it, or is gone. */
void tcp_streams_send(TcpStreams *streams, const NetAddress *to, const guint8 *data, gsize length);
/** The address has become a connection's (valid), or no connection's any more: then the stream is closed. */
void tcp_streams_claim(TcpStreams *streams, const NetAddress *address, gboolean valid);
/** After each wake-up: frees what has ended, closes strangers whose time is over. Returns when to call next; G_MAXINT64 without strangers. */
gint64 tcp_streams_settle(TcpStreams *streams, gint64 now_us);

typedef struct {
    guint open, strangers;
    guint64 accepted, refused; /* refused: closed before a valid check */
    guint64 dropped;           /* packets that a slow peer did not get */
} TcpStreamsStatistics;
TcpStreamsStatistics tcp_streams_statistics(const TcpStreams *streams);
