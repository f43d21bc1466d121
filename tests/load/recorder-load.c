/**
 * recorder-load — plays one H.264 stream (and one of Opus) in real time into many recorders at once, and reads what that costs them.
 *
 *     recorder-load --video FILE [--audio FILE] --count N --pid PID --warm S --window S
 *                   (--feed SOCKET --recordings ID,… --visit ID --participant ID | --port P)
 *
 * FILE holds RTP packets, each behind its length (RFC 4571; GStreamer's rtpstreampay), and is repeated with sequence numbers and timestamps
 * that go on. To yuntakan-recorder they go as a feed with sender reports, one connection per recording; to others as UDP to 127.0.0.1: the
 * video of recording i to port P + 4 i, its audio to P + 4 i + 2. Recordings begin a little after each other, as visits do.
 * Prints a JSON object: CPU seconds and resident memory of the process PID, and what was sent.
 */
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "load-process.h"

#define NTP_1970   G_GUINT64_CONSTANT(2208988800)
#define REPORT_US  G_USEC_PER_SEC
#define VIDEO_SSRC 0x11111111u
#define AUDIO_SSRC 0x22222222u
/* A recording starts this much after the one before it. */
#define STAGGER_US 23000
#define PACKET_MAX 1500

typedef struct {
    const guint8 *data;
    gsize length;
    guint32 ticks; /* since the first packet */
    gboolean marker;
} Packet;

/** What is played: a file's packets, and how long they last. */
typedef struct {
    char *bytes;
    GArray *packets; /* of Packet */
    guint32 rate, duration; /* ticks */
    guint32 ssrc;
} Tape;

typedef struct {
    const Tape *tape;
    guint next;
    guint32 round_ticks;
    guint16 sequence;
    gint64 reported_at;
    struct sockaddr_in to;
} Stream;

typedef struct {
    int fd; /* of the feed, or the one UDP socket of all */
    gint64 starts;
    Stream streams[2];
} Target;

typedef struct {
    char *video, *audio, *feed, *recordings, *visit, *participant;
    int count, port, pid;
    double warm, window;
} Options;

typedef struct {
    guint64 packets, bytes, pictures, failed;
    gint64 late_us; /* the latest that a packet was sent after its time */
} Sent;

static void
die(const char *what)
{
    fprintf(stderr, "recorder-load: %s: %s\n", what, g_strerror(errno));
    exit(1);
}

static guint32
read32(const guint8 *data)
{
    return (guint32) data[0] << 24 | (guint32) data[1] << 16 | (guint32) data[2] << 8 | data[3];
}

static void
write32(guint8 *data, guint32 value)
{
    value = GUINT32_TO_BE(value);
    memcpy(data, &value, 4);
}

static Tape *
tape_load(const char *path, guint32 rate, guint32 ssrc)
{
    Tape *tape = g_new0(Tape, 1);
    gsize length, at = 0;
    guint32 first = 0, step = 0;

    tape->packets = g_array_new(FALSE, FALSE, sizeof(Packet));
    tape->rate = rate;
    tape->ssrc = ssrc;
    if (!g_file_get_contents(path, &tape->bytes, &length, NULL))
        die(path);
    while (at + 2 < length) {
        const guint8 *frame = (const guint8 *) tape->bytes + at;
        gsize size = (gsize) frame[0] << 8 | frame[1];

        if (size < 12 || size > PACKET_MAX || at + 2 + size > length)
            break;
        if (tape->packets->len == 0)
            first = read32(frame + 2 + 4);

        Packet packet = { frame + 2, size, read32(frame + 2 + 4) - first, frame[3] >> 7 };

        step = packet.ticks > tape->duration ? packet.ticks - tape->duration : step;
        tape->duration = MAX(tape->duration, packet.ticks);
        g_array_append_val(tape->packets, packet);
        at += 2 + size;
    }
    if (tape->packets->len < 2)
        die(path);
    tape->duration += step; /* the last picture or packet lasts as long as those before it */
    return tape;
}

static void
send_all(Target *target, const guint8 *data, gsize length, Sent *sent)
{
    while (length) {
        ssize_t done = send(target->fd, data, length, MSG_NOSIGNAL);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0) {
            sent->failed++;
            return;
        }
        data += done;
        length -= (gsize) done;
    }
}

static void
send_frame(Target *target, const void *data, gsize length, Sent *sent)
{
    guint8 frame[2 + 2048];

    g_assert(length <= sizeof frame - 2);
    frame[0] = (guint8) (length >> 8);
    frame[1] = (guint8) length;
    memcpy(frame + 2, data, length);
    send_all(target, frame, 2 + length, sent);
}

static void
send_report(Target *target, const Stream *stream, guint32 rtp, Sent *sent)
{
    gint64 wall = g_get_real_time();
    guint8 report[28] = { 0x80, 200, 0, 6 };

    write32(report + 4, stream->tape->ssrc);
    write32(report + 8, (guint32) ((guint64) (wall / G_USEC_PER_SEC) + NTP_1970));
    write32(report + 12, (guint32) (((guint64) (wall % G_USEC_PER_SEC) << 32) / G_USEC_PER_SEC));
    write32(report + 16, rtp);
    send_frame(target, report, sizeof report, sent);
}

static void
send_packet(Target *target, Stream *stream, const Packet *packet, gint64 now, Sent *sent)
{
    guint8 data[PACKET_MAX];
    guint32 rtp = packet->ticks + stream->round_ticks;
    guint16 sequence = GUINT16_TO_BE(stream->sequence);

    memcpy(data, packet->data, packet->length);
    memcpy(data + 2, &sequence, 2);
    write32(data + 4, rtp);
    write32(data + 8, stream->tape->ssrc);
    stream->sequence++;
    if (stream->to.sin_port) {
        if (sendto(target->fd, data, packet->length, 0, (struct sockaddr *) &stream->to, sizeof stream->to) < 0)
            sent->failed++;
    } else {
        if (now - stream->reported_at >= REPORT_US) {
            stream->reported_at = now;
            send_report(target, stream, rtp, sent);
        }
        send_frame(target, data, packet->length, sent);
    }
    sent->packets++;
    sent->bytes += packet->length;
    sent->pictures += packet->marker && stream->tape->ssrc == VIDEO_SSRC;
}

/** Sends what is due; returns when the next packet is. */
static gint64
play(Target *target, Stream *stream, gint64 now, Sent *sent)
{
    const Tape *tape = stream->tape;

    for (;;) {
        const Packet *packet = &g_array_index(tape->packets, Packet, stream->next);
        gint64 due = target->starts + ((gint64) stream->round_ticks + packet->ticks) * G_USEC_PER_SEC / tape->rate;

        if (due > now)
            return due;
        sent->late_us = MAX(sent->late_us, now - due);
        send_packet(target, stream, packet, now, sent);
        if (++stream->next == tape->packets->len) {
            stream->next = 0;
            stream->round_ticks += tape->duration;
        }
    }
}

static int
connect_feed(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof address))
        die(path);
    return fd;
}

static void
announce(Target *target, const Options *options, const char *recording, Sent *sent)
{
    g_autofree char *hello = g_strdup_printf("{\"type\":\"feed\",\"recording\":\"%s\",\"room\":\"%s\"}", recording, options->visit);
    g_autofree char *video = g_strdup_printf("{\"type\":\"track\",\"ssrc\":%u,\"participant\":\"%s\",\"order\":0,\"kind\":\"video\",\"codec\":\"H264\","
                                             "\"payload_type\":102,\"clock_rate\":90000}", VIDEO_SSRC, options->participant);
    g_autofree char *audio = g_strdup_printf("{\"type\":\"track\",\"ssrc\":%u,\"participant\":\"%s\",\"order\":0,\"kind\":\"audio\",\"codec\":\"opus\","
                                             "\"payload_type\":111,\"clock_rate\":48000}", AUDIO_SSRC, options->participant);

    send_frame(target, hello, strlen(hello), sent);
    send_frame(target, video, strlen(video), sent);
    if (options->audio)
        send_frame(target, audio, strlen(audio), sent);
}

static Target *
targets_new(const Options *options, const Tape *video, const Tape *audio, Sent *sent)
{
    Target *targets = g_new0(Target, options->count);
    g_auto(GStrv) recordings = options->feed ? g_strsplit(options->recordings, ",", -1) : NULL;
    int udp = options->feed ? -1 : socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    gint64 now = g_get_monotonic_time();

    for (int i = 0; i < options->count; i++) {
        Target *target = &targets[i];

        target->starts = now + (gint64) i * STAGGER_US;
        target->streams[0].tape = video;
        target->streams[1].tape = audio;
        if (options->feed) {
            target->fd = connect_feed(options->feed);
            announce(target, options, recordings[i], sent);
            continue;
        }
        target->fd = udp;
        for (guint s = 0; s < 2; s++)
            target->streams[s].to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) },
                                                          .sin_port = htons((guint16) (options->port + 4 * i + 2 * (int) s)) };
    }
    return targets;
}

/** Plays to all of them until `end`. */
static void
run(const Options *options, Target *targets, gint64 end, Sent *sent)
{
    guint8 ignored[512];

    for (gint64 now = g_get_monotonic_time(); now < end; now = g_get_monotonic_time()) {
        gint64 next = end;

        for (int i = 0; i < options->count; i++) {
            Target *target = &targets[i];

            for (guint s = 0; s < 2 && target->streams[s].tape; s++)
                next = MIN(next, play(target, &target->streams[s], now, sent));
            /* Requests for key frames: the tape has one every two seconds whatever is asked for. */
            if (options->feed)
                while (recv(target->fd, ignored, sizeof ignored, MSG_DONTWAIT) > 0)
                    continue;
        }
        now = g_get_monotonic_time();
        if (next > now)
            g_usleep((gulong) (next - now));
    }
}

int
main(int argc, char **argv)
{
    Options options = { .warm = 2, .window = 10 };
    const GOptionEntry entries[] = {
        { "video", 0, 0, G_OPTION_ARG_FILENAME, &options.video, "packets of H.264", "FILE" },
        { "audio", 0, 0, G_OPTION_ARG_FILENAME, &options.audio, "packets of Opus", "FILE" },
        { "count", 0, 0, G_OPTION_ARG_INT, &options.count, "recordings", "N" },
        { "pid", 0, 0, G_OPTION_ARG_INT, &options.pid, "whose cost is read", "PID" },
        { "warm", 0, 0, G_OPTION_ARG_DOUBLE, &options.warm, "before the window", "S" },
        { "window", 0, 0, G_OPTION_ARG_DOUBLE, &options.window, "measured", "S" },
        { "feed", 0, 0, G_OPTION_ARG_FILENAME, &options.feed, "feed.sock", "SOCKET" },
        { "recordings", 0, 0, G_OPTION_ARG_STRING, &options.recordings, "with --feed", "ID,…" },
        { "visit", 0, 0, G_OPTION_ARG_STRING, &options.visit, "with --feed", "ID" },
        { "participant", 0, 0, G_OPTION_ARG_STRING, &options.participant, "with --feed", "ID" },
        { "port", 0, 0, G_OPTION_ARG_INT, &options.port, "by UDP", "P" },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    LoadProcess before, after;
    Sent sent = { 0 };

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || !options.video || options.count < 1 || !options.pid ||
        (options.feed ? !options.recordings || !options.visit || !options.participant : !options.port)) {
        fprintf(stderr, "recorder-load: %s\n", error ? error->message : "--video --count --pid and --feed … or --port");
        return 2;
    }

    Tape *video = tape_load(options.video, 90000, VIDEO_SSRC);
    Tape *audio = options.audio ? tape_load(options.audio, 48000, AUDIO_SSRC) : NULL;
    Target *targets = targets_new(&options, video, audio, &sent);
    gint64 began = g_get_monotonic_time() + (gint64) options.count * STAGGER_US + (gint64) (options.warm * G_USEC_PER_SEC);

    run(&options, targets, began, &sent);
    sent.late_us = 0;
    if (!load_process_read(options.pid, -1, &before))
        die("the process is gone");
    gint64 from = g_get_monotonic_time();
    guint64 packets = sent.packets, bytes = sent.bytes;

    run(&options, targets, from + (gint64) (options.window * G_USEC_PER_SEC), &sent);
    gint64 to = g_get_monotonic_time();

    for (int i = 0; options.feed && i < options.count; i++)
        send_frame(&targets[i], "{\"type\":\"feed-ended\"}", strlen("{\"type\":\"feed-ended\"}"), &sent);
    if (!load_process_read(options.pid, -1, &after))
        die("the process is gone");
    printf("{\"seconds\":%.3f,\"cpu_s\":%.6f,\"resident_kib\":%" G_GUINT64_FORMAT ",\"threads\":%u,\"switches\":%" G_GINT64_FORMAT
           ",\"packets\":%" G_GUINT64_FORMAT ",\"bytes\":%" G_GUINT64_FORMAT ",\"pictures\":%" G_GUINT64_FORMAT ",\"failed\":%" G_GUINT64_FORMAT
           ",\"late_ms\":%.1f,\"load\":%.1f}\n",
           (double) (to - from) / G_USEC_PER_SEC, after.cpu_s - before.cpu_s, after.resident_kib, after.threads,
           (gint64) (after.switches - before.switches), sent.packets - packets, sent.bytes - bytes, sent.pictures, sent.failed,
           (double) sent.late_us / 1000, load_average());
    return 0;
}
