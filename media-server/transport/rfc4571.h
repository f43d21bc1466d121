/**
 * Rfc4571Reader — packets out of a TCP stream: a 16-bit big-endian length, then so many bytes (RFC 4571 section 2; RFC 6544 section 3 frames STUN,
 * DTLS and SRTP alike).
 *
 * Pure. Keeps at most one incomplete frame. A plain value: zero-initialise.
 */
#pragma once

#include <glib.h>

/** An Ethernet frame's worth, as for datagrams: WebRTC peers send no larger packets, and a longer length means that the stream is out of step
 *  or hostile. */
#define RFC4571_FRAME_MAX 2048
#define RFC4571_HEADER    2

typedef struct {
    gsize used;
    guint8 bytes[RFC4571_HEADER + RFC4571_FRAME_MAX];
} Rfc4571Reader;

/** `data` is valid, and may be altered, during the call. FALSE ends the reading: the stream is to be closed. */
typedef gboolean (*Rfc4571Func)(gpointer user, guint8 *data, gsize length);

/** Takes bytes as they come and calls `func` for each whole frame; empty frames, which RFC 4571 allows, are left out. FALSE, and for good, for a
 *  frame longer than RFC4571_FRAME_MAX or once `func` has said so. */
gboolean rfc4571_push(Rfc4571Reader *reader, const guint8 *data, gsize length, Rfc4571Func func, gpointer user);

/** The header of a packet of `length` bytes, at most RFC4571_FRAME_MAX. */
void rfc4571_header(guint8 header[RFC4571_HEADER], gsize length);
