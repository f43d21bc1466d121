/**
 * TransportReport — reads what TransportFeedback writes: a peer's word on which of our packets arrived, and when
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1).
 *
 * Walks one RTCP packet in place, allocates nothing and never reads past its end; what is cut off ends the report. Arrival
 * times are the peer's clock, meaningful as differences only.
 */
#pragma once

#include <glib.h>

/* The draft counts packets in 16 bits; more than our SendLog remembers says nothing that we could use. */
#define TRANSPORT_REPORT_PACKETS_MAX 2048

typedef struct {
    const guint8 *data;
    gsize length;
    gsize chunk_at;    /* the next status chunk */
    gsize delta_at;    /* the next receive delta */
    guint left;        /* packets still to tell of */
    guint16 sequence;  /* of the next one */
    guint16 chunk;     /* the current status chunk, shifted as it is used up */
    guint chunk_left;  /* packets it still tells of */
    guint symbol_bits; /* of the current chunk: 0 = run, 1 or 2 = vector */
    gint64 now_us;     /* arrival of the last one told */
    guint8 count;      /* the feedback packet's own number */
} TransportReport;

/** One whole RTCP packet (RTPFB, format 15), without those that follow it in the compound. FALSE when it is malformed. */
gboolean transport_report_init(TransportReport *report, const guint8 *packet, gsize length);

/** The next packet: `*ret_arrival_us` is −1 when it has not arrived. FALSE at the end, or where the report is cut off. */
gboolean transport_report_next(TransportReport *report, guint16 *ret_sequence, gint64 *ret_arrival_us);
