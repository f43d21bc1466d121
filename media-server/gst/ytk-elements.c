#include "ytk-elements.h"

#include "ytk-feed-sink.h"
#include "ytk-rtc-fan.h"
#include "ytk-rtc-src.h"

gboolean
ytk_elements_register(void)
{
    return gst_element_register(NULL, "ytkrtcsrc", GST_RANK_NONE, YTK_TYPE_RTC_SRC) &&
           gst_element_register(NULL, "ytkrtcfan", GST_RANK_NONE, YTK_TYPE_RTC_FAN) &&
           gst_element_register(NULL, "ytkfeedsink", GST_RANK_NONE, YTK_TYPE_FEED_SINK);
}
