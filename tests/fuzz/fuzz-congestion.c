/* Transport-wide feedback from a subscriber: read packet by packet, then taken for a report on what was sent. */
#include <math.h>

#include "congestion-controller.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    BandwidthLimits limits = { 500000, 50000, 10000000 };
    CongestionController *controller;
    TransportReport report;
    guint16 sequence, first = 0;
    gint64 arrival_us;
    guint told = 0;

    if (!transport_report_init(&report, data, size))
        return 0;
    first = report.sequence;
    while (transport_report_next(&report, &sequence, &arrival_us))
        FUZZ_CHECK(sequence == (guint16) (first + told++) && arrival_us >= -G_MAXINT32 * (gint64) 1000);
    FUZZ_CHECK(told <= TRANSPORT_REPORT_PACKETS_MAX);

    controller = g_new(CongestionController, 1);
    congestion_controller_init(controller, &limits);
    for (guint i = 0; i < SEND_LOG_PACKETS; i++)
        congestion_controller_sent(controller, (guint16) (first + i), 1200, 1000000 + 5000 * i);
    for (guint i = 0; i < 3; i++) {
        congestion_controller_report(controller, data, size, 7000000 + i * 100000, 0);
        congestion_controller_want(controller, 3000000, 7000000 + i * 100000);
        congestion_controller_padding(controller, 7000000 + i * 100000 + 50000);
        congestion_controller_sent(controller, (guint16) (first + i * 7), 1200, 7000000 + i * 100000 + 50000);
        congestion_controller_tick(controller, 7000000 + i * 100000 + 60000);
        FUZZ_CHECK(congestion_controller_bps(controller) >= limits.min_bps && congestion_controller_bps(controller) <= limits.max_bps);
        FUZZ_CHECK(!isnan(controller->estimator.bps));
    }
    g_free(controller);
    return 0;
}
