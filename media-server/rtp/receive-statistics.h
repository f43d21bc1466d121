/**
 * ReceiveStatistics — loss, jitter and report blocks of one received source (RFC 3550, section 6.4.1,
 * appendices A.3 and A.8). Zero-initialise; plain value.
 */
#pragma once

#include "rtcp.h"
#include "sequence.h"

typedef struct {
    SequenceExtender extender;
    gint64 base;     /* first extended number */
    guint64 packets; /* without retransmissions of what had come already */
    guint64 bytes;
    guint64 prior_expected, prior_received;
    guint8 fraction_lost; /* of 256, in the last report's interval */
    guint32 transit;
    guint32 jitter_q4;          /* jitter times 16 */
    guint32 last_sender_report; /* middle 32 bits of its NTP time; 0 = none yet */
    gint64 last_sender_report_us;
} ReceiveStatistics;

void receive_statistics_packet(ReceiveStatistics *statistics, guint16 sequence, guint32 timestamp,
                               gsize length, guint32 clock_rate, gboolean retransmitted, gint64 now_us);
void receive_statistics_sender_report(ReceiveStatistics *statistics, guint64 ntp, gint64 now_us);
/** The block for the next receiver report; starts a new interval for the fraction lost. */
RtcpReportBlock receive_statistics_report(ReceiveStatistics *statistics, guint32 ssrc, gint64 now_us);
