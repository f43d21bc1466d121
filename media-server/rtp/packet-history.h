/**
 * PacketHistory — the last packets of one track, kept for retransmission (RFC 4588). Bounded in bytes and in
 * packets.
 *
 * One history serves all subscribers of the track: it keeps what the publisher sent, and each slot maps its
 * own numbers to it. Storing copies once and allocates nothing.
 */
#pragma once

#include <glib.h>

typedef struct PacketHistory PacketHistory;

/** `bytes` of packets, at most `packets` of them (rounded up to a power of two). */
PacketHistory *packet_history_new(gsize bytes, guint packets);
void packet_history_free(PacketHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PacketHistory, packet_history_free)

/** A packet longer than the whole history is not stored. */
void packet_history_store(PacketHistory *history, guint16 sequence, const guint8 *data, gsize length);
/** The packet, valid until the next store; NULL if it is not, or no longer, kept. */
const guint8 *packet_history_find(const PacketHistory *history, guint16 sequence, gsize *ret_length);
/** For when the source changes: sequence numbers start anew. */
void packet_history_clear(PacketHistory *history);
