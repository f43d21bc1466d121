#include "receive-statistics.h"

void
receive_statistics_packet(ReceiveStatistics *statistics, guint16 sequence, guint32 timestamp, gsize length,
                          guint32 clock_rate, gboolean retransmitted, gint64 now_us)
{
    gboolean first = !statistics->extender.started;
    gint64 extended = sequence_extend(&statistics->extender, sequence);

    if (first)
        statistics->base = extended;
    statistics->packets++;
    statistics->bytes += length;
    if (retransmitted) /* its way took a round trip longer and says nothing about jitter */
        return;

    guint32 arrival = (guint32)(now_us * (gint64)(clock_rate / 1000) / 1000);
    guint32 transit = arrival - timestamp;
    gint32 difference = (gint32)(transit - statistics->transit);

    statistics->transit = transit;
    if (first)
        return;
    guint32 magnitude = difference < 0 ? (guint32) - (gint64)difference : (guint32)difference;

    if (magnitude < clock_rate * 10) /* a source that set its clock anew is not jitter */
        statistics->jitter_q4 += magnitude - ((statistics->jitter_q4 + 8) >> 4);
}

void
receive_statistics_sender_report(ReceiveStatistics *statistics, guint64 ntp, gint64 now_us)
{
    statistics->last_sender_report = (guint32)(ntp >> 16);
    statistics->last_sender_report_us = now_us;
}

RtcpReportBlock
receive_statistics_report(ReceiveStatistics *statistics, guint32 ssrc, gint64 now_us)
{
    guint64 expected = (guint64)(statistics->extender.highest - statistics->base + 1);
    gint64 lost = (gint64)expected - (gint64)statistics->packets;
    guint64 expected_interval = expected - statistics->prior_expected;
    gint64 lost_interval =
        (gint64)expected_interval - (gint64)(statistics->packets - statistics->prior_received);
    RtcpReportBlock block = {
        .ssrc = ssrc,
        .cumulative_lost = (gint32)CLAMP(lost, -0x800000, 0x7fffff),
        .highest_sequence =
            (guint32)statistics->extender.highest - 65536, /* sequence_extend() starts one cycle up */
        .jitter = statistics->jitter_q4 >> 4,
    };

    if (expected_interval && lost_interval > 0)
        block.fraction_lost = (guint8)MIN(255, (lost_interval << 8) / (gint64)expected_interval);
    statistics->fraction_lost = block.fraction_lost;
    statistics->prior_expected = expected;
    statistics->prior_received = statistics->packets;
    if (statistics->last_sender_report) {
        block.last_sender_report = statistics->last_sender_report;
        block.delay_since_last_sender_report =
            (guint32)((now_us - statistics->last_sender_report_us) * 65536 / G_USEC_PER_SEC);
    }
    return block;
}
