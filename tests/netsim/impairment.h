/**
 * Impairment — one direction of a bad network: says of each packet when it arrives, how often, or never.
 *
 * A pure core: `now_us` and a size in, times out; the same seed and the same calls give the same answers. Packets pass, in this order, a
 * blackout, loss (single and in bursts), a link of bounded rate with a bounded queue, delay with jitter, and duplication. Jitter alone keeps the
 * order, as queues do; what is to overtake is asked for by `reorder`. A plain value, one thread.
 */
#pragma once

#include <glib.h>

typedef struct {
    double loss; /* of each packet by itself, 0 to 1 */
    /* Gilbert-Elliott: per packet the chance to enter a bad spell, the chance to leave it, and the loss in it. */
    double burst_enter, burst_leave, burst_loss;
    gint64 delay_us, jitter_us; /* uniform between delay and delay + jitter */
    double reorder;             /* the share of packets that is held back by `reorder_us` more */
    gint64 reorder_us;
    double duplicate;
    guint32 rate_kbit; /* 0 = without bound */
    guint32 queue_ms;  /* what waits for the link beyond this is dropped; 0 = IMPAIRMENT_QUEUE_MS */
    gboolean blackout; /* nothing passes */
} ImpairmentSettings;

/** The buffer of a common access router, in time. */
#define IMPAIRMENT_QUEUE_MS 300
/** What a stream pays for a lost piece: the sender's least retransmission time (RFC 6298 asks for 1 s, Linux takes 200 ms). */
#define IMPAIRMENT_RETRANSMIT_US (200 * G_TIME_SPAN_MILLISECOND)

typedef struct {
    guint64 packets, bytes; /* that came */
    guint64 lost;           /* by chance */
    guint64 dropped;        /* the link's queue was full */
    guint64 blacked_out;
    guint64 duplicated, reordered;
} ImpairmentStatistics;

typedef struct {
    ImpairmentSettings settings;
    ImpairmentStatistics statistics;
    guint64 random;
    gboolean bad;         /* in a bad spell */
    gint64 link_free_us;  /* when the link has sent what waits for it */
    gint64 newest_due_us; /* nothing in order arrives before this */
} Impairment;

void impairment_init(Impairment *impairment, guint64 seed);
/** Takes effect with the next packet; what is under way stays so. */
void impairment_set(Impairment *impairment, const ImpairmentSettings *settings);

#define IMPAIRMENT_COPIES_MAX 2
/** How many copies arrive (0 to 2), and when. */
guint impairment_packet(Impairment *impairment, gint64 now_us, gsize bytes, gint64 ret_due_us[IMPAIRMENT_COPIES_MAX]);
/** When a piece of a stream (TCP) arrives: never lost, but late by a retransmission, and in order. The caller does not read while there is a blackout. */
gint64 impairment_piece(Impairment *impairment, gint64 now_us, gsize bytes);
