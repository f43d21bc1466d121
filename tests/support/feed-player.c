/**
 * feed-player — plays a visit's media into a recorder's feed socket, as the media server would: a camera and a microphone of the site
 * participant and (--second) the microphone of another one, with sender reports. docs/architecture.md, section "Feed".
 *
 * It reconnects for as long as it runs, answers PLI with a key frame, and obeys lines on standard input:
 *   video off|on    audio off|on    pause MS    loss PERCENT    size WxH    jump MS    disconnect    connect    codec NAME    garbage    overflow N MS    quit
 * `pause MS`: that much of the camera's time is left out, however late the machine is; ends with {"event":"resumed"}.
 * `codec VP8` (with --vp8) changes the camera's codec in the middle; of any other the packets stay what they were.
 * --flash: a white picture and a tick of sound, both at every full two seconds of the sender's clock.
 * --talk: a tone without a pause instead of ticks, for who looks for speech.
 * On standard output, one JSON object per line: {"event":"connected"|"lost"|"pli"|…}.
 */
#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define RETRY_US       (100 * 1000)
#define REPORT_US      (500 * 1000)
#define NTP_1970       G_GUINT64_CONSTANT(2208988800)
#define SECOND_SSRC    0x30000000u
#define FLASH_NS       (2 * GST_SECOND)
#define FLASH_LASTS_NS (200 * GST_MSECOND)

typedef struct Player Player;

typedef struct {
    Player *player;
    const char *kind, *codec;
    guint payload_type, clock_rate;
    guint32 ssrc;
    const char *participant;
    GstElement *sink;
    gboolean off;
    guint32 jump; /* added to every timestamp */
    gint64 reported_at;
    GstClockTime pause, paused_at; /* how much of its time is left out, and from when; 0: nothing */
} Stream;

struct Player {
    const char *socket_path, *recording, *room;
    GstElement *pipeline;
    Stream streams[4];
    guint stream_count;
    GMutex lock; /* of what follows: both streaming threads send */
    int fd;
    gboolean wanted, quit;
    const char *codec; /* of the camera */
    Stream *vp8;       /* NULL without --vp8 */
    int loss;
    guint plis;
    GRand *random;
};

static void
say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    printf("%s\n", line);
    fflush(stdout);
}

/* --- sending, under the lock --- */

static void
disconnect_locked(Player *player)
{
    if (player->fd < 0)
        return;
    close(player->fd);
    player->fd = -1;
    say("{\"event\":\"lost\"}");
}

static void
send_frame_locked(Player *player, const void *data, gsize length)
{
    guint8 header[2] = { (guint8) (length >> 8), (guint8) length };
    g_autoptr(GByteArray) frame = g_byte_array_new();

    if (player->fd < 0)
        return;
    g_byte_array_append(frame, header, 2);
    g_byte_array_append(frame, data, (guint) length);
    for (gsize at = 0; at < frame->len;) {
        ssize_t sent = send(player->fd, frame->data + at, frame->len - at, MSG_NOSIGNAL);

        if (sent <= 0) {
            disconnect_locked(player);
            return;
        }
        at += (gsize) sent;
    }
}

static void
send_text_locked(Player *player, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    send_frame_locked(player, text, strlen(text));
}

static void
announce_locked(Player *player)
{
    for (guint i = 0; i < player->stream_count; i++) {
        Stream *stream = &player->streams[i];
        gboolean video = i == 0;

        if (stream == player->vp8 ? stream->off : video && player->vp8 && stream->off)
            continue;
        send_text_locked(player,
                         "{\"type\":\"track\",\"ssrc\":%u,\"participant\":\"%s\",\"order\":%u,\"kind\":\"%s\",\"codec\":\"%s\","
                         "\"payload_type\":%u,\"clock_rate\":%u,\"fmtp\":\"%s\",\"cname\":\"%s\"}",
                         stream->ssrc, stream->participant, i, stream->kind, video ? player->codec : stream->codec,
                         stream->payload_type, stream->clock_rate,
                         video ? "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f" : "minptime=10;useinbandfec=1",
                         stream->participant);
    }
}

static void
put32(guint8 *out, guint32 value)
{
    value = GUINT32_TO_BE(value);
    memcpy(out, &value, 4);
}

static void
send_report_locked(Stream *stream, gint64 wall_us, guint32 rtp)
{
    guint8 report[28] = { 0x80, 200, 0, 6 };

    put32(report + 4, stream->ssrc);
    put32(report + 8, (guint32) (wall_us / G_USEC_PER_SEC + NTP_1970));
    put32(report + 12, (guint32) (((guint64) (wall_us % G_USEC_PER_SEC) << 32) / G_USEC_PER_SEC));
    put32(report + 16, rtp);
    send_frame_locked(stream->player, report, sizeof report);
}

/** Whether this packet belongs to a pause. */
static gboolean
pauses_locked(Stream *stream, GstClockTime pts)
{
    if (!stream->pause)
        return FALSE;
    if (!stream->paused_at)
        stream->paused_at = pts;
    if (pts < stream->paused_at + stream->pause)
        return TRUE;
    stream->pause = stream->paused_at = 0;
    say("{\"event\":\"resumed\"}");
    return FALSE;
}

static GstFlowReturn
on_packet(GstAppSink *sink, gpointer user)
{
    Stream *stream = user;
    Player *player = stream->player;
    GstSample *sample = gst_app_sink_pull_sample(sink);
    gpointer packet;
    gsize length;
    guint32 rtp;

    if (!sample)
        return GST_FLOW_EOS;

    GstBuffer *buffer = gst_sample_get_buffer(sample);
    /* Capture time by the sender's clock: what both tracks' reports refer to. */
    gint64 wall = g_get_real_time() - (gint64) ((gst_clock_get_time(GST_ELEMENT_CLOCK(player->pipeline)) -
                                                 gst_element_get_base_time(player->pipeline) - GST_BUFFER_PTS(buffer)) /
                                                1000);

    gst_buffer_extract_dup(buffer, 0, gst_buffer_get_size(buffer), &packet, &length);
    memcpy(&rtp, (guint8 *) packet + 4, 4);
    rtp = GUINT32_FROM_BE(rtp) + stream->jump;
    put32((guint8 *) packet + 4, rtp);
    put32((guint8 *) packet + 8, stream->ssrc);

    g_mutex_lock(&player->lock);
    if (!stream->off && !pauses_locked(stream, GST_BUFFER_PTS(buffer))) {
        if (wall - stream->reported_at > REPORT_US) {
            stream->reported_at = wall;
            send_report_locked(stream, wall, rtp);
        }
        if (g_rand_int_range(player->random, 0, 100) >= player->loss)
            send_frame_locked(player, packet, length);
    }
    g_mutex_unlock(&player->lock);
    g_free(packet);
    gst_sample_unref(sample);
    return GST_FLOW_OK;
}

/* --- the connection: a thread that connects and reads PLIs --- */

static int
try_connect(Player *player)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, player->socket_path, sizeof address.sun_path);
    if (connect(fd, (struct sockaddr *) &address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static void
force_key(Player *player)
{
    Stream *camera = player->vp8 && !player->vp8->off ? player->vp8 : &player->streams[0];

    gst_element_send_event(camera->sink, gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

static void
read_frames(Player *player, int fd)
{
    guint8 buffer[512];
    ssize_t got;

    while ((got = recv(fd, buffer, sizeof buffer, 0)) > 0)
        for (ssize_t at = 0; at + 14 <= got; at += 14)
            if (buffer[at + 3] == 206) {
                force_key(player);
                say("{\"event\":\"pli\",\"count\":%u}", ++player->plis);
            }
}

static gpointer
keep_connected(gpointer data)
{
    Player *player = data;

    while (!player->quit) {
        int fd = player->wanted ? try_connect(player) : -1;

        if (fd < 0) {
            g_usleep(RETRY_US);
            continue;
        }
        g_mutex_lock(&player->lock);
        player->fd = fd;
        say("{\"event\":\"connected\",\"at\":%" G_GINT64_FORMAT "}", g_get_real_time());
        send_text_locked(player, "{\"type\":\"feed\",\"recording\":\"%s\",\"room\":\"%s\"}", player->recording, player->room);
        announce_locked(player);
        g_mutex_unlock(&player->lock);
        read_frames(player, fd);
        g_mutex_lock(&player->lock);
        disconnect_locked(player);
        g_mutex_unlock(&player->lock);
        g_usleep(RETRY_US);
    }
    return NULL;
}

/* --- commands --- */

static void
command_size(Player *player, const char *size)
{
    GstElement *filter = gst_bin_get_by_name(GST_BIN(player->pipeline), "size");
    int width, height;

    if (sscanf(size, "%dx%d", &width, &height) == 2) {
        GstCaps *caps = gst_caps_new_simple("video/x-raw", "width", G_TYPE_INT, width, "height", G_TYPE_INT, height, NULL);

        g_object_set(filter, "caps", caps, NULL);
        gst_caps_unref(caps);
    }
    gst_object_unref(filter);
}

static void
change_codec_locked(Player *player, const char *codec)
{
    player->codec = g_str_equal(codec, "VP8") || g_str_equal(codec, "H264") ? "H264" : "AV1"; /* of the first stream */
    if (player->vp8) {
        Stream *old = player->vp8->off ? &player->streams[0] : player->vp8;

        send_text_locked(player, "{\"type\":\"track-ended\",\"ssrc\":%u}", old->ssrc);
        player->streams[0].off = g_str_equal(codec, "VP8");
        player->vp8->off = !player->streams[0].off;
    }
    announce_locked(player);
}

/** --flash: white while the tick is heard, else black. */
static GstPadProbeReturn
paint(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    gboolean white = GST_BUFFER_PTS(buffer) % FLASH_NS < FLASH_LASTS_NS;
    GstMapInfo map;

    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    if (gst_buffer_map(buffer, &map, GST_MAP_WRITE)) {
        memset(map.data, white ? 235 : 16, map.size * 2 / 3);
        memset(map.data + map.size * 2 / 3, 128, map.size / 3);
        gst_buffer_unmap(buffer, &map);
    }
    return GST_PAD_PROBE_OK;
}

static void
obey(Player *player, char **words)
{
    const char *word = words[0] ? words[0] : "", *value = words[0] && words[1] ? words[1] : "";

    if (g_str_equal(word, "size")) {
        command_size(player, value); /* the streaming thread may hold the lock and wait for this one */
        return;
    }
    g_mutex_lock(&player->lock);
    if (g_str_equal(word, "video"))
        player->streams[0].off = g_str_equal(value, "off");
    else if (g_str_equal(word, "audio"))
        player->streams[1].off = g_str_equal(value, "off");
    else if (g_str_equal(word, "pause"))
        player->streams[0].pause = (GstClockTime) atoi(value) * GST_MSECOND;
    else if (g_str_equal(word, "loss"))
        player->loss = atoi(value);
    else if (g_str_equal(word, "jump"))
        player->streams[0].jump += (guint32) (atoi(value) * 90);
    else if (g_str_equal(word, "codec"))
        change_codec_locked(player, value);
    else if (g_str_equal(word, "garbage"))
        send_frame_locked(player, "\001garbage", 8);
    else if (g_str_equal(word, "overflow"))
        send_text_locked(player, "{\"type\":\"overflow\",\"dropped\":%s,\"ms\":%s}", value, words[1] && words[2] ? words[2] : "0");
    else if (g_str_equal(word, "connect"))
        player->wanted = TRUE;
    else if (g_str_equal(word, "disconnect") && player->fd >= 0)
        player->wanted = FALSE, shutdown(player->fd, SHUT_RDWR);
    else if (g_str_equal(word, "quit"))
        player->quit = TRUE;
    g_mutex_unlock(&player->lock);
}

static Stream *
add_stream(Player *player, const char *sink, Stream stream)
{
    Stream *added = &player->streams[player->stream_count++];
    GstAppSinkCallbacks callbacks = { .new_sample = on_packet };

    *added = stream;
    added->player = player;
    added->sink = gst_bin_get_by_name(GST_BIN(player->pipeline), sink);
    gst_app_sink_set_callbacks(GST_APP_SINK(added->sink), &callbacks, added, NULL);
    return added;
}

int
main(int argc, char **argv)
{
    g_autofree char *path = NULL, *recording = NULL, *room = NULL, *participant = NULL, *second = NULL, *size = NULL;
    int fps = 15, bitrate = 400;
    gboolean vp8 = FALSE, flash = FALSE, talk = FALSE;
    const GOptionEntry entries[] = {
        { "socket", 0, 0, G_OPTION_ARG_FILENAME, &path, "feed.sock", NULL },
        { "recording", 0, 0, G_OPTION_ARG_STRING, &recording, "id", NULL },
        { "room", 0, 0, G_OPTION_ARG_STRING, &room, "id", NULL },
        { "participant", 0, 0, G_OPTION_ARG_STRING, &participant, "the site participant", NULL },
        { "second", 0, 0, G_OPTION_ARG_STRING, &second, "another participant, with a microphone", NULL },
        { "size", 0, 0, G_OPTION_ARG_STRING, &size, "WxH", NULL },
        { "fps", 0, 0, G_OPTION_ARG_INT, &fps, "frames per second", NULL },
        { "bitrate", 0, 0, G_OPTION_ARG_INT, &bitrate, "kbit/s", NULL },
        { "vp8", 0, 0, G_OPTION_ARG_NONE, &vp8, "the camera can change to VP8", NULL },
        { "flash", 0, 0, G_OPTION_ARG_NONE, &flash, "flashes and ticks", NULL },
        { "talk", 0, 0, G_OPTION_ARG_NONE, &talk, "a tone instead of ticks", NULL },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    Player player = { .fd = -1, .wanted = TRUE, .random = g_rand_new_with_seed(42) };

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_group(context, gst_init_get_option_group());
    if (!g_option_context_parse(context, &argc, &argv, &error) || !path || !recording || !room || !participant) {
        fprintf(stderr, "feed-player: %s\n", error ? error->message : "--socket, --recording, --room, --participant");
        return 2;
    }
    player.socket_path = path;
    player.recording = recording;
    player.room = room;
    player.codec = "H264";

    g_autofree char *description = g_strdup_printf(
        "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,framerate=%d/1 ! videoscale ! capsfilter name=size "
        "caps=video/x-raw,width=320,height=240 ! identity name=painted ! tee name=raw ! queue ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=900 bitrate=%d threads=1 ! "
        "video/x-h264,profile=constrained-baseline ! rtph264pay config-interval=-1 aggregate-mode=zero-latency mtu=1200 pt=102 ! "
        "appsink name=video sync=false async=false "
        "audiotestsrc is-live=true wave=%s tick-interval=2000000000 ! audio/x-raw,rate=48000,channels=1 ! opusenc frame-size=20 ! rtpopuspay pt=111 ! "
        "tee name=sound ! queue ! appsink name=audio sync=false async=false "
        "sound. ! queue ! appsink name=second sync=false async=false %s",
        fps, bitrate, talk ? "sine" : "ticks",
        vp8 ? "raw. ! queue ! vp8enc deadline=1 cpu-used=8 threads=1 keyframe-max-dist=900 target-bitrate=400000 ! "
              "rtpvp8pay pt=96 mtu=1200 picture-id-mode=2 ! appsink name=vp8 sync=false async=false"
            : "");

    player.pipeline = gst_parse_launch(description, &error);
    if (!player.pipeline) {
        fprintf(stderr, "feed-player: %s\n", error->message);
        return 1;
    }
    g_mutex_init(&player.lock);
    add_stream(&player, "video",
               (Stream){ .kind = "video", .codec = "H264", .payload_type = 102, .clock_rate = 90000, .ssrc = 0x10000000, .participant = participant });
    add_stream(&player, "audio",
               (Stream){ .kind = "audio", .codec = "opus", .payload_type = 111, .clock_rate = 48000, .ssrc = 0x20000000, .participant = participant });
    if (second)
        add_stream(&player, "second",
                   (Stream){ .kind = "audio", .codec = "opus", .payload_type = 111, .clock_rate = 48000, .ssrc = SECOND_SSRC, .participant = second });
    if (vp8)
        player.vp8 = add_stream(&player, "vp8",
                                (Stream){ .kind = "video", .codec = "VP8", .payload_type = 96, .clock_rate = 90000, .ssrc = 0x10000001,
                                          .participant = participant, .off = TRUE });
    if (size)
        command_size(&player, size);
    if (flash) {
        GstElement *painted = gst_bin_get_by_name(GST_BIN(player.pipeline), "painted");
        GstPad *pad = gst_element_get_static_pad(painted, "src");

        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, paint, NULL, NULL);
        gst_object_unref(pad);
        gst_object_unref(painted);
    }

    GThread *thread = g_thread_new("connect", keep_connected, &player);
    char line[256];

    gst_element_set_state(player.pipeline, GST_STATE_PLAYING);
    while (!player.quit && fgets(line, sizeof line, stdin)) {
        g_auto(GStrv) words = g_strsplit(g_strstrip(line), " ", 4);

        obey(&player, words);
    }
    player.quit = TRUE;
    g_mutex_lock(&player.lock);
    if (player.fd >= 0)
        shutdown(player.fd, SHUT_RDWR);
    g_mutex_unlock(&player.lock);
    g_thread_join(thread);
    gst_element_set_state(player.pipeline, GST_STATE_NULL);
    for (guint i = 0; i < player.stream_count; i++)
        gst_object_unref(player.streams[i].sink);
    gst_object_unref(player.pipeline);
    g_rand_free(player.random);
    return 0;
}
