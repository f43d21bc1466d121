#include "ytk-events.h"

#define KEY_FRAME_NAME     "GstForceKeyUnit"
#define SENDER_REPORT_NAME "YtkSenderReport"

GstEvent *
ytk_event_new_key_frame_wanted(void)
{
    return gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM,
                                gst_structure_new(KEY_FRAME_NAME, "all-headers", G_TYPE_BOOLEAN, TRUE, NULL));
}

gboolean
ytk_event_is_key_frame_wanted(GstEvent *event)
{
    return GST_EVENT_TYPE(event) == GST_EVENT_CUSTOM_UPSTREAM && gst_event_has_name(event, KEY_FRAME_NAME);
}

GstEvent *
ytk_event_new_sender_report(const RtcpSenderReport *report)
{
    return gst_event_new_custom(
        GST_EVENT_CUSTOM_DOWNSTREAM_OOB,
        gst_structure_new(SENDER_REPORT_NAME, "ssrc", G_TYPE_UINT, report->ssrc, "ntp", G_TYPE_UINT64,
                          report->ntp, "rtp-timestamp", G_TYPE_UINT, report->rtp_timestamp, "packets",
                          G_TYPE_UINT, report->packets, "bytes", G_TYPE_UINT, report->bytes, NULL));
}

gboolean
ytk_event_parse_sender_report(GstEvent *event, RtcpSenderReport *ret_report)
{
    RtcpSenderReport report = {0};

    if (GST_EVENT_TYPE(event) != GST_EVENT_CUSTOM_DOWNSTREAM_OOB ||
        !gst_event_has_name(event, SENDER_REPORT_NAME))
        return FALSE;
    if (!gst_structure_get(gst_event_get_structure(event), "ssrc", G_TYPE_UINT, &report.ssrc, "ntp",
                           G_TYPE_UINT64, &report.ntp, "rtp-timestamp", G_TYPE_UINT, &report.rtp_timestamp,
                           "packets", G_TYPE_UINT, &report.packets, "bytes", G_TYPE_UINT, &report.bytes,
                           NULL))
        return FALSE;
    *ret_report = report;
    return TRUE;
}
