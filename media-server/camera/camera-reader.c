#include "camera-reader.h"

#include <gio/gio.h>
#include <gst/app/gstappsink.h>
#include <string.h>

/* A camera that sends nothing for this long is asked anew; at one key frame in ten seconds it still sends pictures between them. */
#define SILENT_US (5 * G_TIME_SPAN_SECOND)
/* From the first attempt to the first packet. Cameras take up to 3 s until PLAY is answered. */
#define OPEN_US (12 * G_TIME_SPAN_SECOND)
#define LOOK_US (200 * G_TIME_SPAN_MILLISECOND)
/* Pauses between attempts: doubling, so that a camera that is being restarted comes back soon and one that is gone costs nothing. */
#define RETRY_MIN_US (1 * G_TIME_SPAN_SECOND)
#define RETRY_MAX_US (30 * G_TIME_SPAN_SECOND)
/* A run this long was a good one: the next pause is short again. */
#define GOOD_US (10 * G_TIME_SPAN_SECOND)
/* rtpbin's buffer: over TCP nothing is reordered, it only has to even out a camera's own bursts. */
#define LATENCY_MS 60
#define ADDRESSES_MAX 32

struct CameraReader {
    CameraReaderConfig config;
    GThread *thread;
    GCancellable *cancellable;
    GMutex lock;
    GCond wake;
    gboolean stopping; /* locked */

    char *pinned; /* "192.0.2.7:554" */
    guint run;

    /* Of the present run; written by streaming threads. */
    gint64 last_packet_us; /* atomic by lock */
    gboolean described, has_h264, has_audio; /* the first: a DESCRIBE was answered; locked */
};

gboolean
camera_reader_load_plugins(const char *folder, GError **error)
{
    /* No "udp": nothing here may send a datagram to where a camera says. */
    static const char *const plugins[] = {"rtsp",   "rtp",   "rtpmanager",   "videoparsersbad", "app",
                                          "alaw",   "mulaw", "audioconvert", "audioresample",   "opus"};

    for (gsize i = 0; i < G_N_ELEMENTS(plugins); i++) {
        g_autofree char *path = g_strdup_printf("%s/libgst%s.so", folder, plugins[i]);
        g_autoptr(GstPlugin) plugin = gst_plugin_load_file(path, error);

        if (!plugin)
            return FALSE;
    }
    return TRUE;
}

static gboolean
is_stopping(CameraReader *reader)
{
    gboolean stopping;

    g_mutex_lock(&reader->lock);
    stopping = reader->stopping;
    g_mutex_unlock(&reader->lock);
    return stopping;
}

/* FALSE when it was asked to end meanwhile. */
static gboolean
sleep_us(CameraReader *reader, gint64 us)
{
    gint64 until = g_get_monotonic_time() + us;
    gboolean stopping;

    g_mutex_lock(&reader->lock);
    while (!reader->stopping && g_cond_wait_until(&reader->wake, &reader->lock, until))
        ;
    stopping = reader->stopping;
    g_mutex_unlock(&reader->lock);
    return !stopping;
}

static void
tell(CameraReader *reader, CameraState state, const char *reason, gint64 number)
{
    CameraItem item = {.kind = CAMERA_ITEM_STATE, .run = reader->run, .state = state, .reason = reason};

    if (state == CAMERA_LIVE)
        item.zero_unix_us = number;
    else
        item.retry_us = number;
    camera_mailbox_put(reader->config.mailbox, &item);
}

/* --- the address --- */

static gboolean
allowed(CameraReader *reader, GInetAddress *address, gboolean *ret_ipv4)
{
    NetworkAddress plain;

    if (!network_address_from_bytes(g_inet_address_to_bytes(address), g_inet_address_get_native_size(address), &plain))
        return FALSE;
    *ret_ipv4 = network_address_is_ipv4(&plain);
    return network_list_allows(reader->config.networks, &plain);
}

/* NULL, and `pinned` is set; or the reason. One address that is not allowed spoils the name: who answers for it could choose. */
static const char *
pin(CameraReader *reader)
{
    const CameraUrl *url = reader->config.url;
    g_autoptr(GResolver) resolver = g_resolver_get_default();
    GList *addresses = g_resolver_lookup_by_name(resolver, url->host, reader->cancellable, NULL);
    const char *reason = addresses ? NULL : "unknown-host";

    if (g_list_length(addresses) > ADDRESSES_MAX)
        reason = "network";
    for (GList *l = addresses; l && !reason; l = l->next) {
        gboolean ipv4 = FALSE;

        if (!allowed(reader, l->data, &ipv4)) {
            reason = "network";
        } else if (ipv4 && !reader->pinned) {
            NetworkAddress plain;

            network_address_from_bytes(g_inet_address_to_bytes(l->data), g_inet_address_get_native_size(l->data), &plain);
            g_autofree char *text = network_address_text(&plain);

            reader->pinned = g_strdup_printf("%s:%u", text, url->port);
        }
    }
    g_resolver_free_addresses(addresses);
    return reason ? reason : reader->pinned ? NULL : "network";
}

/* --- the pipeline: streaming threads --- */

static gboolean
starts_key_frame(GstBuffer *buffer)
{
    return !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
}

/* One memory, so that the room may read and alter it in place. */
static GstBuffer *
flat_copy(GstBuffer *buffer)
{
    gsize length = gst_buffer_get_size(buffer);
    GstBuffer *flat = gst_buffer_new_allocate(NULL, length, NULL);
    GstMapInfo map;

    gst_buffer_map(flat, &map, GST_MAP_WRITE);
    gst_buffer_extract(buffer, 0, map.data, length);
    gst_buffer_unmap(flat, &map);
    return flat;
}

static GstFlowReturn
take_packet(GstAppSink *sink, CameraReader *reader, CameraItemKind kind)
{
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    GstBuffer *buffer = sample ? gst_sample_get_buffer(sample) : NULL;
    CameraItem item = {.kind = kind, .run = reader->run};

    if (!buffer)
        return GST_FLOW_EOS;
    g_mutex_lock(&reader->lock);
    reader->last_packet_us = g_get_monotonic_time();
    g_mutex_unlock(&reader->lock);
    item.buffer = flat_copy(buffer);
    item.starts_key_frame = starts_key_frame(buffer);
    camera_mailbox_put(reader->config.mailbox, &item);
    return GST_FLOW_OK;
}

static GstFlowReturn
take_video(GstAppSink *sink, gpointer user)
{
    return take_packet(sink, user, CAMERA_ITEM_VIDEO);
}

static GstFlowReturn
take_audio(GstAppSink *sink, gpointer user)
{
    return take_packet(sink, user, CAMERA_ITEM_AUDIO);
}

/* What a camera may send as sound, and how it becomes what all browsers understand. */
#define TO_OPUS " ! audioconvert ! audioresample ! audio/x-raw,rate=48000 ! opusenc bitrate=24000 frame-size=20"
static const struct {
    const char *encoding;
    const char *chain;
} sounds[] = {
    {"PCMA", "rtppcmadepay ! alawdec" TO_OPUS},
    {"PCMU", "rtppcmudepay ! mulawdec" TO_OPUS},
    {"OPUS", "rtpopusdepay"},
};

static const char *
encoding_of(const GstCaps *caps, const char **ret_media)
{
    const GstStructure *structure = gst_caps_get_structure(caps, 0);

    *ret_media = gst_structure_get_string(structure, "media");
    return gst_structure_get_string(structure, "encoding-name");
}

static gint
sound_of(const char *encoding)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sounds); i++)
        if (g_strcmp0(encoding, sounds[i].encoding) == 0)
            return (gint)i;
    return -1;
}

/* The first picture in H.264 and the first sound that we understand; metadata, second profiles and back channels are not even asked for. */
static gboolean
select_stream(GstElement *src, guint number, GstCaps *caps, gpointer user)
{
    CameraReader *reader = user;
    const char *media, *encoding = encoding_of(caps, &media);
    gboolean wanted = FALSE;

    g_mutex_lock(&reader->lock);
    reader->described = TRUE;
    if (g_strcmp0(media, "video") == 0 && g_strcmp0(encoding, "H264") == 0 && !reader->has_h264)
        wanted = reader->has_h264 = TRUE;
    else if (g_strcmp0(media, "audio") == 0 && sound_of(encoding) >= 0 && !reader->has_audio)
        wanted = reader->has_audio = TRUE;
    g_mutex_unlock(&reader->lock);
    return wanted;
}

static void
link_chain(GstElement *src, GstPad *pad, const char *description, GstFlowReturn (*take)(GstAppSink *, gpointer),
           CameraReader *reader)
{
    g_autoptr(GError) error = NULL;
    GstElement *chain = gst_parse_bin_from_description(description, TRUE, &error);
    g_autoptr(GstElement) sink = chain ? gst_bin_get_by_name(GST_BIN(chain), "sink") : NULL;
    GstAppSinkCallbacks callbacks = {.new_sample = take};

    if (!chain || !sink) {
        GST_ELEMENT_ERROR(src, CORE, MISSING_PLUGIN, (NULL), ("%s", error ? error->message : "no sink"));
        return;
    }
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, reader, NULL);
    gst_bin_add(GST_BIN(GST_OBJECT_PARENT(src)), chain);
    g_autoptr(GstPad) entry = gst_element_get_static_pad(chain, "sink");

    gst_element_sync_state_with_parent(chain);
    gst_pad_link(pad, entry);
}

#define SINK "appsink name=sink sync=false async=false max-buffers=512 drop=true"

static void
on_pad_added(GstElement *src, GstPad *pad, gpointer user)
{
    CameraReader *reader = user;
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    const char *media = NULL, *encoding = caps ? encoding_of(caps, &media) : NULL;
    guint32 ssrc = reader->config.ssrc + 2 * reader->run;
    g_autofree char *chain = NULL;

    if (g_strcmp0(encoding, "H264") == 0) {
        chain = g_strdup_printf("rtph264depay wait-for-keyframe=true ! h264parse config-interval=-1 ! "
                                "video/x-h264,stream-format=byte-stream,alignment=au ! "
                                "rtph264pay config-interval=-1 aggregate-mode=zero-latency mtu=%d pt=%d ssrc=%u timestamp-offset=0 ! " SINK,
                                CAMERA_PACKET_MAX, CAMERA_VIDEO_TYPE, ssrc);
        link_chain(src, pad, chain, take_video, reader);
    } else if (sound_of(encoding) >= 0) {
        chain = g_strdup_printf("%s ! rtpopuspay pt=%d ssrc=%u timestamp-offset=0 ! " SINK, sounds[sound_of(encoding)].chain,
                                CAMERA_AUDIO_TYPE, ssrc + 1);
        link_chain(src, pad, chain, take_audio, reader);
    }
}

/* --- one connection, from its beginning to its end --- */

static GstElement *
make_pipeline(CameraReader *reader)
{
    const CameraUrl *url = reader->config.url;
    GstElement *pipeline = gst_pipeline_new(NULL), *src = gst_element_factory_make("rtspsrc", "camera");
    g_autofree char *proxy = g_strconcat("http://", reader->pinned, NULL);

    gst_object_ref_sink(pipeline);
    g_object_set(src, "location", url->location, "proxy", proxy, "latency", LATENCY_MS, "tcp-timeout", (guint64)OPEN_US,
                 "do-retransmission", FALSE, NULL);
    gst_util_set_object_arg(G_OBJECT(src), "protocols", "tcp");
    /* Cameras make their certificates themselves: rtsps here keeps listeners out, it does not prove who the camera is. */
    gst_util_set_object_arg(G_OBJECT(src), "tls-validation-flags", "0");
    if (url->user)
        g_object_set(src, "user-id", url->user, "user-pw", url->password, NULL);
    g_signal_connect(src, "select-stream", G_CALLBACK(select_stream), reader);
    g_signal_connect(src, "pad-added", G_CALLBACK(on_pad_added), reader);
    gst_bin_add(GST_BIN(pipeline), src);
    return pipeline;
}

static const char *
reason_of(CameraReader *reader, const GError *error)
{
    gboolean without_h264;

    g_mutex_lock(&reader->lock);
    without_h264 = reader->described && !reader->has_h264;
    g_mutex_unlock(&reader->lock);
    if (g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED))
        return "unauthorized";
    if (g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND))
        return "not-found";
    if (without_h264)
        return "no-h264";
    return error->domain == GST_RESOURCE_ERROR ? "unreachable" : "stream";
}

/* What the bus says within a moment: the reason of an end, or NULL. */
static const char *
hear(CameraReader *reader, GstBus *bus)
{
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, LOOK_US * GST_USECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_APPLICATION);
    g_autoptr(GError) error = NULL;

    if (!message || GST_MESSAGE_TYPE(message) == GST_MESSAGE_APPLICATION)
        return NULL;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
        return "ended";
    gst_message_parse_error(message, &error, NULL);
    return reason_of(reader, error);
}

static gint64
zero_unix_us(GstElement *pipeline)
{
    g_autoptr(GstClock) clock = gst_pipeline_get_clock(GST_PIPELINE(pipeline));
    GstClockTime running = gst_clock_get_time(clock) - gst_element_get_base_time(pipeline);

    return g_get_real_time() - (gint64)(running / 1000);
}

static gboolean
reader_was_live(CameraReader *reader)
{
    gboolean live;

    g_mutex_lock(&reader->lock);
    live = reader->last_packet_us != 0;
    g_mutex_unlock(&reader->lock);
    return live;
}

static const char *
follow(CameraReader *reader, GstElement *pipeline, GstBus *bus, gint64 *ret_live_us)
{
    gint64 begun_us = g_get_monotonic_time();
    const char *reason = NULL;

    while (!reason && !is_stopping(reader)) {
        gint64 last_us, now_us;

        reason = hear(reader, bus);
        if (reason && reader_was_live(reader) && g_str_equal(reason, "unreachable"))
            reason = "ended"; /* how TCP ends is of no interest */
        now_us = g_get_monotonic_time();
        g_mutex_lock(&reader->lock);
        last_us = reader->last_packet_us;
        g_mutex_unlock(&reader->lock);
        if (last_us && !*ret_live_us) {
            *ret_live_us = now_us;
            tell(reader, CAMERA_LIVE, "", zero_unix_us(pipeline));
        }
        if (!reason && now_us - (last_us ? last_us : begun_us) > (last_us ? SILENT_US : OPEN_US))
            reason = last_us ? "silent" : "unreachable";
    }
    return reason;
}

/* Returns why it ended, NULL when it was asked to; `ret_live_us`: for how long packets came. */
static const char *
connect_once(CameraReader *reader, gint64 *ret_live_us)
{
    g_autoptr(GstElement) pipeline = make_pipeline(reader);
    g_autoptr(GstElement) src = gst_bin_get_by_name(GST_BIN(pipeline), "camera");
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    gint64 live_since_us = 0;
    const char *reason;

    g_mutex_lock(&reader->lock);
    reader->last_packet_us = 0;
    reader->described = reader->has_h264 = reader->has_audio = FALSE;
    g_mutex_unlock(&reader->lock);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    reason = follow(reader, pipeline, bus, &live_since_us);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    g_object_set(src, "proxy", NULL, NULL); /* GStreamer 1.22 does not free it */
    *ret_live_us = live_since_us ? g_get_monotonic_time() - live_since_us : 0;
    return reason;
}

static void
keep_reading(CameraReader *reader)
{
    gint64 pause_us = RETRY_MIN_US, live_us;
    const char *reason;

    tell(reader, CAMERA_CONNECTING, "", 0);
    reason = pin(reader);
    if (reason) {
        tell(reader, CAMERA_LOST, reason, -1);
        return;
    }
    while ((reason = connect_once(reader, &live_us))) {
        pause_us = live_us > GOOD_US ? RETRY_MIN_US : pause_us;
        tell(reader, CAMERA_LOST, reason, pause_us);
        if (!sleep_us(reader, pause_us))
            break;
        pause_us = MIN(2 * pause_us, RETRY_MAX_US);
        reader->run++;
        tell(reader, CAMERA_CONNECTING, "", 0);
    }
}

static gpointer
reader_run(gpointer data)
{
    CameraReader *reader = data;

    keep_reading(reader);
    reader->config.ended(reader->config.user);
    return NULL;
}

CameraReader *
camera_reader_start(const CameraReaderConfig *config)
{
    CameraReader *reader = g_new0(CameraReader, 1);

    reader->config = *config;
    reader->cancellable = g_cancellable_new();
    g_mutex_init(&reader->lock);
    g_cond_init(&reader->wake);
    reader->thread = g_thread_new("camera", reader_run, reader);
    return reader;
}

void
camera_reader_stop(CameraReader *reader)
{
    g_mutex_lock(&reader->lock);
    reader->stopping = TRUE;
    g_cond_signal(&reader->wake);
    g_mutex_unlock(&reader->lock);
    g_cancellable_cancel(reader->cancellable);
}

void
camera_reader_free(CameraReader *reader)
{
    if (!reader)
        return;
    camera_reader_stop(reader);
    g_thread_join(reader->thread);
    g_object_unref(reader->cancellable);
    g_mutex_clear(&reader->lock);
    g_cond_clear(&reader->wake);
    camera_url_clear(reader->config.url);
    g_free(reader->config.url);
    g_free(reader->pinned);
    g_free(reader);
}
