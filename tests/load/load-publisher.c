#include "load-publisher.h"

#include <string.h>
#include <time.h>

#include "load-clock.h"

#define FRAMES_PER_SECOND 30
#define VIDEO_BYTES       1200
#define AUDIO_BYTES       92
#define RTP_HEADER        12
#define PACKET_GAP_US     1500
#define AUDIO_US          (20 * G_TIME_SPAN_MILLISECOND)
#define KEY_FRAME_EVERY   (10 * FRAMES_PER_SECOND)
/* The floor has no RTCP to ask for one. */
#define KEY_FRAME_EVERY_UNASKED (FRAMES_PER_SECOND / 2)
#define VIDEO_TYPE              96
#define AUDIO_TYPE              111
/* After a pause of the machine the stream goes on from now instead of catching up. */
#define TOO_LATE_US (LOAD_SECOND / 2)

enum { NRI_HIGH = 0x60, NAL_FU_A = 28, NAL_SLICE = 1, NAL_IDR = 5, FU_START = 0x80, FU_END = 0x40 };

void
load_publisher_ssrcs(guint room, guint32 *ret_video, guint32 *ret_audio)
{
    *ret_video = 0x10000000 + 2 * room;
    *ret_audio = *ret_video + 1;
}

void
load_publisher_start(LoadPublisher *publisher, LoadPeer *peer, LoadPacing pacing, gint64 start_us)
{
    *publisher = (LoadPublisher){.peer = peer,
                                 .pacing = pacing,
                                 .start_us = start_us,
                                 .next_video_us = start_us,
                                 .next_audio_us = start_us + AUDIO_US / 3,
                                 .next_report_us = start_us + LOAD_SECOND / 2};
    load_publisher_ssrcs(peer->index, &publisher->video_ssrc, &publisher->audio_ssrc);
}

static void
write_header(guint8 *packet, guint8 type, gboolean marker, guint32 counter, guint32 timestamp, guint32 ssrc)
{
    packet[0] = 0x80;
    packet[1] = (guint8)(type | (marker ? 0x80 : 0));
    load_write16(packet + 2, (guint16)counter);
    load_write32(packet + 4, timestamp);
    load_write32(packet + 8, ssrc);
    load_write32(packet + RTP_HEADER + LOAD_COUNTER_AT, counter);
}

static guint32
video_timestamp(const LoadPublisher *publisher)
{
    return (guint32)(publisher->frame * (90000 / FRAMES_PER_SECOND));
}

gboolean
load_publisher_starts_key_frame(const guint8 *payload)
{
    return payload[0] == (NRI_HIGH | NAL_FU_A) && (payload[1] & FU_START) && (payload[1] & 0x1f) == NAL_IDR;
}

static guint
write_video(LoadPublisher *publisher, guint8 *packet)
{
    gboolean first = publisher->frame_left == publisher->frame_packets, last = publisher->frame_left == 1;

    memset(packet, 0x5a, VIDEO_BYTES);
    write_header(packet, VIDEO_TYPE, last, publisher->video_counter++, video_timestamp(publisher),
                 publisher->video_ssrc);
    packet[RTP_HEADER] = NRI_HIGH | NAL_FU_A;
    packet[RTP_HEADER + 1] =
        (guint8)((first ? FU_START : 0) | (last ? FU_END : 0) | (publisher->key_frame ? NAL_IDR : NAL_SLICE));
    publisher->frame_left--;
    return VIDEO_BYTES;
}

/* 6, 7, 6, 7…: 195 a second. */
static void
begin_frame(LoadPublisher *publisher)
{
    publisher->frame_packets = publisher->frame_left = 6 + (publisher->frame & 1);
    guint64 every = publisher->peer->bare ? KEY_FRAME_EVERY_UNASKED : KEY_FRAME_EVERY;

    publisher->key_frame = publisher->frame % every == 0 || publisher->peer->key_frame_wanted;
    publisher->peer->key_frame_wanted = FALSE;
}

static void
end_frame(LoadPublisher *publisher, gint64 now_us)
{
    publisher->frame++;
    publisher->next_video_us =
        publisher->start_us + (gint64)(publisher->frame * LOAD_SECOND / FRAMES_PER_SECOND);
    if (now_us - publisher->next_video_us > TOO_LATE_US) {
        publisher->start_us += now_us - publisher->next_video_us;
        publisher->next_video_us = now_us;
    }
}

static void
send_video(LoadPublisher *publisher, gint64 now_us)
{
    guint8 packets[8][LOAD_PACKET_MAX];
    guint lengths[8], n = 0;

    if (!publisher->frame_left)
        begin_frame(publisher);
    do {
        lengths[n] = write_video(publisher, packets[n]);
        n++;
    } while (publisher->pacing == LOAD_PACING_FRAME && publisher->frame_left);
    load_peer_send_rtp(publisher->peer, packets, lengths, n);
    if (publisher->frame_left)
        publisher->next_video_us += PACKET_GAP_US;
    else
        end_frame(publisher, now_us);
}

static void
send_audio(LoadPublisher *publisher, gint64 now_us)
{
    guint8 packet[1][LOAD_PACKET_MAX];
    guint length = AUDIO_BYTES;

    memset(packet[0], 0x5a, length);
    packet[0][RTP_HEADER] = 0x78; /* Opus' TOC: CELT, fullband, 20 ms, mono */
    write_header(packet[0], AUDIO_TYPE, FALSE, publisher->audio_counter, publisher->audio_counter * 960,
                 publisher->audio_ssrc);
    publisher->audio_counter++;
    load_peer_send_rtp(publisher->peer, packet, &length, 1);
    publisher->next_audio_us += AUDIO_US;
    if (now_us - publisher->next_audio_us > TOO_LATE_US)
        publisher->next_audio_us = now_us;
}

/* RFC 3550 sections 6.4.1 and 6.5. */
static void
send_report(LoadPublisher *publisher, guint32 ssrc, guint32 timestamp, guint32 packets, guint32 bytes)
{
    guint8 packet[LOAD_PACKET_MAX] = {0x80, 200, 0, 6};
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    load_write32(packet + 4, ssrc);
    load_write32(packet + 8, (guint32)(now.tv_sec + 2208988800));
    load_write32(packet + 12, (guint32)((double)now.tv_nsec * 4.294967296));
    load_write32(packet + 16, timestamp);
    load_write32(packet + 20, packets);
    load_write32(packet + 24, packets * (bytes - RTP_HEADER));
    memcpy(packet + 28, (const guint8[]){0x81, 202, 0, 3}, 4);
    load_write32(packet + 32, ssrc);
    memcpy(packet + 36, "\1\4load\0", 8); /* CNAME, end, padding to a word */
    load_peer_send_rtcp(publisher->peer, packet, 44);
}

static void
send_reports(LoadPublisher *publisher)
{
    publisher->next_report_us += LOAD_SECOND;
    if (publisher->peer->bare)
        return;
    send_report(publisher, publisher->video_ssrc, video_timestamp(publisher), publisher->video_counter,
                VIDEO_BYTES);
    send_report(publisher, publisher->audio_ssrc, publisher->audio_counter * 960, publisher->audio_counter,
                AUDIO_BYTES);
}

gint64
load_publisher_send_due(LoadPublisher *publisher, gint64 now_us)
{
    while (now_us >= publisher->next_video_us) {
        publisher->late_us = MAX(publisher->late_us, now_us - publisher->next_video_us);
        send_video(publisher, now_us);
    }
    while (now_us >= publisher->next_audio_us)
        send_audio(publisher, now_us);
    if (now_us >= publisher->next_report_us)
        send_reports(publisher);
    return MIN(publisher->next_video_us, publisher->next_audio_us);
}
