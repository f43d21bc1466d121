/**
 * NackGenerator — the receiving side of retransmission: which packets of one track are missing and when to
 * ask again (RFC 4585, section 6.2.1). Zero-initialise; plain value, no allocation.
 *
 * A missing packet is asked for at once, then every 1.5 round trips (at least 20 ms), and given up after 10
 * requests or 1 s: by then a player has frozen and a key frame helps more.
 */
#pragma once

#include "sequence.h"

/* About a second of 2 Mbit/s video; with more than that missing at once, retransmission would only add to the
 * jam. */
#define NACK_MISSING_MAX 200

typedef struct {
    gint64 sequence; /* extended */
    gint64 missed_us;
    gint64 asked_us;
    guint asked;
} NackMissing;

typedef struct {
    SequenceExtender extender;
    guint n_missing;
    NackMissing missing[NACK_MISSING_MAX]; /* ascending */
    guint64 given_up;
} NackGenerator;

typedef enum {
    NACK_NEW,       /* first time seen */
    NACK_RECOVERED, /* was missing; a retransmission or a reordered packet */
    NACK_DUPLICATE, /* seen already, or so late that it is no use */
    NACK_OVERRUN,   /* new, but the gap before it is too long to fill: ask for a key frame */
} NackVerdict;

NackVerdict nack_generator_received(NackGenerator *nack, guint16 sequence, gint64 now_us);

/** Numbers to ask for now, at most `max`, marked as asked. `ret_given_up` is set when some have just been
 * given up. */
guint nack_generator_due(NackGenerator *nack, gint64 now_us, gint64 rtt_us, guint16 *ret_sequences, guint max,
                         gboolean *ret_given_up);

/** When nack_generator_due() may have something next; G_MAXINT64 when nothing is missing. */
gint64 nack_generator_next_timeout(const NackGenerator *nack, gint64 rtt_us);
