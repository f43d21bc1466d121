#include "camera.h"

#include <string.h>

/* 4 s of a camera at 8 Mbit/s: a worker that looks less often has more to worry about. */
#define MAILBOX_BYTES (4 * 1024 * 1024)
/* RFC 3550, section 6.2: some seconds; the recorder ties sound to picture by them. */
#define REPORT_US (2 * G_TIME_SPAN_SECOND)
#define VIDEO_CLOCK 90000
#define AUDIO_CLOCK 48000

struct Camera {
    RtcLink link; /* first, as in Connection; nothing can be sent to a camera */
    Worker *worker;
    CameraConfig config; /* handlers NULL after camera_leave() */
    char *id, *location, *user, *password, *shown;
    gint64 joined_us;
    CameraMailbox *mailbox;
    CameraReader *reader;
    gboolean reader_ended;

    guint32 ssrc;
    CameraState state;
    const char *reason;
    gint64 retry_us;

    guint run;
    YtkRtcSrc *src;
    gulong pad_handler;
    gint64 zero_unix_us; /* 0 = not known yet */
    gint64 next_report_us;
};

/* --- RtcLink: a camera takes no feedback --- */

static guint8 *
reserve_nothing(RtcLink *link)
{
    return NULL;
}

static void
send_no_rtp(RtcLink *link, gsize length, const guint8 *payload, gsize payload_length)
{
}

static void
send_no_rtcp(RtcLink *link, gsize length)
{
}

static void
wake_nobody(RtcLink *link)
{
}

/* --- runs --- */

static void
end_run(Camera *camera)
{
    if (!camera->src)
        return;
    ytk_rtc_src_disconnect(camera->src);
    if (camera->config.handlers)
        camera->config.handlers->source_lost(camera->config.user, camera);
    g_clear_object(&camera->src);
    camera->zero_unix_us = 0;
}

static void
add_track(Camera *camera, RtpReceiver *receiver, gboolean video)
{
    RtpTrackConfig config = {
        .codec = video ? MEDIA_CODEC_H264 : MEDIA_CODEC_OPUS,
        .payload_type = video ? CAMERA_VIDEO_TYPE : CAMERA_AUDIO_TYPE,
        .rtx_payload_type = -1,
        .clock_rate = video ? VIDEO_CLOCK : AUDIO_CLOCK,
        .ssrc = camera->ssrc + 2 * camera->run + !video,
    };

    /* One clock for both: the recorder may tie them to each other. */
    g_strlcpy(config.cname, camera->id, sizeof config.cname);
    rtp_receiver_add_track(receiver, &config);
}

static void
begin_run(Camera *camera, guint run)
{
    RtpReceiver *receiver = rtp_receiver_new(g_random_int(), (RtpExtensions){0});

    end_run(camera);
    camera->run = run;
    add_track(camera, receiver, TRUE);
    add_track(camera, receiver, FALSE);
    camera->src = g_object_ref_sink(ytk_rtc_src_new(receiver, &camera->link));
    camera->config.handlers->source(camera->config.user, camera);
}

static void
write_report(Camera *camera, guint track, gint64 unix_us)
{
    const RtpTrack *source = rtp_receiver_track(ytk_rtc_src_receiver(camera->src), track);
    guint64 since_us = (guint64)MAX(0, unix_us - camera->zero_unix_us);
    RtcpSenderReport report = {
        .ssrc = source->config.ssrc,
        .ntp = rtcp_ntp_from_unix_us(unix_us),
        .rtp_timestamp = (guint32)(since_us * source->config.clock_rate / G_USEC_PER_SEC),
    };
    guint8 packet[200];
    RtcpWriter writer = {.data = packet, .capacity = sizeof packet};

    if (rtcp_write_sender_report(&writer, &report) && rtcp_write_cname(&writer, report.ssrc, source->config.cname))
        ytk_rtc_src_rtcp(camera->src, packet, writer.length);
}

static void
report(Camera *camera)
{
    gint64 now_us = *camera->link.now_us, unix_us = clock_wall_us(worker_clock(camera->worker));

    if (!camera->src || !camera->zero_unix_us || now_us < camera->next_report_us)
        return;
    camera->next_report_us = now_us + REPORT_US;
    for (guint track = 0; track < 2; track++)
        if (rtp_receiver_track(ytk_rtc_src_receiver(camera->src), track)->last_packet_us)
            write_report(camera, track, unix_us);
}

static void
push(Camera *camera, CameraItem *item)
{
    GstMapInfo map;

    if (!camera->src || camera->run != item->run)
        begin_run(camera, item->run);
    if (!gst_buffer_map(item->buffer, &map, GST_MAP_READWRITE))
        return;
    gst_buffer_unmap(item->buffer, &map); /* the bytes stay where they are: one memory of the system's */
    ytk_rtc_src_rtp(camera->src, item->buffer, map.data, map.size);
}

static void
change_state(Camera *camera, const CameraItem *item)
{
    camera->state = item->state;
    camera->reason = item->reason;
    camera->retry_us = item->retry_us;
    if (item->state == CAMERA_LIVE) {
        camera->zero_unix_us = item->zero_unix_us;
        camera->next_report_us = 0;
    } else if (item->state == CAMERA_LOST) {
        end_run(camera);
    }
    camera->config.handlers->state(camera->config.user, camera);
}

static void
deliver(Worker *worker, gpointer data)
{
    Camera *camera = data;
    g_autoptr(GArray) items = camera_mailbox_take(camera->mailbox);

    for (guint i = 0; i < items->len; i++) {
        CameraItem *item = &g_array_index(items, CameraItem, i);

        if (!camera->config.handlers) {
            /* the room has let go of it */
        } else if (item->kind == CAMERA_ITEM_STATE) {
            change_state(camera, item);
        } else {
            push(camera, item);
        }
        g_clear_pointer(&item->buffer, gst_buffer_unref);
    }
    if (camera->config.handlers)
        report(camera);
}

/* --- from the reader's threads --- */

static void
mailbox_filled(gpointer user)
{
    Camera *camera = user;

    worker_post(camera->worker, deliver, camera);
}

/* Behind every delivery: mail keeps its order. */
static void
reader_has_ended(Worker *worker, gpointer data)
{
    Camera *camera = data;

    camera->reader_ended = TRUE;
    if (!camera->config.handlers)
        worker_forget_camera(worker, camera);
}

static void
reader_ended(gpointer user)
{
    Camera *camera = user;

    worker_post(camera->worker, reader_has_ended, camera);
}

/* --- life --- */

Camera *
camera_new(Worker *worker, const CameraConfig *config)
{
    Camera *camera = g_new0(Camera, 1);

    camera->link = (RtcLink){
        .now_us = worker_now_us(worker),
        .reserve = reserve_nothing,
        .send_rtp = send_no_rtp,
        .send_rtcp = send_no_rtcp,
        .wake = wake_nobody,
    };
    camera->worker = worker;
    camera->config = *config;
    camera->id = g_strdup(config->id);
    camera->location = g_strdup(config->url->location);
    camera->user = g_strdup(config->url->user);
    camera->password = g_strdup(config->url->password);
    camera->shown = g_strdup(config->url->shown);
    camera->joined_us = *worker_now_us(worker);
    camera->reason = "";
    camera->ssrc = g_random_int();
    camera->mailbox = camera_mailbox_new(MAILBOX_BYTES, mailbox_filled, camera);
    camera->reader = camera_reader_start(
        &(CameraReaderConfig){config->url, worker_camera_networks(worker), camera->ssrc, camera->mailbox, reader_ended, camera});
    return camera;
}

void
camera_leave(Camera *camera)
{
    end_run(camera);
    camera->config.handlers = NULL;
    camera_reader_stop(camera->reader);
    worker_keep_camera(camera->worker, camera);
    if (camera->reader_ended)
        worker_forget_camera(camera->worker, camera);
}

void
camera_free(Camera *camera)
{
    if (!camera)
        return;
    camera_reader_free(camera->reader);
    camera_mailbox_free(camera->mailbox);
    g_free(camera->id);
    g_free(camera->location);
    g_free(camera->user);
    if (camera->password)
        memset(camera->password, 0, strlen(camera->password));
    g_free(camera->password);
    g_free(camera->shown);
    g_free(camera);
}

/* --- what the room asks --- */

const char *
camera_id(const Camera *camera)
{
    return camera->id;
}

guint
camera_order(const Camera *camera)
{
    return camera->config.order;
}

gint64
camera_joined_us(const Camera *camera)
{
    return camera->joined_us;
}

gboolean
camera_is_same(const Camera *camera, const CameraUrl *url)
{
    return g_str_equal(camera->location, url->location) && g_strcmp0(camera->user, url->user) == 0 &&
           g_strcmp0(camera->password, url->password) == 0;
}

CameraState
camera_state(const Camera *camera)
{
    return camera->state;
}

YtkRtcSrc *
camera_src(const Camera *camera)
{
    return camera->src;
}

gulong *
camera_pad_handler(Camera *camera)
{
    return &camera->pad_handler;
}

json_t *
camera_describe(const Camera *camera)
{
    static const char *const names[] = {"connecting", "live", "lost"};
    gboolean again = camera->state == CAMERA_LOST && camera->retry_us >= 0;

    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:I}", "camera", camera->id, "state", names[camera->state], "reason",
                     camera->reason, "retry_ms", again ? json_integer(camera->retry_us / 1000) : json_null(), "address",
                     camera->shown, "dropped", (json_int_t)camera_mailbox_dropped(camera->mailbox));
}
